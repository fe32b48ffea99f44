// The head as meshes: which surfaces there are, and what each of them is drawn with.

import {
  BufferAttribute,
  BufferGeometry,
  CustomBlending,
  DataTexture,
  DoubleSide,
  DynamicDrawUsage,
  FloatType,
  FrontSide,
  GLSL3,
  Matrix3,
  Matrix4,
  Mesh,
  OneFactor,
  OneMinusSrcAlphaFactor,
  RGBAFormat,
  RedFormat,
  ShaderMaterial,
  Vector3,
  type IUniform,
  type ShaderMaterialParameters,
} from "three";

import type { RigPlayer } from "../rig";
import { refine } from "../rig/kernels";
import type { Flesh } from "./flesh";
import type { Head } from "./head";
import { EYE, LASH, LASH_VERTEX } from "./eye.glsl";
import { BONE, BONE_VERTEX, FLESH, FLESH_VERTEX, MARKED } from "./flesh.glsl";
import { Lashes } from "./lashes";
import { COLUMNS, EDGES, Margins } from "./margins";
import { MOUTH } from "./mouth.glsl";
import type { Muscles, Side } from "./muscles";
import { fromRim, overRim, rimOf } from "./rim";
import type { Shadow } from "./shadow";
import { SKIN } from "./skin.glsl";
import { NOTHING, VERTEX } from "./surface.glsl";

export interface Seen {
  /** In the frame of the head [mm]. */
  viewer: Vector3;
  /** From the camera's frame to the head's. */
  turn: Matrix3;
  fade: number;
  muscles: boolean;
  strain: boolean;
  breath: number;
  pupil: number;
  pixel: number;
}

type Uniforms = Record<string, IUniform>;
const FIRST = { beneath: 0, solid: 1, depth: 5, skin: 6, lashes: 7, marked: 8 } as const;

export class Bust {
  readonly meshes: Mesh[];
  /** Over the level-1 skin; read from the skin's strain before `update`. */
  readonly strain: Float32Array;
  private readonly shared: Uniforms;
  private readonly margins: Margins;
  private readonly marginTable: DataTexture;
  private readonly lashes: Lashes;
  private readonly work: DataTexture;
  private readonly moving: BufferAttribute[];
  private readonly fleshMoving: BufferAttribute[];
  private readonly strainAttribute: BufferAttribute;
  private readonly lashAttributes: BufferAttribute[];
  private readonly skin: Mesh;
  private readonly depth: Mesh;
  private readonly wet: Mesh;
  private readonly lashMesh: Mesh;
  private readonly fleshMesh: Mesh;
  private readonly bone: Mesh;
  private readonly marks: readonly [Mesh, Mesh];
  private readonly closedCaster: Mesh;
  private readonly openCasters: readonly Mesh[];
  private readonly lining: number;
  /** Where the neck ends. */
  private readonly rim: Float32Array;

