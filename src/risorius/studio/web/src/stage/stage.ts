// The stage: one head in studio light, seen from anywhere, with what lies beneath its skin.

import { Euler, Group, Matrix3, Matrix4, PerspectiveCamera, Scene, Vector3, WebGLRenderer } from "three";

import { RigPlayer, Strain, loadRig, type Pose, type Rig } from "../rig";
import { Bust } from "./bust";
import { Flesh } from "./flesh";
import { readHead, type Head } from "./head";
import { readMuscles, type Muscles, type Side } from "./muscles";
import { Orbit, type Preset } from "./orbit";
import { firstHit, nearest } from "./pick";
import { Shadow } from "./shadow";

export type { Preset, Side };

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

/** What was pointed at on the head. */
export interface Picked {
  /** The muscle that lies there, or the nearest one; null where none is near. */
  channel: string | null;
  side: Side;
  /** How far from the line of sight it lies, where it does not lie on it [mm]. */
  aside: number;
}

/** Why nothing can be shown; the message is fit to be read by anybody. */
export class StageError extends Error {
  override name = "StageError";
}

const NO_WEBGL =
  "This browser cannot draw in three dimensions: WebGL 2 is missing or switched off. " +
  "Turn on hardware acceleration in its settings, or open this page in a current Chrome, Firefox, Edge or Safari.";

const FIELD_DEG = 17;
const FINEST = 2;
/** With the muscles shown, closed skin lets so much through. */
const SHEER_SKIN = 0.5;
/** A muscle that lies deeper under closed skin [mm] is not what was pointed at. */
const DEEP = 30;
/** Between two muscles the nearest one is meant, this far from the place on the skin at most [mm]. */
const NEAR = 25;
/** The neck's widening in a full breath [mm]. */
const BREATH = 1.5;
/** Radius of the pupil when its sphincter, when its dilator works fully [mm]; a choice of design. */
const PUPIL = { narrow: 1.0, wide: 3.8 };

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
  private isFleshMoved = false;
  private isLost = false;
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
    this.renderer = new WebGLRenderer({ canvas, context, alpha: true, antialias: true });
    this.renderer.setClearColor(0, 0);
    this.player = new RigPlayer(rig, head);
    this.activation = new Float32Array(2 * rig.channels.length);
    this.pupilAt = [rig.channels.indexOf("sphincter_pupillae"), rig.channels.indexOf("dilatator_pupillae")];
    this.flesh = new Flesh(muscles, rig.rest, head.level0.quads);
    this.strain = new Strain(rig.rest, head.level0.quads, head.parts.skin[1]);
    this.player.pose({ activation: this.activation, jaw: null, gaze: null });
    this.bust = new Bust(head, muscles, this.player, this.flesh, this.shadow, rig.rest);
    this.group.matrixAutoUpdate = false;
    this.group.add(...this.bust.meshes);
    this.scene.add(this.group);
    this.orbit = new Orbit(this.camera, canvas);
    this.orbit.onclick = (right, up) => this.pick(right, up);
    const { signal } = this.stop;
    // The browser may take the graphics away and give them back; meanwhile nothing is drawn.
    canvas.addEventListener("webglcontextlost", () => (this.isLost = true), { signal });
    canvas.addEventListener("webglcontextrestored", () => (this.isLost = false), { signal });
    this.resize();
  }

  /** Along the channel axis of activations. */
  get channels(): readonly string[] {
    return this.assets.rig.channels;
  }

  /** Draw a moment of the face. */
  show(frame: Frame): void {
    if (this.isLost) return;
    const { player, bust, layers, group, camera } = this;
    this.activation.set(frame.activation);
    player.pose({ ...frame, gaze: seen(frame.gaze) });
    this.isFleshMoved = false;
    const hasMuscles = layers.muscles || this.marked[0] !== null;
    if (hasMuscles) this.moveFlesh();
    if (layers.strain) {
      this.strain.read(player.level0);
      this.strain.spread(this.assets.head.subdivision, bust.strain);
    }

    const [yaw = 0, pitch = 0, roll = 0, x = 0, y = 0, z = 0] = Array.from(frame.headPose ?? []);
    this.euler.set(pitch, yaw, roll);
    group.matrix.makeRotationFromEuler(this.euler).setPosition(x, y, z);
    group.updateMatrixWorld(true);
    this.orbit.update(performance.now());
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
      muscles: layers.muscles,
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
    this.bust.mark(channel, side);
  }

  /** Fit the picture to the canvas as the page lays it out. */
  resize(): void {
    const width = Math.max(this.canvas.clientWidth, 1);
    const height = Math.max(this.canvas.clientHeight, 1);
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, FINEST));
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
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

  private pick(right: number, up: number): void {
    if (!this.onpick) return;
    this.moveFlesh();
    const { muscles, head } = this.assets;
    const start = this.viewer.toArray();
    const half = Math.tan((FIELD_DEG * Math.PI) / 360);
    const way = new Vector3(right * half * this.camera.aspect, up * half, -1).applyMatrix3(this.turn).toArray();
    const inside = firstHit(this.flesh.vertices, muscles.triangles, muscles.triangles.length / 3, start, way);
    const outside = firstHit(this.player.level1(), head.triangles, head.solid, start, way);
    const isClosed = !this.layers.muscles && this.layers.skin > 0.5;
    const isThere = inside && (!isClosed || (outside && inside.distance - outside.distance < DEEP));
    const told = (vertex: number, aside: number): void => {
      const { channel, side } = muscles.bodies[muscles.owner[vertex]];
      this.onpick!({ channel, side, aside });
    };
    if (isThere) return told(muscles.triangles[3 * inside.triangle], 0);
    if (!outside) return;
    const [x, y, z] = way.map((step, axis) => start[axis] + outside.distance * step);
    const { vertex, distance } = nearest(this.flesh.vertices, [x, y, z]);
    if (distance < NEAR) told(vertex, distance);
    else this.onpick({ channel: null, side: "left", aside: distance });
  }
}

/** Gaze as the wire has it: not a number where the eyes follow their muscles. */
function seen(gaze: Pose["gaze"]): Pose["gaze"] {
  return gaze && Number.isNaN(gaze[0]) ? null : gaze;
}
