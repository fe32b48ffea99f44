// Rig and stage alone in headless Chromium, without a studio: their code as `/stage.js`, the files of the face
// and the shared poses, under the studio's policy. PYTHON names the Python that makes the files.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import { FLAGS } from "./page.mjs";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const WEB = `${ROOT}src/risorius/studio/web/`;
const require = createRequire(`${WEB}package.json`);
const { chromium } = require("playwright-core");
const { build } = createRequire(require.resolve("vite"))("esbuild");

async function content() {
  const bundled = await build({
    stdin: { contents: 'export * from "./rig"; export * from "./stage/stage";', resolveDir: `${WEB}src`, loader: "ts" },
    bundle: true,
    format: "esm",
    minify: true,
    write: false,
  });
  const asset = (name) => {
    const ask = `import sys; from risorius.studio.assets import ${name}; sys.stdout.buffer.write(${name}())`;
    return execFileSync(process.env.PYTHON ?? "python", ["-c", ask], { maxBuffer: 2 ** 26 });
  };
  const binary = (bytes) => ["application/octet-stream", bytes];
  return {
    "/": ["text/html", "<!doctype html><title>rig</title>"],
    "/stage.js": ["text/javascript", bundled.outputFiles[0].contents],
    "/head.bin": binary(asset("head_file")),
    "/muscles.bin": binary(asset("muscles_file")),
    "/default.rig": binary(readFileSync(`${ROOT}src/risorius/skin/data/default.rig`)),
    "/poses.bin": binary(readFileSync(`${ROOT}tests/studio/vectors/poses.bin`)),
  };
}

/** Open a page on these files; `close` ends browser and server. */
export async function openAlone(flags = []) {
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
    args: ["--no-sandbox", ...FLAGS, ...flags],
  });
  const page = await browser.newPage();
  page.setDefaultTimeout(180_000);
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  return {
    page,
    async close() {
      await browser.close();
      server.close();
    },
  };
}
