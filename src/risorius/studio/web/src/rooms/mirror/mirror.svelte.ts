/** One's own face in the studio: pictures out, muscles in, and what is on the way between them. */

import type { Row } from "../../clip/reel";
import {
  COLUMNS,
  FRAME,
  VERSION,
  type Calibrate,
  type Calibrated,
  type Calibrating,
  type Hello,
  type Practise,
  type RecordAsk,
  type Recorded,
  type Refusal,
  type Sight,
  type Target,
} from "../../messages";
import { Line, lineUrl, type LineState } from "../../wire/line";
import { eachPicture, openCamera, pack, troubleOf, type Trouble } from "./camera";
import { Lag, type Summary } from "./lag";
import { Pace } from "./pace";

type In = (Hello & { type: "hello" }) | Sight | Calibrating | Calibrated | Target | Recorded | Refusal;
type Out = Calibrate | Practise | RecordAsk;

/** After the frame of a living face: which picture it answers, and how sure each muscle is. */
const NUMBER = COLUMNS;
const CONFIDENCE = COLUMNS + 1;
const [FIRST, STOP] = FRAME.activation;
/** Words and numbers change no more often than one can read them [ms]. */
const READABLE = 400;

/** Paints what muscles do, by channel and side, and how sure that is. */
export type Painter = (activation: Float32Array, confidence: Float32Array) => void;

export class Mirror {
  line = $state<LineState>("joining");
  camera = $state<"closed" | "opening" | "open" | Trouble>("closed");
  sight = $state.raw<Sight | null>(null);
  step = $state.raw<Calibrating | null>(null);
  known = $state.raw<Calibrated | null>(null);
  target = $state.raw<Target | null>(null);
  refused = $state("");
  recording = $state(false);
  recorded = $state.raw<Recorded | null>(null);
  /** By channel and side, as often as one can read it; NaN where not observed. */
  activation = $state.raw<Float32Array | null>(null);
  confidence = $state.raw<Float32Array | null>(null);
  /** From the camera to the painted bars, and to the head. */
  lag = $state.raw<Summary | null>(null);
  headLag = $state.raw<Summary | null>(null);
  dropped = $state(0);
  /** Whether the head is seen at all; else it is not drawn. */
  isHeadSeen = true;
  private row: Row | null = null;
  private fresh: number | undefined;
  private shown: number | undefined;
  private told = 0;
  private number = 0;
  private taken = 0;
  private isSending = false;
  private readonly late = new Lag();
  private readonly headLate = new Lag();
  private readonly pace = new Pace();
  private readonly painters = new Set<Painter>();
  private readonly wire: Line<In, Out>;
  private closeCamera = (): void => {};
  private readonly afterPaint = new MessageChannel();

  constructor() {
    this.wire = new Line<In, Out>(lineUrl("mirror"), VERSION, {
      state: (state) => this.become(state),
      frame: (row) => this.see(row),
      message: (message) => this.hear(message),
    });
    // A message that is sent while a frame is made arrives when that frame has been painted.
    this.afterPaint.port1.onmessage = (event: MessageEvent<{ bars?: number; head?: number }>) => {
      const { bars, head } = event.data;
      if (bars !== undefined) this.late.paint(bars, performance.now());
      if (head !== undefined) this.headLate.paint(head, performance.now());
    };
  }

  /** Have something painted with every answer, at once; the answer ends it. */
  watch(painter: Painter): () => void {
    this.painters.add(painter);
    return () => this.painters.delete(painter);
  }

  async open(video: HTMLVideoElement): Promise<void> {
    if (!navigator.mediaDevices) {
      this.camera = "insecure";
      return;
    }
    this.camera = "opening";
    try {
      const stop = await openCamera(video, () => {
        this.shut();
        this.camera = "lost";
      });
      const still = eachPicture(video, (picture, taken) => this.send(picture, taken));
      this.closeCamera = () => {
        still();
        stop();
      };
      this.camera = "open";
    } catch (reason) {
      this.camera = troubleOf(reason);
    }
  }

  /** Close the camera: its light goes out. */
  shut(): void {
    this.closeCamera();
    this.closeCamera = () => {};
    this.camera = "closed";
    this.forget();
  }

