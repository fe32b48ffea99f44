// Plays a rig: a pose in, skin out, frame after frame in the same memory.

import { move, Motion } from "./carry";
import { GazeMuscles, JawMuscles } from "./jaw";
import { normals, pose as carried, refine, weigh, type Sparse } from "./kernels";
import type { Rig } from "./rig";
import { Mover } from "./shapes";

/** What a face does at one moment. */
export interface Pose {
  /** (channel, side) [1] */
  activation: Float32Array;
  /** Opening [rad], protrusion, shift to the person's left [mm]; null: as its muscles have it. */
  jaw: ArrayLike<number> | null;
  /** (side, 2) yaw to the person's left, pitch down [rad]; null: as the muscles of the eyes have it. */
  gaze: ArrayLike<number> | null;
  /** (channel, side) resting tone [1]; without it all is healthy. */
  tone?: Float32Array | undefined;
}

/** The smooth surface, as GET /api/face/head has it. */
export interface Surface {
  /** Level 0 to level 1. */
  subdivision: Sparse;
  /** (2 quads, 3) of level 1: every two are the halves a b c and a c d of a quad. */
  triangles: Int16Array | Int32Array;
}

/** One moving face. What its methods return is theirs and is rewritten by the next pose. */
export class RigPlayer {
  /** (n, 3) [mm] */
  readonly level0: Float32Array;
  /** (3,) opening [rad], protrusion, shift [mm]; and (side, 2) [rad]: what the pose came to. */
  readonly jaw = new Float64Array(3);
  readonly gaze = new Float64Array(4);
  private readonly motion: Motion;
  private readonly weight: Float32Array;
  private readonly mover: Mover;
  private readonly blocks: Float32Array; // level 0, and room to the end of the last block
  private readonly jawMuscles: JawMuscles;
  private readonly gazeMuscles: GazeMuscles;
  private readonly fine: Float32Array;
  private readonly upright: Float32Array;
  private readonly quads: Int32Array;
  private readonly subdivision: Sparse | null;
  private isFine = false;
  private isUpright = false;

  /** Without a surface only level 0 moves. */
  constructor(
    private readonly rig: Rig,
    surface: Surface | null,
  ) {
    this.motion = new Motion(rig.channels.length);
    this.weight = new Float32Array(rig.shapes.scale.length);
    this.mover = new Mover(rig.shapes);
    this.blocks = new Float32Array(this.mover.size);
    this.level0 = this.blocks.subarray(0, rig.rest.length);
    this.level0.set(rig.rest);
    this.jawMuscles = new JawMuscles(rig.carrier.jaw, rig.channels);
    this.gazeMuscles = new GazeMuscles(rig.channels);
    const n = surface ? surface.subdivision.pointer.length - 1 : 0;
    this.fine = new Float32Array(3 * n);
    this.upright = new Float32Array(3 * n);
    this.subdivision = surface?.subdivision ?? null;
    this.quads = surface ? quadsOf(surface.triangles) : new Int32Array(0);
  }

  /** Take a pose: `level0` is its shape from now on. */
  pose({ activation, jaw, gaze, tone }: Pose): void {
    const { rig, motion, level0 } = this;
    this.check(activation, tone);
    if (jaw) this.jaw.set(jaw);
    else this.jawMuscles.read(activation, this.jaw);
    if (gaze) this.gaze.set(gaze);
    else this.gazeMuscles.read(activation, this.gaze);
    move(rig.carrier, activation, this.jaw, this.gaze, tone, motion);
    weigh(motion.cues, rig.mixing, rig.shapes.scale, this.weight);
    this.mover.move(this.weight, this.blocks);
    carried(rig.rest, rig.hair, rig.root, rig.carrier, motion, level0);
    rig.tongue.place(activation, motion, level0);
    rig.contact.settle(level0, motion, 0);
    this.isFine = this.isUpright = false;
  }

  /** The smooth surface of the pose, (n1, 3) [mm]. */
  level1(): Float32Array {
    if (!this.isFine) {
      if (!this.subdivision) throw new Error("this player has no finer surface: give it one when you make it.");
      refine(this.subdivision, this.level0, this.fine);
      this.rig.contact.settle(this.fine, this.motion, 1);
      this.isFine = true;
    }
    return this.fine;
  }

  /** Unit normals of the smooth surface, (n1, 3). */
  normals(): Float32Array {
    if (!this.isUpright) {
      normals(this.quads, this.level1(), this.upright);
      this.isUpright = true;
    }
    return this.upright;
  }

  private check(activation: Float32Array, tone: Float32Array | undefined): void {
    const wanted = 2 * this.rig.channels.length;
    for (const [name, values] of [
      ["activation", activation],
      ["tone", tone],
    ] as const) {
      if (!values) continue;
      if (values.length !== wanted) {
        throw new RangeError(`${name} has ${values.length} numbers, not ${wanted}: one per muscle and side.`);
      }
      if (!values.every(Number.isFinite)) throw new RangeError(`${name} holds values that are not numbers.`);
    }
  }
}

function quadsOf(triangles: Int16Array | Int32Array): Int32Array {
  const quads = new Int32Array((triangles.length / 6) * 4);
  for (let q = 0; q < quads.length / 4; q++) {
    const t = 6 * q;
    if (triangles[t] !== triangles[t + 3] || triangles[t + 2] !== triangles[t + 4]) {
      throw new RangeError("every two triangles of a surface must be the halves of a quad.");
    }
    quads.set([triangles[t], triangles[t + 1], triangles[t + 2], triangles[t + 5]], 4 * q);
  }
  return quads;
}
