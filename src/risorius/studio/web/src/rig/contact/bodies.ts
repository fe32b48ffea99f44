// What skin meets: two rows of teeth and two eyes. A point that touches nothing is not written to.

import type { Globes } from "../carry";
import type { Container } from "../container";

/** Distance between the nodes of a grid [mm]. */
const STEP = 0.75;
/** Distance told outside of a grid [mm]. */
const FAR = 1e6;

/** Vertices that keep off a body, at one level; see risorius.skin.contact.Guard. */
export interface Guard {
  vertex: Int32Array;
  /** For eyes: 0 left, 1 right. */
  body: Int8Array;
  /** Least distance from the body [mm]. */
  least: Float32Array;
  /** (guarded, 3) where the vertices were when they were first looked at in a frame. */
  before: Float32Array;
}

export function readGuard(file: Container, path: string): Guard {
  const vertex = file.get(`${path}.vertex`, "i4");
  return {
    vertex,
    body: file.get(`${path}.body`, "i1"),
    least: file.get(`${path}.least`, "f4"),
    before: new Float32Array(3 * vertex.length),
  };
}

/** Note where the vertices are before anything keeps them off. */
export function note({ vertex, before }: Guard, points: Float32Array): void {
  for (let i = 0; i < vertex.length; i++) {
    const v = 3 * vertex[i];
    before[3 * i] = points[v];
    before[3 * i + 1] = points[v + 1];
    before[3 * i + 2] = points[v + 2];
  }
}

/** The nine entries of a rotation by axis times angle [rad], row by row. */
function rotation(turn: ArrayLike<number>): [number, number, number, number, number, number, number, number, number] {
  const angle = Math.hypot(turn[0], turn[1], turn[2]);
  const scale = 1 / Math.max(angle, 1e-12);
  const x = turn[0] * scale;
  const y = turn[1] * scale;
  const z = turn[2] * scale;
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  const k = 1 - c;
  return [
    c + k * x * x,
    k * x * y - s * z,
    k * x * z + s * y,
    k * x * y + s * z,
    c + k * y * y,
    k * y * z - s * x,
    k * x * z - s * y,
    k * y * z + s * x,
    c + k * z * z,
  ];
}

/** One dental arch: its signed distance on a grid over the mouth at rest. */
export class Teeth {
  private readonly grid: Float32Array;
  private readonly low: Float32Array;
  private readonly ni: number;
  private readonly nj: number;
  private readonly nk: number;
  private gx = 0;
  private gy = 0;
  private gz = 0;

  constructor(
    file: Container,
    path: string,
    private readonly pivot: Float64Array,
  ) {
    this.grid = file.scaled(`${path}.grid`);
    this.low = file.get(`${path}.low`, "f4");
    [this.ni, this.nj, this.nk] = file.shape(`${path}.grid`) as [number, number, number];
  }

  /**
   * Bring vertices of `points` to their least distance, the teeth turned (axis times angle [rad]) and
   * shifted [mm].
   * `again`: what is where it was before was looked at there, and touched nothing.
   */
  pushOut(points: Float32Array, guard: Guard, turn: Float32Array, shift: Float32Array, again: boolean): void {
    const { vertex, least, before } = guard;
    const [r00, r01, r02, r10, r11, r12, r20, r21, r22] = rotation(turn);
    const [px, py, pz] = this.pivot;
    for (let i = 0; i < vertex.length; i++) {
      const v = 3 * vertex[i];
      const b = 3 * i;
      if (again && points[v] === before[b] && points[v + 1] === before[b + 1] && points[v + 2] === before[b + 2]) {
        continue;
      }
      let qx = points[v] - shift[0] - px;
      let qy = points[v + 1] - shift[1] - py;
      let qz = points[v + 2] - shift[2] - pz;
      let x = px + r00 * qx + r10 * qy + r20 * qz;
      let y = py + r01 * qx + r11 * qy + r21 * qz;
      let z = pz + r02 * qx + r12 * qy + r22 * qz;
      let lack = least[i] - this.at(x, y, z);
      if (lack <= 0) continue;
      for (let k = 0; k < 3 && lack > 0; k++) {
        this.slope(x, y, z);
        const { gx, gy, gz } = this;
        lack /= Math.max(gx * gx + gy * gy + gz * gz, 0.25);
        x += lack * gx;
        y += lack * gy;
        z += lack * gz;
        if (k < 2) lack = least[i] - this.at(x, y, z);
      }
      qx = x - px;
      qy = y - py;
      qz = z - pz;
      points[v] = px + r00 * qx + r01 * qy + r02 * qz + shift[0];
      points[v + 1] = py + r10 * qx + r11 * qy + r12 * qz + shift[1];
      points[v + 2] = pz + r20 * qx + r21 * qy + r22 * qz + shift[2];
    }
  }

