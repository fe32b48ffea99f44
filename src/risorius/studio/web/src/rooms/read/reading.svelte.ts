/** What is read, and what came of it; it outlives the room, the work goes on while one looks elsewhere. */

import { Work } from "../../clip/jobs.svelte";
import { Reel } from "../../clip/reel";
import { Transport } from "../../clip/transport.svelte";
import type { ClipSheet, Job, Limits, SaveAsk, Saved } from "../../messages";
import { ask, read, send, upload, type Sending } from "../../wire/http";

/** What is shown as a picture, not as a video. */
const PICTURES = [".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif"];

/** Why a file need not be sent; empty when it may be. */
export function refusal(file: { name: string; size: number }, limits: Limits): string {
  const suffix = suffixOf(file.name);
  if (!limits.suffixes.includes(suffix)) {
    return `“${file.name}” is no video or picture that can be read here. These can: ${limits.suffixes.join(", ")}.`;
  }
  if (file.size === 0) return `“${file.name}” is empty.`;
  if (file.size > limits.bytes) {
    return `“${file.name}” has ${megabytes(file.size)}; at most ${megabytes(limits.bytes)} are taken. Cut it or make it smaller.`;
  }
  return "";
}

export const suffixOf = (name: string): string => /\.[^.]+$/.exec(name)?.[0].toLowerCase() ?? "";
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

class Reading {
  limits = $state.raw<Limits | null>(null);
  problem = $state("");
  /** Share that was sent; null when nothing is being sent. */
  sent = $state<number | null>(null);
  /** Address of the file in this browser, to be seen next to the head; never sent anywhere. */
  seen = $state("");
  isPicture = $state(false);
  clip = $state.raw<ClipSheet | null>(null);
  reel = $state.raw<Reel | null>(null);
  readonly work = new Work();
  readonly transport = new Transport();
  private sending: Sending<Job> | null = null;

  async open(): Promise<void> {
    this.limits ??= await read<Limits>("/api/read/limits").catch((reason: Error) => {
      this.problem = reason.message;
      return null;
    });
  }

  async take(file: File): Promise<void> {
    await this.open();
    if (!this.limits) return;
    const wrong = refusal(file, this.limits);
    if (wrong) {
      this.problem = wrong;
      return;
    }
    this.clear();
    this.seen = URL.createObjectURL(file);
    this.isPicture = PICTURES.includes(suffixOf(file.name));
    try {
      this.sent = 0;
      this.sending = upload<Job>(`/api/read/upload?name=${encodeURIComponent(file.name)}`, file, (share) => (this.sent = share));
      const begun = await this.sending.done;
      this.sent = null;
      const over = await this.work.follow(begun);
      if (over.state === "done") await this.show(over.clip ?? "");
      else if (over.state === "failed") this.problem = over.problem ?? "";
    } catch (reason) {
      if (!(reason instanceof DOMException && reason.name === "AbortError")) this.problem = (reason as Error).message;
    } finally {
      this.sent = null;
      if (!this.clip) this.unsee();
    }
  }

  async show(id: string): Promise<void> {
    try {
      const numbers = async (part: string) => new Float32Array(await (await ask(`/api/clips/${id}/${part}`)).arrayBuffer());
      const [clip, frames] = await Promise.all([read<ClipSheet>(`/api/clips/${id}`), numbers("frames")]);
      this.reel = new Reel(frames, clip.hasConfidence ? await numbers("confidence") : null);
      this.clip = clip;
      this.transport.load(this.reel.duration);
    } catch (reason) {
      this.problem = (reason as Error).message;
    }
  }

  async save(): Promise<void> {
    if (!this.clip) return;
    try {
      const saved = await send<Saved>(`/api/clips/${this.clip.id}/save`, {} satisfies SaveAsk);
      this.clip = { ...this.clip, title: saved.title, saved: true };
    } catch (reason) {
      this.problem = (reason as Error).message;
    }
  }

  async stop(): Promise<void> {
    this.sending?.cancel();
    await this.work.cancel().catch((reason: Error) => (this.problem = reason.message));
  }

  private unsee(): void {
    if (this.seen) URL.revokeObjectURL(this.seen);
    this.seen = "";
  }

  clear(): void {
    this.unsee();
    this.problem = "";
    this.clip = this.reel = null;
    this.transport.playing = false;
    this.transport.load(0);
    this.work.clear();
  }
}

export const reading = new Reading();
