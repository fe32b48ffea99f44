/** The one head of the studio: what it does now, on the stage that all rooms share. */

import type { Row } from "./clip/reel";
import { COLUMNS, FRAME } from "./messages";
import type { At, Glance, Picked, Side, Stage } from "./stage/stage";
import { ask } from "./wire/http";

export const PRESETS = { front: "Front", threeQuarter: "Three-quarter", side: "Side", eyes: "Eyes" } as const;
export type Preset = keyof typeof PRESETS;

/** Gives the face at a moment of the page's clock [ms]: null at rest, undefined to leave it as it is. */
export type Player = (now: number) => Row | null | undefined;

const [FIRST, STOP] = FRAME.activation;
const N = STOP - FIRST;

export class Face {
  /** Why no head can be shown; empty when one can. */
  problem = $state("");
  ready = $state(false);
  preset = $state<Preset>("threeQuarter");
  skin = $state(1);
  muscles = $state(false);
  strain = $state(false);
  /** What is said or done, in words, below the head. */
  caption = $state("");
  /** What a hand adds to whatever the face does, by `channel * 2 + side`. */
  readonly touch = new Float32Array(N);
  /** What the nerves still bring to a movement, and to the face at rest; 1 is healthy. */
  readonly movement = new Float32Array(N).fill(1);
  readonly tone = new Float32Array(N).fill(1);
  /** What the head shows now. */
  readonly row: Row = new Float32Array(COLUMNS);
  private readonly rest: Row = new Float32Array(COLUMNS).fill(NaN, ...FRAME.jaw).fill(NaN, ...FRAME.gaze);
  private player: Player | null = null;
  private pick: ((picked: Picked) => void) | null = null;
  private stage: Stage | null = null;
  private drawing = 0;

  /** `life` gives the newest frame of the face's own life. */
  constructor(private readonly life: () => Row | null) {}

  /** Without a stage the face still goes on in time: clips play, captions change. */
  async open(canvas: HTMLCanvasElement): Promise<void> {
    this.close();
    this.problem = "";
    const draw = (now: number): void => {
      this.drawing = requestAnimationFrame(draw);
      this.draw(now);
    };
    this.drawing = requestAnimationFrame(draw);
    try {
      const bytes = (part: string) => ask(`/api/face/${part}`).then((answer) => answer.arrayBuffer());
      const [{ openStage }, rig, head, muscles] = await Promise.all([
        import("./stage/stage"),
        bytes("rig"),
        bytes("head"),
        bytes("muscles"),
      ]);
      this.stage = await openStage(canvas, { rig, head, muscles });
    } catch (reason) {
      this.problem = reason instanceof Error ? reason.message : String(reason);
      return;
    }
    this.stage.onlost = (message) => (this.problem = message ?? "");
    this.stage.onpick = (picked) => this.pick?.(picked);
    this.stage.look(this.preset);
    this.show();
    this.ready = true;
  }

  close(): void {
    cancelAnimationFrame(this.drawing);
    this.stage?.dispose();
    this.stage = null;
    this.ready = false;
  }

  /** Lend the head to a player; the answer gives it back to its own life. */
  lend(player: Player): () => void {
    this.player = player;
    return () => {
      if (this.player === player) this.player = null;
    };
  }

  /** Be told what is clicked on the head, until the answer is called. */
  listen(pick: (picked: Picked) => void): () => void {
    this.pick = pick;
    return () => {
      if (this.pick === pick) this.pick = null;
    };
  }

  look(preset: Preset): void {
    this.preset = preset;
    this.stage?.look(preset);
  }

  /** Bring the layers that were chosen onto the stage. */
  show(): void {
    if (this.stage) this.stage.layers = { skin: this.skin, muscles: this.muscles, strain: this.strain };
  }

  highlight(channel: string | null, side: Side | null = null): void {
    this.stage?.highlight(channel, side);
  }

  /** How gaze meets a pointer over the picture; null behind the head. */
  glance(at: At): Glance | null {
    return this.stage?.glance(at) ?? null;
  }

  resize(): void {
    this.stage?.resize();
  }

  /** Take back what hands and cuts did. */
  heal(): void {
    this.touch.fill(0);
    this.movement.fill(1);
    this.tone.fill(1);
  }

  private draw(now: number): void {
    const row = this.player ? this.player(now) : this.life();
    if (row === undefined) return;
    this.row.set(row ?? this.rest);
    const activation = this.row.subarray(FIRST, STOP);
    for (let at = 0; at < N; at++) {
      // What was not observed is shown at rest; the curves say that it was not observed.
      const own = activation[at]!;
      activation[at] = Math.max(Number.isNaN(own) ? 0 : own, this.touch[at]!) * this.movement[at]!;
    }
    const part = (name: keyof typeof FRAME) => this.row.subarray(...FRAME[name]);
    const jaw = part("jaw");
    this.stage?.show({
      activation,
      tone: this.tone,
      jaw: Number.isNaN(jaw[0]!) ? null : [jaw[0]!, jaw[1]!, jaw[2]!],
      gaze: part("gaze"),
      headPose: part("head"),
      breath: part("breath")[0]!,
    });
  }
}
