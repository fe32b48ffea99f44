import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

import { PORT } from "./src/messages";

// The page is served by `risorius studio`, from the folder next to this one; it is part of the wheel and
// never of the repository. `npm run dev` serves the page afresh and asks a running studio for the rest.
const studio = process.env.RISORIUS_STUDIO ?? `http://127.0.0.1:${PORT}`;

/** Puts the licences of all packages that have code in the page beside it; NOTICE names the same ones. */
function licences(): Plugin {
  return {
    name: "licences",
    generateBundle(_, bundle) {
      const folders = new Set<string>();
      for (const chunk of Object.values(bundle)) {
        for (const [id, { renderedLength }] of Object.entries(chunk.type === "chunk" ? chunk.modules : {})) {
          const folder = /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1];
          if (folder && renderedLength) folders.add(folder);
        }
      }
      const texts = [...folders].map((folder) => {
        const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
        const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
        if (!file) throw new Error(`${name} is in the page and brings no text of its licence.`);
        return `# ${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
      });
      this.emitFile({ type: "asset", fileName: "licences.txt", source: texts.sort().join("\n\n") });
    },
  };
}

export default defineConfig({
  plugins: [svelte(), licences()],
  build: {
    outDir: "../static",
    emptyOutDir: true,
    target: "es2022",
    // The policy of the page allows no `data:` script or font, so nothing is inlined.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
  },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": { target: studio, changeOrigin: true }, "/ws": { target: studio, ws: true, changeOrigin: true } },
  },
  // Vitest tests logic without a browser; what needs one is tested by tests/studio/browser.
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
