// The rig here moves as the one in Python does. tools/make_vectors.py writes the poses; with
// RISORIUS_VECTORS naming another file of it, every vertex, normal and strain is compared.

import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { readContainer, type Container } from "./container";
import { FormatError, loadRig, RigPlayer, type Pose, Strain, type Rig, type Surface } from "./index";

const ROOT = new URL("../../../../../../", import.meta.url);
const RIG = new URL("src/risorius/skin/data/default.rig", ROOT);
const VECTORS = process.env.RISORIUS_VECTORS ?? new URL("tests/studio/vectors/poses.bin", ROOT);
/** Most that the two rigs may differ by at a vertex [mm]. */
const TOLERANCE = 0.02;

function bytesOf(path: string | URL): ArrayBuffer {
  const { buffer, byteOffset, length } = readFileSync(path);
  return buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer;
}

let vectors: Container;
let rig: Rig;
let player: RigPlayer;
let rest: readonly Float32Array[];
/** How far from rest Python has the vertices of both levels [mm]. */
let away: readonly Float32Array[];

beforeAll(async () => {
  vectors = await readContainer(bytesOf(VECTORS), "RISORIUS POSES");
  rig = await loadRig(bytesOf(RIG));
  player = new RigPlayer(rig, surfaceOf(vectors));
  rest = shapesOf(still());
  away = [0, 1].map((level) => vectors.scaled(`level${level}.away`));
});

function surfaceOf(file: Container): Surface {
  return {
    subdivision: {
      pointer: file.get("subdivision.pointer", "i4"),
      index: file.get("subdivision.index", "i2"),
      weight: file.get("subdivision.weight", "f4"),
    },
    triangles: isWhole(file) ? file.get("triangles", "i2") : new Int16Array(0),
  };
}

function isWhole(file: Container): boolean {
  return file.names.includes("triangles");
}

/** The greatest difference of some numbers and row `number` of an array of the vectors. */
function apart(values: Float32Array, name: string, number: number): number {
  const known = vectors.get(name, "f4").subarray(number * values.length);
  return values.reduce((most, value, k) => Math.max(most, Math.abs(value - known[k])), 0);
}

/** The greatest difference of normals beyond what rounding alone may turn them by. */
function turned(normals: Float32Array, number: number): number {
  const known = vectors.get("normals", "f4").subarray(number * normals.length);
  const slack = vectors.get("normals.slack", "f4").subarray((number * normals.length) / 3);
  return normals.reduce((most, value, k) => Math.max(most, Math.abs(value - known[k]) - slack[Math.floor(k / 3)]), 0);
}

function still(): Pose {
  return { activation: new Float32Array(2 * rig.channels.length), jaw: [0, 0, 0], gaze: [0, 0, 0, 0] };
}

function poseOf(number: number): Pose {
  const row = (name: string) => {
    const width = vectors.shape(name)[1];
    return vectors.get(name, "f4").slice(number * width, (number + 1) * width);
  };
  const known = (values: Float32Array) => (Number.isNaN(values[0]) ? null : values);
  return { activation: row("activation"), jaw: known(row("jaw")), gaze: known(row("gaze")), tone: row("tone") };
}

function shapesOf(pose: Pose): Float32Array[] {
  player.pose(pose);
  return [player.level0.slice(), player.level1().slice()];
}

/** How far the farthest vertex of a level is from where Python has it [mm]. */
function worst(number: number, level: 0 | 1, shape: Float32Array): number {
  const pointer = vectors.get(`level${level}.pointer`, "i4");
  const vertex = vectors.get(`level${level}.vertex`, "i2");
  let most = 0;
  for (let k = pointer[number]; k < pointer[number + 1]; k++) {
    let square = 0;
    for (let a = 0; a < 3; a++) {
      const place = 3 * vertex[k] + a;
      square += (shape[place] - rest[level][place] - away[level][3 * k + a]) ** 2;
    }
    most = Math.max(most, Math.sqrt(square));
  }
  return most;
}

