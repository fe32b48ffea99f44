import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

type Colour = [number, number, number];

const css = readFileSync(new URL("./look.css", import.meta.url), "utf8");
const THEMES = ["light", "dark"] as const;

/** A token of the style sheet as linear light. */
function token(name: string, theme: (typeof THEMES)[number]): Colour {
  const found = new RegExp(`--${name}: light-dark\\(#(\\w{6}), #(\\w{6})\\)`).exec(css)!;
  const hex = found[theme === "light" ? 1 : 2]!;
  return [0, 2, 4].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as Colour;
}

const luminance = ([r, g, b]: Colour): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;

/** As WCAG 2 counts it. */
function contrast(one: Colour, other: Colour): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** What somebody sees who lacks one kind of cones (Machado, Oliveira & Fernandes 2009, severity 1). */
const LACKS: Record<string, number[][]> = {
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

const seenBy = (matrix: number[][], colour: Colour): Colour =>
  matrix.map((row) => Math.min(1, Math.max(0, row[0]! * colour[0] + row[1]! * colour[1] + row[2]! * colour[2]))) as Colour;

function lab([r, g, b]: Colour): Colour {
  const f = (t: number): number => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const apart = (one: Colour, other: Colour): number => Math.hypot(...lab(one).map((value, axis) => value - lab(other)[axis]!));

describe.each(THEMES)("the %s colours", (theme) => {
  it.each(Object.keys(LACKS))("tell left from right with %s", (lack) => {
    const [left, right] = ["left", "right"].map((name) => seenBy(LACKS[lack]!, token(name, theme))) as [Colour, Colour];
    expect(apart(left, right)).toBeGreaterThan(30);
  });

  it("can be read on every ground", () => {
    for (const ground of ["paper", "sheet", "well", "accent-soft"]) {
      for (const ink of ["ink", "quiet", "accent"]) {
        expect(contrast(token(ink, theme), token(ground, theme)), `${ink} on ${ground}`).toBeGreaterThan(4.5);
      }
    }
    expect(contrast(token("on-accent", theme), token("accent", theme))).toBeGreaterThan(4.5);
    for (const line of ["left", "right", "edge"]) expect(contrast(token(line, theme), token("well", theme)), line).toBeGreaterThan(3);
  });
});
