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
  /** Numbers of a block: three for each of its vertices, which come in fours. */
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

/** What moves no vertex by more than this [mm], less than a tenth of a step, counts as nothing. */
const SLIGHT = 3e-4;

/** Adds up shapes. It keeps the memory that this takes. */
export class Mover {
  /** Numbers that `move` fills: those of whole blocks. */
  readonly size: number;
  private readonly called: Int32Array;
  private readonly amount: Float64Array;
  /** (entry,) the most steps that an entry moves anything by. */
  private readonly most: Uint16Array;

  constructor(private readonly shapes: Shapes) {
    this.size = (shapes.pointer.length - 1) * shapes.width;
    this.called = new Int32Array(shapes.scale.length);
    this.amount = new Float64Array(shapes.scale.length);
    this.most = mostOf(shapes);
  }

  /** Fill `out` (vertex, 3) with the sum of the shapes, each by its weight. */
  move(weight: Float32Array, out: Float32Array): void {
    const { pointer, shape, value, width } = this.shapes;
    const { called, amount, most } = this;
    for (let b = 0; b < pointer.length - 1; b++) {
      let count = 0;
      for (let j = pointer[b]; j < pointer[b + 1]; j++) {
        const w = weight[shape[j]];
        if (Math.abs(w) * most[j] > SLIGHT) {
          called[count] = j * width;
          amount[count++] = w;
        }
      }
      // Four vertices at a time: their sums stay in registers.
      for (let i = 0; i < width; i += 12) {
        let x0 = 0, y0 = 0, z0 = 0, x1 = 0, y1 = 0, z1 = 0, x2 = 0, y2 = 0, z2 = 0, x3 = 0, y3 = 0, z3 = 0;
        for (let k = 0; k < count; k++) {
          const much = amount[k];
          const at = called[k] + i;
          x0 += much * value[at];
          y0 += much * value[at + 1];
          z0 += much * value[at + 2];
          x1 += much * value[at + 3];
          y1 += much * value[at + 4];
          z1 += much * value[at + 5];
          x2 += much * value[at + 6];
          y2 += much * value[at + 7];
          z2 += much * value[at + 8];
          x3 += much * value[at + 9];
          y3 += much * value[at + 10];
          z3 += much * value[at + 11];
        }
        const at = b * width + i;
        out[at] = x0;
        out[at + 1] = y0;
        out[at + 2] = z0;
        out[at + 3] = x1;
        out[at + 4] = y1;
        out[at + 5] = z1;
        out[at + 6] = x2;
        out[at + 7] = y2;
        out[at + 8] = z2;
        out[at + 9] = x3;
        out[at + 10] = y3;
        out[at + 11] = z3;
      }
    }
  }
}

function mostOf({ shape, value, width }: Shapes): Uint16Array {
  const most = new Uint16Array(shape.length);
  for (let i = 0; i < value.length; i++) {
    const entry = Math.floor(i / width);
    most[entry] = Math.max(most[entry], Math.abs(value[i]));
  }
  return most;
}
