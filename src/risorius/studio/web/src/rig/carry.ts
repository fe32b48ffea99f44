// What carries the skin rigidly: the jaw that opens, the lids that turn, the eyes that look; and the
// cues of a moment, which call for shapes.

import type { Container } from "./container";
import { jawMotion, readJaw, type Jaw } from "./jaw";

const OPENINGS = 4;
/** Cues beside activation and lost tone. */
const N_MORE = OPENINGS + 6;

/** Both eyes as the lids feel them; see risorius.skin.lids.Globes. */
export interface Globes {
  /** (side, 3) [mm] */
  centre: Float64Array;
  /** (side,) [mm] */
  radius: Float64Array;
  iris: number;
  rise: number;
}

/** How far each vertex goes with jaw, lids and eyes; see risorius.skin.carry.Carrier. */
export interface Carrier {
  channels: readonly string[];
  jaw: Jaw;
  share: Float32Array;
  lids: { turn: Float32Array; axis: Float64Array; aperture: Float64Array };
  globes: Globes;
  /** Vertices that go with the jaw; with the lids and with the globe of either side. */
  jawed: Int32Array;
  lidded: readonly [Int32Array, Int32Array];
  looking: readonly [Int32Array, Int32Array];
  facts: LidFacts;
}

interface LidFacts {
  /** (channel, 3) closing [1], upper lid down, lower lid up [mm] per activation. */
  gains: Float64Array;
  thickness: number;
  gazeUpper: number;
  gazeLower: number;
  raiseLimit: number;
  ease: number;
  /** Ways of the jaw [mm] that count as 1. */
  protrusion: number;
  shift: number;
}

/** What carries the skin at one moment. Rewritten in place from frame to frame. */
export class Motion {
  readonly jawTurn = new Float32Array(3);
  readonly jawShift = new Float32Array(3);
  /** (side, 3) closing, turn of the upper and of the lower lid. */
  readonly lidTurn = new Float32Array(6);
  /** (side, 3, 3) */
  readonly gaze = new Float32Array(18);
  readonly cues: Float32Array;

  constructor(channels: number) {
    this.cues = new Float32Array(4 * channels + N_MORE);
  }
}

export function readCarrier(file: Container): Carrier {
  const values = file.header.values as Record<string, number> & { "carrier.channels": string[] };
  const share = file.scaled("carrier.share");
  const lidOf = file.get("carrier.lids.eye", "i1");
  const eyeOf = file.get("carrier.eye", "i1");
  return {
    channels: values["carrier.channels"],
    jaw: readJaw(file),
    share,
    lids: {
      turn: file.scaled("carrier.lids.turn"),
      axis: file.get("carrier.lids.axis", "f8"),
      aperture: file.get("carrier.lids.aperture", "f8"),
    },
    globes: {
      centre: file.get("carrier.globes.centre", "f8"),
      radius: file.get("carrier.globes.radius", "f8"),
      iris: values["carrier.globes.iris"],
      rise: values["carrier.globes.rise"],
    },
    jawed: where(share, (part) => part > 0),
    lidded: [where(lidOf, (side) => side === 0), where(lidOf, (side) => side === 1)],
    looking: [where(eyeOf, (side) => side === 0), where(eyeOf, (side) => side === 1)],
    facts: readFacts(file),
  };
}

function where(values: Float32Array | Int8Array, wanted: (value: number) => boolean): Int32Array {
  const places: number[] = [];
  values.forEach((value, place) => {
    if (wanted(value)) places.push(place);
  });
  return Int32Array.from(places);
}

interface StoredFacts {
  protrusion: number;
  shift: number;
  lid_ease: number;
  lid_gains: number[][];
  lid_motion: Record<string, { typ: number; at_deg?: number }>;
}

function readFacts(file: Container): LidFacts {
  const facts = file.header.facts as StoredFacts;
  const motion = facts.lid_motion;
  const follow = motion.gaze_lower_mm;
  return {
    gains: Float64Array.from(facts.lid_gains.flat()),
    thickness: motion.thickness_mm.typ,
    gazeUpper: motion.gaze_upper.typ,
    gazeLower: follow.typ / ((follow.at_deg! * Math.PI) / 180),
    raiseLimit: motion.raise_limit_mm.typ,
    ease: facts.lid_ease,
    protrusion: facts.protrusion,
    shift: facts.shift,
  };
}

