// How the skin is stretched and pressed together, vertex by vertex, from its shape alone.
//
// Round each vertex the neighbours tell how the tangent plane was deformed (least squares over the
// edges); its singular values less one are the principal strains. See risorius.skin.strain.

import type { Sparse } from "./kernels";

/** The strain of a skin of quads against its rest. */
export class Strain {
  /** (n, 2) the least and the greatest of each vertex: -0.1 is pressed together by a tenth. */
  readonly amount: Float32Array;
  /** (n,) the mean of both. */
  private readonly mean: Float32Array;
  private readonly pointer: Int32Array;
  private readonly neighbour: Int32Array;
  /** (entry, 2) [1/mm] edges times these add up to how the axes of the tangent plane deform. */
  private readonly weight: Float32Array;

  /** `skin`: how many vertices, from the first, are skin; quads with others are left out. */
  constructor(rest: Float32Array, quads: ArrayLike<number>, skin: number) {
    const { rings, normals } = around(rest, quads, skin);
    this.amount = new Float32Array(2 * skin);
    this.mean = new Float32Array(skin);
    this.pointer = new Int32Array(skin + 1);
    rings.forEach((ring, v) => (this.pointer[v + 1] = this.pointer[v] + ring.size));
    this.neighbour = Int32Array.from(rings.flatMap((ring) => [...ring].sort((a, b) => a - b)));
    this.weight = new Float32Array(2 * this.neighbour.length);
    for (let v = 0; v < skin; v++) this.weigh(v, rest, normals.subarray(3 * v, 3 * v + 3));
  }

  /** Read the strain of a shape into `amount`. */
  read(points: Float32Array): void {
    const { pointer, neighbour, weight, amount, mean } = this;
    let j = 0;
    for (let v = 0; v < pointer.length - 1; v++) {
      const x = points[3 * v];
      const y = points[3 * v + 1];
      const z = points[3 * v + 2];
      let ax = 0;
      let ay = 0;
      let az = 0;
      let bx = 0;
      let by = 0;
      let bz = 0;
      for (const end = pointer[v + 1]; j < end; j++) {
        const n = 3 * neighbour[j];
        const dx = points[n] - x;
        const dy = points[n + 1] - y;
        const dz = points[n + 2] - z;
        const a = weight[2 * j];
        const b = weight[2 * j + 1];
        ax += a * dx;
        ay += a * dy;
        az += a * dz;
        bx += b * dx;
        by += b * dy;
        bz += b * dz;
      }
      const aa = ax * ax + ay * ay + az * az;
      const bb = bx * bx + by * by + bz * bz;
      const ab = ax * bx + ay * by + az * bz;
      const middle = (aa + bb) / 2;
      const apart = (aa - bb) / 2;
      const spread = Math.sqrt(apart * apart + ab * ab);
      const least = Math.sqrt(Math.max(middle - spread, 0)) - 1;
      const most = Math.sqrt(middle + spread) - 1;
      amount[2 * v] = least;
      amount[2 * v + 1] = most;
      mean[v] = (least + most) / 2;
    }
  }

  /** Fill `fine`, over the skin of the finer surface, with the mean of both strains of what was read. */
  spread({ pointer, index, weight }: Sparse, fine: Float32Array): void {
    const { mean } = this;
    for (let v = 0, j = 0; v < fine.length; v++) {
      let sum = 0;
      for (const end = pointer[v + 1]; j < end; j++) sum += weight[j] * mean[index[j]];
      fine[v] = sum;
    }
  }

