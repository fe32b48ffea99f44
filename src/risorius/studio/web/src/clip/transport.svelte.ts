/** Play, pause and find a place in a clip. */

export const SPEEDS = [0.25, 0.5, 1] as const;

export class Transport {
  time = $state(0);
  duration = $state(0);
  playing = $state(false);
  loops = $state(false);
  speed = $state<number>(1);
  private last = 0;

  /** Another clip; the place is kept where it has one. */
  load(duration: number): void {
    this.duration = duration;
    this.time = Math.min(this.time, duration);
  }

  toggle(): void {
    if (!this.playing && this.time >= this.duration) this.time = 0;
    this.playing = !this.playing;
    this.last = 0;
  }

  seek(time: number): void {
    this.time = Math.min(this.duration, Math.max(0, time));
  }

  /** Go on to this moment of the clock [ms]. */
  tick(now: number): number {
    const passed = this.last ? Math.min(0.25, (now - this.last) / 1000) : 0;
    this.last = now;
    if (!this.playing) return this.time;
    const next = this.time + passed * this.speed;
    if (next < this.duration) this.time = next;
    else if (this.loops && this.duration > 0) this.time = next % this.duration;
    else {
      this.time = this.duration;
      this.playing = false;
    }
    return this.time;
  }
}
