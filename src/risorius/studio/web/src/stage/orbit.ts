// Where the viewer stands: round the head by pointer, wheel, pinch or arrow keys, softly.

import type { PerspectiveCamera } from "three";

export type Preset = "front" | "threeQuarter" | "side" | "eyes";

/** Around the head by yaw (to the person's left) and pitch (down) [rad], and what is in the middle. */
interface View {
  yaw: number;
  pitch: number;
  /** What must be seen whole: its middle's height and depth, its height and width [mm]. */
  height: number;
  depth: number;
  tall: number;
  wide: number;
}

const HEAD = { height: 4, depth: 5, tall: 300, wide: 215 };
const VIEWS: Readonly<Record<Preset, View>> = {
  front: { yaw: 0, pitch: 0, ...HEAD },
  threeQuarter: { yaw: 0.6, pitch: -0.04, ...HEAD },
  side: { yaw: Math.PI / 2, pitch: 0, ...HEAD, wide: 240 },
  eyes: { yaw: 0, pitch: 0, height: 39, depth: 88, tall: 62, wide: 118 },
};
const STEEPEST = 1.35;
const NEAREST = 0.25;
const FARTHEST = 2.5;
/** The view goes two thirds of what is left in this time [ms]. */
const EASE = 90;
const TURN_PER_PIXEL = 0.006;
const TURN_PER_KEY = 0.12;
/** A press that moves less [px] is a click. */
const STILL = 5;

export class Orbit {
  /** A press that was no turn. */
  onclick: ((event: PointerEvent) => void) | undefined;
  private readonly now: View = { ...VIEWS.front };
  private goal: View = { ...VIEWS.front };
  private zoom = 1;
  private zoomGoal = 1;
  private last = 0;
  private readonly down = new Map<number, { x: number; y: number }>();
  private travelled = 0;
  private readonly stop = new AbortController();
  private readonly still = matchMedia("(prefers-reduced-motion: reduce)");

  constructor(
    private readonly camera: PerspectiveCamera,
    private readonly canvas: HTMLCanvasElement,
  ) {
    const { signal } = this.stop;
    canvas.addEventListener("pointerdown", (event) => this.press(event), { signal });
    canvas.addEventListener("pointermove", (event) => this.drag(event), { signal });
    canvas.addEventListener("pointerup", (event) => this.release(event), { signal });
    canvas.addEventListener("pointercancel", (event) => this.down.delete(event.pointerId), { signal });
    canvas.addEventListener("wheel", (event) => this.wheel(event), { signal, passive: false });
    canvas.addEventListener("keydown", (event) => this.key(event), { signal });
  }

  look(preset: Preset): void {
    this.goal = { ...VIEWS[preset] };
    this.zoomGoal = 1;
    // The shorter way round.
    this.now.yaw -= 2 * Math.PI * Math.round((this.now.yaw - this.goal.yaw) / (2 * Math.PI));
  }

  /** Stand where the view has come to at a moment [ms]. */
  update(time: number): void {
    const part = this.still.matches || this.last === 0 ? 1 : 1 - Math.exp((this.last - time) / EASE);
    this.last = time;
    const { now, goal, camera } = this;
    now.yaw += part * (goal.yaw - now.yaw);
    now.pitch += part * (goal.pitch - now.pitch);
    now.height += part * (goal.height - now.height);
    now.depth += part * (goal.depth - now.depth);
    now.tall += part * (goal.tall - now.tall);
    now.wide += part * (goal.wide - now.wide);
    this.zoom += part * (this.zoomGoal - this.zoom);
    const half = Math.tan((camera.fov * Math.PI) / 360);
    const distance = (this.zoom * Math.max(now.tall, now.wide / camera.aspect)) / (2 * half);
    const level = Math.cos(now.pitch) * distance;
    camera.position.set(
      Math.sin(now.yaw) * level,
      now.height - Math.sin(now.pitch) * distance,
      now.depth + Math.cos(now.yaw) * level,
    );
    camera.lookAt(0, now.height, now.depth);
    camera.near = Math.max(distance - 260, 10);
    camera.far = distance + 260;
    camera.updateProjectionMatrix();
    camera.updateMatrixWorld();
  }

  dispose(): void {
    this.stop.abort();
  }

  private press(event: PointerEvent): void {
    this.down.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.travelled = 0;
    this.canvas.setPointerCapture(event.pointerId);
  }

  private drag(event: PointerEvent): void {
    const before = this.down.get(event.pointerId);
    if (!before) return;
    const x = event.clientX - before.x;
    const y = event.clientY - before.y;
    this.travelled += Math.abs(x) + Math.abs(y);
    if (this.down.size === 1) this.turn(-x * TURN_PER_PIXEL, -y * TURN_PER_PIXEL);
    else this.pinch(event, before);
    before.x = event.clientX;
    before.y = event.clientY;
  }

  private pinch(event: PointerEvent, before: { x: number; y: number }): void {
    for (const [id, other] of this.down) {
      if (id === event.pointerId) continue;
      const apart = Math.hypot(before.x - other.x, before.y - other.y);
      this.approach(apart / Math.max(Math.hypot(event.clientX - other.x, event.clientY - other.y), 1));
    }
  }

  private release(event: PointerEvent): void {
    const alone = this.down.size === 1;
    if (!this.down.delete(event.pointerId) || !alone || this.travelled > STILL) return;
    this.onclick?.(event);
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    this.approach(Math.exp(0.0012 * event.deltaY));
  }

  private key(event: KeyboardEvent): void {
    const turns: Record<string, [number, number]> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const turn = turns[event.key];
    if (turn) this.turn(turn[0] * TURN_PER_KEY, turn[1] * TURN_PER_KEY);
    else if (event.key === "+" || event.key === "=") this.approach(0.9);
    else if (event.key === "-") this.approach(1 / 0.9);
    else return;
    event.preventDefault();
  }

  private turn(yaw: number, pitch: number): void {
    this.goal.yaw += yaw;
    this.goal.pitch = Math.min(Math.max(this.goal.pitch + pitch, -STEEPEST), STEEPEST);
  }

  private approach(factor: number): void {
    this.zoomGoal = Math.min(Math.max(this.zoomGoal * factor, NEAREST), FARTHEST);
  }
}
