// The room that the tongue has: teeth and palate hold it down, the lower teeth hold it up.

import type { Container } from "./container";

/** Over this distance teeth and palate begin to hold [mm]. */
const EASE = 1.5;
/** Room between vertices and edges of the teeth, for what lies between the vertices [mm]. */
const MARGIN = 0.8;
/** How far below the edges of the lower teeth they stop to matter [mm]. */
const DEEP = 14;
/** Width of the slopes behind the edges of lower and upper teeth [mm]. */
const LINGUAL = 5;
const PALATAL = 8;
/** How far beyond their inner side the lower teeth hold the tongue up [mm]. */
const LEDGE = 9;
/** Rays beyond this pass behind the teeth [rad]. */
const BEHIND = 1.45;

/** Rows of `wall` and `edge`. */
const UPPER = 0;
const LOWER = 1;

/** Rise from 0 to 1 without a kink. */
export function smooth(x: number): number {
  const part = Math.min(Math.max(x, 0), 1);
  return part * part * (3 - 2 * part);
}

/** Rise from 0 to 1, steep at first: the inner side of a tooth and its gum. */
function round(x: number): number {
  const part = smooth(x);
  return part * (2 - part);
}

/** Teeth and palate as the tongue meets them. */
export class Mouth {
  private readonly middle: number; // across
  private readonly centre: Float64Array;
  private readonly wall: Float64Array;
  private readonly edge: Float64Array;
  private readonly rays: number;
  private readonly palate: number;
  // The last answer of `ray`.
  private beyond = 0;
  private height = 0;
  private ahead = 0;

  constructor(
    file: Container,
    /** Against a grown mouth. */
    private readonly size: number,
    private readonly pivot: Float64Array,
  ) {
    this.middle = file.get("tongue.root", "f8")[0];
    this.centre = file.get("tongue.centre", "f8");
    this.wall = file.get("tongue.wall", "f8");
    this.edge = file.get("tongue.edge", "f8");
    this.rays = file.shape("tongue.wall")[1];
    this.palate = (file.header.values as Record<string, number>)["tongue.palate"];
  }

  /** The height of something at (x, y, z) that the lower teeth hold up, `half` as thick as high. */
  held(x: number, y: number, z: number, half: number): number {
    return this.above(y, this.floor(x, z) + half);
  }

  /** The height of something at (x, y, z) that palate and upper teeth hold down. */
  ducked(x: number, y: number, z: number, half: number): number {
    return -this.above(-y, half - this.ceiling(x, z));
  }

  /** How far the front teeth have come apart since rest [mm]. */
  gap(rotation: Float64Array, shift: ArrayLike<number>): number {
    const y = this.edge[LOWER * this.rays] - this.pivot[1];
    const z = this.centre[1] + this.wall[LOWER * this.rays] - this.pivot[2];
    return y - (rotation[4] * y + rotation[5] * z + shift[1]);
  }

  /** The larger of two heights, smoothly, and `y` itself where it is clear of the floor. */
  private above(y: number, floor: number): number {
    const ease = EASE * this.size;
    const over = y - floor;
    if (over >= ease) return y;
    if (over <= -ease) return floor;
    return floor + (over + ease) ** 2 / (4 * ease);
  }

  private floor(x: number, z: number): number {
    const { size } = this;
    this.ray(x, z, LOWER);
    const rise = smooth(this.beyond / (LINGUAL * size) + 1);
    const fall = smooth(this.beyond / (LEDGE * size) - 1);
    return this.height + size * (MARGIN - (1 - rise + fall) * DEEP - (1 - this.ahead) * 4 * DEEP);
  }

  private ceiling(x: number, z: number): number {
    const { size, palate } = this;
    this.ray(x, z, UPPER);
    const down = this.ahead * round(this.beyond / (PALATAL * size) + 1);
    return palate + down * (this.height - MARGIN * size - palate);
  }

  /** Take how far (x, z) lies outside a row of teeth, its edge's height, and whether ahead. */
  private ray(x: number, z: number, row: number): void {
    const { wall, edge, rays } = this;
    const aside = x - this.middle;
    const forth = z - this.centre[1];
    const angle = Math.atan2(Math.abs(aside), forth);
    const place = (angle / (Math.PI / 2)) * (rays - 1);
    const step = Math.min(Math.trunc(place), rays - 2);
    const w = Math.min(place - step, 1);
    const k = row * rays + step;
    this.beyond = Math.sqrt(aside * aside + forth * forth) - (wall[k] + w * (wall[k + 1] - wall[k]));
    this.height = edge[k] + w * (edge[k + 1] - edge[k]);
    this.ahead = smooth((BEHIND - angle) / 0.25);
  }
}

/** Move a point (3,) rigidly, in place: turn it by a matrix about a pivot, then shift it. */
export function carry(
  point: Float64Array,
  r: Float64Array,
  pivot: Float64Array,
  shift: ArrayLike<number>,
): void {
  const x = point[0] - pivot[0];
  const y = point[1] - pivot[1];
  const z = point[2] - pivot[2];
  point[0] = pivot[0] + r[0] * x + r[1] * y + r[2] * z + shift[0];
  point[1] = pivot[1] + r[3] * x + r[4] * y + r[5] * z + shift[1];
  point[2] = pivot[2] + r[6] * x + r[7] * y + r[8] * z + shift[2];
}
