// A real browser on a running studio, watched: what it asks other hosts for, and what goes wrong in the page.

import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const WEB = fileURLToPath(new URL("../../../src/risorius/studio/web/package.json", import.meta.url));
const { chromium } = createRequire(WEB)("playwright-core");

/**
 * WebGL without a graphics card, the page itself put together as Chromium does where there is none, and a browser that has
 * nothing to say to anybody.
 */
export const FLAGS = [
  "--disable-gpu-compositing",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--ignore-gpu-blocklist",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--no-first-run",
];

/** A server that is gone is what some tests are about; the page says so itself. */
const EXPECTED = /ERR_CONNECTION|WebSocket|ERR_INTERNET|status of/;

/**
 * Open a browser for the studio at an address. `page(path, options)` gives a page in a profile of its own that is cleaner than a user's;
 * `asked` collects the hosts of all requests, `foreign` the requests to other hosts than the studio, and `faults`
 * what the page itself complains about.
 */
export async function openBrowser(address, { flags = [], chromiumPath = process.env.CHROMIUM ?? "/usr/bin/chromium" } = {}) {
  const browser = await chromium.launch({ executablePath: chromiumPath, args: [...FLAGS, ...flags] });
  const host = new URL(address).host;
  const asked = new Set();
  const foreign = [];
  const faults = [];

  function watch(page) {
    const hear = (url) => {
      const { host: other, protocol } = new URL(url);
      if (!/^(https?|wss?):$/.test(protocol)) return;
      asked.add(other);
      if (other !== host) foreign.push(url);
    };
    page.on("request", (request) => hear(request.url()));
    page.on("websocket", (socket) => hear(socket.url()));
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error" && !EXPECTED.test(message.text())) faults.push(message.text());
    });
  }

  return {
    asked,
    foreign,
    faults,
    async page(path = "/", { webgl = true, ...options } = {}) {
      const context = await browser.newContext({ viewport: { width: 1360, height: 860 }, acceptDownloads: true, ...options });
      context.setDefaultTimeout(60_000);
      context.on("page", watch);
      if (!webgl) await context.addInitScript(withoutWebGL);
      const page = await context.newPage();
      if (path !== null) await page.goto(new URL(path, address).href);
      return page;
    },
    close: () => browser.close(),
  };
}

/** In the page: as in a browser whose graphics are switched off. */
function withoutWebGL() {
  const own = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
    return /webgl/.test(kind) ? null : own.call(this, kind, ...rest);
  };
}
