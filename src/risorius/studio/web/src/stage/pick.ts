// Which triangle a line of sight meets first.

export interface Hit {
  triangle: number;
  /** Along the line, in lengths of its direction. */
  distance: number;
}

/** Return the first triangle from `start` on that a line enters from outside, or null. */
export function firstHit(
  points: Float32Array,
  triangles: ArrayLike<number>,
  count: number,
  start: readonly [number, number, number],
  way: readonly [number, number, number],
): Hit | null {
  const [sx, sy, sz] = start;
  const [dx, dy, dz] = way;
  let hit: Hit | null = null;
  for (let t = 0; t < count; t++) {
    const i = 3 * triangles[3 * t];
    const j = 3 * triangles[3 * t + 1];
    const k = 3 * triangles[3 * t + 2];
    const ux = points[j] - points[i];
    const uy = points[j + 1] - points[i + 1];
    const uz = points[j + 2] - points[i + 2];
    const vx = points[k] - points[i];
    const vy = points[k + 1] - points[i + 1];
    const vz = points[k + 2] - points[i + 2];
    // Möller and Trumbore 1997.
    const px = dy * vz - dz * vy;
    const py = dz * vx - dx * vz;
    const pz = dx * vy - dy * vx;
    const facing = ux * px + uy * py + uz * pz;
    if (facing < 1e-9) continue;
    const ox = sx - points[i];
    const oy = sy - points[i + 1];
    const oz = sz - points[i + 2];
    const a = ox * px + oy * py + oz * pz;
    if (a < 0 || a > facing) continue;
    const qx = oy * uz - oz * uy;
    const qy = oz * ux - ox * uz;
    const qz = ox * uy - oy * ux;
    const b = dx * qx + dy * qy + dz * qz;
    if (b < 0 || a + b > facing) continue;
    const distance = (vx * qx + vy * qy + vz * qz) / facing;
    if (distance > 0 && (!hit || distance < hit.distance)) hit = { triangle: t, distance };
  }
  return hit;
}

/** Return the vertex that lies nearest to a place, and how far away it is. */
export function nearest(points: Float32Array, [x, y, z]: readonly [number, number, number]): { vertex: number; distance: number } {
  let [vertex, least] = [-1, Infinity];
  for (let v = 0; v < points.length / 3; v++) {
    const [dx, dy, dz] = [points[3 * v] - x, points[3 * v + 1] - y, points[3 * v + 2] - z];
    const square = dx * dx + dy * dy + dz * dz;
    if (square < least) [vertex, least] = [v, square];
  }
  return { vertex, distance: Math.sqrt(least) };
}
