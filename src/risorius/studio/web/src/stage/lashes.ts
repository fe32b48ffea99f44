// The lashes as strips that face the viewer and are never finer than a pixel: what is finer grows fainter.

import type { Head } from "./head";

export class Lashes {
  /** Four corners to a strip: place [mm], and how much of the light they take. */
  readonly places: Float32Array;
  readonly cover: Float32Array;
  readonly index: Uint16Array;

  constructor(private readonly head: Head) {
    const count = head.lash.ribbons.length / 4;
    this.places = new Float32Array(12 * count);
    this.cover = new Float32Array(4 * count);
    this.index = new Uint16Array(6 * count);
    for (let n = 0; n < count; n++) {
      const v = 4 * n;
      this.index.set([v, v + 1, v + 3, v, v + 3, v + 2], 6 * n);
    }
  }

  /** Take level-1 vertices, the viewer's place and how wide a pixel is at one millimetre's distance [mm]. */
  read(shape: Float32Array, eye: { x: number; y: number; z: number }, pixel: number): void {
    const { ribbons, strokes } = this.head.lash;
    const { places, cover } = this;
    for (let n = 0; n < strokes.length / 2; n++) {
      const i = 3 * ribbons[4 * n];
      const j = 3 * ribbons[4 * n + 1];
      const k = 3 * ribbons[4 * n + 2];
      const m = 3 * ribbons[4 * n + 3];
      const x0 = (shape[i] + shape[j]) / 2;
      const y0 = (shape[i + 1] + shape[j + 1]) / 2;
      const z0 = (shape[i + 2] + shape[j + 2]) / 2;
      const x1 = (shape[k] + shape[m]) / 2;
      const y1 = (shape[k + 1] + shape[m + 1]) / 2;
      const z1 = (shape[k + 2] + shape[m + 2]) / 2;
      // Across the strip and across the line of sight.
      const ex = eye.x - x0;
      const ey = eye.y - y0;
      const ez = eye.z - z0;
      let ax = (y1 - y0) * ez - (z1 - z0) * ey;
      let ay = (z1 - z0) * ex - (x1 - x0) * ez;
      let az = (x1 - x0) * ey - (y1 - y0) * ex;
      const size = 1 / Math.max(Math.sqrt(ax * ax + ay * ay + az * az), 1e-9);
      ax *= size;
      ay *= size;
      az *= size;
      const finest = pixel * Math.sqrt(ex * ex + ey * ey + ez * ez);
      const wider = strokes[2 * n];
      const opaque = strokes[2 * n + 1];
      const first = apart(shape, i, j) + wider;
      const last = apart(shape, k, m) + wider;
      const w0 = Math.max(first, finest) / 2;
      const w1 = Math.max(last, finest) / 2;
      const p = 12 * n;
      places[p] = x0 - w0 * ax;
      places[p + 1] = y0 - w0 * ay;
      places[p + 2] = z0 - w0 * az;
      places[p + 3] = x0 + w0 * ax;
      places[p + 4] = y0 + w0 * ay;
      places[p + 5] = z0 + w0 * az;
      places[p + 6] = x1 - w1 * ax;
      places[p + 7] = y1 - w1 * ay;
      places[p + 8] = z1 - w1 * az;
      places[p + 9] = x1 + w1 * ax;
      places[p + 10] = y1 + w1 * ay;
      places[p + 11] = z1 + w1 * az;
      // What is finer than a pixel would only speckle: it fades twice as fast as it thins.
      const root = Math.min(first / finest, 1);
      const tip = Math.min(last / finest, 1);
      cover[4 * n] = cover[4 * n + 1] = opaque * root * root;
      cover[4 * n + 2] = cover[4 * n + 3] = opaque * tip * tip;
    }
  }
}

/** `Math.hypot` would be ten times slower. */
function apart(points: Float32Array, i: number, j: number): number {
  const x = points[i] - points[j];
  const y = points[i + 1] - points[j + 1];
  const z = points[i + 2] - points[j + 2];
  return Math.sqrt(x * x + y * y + z * z);
}
