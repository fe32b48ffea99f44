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
  private readonly moved: Float64Array;
  private readonly called: Int32Array;
  private readonly amount: Float64Array;

  constructor(private readonly shapes: Shapes) {
    this.moved = new Float64Array(shapes.width);
    this.called = new Int32Array(shapes.scale.length + 4);
    this.amount = new Float64Array(shapes.scale.length + 4);
  }

  /** Fill `out` (n, 3) with the sum of the shapes, each by its weight. */
  move(weight: Float32Array, out: Float32Array): void {
    const { pointer, shape, value, width } = this.shapes;
    const { moved, called, amount } = this;
    for (let b = 0; b < pointer.length - 1; b++) {
      let count = 0;
      for (let j = pointer[b]; j < pointer[b + 1]; j++) {
        const w = weight[shape[j]];
        if (w !== 0) {
          called[count] = j * width;
          amount[count++] = w;
        }
      }
      const start = b * width;
      const room = Math.min(width, out.length - start);
      if (count === 0) {
        out.fill(0, start, start + room);
        continue;
      }
      // Four at a time; the last few are filled up with nothing.
      for (let k = count; k < count + 3; k++) {
        called[k] = called[0];
        amount[k] = 0;
      }
      moved.fill(0);
      for (let k = 0; k < count; k += 4) {
        const first = called[k];
        const second = called[k + 1];
        const third = called[k + 2];
        const fourth = called[k + 3];
        const p = amount[k];
        const q = amount[k + 1];
        const r = amount[k + 2];
        const s = amount[k + 3];
        for (let i = 0; i < width; i++) {
          moved[i] +=
            p * value[first + i] + q * value[second + i] + (r * value[third + i] + s * value[fourth + i]);
        }
      }
      for (let i = 0; i < room; i++) out[start + i] = moved[i];
    }
  }
}
