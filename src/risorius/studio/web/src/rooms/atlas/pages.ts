/** The atlas in the browser: fetched once, found by name. */

import type { AtlasPages, ExpressionPage, MusclePage, NervePage, UnitPage } from "../../messages";
import { read, sentence } from "../../wire/http";

export type Kind = "muscle" | "expression" | "unit" | "nerve";

/** One line of a list or of what a search found. */
export interface Entry {
  kind: Kind;
  id: string;
  title: string;
  /** Under the title: other names, or what it does. */
  also: string;
  /** Everything that a search may look at, in small letters. */
  words: string;
}

export interface Atlas extends AtlasPages {
  entries: readonly Entry[];
  muscle: ReadonlyMap<string, MusclePage>;
  nerve: ReadonlyMap<string, NervePage>;
  unit: ReadonlyMap<string, UnitPage>;
  expression: ReadonlyMap<string, ExpressionPage>;
  /** The place of a channel in every frame. */
  column: ReadonlyMap<string, number>;
}

let fetched: Promise<Atlas> | null = null;

export function loadAtlas(): Promise<Atlas> {
  fetched ??= read<AtlasPages>("/api/atlas").then(index);
  // After a failure the next one asks again.
  fetched.catch(() => (fetched = null));
  return fetched;
}

export function index(pages: AtlasPages): Atlas {
  const by = <T extends { id: string }>(list: readonly T[]) => new Map(list.map((entry) => [entry.id, entry]));
  const entry = (kind: Kind, id: string, title: string, also: string, ...more: string[]): Entry => ({
    kind,
    id,
    title,
    also,
    words: plain([title, also, id, ...more].join(" ")),
  });
  return {
    ...pages,
    muscle: by(pages.muscles),
    nerve: by(pages.nerves),
    unit: by(pages.units),
    expression: by(pages.expressions),
    column: new Map(pages.channels.map((channel, place) => [channel.id, place])),
    entries: [
      ...pages.muscles.map((m) => entry("muscle", m.id, m.english, m.latin, m.action, m.region, ...m.channels, ...m.actionUnits)),
      ...pages.expressions.map((e) => entry("expression", e.id, sentence(e.name), e.aliases.join(", "))),
      ...pages.units.map((u) => entry("unit", u.id, u.id, sentence(u.name))),
      ...pages.nerves.map((n) => entry("nerve", n.id, sentence(n.english), `${n.number} · ${n.latin}`, ...n.branches.map((b) => `${b.latin} ${b.english}`))),
    ],
  };
}

/** Without case, underscores and the numbers' spaces, so that “au 12” finds AU12. */
export function plain(text: string): string {
  return text.toLowerCase().replace(/[_.]/g, " ").replace(/\bau (\d)/g, "au$1").replace(/\s+/g, " ").trim();
}

/** What has all the words, names that begin with them first. */
export function search(atlas: Atlas, asked: string): Entry[] {
  const words = plain(asked).split(" ").filter(Boolean);
  if (words.length === 0) return [];
  const rank = (found: Entry): number => {
    const title = plain(found.title);
    if (title === words.join(" ")) return 0;
    if (title.startsWith(words[0]!)) return 1;
    return plain(`${found.title} ${found.also}`).includes(words[0]!) ? 2 : 3;
  };
  return atlas.entries
    .filter((found) => words.every((word) => found.words.includes(word)))
    .map((found, place) => ({ found, rank: rank(found), place }))
    .sort((a, b) => a.rank - b.rank || a.place - b.place)
    .map(({ found }) => found);
}

/** Ids as a reader likes them: `frontalis.medialis` is “frontalis, medialis”. */
export function spoken(id: string): string {
  return id.replace(".", ", ").replaceAll("_", " ");
}

export function href(kind: Kind, id: string): string {
  return `#/atlas/${kind}/${encodeURIComponent(id)}`;
}
