// Every room is opened and used as a person would: by pointer, and where it matters by keyboard.
//
//     PYTHON=python FACE=face.mp4 [SHOTS=folder] node --test tests/studio/browser/rooms.test.mjs
//
// FACE is a video of a face for the room Read; in SHOTS every test leaves a picture of what it saw last. The head is
// drawn where a test looks at it; drawn by a processor alone it is slow, so the others see the page without.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { openBrowser } from "./page.mjs";
import { openStudio } from "./studio.mjs";

const { FACE, SHOTS } = process.env;
const SLOW = 120_000;
const ROOMS = ["Atlas", "Perform", "Read", "Mirror"];
const PLACES = [
  "", "atlas/muscle/frontalis", "atlas/nerve/facialis", "atlas/expression/anger", "atlas/unit/AU12", "perform", "perform/live", "read", "mirror",
];
/** A stage that is small enough to be drawn quickly. */
const SMALL = { width: 900, height: 520 };
let browser, folder, studio;

before(async () => {
  if (SHOTS) mkdirSync(SHOTS, { recursive: true });
  folder = mkdtempSync(join(tmpdir(), "studio-"));
  studio = await openStudio(join(folder, "data"));
  browser = await openBrowser(studio.address);
});
after(async () => {
  await browser?.close();
  await studio?.kill();
  rmSync(folder, { recursive: true, force: true });
});

const at = (path) => new URL(path, studio.address).href;
const connected = (page) => page.locator('.line[data-state="open"]').waitFor();

/** A test with a page of its own, which is closed whatever happens. */
function use(name, options, work, { skip = false } = {}) {
  const { path = "/", ...rest } = options;
  test(name, { skip, timeout: 5 * SLOW }, async () => {
    const page = await browser.page(path === null ? null : at(path), { webgl: false, ...rest });
    try {
      if (path !== null) {
        await connected(page);
        if (rest.webgl) await page.getByText("The face is on its way").waitFor({ state: "detached", timeout: SLOW });
      }
      await work(page);
    } finally {
      if (SHOTS) await page.screenshot({ path: join(SHOTS, `${name.replace(/[^\w]+/g, "-")}.png`) }).catch(() => undefined);
      await page.context().close();
    }
    assert.deepEqual(browser.faults.splice(0), [], "the page complained");
  });
}

/** What the stage shows. */
const seen = async (page) => (await page.locator("canvas").first().screenshot({ timeout: SLOW })).toString("base64");

/** Wait until two looks at the stage tell the same, or not. */
async function until(page, isSame) {
  const end = Date.now() + SLOW;
  for (let last = await seen(page); Date.now() < end; ) {
    await page.waitForTimeout(400);
    const now = await seen(page);
    if ((now === last) === isSame) return now;
    last = now;
  }
  throw new Error(isSame ? "the stage never came to rest" : "the stage never moved");
}

// The stage.

use("the head lives by itself, and holds still when it is asked to", { webgl: true, viewport: SMALL }, async (page) => {
  await until(page, false);
  await page.getByLabel("Idle life").uncheck();
  await until(page, true);
});

use("a person who wants less motion finds the head still", { reducedMotion: "reduce" }, async (page) => {
  assert.equal(await page.getByLabel("Idle life").isChecked(), false);
});

use("Atlas: a click on the face names the muscle that lies there, or the nearest", { webgl: true, viewport: SMALL, reducedMotion: "reduce" }, async (page) => {
  await page.getByRole("button", { name: "Front", exact: true }).click();
  await until(page, true);
  const box = await page.locator("canvas").first().boundingBox();
  const told = [];
  for (const [right, down, name] of [[0.5, 0.24, /frontalis|procerus/i], [0.5, 0.66, /orbicularis oris/i]]) {
    await page.mouse.click(box.x + box.width * right, box.y + box.height * down);
    await page.locator(".side h2", { hasText: name }).waitFor();
    const said = page.locator(".side .note").first();
    await said.filter({ hasText: name }).waitFor();
    told.push(await said.textContent());
  }
  for (const words of told) assert.match(words, /^(You clicked on|No muscle lies right under .* mm away)/);
  const still = await until(page, true);
  await page.locator(".side input[type=range]").first().fill("0.8");
  const end = Date.now() + SLOW;
  while ((await seen(page)) === still) assert.ok(Date.now() < end, "a slider moves the face");
});

// Atlas.

