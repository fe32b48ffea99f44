/** What a living face did last, in words; what it does all the time by itself is not told. */

import type { Happening } from "../../messages";

const ITS_OWN = /^(blink|look|accent|breath: (rest|speech))/;

export function captionOf(events: readonly Happening[]): string {
  const told = events.filter(({ kind, label }) => !ITS_OWN.test(`${kind}: ${label}`));
  const last = told.at(-1);
  if (!last) return "";
  if (last.kind !== "word") return `${last.kind.replaceAll("_", " ")}${last.label ? `: ${last.label.replaceAll("_", " ")}` : ""}`;
  const before = told.findLastIndex(({ kind }) => kind !== "word");
  return `“${told.slice(before + 1).map(({ label }) => label).join(" ")}”`;
}
