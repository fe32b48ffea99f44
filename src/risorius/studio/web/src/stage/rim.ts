// Where the skin of the neck ends, and how far from there places are.

import type { Head } from "./head";

/** Return how far each of some places is from the nearest of others [mm]. */
export function apart(places: Float32Array, others: Float32Array): Float32Array {
  const far = new Float32Array(places.length / 3);
  for (let v = 0; v < far.length; v++) {
    let least = Infinity;
    for (let r = 0; r < others.length; r += 3) {
      const x = places[3 * v] - others[r];
      const y = places[3 * v + 1] - others[r + 1];
      const z = places[3 * v + 2] - others[r + 2];
      least = Math.min(least, x * x + y * y + z * z);
    }
    far[v] = Math.sqrt(least);
  }
  return far;
}

/** Return the places along the open edge of the level-1 skin, each side of which has one triangle only, from the lowest on. */
export function rimOf({ triangles, solid, parts }: Head, shape: Float32Array): Float32Array {
  const stop = parts.skin[3];
  const once = new Map<number, readonly [from: number, to: number]>();
  for (let t = 0; t < 3 * solid; t += 3) {
    for (let k = 0; k < 3; k++) {
      const [a, b] = [triangles[t + k], triangles[t + ((k + 1) % 3)]];
      if (a >= stop) continue;
      const edge = Math.min(a, b) * stop + Math.max(a, b);
      if (!once.delete(edge)) once.set(edge, [a, b]);
    }
  }
  const next = new Map(once.values());
  const lowest = [...next.keys()].reduce((a, b) => (shape[3 * b + 1] < shape[3 * a + 1] ? b : a));
  const rim = [lowest];
  for (let v = next.get(lowest); v !== undefined && v !== lowest; v = next.get(v)) rim.push(v);
  return Float32Array.from(rim.flatMap((v) => [shape[3 * v], shape[3 * v + 1], shape[3 * v + 2]]));
}
