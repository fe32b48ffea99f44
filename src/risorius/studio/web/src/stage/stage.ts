// The stage: one head in studio light, seen from anywhere, with what lies beneath its skin.

import { Euler, Group, Matrix3, Matrix4, PerspectiveCamera, Scene, Vector3, WebGLRenderer } from "three";

import { RigPlayer, Strain, loadRig, type Pose, type Rig } from "../rig";
import { Bust } from "./bust";
import { Flesh } from "./flesh";
import { readHead, type Head } from "./head";
import { readMuscles, type Muscles, type Side } from "./muscles";
import { Orbit, type Preset } from "./orbit";
import { glanceAt, type Glance } from "./glance";
import { Moment } from "./moment";
import { Fineness, isSoftware } from "./fineness";
import { meant, type Picked } from "./pick";
import { Shadow } from "./shadow";

export type { Glance, Picked, Preset, Side };

/** Where a pointer is, from the upper left corner of the canvas as it is laid out, before any transform. */
export interface At {
  offsetX: number;
  offsetY: number;
}

export interface Frame extends Pose {
  /** Yaw, pitch, roll [rad], and shift to the person's left, up, forward [mm]. */
  headPose?: ArrayLike<number>;
  /** 1 is a full breath. */
  breath?: number;
  /** Radius of the pupils [mm]; without it they follow their muscles. */
  pupil?: number;
}

export interface Layers {
  /** How closed the skin is, 0..1. */
  skin: number;
  muscles: boolean;
  strain: boolean;
}

export interface Assets {
  rig: Rig;
  head: Head;
  muscles: Muscles;
}

/** Why nothing can be shown; the message is fit to be read by anybody. */
export class StageError extends Error {
  override name = "StageError";
}

const NO_WEBGL =
  "This browser cannot draw in three dimensions: WebGL 2 is missing or switched off. " +
  "Turn on hardware acceleration in its settings, or open this page in a current Chrome, Firefox, Edge or Safari.";

const LOST =
  "The browser took the graphics away, as it may when memory is short or the computer slept. " +
  "The face comes back by itself as soon as they are given back.";

const FIELD_DEG = 17;
/** Where a machine begins that has no graphics processor [drawing pixels per pixel of the page]. */
const SOFTWARE_RATIO = 0.5;
/** A picture that stands still so long [ms] is drawn again, at least this fine. */
const STILL = { after: 400, ratio: 1 };
/** With the muscles shown, closed skin lets so much through. */
const SHEER_SKIN = 0.5;
/** The neck's widening in a full breath [mm]. */
const BREATH = 1.5;
/** Radius of the pupil when its sphincter, when its dilator works fully [mm]; a choice of design. */
const PUPIL = { narrow: 1.0, wide: 3.8 };

/** Numbers of a moment beside activation and tone: of the camera, and of the frame and the layers. */
const CAMERA = 16;
const FRAME = 3 + 4 + 6 + 5;

/** Open a stage from the three files of `/api/face`. */
export async function openStage(
  canvas: HTMLCanvasElement,
  files: { rig: ArrayBuffer; head: ArrayBuffer; muscles: ArrayBuffer },
): Promise<Stage> {
  const [rig, head, muscles] = await Promise.all([loadRig(files.rig), readHead(files.head), readMuscles(files.muscles)]);
  return new Stage(canvas, { rig, head, muscles });
}

