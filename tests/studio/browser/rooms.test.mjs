// Every room is opened and used as a person would: by pointer, and where it matters by keyboard.
//
//     STUDIO=http://127.0.0.1:8642 FACE=face.mp4 node --test tests/studio/browser/rooms.test.mjs
//
// STUDIO is a running studio; FACE a video of a face for the room Read, without which that test is left out.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { openBrowser } from "./page.mjs";

const STUDIO = process.env.STUDIO ?? "http://127.0.0.1:8642";
const LOADED = 60_000;
let browser;

before(async () => {
  browser = await openBrowser(STUDIO);
});
after(async () => {
  const { foreign, faults } = browser;
  await browser.close();
  assert.deepEqual(foreign, [], "the page asked another host");
  assert.deepEqual(faults, [], "the page complained");
});

/** A page on which the head has come. */
async function opened(path, options) {
  const page = await browser.page(path, options);
  await page.getByText("The face is on its way").waitFor({ state: "detached", timeout: LOADED });
  await page.getByText("Connected", { exact: true }).first().waitFor({ state: "attached" });
  return page;
}

/** A small copy of what the stage shows; null bytes would be an empty stage. */
const seen = async (page) => (await page.locator("canvas").first().screenshot({ timeout: LOADED })).toString("base64");

test("the head lives by itself, and holds still when it is asked to", async () => {
  const page = await opened("/");
  const first = await seen(page);
  await page.waitForTimeout(1500);
  assert.notEqual(await seen(page), first);
  await page.getByLabel("Idle life").uncheck();
  await page.waitForTimeout(2000);
  const still = await seen(page);
  await page.waitForTimeout(1000);
  assert.equal(await seen(page), still);
  await page.context().close();
});

test("a person who wants less motion finds the head still", async () => {
  const page = await opened("/", { reducedMotion: "reduce" });
  assert.equal(await page.getByLabel("Idle life").isChecked(), false);
  await page.context().close();
});

test("Atlas: a muscle is found by search and keyboard, read about, and moved", async () => {
  const page = await opened("/", { reducedMotion: "reduce" });
  await page.getByLabel("Search the atlas").fill("zygomaticus maj");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Zygomaticus major" }).waitFor();
  await page.getByText("evidence").first().click();
  await page.getByText(/^Evidence (strong|moderate|weak)/).first().waitFor();
  const before = await seen(page);
  await page.getByLabel("zygomaticus major, left").focus();
  for (let press = 0; press < 60; press++) await page.keyboard.press("ArrowRight");
  assert.equal(await page.getByLabel("zygomaticus major, right").inputValue(), "0.6");
  await page.waitForTimeout(500);
  assert.notEqual(await seen(page), before);
  await page.getByRole("button", { name: "Let go" }).click();
  assert.equal(await page.getByLabel("zygomaticus major, left").inputValue(), "0");
  await page.context().close();
});

test("Atlas: a click on the face names the muscle that lies there", async () => {
  const page = await opened("/", { reducedMotion: "reduce" });
  await page.getByRole("button", { name: "Front", exact: true }).click();
  await page.waitForTimeout(1200);
  const box = await page.locator("canvas").first().boundingBox();
  // The middle of the forehead, and the mouth.
  for (const [down, name] of [[0.25, /frontalis|procerus/i], [0.67, /orbicularis oris/i]]) {
    await page.mouse.click(box.x + box.width * 0.5, box.y + box.height * down);
    await page.locator(".side h2", { hasText: name }).waitFor();
  }
  await page.context().close();
});

test("Atlas: a cut nerve says what fails, an expression is a recipe of muscles", async () => {
  const page = await opened("/#/atlas/nerve/facialis", { reducedMotion: "reduce" });
  await page.getByLabel("Cut of the whole nerve").fill("1");
  await page.getByText("nothing comes").first().waitFor();
  await page.getByRole("button", { name: "Heal everything" }).click();
  await page.getByText("Nothing. Cut a branch").waitFor();
  await page.goto(new URL("/#/atlas/expression/happiness", STUDIO).href);
  const recipe = page.getByRole("table");
  await recipe.getByRole("link", { name: "zygomaticus major" }).waitFor();
  await page.getByText("does not tell what somebody feels").waitFor();
  await page.context().close();
});

