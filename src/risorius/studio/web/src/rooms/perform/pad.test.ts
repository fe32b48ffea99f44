import { describe, expect, it } from "vitest";

import { FEELINGS, mixtureAt, placeOf } from "./pad";

describe("the pad of feelings", () => {
  it("means a feeling alone where its name stands", () => {
    for (const feeling of FEELINGS) {
      expect(mixtureAt(...placeOf(feeling))).toEqual({ feel: { [feeling]: 1 }, strength: 1 });
    }
  });

  it("means both half way between two, and less nearer to the middle", () => {
    const [a, b] = [placeOf("surprise"), placeOf("happiness")];
    const found = mixtureAt((a[0] + b[0]) / 4, (a[1] + b[1]) / 4)!;
    expect(found.feel).toEqual({ surprise: 0.5, happiness: 0.5 });
    expect(found.strength).toBeCloseTo(0.45, 1);
  });

  it("means nothing in the middle, and never more than everything", () => {
    expect(mixtureAt(0.05, 0.05)).toBeNull();
    expect(mixtureAt(3, 0)!.strength).toBe(1);
  });
});
