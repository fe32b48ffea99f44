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
import { firstHit, meant as meantBy, type Triple } from "./pick";

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

  it("let a line of sight find the muscle that is meant", () => {
    const player = new RigPlayer(rig, head);
    player.pose({ activation: new Float32Array(2 * rig.channels.length), jaw: null, gaze: null });
    flesh.pose(player.level0, new Float32Array(2 * rig.channels.length));
    const surface = { points: player.level1(), triangles: head.triangles, count: head.solid };
    const meant = (x: number, y: number, isClosed = true): string | null => {
      const picked = meantBy(muscles, flesh.vertices, surface, isClosed, [x, y, 900], [0, 0, -1]);
      return picked?.channel ? `${picked.channel}.${picked.side}` : null;
    };
    const middleOf = (channel: string, side: string): Triple => {
      const body = muscles.bodies.find((one) => one.channel === channel && one.side === side)!;
      const middle: [number, number, number] = [0, 0, 0];
      for (let v = body.vertices[0]; v < body.vertices[1]; v++) {
        for (let a = 0; a < 3; a++) middle[a] += flesh.vertices[3 * v + a] / (body.vertices[1] - body.vertices[0]);
      }
      return middle;
    };
    const [x, y] = middleOf("frontalis.medialis", "left");
    expect(meant(x, y)).toBe("frontalis.medialis.left");
    expect(meant(-x, y)).toBe("frontalis.medialis.right");
    // Between the two bellies of the forehead there is none below; the nearer one is meant.
    const bodies = { points: flesh.vertices, triangles: muscles.triangles, count: muscles.triangles.length / 3 };
    const gap = [1, 2, 3, 4].filter((aside) => !firstHit(bodies, [aside, y, 900], [0, 0, -1]));
    expect(gap.length).toBeGreaterThan(0);
    for (const aside of gap) {
      expect(meant(aside, y)).toBe("frontalis.medialis.left");
      expect(meant(-aside, y)).toBe("frontalis.medialis.right");
    }
    // High on the scalp there is none near, and beside the head there is nothing at all.
    expect(meant(0, 118)).toBeNull();
    expect(meant(500, 0)).toBeNull();
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
