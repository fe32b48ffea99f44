// The edges of lids and lips as heights over the width of the face: what hangs over eyes and teeth.

import type { Head } from "./head";

/** Columns of the table, evenly over the width of each edge. */
export const COLUMNS = 24;
/** Rows: what the surfaces ask for. */
export const EDGES = [
  "lid_upper_left",
  "lid_lower_left",
  "lid_upper_right",
  "lid_lower_right",
  "lip_upper",
  "lip_lower",
] as const;

export class Margins {
  /** (edge, column, 4): height and depth [mm], and the first and last place across [mm] of the edge. */
  readonly table = new Float32Array(4 * COLUMNS * EDGES.length);
  private readonly loops: readonly Int16Array[];

  constructor(head: Head) {
    this.loops = EDGES.map((name) => head.loop(name));
  }

  /** Read the edges from level-0 vertices. */
  read(shape: Float32Array): void {
    for (let row = 0; row < this.loops.length; row++) this.readEdge(shape, this.loops[row], 4 * COLUMNS * row);
  }

  private readEdge(shape: Float32Array, loop: Int16Array, start: number): void {
    const { table } = this;
    // From the lesser x to the greater, whichever way the line was drawn.
    const last = loop.length - 1;
    const back = shape[3 * loop[0]] > shape[3 * loop[last]];
    const at = (k: number): number => 3 * loop[back ? last - k : k];
    const first = shape[at(0)];
    const width = shape[at(last)] - first;
    for (let column = 0, k = 0; column < COLUMNS; column++) {
      const x = first + (width * column) / (COLUMNS - 1);
      while (k < last - 1 && shape[at(k + 1)] < x) k++;
      const a = at(k);
      const b = at(k + 1);
      const part = Math.min(Math.max((x - shape[a]) / Math.max(shape[b] - shape[a], 1e-6), 0), 1);
      const i = start + 4 * column;
      table[i] = shape[a + 1] + part * (shape[b + 1] - shape[a + 1]);
      table[i + 1] = shape[a + 2] + part * (shape[b + 2] - shape[a + 2]);
      table[i + 2] = first;
      table[i + 3] = first + width;
    }
  }
}
