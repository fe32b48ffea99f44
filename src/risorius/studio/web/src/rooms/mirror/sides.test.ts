import { expect, test } from "vitest";

import { lean, leanWords, nearness } from "./sides";

test("a side leads by its share of both, and a whisper leads nothing", () => {
  expect(lean(0.6, 0.2)).toBeCloseTo(0.5);
  expect(lean(0.2, 0.6)).toBeCloseTo(-0.5);
  expect(lean(0.04, 0)).toBeNull();
  expect(lean(0.2, 0.1, 0.1)).toBeNull();
  expect(lean(NaN, 0.4)).toBeNull();
});

test("words name the person's own side", () => {
  expect([0.5, -0.5, 0.02, null].map(leanWords)).toEqual(["left +50 %", "right +50 %", "even", ""]);
});

test("a target is reached from below and from above", () => {
  expect(nearness([0.5, 0.5], new Float32Array([0.5, 0.5]))).toBe(1);
  expect(nearness([0.5, 0.5], new Float32Array([0.25, 0.75]))).toBeCloseTo(0.5);
  expect(nearness([0.5, 0], new Float32Array([NaN, 1]))).toBeNull();
});