  /** Distance by linear interpolation; far away outside of the grid. */
  private at(px: number, py: number, pz: number): number {
    const { grid, low, nj, nk } = this;
    let x = (px - low[0]) / STEP;
    let y = (py - low[1]) / STEP;
    let z = (pz - low[2]) / STEP;
    if (!(x >= 0 && y >= 0 && z >= 0 && x < this.ni - 1 && y < nj - 1 && z < nk - 1)) return FAR;
    const i = x | 0;
    const j = y | 0;
    const k = z | 0;
    x -= i;
    y -= j;
    z -= k;
    const a = (i * nj + j) * nk + k;
    const b = a + nj * nk;
    const c00 = grid[a] + (grid[b] - grid[a]) * x;
    const c10 = grid[a + nk] + (grid[b + nk] - grid[a + nk]) * x;
    const c01 = grid[a + 1] + (grid[b + 1] - grid[a + 1]) * x;
    const c11 = grid[a + nk + 1] + (grid[b + nk + 1] - grid[a + nk + 1]) * x;
    const c0 = c00 + (c10 - c00) * y;
    const c1 = c01 + (c11 - c01) * y;
    return c0 + (c1 - c0) * z;
  }

  /** Take the gradient of the distance over the width of a cell, so that it turns without jumps. */
  private slope(x: number, y: number, z: number): void {
    const gap = 0.5 * STEP;
    this.gx = (this.at(x + gap, y, z) - this.at(x - gap, y, z)) / STEP;
    this.gy = (this.at(x, y + gap, z) - this.at(x, y - gap, z)) / STEP;
    this.gz = (this.at(x, y, z + gap) - this.at(x, y, z - gap)) / STEP;
  }
}

/** Distance from centre to surface in a direction whose cosine with the gaze is `ahead`. */
function reachOf(ahead: number, radius: number, iris: number, rise: number): number {
  let reach = radius;
  if (ahead > 0) {
    const aside = Math.max(1 - ahead * ahead, 0);
    for (let k = 0; k < 3; k++) {
      const bulge = rise * (1 - (aside * reach * reach) / (iris * iris));
      if (bulge <= 0) return radius;
      reach = bulge * ahead + Math.sqrt(radius * radius - bulge * bulge * aside);
    }
  }
  return reach;
}

/** Bring vertices of `points` to their least height above globe and cornea. `gaze`: (side, 3, 3). */
export function pushOffEyes(points: Float32Array, guard: Guard, globes: Globes, gaze: Float32Array): void {
  const { vertex, body, least } = guard;
  const { centre, radius, iris, rise } = globes;
  for (let i = 0; i < vertex.length; i++) {
    const v = 3 * vertex[i];
    const e = body[i];
    const x = points[v] - centre[3 * e];
    const y = points[v + 1] - centre[3 * e + 1];
    const z = points[v + 2] - centre[3 * e + 2];
    const length = Math.sqrt(x * x + y * y + z * z);
    if (length > radius[e] + rise + least[i]) continue;
    const m = 9 * e + 2; // the third column is where the eye looks
    const ahead = (x * gaze[m] + y * gaze[m + 3] + z * gaze[m + 6]) / length;
    const need = reachOf(ahead, radius[e], iris, rise) + least[i];
    if (length < need) {
      const scale = need / length;
      points[v] = centre[3 * e] + x * scale;
      points[v + 1] = centre[3 * e + 1] + y * scale;
      points[v + 2] = centre[3 * e + 2] + z * scale;
    }
  }
}