  /** Find the weights of the edges of one vertex. */
  private weigh(v: number, rest: Float32Array, normal: Float64Array): void {
    const first = this.pointer[v];
    const count = this.pointer[v + 1] - first;
    const [p, q] = tangents(normal);
    const edges = Array.from({ length: count }, (_, k) => {
      const n = this.neighbour[first + k];
      return [0, 1, 2].map((a) => rest[3 * n + a] - rest[3 * v + a]);
    });
    // Edges are unrolled onto the plane at their full length, so that a curve at rest is no strain.
    const flat = edges.map((edge): [number, number] => {
      const a = dot(p, edge);
      const b = dot(q, edge);
      const full = Math.hypot(...edge) / Math.max(Math.hypot(a, b), 1e-9);
      return [a * full, b * full];
    });
    const gram = sums(flat);
    const firm = 1e-9 + 1e-6 * (gram[0] + gram[2]);
    const weights = timesInverse(flat, [gram[0] + firm, gram[1], gram[2] + firm]);
    // What a curved ring then seems to be strained at rest is taken off beforehand.
    const axes = [0, 1].map((a) =>
      [0, 1, 2].map((x) => edges.reduce((sum, edge, k) => sum + weights[k][a] * edge[x], 0)),
    );
    const undo = inverseRoot(dot(axes[0], axes[0]), dot(axes[0], axes[1]), dot(axes[1], axes[1]));
    weights.forEach(([a, b], k) => {
      this.weight[2 * (first + k)] = undo[0] * a + undo[1] * b;
      this.weight[2 * (first + k) + 1] = undo[1] * a + undo[2] * b;
    });
  }
}

/** Neighbours and normals of the vertices of a skin. */
function around(
  rest: Float32Array,
  quads: ArrayLike<number>,
  skin: number,
): { rings: Set<number>[]; normals: Float64Array } {
  const rings = Array.from({ length: skin }, () => new Set<number>());
  const normals = new Float64Array(3 * skin);
  for (let q = 0; q < quads.length; q += 4) {
    const corners = [quads[q], quads[q + 1], quads[q + 2], quads[q + 3]];
    if (Math.max(...corners) >= skin) continue;
    const [a, b, c, d] = corners.map((v) => rest.subarray(3 * v, 3 * v + 3));
    const [u, v] = [
      [c[0] - a[0], c[1] - a[1], c[2] - a[2]],
      [d[0] - b[0], d[1] - b[1], d[2] - b[2]],
    ];
    const across = cross(u, v);
    corners.forEach((corner, k) => {
      const next = corners[(k + 1) % 4];
      rings[corner].add(next);
      rings[next].add(corner);
      for (let x = 0; x < 3; x++) normals[3 * corner + x] += across[x];
    });
  }
  return { rings, normals };
}

/** Two axes across a normal; any two will do: start from the one that it is farthest from. */
function tangents(normal: ArrayLike<number>): [number[], number[]] {
  const size = Math.max(Math.hypot(normal[0], normal[1], normal[2]), 1e-12);
  const n = [normal[0] / size, normal[1] / size, normal[2] / size];
  const far = n.map(Math.abs);
  const start = [0, 0, 0];
  start[far.indexOf(Math.min(...far))] = 1;
  const first = cross(n, start);
  const length = Math.max(Math.hypot(...first), 1e-12);
  const p = first.map((value) => value / length);
  return [p, cross(n, p)];
}

/** A symmetric matrix as its entries 00, 01 and 11. */
type Symmetric = readonly [number, number, number];

function sums(rows: readonly (readonly [number, number])[]): Symmetric {
  return rows.reduce<Symmetric>(([s, t, u], [a, b]) => [s + a * a, t + a * b, u + b * b], [0, 0, 0]);
}

function timesInverse(rows: readonly [number, number][], [s, t, u]: Symmetric): [number, number][] {
  const det = s * u - t * t;
  return rows.map(([a, b]) => [(u * a - t * b) / det, (s * b - t * a) / det]);
}

/** The inverse of the root of a symmetric matrix, by its eigenvectors. */
function inverseRoot(s: number, t: number, u: number): Symmetric {
  const angle = Math.atan2(2 * t, s - u) / 2;
  const [c, d] = [Math.cos(angle), Math.sin(angle)];
  const middle = (s + u) / 2;
  const spread = Math.hypot((s - u) / 2, t);
  const [large, small] = [middle + spread, middle - spread].map((size) => 1 / Math.sqrt(Math.max(size, 1e-3)));
  return [large * c * c + small * d * d, (large - small) * c * d, large * d * d + small * c * c];
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function cross(a: ArrayLike<number>, b: ArrayLike<number>): number[] {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
