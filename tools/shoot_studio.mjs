// Takes a picture of a running studio, with a muscle at work.
//
//     node tools/shoot_studio.mjs ADDRESS FILE.png

import { openBrowser } from "../tests/studio/browser/page.mjs";

const [, , address, file] = process.argv;
const browser = await openBrowser(address);
try {
  const page = await browser.page("/#/atlas/muscle/zygomaticus_major", {
    viewport: { width: 1440, height: 900 },
    colorScheme: "light",
    reducedMotion: "reduce",
  });
  await page.getByText("The face is on its way").waitFor({ state: "detached", timeout: 120_000 });
  await page.getByLabel("zygomaticus major, left").fill("0.7");
  await page.getByLabel("Skin").fill("0.35");
  await page.getByLabel("Muscles", { exact: true }).check();
  await page.waitForTimeout(3000);
  await page.screenshot({ path: file, timeout: 120_000 });
} finally {
  await browser.close();
}
