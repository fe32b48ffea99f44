// A real browser on a running studio, watched: what it asks other hosts for, and what goes wrong in the page.

import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const WEB = fileURLToPath(new URL("../../../src/risorius/studio/web/package.json", import.meta.url));
const { chromium } = createRequire(WEB)("playwright-core");

/** WebGL without a graphics card, and a browser that has nothing to say to anybody. */
export const FLAGS = [
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--ignore-gpu-blocklist",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--no-first-run",
];

/**
 * Open a browser. `page(path, options)` gives a page in a profile of its own that is cleaner than a user's;
 * `foreign` collects requests to other hosts and `faults` what the page itself complains about.
 */
export async function openBrowser(address, { flags = [], chromiumPath = process.env.CHROMIUM ?? "/usr/bin/chromium" } = {}) {
  const browser = await chromium.launch({ executablePath: chromiumPath, args: [...FLAGS, ...flags] });
  const host = new URL(address).host;
  const foreign = [];
  const faults = [];
  const folder = mkdtempSync(join(tmpdir(), "studio-"));
  return {
    foreign,
    faults,
    folder,
    async page(path = "/", options = {}) {
      const context = await browser.newContext({ viewport: { width: 1360, height: 860 }, acceptDownloads: true, ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(30_000);
      page.on("request", (request) => {
        const { host: asked, protocol } = new URL(request.url());
        if (/^(https?|wss?):$/.test(protocol) && asked !== host) foreign.push(request.url());
      });
      page.on("pageerror", (error) => faults.push(String(error)));
      page.on("console", (message) => {
        // A server that is gone is what some tests are about; the page says so itself.
        if (message.type() === "error" && !/ERR_CONNECTION|WebSocket|ERR_INTERNET|status of/.test(message.text())) faults.push(message.text());
      });
      await page.goto(new URL(path, address).href);
      return page;
    },
    async close() {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
