import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

import { PORT } from "./src/messages";

// The page is served by `risorius studio`, from the folder next to this one; it is part of the wheel and
// never of the repository. `npm run dev` serves the page afresh and asks a running studio for the rest.
const studio = process.env.RISORIUS_STUDIO ?? `http://127.0.0.1:${PORT}`;

export default defineConfig({
  plugins: [svelte()],
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
