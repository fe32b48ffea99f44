// The jaw: two condyles that glide down the eminence and turn, and the muscles that work it; and the
// muscles that turn the eyes.

import type { Container } from "./container";
import drives from "./drives.json";

/** Over this way a condyle begins to glide, so that movement starts without a jerk [mm]. */
const EASE_MM = 0.5;
/** Over this share of full effort a force grows in. */
const EASE = 0.05;

/** How the mandible moves; see risorius.skin.jaw.Jaw. */
export interface Jaw {
  pivot: Float64Array;
  slope: number;
  translation: number;
  maxOpen: number;
  reach: number;
  below: number;
  width: number;
  facts: Readonly<Record<JawFact, number>>;
}

const FACTS = [
  "lateral_mm",
  "protrusion_mm",
  "retrusion_mm",
  "eminence_mm",
  "side_slip",
  "kept_shut",
  "end_stiffness",
  "protruding_N",
  "back_stiffness",
  "protrusion_limit",
  "bite_lock",
] as const;
type JawFact = (typeof FACTS)[number];

export function readJaw(file: Container): Jaw {
  const values = file.header.values as Record<string, number>;
  const stored = (file.header.facts as { jaw: Record<JawFact, { typ: number }> }).jaw;
  return {
    pivot: file.get("carrier.jaw.pivot", "f8"),
    slope: values["carrier.jaw.slope"],
    translation: values["carrier.jaw.translation"],
    maxOpen: values["carrier.jaw.max_open"],
    reach: values["carrier.jaw.reach"],
    below: values["carrier.jaw.below"],
    width: values["carrier.jaw.width"],
    facts: Object.fromEntries(FACTS.map((name) => [name, stored[name].typ])) as Record<JawFact, number>,
  };
}

/** How far a condyle goes down [mm]: steep at first, flat at the crest. */
function fall(glide: number, height: number, steep: number): number {
  return height * Math.tanh((steep * glide) / height);
}

/** Fill `turn` [rad] and `shift` [mm], (3,) each, with the movement of the jaw in a pose. */
export function jawMotion(jaw: Jaw, pose: ArrayLike<number>, turn: Float32Array, shift: Float32Array): void {
  const { slope, translation, reach, below, width } = jaw;
  const { eminence_mm: height, side_slip: slip, kept_shut: kept } = jaw.facts;
  const steep = Math.tan(slope);
  const opening = pose[0];
  const forward = pose[1];
  const aside = pose[2];
  const share = Math.max(opening / jaw.maxOpen, 0);
  // The rotation grows with the 0.95th power of the opening, so the opening with its inverse.
  const x = Math.min(Math.max((share ** (1 / 0.95) - 0.1) / 0.9, 0), 1);
  const glide = translation * x * x * (3 - 2 * x);
  // Seen at the incisors, yaw and roll add up.
  const yaw = ((1 - slip) * aside) / (reach + steep * below);
  // The condyle that glides goes forward from where it is; the other one stays.
  const ahead = Math.sqrt((yaw * width) ** 2 + EASE_MM ** 2) - EASE_MM;
  // As the condyles go down, the mandible turns up and keeps the mouth nearly shut.
  const forth = forward / (1 + (kept * steep * below) / reach);
  const over = Math.max(forth, 0);
  const eased = (over * over) / (over + EASE_MM);
  const down = fall(eased, height, steep) + fall(ahead, height, steep) / 2;
  turn[0] = opening - (kept * down) / reach;
  turn[1] = yaw;
  turn[2] = fall(yaw * width, height, steep) / width;
  shift[0] = slip * aside;
  shift[1] = -Math.sin(slope) * glide - down;
  shift[2] = Math.cos(slope) * glide + forth + ahead / 2;
}

/** The positive part of a value, without a kink at zero. */
function eased(value: number): number {
  const over = Math.max(value, 0);
  return (over * over) / (over + EASE);
}

/** The share x of the way at which `x + stiffness x^9` balances an effort 0..1. */
function resisted(effort: number, stiffness: number): number {
  const target = (1 + stiffness) * Math.min(Math.max(effort * (1 + EASE), 0), 1);
  let x = Math.min(target, 1);
  // Newton from above on a convex function: it never leaves the way.
  for (let k = 0; k < 8; k++) x -= (x + stiffness * x ** 9 - target) / (1 + 9 * stiffness * x ** 8);
  return Math.min(Math.max(x, 0), 1);
}