/** The smaller of two values, without a kink where they are equal. */
function least(a: number, b: number, ease: number): number {
  const near = Math.max(ease - Math.abs(a - b), 0);
  return Math.min(a, b) - (near * near) / (4 * ease);
}

/** Read activation, jaw, gaze and tone into what they do. Without a tone all muscles have theirs. */
export function move(
  carrier: Carrier,
  activation: Float32Array,
  jaw: ArrayLike<number>,
  gaze: ArrayLike<number>,
  tone: Float32Array | undefined,
  out: Motion,
): void {
  const { facts } = carrier;
  const { cues } = out;
  const rest = activation.length;
  jawMotion(carrier.jaw, jaw, out.jawTurn, out.jawShift);
  cues.set(activation);
  for (let c = 0; c < rest; c++) cues[rest + N_MORE + c] = tone ? 1 - tone[c] : 0;
  const share = jaw[0] / carrier.jaw.maxOpen;
  const x = Math.min(Math.max(share, 0), 1);
  const y = 1 - x;
  const under = Math.min(share, 0);
  const over = Math.max(share - 1, 0);
  // Bernstein polynomials of the opening; beyond both ends they go on straight.
  cues[rest] = 4 * x * y * y * y + 4 * under;
  cues[rest + 1] = 6 * x * y * x * y;
  cues[rest + 2] = 4 * x * x * x * y - 4 * over;
  cues[rest + 3] = x * x * x * x + 4 * over;
  cues[rest + 4] = jaw[1] / facts.protrusion;
  cues[rest + 5] = jaw[2] / facts.shift;
  for (let side = 0; side < 2; side++) {
    turnLids(carrier, activation, gaze[2 * side + 1], side, out);
    look(gaze[2 * side], gaze[2 * side + 1], out.gaze, 9 * side);
    cues[rest + 6 + 2 * side] = out.lidTurn[3 * side + 1];
    cues[rest + 7 + 2 * side] = out.lidTurn[3 * side + 2];
  }
}

function turnLids(carrier: Carrier, activation: Float32Array, pitch: number, side: number, out: Motion): void {
  const { gains, thickness, gazeUpper, gazeLower, raiseLimit, ease } = carrier.facts;
  let close = 0;
  let upper = 0;
  let lower = 0;
  for (let c = 0; c < gains.length / 3; c++) {
    const drive = activation[2 * c + side];
    close += drive * gains[3 * c];
    upper += drive * gains[3 * c + 1];
    lower += drive * gains[3 * c + 2];
  }
  close = Math.min(Math.max(close, 0), 1);
  const arm = carrier.globes.radius[side] + thickness;
  const gap = carrier.lids.aperture[side];
  upper = upper / arm + gazeUpper * pitch;
  lower = (lower - gazeLower * pitch) / arm;
  upper = -least(-upper, raiseLimit / arm, ease);
  lower = least(lower, 0.4 * gap, ease);
  // The margins meet; they do not pass each other.
  upper = least(upper, gap - lower, ease);
  out.lidTurn[3 * side] = close;
  out.lidTurn[3 * side + 1] = (1 - close) * upper;
  out.lidTurn[3 * side + 2] = (1 - close) * lower;
}

/** Fill a rotation at place `m`: pitch down, then yaw to the person's left [rad]. */
function look(yaw: number, pitch: number, out: Float32Array, m: number): void {
  const cy = Math.cos(yaw);
  const sy = Math.sin(yaw);
  const cp = Math.cos(pitch);
  const sp = Math.sin(pitch);
  out[m] = cy;
  out[m + 1] = sy * sp;
  out[m + 2] = sy * cp;
  out[m + 3] = 0;
  out[m + 4] = cp;
  out[m + 5] = -sp;
  out[m + 6] = -sy;
  out[m + 7] = cy * sp;
  out[m + 8] = cy * cp;
}
