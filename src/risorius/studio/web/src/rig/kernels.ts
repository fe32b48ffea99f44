// Loops over the vertices of the rig: what shapes add up to, what carries them, the finer surface.
// They write into arrays that the caller keeps, so that a frame asks for no memory.

import type { Carrier, Motion } from "./carry";
import type { Mixing } from "./shapes";

/** Fill `weight` (shape) with how many of its steps each shape is called for by the cues. */
export function weigh(cues: Float32Array, mixing: Mixing, scale: Float32Array, weight: Float32Array): void {
  const { own, mixed, share } = mixing;
  const first = own.length / 2;
  const shared = weight.length - first;
  for (let k = 0; k < first; k++) {
    const second = own[2 * k + 1];
    weight[k] = cues[own[2 * k]] * (second >= 0 ? cues[second] : 1);
  }
  weight.fill(0, first);
  for (let p = 0; p < mixed.length / 3; p++) {
    let amount = cues[mixed[3 * p]] * cues[mixed[3 * p + 1]];
    if (amount === 0) continue;
    const third = mixed[3 * p + 2];
    if (third >= 0) amount *= cues[third];
    const row = p * shared;
    for (let m = 0; m < shared; m++) weight[first + m] += amount * share[row + m];
  }
  for (let k = 0; k < weight.length; k++) weight[k] *= scale[k];
}

/** Turns points about an axis through a centre; the sines are polynomials, which is quicker. */
class Turner {
  private ax = 0;
  private ay = 0;
  private az = 0;
  private cx = 0;
  private cy = 0;
  private cz = 0;

  about(axis: ArrayLike<number>, a: number, centre: ArrayLike<number>, c: number): void {
    this.ax = axis[a];
    this.ay = axis[a + 1];
    this.az = axis[a + 2];
    this.cx = centre[c];
    this.cy = centre[c + 1];
    this.cz = centre[c + 2];
  }

  /** Turn the point at place `i` of `points` by an angle [rad]. */
  turn(points: Float32Array, i: number, angle: number): void {
    const { ax, ay, az } = this;
    const h = 0.5 * (angle - 2 * Math.PI * Math.floor(angle / (2 * Math.PI) + 0.5));
    const g = h * h;
    const s = h * (1 - g * (1 / 6 - g * (1 / 120 - g * (1 / 5040 - g * (1 / 362880 - g / 39916800)))));
    const c =
      1 - g * (1 / 2 - g * (1 / 24 - g * (1 / 720 - g * (1 / 40320 - g * (1 / 3628800 - g / 479001600)))));
    const sine = 2 * s * c;
    const versed = 2 * s * s;
    const x = points[i] - this.cx;
    const y = points[i + 1] - this.cy;
    const z = points[i + 2] - this.cz;
    const dot = ax * x + ay * y + az * z;
    points[i] += sine * (ay * z - az * y) + versed * (ax * dot - x);
    points[i + 1] += sine * (az * x - ax * z) + versed * (ay * dot - y);
    points[i + 2] += sine * (ax * y - ay * x) + versed * (az * dot - z);
  }
}

const turner = new Turner();
const jawAxis = new Float64Array(3);

/** Turn displacements in `points` (vertex, 3) into a shape, tongue and contact left out, in place. */
export function pose(
  rest: Float32Array,
  hair: Int32Array,
  root: Int32Array,
  carrier: Carrier,
  motion: Motion,
  points: Float32Array,
): void {
  for (let i = 0; i < hair.length; i++) {
    const to = 3 * hair[i];
    const from = 3 * root[i];
    points[to] = points[from];
    points[to + 1] = points[from + 1];
    points[to + 2] = points[from + 2];
  }
  for (let i = 0; i < rest.length; i++) points[i] += rest[i];
  const { lids, globes, jawed, share } = carrier;
  for (let side = 0; side < 2; side++) {
    const close = motion.lidTurn[3 * side];
    const upper = motion.lidTurn[3 * side + 1];
    const lower = motion.lidTurn[3 * side + 2];
    if (close !== 0 || upper !== 0 || lower !== 0) {
      turner.about(lids.axis, 3 * side, globes.centre, 3 * side);
      const { turn } = lids;
      for (const v of carrier.lidded[side]) {
        const i = 3 * v;
        turner.turn(points, i, close * turn[i] + upper * turn[i + 1] - lower * turn[i + 2]);
      }
    }
    rotate(motion.gaze, 9 * side, globes.centre, 3 * side, carrier.looking[side], points);
  }
  const { jawTurn, jawShift } = motion;
  const size = Math.hypot(jawTurn[0], jawTurn[1], jawTurn[2]);
  for (let x = 0; x < 3; x++) jawAxis[x] = jawTurn[x] / Math.max(size, 1e-7);
  turner.about(jawAxis, 0, carrier.jaw.pivot, 0);
  for (const v of jawed) {
    const i = 3 * v;
    const w = share[v];
    turner.turn(points, i, size * w);
    points[i] += w * jawShift[0];
    points[i + 1] += w * jawShift[1];
    points[i + 2] += w * jawShift[2];
  }
}

