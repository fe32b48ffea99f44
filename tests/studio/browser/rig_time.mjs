// Prints, as one line of JSON, how long the script of one frame takes in headless Chromium: pose, level 1
// and its normals, on the page's one thread and under the studio's policy.
//
//     PYTHON=python node tests/studio/browser/rig_time.mjs
//
// The frames go from pose to pose of tests/studio/vectors; each counts as the least of some passes, so that
// other work of the machine is left out.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const WEB = `${ROOT}src/risorius/studio/web/`;
const require = createRequire(`${WEB}package.json`);
const { chromium } = require("playwright-core");
const { build } = createRequire(require.resolve("vite"))("esbuild");

const PASSES = 7;
const BETWEEN = 8; // frames from pose to pose

/** Runs in the page. */
async function measure([passes, between]) {
  const { loadRig, readContainer, RigPlayer } = await import("/rig.js");
  const [rigBytes, headBytes, poseBytes] = await Promise.all(
    ["/default.rig", "/head.bin", "/poses.bin"].map(async (path) => (await fetch(path)).arrayBuffer()),
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
  return {
    figure: "script time of a frame: level 1 with normals",
    unit: "ms",
    median: at(0.5, 0),
    p95: at(0.95, 0),
    worst: at(1, 0),
    stages: { pose: at(0.5, 1), level1: at(0.5, 2), normals: at(0.5, 3) },
    frames: frames.length,
    vertices: player.level1().length / 3,
    load_ms: Math.round(loaded),
  };
}

async function content() {
  const bundled = await build({
    entryPoints: [`${WEB}src/rig/index.ts`],
    bundle: true,
    format: "esm",
    minify: true,
    write: false,
  });
  const ask = "import sys; from risorius.studio.assets import head_file; sys.stdout.buffer.write(head_file())";
  const head = execFileSync(process.env.PYTHON ?? "python", ["-c", ask], { maxBuffer: 2 ** 26 });
  return {
    "/": ["text/html", "<!doctype html><title>rig</title>"],
    "/rig.js": ["text/javascript", bundled.outputFiles[0].contents],
    "/head.bin": ["application/octet-stream", head],
    "/default.rig": ["application/octet-stream", readFileSync(`${ROOT}src/risorius/skin/data/default.rig`)],
    "/poses.bin": ["application/octet-stream", readFileSync(`${ROOT}tests/studio/vectors/poses.bin`)],
  };
}

const files = await content();
const server = createServer((request, response) => {
  const found = files[request.url];
  if (!found) return response.writeHead(404).end();
  response.writeHead(200, {
    "Content-Type": found[0],
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'",
    // Only an isolated page gets a clock finer than 0.1 ms.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
  });
  response.end(found[1]);
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic"],
});
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  console.log(JSON.stringify(await page.evaluate(measure, [PASSES, BETWEEN])));
} finally {
  await browser.close();
  server.close();
}
