/** The pad of feelings: a direction is a feeling, between two it is both, the distance is how strong. */

/** In the order of the ring, from the top to the right: more alert above, more pleasant to the right. */
export const FEELINGS = ["surprise", "happiness", "contempt", "sadness", "disgust", "anger", "fear"] as const;
export type Feeling = (typeof FEELINGS)[number];

const TURN = 2 * Math.PI;
const STEP = TURN / FEELINGS.length;
/** Closer to the middle than this nothing is meant. */
const STILL = 0.12;

/** Where a feeling stands on the ring: right and down, within -1..1. */
export function placeOf(feeling: Feeling): [number, number] {
  const angle = STEP * FEELINGS.indexOf(feeling);
  return [Math.sin(angle), -Math.cos(angle)];
}

export interface Mixture {
  feel: Partial<Record<Feeling, number>>;
  strength: number;
}

/** What a place on the pad means; null in the middle. */
export function mixtureAt(right: number, down: number): Mixture | null {
  const strength = Math.min(1, Math.hypot(right, down));
  if (strength < STILL) return null;
  const turned = ((Math.atan2(right, -down) + TURN) % TURN) / STEP;
  const first = Math.floor(turned) % FEELINGS.length;
  const share = Math.round(10 * (turned - Math.floor(turned))) / 10;
  const feel: Mixture["feel"] = {};
  if (share < 1) feel[FEELINGS[first]!] = Math.round(10 * (1 - share)) / 10;
  if (share > 0) feel[FEELINGS[(first + 1) % FEELINGS.length]!] = share;
  return { feel, strength: Math.round(100 * strength) / 100 };
}
