import { expect, test } from "vitest";

import { Pace } from "./pace";

/** Draws in a page whose frames are 16 ms apart, or as far as a drawing takes; counts in ten seconds. */
function drawn(cost: number): { count: number; busy: number } {
  const pace = new Pace();
  let [count, now] = [0, 0];
  while (now < 10_000) {
    const draws = pace.allows(now);
    count += Number(draws);
    now += draws ? Math.max(16, cost) : 16;
  }
  return { count, busy: (count * cost) / now };
}

test("a quick head is drawn at every frame", () => {
  expect(drawn(5).count).toBe(625);
});

test("a slow head takes a small share of the time, and still moves", () => {
  expect(drawn(80).count).toBeGreaterThan(3);
  expect(drawn(80).busy).toBeLessThan(0.09);
  expect(drawn(2000).count).toBeGreaterThan(1);
});