export class Stage {
  layers: Layers = { skin: 1, muscles: false, strain: false };
  /** A click on the head. */
  onpick: ((picked: Picked) => void) | undefined;
  /** What to tell the user while the graphics are lost, and null when they are back. */
  onlost: ((message: string | null) => void) | undefined;
  private readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly camera = new PerspectiveCamera(FIELD_DEG, 1, 100, 2000);
  private readonly group = new Group();
  private readonly orbit: Orbit;
  private readonly player: RigPlayer;
  private readonly flesh: Flesh;
  private readonly strain: Strain;
  private readonly shadow = new Shadow();
  private readonly bust: Bust;
  private readonly activation: Float32Array;
  private readonly pupilAt: readonly [narrow: number, wide: number];
  private readonly moment: Moment;
  private readonly fineness: Fineness;
  private isFleshMoved = false;
  private isLost = false;
  /** The picture must be drawn though the face is as it was. */
  private isStale = true;
  /** Drawn as fine as a still picture may be. */
  private isFine = false;
  private shownAt = 0;
  private drawnAt = -Infinity;
  private marked: [channel: string | null, side: Side | null] = [null, null];
  private readonly stop = new AbortController();
  private readonly viewer = new Vector3();
  private readonly light = new Vector3();
  private readonly fromWorld = new Matrix4();
  private readonly turn = new Matrix3();
  private readonly euler = new Euler(0, 0, 0, "YXZ");

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly assets: Assets,
  ) {
    const { rig, head, muscles } = assets;
    const context = canvas.getContext("webgl2", { alpha: true, antialias: true, powerPreference: "high-performance" });
    if (!context) throw new StageError(NO_WEBGL);
    if (context.isContextLost()) throw new StageError(LOST);
    this.renderer = new WebGLRenderer({ canvas, context, alpha: true, antialias: true });
    this.renderer.setClearColor(0, 0);
    this.fineness = new Fineness(devicePixelRatio, isSoftware(context) ? SOFTWARE_RATIO : devicePixelRatio);
    this.player = new RigPlayer(rig, head);
    this.activation = new Float32Array(2 * rig.channels.length);
    this.moment = new Moment(4 * rig.channels.length + CAMERA + FRAME);
    this.pupilAt = [rig.channels.indexOf("sphincter_pupillae"), rig.channels.indexOf("dilatator_pupillae")];
    this.flesh = new Flesh(muscles, rig.rest, head.level0.quads);
    this.strain = new Strain(rig.rest, head.level0.quads, head.parts.skin[1]);
    this.player.pose({ activation: this.activation, jaw: null, gaze: null });
    this.bust = new Bust(head, muscles, this.player, this.flesh, this.shadow, rig.rest);
    this.group.matrixAutoUpdate = false;
    this.group.add(...this.bust.meshes);
    this.scene.add(this.group);
    this.orbit = new Orbit(this.camera, canvas);
    this.orbit.onclick = (event) => {
      const picked = this.pick(event);
      if (picked) this.onpick?.(picked);
    };
    const { signal } = this.stop;
    // The browser may take the graphics away and give them back; meanwhile nothing is drawn.
    const lose = (isLost: boolean) => () => {
      this.isLost = isLost;
      this.isStale = true;
      this.onlost?.(isLost ? LOST : null);
    };
    canvas.addEventListener("webglcontextlost", lose(true), { signal });
    canvas.addEventListener("webglcontextrestored", lose(false), { signal });
    this.resize();
  }

  /** Along the channel axis of activations. */
  get channels(): readonly string[] {
    return this.assets.rig.channels;
  }

  /** Drawing pixels per pixel of the page. */
  get ratio(): number {
    return this.renderer.getPixelRatio();
  }

  /** Draw a moment of the face; what is drawn already, or cannot be seen, is not drawn. */
  show(frame: Frame): void {
    if (this.isLost || document.hidden) return;
    const now = performance.now();
    // A frame after one that was drawn comes as late as that one took, on whatever part of the machine.
    if (this.shownAt === this.drawnAt && this.fineness.took(now - this.shownAt)) this.isStale = true;
    this.shownAt = now;
    this.orbit.update(now);
    const isMoved = this.isMoved(frame) || this.isStale;
    const isRestful = !this.isFine && now - this.drawnAt > STILL.after;
    if (!isMoved && !isRestful) return;
    this.isStale = false;
    const still = Math.max(this.fineness.ratio, Math.min(devicePixelRatio, STILL.ratio));
    const ratio = isMoved ? this.fineness.ratio : still;
    if (ratio !== this.ratio) this.renderer.setPixelRatio(ratio);
    this.draw(frame);
    this.isFine = ratio === still;
    this.drawnAt = isMoved ? now : -Infinity;
  }

  private isMoved(frame: Frame): boolean {
    const { moment, camera, layers } = this;
    const width = this.activation.length;
    moment.take(frame.activation, width);
    moment.take(frame.tone, width);
    moment.take(frame.jaw, 3);
    moment.take(frame.gaze, 4);
    moment.take(frame.headPose, 6);
    moment.take([frame.breath ?? 0, frame.pupil ?? NaN, layers.skin, Number(layers.muscles), Number(layers.strain)], 5);
    moment.take(camera.matrixWorld.elements, CAMERA);
    return moment.end();
  }

  private draw(frame: Frame): void {
    const { player, bust, layers, group, camera } = this;
    this.activation.set(frame.activation);
    player.pose({ ...frame, gaze: seen(frame.gaze) });
    this.isFleshMoved = false;
    // What a skin that fades lets through are muscles, not bare bone.
    const hasMuscles = layers.muscles || layers.skin < 1;
    if (hasMuscles || this.marked[0] !== null) this.moveFlesh();
    if (layers.strain) {
      this.strain.read(player.level0);
      this.strain.spread(this.assets.head.subdivision, bust.strain);
    }

    const [yaw = 0, pitch = 0, roll = 0, x = 0, y = 0, z = 0] = Array.from(frame.headPose ?? []);
    this.euler.set(pitch, yaw, roll);
    group.matrix.makeRotationFromEuler(this.euler).setPosition(x, y, z);
    group.updateMatrixWorld(true);
    // The viewer and the lights, which go with the viewer, as the head sees them.
    this.fromWorld.copy(group.matrix).invert();
    this.viewer.copy(camera.position).applyMatrix4(this.fromWorld);
    this.turn.setFromMatrix4(this.fromWorld.multiply(camera.matrixWorld));
    this.light.set(...this.assets.head.lights[0]).applyMatrix3(this.turn);

    const most = layers.muscles ? SHEER_SKIN : 1;
    bust.update({
      viewer: this.viewer,
      turn: this.turn,
      fade: 1 - most * Math.min(Math.max(layers.skin, 0), 1),
      muscles: hasMuscles,
      strain: layers.strain,
      breath: BREATH * (frame.breath ?? 0),
      pupil: frame.pupil ?? this.pupil(),
      pixel: this.pixel(),
    });
    this.shadow.draw(this.renderer, this.light);
    this.renderer.render(this.scene, camera);
  }

  look(preset: Preset): void {
    this.orbit.look(preset);
  }

  /** Mark a muscle, on both sides without a side; null marks none. */
  highlight(channel: string | null, side: Side | null = null): void {
    this.marked = [channel, side];
    this.isStale = true;
    this.bust.mark(channel, side);
  }

  /** Fit the picture to the canvas as the page lays it out. */
  resize(): void {
    const width = Math.max(this.canvas.clientWidth, 1);
    const height = Math.max(this.canvas.clientHeight, 1);
    this.renderer.setPixelRatio(this.fineness.ratio);
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.isStale = true;
  }

  dispose(): void {
    this.stop.abort();
    this.orbit.dispose();
    this.bust.dispose();
    this.shadow.dispose();
    this.renderer.dispose();
  }

  private moveFlesh(): void {
    if (this.isFleshMoved) return;
    this.flesh.pose(this.player.level0, this.activation);
    this.isFleshMoved = true;
  }

  private pupil(): number {
    const { pupil } = this.assets.head.eyes;
    const [narrow, wide] = this.pupilAt.map((at) => Math.max(this.activation[2 * at], this.activation[2 * at + 1]));
    return pupil + narrow * (PUPIL.narrow - pupil) + wide * (PUPIL.wide - pupil);
  }

  /** How wide a pixel is, per distance. */
  private pixel(): number {
    return (2 * Math.tan((FIELD_DEG * Math.PI) / 360)) / this.canvas.height;
  }

  /** How gaze meets a pointer over the canvas, wherever the camera stands; null behind the head. */
  glance(at: At): Glance | null {
    const [left, right] = this.assets.head.eyes.centres;
    const eyes = new Vector3(...left).add(new Vector3(...right)).multiplyScalar(0.5);
    return glanceAt(this.sight(at), eyes.applyMatrix4(this.group.matrix), this.camera);
  }

  /** What a place on the canvas means; null beside the head. */
  pick(at: At): Picked | null {
    this.moveFlesh();
    const { muscles, head } = this.assets;
    const isClosed = !this.layers.muscles && this.layers.skin > 0.5;
    const surface = { points: this.player.level1(), triangles: head.triangles, count: head.solid };
    const way = this.sight(at).applyMatrix3(this.turn).toArray();
    return meant(muscles, this.flesh.vertices, surface, isClosed, this.viewer.toArray(), way);
  }

  /** The direction of a place on the canvas, in the camera's frame and one unit deep. */
  private sight({ offsetX, offsetY }: At): Vector3 {
    const half = Math.tan((FIELD_DEG * Math.PI) / 360);
    const right = (2 * offsetX) / Math.max(this.canvas.clientWidth, 1) - 1;
    const up = 1 - (2 * offsetY) / Math.max(this.canvas.clientHeight, 1);
    return new Vector3(right * half * this.camera.aspect, up * half, -1);
  }
}

/** Gaze as the wire has it: not a number where the eyes follow their muscles. */
function seen(gaze: Pose["gaze"]): Pose["gaze"] {
  return gaze && Number.isNaN(gaze[0]) ? null : gaze;
}