  constructor(
    private readonly head: Head,
    private readonly muscles: Muscles,
    private readonly player: RigPlayer,
    private readonly flesh: Flesh,
    shadow: Shadow,
    /** Level-0 vertices at rest. */
    rest: Float32Array,
  ) {
    this.margins = new Margins(head);
    this.marginTable = new DataTexture(this.margins.table, COLUMNS, EDGES.length, RGBAFormat, FloatType);
    this.work = new DataTexture(flesh.work, flesh.work.length, 1, RedFormat, FloatType);
    this.shared = {
      uViewer: { value: new Vector3() },
      uLights: { value: head.lights.map((row) => new Vector3(...row)) },
      uHues: { value: head.hues.slice(0, 5).map((row) => new Vector3(...row)) },
      uToShadow: { value: shadow.toShadow },
      uShadow: { value: shadow.target.depthTexture },
      uMargins: { value: this.marginTable },
      uFade: { value: 0 },
      uPixel: { value: 0 },
      uStrain: { value: 0 },
      uBreath: { value: 0 },
      uGaze: { value: [new Matrix3(), new Matrix3()] },
      uEye: { value: new Vector3(head.eyes.radii[0], head.eyes.iris, head.eyes.pupil) },
      uJaw: { value: new Matrix4() },
      uWork: { value: this.work },
    };

    const smooth = new Float32Array(player.level1().length);
    refine(head.subdivision, rest, smooth);
    this.rim = rimOf(head, smooth);
    const surface = this.surface(smooth);
    this.moving = [surface.position, surface.normal] as BufferAttribute[];
    this.strainAttribute = surface.strain;
    this.strain = (surface.strain.array as Float32Array).subarray(0, head.parts.skin[3]);
    const kind = (name: string) => head.kinds.indexOf(name);
    const part = (...names: string[]) => {
      const wanted = new Set(names.map(kind));
      return this.chosen((triangle) => wanted.has(head.kind[triangle]));
    };
    const own = (index: Uint16Array) => geometry(surface, index);
    const skinShape = own(part("skin", "under"));
    this.skin = this.mesh(skinShape, VERTEX, SKIN, FIRST.skin, CLEAR);
    this.depth = this.mesh(skinShape, VERTEX, NOTHING, FIRST.depth, { colorWrite: false });
    const eyes = this.mesh(own(part("eye")), VERTEX, EYE, FIRST.solid);
    const teeth = this.mesh(own(part("tooth")), VERTEX, MOUTH, FIRST.solid, {}, { uTooth: { value: 1 } });
    // The tongue first: the lining of the mouth goes with the skin.
    const isLining = (triangle: number) => head.triangles[3 * triangle] < head.parts.skin[3];
    const wetKind = kind("wet");
    const tongue = this.chosen((t) => head.kind[t] === wetKind && !isLining(t));
    const lining = this.chosen((t) => head.kind[t] === wetKind && isLining(t));
    this.lining = tongue.length;
    const both = new Uint16Array(tongue.length + lining.length);
    both.set(tongue);
    both.set(lining, tongue.length);
    // Seen edge-on behind a cheek its depth is not sure: it is put a little farther back.
    const back = { polygonOffset: true, polygonOffsetFactor: 2, polygonOffsetUnits: 8 };
    this.wet = this.mesh(own(both), VERTEX, MOUTH, FIRST.solid, back, { uTooth: { value: 0 } });

    this.lashes = new Lashes(head);
    const lashShape = new BufferGeometry();
    this.lashAttributes = [moving(this.lashes.places, 3), moving(this.lashes.cover, 1)];
    lashShape.setAttribute("position", this.lashAttributes[0]).setAttribute("cover", this.lashAttributes[1]);
    lashShape.setIndex(new BufferAttribute(this.lashes.index, 1));
    this.lashMesh = this.mesh(lashShape, LASH_VERTEX, LASH, FIRST.lashes, {
      ...CLEAR,
      depthWrite: false,
      side: DoubleSide,
    });

    const fibres = this.fibres();
    this.fleshMoving = [fibres.position, fibres.normal, fibres.aside] as BufferAttribute[];
    const bodies = Uint16Array.from(muscles.triangles);
    this.fleshMesh = this.mesh(geometry(fibres, bodies), FLESH_VERTEX, FLESH, FIRST.beneath);
    const mark = () =>
      this.mesh(geometry(fibres, bodies), FLESH_VERTEX, MARKED, FIRST.marked, {
        ...CLEAR,
        depthWrite: false,
        depthTest: false,
      });
    this.marks = [mark(), mark()];
    this.bone = this.mesh(this.boneShape(), BONE_VERTEX, BONE, FIRST.beneath, { side: DoubleSide });

    this.closedCaster = shadow.cast(own(Uint16Array.from(head.triangles.subarray(0, 3 * head.solid))));
    this.openCasters = [this.fleshMesh, this.bone].map((mesh) => shadow.cast(mesh.geometry));
    this.meshes = [
      this.bone, this.fleshMesh, eyes, teeth, this.wet, this.depth, this.skin, this.lashMesh, ...this.marks,
    ];
    this.mark(null, null);
  }

