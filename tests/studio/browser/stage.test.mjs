// The stage in a browser: what it draws and when, what a click and a pointer mean, and what it says without
// graphics.
//
//     PYTHON=python node --test tests/studio/browser/stage.test.mjs

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openAlone } from "./alone.mjs";

let alone;
before(async () => {
  alone = await openAlone();
  await alone.page.evaluate(async () => {
    const { openStage, StageError } = await import("/stage.js");
    const bytes = async (path) => (await fetch(path)).arrayBuffer();
    const [rig, head, muscles] = await Promise.all(["/default.rig", "/head.bin", "/muscles.bin"].map(bytes));
    const canvas = document.body.appendChild(document.createElement("canvas"));
    canvas.style.width = canvas.style.height = "240px";
    const files = { rig, head, muscles };
    const stage = await openStage(canvas, files);
    const gl = canvas.getContext("webgl2");
    let draws = 0;
    const own = gl.drawElements.bind(gl);
    gl.drawElements = (...args) => {
      draws += 1;
      own(...args);
    };
    const activation = new Float32Array(2 * stage.channels.length);
    const frame = { activation, jaw: null, gaze: null };
    // The stage lives by this clock, so that a slow machine does not matter.
    let clock = 1000;
    performance.now = () => clock;
    /** Show the frame some time [ms] after the last; the answer is the picture, or null if nothing was drawn. */
    const show = (more = {}, later = 20) => {
      clock += later;
      const before = draws;
      stage.show({ ...frame, ...more });
      if (draws === before) return null;
      const { width, height } = canvas;
      const pixels = new Uint8Array(4 * width * height);
      gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
      return { width, height, pixels };
    };
    /** Mean of red, green and blue over a share of the picture, from its upper left corner. */
    const mean = (picture, [left, top, right, bottom]) => {
      const sums = [0, 0, 0];
      let count = 0;
      for (let y = Math.floor(top * picture.height); y < bottom * picture.height; y++) {
        for (let x = Math.floor(left * picture.width); x < right * picture.width; x++, count++) {
          const at = 4 * ((picture.height - 1 - y) * picture.width + x);
          for (let c = 0; c < 3; c++) sums[c] += picture.pixels[at + c];
        }
      }
      return sums.map((sum) => sum / count);
    };
    Object.assign(window, { stage, canvas, gl, files, frame, show, mean, openStage, StageError });
  });
});
after(() => alone.close());

test("a face is drawn once, and again when something changed", async () => {
  const told = await alone.page.evaluate(() => {
    const drawn = [];
    const say = (picture) => drawn.push(picture !== null);
    const first = show();
    const [red, green, blue] = mean(first, [0.42, 0.3, 0.58, 0.36]);
    say(show());
    stage.layers = { skin: 0.5, muscles: true, strain: false };
    say(show());
    say(show());
    stage.highlight("zygomaticus_major", "left");
    say(show());
    stage.highlight(null);
    stage.layers = { skin: 1, muscles: false, strain: false };
    say(show({ breath: 0.2 }));
    say(show({ breath: 0.2 }));
    return { drawn, skin: [red, green, blue] };
  });
  assert.deepEqual(told.drawn, [false, true, false, true, true, false]);
  const [red, green, blue] = told.skin;
  assert.ok(red > green + 15 && green > blue + 5, `not the colour of skin: ${told.skin}`);
});

test("a picture that stands still is refined once", async () => {
  const told = await alone.page.evaluate(() => {
    show();
    const coarse = stage.ratio;
    const refined = show({}, 600) !== null;
    const fine = stage.ratio;
    return { coarse, refined, fine, again: show({}, 600) !== null };
  });
  assert.deepEqual(told, { coarse: 0.5, refined: true, fine: 1, again: false });
});

test("a tab that is not seen draws nothing", async () => {
  const drawn = await alone.page.evaluate(() => {
    Object.defineProperty(document, "hidden", { value: true, configurable: true });
    const hidden = show({ breath: 0.9 }) !== null;
    delete document.hidden;
    return [hidden, show({ breath: 0.9 }) !== null];
  });
  assert.deepEqual(drawn, [false, true]);
});

test("a wide pupil darkens the eye", async () => {
  const [narrow, wide] = await alone.page.evaluate(() => {
    stage.look("eyes");
    show({}, 9000);
    const eye = [0.2, 0.45, 0.28, 0.55];
    const both = [mean(show({ pupil: 1.2 }), eye), mean(show({ pupil: 4 }), eye)];
    stage.look("front");
    return both;
  });
  assert.ok(wide[0] < narrow[0] - 8, `${narrow} and ${wide}`);
});

test("a click means the muscle there, or the nearest", async () => {
  const told = await alone.page.evaluate(() => {
    show({}, 9000);
    const at = (x, y) => {
      const picked = stage.pick({ offsetX: x * 240, offsetY: y * 240 });
      return picked && `${picked.channel}.${picked.side}`;
    };
    return { left: at(0.56, 0.24), right: at(0.44, 0.24), between: at(0.503, 0.24), beside: at(0.02, 0.5) };
  });
  assert.deepEqual(told, {
    left: "frontalis.medialis.left",
    right: "frontalis.medialis.right",
    between: "frontalis.medialis.left",
    beside: null,
  });
});

test("gaze goes to the pointer, also when the camera stands aside", async () => {
  const told = await alone.page.evaluate(() => {
    const at = (x, y) => stage.glance({ offsetX: x * 240, offsetY: y * 240 });
    const front = [at(0.5, 0.38), at(0.8, 0.38)];
    stage.look("threeQuarter");
    show({}, 9000);
    const aside = at(0.35, 0.38);
    stage.look("front");
    show({}, 9000);
    return { front, aside };
  });
  const [middle, right] = told.front;
  assert.ok(Math.abs(middle.leftDeg) < 1 && Math.abs(middle.upDeg) < 4, JSON.stringify(middle));
  assert.ok(right.leftDeg > 10, JSON.stringify(right));
  assert.ok(told.aside.leftDeg > 20, JSON.stringify(told.aside));
});

test("graphics that are lost come back, and the stage says so meanwhile", async () => {
  const told = await alone.page.evaluate(async () => {
    show({}, 9000);
    const said = [];
    stage.onlost = (message) => said.push(message);
    const happens = (name) => new Promise((go) => canvas.addEventListener(name, go, { once: true }));
    const before = mean(show({ breath: 0.3 }), [0.3, 0.2, 0.7, 0.8]);
    const context = gl.getExtension("WEBGL_lose_context");
    const lost = happens("webglcontextlost");
    context.loseContext();
    await lost;
    await new Promise((go) => setTimeout(go));
    const meanwhile = show({ breath: 0.4 }) !== null;
    const back = happens("webglcontextrestored");
    context.restoreContext();
    await back;
    return { said, meanwhile, before, after: mean(show({ breath: 0.3 }), [0.3, 0.2, 0.7, 0.8]) };
  });
  assert.equal(told.said.length, 2);
  assert.match(told.said[0], /comes back by itself/);
  assert.equal(told.said[1], null);
  assert.equal(told.meanwhile, false);
  told.after.forEach((value, c) => assert.ok(Math.abs(value - told.before[c]) < 1.5, `${told.before} became ${told.after}`));
});

test("a browser without WebGL is told in plain words", async () => {
  const said = await alone.page.evaluate(async () => {
    const other = document.createElement("canvas");
    other.getContext = () => null;
    return openStage(other, files).catch((reason) => [reason instanceof StageError, reason.message]);
  });
  assert.equal(said[0], true);
  assert.match(said[1], /WebGL 2 is missing/);
});
