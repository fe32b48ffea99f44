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