  /** Take what the player and the muscles have come to. */
  update(seen: Seen): void {
    const { shared, head, player, flesh } = this;
    player.level1();
    player.normals();
    for (const attribute of this.moving) attribute.needsUpdate = true;
    this.margins.read(player.level0);
    this.marginTable.needsUpdate = true;
    const isClosed = seen.fade < 0.02;
    const isGone = seen.fade > 0.98;
    this.depth.visible = !isClosed && !isGone;
    this.skin.visible = this.lashMesh.visible = !isGone;
    this.wet.geometry.setDrawRange(0, seen.fade < 0.5 ? Infinity : this.lining);
    this.fleshMesh.visible = seen.muscles && !isClosed;
    this.bone.visible = !isClosed;
    const hasMarks = this.marks.some((mark) => mark.visible);
    if (this.fleshMesh.visible || hasMarks) {
      for (const attribute of this.fleshMoving) attribute.needsUpdate = true;
      this.work.needsUpdate = true;
    }
    this.closedCaster.visible = seen.fade < 0.6;
    for (const caster of this.openCasters) caster.visible = !this.closedCaster.visible;
    this.openCasters[0].visible &&= seen.muscles;
    if (seen.strain) this.strainAttribute.needsUpdate = true;
    if (this.lashMesh.visible) {
      this.lashes.read(player.level1(), seen.viewer, seen.pixel);
      for (const attribute of this.lashAttributes) attribute.needsUpdate = true;
    }

    (shared.uViewer.value as Vector3).copy(seen.viewer);
    const lights = shared.uLights.value as Vector3[];
    for (const row of [0, 2, 6, 8]) lights[row].set(...head.lights[row]).applyMatrix3(seen.turn);
    shared.uFade.value = seen.fade;
    shared.uPixel.value = seen.pixel;
    shared.uStrain.value = seen.strain ? 0.85 : 0;
    shared.uBreath.value = seen.breath;
    (shared.uEye.value as Vector3).z = seen.pupil;
    const gaze = shared.uGaze.value as Matrix3[];
    for (let eye = 0; eye < 2; eye++) turnEye(gaze[eye], player.gaze[2 * eye], player.gaze[2 * eye + 1]);
    const { turn: t, shift: d } = flesh;
    (shared.uJaw.value as Matrix4).set(
      t[0], t[1], t[2], d[0], t[3], t[4], t[5], d[1], t[6], t[7], t[8], d[2], 0, 0, 0, 1,
    );
  }

  /** Mark a muscle, on both sides without a side; null marks none. */
  mark(channel: string | null, side: Side | null): void {
    for (const [number, own] of (["left", "right"] as const).entries()) {
      const body = this.muscles.bodies.find((one) => one.channel === channel && one.side === own);
      const mark = this.marks[number];
      mark.visible = body !== undefined && (side === null || side === own);
      if (body) mark.geometry.setDrawRange(3 * body.triangles[0], 3 * (body.triangles[1] - body.triangles[0]));
    }
  }

  dispose(): void {
    for (const mesh of this.meshes) {
      mesh.geometry.dispose();
      (mesh.material as ShaderMaterial).dispose();
    }
    this.closedCaster.geometry.dispose();
    this.marginTable.dispose();
    this.work.dispose();
  }

  private mesh(
    shape: BufferGeometry,
    vertexShader: string,
    fragmentShader: string,
    order: number,
    how: ShaderMaterialParameters = {},
    uniforms: Uniforms = {},
  ): Mesh {
    const material = new ShaderMaterial({
      vertexShader,
      fragmentShader,
      uniforms: { ...this.shared, ...uniforms },
      glslVersion: GLSL3,
      side: FrontSide,
      ...how,
    });
    const mesh = new Mesh(shape, material);
    mesh.renderOrder = order;
    // Its bounds are not worth knowing: the head is always in the picture.
    mesh.frustumCulled = false;
    mesh.matrixAutoUpdate = false;
    return mesh;
  }

  private chosen(is: (triangle: number) => boolean): Uint16Array {
    const { triangles, solid } = this.head;
    const index: number[] = [];
    for (let t = 0; t < solid; t++) if (is(t)) index.push(triangles[3 * t], triangles[3 * t + 1], triangles[3 * t + 2]);
    return Uint16Array.from(index);
  }