/** A way that grows as before when small and nears a limit. */
function limited(way: number, limit: number): number {
  return way / (1 + Math.abs(way / limit) ** 4) ** 0.25;
}

/** Where the balance of muscles, ligaments and teeth holds the jaw: see jaw_from_activation. */
export class JawMuscles {
  private readonly rows: Int32Array;

  constructor(
    private readonly jaw: Jaw,
    channels: readonly string[],
  ) {
    this.rows = placesOf(channels, drives.jaw_muscles);
  }

  /** Fill `out` (3,): opening [rad], protrusion and shift to the person's left [mm]. */
  read(activation: Float32Array, out: Float64Array): void {
    const { facts, maxOpen } = this.jaw;
    let torque = 0;
    let strongest = 0;
    let pullLeft = 0;
    let pullRight = 0;
    drives.jaw_muscles.forEach((row, k) => {
      const left = activation[this.rows[k]];
      const right = activation[this.rows[k] + 1];
      torque += (row.torque_Nm * (left + right)) / 2;
      strongest += Math.max(row.torque_Nm, 0);
      pullLeft += row.forward_N * left;
      pullRight += row.forward_N * right;
    });
    // The closers press the teeth together; they cannot close further.
    const bite = 1 + eased(-torque / strongest) / facts.bite_lock;
    const share = resisted(eased(torque / strongest), facts.end_stiffness);
    const room = Math.min(Math.max(1 - share, 0), 1);
    const left = this.glide(pullLeft / facts.protruding_N / bite) * room;
    const right = this.glide(pullRight / facts.protruding_N / bite) * room;
    // Both condyles have gone as far as the one that went less.
    const apart = Math.sqrt((right - left) ** 2 + EASE ** 2) - EASE;
    out[0] = share * maxOpen;
    out[1] = ((left + right - apart) / 2) * facts.protrusion_mm;
    out[2] = (right - left) * facts.lateral_mm;
  }

  private glide(pull: number): number {
    const facts = this.jaw.facts;
    if (pull > 0) return limited(pull, facts.protrusion_limit);
    // Behind the condyles there is hardly any room.
    return limited(pull / facts.back_stiffness, facts.retrusion_mm / facts.protrusion_mm);
  }
}

/** Where the muscles of the eyes turn them: see gaze_from_activation. */
export class GazeMuscles {
  private readonly at: Readonly<Record<string, number>>;

  constructor(channels: readonly string[]) {
    const names = ["lateralis", "medialis", "inferior", "superior"].map((name) => `rectus_${name}`);
    names.push("obliquus_superior", "obliquus_inferior");
    const places = placesOf(
      channels,
      names.map((channel) => ({ channel })),
    );
    this.at = Object.fromEntries(names.map((name, k) => [name, places[k]]));
  }

  /** Fill `out` (side, 2): yaw to the person's left and pitch down [rad]. */
  read(activation: Float32Array, out: Float64Array): void {
    const at = this.at;
    const { yaw_deg, up_deg, down_deg } = drives.gaze;
    for (let side = 0; side < 2; side++) {
      const outward = activation[at.rectus_lateralis + side] - activation[at.rectus_medialis + side];
      const down = activation[at.rectus_inferior + side] + 0.3 * activation[at.obliquus_superior + side];
      const up = activation[at.rectus_superior + side] + 0.3 * activation[at.obliquus_inferior + side];
      out[2 * side] = ((side === 0 ? outward : -outward) * yaw_deg * Math.PI) / 180;
      out[2 * side + 1] = ((clamped(down) * down_deg - clamped(up) * up_deg) * Math.PI) / 180;
    }
  }
}

function clamped(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}

/** Where the left sides of the channels of some rows are in an activation. */
export function placesOf(channels: readonly string[], rows: readonly { channel: string }[]): Int32Array {
  return Int32Array.from(rows, ({ channel }) => {
    const place = channels.indexOf(channel);
    if (place < 0) throw new RangeError(`the rig has no muscle ${channel}: bake the face again.`);
    return 2 * place;
  });
}
