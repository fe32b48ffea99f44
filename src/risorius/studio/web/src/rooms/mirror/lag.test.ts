import { expect, test } from "vitest";

import { Lag } from "./lag";

test("a wait is from the camera to the screen", () => {
  const lag = new Lag();
  expect(lag.summary).toBeNull();
  for (let number = 0; number < 100; number++) {
    lag.leave(number, 10 * number);
    lag.paint(lag.answer(number)!, 10 * number + (number < 90 ? 30 : 90));
  }
  expect(lag.summary).toEqual({ median: 30, p95: 90 });
  expect(lag.waiting(0)).toBe(0);
});

test("what was never answered was dropped, and does not wait for ever", () => {
  const lag = new Lag();
  lag.leave(1, 0);
  lag.leave(2, 33);
  lag.leave(3, 66);
  expect(lag.answer(3)).toBe(66);
  expect([lag.dropped, lag.waiting(66)]).toEqual([2, 0]);
  lag.leave(4, 100);
  expect(lag.waiting(200)).toBe(1);
  expect([lag.waiting(5000), lag.dropped]).toEqual([0, 3]);
});

test("only the last pictures count", () => {
  const lag = new Lag();
  for (let number = 0; number < 400; number++) lag.paint(0, number < 200 ? 500 : 20);
  expect(lag.summary!.p95).toBe(20);
});
