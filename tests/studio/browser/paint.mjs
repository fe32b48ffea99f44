// Prints, as one line of JSON, when the page of a running studio first shows something [ms], for each of some visits
// in a profile that has never seen it.
//
//     node tests/studio/browser/paint.mjs ADDRESS [VISITS]

import { openBrowser } from "./page.mjs";

const [, , address, visits = "5"] = process.argv;
const browser = await openBrowser(address);
const shown = () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
try {
  // A browser that has just been started paints its first page late, whichever it is.
  const other = await browser.page("about:blank");
  await other.setContent("<p>Something</p>");
  await other.waitForFunction(shown);
  await other.context().close();
  const painted = [];
  for (let visit = 0; visit < Number(visits); visit++) {
    const page = await browser.page("/");
    const seen = await page.waitForFunction(shown);
    painted.push(await seen.jsonValue());
    await page.context().close();
  }
  console.log(JSON.stringify({ painted, foreign: browser.foreign }));
} finally {
  await browser.close();
}
