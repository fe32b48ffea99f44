import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Line, type LineState } from "./line";

type Out = { type: string; n?: number };

/** A socket in the hands of the test. */
class Wire {
  static all: Wire[] = [];
  sent: Out[] = [];
  binaryType = "";
  onmessage: ((event: { data: string | ArrayBuffer }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor() {
    Wire.all.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Out);
  }
  close(): void {
    this.onclose?.();
  }
  hello(version = "v1"): void {
    this.onmessage?.({ data: JSON.stringify({ type: "hello", version, session: "s" }) });
  }
}

const last = (): Wire => Wire.all.at(-1)!;

function line(): { line: Line<{ type: string }, Out>; states: LineState[]; heard: string[]; frames: Float32Array[] } {
  const [states, heard, frames]: [LineState[], string[], Float32Array[]] = [[], [], []];
  const ear = {
    state: (state: LineState) => states.push(state),
    message: (message: { type: string }) => heard.push(message.type),
    frame: (frame: Float32Array) => frames.push(frame),
  };
  return { line: new Line("ws://studio", "v1", ear, () => new Wire() as unknown as WebSocket), states, heard, frames };
}

beforeEach(() => {
  Wire.all = [];
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

describe("a line", () => {
  it("says nothing before the server has said who it is", () => {
    const { line: one } = line();
    one.tell({ type: "nod" });
    expect(last().sent).toEqual([]);
    last().hello();
    expect(last().sent).toEqual([{ type: "nod" }]);
  });

  it("comes back by itself, says again what holds and what was not said, but nothing twice", () => {
    const { line: one, states } = line();
    last().hello();
    one.hold("gaze", { type: "look", n: 1 });
    one.tell({ type: "nod", n: 1 });
    last().close();
    one.hold("gaze", { type: "look", n: 2 });
    one.hold("gaze", { type: "look", n: 3 });
    one.tell({ type: "nod", n: 2 });
    vi.advanceTimersByTime(300);
    expect(Wire.all).toHaveLength(2);
    last().hello();
    expect(last().sent).toEqual([{ type: "look", n: 3 }, { type: "nod", n: 2 }]);
    expect(states).toEqual(["open", "lost", "open"]);
  });

  it("waits longer after each failure, never longer than eight seconds, and not at all when told", () => {
    const { line: one } = line();
    last().hello();
    for (let round = 0; round < 12; round++) {
      last().close();
      vi.advanceTimersByTime(8000);
    }
    expect(Wire.all).toHaveLength(13);
    last().close();
    one.retry();
    expect(Wire.all).toHaveLength(14);
  });

  it("says that the versions differ, and does not try again", () => {
    const { states } = line();
    last().hello("v2");
    vi.advanceTimersByTime(60_000);
    expect(states).toEqual(["other version"]);
    expect(Wire.all).toHaveLength(1);
    expect(last().sent).toEqual([]);
  });

  it("hands on frames as numbers and messages as they are", () => {
    const { heard, frames } = line();
    last().hello();
    last().onmessage!({ data: new Float32Array([0.5, 1]).buffer });
    last().onmessage!({ data: JSON.stringify({ type: "happened" }) });
    expect([...frames[0]!]).toEqual([0.5, 1]);
    expect(heard).toEqual(["hello", "happened"]);
  });

  it("ends when it is closed", () => {
    const { line: one } = line();
    last().hello();
    one.close();
    vi.advanceTimersByTime(60_000);
    expect(Wire.all).toHaveLength(1);
  });

  it("does not answer for a socket that another one followed", () => {
    const { line: one, states } = line();
    const first = last();
    first.hello();
    first.close();
    one.retry();
    last().hello();
    first.onclose?.();
    expect(states).toEqual(["open", "lost", "open"]);
  });
});
