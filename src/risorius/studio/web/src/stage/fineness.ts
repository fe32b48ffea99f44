// How finely the picture is drawn: as finely as the machine can at full speed.

const STEPS = [0.5, 0.75, 1, 1.5, 2] as const;
/** A frame that takes longer [ms] is late; one that takes no longer than this is in time, with some to spare. */
const LATE = 24;
const IN_TIME = 18;
/** So many frames are judged together, by their median. */
const JUDGED = 5;
/** In time for so many frames, a finer picture is tried; each try that fails is waited for twice as long. */
const PATIENCE = [60, 3840] as const;
/** A coarser picture that is not drawn in less than this share of the time is no help. */
const HELPS = 0.9;

export class Fineness {
  private step: number;
  private readonly last: number;
  private readonly times: number[] = [];
  private calm = 0;
  private patience: number = PATIENCE[0];
  /** The median before the last step down, until that is known to have helped. */
  private before = Infinity;

  /** Drawing pixels per pixel of the page: at most `finest`, to begin with at most `first`. */
  constructor(finest: number, first: number) {
    this.last = Math.max(STEPS.findLastIndex((step) => step <= finest), 0);
    this.step = Math.max(STEPS.findLastIndex((step) => step <= Math.min(first, finest)), 0);
  }

  get ratio(): number {
    return STEPS[this.step]!;
  }

  /** Take how long a frame took [ms]; the answer says whether `ratio` changed. */
  took(time: number): boolean {
    if (this.times.push(time) < JUDGED) return false;
    const median = this.times.sort((a, b) => a - b)[JUDGED >> 1]!;
    this.times.length = 0;
    if (median > LATE) return this.coarser(median);
    this.before = Infinity;
    this.calm = median <= IN_TIME ? this.calm + JUDGED : 0;
    if (this.calm < this.patience || this.step === this.last) return false;
    this.calm = 0;
    this.step += 1;
    this.patience = Math.min(2 * this.patience, PATIENCE[1]);
    return true;
  }

  private coarser(median: number): boolean {
    this.calm = 0;
    if (this.step === 0 || median > HELPS * this.before) return false;
    this.before = median;
    // The time goes with the number of pixels.
    const wanted = this.ratio * Math.sqrt(LATE / median);
    this.step = Math.max(Math.min(STEPS.findLastIndex((step) => step <= wanted), this.step - 1), 0);
    return true;
  }
}

/** Whether pixels are computed without a graphics processor, as far as the browser tells. */
export function isSoftware(gl: WebGL2RenderingContext): boolean {
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const name = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
}
