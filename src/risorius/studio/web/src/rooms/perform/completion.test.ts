import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { complete, wordsOf } from "./completion";

// The schema that the package ships, so that a new kind of beat is completed without a word here.
const schema = JSON.parse(readFileSync(new URL("../../../../../perform/data/score.schema.json", import.meta.url), "utf8")) as object;
const words = wordsOf(schema, {
  expressions: ["joy", "anger"],
  movements: ["AU12", "zygomaticus_major"],
  layers: [],
  examples: [],
});
const offered = (before: string): string[] => complete(words, before)?.offers.map(({ label }) => label) ?? [];

describe("completion in a score", () => {
  it("offers the parts of a score at the beginning of a line", () => {
    expect(offered("per")).toEqual(expect.arrayContaining(["persona", "context", "beats", "places"]));
  });

  it("offers what a beat can be, and when", () => {
    const offers = offered("beats:\n- {");
    expect(offers).toEqual(expect.arrayContaining(["at", "after", "feel", "hold_breath", "AU12"]));
    expect(offers).not.toContain("posture");
  });

  it("offers what belongs to this kind of beat, and nothing twice", () => {
    const offers = offered("- {at: 1, feel: joy, ");
    expect(offers).toEqual(expect.arrayContaining(["strength", "held_back", "for"]));
    expect(offers).not.toContain("at");
    expect(offers).not.toContain("AU12");
  });

  it("offers the words of a value, also in a mixture", () => {
    expect(offered("- {feel: ")).toEqual(["joy", "anger"]);
    expect(offered("- {feel: {j")).toEqual(["joy", "anger"]);
    expect(offered("- {at: 1, chin: ")).toEqual(["up", "down", "level"]);
    expect(offered("context: {posture: s")).toEqual(["upright", "relaxed", "slumped", "lying"]);
    expect(offered("- {relax: [AU12, ")).toContain("zygomaticus_major");
  });

  it("offers the beats that have a name", () => {
    expect(offered("- {say: hi, name: line}\n- {after: ")).toEqual(["line"]);
    expect(offered("- {say: hi, name: line}\n- {chin: up, until: ")).toEqual(["line", "end"]);
  });

  it("keeps quiet in comments and where anything may stand", () => {
    expect(offered("# feel: ")).toEqual([]);
    expect(offered("title: ")).toEqual([]);
  });

  it("replaces the word that is being written", () => {
    expect(complete(words, "- {feel: jo")?.from).toBe("- {feel: ".length);
  });
});
