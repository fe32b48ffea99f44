import { describe, expect, it } from "vitest";

import { COLUMNS, FRAME } from "../messages";
import { figures, hardest, mix, moving, packed, ticks, zoomed, type Trace } from "./lanes";
import { Reel } from "./reel";

const row = (...amounts: number[]): Float32Array => {
  const made = new Float32Array(COLUMNS);
  amounts.forEach((amount, channel) => made.fill(amount, FRAME.activation[0] + 2 * channel, FRAME.activation[0] + 2 * channel + 2));
  return made;
};

describe("lanes", () => {
  it("begin with the muscle that does most, without those that do nothing or were not seen", () => {
    expect(moving(new Reel(row(0.2, 0.01, NaN, 0.9)))).toEqual([3, 0]);
  });

  it("hold still what is muted, and everything else where one is heard alone", () => {
    const at = FRAME.activation[0];
    expect([...mix(row(0.5, 0.5), new Set([0]), new Set()).slice(at, at + 4)]).toEqual([0, 0, 0.5, 0.5]);
    expect([...mix(row(0.5, 0.5, 0.5), new Set(), new Set([1])).slice(at, at + 6)]).toEqual([0, 0, 0.5, 0.5, 0, 0]);
  });

  it("zoom around a point that stays where it is, within the clip", () => {
    expect(zoomed([0, 10], 0.5, 2, 10)).toEqual([1, 6]);
    expect(zoomed([1, 6], 4, 2, 10)).toEqual([0, 10]);
  });

  it("share a row where nothing overlaps, counting a moment as long as it takes to be seen", () => {
    const block = (start: number, end: number) => ({ start, end });
    const rows = packed([block(0, 2), block(1, 3), block(2, 4), block(3, 3), block(3.1, 3.1)], 0.2);
    expect(rows).toEqual([[block(0, 2), block(2, 4)], [block(1, 3), block(3, 3)], [block(3.1, 3.1)]]);
  });

  it("have a ruler with round moments", () => {
    expect(ticks([0, 4])).toEqual([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]);
    expect(ticks([3.2, 6.1], 4)).toEqual([4, 5, 6]);
  });
});

describe("curves in numbers", () => {
  const one: Trace = {
    times: Float32Array.of(0, 1, 2, 3),
    sides: [Float32Array.of(0, 0.4, 0.8, NaN), new Float32Array(4).fill(NaN)],
    sure: [Float32Array.of(1, 0.5, 0.75, 0), new Float32Array(4)],
  };

  it("tells mean and most of what was observed in view, and how sure that is", () => {
    const found = figures(one, 0, [1, 3], [1, 3]);
    expect(found.mean).toBeCloseTo(0.6);
    expect([found.most, found.at]).toEqual([Math.fround(0.8), 2]);
    expect(found.seen).toBeCloseTo(2 / 3);
    expect(found.sure).toBeCloseTo(0.625);
    expect(found.values[0]).toBeCloseTo(0.4);
    expect(found.values[1]).toBeNaN();
  });

  it("makes no number of what was never observed", () => {
    const found = figures(one, 1, [0, 3], [0]);
    expect([found.mean, found.most, found.at, ...found.values]).toEqual([NaN, NaN, NaN, NaN]);
    expect(found.seen).toBe(0);
  });

  it("takes of a whole layer what works hardest on each side", () => {
    const numbers = new Float32Array(2 * COLUMNS);
    numbers[COLUMNS] = 0.5;
    numbers[FRAME.activation[0]] = 0.3;
    numbers[FRAME.activation[0] + 4] = 0.6;
    numbers[COLUMNS + FRAME.activation[0] + 3] = 0.2;
    const most = hardest(new Reel(numbers));
    expect([...most.sides[0]]).toEqual([Math.fround(0.6), 0]);
    expect([...most.sides[1]]).toEqual([0, Math.fround(0.2)]);
  });
});
