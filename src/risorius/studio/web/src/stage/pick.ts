// What a line of sight meets first, and what muscle is meant by it.

import type { Body, Muscles, Side } from "./muscles";

/** A muscle that lies deeper under closed skin [mm] is not what was pointed at. */
const DEEP = 30;
/** Where no muscle lies right below, one so near to the place on the skin [mm] is meant. */
const NEAR = 20;

export type Triple = readonly [number, number, number];

export interface Mesh {
  points: Float32Array;
  triangles: ArrayLike<number>;
  /** So many triangles count. */
  count: number;
}

export interface Hit {
  triangle: number;
  /** Along the line, in lengths of its direction. */
  distance: number;
}

/** What is meant on the head. */
export interface Picked {
  /** The muscle that lies there, or the nearest one; null where none is near. */
  channel: string | null;
  side: Side;
  /** How far from the place on the skin it lies, where it does not lie right below [mm]. */
  aside: number;
}

/** Return the first triangle from `start` on that a line enters from outside, or null. */
export function firstHit({ points, triangles, count }: Mesh, start: Triple, way: Triple): Hit | null {
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

/** Return what a line of sight means: what lies below the skin there, or else near; null beside the head. */
export function meant(
  muscles: Muscles,
  vertices: Float32Array,
  surface: Mesh,
  isClosed: boolean,
  start: Triple,
  way: Triple,
): Picked | null {
  const { triangles, owner, bodies } = muscles;
  const told = ({ channel, side }: Body, aside: number): Picked => ({ channel, side, aside });
  const inside = firstHit({ points: vertices, triangles, count: triangles.length / 3 }, start, way);
  const outside = firstHit(surface, start, way);
  const deep = DEEP / Math.hypot(...way);
  if (inside && (!isClosed || (outside && inside.distance - outside.distance < deep))) {
    return told(bodies[owner[triangles[3 * inside.triangle]]], 0);
  }
  if (!outside) return null;
  const [x, y, z] = [0, 1, 2].map((a) => start[a] + outside.distance * way[a]);
  let nearest = -1;
  let least = NEAR * NEAR;
  for (let v = 0; v < owner.length; v++) {
    const away = (vertices[3 * v] - x) ** 2 + (vertices[3 * v + 1] - y) ** 2 + (vertices[3 * v + 2] - z) ** 2;
    if (away < least) [least, nearest] = [away, v];
  }
  return nearest < 0 ? { channel: null, side: "left", aside: NaN } : told(bodies[owner[nearest]], Math.sqrt(least));
}
