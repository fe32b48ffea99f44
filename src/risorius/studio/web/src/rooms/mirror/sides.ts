/** What two sides of a face say together, in words and numbers. */

/** Less than this [1] is no difference that a camera can tell. */
const NOTHING = 0.05;

/** How much stronger the left is, -1..1, as a share of both; null where there is too little to compare. */
export function lean(left: number, right: number, noise = 0): number | null {
  const most = Math.max(left, right);
  if (!(most > Math.max(NOTHING, 3 * noise))) return null;
  return (left - right) / (left + right);
}

/** The same in words. */
export function leanWords(share: number | null): string {
  if (share === null) return "";
  if (Math.abs(share) < 0.1) return "even";
  return `${share > 0 ? "left" : "right"} +${Math.round(100 * Math.abs(share))} %`;
}

/** How near a face is to its target, 0..1: what is missing or too much, against what was asked. */
export function nearness(target: readonly number[], actual: Float32Array): number | null {
  let [asked, off] = [0, 0];
  target.forEach((want, at) => {
    const is = actual[at]!;
    if (want <= 0 || Number.isNaN(is)) return;
    asked += want;
    off += Math.abs(want - is);
  });
  return asked > 0 ? Math.max(0, 1 - off / asked) : null;
}