describe("the rig", () => {
  it("is the one that the vectors were made from", () => {
    const checksum = new DataView(bytesOf(RIG)).getUint32(20, true);
    expect(checksum, "the rig was baked again: run tools/make_vectors.py").toBe(vectors.header.rig);
  });

  it("is at rest, exactly, where nothing is done", () => {
    expect(shapesOf(still())[0]).toEqual(rig.rest);
  });

  it("moves as in Python, in every pose and at both levels", () => {
    const names = vectors.header.poses as string[];
    const found = names.map((name, number) => {
      const shapes = shapesOf(poseOf(number));
      return { name, level0: worst(number, 0, shapes[0]), level1: worst(number, 1, shapes[1]) };
    });
    const told = (mm: number) => `${mm.toFixed(4)} mm`.padStart(11);
    console.log(found.map((row) => `${row.name.padEnd(24)}${told(row.level0)}${told(row.level1)}`).join("\n"));
    for (const row of found) {
      expect(row.level0, row.name).toBeLessThan(TOLERANCE);
      expect(row.level1, row.name).toBeLessThan(TOLERANCE);
    }
  }, 30_000);

  it("has the normals and the strain of Python", ({ skip }) => {
    if (!isWhole(vectors)) skip("only whole vectors have them: tools/make_vectors.py --whole");
    const strain = new Strain(rig.rest, vectors.get("quads", "i2"), vectors.shape("strain")[1]);
    (vectors.header.poses as string[]).forEach((name, number) => {
      player.pose(poseOf(number));
      strain.read(player.level0);
      expect(turned(player.normals(), number), name).toBeLessThan(0.01);
      expect(apart(strain.amount, "strain", number), name).toBeLessThan(0.002);
    });
  });

  it("comes back to rest after any pose, exactly", () => {
    shapesOf(poseOf(1));
    expect(shapesOf(still())).toEqual(rest);
  });

  it("refuses what is no pose", () => {
    expect(() => player.pose({ ...still(), activation: new Float32Array(3) })).toThrow(/not 132/);
    expect(() => player.pose({ ...still(), activation: still().activation.fill(NaN) })).toThrow(/not numbers/);
  });
});

describe("a rig file", () => {
  it("is refused when it is damaged, another thing, or of another version", async () => {
    const damaged = bytesOf(RIG);
    new Uint8Array(damaged)[5000] ^= 1;
    await expect(loadRig(damaged)).rejects.toThrow(FormatError);
    await expect(loadRig(bytesOf(VECTORS))).rejects.toThrow(/no RISORIUS RIG/);
    await expect(loadRig(ofVersion(1))).rejects.toThrow(/version 1; .* Bake the face again/);
    await expect(loadRig(new ArrayBuffer(3))).rejects.toThrow(/no RISORIUS RIG/);
  });
});

/** The rig as if it were of another version, its checksum mended. */
function ofVersion(version: number): ArrayBuffer {
  const bytes = Buffer.from(bytesOf(RIG));
  const place = bytes.indexOf('"version":2') + '"version":'.length;
  bytes.write(String(version), place, "latin1");
  bytes.writeUInt32LE(crc32(bytes.subarray(24)), 20);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
}

describe("strain", () => {
  it("is what a sheet is pulled by along each axis", () => {
    const rest = new Float32Array(27);
    for (let v = 0; v < 9; v++) rest.set([Math.floor(v / 3), v % 3, 0], 3 * v);
    const strain = new Strain(rest, [0, 3, 4, 1, 1, 4, 5, 2, 3, 6, 7, 4, 4, 7, 8, 5], 9);
    strain.read(rest.map((value, k) => value * [0.8, 1.1, 1][k % 3]));
    expect(strain.amount[8]).toBeCloseTo(-0.2, 4);
    expect(strain.amount[9]).toBeCloseTo(0.1, 4);
    const fine = new Float32Array(2);
    const [pointer, index] = [Int32Array.of(0, 1, 3), Int32Array.of(4, 4, 4)];
    strain.spread({ pointer, index, weight: Float32Array.of(1, 0.5, 0.5) }, fine);
    expect([...fine]).toEqual([expect.closeTo(-0.05, 4), expect.closeTo(-0.05, 4)]);
  });
});
