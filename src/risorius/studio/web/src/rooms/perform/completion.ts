/** What may stand at a place of a score: from the schema of scores and the words of the atlas. */

import type { Vocabulary } from "../../messages";

interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  properties?: Record<string, Schema>;
  propertyNames?: { enum?: string[] };
  description?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  required?: string[];
}

export interface Offer {
  label: string;
  detail: string;
  /** What kind of word: colours the list. */
  type: "keyword" | "enum" | "variable" | "property";
}

export interface Words {
  /** Keys of a score, of persona, of context. */
  top: Offer[];
  groups: Record<string, Offer[]>;
  /** Keys of each kind of beat, and what makes a beat of that kind. */
  beats: Record<string, Offer[]>;
  kinds: Offer[];
  /** Values that a key may have. */
  values: Record<string, Offer[]>;
}

export function wordsOf(schema: Schema, vocabulary: Vocabulary): Words {
  const defs = schema.$defs ?? {};
  const keys = (model: Schema | undefined, type: Offer["type"]): Offer[] =>
    Object.entries(model?.properties ?? {}).map(([label, entry]) => ({ label, detail: entry.description ?? "", type }));
  const values: Words["values"] = {};
  const collect = (model: Schema | undefined): void => {
    for (const [key, entry] of Object.entries(model?.properties ?? {})) {
      const found = choices(entry).filter((word) => !values[key]?.some(({ label }) => label === word));
      if (found.length) values[key] = [...(values[key] ?? []), ...found.map((label): Offer => ({ label, detail: "", type: "enum" }))];
    }
  };
  const words: Words = {
    top: keys(schema, "keyword"),
    groups: { persona: keys(defs.Persona, "property"), context: keys(defs.Context, "property") },
    beats: {},
    kinds: vocabulary.movements.map((label): Offer => ({ label, detail: "how much, 0 to 1", type: "variable" })),
    values,
  };
  for (const model of [schema, ...Object.values(defs)]) collect(model);
  for (const [name, model] of Object.entries(defs)) {
    const kind = name.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
    if (!model.properties?.[kind]) continue;
    words.beats[kind] = keys(model, "property");
    words.kinds.unshift({ label: kind, detail: model.description ?? "", type: "keyword" });
  }
  const expressions = vocabulary.expressions.map((label): Offer => ({ label, detail: "looks like it", type: "variable" }));
  const movements = vocabulary.movements.map((label): Offer => ({ label, detail: "", type: "variable" }));
  for (const key of ["feel", "express"]) values[key] = expressions;
  values.micro = [...expressions, ...movements];
  for (const key of ["twitch", "relax"]) values[key] = [...(values[key] ?? []), ...movements];
  return words;
}

function choices(entry: Schema): string[] {
  const own = [...(entry.enum ?? []), ...(entry.const === undefined ? [] : [entry.const])].filter((word) => typeof word === "string");
  return [...own, ...[...(entry.anyOf ?? []), ...(entry.oneOf ?? [])].flatMap(choices)] as string[];
}

export interface Place {
  /** Where the word begins that is being written. */
  from: number;
  offers: Offer[];
}

/** What may be written at the end of this text; null where anything may. */
export function complete(words: Words, before: string): Place | null {
  const line = before.slice(before.lastIndexOf("\n") + 1);
  if (/^\s*#/.test(line)) return null;
  const word = /[\w.]*$/.exec(line)![0];
  const from = before.length - word.length;
  const head = line.slice(0, line.length - word.length);
  const name = /name:\s*([A-Za-z_][\w-]*)/g;
  const named = [...before.matchAll(name)].map(([, label]): Offer => ({ label: label!, detail: "a beat of this score", type: "variable" }));

  const value = /(?:^|[{,\s-])([\w.]+):\s*(?:\{\s*|\[\s*(?:[\w.]+\s*,\s*)*)?$/.exec(head);
  if (value) {
    const key = value[1]!;
    if (key in words.groups && head.trimEnd().endsWith("{")) return { from, offers: words.groups[key]! };
    if (["after", "with", "until"].includes(key)) return { from, offers: key === "until" ? [...named, { label: "end", detail: "of the score", type: "enum" }] : named };
    const offers = words.values[key];
    return offers ? { from, offers } : null;
  }
  if (/^\s*-?\s*$/.test(head) && !/^\s*-/.test(head)) {
    const group = head === "" ? undefined : /(?:^|\n)(persona|context):\s*\n(?:[ \t]+.*\n)*$/.exec(before.slice(0, before.length - line.length))?.[1];
    if (group) return { from, offers: words.groups[group]! };
    return head === "" ? { from, offers: words.top } : null;
  }
  const open = head.lastIndexOf("{");
  if (open > head.lastIndexOf("}")) {
    const outer = /(\w+):\s*$/.exec(head.slice(0, open))?.[1];
    if (outer && outer in words.groups) return { from, offers: words.groups[outer]! };
    if (outer && words.values[outer]) return { from, offers: words.values[outer] };
    const used = [...head.slice(open).matchAll(/([\w.]+):/g)].map(([, key]) => key!);
    const kind = used.find((key) => key in words.beats);
    const offers = kind ? words.beats[kind]! : [...whenOf(words), ...words.kinds];
    return { from, offers: offers.filter(({ label }) => !used.includes(label)) };
  }
  return null;
}

/** The keys that say when: those that every kind of beat has. */
function whenOf(words: Words): Offer[] {
  const [first, ...others] = Object.values(words.beats);
  return (first ?? []).filter(({ label }) => others.every((keys) => keys.some((key) => key.label === label)));
}