test("Atlas: what does not exist is said plainly", async () => {
  const page = await opened("/#/atlas/muscle/elbow");
  await page.getByText("The atlas has no muscle called “elbow”").waitFor();
  await page.getByLabel("Search the atlas").fill("elbow joint");
  await page.getByText("Nothing in the atlas has these words").waitFor();
  await page.context().close();
});

test("Perform: an example plays, a mistake is shown in its place, its repair is performed, and exported", async () => {
  const page = await opened("/#/perform");
  await page.getByText(/^0:00\.00 \/ 0:\d/).waitFor();
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await page.getByText(/^0:0[1-9]/).waitFor();
  const editor = page.getByLabel("Score", { exact: true });
  await editor.click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText("beats:\n- {at: 0.2, feel: joi, for: 0.5}\n");
  await page.getByText("Did you mean").waitFor();
  await page.getByRole("button", { name: "line 2" }).waitFor();
  assert.equal(await page.getByRole("button", { name: /^Perform/ }).isDisabled(), true);
  await editor.click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText("title: A short smile\nbeats:\n- {at: 0.2, feel: joy, for: 0.5}\n");
  await page.getByText("Did you mean").waitFor({ state: "detached" });
  await page.keyboard.press("Control+Enter");
  await page.getByRole("button", { name: /feel happiness/ }).waitFor();
  await page.getByLabel("Solo zygomaticus major").click();
  await page.getByRole("button", { name: "Zoom in" }).click();
  await page.getByText("Export", { exact: true }).click();
  await page.getByLabel("Format").selectOption(".csv");
  await page.getByRole("button", { name: "Make the file" }).click();
  const coming = page.waitForEvent("download", { timeout: LOADED });
  await page.getByRole("link", { name: /^Save .*\.csv/ }).click({ timeout: LOADED });
  assert.match((await coming).suggestedFilename(), /\.csv$/);
  await page.context().close();
});

test("Perform: words are completed while one writes", async () => {
  const page = await opened("/#/perform");
  const editor = page.getByLabel("Score", { exact: true });
  await editor.click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText("beats:\n- {at: 0.2, chin: ");
  await page.keyboard.press("Control+Space");
  for (const word of ["up", "down", "level"]) await page.getByRole("option", { name: word, exact: true }).waitFor();
  await page.context().close();
});

test("Perform: a score that was saved is there for another window", async () => {
  const page = await opened("/#/perform");
  await page.getByText(/^0:00\.00 \/ 0:\d/).waitFor();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText(/^Saved as/).waitFor();
  const other = await opened("/#/perform");
  await other.getByText("Saved scores").click();
  await other.getByRole("button", { name: "Delete" }).first().waitFor();
  await page.context().close();
  await other.context().close();
});

test("Perform, live: a feeling comes when it is asked for, and the caption says so", async () => {
  const page = await opened("/#/perform/live");
  await page.getByRole("button", { name: "happiness" }).click();
  await page.locator(".caption", { hasText: /feel|happiness/ }).waitFor();
  await page.getByLabel("Say a line").fill("Hello");
  await page.getByRole("button", { name: "Say it" }).click();
  await page.locator(".caption", { hasText: "Hello" }).waitFor();
  await page.context().close();
});

test("Read: a file of another kind is refused in words", async () => {
  const page = await opened("/#/read");
  const path = join(browser.folder, "notes.txt");
  writeFileSync(path, "no face");
  await page.locator("input[type=file]").setInputFiles(path);
  await page.getByText("“notes.txt” is no video or picture").waitFor();
  const empty = join(browser.folder, "broken.mp4");
  writeFileSync(empty, "this is no video");
  await page.locator("input[type=file]").setInputFiles(empty);
  await page.getByRole("alert").filter({ hasText: /broken/ }).waitFor({ timeout: LOADED });
  await page.context().close();
});

