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
import { eachPicture, MOST_WAITING, openCamera, pack, troubleOf, type Trouble } from "./camera";
import { Lag } from "./lag";

type In = (Hello & { type: "hello" }) | Sight | Calibrating | Calibrated | Target | Recorded | Refusal;
type Out = Calibrate | Practise | RecordAsk;

/** After the frame of a living face: which picture it answers, and how sure each muscle is. */
const NUMBER = COLUMNS;
const CONFIDENCE = COLUMNS + 1;
const [FIRST, STOP] = FRAME.activation;

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
  /** By channel and side; NaN where not observed. */
  activation = $state.raw<Float32Array | null>(null);
  confidence = $state.raw<Float32Array | null>(null);
  lag = $state.raw<{ median: number; p95: number } | null>(null);
  dropped = $state(0);
  private row: Row | null = null;
  private fresh: number | undefined;
  private number = 0;
  private taken = 0;
  private readonly late = new Lag();
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
    this.afterPaint.port1.onmessage = (event: MessageEvent<number>) => {
      this.late.paint(event.data, performance.now());
      if (this.late.painted % 10 === 0) this.lag = this.late.summary;
    };
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
      const still = eachPicture(
        video,
        () => this.line === "open" && this.late.waiting < MOST_WAITING,
        (taken, picture) => void this.send(taken, picture),
      );
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
  play = (): Row | null => {
    const { row } = this;
    if (!row) return null;
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

  private async send(taken: number, picture: Blob): Promise<void> {
    // A camera can give one picture twice.
    if (taken <= this.taken) return;
    this.taken = taken;
    const number = ++this.number;
    const bytes = await pack(number, taken / 1000, picture);
    if (this.wire.show(bytes)) this.late.leave(number, taken, performance.now());
  }

  private see(row: Row): void {
    this.row = row;
    const taken = this.late.answer(row[NUMBER]!);
    this.dropped = this.late.dropped;
    // Of two answers between two paintings the older one is never seen, and does not count.
    if (taken === undefined) return;
    if (this.fresh === undefined) requestAnimationFrame(() => this.paint());
    this.fresh = taken;
  }

  /** Show the newest answer in the frame of the page that is being made. */
  private paint(): void {
    const { row, fresh } = this;
    this.fresh = undefined;
    if (!row || fresh === undefined) return;
    this.activation = row.slice(FIRST, STOP);
    this.confidence = row.slice(CONFIDENCE, CONFIDENCE + STOP - FIRST);
    this.afterPaint.port2.postMessage(fresh);
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
    this.fresh = undefined;
    this.activation = this.confidence = null;
    this.sight = this.step = this.known = null;
    this.recording = false;
    this.late.clear();
    this.lag = null;
  }
}
