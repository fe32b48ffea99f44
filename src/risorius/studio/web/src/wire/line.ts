/**
 * A line to the server that mends itself.
 *
 * A living room says two kinds of things. What *happens* (an intent, a command) is said once and waits in a queue
 * while the line is down. What *holds* (the seed, where the pointer is) is known by a key: only its latest value
 * counts, and a server that comes back is told it again. Together they lose nothing, and a queue cannot fill with
 * a thousand positions of a pointer.
 */

export type LineState = "joining" | "open" | "lost" | "other version";

export interface Ear<In> {
  message?(message: In): void;
  frame?(frame: Float32Array): void;
  state?(state: LineState): void;
}

interface Hello {
  type: "hello";
  version: string;
}

const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 8000;
const MOST_WAITING = 256;

export class Line<In extends { type: string }, Out extends { type: string }> {
  state: LineState = "joining";
  private socket: WebSocket | null = null;
  private holding = new Map<string, Out>();
  private waiting: Out[] = [];
  private pause = FIRST_PAUSE;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

  constructor(
    private readonly url: string,
    private readonly version: string,
    private readonly ear: Ear<In>,
    private readonly dial: (url: string) => WebSocket = (where) => new WebSocket(where),
  ) {
    this.join();
  }

  /** Say what happens, once. */
  tell(message: Out): void {
    if (this.state === "open") this.socket?.send(JSON.stringify(message));
    else if (this.waiting.length < MOST_WAITING) this.waiting.push(message);
  }

  /** Show what counts only now; while the line is down or full it is left out. */
  show(bytes: ArrayBuffer): boolean {
    const isFree = this.state === "open" && this.socket!.bufferedAmount < bytes.byteLength;
    if (isFree) this.socket!.send(bytes);
    return isFree;
  }

  /** Say what holds from now on, also to a server that comes back. */
  hold(key: string, message: Out): void {
    this.holding.set(key, message);
    if (this.state === "open") this.socket?.send(JSON.stringify(message));
  }

  /** No longer say it to a server that comes back. */
  drop(key: string): void {
    this.holding.delete(key);
  }

  /** Try again at once: the page is looked at again, or somebody pressed the button. */
  retry(): void {
    if (this.state !== "lost") return;
    clearTimeout(this.timer);
    this.join();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  private join(): void {
    const socket = this.dial(this.url);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (socket !== this.socket) return;
      if (typeof event.data !== "string") this.ear.frame?.(new Float32Array(event.data));
      else this.hear(JSON.parse(event.data) as In | Hello);
    };
    socket.onclose = () => {
      if (socket !== this.socket || this.closed || this.state === "other version") return;
      this.become("lost");
      this.timer = setTimeout(() => this.join(), this.pause * (0.5 + Math.random() / 2));
      this.pause = Math.min(2 * this.pause, LONGEST_PAUSE);
    };
  }

  private hear(message: In | Hello): void {
    if (message.type !== "hello") {
      this.ear.message?.(message as In);
      return;
    }
    if ((message as Hello).version !== this.version) {
      this.become("other version");
      this.socket?.close();
      return;
    }
    this.pause = FIRST_PAUSE;
    this.become("open");
    for (const held of this.holding.values()) this.socket?.send(JSON.stringify(held));
    for (const waited of this.waiting.splice(0)) this.socket?.send(JSON.stringify(waited));
    this.ear.message?.(message as unknown as In);
  }

  private become(state: LineState): void {
    this.state = state;
    this.ear.state?.(state);
  }
}

export function lineUrl(room: string): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/${room}`;
}
