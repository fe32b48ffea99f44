// The stored shapes of a rig: where each vertex goes, and how much of each a moment calls for.

import type { Container } from "./container";

/** Which cues call for which shape; see risorius.skin.shapes.Mixing. */
export interface Mixing {
  /** (k, 2) cues of each own term; the second is -1 for a linear term. */
  own: Int16Array;
  /** (p, 3) cues that are multiplied; the third is -1 in a pair. */
  mixed: Int16Array;
  /** (p, m) how much of each shared shape a mixed term calls for. */
  share: Float32Array;
}

/** Displacements as whole steps, sorted by block of vertices; see risorius.skin.shapes.Shapes. */
export interface Shapes {
  pointer: Int32Array;
  shape: Int16Array;
  /** (entry, width) */
  value: Int16Array;
  /** (shape,) [mm] one step of each. */
  scale: Float32Array;
  /** Numbers of a block: three for each of its vertices. */
  width: number;
}

export function readMixing(file: Container): Mixing {
  return {
    own: file.get("mixing.own", "i2"),
    mixed: file.get("mixing.mixed", "i2"),
    share: file.scaled("mixing.share"),
  };
}

export function readShapes(file: Container): Shapes {
  return {
    pointer: file.get("shapes.pointer", "i4"),
    shape: file.get("shapes.shape", "i2"),
    value: file.get("shapes.value", "i2"),
    scale: file.get("shapes.scale", "f4"),
    width: file.shape("shapes.value")[1],
  };
}

/** Adds up shapes. It keeps the memory that this takes. */
export class Mover {
  /** Numbers that `move` fills: those of whole blocks. */
  readonly size: number;
  private readonly called: Int32Array;
  private readonly amount: Float64Array;

  constructor(private readonly shapes: Shapes) {
    this.size = (shapes.pointer.length - 1) * shapes.width;
    this.called = new Int32Array(shapes.scale.length);
    this.amount = new Float64Array(shapes.scale.length);
  }

  /** Fill `out` (vertex, 3) with the sum of the shapes, each by its weight. */
  move(weight: Float32Array, out: Float32Array): void {
    const { pointer, shape, value, width } = this.shapes;
    const { called, amount } = this;
    for (let b = 0; b < pointer.length - 1; b++) {
      let count = 0;
      for (let j = pointer[b]; j < pointer[b + 1]; j++) {
        const w = weight[shape[j]];
        if (w !== 0) {
          called[count] = j * width;
          amount[count++] = w;
        }
      }
      // Two vertices at a time: their sums stay in registers.
      for (let i = 0; i < width; i += 6) {
        let x = 0;
        let y = 0;
        let z = 0;
        let u = 0;
        let v = 0;
        let w = 0;
        for (let k = 0; k < count; k++) {
          const much = amount[k];
          const at = called[k] + i;
          x += much * value[at];
          y += much * value[at + 1];
          z += much * value[at + 2];
          u += much * value[at + 3];
          v += much * value[at + 4];
          w += much * value[at + 5];
        }
        const at = b * width + i;
        out[at] = x;
        out[at + 1] = y;
        out[at + 2] = z;
        out[at + 3] = u;
        out[at + 4] = v;
        out[at + 5] = w;
      }
    }
  }
}
