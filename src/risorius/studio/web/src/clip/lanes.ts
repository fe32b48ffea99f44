/** What a timeline shows: which muscles, in which order, and which of them are played. */

import { FRAME } from "../messages";
import type { Reel, Row } from "./reel";

/** A muscle that does less than this in the whole clip is left out at first. */
const FAINT = 0.02;

/** The channels that move, the strongest first. */
export function moving(reel: Reel): number[] {
  const peaks = reel.peaks();
  return [...peaks.keys()].filter((channel) => peaks[channel]! > FAINT).sort((a, b) => peaks[b]! - peaks[a]!);
}

/** Hold still what is muted; where anything is heard alone, all the rest as well. */
export function mix(row: Row, muted: ReadonlySet<number>, solo: ReadonlySet<number>): Row {
  if (muted.size === 0 && solo.size === 0) return row;
  const [begin, end] = FRAME.activation;
  for (let channel = 0; channel < (end - begin) / 2; channel++) {
    const heard = solo.size ? solo.has(channel) : !muted.has(channel);
    if (!heard) row.fill(0, begin + 2 * channel, begin + 2 * channel + 2);
  }
  return row;
}

export type Span = readonly [number, number];

/** What part of a clip all curves show. */
export interface View {
  readonly span: Span;
  /** Show this part. */
  show(span: Span): void;
  /** Go to this moment. */
  place(time: number): void;
}

/** A curve for each side, over the time since the clip began. */
export interface Trace {
  times: Float32Array;
  sides: readonly [Float32Array, Float32Array];
  /** How sure each number is, 0..1, where that is known. */
  sure: readonly [Float32Array, Float32Array] | null;
}

export function trace(reel: Reel, channel: number): Trace {
  const sure = reel.isGraded ? ([reel.sureness(channel, 0), reel.sureness(channel, 1)] as const) : null;
  return { times: elapsed(reel), sides: [reel.curve(channel, 0), reel.curve(channel, 1)], sure };
}

/** What the hardest working muscle of each side does: a whole layer in one curve. */
export function hardest(reel: Reel): Trace {
  const [begin, end] = FRAME.activation;
  const sides = [0, 1].map((side) => {
    const most = new Float32Array(reel.length);
    for (let at = begin + side; at < end; at += 2) {
      reel.column(at).forEach((value, row) => (most[row] = Math.max(most[row]!, value || 0)));
    }
    return most;
  });
  return { times: elapsed(reel), sides: [sides[0]!, sides[1]!], sure: null };
}

const elapsed = (reel: Reel): Float32Array => reel.times.map((time) => time - reel.times[0]!);

export interface Figures {
  mean: number;
  most: number;
  /** When it does most [s]. */
  at: number;
  /** Share of the time in which it was observed. */
  seen: number;
  /** How sure that is on average. */
  sure: number;
  /** What it does at the moments. */
  values: number[];
}

/** One side of a curve in numbers; not a number where nothing was observed. */
export function figures({ times, sides, sure }: Trace, side: 0 | 1, [from, to]: Span, moments: readonly number[]): Figures {
  let [count, observed, sum, most, at, trust] = [0, 0, 0, NaN, NaN, 0];
  times.forEach((time, row) => {
    if (time < from || time > to) return;
    count++;
    const value = sides[side][row]!;
    if (Number.isNaN(value)) return;
    observed++;
    sum += value;
    trust += sure?.[side][row] || 0;
    if (!(value <= most)) [most, at] = [value, time];
  });
  const near = (moment: number): number => times.reduce((best, time, row) => (Math.abs(time - moment) < Math.abs(times[best]! - moment) ? row : best), 0);
  return {
    mean: sum / observed,
    most,
    at,
    seen: observed / count,
    sure: sure ? trust / observed : NaN,
    values: moments.map((moment) => sides[side][near(moment)]!),
  };
}

/** The same span, nearer or farther around a point of it, within a clip. */
export function zoomed([from, to]: Span, factor: number, around: number, duration: number): Span {
  const length = Math.min(duration, Math.max(0.1, (to - from) * factor));
  const share = to > from ? (around - from) / (to - from) : 0.5;
  const start = Math.min(Math.max(0, around - share * length), duration - length);
  return [start, start + length];
}

/** Round moments for a ruler, about `count` of them. */
export function ticks([from, to]: Span, count = 8): number[] {
  const step = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300].find((one) => (to - from) / one <= count) ?? 600;
  const found: number[] = [];
  for (let tick = Math.ceil(from / step); tick * step <= to; tick++) found.push(tick * step);
  return found;
}

/** Put what happens into as few rows as hold it without overlap. */
export function packed<T extends { start: number; end: number }>(blocks: readonly T[], least: number): T[][] {
  const rows: { end: number; blocks: T[] }[] = [];
  for (const block of [...blocks].sort((a, b) => a.start - b.start)) {
    const end = Math.max(block.end, block.start + least);
    const row = rows.find((one) => one.end <= block.start);
    if (row) {
      row.blocks.push(block);
      row.end = end;
    } else rows.push({ end, blocks: [block] });
  }
  return rows.map((row) => row.blocks);
}