  /** What all surfaces of the outer head share. */
  private surface(smooth: Float32Array) {
    const { head, player } = this;
    const { paint, eyes } = head;
    const shape = player.level1();
    const count = shape.length / 3;
    const far = fromRim(smooth, this.rim);
    for (const [number, name] of ["eye_left", "eye_right"].entries()) {
      const [, , start, stop] = head.parts[name];
      for (let v = start; v < stop; v++) for (let a = 0; a < 3; a++) smooth[3 * v + a] -= eyes.centres[number][a];
    }
    const place = new Float32Array(4 * count);
    for (let v = 0; v < count; v++) place.set([smooth[3 * v], smooth[3 * v + 1], smooth[3 * v + 2], far[v]], 4 * v);
    const colour = new Uint8Array(4 * count);
    const state = new Uint8Array(4 * count);
    const brow = new Float32Array(3 * count);
    for (let v = 0; v < count; v++) {
      colour.set(paint.colour.subarray(3 * v, 3 * v + 3), 4 * v);
      colour[4 * v + 3] = paint.gloss[v];
      state.set([paint.openness[v], paint.lip[v], paint.scalp[v], paint.sheer[v]], 4 * v);
      const along = paint.browStep * paint.brow[2 * v];
      brow.set([along, paint.browStep * paint.brow[2 * v + 1], paint.browCover[v] / 255], 3 * v);
    }
    return {
      position: moving(shape, 3),
      normal: moving(player.normals(), 3),
      place: new BufferAttribute(place, 4),
      paint: new BufferAttribute(colour, 4, true),
      state: new BufferAttribute(state, 4, true),
      brow: new BufferAttribute(brow, 3),
      strain: moving(new Float32Array(count), 1),
    };
  }

  private fibres() {
    const { muscles, flesh } = this;
    const count = muscles.owner.length;
    const fibre = new Float32Array(4 * count);
    const body = new Float32Array(2 * count);
    const far = overRim(flesh.vertices, this.rim);
    for (let v = 0; v < count; v++) {
      fibre.set([muscles.across[v], muscles.lengthwise[v], muscles.sinew[v], muscles.openness[v] / 255], 4 * v);
      body.set([muscles.owner[v], far[v]], 2 * v);
    }
    return {
      position: moving(flesh.vertices, 3),
      normal: moving(flesh.normals, 3),
      aside: moving(flesh.aside, 3),
      fibre: new BufferAttribute(fibre, 4),
      body: new BufferAttribute(body, 2),
    };
  }

  private boneShape(): BufferGeometry {
    const { bone } = this.muscles;
    const count = bone.jaw.length;
    const paint = new Uint8Array(4 * count);
    for (let v = 0; v < count; v++) {
      paint.set(bone.colour.subarray(3 * v, 3 * v + 3), 4 * v);
      paint[4 * v + 3] = bone.openness[v];
    }
    const attributes = {
      position: new BufferAttribute(bone.vertices, 3),
      paint: new BufferAttribute(paint, 4, true),
      jaw: new BufferAttribute(bone.jaw, 1, true),
      far: new BufferAttribute(overRim(bone.vertices, this.rim), 1),
    };
    const shape = geometry(attributes, Uint16Array.from(bone.triangles));
    shape.computeVertexNormals();
    return shape;
  }
}

/** Colours carry their cover already. */
const CLEAR: ShaderMaterialParameters = {
  transparent: true,
  blending: CustomBlending,
  blendSrc: OneFactor,
  blendDst: OneMinusSrcAlphaFactor,
};

function moving(array: Float32Array, size: number): BufferAttribute {
  return new BufferAttribute(array, size).setUsage(DynamicDrawUsage);
}

function geometry(attributes: Record<string, BufferAttribute>, index: Uint16Array): BufferGeometry {
  const shape = new BufferGeometry();
  for (const [name, attribute] of Object.entries(attributes)) shape.setAttribute(name, attribute);
  return shape.setIndex(new BufferAttribute(index, 1));
}

function turnEye(turn: Matrix3, yaw: number, pitch: number): void {
  const cy = Math.cos(yaw);
  const sy = Math.sin(yaw);
  const cp = Math.cos(pitch);
  const sp = Math.sin(pitch);
  turn.set(cy, sy * sp, sy * cp, 0, cp, -sp, -sy, cy * sp, cy * cp);
}
