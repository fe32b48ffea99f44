// All contact of a head in one object: lips, lids, teeth and eyes keep out of each other.

import type { Globes, Motion } from "../carry";
import type { Container } from "../container";
import { note, pushOffEyes, readGuard, Teeth, type Guard } from "./bodies";
import { Slit } from "./slit";

const LEVELS = [0, 1] as const;
const STILL = new Float32Array(3);

/** What keeps skin out of teeth, eyes and other skin; see risorius.skin.contact.Contact. */
export class Contact {
  private readonly upper: Teeth;
  private readonly lower: Teeth;
  private readonly globes: Globes;
  private readonly lips: readonly Slit[];
  private readonly lids: readonly (readonly Slit[])[];
  private readonly teeth: readonly Guard[];
  private readonly eyes: readonly Guard[];
  private readonly lashes: Lashes;

  constructor(file: Container) {
    const values = file.header.values as Record<string, number>;
    const pivot = file.get("contact.bodies.jaw.pivot", "f8");
    this.upper = new Teeth(file, "contact.bodies.upper", pivot);
    this.lower = new Teeth(file, "contact.bodies.lower", pivot);
    this.globes = {
      centre: file.get("contact.bodies.globes.centre", "f8"),
      radius: file.get("contact.bodies.globes.radius", "f8"),
      iris: values["contact.bodies.globes.iris"],
      rise: values["contact.bodies.globes.rise"],
    };
    this.lips = LEVELS.map((level) => new Slit(file, `contact.lips.levels.${level}`));
    this.lids = LEVELS.map((level) =>
      [0, 1].map((side) => new Slit(file, `contact.lids.levels.${level}.${side}`)),
    );
    this.teeth = LEVELS.map((level) => readGuard(file, `contact.teeth.${level}`));
    this.eyes = LEVELS.map((level) => readGuard(file, `contact.eyes.${level}`));
    this.lashes = new Lashes(file);
  }

  /** Resolve every contact of a shape (vertex, 3), in place; what touches nothing stays as it is. */
  settle(points: Float32Array, motion: Motion, level: 0 | 1): void {
    note(this.teeth[level], points);
    this.offTheTeeth(points, motion, level, false);
    this.lips[level].part(points);
    for (const slit of this.lids[level]) slit.part(points);
    // Lips that gave way to each other may have met the teeth again.
    this.offTheTeeth(points, motion, level, true);
    pushOffEyes(points, this.eyes[level], this.globes, motion.gaze);
    // Lids that were lifted off the eye may have met again.
    for (const slit of this.lids[level]) slit.finish(points);
    if (level === 0) this.lashes.root(points);
  }

  private offTheTeeth(points: Float32Array, motion: Motion, level: 0 | 1, again: boolean): void {
    this.upper.pushOut(points, this.teeth[level], STILL, STILL, again);
    this.lower.pushOut(points, this.teeth[level], motion.jawTurn, motion.jawShift, again);
  }
}

/** Lashes that stay on their lids; see risorius.skin.contact.Roots. */
class Lashes {
  private readonly hair: Int32Array;
  private readonly margin: Int32Array;
  private readonly weight: Float32Array;
  private readonly offset: Float32Array;

  constructor(file: Container) {
    this.hair = file.get("contact.lashes.hair", "i4");
    this.margin = file.get("contact.lashes.margin", "i4");
    this.weight = file.get("contact.lashes.weight", "f4");
    this.offset = file.get("contact.lashes.offset", "f4");
  }

  /** Carry every hair to its root on the margin, in place. */
  root(points: Float32Array): void {
    const { hair, margin, weight, offset } = this;
    const slack = 2e-3; // more than rounding [mm]
    const size = hair.length / weight.length;
    for (let h = 0; h < weight.length; h++) {
      const a = 3 * margin[2 * h];
      const b = 3 * margin[2 * h + 1];
      const f = 3 * hair[h * size];
      const g = 3 * hair[h * size + 1];
      const w = weight[h];
      const o = 3 * h;
      const x = (1 - w) * points[a] + w * points[b] + offset[o] - (points[f] + points[g]) / 2;
      const y = (1 - w) * points[a + 1] + w * points[b + 1] + offset[o + 1] - (points[f + 1] + points[g + 1]) / 2;
      const z = (1 - w) * points[a + 2] + w * points[b + 2] + offset[o + 2] - (points[f + 2] + points[g + 2]) / 2;
      const length = Math.sqrt(x * x + y * y + z * z);
      if (length <= slack) continue;
      const part = 1 - slack / length;
      for (let k = 0; k < size; k++) {
        const v = 3 * hair[h * size + k];
        points[v] += part * x;
        points[v + 1] += part * y;
        points[v + 2] += part * z;
      }
    }
  }
}
