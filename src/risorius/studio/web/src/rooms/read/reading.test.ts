import { describe, expect, it } from "vitest";

import { refusal } from "./reading.svelte";

const limits = { bytes: 5e6, seconds: 60, waiting: 2, suffixes: [".mp4", ".png"] };

describe("a file that was dropped", () => {
  it("is taken when it is a video or picture of a size that fits", () => {
    expect(refusal({ name: "Me at home.MP4", size: 4e6 }, limits)).toBe("");
  });

  it("is refused with what can be read instead", () => {
    expect(refusal({ name: "notes.txt", size: 10 }, limits)).toContain(".mp4, .png");
    expect(refusal({ name: "no suffix", size: 10 }, limits)).toContain("no suffix");
  });

  it("is refused with the limit when it is too large, and when there is nothing in it", () => {
    expect(refusal({ name: "long.mp4", size: 7.25e6 }, limits)).toContain("7.3 MB; at most 5.0 MB");
    expect(refusal({ name: "none.png", size: 0 }, limits)).toContain("empty");
  });
});
