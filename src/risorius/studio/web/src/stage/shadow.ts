// The key light's picture of the head: what it does not see lies in shadow.

import {
  BufferGeometry,
  Camera,
  DepthTexture,
  GLSL3,
  LessEqualCompare,
  LinearFilter,
  Matrix4,
  Mesh,
  Scene,
  ShaderMaterial,
  Vector3,
  WebGLRenderTarget,
  type WebGLRenderer,
} from "three";

import { NOTHING, SHADOW_VERTEX } from "./surface.glsl";

/** A texel is some two millimetres, so that the edge of a shadow is as soft as a studio lamp's. */
const SIZE = 224;
const REACH = 185;
const MIDDLE = new Vector3(0, 5, 10);
/** Unless something lies so far before it [mm], a place is lit. */
const BEFORE = 3;

export class Shadow {
  readonly target: WebGLRenderTarget;
  /** From a place on the head to the target, in shares. */
  readonly toShadow = new Matrix4();
  private readonly toClip = new Matrix4();
  private readonly scene = new Scene();
  private readonly camera = new Camera();
  private readonly material: ShaderMaterial;
  private readonly right = new Vector3();
  private readonly up = new Vector3();

  constructor() {
    const depth = new DepthTexture(SIZE, SIZE);
    depth.compareFunction = LessEqualCompare;
    depth.magFilter = depth.minFilter = LinearFilter;
    this.target = new WebGLRenderTarget(SIZE, SIZE, { depthTexture: depth });
    this.material = new ShaderMaterial({
      vertexShader: SHADOW_VERTEX,
      fragmentShader: NOTHING,
      uniforms: { uToClip: { value: this.toClip } },
      glslVersion: GLSL3,
      colorWrite: false,
    });
  }

  /** Let something cast a shadow while it is visible. */
  cast(geometry: BufferGeometry): Mesh {
    const mesh = new Mesh(geometry, this.material);
    mesh.frustumCulled = false;
    mesh.matrixAutoUpdate = false;
    this.scene.add(mesh);
    return mesh;
  }

  /** Draw what a light sees that comes from a direction, in the frame of the head. */
  draw(renderer: WebGLRenderer, light: Vector3): void {
    const { right, up } = this;
    right.set(light.z, 0, -light.x).normalize();
    up.crossVectors(light, right);
    const s = 1 / REACH;
    const { x, y, z } = MIDDLE;
    this.toClip.set(
      right.x * s, right.y * s, right.z * s, -(right.x * x + right.y * y + right.z * z) * s,
      up.x * s, up.y * s, up.z * s, -(up.x * x + up.y * y + up.z * z) * s,
      -light.x * s, -light.y * s, -light.z * s, (light.x * x + light.y * y + light.z * z) * s,
      0, 0, 0, 1,
    );
    this.toShadow.set(0.5, 0, 0, 0.5, 0, 0.5, 0, 0.5, 0, 0, 0.5, 0.5 - (BEFORE * s) / 2, 0, 0, 0, 1);
    this.toShadow.multiply(this.toClip);
    renderer.setRenderTarget(this.target);
    renderer.clear();
    renderer.render(this.scene, this.camera);
    renderer.setRenderTarget(null);
  }

  dispose(): void {
    this.material.dispose();
    this.target.depthTexture?.dispose();
    this.target.dispose();
  }
}
