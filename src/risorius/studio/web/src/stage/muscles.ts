// The muscles as the server sends them: what is known of each, and the rules that carry its body.

import { readContainer, type Container } from "../rig/container";

export type Side = "left" | "right";

/** One muscle, or one part of it, on one side. */
export interface Body {
  channel: string;
  side: Side;
  form: "strand" | "sheet" | "ring" | "lip";
  latin: string;
  english: string;
  nerve: string;
  branches: readonly string[];
  /** First and last (not included) in the arrays. */
  vertices: readonly [number, number];
  triangles: readonly [number, number];
}

/** The points of all fibres and what holds each of them; see `muscle_carry.Carrier`. */
export interface Carrier {
  corners: Int16Array;
  weights: Float32Array;
  depth: Float32Array;
  hold: Float32Array;
  part: Float32Array;
  first: Int16Array;
  last: Int16Array;
  backed: Float32Array;
  hung: Float32Array;
  outward: Float32Array;
  kept: Uint8Array;
  chewed: Uint8Array;
  onJaw: Uint8Array;
}

/** Where the insertions of several muscles are woven together. */
export interface Knot {
  points: Int16Array;
  ends: Int16Array;
  end: Int16Array;
  share: Float32Array;
}

/** A strip of a body: a grid along its fibres and across them. */
export interface Band {
  rows: number;
  columns: number;
  lines: number;
  /** Points on a line. */
  count: number;
  /** Each column keeps its own direction to the skin, else it is that of the whole row. */
  isSheet: boolean;
  /** (line, point): the fibre points. */
  point: Int16Array;
  /** (line, row, point): weights of the place and of the direction along the fibre. */
  along: Float32Array;
  heading: Float32Array;
  /** (column, line). */
  across: Float32Array;
}

/** From the grid to vertices; see `muscle_carry.Cast`. */
export interface Cast {
  hand: Float32Array;
  neighbours: Int16Array;
  grid: Int16Array;
  beyond: Float32Array;
  shift: Float32Array;
  half: Float32Array;
}

export interface Numbers {
  knotted: number;
  slack: number;
  bulge: number;
  rounds: number;
  swell: readonly [number, number];
  firmness: number;
}

export interface Bone {
  vertices: Float32Array;
  triangles: Int16Array;
  /** Square root of linear light. */
  colour: Uint8Array;
  jaw: Uint8Array;
  openness: Uint8Array;
}

export interface Muscles {
  channels: readonly string[];
  bodies: readonly Body[];
  carrier: Carrier;
  knots: readonly Knot[];
  bands: readonly Band[];
  cast: Cast;
  numbers: Numbers;
  /** First and last level-0 vertex of the lower teeth, which tell where the jaw is. */
  teeth: readonly [number, number];
  triangles: Int16Array;
  along: Float32Array;
  lengthwise: Float32Array;
  across: Float32Array;
  sinew: Float32Array;
  owner: Int16Array;
  openness: Uint8Array;
  bone: Bone;
}

export const MUSCLES_MAGIC = "RISORIUS FLESH";

export async function readMuscles(bytes: ArrayBuffer): Promise<Muscles> {
  const file = await readContainer(bytes, MUSCLES_MAGIC);
  const header = file.header as unknown as Header;
  const floats = (name: string) => file.get(name, "f4");
  const ints = (name: string) => file.get(name, "i2");
  return {
    channels: header.channels,
    bodies: header.bodies,
    carrier: readCarrier(file, header.flags),
    knots: readKnots(file, header.knots),
    bands: readBands(file),
    cast: {
      hand: floats("cast.hand"),
      neighbours: ints("cast.neighbours"),
      grid: ints("cast.grid"),
      beyond: floats("cast.beyond"),
      shift: floats("cast.shift"),
      half: floats("cast.half"),
    },
    numbers: header.numbers,
    teeth: header.jaw,
    triangles: ints("flesh.triangles"),
    along: floats("flesh.along"),
    lengthwise: floats("flesh.lengthwise"),
    across: floats("flesh.across"),
    sinew: floats("flesh.sinew"),
    owner: ints("flesh.owner"),
    openness: file.get("flesh.openness", "u1"),
    bone: {
      vertices: Float32Array.from(ints("bone.vertices"), (steps) => steps * header.bone_step),
      triangles: ints("bone.triangles"),
      colour: file.get("bone.colour", "u1"),
      jaw: file.get("bone.jaw", "u1"),
      openness: file.get("bone.openness", "u1"),
    },
  };
}

interface Header {
  channels: string[];
  bodies: Body[];
  bone_step: number;
  jaw: [number, number];
  knots: [points: number, ends: number][];
  flags: string[];
  numbers: Numbers;
}

function readCarrier(file: Container, names: readonly string[]): Carrier {
  const floats = (name: string) => file.get(`carrier.${name}`, "f4");
  const ints = (name: string) => file.get(`carrier.${name}`, "i2");
  const flags = file.get("carrier.flags", "u1");
  const flag = (name: string) => flags.map((bits) => (bits >> names.indexOf(name)) & 1);
  return {
    corners: ints("corners"),
    weights: floats("weights"),
    depth: floats("depth"),
    hold: floats("hold"),
    part: floats("part"),
    first: ints("first"),
    last: ints("last"),
    backed: floats("backed"),
    hung: floats("hung"),
    outward: floats("outward"),
    kept: flag("kept"),
    chewed: flag("chewed"),
    onJaw: flag("on_jaw"),
  };
}

function readKnots(file: Container, counts: Header["knots"]): Knot[] {
  let point = 0;
  let end = 0;
  return counts.map(([points, ends]) => {
    const knot = {
      points: file.get("knot.points", "i2").subarray(point, point + points),
      end: file.get("knot.end", "i2").subarray(point, point + points),
      share: file.get("knot.share", "f4").subarray(point, point + points),
      ends: file.get("knot.ends", "i2").subarray(end, end + ends),
    };
    point += points;
    end += ends;
    return knot;
  });
}

function readBands(file: Container): Band[] {
  const size = file.get("band.size", "i2");
  const [point, across] = [file.get("band.point", "i2"), file.get("band.across", "f4")];
  const [along, heading] = [file.scaled("band.along"), file.scaled("band.heading")];
  const bands: Band[] = [];
  let [p, a, w] = [0, 0, 0];
  for (let b = 0; b < size.length; b += 5) {
    const [rows, columns, lines, count, sheet] = size.subarray(b, b + 5);
    const [points, wide, weights] = [lines * count, columns * lines, lines * rows * count];
    bands.push({
      rows,
      columns,
      lines,
      count,
      isSheet: sheet === 1,
      point: point.subarray(p, p + points),
      across: across.subarray(a, a + wide),
      along: along.subarray(w, w + weights),
      heading: heading.subarray(w, w + weights),
    });
    [p, a, w] = [p + points, a + wide, w + weights];
  }
  return bands;
}
