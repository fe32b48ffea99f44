/** The life that the head has by itself: it breathes, blinks, looks, and does what it is told. */

import { VERSION, type Begin, type Happened, type Happening, type Hello, type Intend, type Pause, type Refusal } from "./messages";
import { Line, lineUrl, type LineState } from "./wire/line";

type In = (Hello & { type: "hello" }) | (Happened & { type: "happened" }) | (Refusal & { type: "refusal" });
type Out = (Begin & { type: "begin" }) | (Intend & { type: "intend" }) | (Pause & { type: "pause" });

export type Beat = Record<string, unknown>;

/** How often a pointer may move the eyes [ms]: a gaze that is told anew begins anew. */
const GLANCE = 160;

export class Life {
  state = $state<LineState>("joining");
  hello = $state<Hello | null>(null);
  /** What it did last, for captions; the newest at the end. */
  events = $state<Happening[]>([]);
  /** What was wrong with the last intent; empty when nothing was. */
  refused = $state("");
  paused = $state(matchMedia("(prefers-reduced-motion: reduce)").matches);
  /** The newest frame. */
  row: Float32Array | null = null;
  private readonly line: Line<In, Out>;
  private glanced = 0;
  private later: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.line = new Line<In, Out>(lineUrl("perform"), VERSION, {
      state: (state) => (this.state = state),
      frame: (row) => (this.row = row),
      message: (message) => this.hear(message),
    });
    this.line.hold("begin", { type: "begin", seed: 7 });
    if (this.paused) this.line.hold("pause", { type: "pause", on: true });
  }

  begin(message: Omit<Begin, "type">): void {
    this.refused = "";
    this.line.drop("gaze");
    this.line.hold("begin", { type: "begin", ...message });
    if (this.paused) this.line.hold("pause", { type: "pause", on: true });
  }

  intend(...beats: Beat[]): void {
    this.refused = "";
    this.line.tell({ type: "intend", beats });
  }

  /** Look there; of many places in a moment only the last one counts. */
  glance(leftDeg: number, upDeg: number): void {
    clearTimeout(this.later);
    const wait = this.glanced + GLANCE - performance.now();
    this.later = setTimeout(() => {
      this.glanced = performance.now();
      const look = { left_deg: Math.round(leftDeg * 10) / 10, up_deg: Math.round(upDeg * 10) / 10 };
      this.line.hold("gaze", { type: "intend", beats: [{ look }] });
    }, Math.max(0, wait));
  }

  /** Look at the partner again. */
  lookBack(): void {
    clearTimeout(this.later);
    this.line.drop("gaze");
    if (this.glanced) this.line.tell({ type: "intend", beats: [{ look: "partner" }] });
    this.glanced = 0;
  }

  pause(on: boolean): void {
    this.paused = on;
    this.line.hold("pause", { type: "pause", on });
  }

  retry(): void {
    this.line.retry();
  }

  private hear(message: In): void {
    if (message.type === "hello") this.hello = message;
    else if (message.type === "happened") this.events = [...this.events, ...message.events].slice(-12);
    else this.refused = message.problems.map((problem) => problem.text).join(" ");
  }
}
