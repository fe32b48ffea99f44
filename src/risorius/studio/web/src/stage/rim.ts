// Where the skin of the neck ends, and how far from there a place is.

import type { Head } from "./head";

/** Return for each level-1 vertex how far it is from the end of the neck [mm], along a straight line. */
export function fromRim(head: Head, shape: Float32Array): Float32Array {
  const rim = rimOf(head, shape);
  const far = new Float32Array(shape.length / 3);
  for (let v = 0; v < far.length; v++) {
    let least = Infinity;
    for (const r of rim) {
      const x = shape[3 * v] - shape[3 * r];
      const y = shape[3 * v + 1] - shape[3 * r + 1];
      const z = shape[3 * v + 2] - shape[3 * r + 2];
      least = Math.min(least, x * x + y * y + z * z);
    }
    far[v] = Math.sqrt(least);
  }
  return far;
}

/** The open edge of the skin, where each edge belongs to one triangle only, from its lowest vertex on. */
function rimOf({ triangles, solid, parts }: Head, shape: Float32Array): number[] {
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
  return rim;
}
