/** The score that is being written, and what was last performed of it. It outlives the room: nothing is lost by a look elsewhere. */

import { Reel } from "../../clip/reel";
import { Transport } from "../../clip/transport.svelte";
import type { Performance, Problem, RenderAsk, ScoreAsk, ScoreSheet, SaveAsk, Saved, Vocabulary } from "../../messages";
import { ask, read, send } from "../../wire/http";
import { wordsOf, type Words } from "./completion";

const OPENING = "surprise_to_joy";
/** How long somebody pauses before the score is looked at [ms]. */
const PAUSE = 350;

class ScoreDesk {
  text = $state("");
  seed = $state(7);
  off = $state<string[]>([]);
  problems = $state.raw<readonly Problem[]>([]);
  performance = $state.raw<Performance | null>(null);
  reel = $state.raw<Reel | null>(null);
  performed = $state("");
  busy = $state(false);
  /** What went wrong with the server, not with the score. */
  trouble = $state("");
  /** Which server holds the clip; after a new start it is gone there. */
  session = $state("");
  vocabulary = $state.raw<Vocabulary | null>(null);
  words = $state.raw<Words | null>(null);
  /** As it was opened or saved. */
  kept = $state("");
  readonly transport = new Transport();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;

  /** Whether the head and curves show another score than the one that is written. */
  get stale(): boolean {
    return this.performance !== null && this.performed !== this.text;
  }

  async open(): Promise<void> {
    if (this.vocabulary) return;
    try {
      const [schema, vocabulary] = await Promise.all([read<object>("/api/perform/schema"), read<Vocabulary>("/api/perform/words")]);
      this.words = wordsOf(schema, vocabulary);
      this.vocabulary = vocabulary;
      if (!this.text) {
        const first = vocabulary.examples.find(({ name }) => name === OPENING) ?? vocabulary.examples[0];
        if (first) await this.take(first.text);
      }
    } catch (reason) {
      this.trouble = (reason as Error).message;
    }
  }

  /** Begin with this text, and perform it. */
  async take(text: string): Promise<void> {
    this.text = this.kept = text;
    this.problems = [];
    this.transport.seek(0);
    await this.perform();
  }

  write(text: string): void {
    this.text = text;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.check(), PAUSE);
  }

  async check(): Promise<void> {
    const mine = ++this.asked;
    const text = this.text;
    try {
      const sheet = await send<ScoreSheet>("/api/perform/check", { text } satisfies ScoreAsk);
      if (mine !== this.asked || text !== this.text) return;
      this.problems = sheet.problems;
      this.trouble = "";
    } catch (reason) {
      if (mine === this.asked) this.trouble = (reason as Error).message;
    }
  }

  async perform(): Promise<void> {
    await this.check();
    if (this.problems.length || this.busy) return;
    this.busy = true;
    const text = this.text;
    try {
      const wanted: RenderAsk = { text, seed: this.seed, off: this.off };
      const performance = await send<Performance>("/api/perform/render", wanted);
      const frames = await (await ask(`/api/clips/${performance.clip.id}/frames`)).arrayBuffer();
      this.reel = new Reel(new Float32Array(frames));
      this.performance = performance;
      this.performed = text;
      this.transport.load(this.reel.duration);
      this.trouble = "";
    } catch (reason) {
      this.trouble = (reason as Error).message;
    } finally {
      this.busy = false;
    }
  }

  async save(): Promise<Saved | null> {
    if (!this.performance) return null;
    const { clip, seed } = this.performance;
    const saved = await send<Saved>(`/api/clips/${clip.id}/save`, { title: clip.title, score: this.performed, seed } satisfies SaveAsk);
    this.kept = this.performed;
    return saved;
  }
}

export const desk = new ScoreDesk();
