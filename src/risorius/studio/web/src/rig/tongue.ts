// The tongue: a bundle of muscle without bones that keeps its volume, computed afresh in every frame.

import type { Motion } from "./carry";
import type { Container } from "./container";
import drives from "./drives.json";
import { placesOf } from "./jaw";
import { carry, Mouth } from "./mouth";
import { EFFECTS, Rod } from "./rod";

/** Between two nodes of a grown tongue [mm]; in a smaller one all ways shrink in proportion. */
const GROWN_STEP = 2.27;
/** The last two effects answer to the difference of the sides, the others to their mean. */
const ASIDE = EFFECTS.length - 2;

/** The tongue at rest and what its muscles do to it; see risorius.skin.tongue.Tongue. */
export class Tongue {
  private readonly rest: Float64Array;
  private readonly at: Int32Array;
  private readonly pivot: Float64Array;
  private readonly mouth: Mouth;
  private readonly rod: Rod;
  private readonly rows: Int32Array;
  /** (muscle, effect) */
  private readonly gains: Float64Array;
  private readonly effects = new Float64Array(EFFECTS.length);
  private readonly rotation = new Float64Array(9);
  private readonly point = new Float64Array(3);

  constructor(file: Container, channels: readonly string[]) {
    const step = (file.header.values as Record<string, number>)["tongue.step"];
    const size = step / GROWN_STEP;
    this.rest = file.get("tongue.rest", "f8");
    this.at = file.get("tongue_at", "i4");
    this.pivot = file.get("tongue.pivot", "f8");
    this.mouth = new Mouth(file, size, this.pivot);
    this.rod = new Rod(file, this.mouth, step, size, this.pivot);
    const muscles: readonly (Partial<Record<(typeof EFFECTS)[number], number>> & { channel: string })[] =
      drives.tongue_muscles;
    this.rows = placesOf(channels, muscles);
    this.gains = Float64Array.from(muscles.flatMap((row) => EFFECTS.map((effect) => row[effect] ?? 0)));
  }

  /** Write the tongue into a shape (vertex, 3). */
  place(activation: Float32Array, motion: Motion, points: Float32Array): void {
    const { rest, at, rod, rotation, point } = this;
    const { jawTurn: turn, jawShift: shift } = motion;
    const works = this.drive(activation);
    if (!works && !turn.some(Boolean) && !shift.some(Boolean)) {
      for (let i = 0; i < at.length; i++) {
        for (let a = 0; a < 3; a++) points[3 * at[i] + a] = rest[3 * i + a];
      }
      return;
    }
    // Also at rest: a jaw that goes aside takes the tongue against the upper teeth.
    rotationOf(turn, rotation);
    rod.bend(this.effects, rotation, shift);
    for (let i = 0; i < at.length; i++) {
      rod.place(i, point);
      carry(point, rotation, this.pivot, shift);
      // Palate and upper teeth stay with the skull.
      point[1] = this.mouth.ducked(point[0], point[1], point[2], 0);
      points.set(point, 3 * at[i]);
    }
  }

  /** Fill the effects with what the muscles do together; say whether they do anything. */
  private drive(activation: Float32Array): boolean {
    const { rows, gains, effects } = this;
    let works = false;
    for (let e = 0; e < effects.length; e++) {
      let total = 0;
      for (let r = 0; r < rows.length; r++) {
        const left = activation[rows[r]];
        const right = activation[rows[r] + 1];
        // Left pulls to its own side, right to the other.
        total += (e >= ASIDE ? left - right : (left + right) / 2) * gains[r * effects.length + e];
      }
      effects[e] = total;
      works ||= total !== 0;
    }
    return works;
  }
}

/** Fill a matrix with the rotation of a turn (3,) [rad]. */
function rotationOf(turn: Float32Array, out: Float64Array): void {
  const angle = Math.hypot(turn[0], turn[1], turn[2]);
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  const size = Math.max(angle, 1e-12);
  const x = turn[0] / size;
  const y = turn[1] / size;
  const z = turn[2] / size;
  out[0] = x * x * (1 - c) + c;
  out[1] = x * y * (1 - c) - z * s;
  out[2] = x * z * (1 - c) + y * s;
  out[3] = x * y * (1 - c) + z * s;
  out[4] = y * y * (1 - c) + c;
  out[5] = y * z * (1 - c) - x * s;
  out[6] = x * z * (1 - c) - y * s;
  out[7] = y * z * (1 - c) + x * s;
  out[8] = z * z * (1 - c) + c;
}
