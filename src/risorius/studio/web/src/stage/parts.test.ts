// What of the stage needs neither a browser nor the files of a face.

import { PerspectiveCamera, Vector3 } from "three";
import { describe, expect, it } from "vitest";

import { glanceAt } from "./glance";
import { Moment } from "./moment";
import { Fineness } from "./fineness";
import { firstHit } from "./pick";
import { fromRim, overRim } from "./rim";

describe("a line of sight", () => {
  const points = Float32Array.from([0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, -2, 1, 0, -2, 0, 1, -2]);
  const mesh = { points, triangles: [3, 4, 5, 0, 1, 2], count: 2 };

  it("meets the nearest triangle that faces it", () => {
    expect(firstHit(mesh, [0.2, 0.2, 5], [0, 0, -1])).toEqual({ triangle: 1, distance: 5 });
    expect(firstHit(mesh, [0.2, 0.2, 5], [0, 0, -2])?.distance).toBe(2.5);
    expect(firstHit({ ...mesh, count: 1 }, [0.2, 0.2, 5], [0, 0, -1])?.triangle).toBe(0);
  });

  it("meets none from behind or beside", () => {
    expect(firstHit(mesh, [0.2, 0.2, -5], [0, 0, 1])).toBeNull();
    expect(firstHit(mesh, [0.9, 0.9, 5], [0, 0, -1])).toBeNull();
  });
});

describe("a glance at a pointer", () => {
  const eyes = new Vector3(0, 38, 80);

  function from(x: number, y: number, z: number) {
    const camera = new PerspectiveCamera();
    camera.position.set(x, y, z);
    camera.lookAt(eyes);
    camera.updateMatrixWorld();
    const at = (right: number, up: number) => glanceAt(new Vector3(right, up, -1), eyes, camera);
    return at;
  }

  it("on the eyes meets the viewer, wherever the viewer stands", () => {
    expect(from(0, 38, 1080)(0, 0)).toMatchObject({ leftDeg: expect.closeTo(0, 6), upDeg: expect.closeTo(0, 6) });
    const aside = from(1000 * Math.sin(0.6), 38, 80 + 1000 * Math.cos(0.6))(0, 0)!;
    expect(aside.leftDeg).toBeCloseTo((0.6 * 180) / Math.PI, 4);
  });

  it("goes where the pointer goes on the picture", () => {
    const front = from(0, 38, 1080);
    // The person's left is at the right edge of the picture.
    expect(front(0.1, 0)!.leftDeg).toBeGreaterThan(5);
    expect(front(-0.1, 0)!.leftDeg).toBeCloseTo(-front(0.1, 0)!.leftDeg, 6);
    expect(front(0, 0.1)!.upDeg).toBeGreaterThan(5);
    // From nearer by, the same place on the picture is the same gaze.
    expect(from(0, 38, 480)(0.1, 0.05)!.leftDeg).toBeCloseTo(front(0.1, 0.05)!.leftDeg, 4);
  });

  it("goes no farther than eyes and head turn, and not behind", () => {
    expect(from(1000, 38, 80)(0, 0)!.leftDeg).toBe(48);
    expect(from(0, 38, 1080)(0, -3)!.upDeg).toBe(-32);
    expect(from(0, 38, -920)(0.01, 0)).toBeNull();
  });
});

describe("a moment", () => {
  it("differs when a number differs, is missing or comes", () => {
    const moment = new Moment(3);
    const told = (numbers: number[] | null, other: number) => {
      moment.take(numbers, 2);
      moment.take([other], 1);
      return moment.end();
    };
    expect(told([1, NaN], 3)).toBe(true);
    expect(told([1, NaN], 3)).toBe(false);
    expect(told([1, NaN], 3 + 1e-12)).toBe(false);
    expect(told([1, 0], 3)).toBe(true);
    expect(told(null, 3)).toBe(true);
    expect(told(null, 3)).toBe(false);
    expect(told([1, 0], 3)).toBe(true);
  });
});

describe("the fineness", () => {
  /** Frames of a machine that needs so long for a full picture [ms], never less than one of its display. */
  function play(fineness: Fineness, frames: number, full: number, display = 16.7): number[] {
    return Array.from({ length: frames }, () => {
      fineness.took(Math.max(full * fineness.ratio ** 2, display));
      return fineness.ratio;
    });
  }

  it("begins as told and never goes beyond what the display has", () => {
    expect(new Fineness(2, 0.5).ratio).toBe(0.5);
    expect(new Fineness(1.25, 1.25).ratio).toBe(1);
    expect(Math.max(...play(new Fineness(1, 0.5), 2000, 1))).toBe(1);
  });

  it("goes down at once to what the machine can, and to no less than a half", () => {
    const fineness = new Fineness(2, 2);
    expect(play(fineness, 10, 40).at(-1)).toBe(0.75);
    expect(play(fineness, 60, 4000).at(-1)).toBe(0.5);
  });

  it("comes back when the machine is free again", () => {
    const fineness = new Fineness(2, 2);
    play(fineness, 20, 400);
    expect(fineness.ratio).toBe(0.5);
    expect(play(fineness, 2000, 1).at(-1)).toBe(2);
  });

  it("tries less and less often what fails", () => {
    const fineness = new Fineness(1, 1);
    const ratios = play(fineness, 8000, 30);
    const tries = ratios.filter((ratio, k) => k > 0 && ratio > ratios[k - 1]!).length;
    expect(tries).toBeGreaterThan(1);
    expect(tries).toBeLessThan(9);
    expect(ratios.at(-1)).toBe(0.75);
  });

  it("leaves the picture fine where coarser does not help", () => {
    const fineness = new Fineness(2, 2);
    play(fineness, 500, 1, 33.3);
    expect(fineness.ratio).toBe(1.5);
  });
});

describe("the end of the neck", () => {
  // A slanted square, lower in front.
  const rim = Float32Array.from([50, -120, 30, -50, -120, 30, -50, -90, -70, 50, -90, -70]);

  it("is near where the rim is, whichever way", () => {
    expect([...fromRim(Float32Array.from([50, -110, 30, 50, -120, 30, 50, -90, -60]), rim)]).toEqual([10, 0, 10]);
  });

  it("is over or under the plane of the rim", () => {
    const [on, over, under] = overRim(Float32Array.from([0, -105, -20, 0, -90, 10, 0, -140, 0]), rim);
    expect(on).toBeCloseTo(0, 5);
    expect(over).toBeGreaterThan(20);
    expect(under).toBeLessThan(-20);
  });
});
