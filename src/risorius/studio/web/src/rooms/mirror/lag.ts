/** How late a picture is painted: the time from the camera to the screen, of the last few seconds. */

const KEPT = 150;
/** A picture that is not answered within this [ms] was dropped. */
const LONGEST = 2000;

/** Median and 95th percentile [ms]. */
export interface Summary {
  median: number;
  p95: number;
}

export class Lag {
  private readonly taken = new Map<number, number>();
  private readonly waits: number[] = [];
  /** Pictures that a newer one took the place of. */
  dropped = 0;
  painted = 0;

  /** How many pictures are on their way; one that was never answered does not wait for ever. */
  waiting(now: number): number {
    for (const [old, when] of this.taken) {
      if (now - when <= LONGEST) break;
      this.taken.delete(old);
      this.dropped++;
    }
    return this.taken.size;
  }

  /** A picture left that was taken then [ms]. */
  leave(number: number, taken: number): void {
    this.taken.set(number, taken);
  }

  /** A picture came while another was on its way. */
  skip(): void {
    this.dropped++;
  }

  /** When the picture was taken that is answered now; older ones that were not answered never will be. */
  answer(number: number): number | undefined {
    const taken = this.taken.get(number);
    for (const old of this.taken.keys()) {
      if (old > number) break;
      this.taken.delete(old);
      if (old < number) this.dropped++;
    }
    return taken;
  }

  /** What was taken then is on the screen now [ms]. */
  paint(taken: number, now: number): void {
    this.painted++;
    this.waits.push(now - taken);
    if (this.waits.length > KEPT) this.waits.shift();
  }

  /** Null before anything was painted. */
  get summary(): Summary | null {
    if (this.waits.length === 0) return null;
    const sorted = [...this.waits].sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
    return { median: at(0.5), p95: at(0.95) };
  }

  clear(): void {
    this.taken.clear();
    this.waits.length = 0;
  }
}
