// Prints, as one line of JSON, how long the script of one frame takes in headless Chromium: pose, level 1
// and its normals, and then all of the stage's script with its uploads, layer by layer, on the page's one
// thread and under the studio's policy.
//
//     PYTHON=python node tests/studio/browser/rig_time.mjs
//
// The frames go from pose to pose of tests/studio/vectors; each counts as the least of some passes, so that
// other work of the machine is left out.

import { openAlone } from "./alone.mjs";

const PASSES = 7;
const BETWEEN = 8; // frames from pose to pose

/** What is shown in each measurement of the stage. */
const LAYERS = {
  face: { skin: 1, muscles: false, strain: false },
  muscles: { skin: 0.4, muscles: true, strain: false },
  strain: { skin: 1, muscles: false, strain: true },
};

/** Runs in the page. */
async function measure([passes, between, layers]) {
  const { loadRig, openStage, readContainer, RigPlayer } = await import("/stage.js");
  const [rigBytes, headBytes, muscleBytes, poseBytes] = await Promise.all(
    ["/default.rig", "/head.bin", "/muscles.bin", "/poses.bin"].map(async (path) => (await fetch(path)).arrayBuffer()),
  );
  const start = performance.now();
  const rig = await loadRig(rigBytes);
  const loaded = performance.now() - start;
  const head = await readContainer(headBytes, "RISORIUS HEAD");
  const poses = await readContainer(poseBytes, "RISORIUS POSES");
  const player = new RigPlayer(rig, {
    subdivision: {
      pointer: head.get("subdivision.pointer", "i4"),
      index: head.get("subdivision.index", "i2"),
      weight: head.get("subdivision.weight", "f4"),
    },
    triangles: head.get("level1.triangles", "i2"),
  });
  const [count, width] = poses.shape("activation");
  const rows = (name, size) => {
    const values = poses.get(name, "f4");
    return (k) => values.subarray((k % count) * size, ((k % count) + 1) * size);
  };
  const [act, tone, jaw, gaze] = [rows("activation", width), rows("tone", width), rows("jaw", 3), rows("gaze", 4)];
  const blend = (of, k, w) => of(k).map((value, i) => value + w * (of(k + 1)[i] - value));
  const known = (values) => (values.some(Number.isNaN) ? null : values);
  const frames = Array.from({ length: count * between }, (_, n) => {
    const k = Math.floor(n / between);
    const w = (n % between) / between;
    return {
      activation: blend(act, k, w),
      tone: blend(tone, k, w),
      jaw: known(blend(jaw, k, w)),
      gaze: known(blend(gaze, k, w)),
    };
  });
  const least = frames.map(() => [Infinity, Infinity, Infinity, Infinity]);
  for (let pass = 0; pass < passes; pass++) {
    frames.forEach((frame, n) => {
      const a = performance.now();
      player.pose(frame);
      const b = performance.now();
      player.level1();
      const c = performance.now();
      player.normals();
      const d = performance.now();
      [d - a, b - a, c - b, d - c].forEach((ms, k) => (least[n][k] = Math.min(least[n][k], ms)));
    });
  }
  const at = (share, stage) => {
    const sorted = least.map((row) => row[stage]).sort((x, y) => x - y);
    return Number(sorted[Math.floor(share * (sorted.length - 1))].toFixed(3));
  };
  // Little is painted, and what is asked of the graphics is waited for between frames, so that only script counts.
  const canvas = document.body.appendChild(document.createElement("canvas"));
  canvas.style.cssText = "width: 48px; height: 48px";
  const stage = await openStage(canvas, { rig: rigBytes, head: headBytes, muscles: muscleBytes });
  const gl = canvas.getContext("webgl2");
  const whole = {};
  for (const [name, shown] of Object.entries(layers)) {
    stage.layers = shown;
    const some = frames.filter((_, n) => n % between === 3);
    const least = some.map(() => Infinity);
    for (let pass = 0; pass < passes; pass++) {
      some.forEach((frame, n) => {
        const start = performance.now();
        stage.show(frame);
        least[n] = Math.min(least[n], performance.now() - start);
        gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
      });
    }
    least.sort((x, y) => x - y);
    whole[name] = Number(least[least.length >> 1].toFixed(3));
  }
  return {
    figure: "script time of a frame: level 1 with normals",
    unit: "ms",
    median: at(0.5, 0),
    p95: at(0.95, 0),
    worst: at(1, 0),
    stages: { pose: at(0.5, 1), level1: at(0.5, 2), normals: at(0.5, 3) },
    whole,
    frames: frames.length,
    vertices: player.level1().length / 3,
    load_ms: Math.round(loaded),
  };
}

const { page, close } = await openAlone();
try {
  console.log(JSON.stringify(await page.evaluate(measure, [PASSES, BETWEEN, LAYERS])));
} finally {
  await close();
}