use("Atlas: a muscle is found by search and keyboard, read about, and moved", {}, async (page) => {
  await page.getByLabel("Search the atlas").fill("zygomaticus maj");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Zygomaticus major" }).waitFor();
  for (const fact of ["From", "To", "Nerve", "Action units", "Against it", "Lines it writes"]) {
    await page.locator("dt", { hasText: fact }).first().waitFor();
  }
  await page.getByText("Exercise", { exact: true }).click();
  await page.getByText("The sources know no exercise").waitFor();
  await page.getByText("evidence").first().click();
  await page.getByText(/^Evidence (strong|moderate|weak)/).first().waitFor();
  await page.getByLabel("zygomaticus major, left").focus();
  for (let press = 0; press < 60; press++) await page.keyboard.press("ArrowRight");
  assert.equal(await page.getByLabel("zygomaticus major, right").inputValue(), "0.6");
  await page.getByLabel("Both sides together").uncheck();
  await page.getByLabel("zygomaticus major, left").fill("0.2");
  assert.equal(await page.getByLabel("zygomaticus major, right").inputValue(), "0.6");
  await page.getByRole("button", { name: "Let go" }).click();
  assert.equal(await page.getByLabel("zygomaticus major, left").inputValue(), "0");
});

use("Atlas: a cut nerve says what fails, an expression is a recipe of muscles", { path: "/#/atlas/nerve/facialis" }, async (page) => {
  await page.getByLabel("Cut of temporal", { exact: false }).first().fill("0.5");
  await page.getByText(/% still comes/).first().waitFor();
  await page.getByLabel("Cut of the whole nerve").fill("1");
  await page.getByText("nothing comes").first().waitFor();
  await page.getByRole("button", { name: "Heal everything" }).click();
  await page.getByText("Nothing. Cut a branch").waitFor();
  await page.goto(at("/#/atlas/expression/happiness"));
  await page.getByRole("table").getByRole("link", { name: "zygomaticus major" }).waitFor();
  await page.getByText("does not tell what somebody feels").waitFor();
});

use("Atlas: what does not exist is said plainly", { path: "/#/atlas/muscle/elbow" }, async (page) => {
  await page.getByText("The atlas has no muscle called “elbow”").waitFor();
  await page.getByLabel("Search the atlas").fill("elbow joint");
  await page.getByText("Nothing in the atlas has these words").waitFor();
});

// Perform.

/** Write a score in place of the one that is there. */
async function write(page, text) {
  await page.getByLabel("Score", { exact: true }).click();
  await page.keyboard.press("Control+a");
  // Over a selection the browser itself writes a style into what is typed, which the page's policy forbids.
  await page.keyboard.press("Delete");
  await page.keyboard.insertText(text);
}

use("Perform: an example plays with captions, a mistake is shown in its place, its repair is performed, and exported", { path: "/#/perform" }, async (page) => {
  await page.getByText(/^0:00\.00 \/ 0:\d/).waitFor();
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await page.getByText(/^0:0[1-9]/).waitFor();
  await page.locator(".caption", { hasText: /\w/ }).waitFor();
  await write(page, "beats:\n- {at: 0.2, feel: joi, for: 0.5}\n");
  await page.getByText("Did you mean").first().waitFor();
  await page.getByRole("button", { name: "line 2" }).waitFor();
  await page.locator(".cm-lintRange-error").waitFor();
  assert.equal(await page.getByRole("button", { name: /^Perform/ }).isDisabled(), true);
  await write(page, "title: A short smile\nbeats:\n- {at: 0.2, feel: joy, for: 0.5}\n");
  await page.getByText("Did you mean").first().waitFor({ state: "detached" });
  await page.keyboard.press("Control+Enter");
  await page.getByRole("button", { name: /feel happiness/ }).waitFor();
  await page.getByText("Export", { exact: true }).click();
  assert.deepEqual(await page.getByLabel("Format").locator("option").evaluateAll((all) => all.map((one) => one.value).sort()), [".csv", ".glb", ".mp4", ".nc", ".png"]);
  await page.getByLabel("Format").selectOption(".csv");
  await page.getByRole("button", { name: "Make the file" }).click();
  const coming = page.waitForEvent("download", { timeout: SLOW });
  await page.getByRole("link", { name: /^Save .*\.csv/ }).click({ timeout: SLOW });
  assert.match((await coming).suggestedFilename(), /\.csv$/);
});

