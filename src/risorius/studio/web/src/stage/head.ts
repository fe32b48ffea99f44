// The head as the server sends it: faces, the finer level, regions, lashes and paint.

import { readContainer, type Container, type Numbers } from "../rig/container";
import type { Sparse } from "../rig/kernels";

/** First and last vertex (not included) of a part at level 0 and level 1. */
export type Span = readonly [start0: number, stop0: number, start1: number, stop1: number];
export type Triple = readonly [number, number, number];

export interface Eyes {
  centres: readonly [Triple, Triple];
  radii: readonly [number, number];
  /** Radii of iris and pupil [mm]. */
  iris: number;
  pupil: number;
}

export interface Head {
  parts: Readonly<Record<string, Span>>;
  level0: { quads: Int32Array };
  /** Each quad of level 1 is two triangles. */
  triangles: Int16Array;
  kind: Uint8Array;
  kinds: readonly string[];
  /** So many triangles come before those of the lashes. */
  solid: number;
  subdivision: Sparse;
  /** Shares over the level-0 skin, 255 is one. */
  region(name: string): Uint8Array;
  /** A line of level-0 vertices. */
  loop(name: string): Int16Array;
  lash: { ribbons: Int16Array; strokes: Float32Array };
  eyes: Eyes;
  paint: Paint;
  /** Directions (seen from the camera) and colours of the studio's lights, as `Look.lights` has them. */
  lights: readonly Triple[];
  /** Linear colours of lip, brow, scalp, lash and iris. */
  hues: readonly Triple[];
}

/** Of each level-1 vertex: what a place looks like. Bytes are shares. */
export interface Paint {
  /** Square root of linear light, three to a vertex. */
  colour: Uint8Array;
  gloss: Uint8Array;
  openness: Uint8Array;
  lip: Uint8Array;
  scalp: Uint8Array;
  sheer: Uint8Array;
  browCover: Uint8Array;
  /** Along and across a brow, in `browStep` [mm]. */
  brow: Int16Array;
  browStep: number;
}

export const HEAD_MAGIC = "RISORIUS HEAD";

export async function readHead(bytes: ArrayBuffer): Promise<Head> {
  const file = await readContainer(bytes, HEAD_MAGIC);
  const header = file.header as unknown as Header;
  return {
    parts: header.parts,
    level0: { quads: Int32Array.from(file.get("level0.quads", "i2")) },
    triangles: file.get("level1.triangles", "i2"),
    kind: file.get("level1.kind", "u1"),
    kinds: header.kinds,
    solid: header.solid,
    subdivision: {
      pointer: file.get("subdivision.pointer", "i4"),
      index: file.get("subdivision.index", "i2"),
      weight: file.get("subdivision.weight", "f4"),
    },
    region: (name) => file.get(`region.${name}`, "u1"),
    loop: (name) => file.get(`loop.${name}`, "i2"),
    lash: { ribbons: file.get("lash.ribbons", "i2"), strokes: file.get("lash.strokes", "f4") },
    eyes: header.eyes,
    paint: readPaint(file, header.brow_step),
    lights: header.lights,
    hues: header.hues,
  };
}

interface Header {
  parts: Record<string, Span>;
  kinds: string[];
  solid: number;
  eyes: Eyes;
  brow_step: number;
  lights: Triple[];
  hues: Triple[];
}

function readPaint(file: Container, browStep: number): Paint {
  const bytes = (name: string): Numbers<"u1"> => file.get(`paint.${name}`, "u1");
  return {
    colour: bytes("colour"),
    gloss: bytes("gloss"),
    openness: bytes("openness"),
    lip: bytes("lip"),
    scalp: bytes("scalp"),
    sheer: bytes("sheer"),
    browCover: bytes("brow_cover"),
    brow: file.get("paint.brow", "i2"),
    browStep,
  };
}
