// Uses the mirror as a person does, with Chromium's fake camera, and prints what was seen as one line of JSON.
//
//     node tests/studio/browser/mirror.mjs ADDRESS FILE.mjpeg [FOLDER FOR PICTURES]
//
// The film begins with a face at rest, as a fake camera plays it from its beginning when it is opened. Figures: the time
// from the camera to the screen, and the mean of each side of each muscle while the film plays, so that a flipped film
// can be told from the film.

import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { openBrowser } from "./page.mjs";

const [, , address, film, shots] = process.argv;
const CAMERA = ["--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${resolve(film)}`];
const ALLOW = "--use-fake-ui-for-media-stream";
const WATCHED_S = 16;

async function shoot(page, name) {
  if (shots) writeFileSync(join(shots, `mirror-${name}.png`), await page.screenshot({ animations: "disabled" }));
}

/** What the table of muscles says now: by name, left and right [%]; null where not seen. */
const table = (page) =>
  page.$$eval('section[aria-label="My muscles"] tbody tr', (rows) =>
    Object.fromEntries(
      rows.map((row) => {
        const side = (name) => {
          const found = row.querySelector(`[data-side="${name}"] .unseen`).textContent.match(/^(\d+) %/);
          return found ? Number(found[1]) : null;
        };
        return [row.querySelector("th").textContent, [side("left"), side("right")]];
      }),
    ),
  );

/** What the corner says: how late the bars are painted and the head is drawn [ms]. */
async function lateness(page) {
  const told = await page.locator(".lag").textContent();
  const [, median, p95] = told.match(/(\d+) ms, p95 (\d+) ms/).map(Number);
  const head = told.match(/head p95 (\d+) ms/);
  return { median, p95, head: head && Number(head[1]) };
}

async function useMirror() {
  const browser = await openBrowser(address, { flags: [...CAMERA, ALLOW] });
  try {
    const page = await browser.page("/#/mirror");
    await page.getByRole("button", { name: "Open the camera" }).waitFor();
    const before = await page.evaluate(() => document.querySelector("video").srcObject === null);
    await shoot(page, "closed");
    await page.getByRole("button", { name: "Open the camera" }).click();
    await page.locator(".lag b").waitFor({ timeout: 60_000 });
    await shoot(page, "both");

    await page.getByRole("button", { name: /Calibrate/ }).click();
    await page.getByText("Step 1 of 5").waitFor();
    const began = Date.now();
    await page.getByText("Step 4 of 5").waitFor();
    await shoot(page, "calibrating");
    await page.getByText("Calibrated for your face.").waitFor();
    const calibration_s = (Date.now() - began) / 1000;

    const sums = {};
    for (const end = Date.now() + 1000 * WATCHED_S; Date.now() < end; await page.waitForTimeout(100)) {
      for (const [muscle, sides] of Object.entries(await table(page))) {
        const own = (sums[muscle] ??= [0, 0, 0]);
        if (sides[0] === null || sides[1] === null) continue;
        own[0] += sides[0];
        own[1] += sides[1];
        own[2]++;
      }
    }
    // Before a picture is taken, which holds everything up.
    const lag = await lateness(page);
    await shoot(page, "muscles");
    await page.emulateMedia({ colorScheme: "dark" });
    await shoot(page, "dark");
    await page.emulateMedia({ colorScheme: "light" });
    const muscles = Object.fromEntries(
      Object.entries(sums).map(([name, [left, right, count]]) => [name, count ? [left / count, right / count] : null]),
    );
    await page.getByLabel("What to practise").selectOption("AU12");
    await page.getByLabel("Side").selectOption("left");
    // First both sides are asked for, then one of them.
    await page.waitForFunction(() => document.querySelectorAll(".track b").length === 1);
    const aimed = await page.$$eval(".track b", (marks) => marks.map((mark) => mark.closest("td").dataset.side));
    await shoot(page, "practise");

    await page.getByRole("button", { name: "Record a session" }).click();
    await page.waitForTimeout(1000);
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await page.getByText("muscles only, no picture").waitFor();

    await page.getByRole("button", { name: "Me", exact: true }).click();
    await page.waitForTimeout(500);
    await shoot(page, "me");
    await page.getByRole("button", { name: "The model" }).click();
    await page.waitForTimeout(500);
    await shoot(page, "model");
    await page.getByRole("button", { name: "Both" }).click();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.waitForTimeout(800);
    await shoot(page, "390");
    await page.setViewportSize({ width: 1360, height: 860 });
    await page.getByRole("link", { name: "Atlas" }).click();
    await page.locator('main[data-room="atlas"]').waitFor();
    const left = await page.evaluate(() => document.querySelector("video") === null);
    return { before, calibration_s, muscles, lag, aimed, left, foreign: browser.foreign, faults: browser.faults };
  } finally {
    await browser.close();
  }
}

/** What the page says when the camera cannot be had. */
async function withoutCamera(flags, name) {
  const browser = await openBrowser(address, { flags });
  try {
    const page = await browser.page("/#/mirror");
    await page.getByRole("button", { name: "Open the camera" }).click();
    const words = await page.getByRole("button", { name: "Try again" }).locator("xpath=ancestor::section").locator("h2").textContent();
    await shoot(page, name);
    return words;
  } finally {
    await browser.close();
  }
}

/** What the page says while the studio is gone, and that it goes on afterwards. */
async function withoutStudio() {
  const browser = await openBrowser(address, { flags: [...CAMERA, ALLOW] });
  try {
    const page = await browser.page("/");
    let gone = false;
    const lines = new Set();
    await page.routeWebSocket(/\/ws\/mirror/, (line) => {
      if (gone) return line.close();
      line.connectToServer();
      lines.add(line);
    });
    await page.getByRole("link", { name: "Mirror" }).click();
    await page.getByRole("button", { name: "Open the camera" }).click();
    await page.locator(".lag b").waitFor();
    gone = true;
    for (const line of lines) await line.close();
    const words = await page.locator(".note.bad", { hasText: "does not answer" }).textContent();
    await shoot(page, "gone");
    gone = false;
    await page.locator(".lag b").waitFor();
    return words.trim();
  } finally {
    await browser.close();
  }
}

const used = await useMirror();
const none = await withoutCamera([ALLOW], "none");
const refused = await withoutCamera([...CAMERA, "--deny-permission-prompts"], "refused");
const gone = await withoutStudio();
console.log(JSON.stringify({ ...used, none, refused, gone }));