use("Perform: layers and muscles have curves, which are muted, heard alone, looked into and read as tables", { path: "/#/perform" }, async (page) => {
  await page.getByText(/^0:00\.00 \/ 0:\d/).waitFor();
  const deck = page.getByRole("region", { name: "Timeline of the performance" });
  for (const layer of ["speech", "breath", "emotion", "micro", "gaze", "blink", "head", "gesture"]) {
    await deck.locator(".lane", { has: page.getByRole("button", { name: `Mute ${layer}`, exact: true }) }).locator(".curve canvas").waitFor({ timeout: SLOW });
  }
  await deck.getByRole("button", { name: "Muscles of blink" }).click();
  await deck.getByRole("heading", { name: "Muscles of blink" }).waitFor();
  await deck.getByText("Muscles of blink in numbers").click();
  const table = deck.getByRole("table");
  await table.getByRole("rowheader", { name: "orbicularis oculi, pretarsalis" }).first().waitFor();
  assert.equal(await table.getByRole("rowheader", { name: "zygomaticus major" }).count(), 0, "a blink is no smile");
  await deck.getByRole("button", { name: "Muscles of blink" }).click();
  await table.getByRole("rowheader", { name: "zygomaticus major" }).first().waitFor();
  await deck.getByRole("button", { name: "Solo zygomaticus major", exact: true }).click();
  const still = await deck.locator(".lane.still").count();
  assert.ok(still > 3, "all others are held still");
  await deck.getByRole("button", { name: "Solo zygomaticus major", exact: true }).click();
  await deck.getByRole("button", { name: "Mute emotion", exact: true }).click();
  await table.getByRole("rowheader", { name: "zygomaticus major" }).first().waitFor({ state: "detached" });
  const before = await deck.locator(".ruler span").allTextContents();
  await deck.getByRole("button", { name: "Zoom in" }).click();
  assert.notDeepEqual(await deck.locator(".ruler span").allTextContents(), before);
});

use("Perform: words are completed while one writes", { path: "/#/perform" }, async (page) => {
  await page.getByText(/^0:00\.00 \/ 0:\d/).waitFor();
  await write(page, "beats:\n- {at: 0.2, chin: ");
  await page.keyboard.press("Control+Space");
  for (const word of ["up", "down", "level"]) await page.getByRole("option", { name: word, exact: true }).waitFor();
});

use("Perform: tabs are apart, and a score that was saved is there for both", { path: "/#/perform" }, async (page) => {
  await page.getByText(/^0:00\.00 \/ 0:\d/).waitFor();
  const other = await page.context().newPage();
  await other.goto(at("/#/perform"));
  await other.getByText(/^0:00\.00 \/ 0:\d/).waitFor();
  await write(page, "title: Of the first tab\nbeats:\n- {at: 0.2, nod: once}\n");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("button", { name: /^nod/ }).waitFor();
  assert.equal(await other.getByLabel("Score", { exact: true }).getByText("Of the first tab").count(), 0);
  assert.equal(await other.getByRole("button", { name: /^nod once/ }).count(), 0);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText(/^Saved as/).waitFor();
  const third = await page.context().newPage();
  await third.goto(at("/#/perform"));
  await third.getByLabel("Open a score").selectOption({ label: "Of the first tab" });
  await third.getByRole("button", { name: /^nod/ }).waitFor();
  for (const tab of [page, other, third]) assert.equal(await tab.locator(".line").getAttribute("data-state"), "open");
});

use("Perform, live: what is asked for comes, and the caption says so", { path: "/#/perform/live" }, async (page) => {
  const caption = page.locator(".caption");
  await page.getByRole("button", { name: "happiness" }).click();
  await caption.filter({ hasText: /feel: happiness/ }).waitFor();
  await page.getByLabel("Until the next one").check();
  await page.getByRole("button", { name: "anger" }).click();
  await caption.filter({ hasText: /feel: anger/ }).waitFor();
  const pad = await page.getByRole("group", { name: "Pad of seven feelings" }).boundingBox();
  await page.mouse.move(pad.x + pad.width / 2, pad.y + pad.height / 2);
  await page.mouse.down();
  await page.mouse.move(pad.x + pad.width * 0.62, pad.y + pad.height * 0.32);
  await page.mouse.up();
  await caption.filter({ hasText: /feel: .*(surprise|happiness)/ }).waitFor();
  await page.getByLabel("Chin").fill("8");
  await caption.filter({ hasText: "chin" }).waitFor();
  await page.getByRole("button", { name: "sigh" }).click();
  await caption.filter({ hasText: "sigh" }).waitFor();
  await page.getByLabel("Say a line").fill("Hello");
  await page.getByRole("button", { name: "Say it" }).click();
  await caption.filter({ hasText: "Hello" }).waitFor();
});

