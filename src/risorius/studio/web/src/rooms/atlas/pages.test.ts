import { describe, expect, it } from "vitest";

import type { AtlasPages, MusclePage } from "../../messages";
import { index, plain, search, spoken } from "./pages";

const muscle = (id: string, english: string, action: string, ...actionUnits: string[]): MusclePage =>
  ({ id, latin: spoken(id), english, action, region: "", channels: [id], actionUnits }) as unknown as MusclePage;

const atlas = index({
  channels: [{ id: "risorius" }, { id: "zygomaticus_major" }],
  muscles: [
    muscle("risorius", "Risorius", "draws the corner of the mouth sideways, as zygomaticus does upwards", "AU20"),
    muscle("zygomaticus_major", "Zygomaticus major", "draws the corner of the mouth up", "AU12"),
  ],
  nerves: [],
  units: [{ id: "AU12", name: "Lip corner puller" }],
  expressions: [{ id: "happiness", name: "Happiness", aliases: ["joy"] }],
  exercise: [],
} as unknown as AtlasPages);

describe("the search box", () => {
  it("puts a name that begins so before one that only speaks of it", () => {
    expect(search(atlas, "zygo").map(({ id }) => id)).toEqual(["zygomaticus_major", "risorius"]);
  });

  it("finds action units however they are written, and muscles by them", () => {
    for (const asked of ["AU12", "au 12"]) expect(search(atlas, asked).map(({ id }) => id)).toEqual(["AU12", "zygomaticus_major"]);
  });

  it("finds an expression by its other name", () => {
    expect(search(atlas, "Joy").map(({ id }) => id)).toEqual(["happiness"]);
  });

  it("wants all words, and finds nothing for none", () => {
    expect(search(atlas, "corner upwards").map(({ id }) => id)).toEqual(["risorius"]);
    expect(search(atlas, "  ")).toEqual([]);
    expect(search(atlas, "elbow")).toEqual([]);
  });

  it("reads ids as words", () => {
    expect(plain("Frontalis.medialis")).toBe("frontalis medialis");
    expect(spoken("corrugator_supercilii.oblique")).toBe("corrugator supercilii, oblique");
  });

  it("knows the place of a channel in a frame", () => {
    expect(atlas.column.get("zygomaticus_major")).toBe(1);
  });
});