test("Read: a video becomes curves, events and a replay", { skip: !process.env.FACE }, async () => {
  const page = await opened("/#/read");
  await page.locator("input[type=file]").setInputFiles(process.env.FACE);
  await page.getByRole("link", { name: "Open the report" }).waitFor({ timeout: 4 * LOADED });
  await page.getByText(/Not observed: \d+ of \d+ channels/).waitFor();
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await page.getByText(/^0:00\.[1-9]/).waitFor();
  const report = await page.context().newPage();
  await report.goto(new URL(await page.getByRole("link", { name: "Open the report" }).getAttribute("href"), STUDIO).href);
  await report.locator("h1").first().waitFor();
  await page.context().close();
});

test("a server that was away is found again, and what was written is still there", async () => {
  const page = await opened("/#/perform");
  const editor = page.getByLabel("Score", { exact: true });
  await editor.click();
  await page.keyboard.press("Control+End");
  await page.keyboard.insertText("# still here\n");
  await page.context().setOffline(true);
  await page.evaluate(() => undefined);
  await page.getByRole("button", { name: /^Perform/ }).click();
  await page.getByText("The studio does not answer").first().waitFor();
  await page.context().setOffline(false);
  await page.getByRole("button", { name: /^Perform/ }).click();
  await page.getByText("The studio does not answer").first().waitFor({ state: "detached" });
  await editor.getByText("# still here").waitFor();
  await page.context().close();
});

test("another version of the messages is said, with the way out", async () => {
  const page = await browser.page("/about:blank");
  await page.routeWebSocket(/\/ws\/perform/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      socket.send(typeof message === "string" ? message.replace(/"version":"[^"]+"/, '"version":"older"') : message);
    });
  });
  await page.goto(STUDIO);
  await page.getByText("The studio was updated while this page was open").waitFor();
  await page.getByRole("button", { name: "Load again" }).waitFor();
  await page.context().close();
});

test("without WebGL the page says so, and the lists work", async () => {
  const page = await browser.page("/about:blank");
  await page.addInitScript(() => {
    const own = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
      return /webgl/.test(kind) ? null : own.call(this, kind, ...rest);
    };
  });
  await page.goto(STUDIO);
  await page.getByRole("heading", { name: "The face cannot be shown" }).waitFor({ timeout: LOADED });
  await page.getByRole("link", { name: /^Zygomaticus major/ }).click();
  await page.getByRole("heading", { name: "Zygomaticus major" }).waitFor();
  await page.context().close();
});

for (const width of [390, 1024, 1920]) {
  test(`nothing is wider than a window of ${width} pixels, in any room`, async () => {
    const page = await opened("/", { viewport: { width, height: 844 }, reducedMotion: "reduce" });
    for (const room of ["Atlas", "Perform", "Read", "Mirror"]) {
      await page.getByRole("navigation").getByRole("link", { name: room }).click();
      await page.locator(".side").waitFor();
      await page.waitForTimeout(400);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${room} is ${wide} wide`);
    }
    await page.context().close();
  });
}

test("everything that can be used has a name, in any room", async () => {
  const page = await opened("/", { reducedMotion: "reduce" });
  for (const path of ["", "atlas/muscle/frontalis", "atlas/nerve/facialis", "atlas/expression/anger", "perform", "perform/live", "read", "mirror"]) {
    await page.goto(new URL(`/#/${path}`, STUDIO).href);
    await page.locator(".side").waitFor();
    await page.waitForTimeout(600);
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll("button, a, input:not([hidden]), select, meter, progress, canvas")]
        .filter((one) => one.checkVisibility?.() ?? true)
        .filter((one) => {
          const labels = "labels" in one && one.labels ? [...one.labels].map((label) => label.textContent).join("") : "";
          return !(one.textContent + labels + (one.getAttribute("aria-label") ?? "") + (one.title ?? "")).trim() && !one.closest("td");
        })
        .map((one) => one.outerHTML.slice(0, 120)),
    );
    assert.deepEqual(nameless, [], path);
  }
  await page.context().close();
});