// Read.

use("Read: a file of another kind, a broken one and one that is too big are refused in words", { path: null }, async (page) => {
  await page.route("**/api/read/limits", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), bytes: 50_000 } });
  });
  await page.goto(at("/#/read"));
  await connected(page);
  await page.getByText("Drop a video or picture of a face here").waitFor();
  const give = async (name, text) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    await page.locator("input[type=file]").setInputFiles(path);
  };
  await give("notes.txt", "no face");
  await page.getByText("“notes.txt” is no video or picture").waitFor();
  await give("long.mp4", "x".repeat(60_000));
  await page.getByText("“long.mp4” has 0.1 MB").waitFor();
  await give("broken.mp4", "this is no video");
  await page.getByRole("alert").filter({ hasText: /broken/ }).waitFor({ timeout: SLOW });
});

use("Read: a video becomes curves, events and a replay", { path: "/#/read" }, async (page) => {
  await page.locator("input[type=file]").setInputFiles(FACE);
  await page.getByText(/Reading the face|Waiting for other work/).waitFor();
  await page.getByRole("link", { name: "Open the report" }).waitFor({ timeout: 3 * SLOW });
  await page.getByText(/Not observed: \d+ of \d+ channels/).waitFor();
  await page.getByText("A strong line is sure, a faint one hardly").waitFor();
  await page.getByText("Muscles in numbers").click();
  await page.getByRole("columnheader", { name: "Sure" }).waitFor();
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await page.getByText(/^0:00\.[1-9]/).waitFor();
  const report = await page.context().newPage();
  await report.goto(at(await page.getByRole("link", { name: "Open the report" }).getAttribute("href")));
  await report.locator("h1").first().waitFor();
  await report.close();
  await page.getByText("Export", { exact: true }).click();
  await page.getByLabel("Format").selectOption(".csv");
  await page.getByRole("button", { name: "Make the file" }).click();
  await page.getByRole("link", { name: /^Save .*\.csv/ }).waitFor({ timeout: SLOW });
}, { skip: !FACE });

// As real software.

test("a studio that is killed and started again is found again, and nothing is lost", { timeout: 5 * SLOW }, async () => {
  const own = await openStudio(join(folder, "killed"));
  const other = await openBrowser(own.address);
  const page = await other.page("/#/perform", { webgl: false });
  try {
    await page.getByText(/^0:00\.00 \/ 0:\d/).waitFor();
    await write(page, "title: Still here\nbeats:\n- {at: 0.2, nod: once}\n");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("button", { name: /^nod/ }).waitFor();
    await page.goto(`${own.address}/#/atlas/muscle/zygomaticus_major`);
    await page.getByLabel("zygomaticus major, left").fill("0.4");
    await own.kill();
    await page.getByText("The studio does not answer").first().waitFor();
    if (SHOTS) await page.screenshot({ path: join(SHOTS, "server-gone.png") });
    assert.equal(await page.getByLabel("zygomaticus major, left").inputValue(), "0.4");
    await page.getByRole("link", { name: "Perform" }).click();
    await page.getByLabel("Score", { exact: true }).getByText("Still here").waitFor();
    await own.again();
    await page.getByText("The studio does not answer").first().waitFor({ state: "detached" });
    await connected(page);
    await page.getByLabel("Score", { exact: true }).getByText("Still here").waitFor();
    // What the studio had in memory is made again: the clip can be saved.
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Saved as “Still here”").waitFor();
    await page.goto(`${own.address}/#/atlas/muscle/zygomaticus_major`);
    await page.getByRole("heading", { name: "Zygomaticus major" }).waitFor();
  } finally {
    if (SHOTS) await page.screenshot({ path: join(SHOTS, "server-back.png") });
    await other.close();
    await own.kill();
  }
  assert.deepEqual([other.foreign, other.faults], [[], []]);
});

use("another version of the messages is said, with the way out", { path: null }, async (page) => {
  await page.routeWebSocket(/\/ws\/perform/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      socket.send(typeof message === "string" ? message.replace(/"version":"[^"]+"/, '"version":"older"') : message);
    });
  });
  await page.goto(studio.address);
  await page.getByText("The studio was updated while this page was open").waitFor();
  await page.getByRole("button", { name: "Load again" }).waitFor();
});

