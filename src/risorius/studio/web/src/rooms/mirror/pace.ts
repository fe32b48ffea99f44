/**
 * How often the head may be drawn beside feedback that must not wait for it.
 *
 * A machine that draws a head at once draws it at every frame. One that takes longer holds up all that is painted
 * meanwhile, so there the head gets a small share of the time: of the feedback that is held up, most is among the slowest
 * twentieth.
 */

/** A head that is drawn within this [ms] holds up nothing. */
const AT_ONCE = 40;
const SHARE = 0.08;
/** However slow, it still moves [ms]. */
const LONGEST = 2000;

export class Pace {
  private began = -Infinity;
  private next = -Infinity;
  private isDrawing = false;

  /** Whether to draw in the frame of the page that begins now [ms]; asked once in each. */
  allows(now: number): boolean {
    if (this.isDrawing) {
      // The page came back to us: that is how long the drawing took, whoever did it.
      const took = now - this.began;
      this.isDrawing = false;
      this.next = took <= AT_ONCE ? now : now + Math.min(took / SHARE, LONGEST);
    }
    if (now < this.next) return false;
    [this.began, this.isDrawing] = [now, true];
    return true;
  }
}