/** Rotate some vertices of `points` about a centre by the matrix at place `m` of `r`. */
function rotate(
  r: Float32Array,
  m: number,
  centre: Float64Array,
  c: number,
  vertices: Int32Array,
  points: Float32Array,
): void {
  if (r[m] === 1 && r[m + 4] === 1) return;
  for (const v of vertices) {
    const i = 3 * v;
    const x = points[i] - centre[c];
    const y = points[i + 1] - centre[c + 1];
    const z = points[i + 2] - centre[c + 2];
    points[i] = centre[c] + r[m] * x + r[m + 1] * y + r[m + 2] * z;
    points[i + 1] = centre[c + 1] + r[m + 3] * x + r[m + 4] * y + r[m + 5] * z;
    points[i + 2] = centre[c + 2] + r[m + 6] * x + r[m + 7] * y + r[m + 8] * z;
  }
}

/** A sparse matrix, row by row. */
export interface Sparse {
  pointer: Int32Array;
  index: Int32Array | Int16Array;
  weight: Float32Array;
}

/** Fill `fine` (n1, 3) with the product of a sparse matrix and `coarse` (n0, 3). */
export function refine(matrix: Sparse, coarse: Float32Array, fine: Float32Array): void {
  const { pointer, index, weight } = matrix;
  let j = pointer[0];
  for (let r = 0; r < pointer.length - 1; r++) {
    let x = 0;
    let y = 0;
    let z = 0;
    for (const end = pointer[r + 1]; j < end; j++) {
      const w = weight[j];
      const i = 3 * index[j];
      x += w * coarse[i];
      y += w * coarse[i + 1];
      z += w * coarse[i + 2];
    }
    fine[3 * r] = x;
    fine[3 * r + 1] = y;
    fine[3 * r + 2] = z;
  }
}

/** Fill `out` (n, 3) with the unit normals of a surface of quads (m, 4), weighted by area. */
export function normals(quads: Int32Array, points: Float32Array, out: Float32Array): void {
  out.fill(0);
  for (let q = 0; q < quads.length; q += 4) {
    const a = 3 * quads[q];
    const b = 3 * quads[q + 1];
    const c = 3 * quads[q + 2];
    const d = 3 * quads[q + 3];
    const x = points[a];
    const y = points[a + 1];
    const z = points[a + 2];
    const ux = points[b] - x;
    const uy = points[b + 1] - y;
    const uz = points[b + 2] - z;
    const vx = points[c] - x;
    const vy = points[c + 1] - y;
    const vz = points[c + 2] - z;
    const wx = points[d] - x;
    const wy = points[d + 1] - y;
    const wz = points[d + 2] - z;
    // The two triangles a b c and a c d.
    const nx = uy * vz - uz * vy;
    const ny = uz * vx - ux * vz;
    const nz = ux * vy - uy * vx;
    const mx = vy * wz - vz * wy;
    const my = vz * wx - vx * wz;
    const mz = vx * wy - vy * wx;
    out[a] += nx + mx;
    out[a + 1] += ny + my;
    out[a + 2] += nz + mz;
    out[b] += nx;
    out[b + 1] += ny;
    out[b + 2] += nz;
    out[c] += nx + mx;
    out[c + 1] += ny + my;
    out[c + 2] += nz + mz;
    out[d] += mx;
    out[d + 1] += my;
    out[d + 2] += mz;
  }
  for (let i = 0; i < out.length; i += 3) {
    const scale = 1 / Math.sqrt(out[i] * out[i] + out[i + 1] * out[i + 1] + out[i + 2] * out[i + 2] + 1e-12);
    out[i] *= scale;
    out[i + 1] *= scale;
    out[i + 2] *= scale;
  }
}
