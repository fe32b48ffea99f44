/** A clip in the browser: rows of frames, and what they are at any moment. */

import { COLUMNS, FRAME } from "../messages";

/** One moment of a face, as on the wire. */
export type Row = Float32Array;

export class Reel {
  readonly length: number;
  readonly times: Float32Array;

  /** `confidence` has a number for each channel and side of each frame, where the clip tells it. */
  constructor(
    private readonly numbers: Float32Array,
    private readonly confidence: Float32Array | null = null,
  ) {
    this.length = Math.floor(numbers.length / COLUMNS);
    this.times = this.column(FRAME.time[0]);
  }

  get duration(): number {
    return this.length > 1 ? this.times[this.length - 1]! - this.times[0]! : 0;
  }

  /** One column over time. */
  column(index: number): Float32Array {
    const values = new Float32Array(this.length);
    for (let row = 0; row < this.length; row++) values[row] = this.numbers[row * COLUMNS + index]!;
    return values;
  }

  curve(channel: number, side: 0 | 1): Float32Array {
    return this.column(FRAME.activation[0] + 2 * channel + side);
  }

  get isGraded(): boolean {
    return this.confidence !== null;
  }

  /** How sure a curve is at each moment. */
  sureness(channel: number, side: 0 | 1): Float32Array {
    const width = FRAME.activation[1] - FRAME.activation[0];
    return Float32Array.from({ length: this.length }, (_, row) => this.confidence?.[row * width + 2 * channel + side] ?? NaN);
  }

  /** The most that each channel does on either side; NaN where it was never observed. */
  peaks(): Float32Array {
    const [begin, end] = FRAME.activation;
    const peaks = new Float32Array((end - begin) / 2).fill(NaN);
    for (let row = 0; row < this.length; row++) {
      for (let at = begin; at < end; at++) {
        const value = this.numbers[row * COLUMNS + at]!;
        const channel = (at - begin) >> 1;
        if (!Number.isNaN(value) && !(value <= peaks[channel]!)) peaks[channel] = value;
      }
    }
    return peaks;
  }

  /** The face at a time, between the two frames around it. */
  at(time: number, into: Row = new Float32Array(COLUMNS)): Row {
    const after = this.after(time);
    const before = Math.max(0, after - 1);
    const [t0, t1] = [this.times[before]!, this.times[after]!];
    const share = t1 > t0 ? Math.min(1, Math.max(0, (time - t0) / (t1 - t0))) : 0;
    for (let column = 0; column < COLUMNS; column++) {
      const a = this.numbers[before * COLUMNS + column]!;
      const b = this.numbers[after * COLUMNS + column]!;
      // Between a frame that was seen and one that was not, the nearer one counts.
      if (Number.isNaN(a) || Number.isNaN(b)) into[column] = share < 0.5 ? a : b;
      else into[column] = a + share * (b - a);
    }
    return into;
  }

  private after(time: number): number {
    let [low, high] = [0, this.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.times[middle]! < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
