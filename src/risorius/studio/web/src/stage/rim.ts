// Where the skin of the neck ends, and how far from there places are.

import type { Head } from "./head";

/** Return how far each place on the skin is from the rim [mm]. */
export function fromRim(places: Float32Array, rim: Float32Array): Float32Array {
  const far = new Float32Array(places.length / 3);
  for (let v = 0; v < far.length; v++) {
    let least = Infinity;
    for (let r = 0; r < rim.length; r += 3) {
      const x = places[3 * v] - rim[r];
      const y = places[3 * v + 1] - rim[r + 1];
      const z = places[3 * v + 2] - rim[r + 2];
      least = Math.min(least, x * x + y * y + z * z);
    }
    far[v] = Math.sqrt(least);
  }
  return far;
}

/** Return how far each place within the neck is above the plane that the rim lies in, more or less [mm]. */
export function overRim(places: Float32Array, rim: Float32Array): Float32Array {
  // The head is the same on both sides: the plane's height depends on depth alone.
  const count = rim.length / 3;
  let y = 0, z = 0, yz = 0, zz = 0;
  for (let r = 0; r < rim.length; r += 3) {
    y += rim[r + 1] / count;
    z += rim[r + 2] / count;
  }
  for (let r = 0; r < rim.length; r += 3) {
    yz += (rim[r + 1] - y) * (rim[r + 2] - z);
    zz += (rim[r + 2] - z) ** 2;
  }
  const slope = yz / zz;
  const scale = 1 / Math.hypot(1, slope);
  return Float32Array.from({ length: places.length / 3 }, (_, v) => {
    return (places[3 * v + 1] - y - slope * (places[3 * v + 2] - z)) * scale;
  });
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