  close(): void {
    this.shut();
    this.wire.close();
    this.afterPaint.port1.close();
  }

  calibrate(on = true): void {
    this.refused = "";
    this.wire.tell({ type: "calibrate", on });
    if (!on) this.step = null;
  }

  practise(ask: Omit<Practise, "type">): void {
    this.refused = "";
    this.wire.hold("practise", { type: "practise", ...ask });
  }

  record(on: boolean): void {
    this.recording = on;
    this.recorded = null;
    this.wire.tell({ type: "record", on });
  }

  /** The head for the stage: oneself, or what a calibration asks for. */
  play = (now: number): Row | null | undefined => {
    const { row } = this;
    if (!this.isHeadSeen || !this.pace.allows(now)) return undefined;
    if (!row) return null;
    if (this.shown !== undefined) this.afterPaint.port2.postMessage({ head: this.shown });
    this.shown = undefined;
    const shown = row.slice(0, COLUMNS);
    if (this.step?.activation.some((amount) => amount > 0)) {
      shown.set(this.step.activation, FIRST);
      shown.fill(NaN, ...FRAME.jaw);
    }
    // A head that was not seen stands where it stood at rest.
    for (let at = FRAME.head[0]; at < FRAME.head[1]; at++) if (Number.isNaN(shown[at]!)) shown[at] = 0;
    // The camera's distance is no news, and would carry the head out of the picture.
    shown.fill(0, FRAME.head[0] + 3, FRAME.head[1]);
    return shown;
  };

  /** Send the picture if the one before has been answered: what waits in a queue only comes late. */
  private async send(picture: VideoFrame, taken: number): Promise<void> {
    // A camera can give one picture twice.
    if (this.line !== "open" || taken <= this.taken) return;
    if (this.isSending || this.late.waiting(performance.now()) > 0) {
      this.late.skip();
      return;
    }
    this.taken = taken;
    const number = ++this.number;
    this.isSending = true;
    const bytes = await pack(number, taken, picture).finally(() => (this.isSending = false));
    if (this.wire.show(bytes)) this.late.leave(number, taken);
  }

  private see(row: Row): void {
    this.row = row;
    const taken = this.late.answer(row[NUMBER]!);
    // Of two answers between two paintings the older one is never seen, and does not count.
    if (taken === undefined) return;
    if (this.fresh === undefined) requestAnimationFrame(() => this.paint());
    this.fresh = this.shown = taken;
  }

  /** Show the newest answer in the frame of the page that is being made. */
  private paint(): void {
    const { row, fresh } = this;
    this.fresh = undefined;
    if (!row || fresh === undefined) return;
    const activation = row.slice(FIRST, STOP);
    const confidence = row.slice(CONFIDENCE, CONFIDENCE + STOP - FIRST);
    for (const painter of this.painters) painter(activation, confidence);
    this.afterPaint.port2.postMessage({ bars: fresh });
    const now = performance.now();
    if (now - this.told < READABLE) return;
    this.told = now;
    [this.activation, this.confidence] = [activation, confidence];
    [this.lag, this.headLag] = [this.late.summary, this.headLate.summary];
    this.dropped = this.late.dropped;
  }

  private hear(message: In): void {
    if (message.type === "sight") this.sight = message;
    else if (message.type === "calibrating") this.step = message;
    else if (message.type === "calibrated") {
      this.known = message;
      this.step = null;
    } else if (message.type === "target") this.target = message.title ? message : null;
    else if (message.type === "recorded") {
      this.recorded = message;
      this.recording = false;
    } else if (message.type === "refusal") {
      this.refused = message.problems.map((problem) => problem.text).join(" ");
      this.recording = false;
    }
  }

  private become(state: LineState): void {
    this.line = state;
    // Another server knows nothing of this face.
    if (state !== "open") this.forget();
  }

  private forget(): void {
    this.row = null;
    this.fresh = this.shown = undefined;
    this.told = 0;
    this.activation = this.confidence = null;
    this.sight = this.step = this.known = null;
    this.recording = false;
    this.late.clear();
    this.headLate.clear();
    this.lag = this.headLag = null;
  }
}
