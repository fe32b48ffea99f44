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
  /** What each layer does alone, as far as it is known yet. */
  layers = $state.raw<ReadonlyMap<string, Reel>>(new Map());
  /** The layer whose muscles are shown; all of them where there is none. */
  looked = $state("");
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
  private wanted = false;

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
    this.wanted = this.busy;
    if (this.busy) return;
    this.busy = true;
    try {
      await this.check();
      if (this.problems.length === 0) await this.render();
    } catch (reason) {
      this.trouble = (reason as Error).message;
    } finally {
      this.busy = false;
    }
    // Somebody asked again meanwhile, perhaps for another score.
    if (this.wanted) await this.perform();
  }

  private async render(): Promise<void> {
    const wanted: RenderAsk = { text: this.text, seed: this.seed, off: this.off };
    const performance = await send<Performance>("/api/perform/render", wanted);
    const frames = await (await ask(`/api/clips/${performance.clip.id}/frames`)).arrayBuffer();
    this.reel = new Reel(new Float32Array(frames));
    this.performance = performance;
    this.performed = wanted.text;
    this.transport.load(this.reel.duration);
    this.trouble = "";
    void this.part(performance, wanted);
  }

  /** Play without these layers. */
  async play(off: string[]): Promise<void> {
    this.off = off;
    await this.perform();
  }

  async mute(layer: string): Promise<void> {
    await this.play(this.off.includes(layer) ? this.off.filter((one) => one !== layer) : [...this.off, layer]);
  }

  /** Show the muscles of one layer, or of all again. */
  look(layer: string): void {
    this.looked = this.looked === layer ? "" : layer;
  }

  /** Ask what each layer does alone, one after the other, until something else is performed. */
  private async part(performance: Performance, wanted: RenderAsk): Promise<void> {
    this.layers = new Map();
    const names = this.vocabulary?.layers.filter(({ hasCurves }) => hasCurves).map(({ name }) => name) ?? [];
    for (const name of names) {
      const init = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(wanted) };
      const frames = await ask(`/api/perform/layers/${name}`, init).then((answer) => answer.arrayBuffer(), () => null);
      if (this.performance !== performance) return;
      if (frames) this.layers = new Map([...this.layers, [name, new Reel(new Float32Array(frames))]]);
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