use("without WebGL the page says so, and the lists work", {}, async (page) => {
  await page.getByRole("heading", { name: "The face cannot be shown" }).waitFor();
  await page.getByText("WebGL 2 is missing or switched off").waitFor();
  await page.getByRole("link", { name: /^Zygomaticus major/ }).click();
  await page.getByRole("heading", { name: "Zygomaticus major" }).waitFor();
});

for (const width of [390, 1024, 1920]) {
  use(`nothing is wider than a window of ${width} pixels, in any room`, { viewport: { width, height: 844 } }, async (page) => {
    for (const path of PLACES) {
      await page.goto(at(`/#/${path}`));
      await page.locator(".side").waitFor();
      if (path === "perform") await page.getByRole("button", { name: "Play", exact: true }).waitFor();
      const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
      assert.ok(wide <= room, `${path} is ${wide} wide, where ${room} are`);
      if (SHOTS) await page.screenshot({ path: join(SHOTS, `${width}-${path.replaceAll("/", "-")}.png`), fullPage: width === 390 });
    }
  });
}

use("everything that can be used has a name, in any room", {}, async (page) => {
  for (const path of PLACES) {
    await page.goto(at(`/#/${path}`));
    await page.locator(".side").waitFor();
    if (path === "perform") await page.getByRole("button", { name: "Play", exact: true }).waitFor();
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll("button, a, input:not([hidden]), select, meter, progress, canvas")]
        .filter((one) => (one.checkVisibility?.() ?? true) && !one.closest('[aria-hidden="true"]'))
        .filter((one) => {
          const labels = "labels" in one && one.labels ? [...one.labels].map((label) => label.textContent).join("") : "";
          return !(one.textContent + labels + (one.getAttribute("aria-label") ?? "") + (one.title ?? "")).trim() && !one.closest("td");
        })
        .map((one) => one.outerHTML.slice(0, 120)),
    );
    assert.deepEqual(nameless, [], path);
  }
});

use("by keyboard alone one comes into every room, plays a score, and out of its editor", {}, async (page) => {
  const focused = () => page.evaluate(() => (document.activeElement?.shadowRoot?.activeElement ?? document.activeElement)?.textContent?.trim() ?? "");
  const label = () => page.evaluate(() => (document.activeElement?.shadowRoot?.activeElement ?? document.activeElement)?.getAttribute("aria-label") ?? "");
  /** Press Tab until this has the focus. */
  async function to(isThere, most = 60) {
    for (let press = 0; press < most; press++) {
      await page.keyboard.press("Tab");
      if (await isThere()) return;
    }
    throw new Error("Tab never came there");
  }
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "Skip to the room");
  await page.keyboard.press("Enter");
  assert.ok(await page.evaluate(() => document.activeElement.closest("#room") !== null), "the focus is in the room");
  for (const room of ROOMS) {
    await page.goto(at("/#/atlas"));
    await page.reload();
    await connected(page);
    await to(async () => (await focused()) === room);
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: room, exact: true }).waitFor({ state: "attached" });
  }
  await page.goto(at("/#/perform"));
  await page.getByText(/^0:00\.00 \/ 0:\d/).waitFor();
  await to(async () => (await label()) === "Score");
  await page.keyboard.press("Tab");
  assert.notEqual(await label(), "Score", "Tab leaves the editor");
  await to(async () => (await focused()) === "Play");
  await page.keyboard.press("Space");
  await page.getByText(/^0:00\.[1-9]|^0:0[1-9]/).waitFor();
  await to(async () => (await label()) === "Place in the clip");
  await page.keyboard.press("Home");
  await page.getByText(/^0:00\./).waitFor();
});

use("light and dark are chosen, and kept", {}, async (page) => {
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.getByLabel("Colours").selectOption("light");
  const light = await paper();
  await page.getByLabel("Colours").selectOption("dark");
  const dark = await paper();
  assert.notEqual(light, dark);
  await page.reload();
  await connected(page);
  assert.equal(await paper(), dark);
});

use("no room asks another host for anything", { webgl: true, viewport: SMALL }, async (page) => {
  browser.asked.clear();
  for (const path of PLACES) {
    await page.goto(at(`/#/${path}`));
    await page.reload();
    await page.locator(".side").waitFor();
    await connected(page);
  }
  await page.getByText("The face is on its way").waitFor({ state: "detached", timeout: SLOW });
  assert.deepEqual([...browser.asked], [new URL(studio.address).host]);
});

test("in all of this nobody else was asked", () => assert.deepEqual(browser.foreign, []));
