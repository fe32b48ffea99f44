// The muscles here move as those in Python do. tests/studio/test_assets.py writes the files of the face and
// its poses into a folder and names it in RISORIUS_ASSETS.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import { RigPlayer, loadRig } from "../rig";
import { readContainer } from "../rig/container";
import { Flesh } from "./flesh";
import { readHead } from "./head";
import { Lashes } from "./lashes";
import { COLUMNS, Margins } from "./margins";
import { readMuscles } from "./muscles";
import { firstHit } from "./pick";

/** Most that a body may differ from Python's [mm]. */
const TOLERANCE = 0.1;
const folder = process.env.RISORIUS_ASSETS;

function bytesOf(name: string): ArrayBuffer {
  const { buffer, byteOffset, length } = readFileSync(`${folder}/${name}`);
  return buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer;
}

describe.skipIf(!folder)("the stage's files", async () => {
  if (!folder) return;
  const [rig, head, muscles, poses] = await Promise.all([
    loadRig(bytesOf("rig")),
    readHead(bytesOf("head")),
    readMuscles(bytesOf("muscles")),
    readContainer(bytesOf("poses"), "RISORIUS POSES"),
  ]);
  const flesh = new Flesh(muscles, rig.rest, head.level0.quads);

  it("fit each other", () => {
    expect(muscles.channels).toEqual(rig.channels);
    expect(head.parts.skin[0]).toBe(0);
    expect(head.subdivision.pointer.length - 1).toBe(head.paint.gloss.length);
    expect(head.triangles.reduce((a, b) => Math.max(a, b))).toBeLessThan(head.paint.gloss.length);
    expect(muscles.bodies.at(-1)!.vertices[1]).toBe(muscles.owner.length);
  });

  it("carry every muscle as Python does", () => {
    const [count] = poses.shape("activation");
    const activation = poses.get("activation", "f4");
    const shapes = poses.get("level0", "f4");
    const expected = poses.get("vertices", "f4");
    const size = flesh.vertices.length;
    let worst = 0;
    for (let pose = 0; pose < count; pose++) {
      const acts = 2 * rig.channels.length;
      const shape = shapes.slice(pose * rig.rest.length, (pose + 1) * rig.rest.length);
      flesh.pose(shape, activation.subarray(pose * acts, (pose + 1) * acts));
      for (let k = 0; k < size; k++) worst = Math.max(worst, Math.abs(flesh.vertices[k] - expected[pose * size + k]));
    }
    console.log(`muscles differ from Python's by at most ${worst.toFixed(4)} mm`);
    expect(worst).toBeLessThan(TOLERANCE);
  });

  it("let a line of sight find the muscle that is there", () => {
    flesh.pose(rig.rest, new Float32Array(2 * rig.channels.length));
    const body = muscles.bodies.find((one) => one.channel === "frontalis.medialis" && one.side === "left")!;
    const middle = [0, 0, 0];
    for (let v = body.vertices[0]; v < body.vertices[1]; v++) {
      for (let a = 0; a < 3; a++) middle[a] += flesh.vertices[3 * v + a] / (body.vertices[1] - body.vertices[0]);
    }
    const hit = firstHit(
      flesh.vertices,
      muscles.triangles,
      muscles.triangles.length / 3,
      [middle[0], middle[1], 900],
      [0, 0, -1],
    );
    expect(muscles.bodies[muscles.owner[muscles.triangles[3 * hit!.triangle]]]).toBe(body);
    expect(firstHit(flesh.vertices, muscles.triangles, 9, [500, 0, 900], [0, 0, -1])).toBeNull();
  });

  it("know the edges of lids and lips, and lashes no finer than a pixel", () => {
    const player = new RigPlayer(rig, head);
    const margins = new Margins(head);
    margins.read(player.level0);
    const middle = 4 * (COLUMNS >> 1);
    expect(margins.table[middle]).toBeGreaterThan(margins.table[4 * COLUMNS + middle] + 5);
    const lashes = new Lashes(head);
    lashes.read(player.level1(), { x: 0, y: 0, z: 900 }, 0.001);
    const wide = Math.hypot(...[0, 1, 2].map((a) => lashes.places[a] - lashes.places[3 + a]));
    expect(wide).toBeGreaterThan(0.7);
    expect(Math.max(...lashes.cover)).toBeLessThan(1);
  });
});
