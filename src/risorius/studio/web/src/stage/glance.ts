// Where the eyes must turn to look at a pointer.

import type { Matrix4, Vector3 } from "three";

/** Of gaze, as seen from between the eyes [deg]. */
export interface Glance {
  leftDeg: number;
  upDeg: number;
}

/** The pointer moves on a pane that faces the viewer, so far from the eyes of the way to the viewer. */
const PANE = 0.2;
/** Eyes and head turn no farther [deg]; what is farther than `BEHIND` is not looked for. */
const MOST = { aside: 48, up: 25, down: 32 };
const BEHIND = 120;

/**
 * Return how gaze meets a pointer that is seen in a direction (`way`, in the camera's frame, one unit deep),
 * or null if it is behind the head.
 */
export function glanceAt(way: Vector3, eyes: Vector3, camera: { matrixWorld: Matrix4; matrixWorldInverse: Matrix4 }): Glance | null {
  const depth = -eyes.clone().applyMatrix4(camera.matrixWorldInverse).z;
  const to = way.clone().multiplyScalar(depth * (1 - PANE)).applyMatrix4(camera.matrixWorld).sub(eyes);
  const left = degrees(Math.atan2(to.x, to.z));
  if (Math.abs(left) > BEHIND) return null;
  const up = degrees(Math.atan2(to.y, Math.hypot(to.x, to.z)));
  return {
    leftDeg: Math.min(Math.max(left, -MOST.aside), MOST.aside),
    upDeg: Math.min(Math.max(up, -MOST.down), MOST.up),
  };
}

function degrees(angle: number): number {
  return (180 / Math.PI) * angle;
}
