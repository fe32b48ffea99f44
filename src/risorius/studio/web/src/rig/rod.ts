// The rod through the tongue: bent by its muscles, and shifted off teeth and palate.

import type { Container } from "./container";
import { carry, smooth, type Mouth } from "./mouth";

/** What a muscle can do; the last two by the difference of its sides, the others by their mean. */
export const EFFECTS = [
  "root_up_mm",
  "root_forward_mm",
  "pitch_rad",
  "lengthen",
  "widen",
  "back_up_mm",
  "blade_rad",
  "tip_rad",
  "cup",
  "aside_rad",
  "tip_aside_rad",
] as const;

/** Gap of the teeth, in half heights of the tongue, that lets it through freely. */
const PASSAGE = 1.6;
/** Shift [mm] and lengthening of a thrust against closed teeth. */
const FREE = 4;
const LONGER = 0.06;

/** Nodes from root to tip, and where each vertex lies by them; see risorius.skin.tongue. */
export class Rod {
  private readonly node: Float64Array;
  private readonly offset: Float64Array;
  private readonly root: Float64Array;
  private readonly slant: Float64Array;
  private readonly thick: Float64Array;
  // Of the bent rod: places, slants, yaws, the stretch of length and of width.
  private readonly line: Float64Array;
  private readonly slants: Float64Array;
  private readonly yaws: Float64Array;
  private readonly long: Float64Array;
  private readonly wide: Float64Array;
  private cup = 0;
  private readonly carried = new Float64Array(3);

  constructor(
    file: Container,
    private readonly mouth: Mouth,
    private readonly step: number,
    private readonly size: number,
    private readonly pivot: Float64Array,
  ) {
    this.node = file.get("tongue.node", "f8");
    this.offset = file.get("tongue.offset", "f8");
    this.root = file.get("tongue.root", "f8");
    this.slant = file.get("tongue.slant", "f8");
    this.thick = file.get("tongue.thick", "f8");
    const count = this.slant.length;
    this.line = new Float64Array(3 * count);
    this.slants = new Float64Array(count);
    this.yaws = new Float64Array(count);
    this.long = new Float64Array(count);
    this.wide = new Float64Array(count);
  }

  /** Bend the rod by effects of muscles, with the jaw turned and shifted. */
  bend(effects: Float64Array, rotation: Float64Array, shift: ArrayLike<number>): void {
    const { slant, slants, yaws, long, wide, size } = this;
    const [rootUp, rootForward, pitch, longer, widen, backUp, blade, tip, cup, aside, tipAside] = effects;
    const count = slant.length;
    const half = this.thick[count >> 1];
    const let_ = smooth(this.mouth.gap(rotation, shift) / (PASSAGE * half));
    let forward = rootForward * size;
    let lengthen = longer;
    // Closed teeth stop a thrust after a little way.
    if (forward > 0) forward = let_ * forward + (1 - let_) * FREE * size * Math.tanh(forward / (FREE * size));
    if (lengthen > 0) lengthen = let_ * lengthen + (1 - let_) * LONGER * Math.tanh(lengthen / LONGER);
    this.cup = cup / size;
    for (let k = 0; k < count; k++) {
      const s = k / (count - 1);
      const front = smooth((s - 0.25) / 0.75);
      const end = smooth((s - 0.6) / 0.4);
      slants[k] = slant[k] + pitch + blade * front + tip * end;
      yaws[k] = aside * smooth(s / 0.9) + tipAside * end;
      long[k] = Math.exp(lengthen * (0.35 + 0.65 * smooth(s / 0.7)));
      // The front narrows and widens more than the root.
      wide[k] = Math.exp(widen * (0.4 + 0.6 * smooth(s / 0.7)));
    }
    this.walk(rootUp * size, forward, backUp * size);
    this.yield(rotation, shift);
  }

  /** Walk along the rod from its root and fill the places of the nodes. */
  private walk(up: number, forward: number, back: number): void {
    const { line, root, slants, yaws, long } = this;
    const count = slants.length;
    line[0] = root[0];
    line[1] = root[1] + up;
    line[2] = root[2] + forward;
    for (let k = 1; k < count; k++) {
      const pitch = (slants[k] + slants[k - 1]) / 2;
      const yaw = (yaws[k] + yaws[k - 1]) / 2;
      const way = (this.step * (long[k] + long[k - 1])) / 2;
      const at = 3 * k;
      line[at] = line[at - 3] + way * Math.sin(yaw);
      line[at + 1] = line[at - 2] + way * Math.cos(yaw) * Math.sin(pitch);
      line[at + 2] = line[at - 1] + way * Math.cos(yaw) * Math.cos(pitch);
    }
    for (let k = 0; k < count; k++) {
      line[3 * k + 1] += back * Math.exp(-(((k / (count - 1) - 0.38) / 0.24) ** 2));
    }
  }

  /** Shift the rod off teeth and palate: as a whole the tongue goes by where there is room. */
  private yield(rotation: Float64Array, shift: ArrayLike<number>): void {
    const { line, thick, long, wide, mouth, carried } = this;
    for (let k = 0; k < thick.length; k++) {
      const half = thick[k] / (long[k] * wide[k]);
      const at = 3 * k;
      carried.set(line.subarray(at, at + 3));
      carry(carried, rotation, this.pivot, shift);
      const [x, high, z] = carried;
      const up = mouth.held(line[at], line[at + 1], line[at + 2], half);
      line[at + 1] = up - (high - mouth.ducked(x, high, z, half));
    }
  }

  /** Fill `out` (3,) with where vertex `i` goes. */
  place(i: number, out: Float64Array): void {
    const { line, slants, yaws, long, wide, offset, node } = this;
    const k = Math.min(Math.trunc(node[i]), slants.length - 2);
    const w = node[i] - k;
    const pitch = slants[k] + w * (slants[k + 1] - slants[k]);
    const yaw = yaws[k] + w * (yaws[k + 1] - yaws[k]);
    const length = long[k] + w * (long[k + 1] - long[k]);
    const width = wide[k] + w * (wide[k + 1] - wide[k]);
    const u = offset[3 * i] * width;
    const along = offset[3 * i + 2] * length;
    // The edges turn up (or down).
    const v =
      offset[3 * i + 1] / (length * width) + this.cup * u * u * smooth(node[i] / slants.length / 0.5);
    const cp = Math.cos(pitch);
    const sp = Math.sin(pitch);
    const cy = Math.cos(yaw);
    const sy = Math.sin(yaw);
    const a = 3 * k;
    out[0] = line[a] + w * (line[a + 3] - line[a]) + u * cy + along * sy;
    out[1] = line[a + 1] + w * (line[a + 4] - line[a + 1]) - u * sy * sp + v * cp + along * cy * sp;
    out[2] = line[a + 2] + w * (line[a + 5] - line[a + 2]) - u * sy * cp - v * sp + along * cy * cp;
    out[1] = this.mouth.held(out[0], out[1], out[2], 0);
  }
}
