import { describe, expect, it } from "vitest";

import { captionOf } from "./caption";

const events = (...told: [kind: string, label: string][]) => told.map(([kind, label], at) => ({ start: at, end: at + 1, kind, label }));

describe("the caption of a living face", () => {
  it("tells what it was asked for, not what it does all the time", () => {
    expect(captionOf(events(["feel", "happiness"], ["blink", "whole"], ["look", "partner"], ["breath", "rest"]))).toBe("feel: happiness");
    expect(captionOf(events(["breath", "sigh"], ["look", "away"]))).toBe("breath: sigh");
    expect(captionOf(events(["blink", "whole"]))).toBe("");
  });

  it("quotes what is said, as far as it was said", () => {
    expect(captionOf(events(["chin", "up"], ["breath", "speech"], ["word", "So"], ["blink", "whole"], ["word", "glad"]))).toBe("“So glad”");
  });
});
