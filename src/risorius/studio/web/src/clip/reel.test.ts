import { describe, expect, it } from "vitest";

import { COLUMNS, FRAME } from "../messages";
import { Reel } from "./reel";

function reel(times: number[], smile: number[]): Reel {
  const numbers = new Float32Array(times.length * COLUMNS);
  times.forEach((time, row) => {
    numbers[row * COLUMNS] = time;
    numbers[row * COLUMNS + FRAME.activation[0] + 3] = smile[row]!;
  });
  return new Reel(numbers);
}

describe("a reel", () => {
  it("is between two frames what lies between them", () => {
    expect(reel([0, 1, 3], [0, 0.2, 0.6]).at(2)[FRAME.activation[0] + 3]).toBeCloseTo(0.4);
  });

  it("holds its first and last frame outside", () => {
    const one = reel([0.5, 1], [0.1, 0.9]);
    expect(one.at(0)[FRAME.activation[0] + 3]).toBeCloseTo(0.1);
    expect(one.at(9)[FRAME.activation[0] + 3]).toBeCloseTo(0.9);
  });

  it("never makes a number of what was not observed", () => {
    const gap = reel([0, 1], [0.5, NaN]);
    expect(gap.at(0.4)[FRAME.activation[0] + 3]).toBeCloseTo(0.5);
    expect(gap.at(0.6)[FRAME.activation[0] + 3]).toBeNaN();
    expect(gap.peaks()[1]).toBeCloseTo(0.5);
    expect(new Reel(new Float32Array(2 * COLUMNS).fill(NaN)).peaks()[1]).toBeNaN();
  });

  it("knows a column by its channel and side", () => {
    expect([...reel([0, 1], [0.25, 0.5]).curve(1, 1)]).toEqual([0.25, 0.5]);
    expect(Math.max(...reel([0, 1], [0.25, 0.5]).curve(1, 0))).toBe(0);
  });

  it("knows how sure a curve is, where it is told", () => {
    const width = FRAME.activation[1] - FRAME.activation[0];
    const confidence = new Float32Array(width).fill(0.25);
    confidence[3] = 0.75;
    const graded = new Reel(new Float32Array(COLUMNS), confidence);
    expect([...graded.sureness(1, 1), ...graded.sureness(1, 0)]).toEqual([0.75, 0.25]);
    expect([graded.isGraded, reel([0], [0]).isGraded]).toEqual([true, false]);
  });

  it("takes a picture: one frame without a length", () => {
    const still = reel([0], [0.7]);
    expect(still.duration).toBe(0);
    expect(still.at(5)[FRAME.activation[0] + 3]).toBeCloseTo(0.7);
  });
});
