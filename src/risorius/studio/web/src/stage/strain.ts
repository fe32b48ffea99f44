// How far the skin is stretched or pressed together where it is most so, against the head at rest.

/** The mean of what the edges at a vertex have grown by, spread over the finer surface: -0.1 is a tenth shorter. */
export class Strain {
  private readonly ends: Int32Array;
  private readonly length: Float32Array;
  private readonly count: Float32Array;
  private readonly coarse: Float32Array;

  constructor(
    rest: Float32Array,
    quads: Int32Array,
    private readonly skin: number,
  ) {
    const edges = new Set<number>();
    for (let q = 0; q < quads.length; q++) {
      const next = q % 4 === 3 ? q - 3 : q + 1;
      const a = Math.min(quads[q], quads[next]);
      const b = Math.max(quads[q], quads[next]);
      if (b < skin) edges.add(a * skin + b);
    }
    this.ends = new Int32Array(2 * edges.size);
    let at = 0;
    for (const edge of edges) {
      this.ends[at++] = Math.floor(edge / skin);
      this.ends[at++] = edge % skin;
    }
    this.coarse = new Float32Array(skin);
    this.count = new Float32Array(skin);
    for (const end of this.ends) this.count[end]++;
    this.length = new Float32Array(edges.size).fill(1);
    for (let e = 0; e < this.length.length; e++) this.length[e] = this.edge(rest, e);
  }

  /** Fill `fine`, over the level-1 skin. */
  read(
    shape: Float32Array,
    { pointer, index, weight }: { pointer: ArrayLike<number>; index: ArrayLike<number>; weight: Float32Array },
    fine: Float32Array,
  ): void {
    const { ends, length, count, coarse } = this;
    coarse.fill(0);
    for (let e = 0; e < length.length; e++) {
      const grown = this.edge(shape, e) / length[e] - 1;
      coarse[ends[2 * e]] += grown;
      coarse[ends[2 * e + 1]] += grown;
    }
    for (let v = 0; v < this.skin; v++) coarse[v] /= Math.max(count[v], 1);
    for (let v = 0, j = 0; v < fine.length; v++) {
      let sum = 0;
      for (; j < pointer[v + 1]; j++) sum += weight[j] * coarse[index[j]];
      fine[v] = sum;
    }
  }

  private edge(points: Float32Array, e: number): number {
    const a = 3 * this.ends[2 * e];
    const b = 3 * this.ends[2 * e + 1];
    const x = points[b] - points[a];
    const y = points[b + 1] - points[a + 1];
    const z = points[b + 2] - points[a + 2];
    return Math.sqrt(x * x + y * y + z * z);
  }
}
