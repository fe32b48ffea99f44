// Play a GLB in three.js and write where its vertices are.  node play.mjs FILE.glb OUT.bin TIME...
//
// OUT.bin holds float32 x, y, z in metres: for every time, for every mesh, for every vertex. The order of the
// meshes, their vertex counts and their target names are printed as JSON.
import { readFile, writeFile } from "node:fs/promises";
import * as three from "three";
import { GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";

const [file, out, ...times] = process.argv.slice(2);
globalThis.self = globalThis; // the loader asks for it; node has none

const loader = new GLTFLoader();
// Node decodes no pictures; shapes do not depend on them.
loader.register(() => ({
  name: "no pictures",
  loadTexture: () => Promise.resolve(new three.Texture()),
}));
const bytes = await readFile(file);
const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
const gltf = await new Promise((done, failed) => loader.parse(buffer, "", done, failed));

// A mesh of several materials is a group here; its members share their vertices.
const meshes = new Map();
gltf.scene.traverse((node) => {
  if (!node.isMesh) return;
  const name = gltf.parser.associations.get(node).meshes;
  if (!meshes.has(name)) meshes.set(name, node);
});
const mixer = new three.AnimationMixer(gltf.scene);
for (const animation of gltf.animations) {
  const action = mixer.clipAction(animation);
  action.setLoop(three.LoopOnce);
  action.clampWhenFinished = true;
  action.play();
}

const values = [];
const point = new three.Vector3();
for (const time of times) {
  mixer.setTime(Number(time));
  gltf.scene.updateMatrixWorld(true);
  for (const mesh of meshes.values()) {
    for (let index = 0; index < mesh.geometry.attributes.position.count; index++) {
      mesh.getVertexPosition(index, point).applyMatrix4(mesh.matrixWorld);
      values.push(point.x, point.y, point.z);
    }
  }
}
await writeFile(out, new Uint8Array(new Float32Array(values).buffer));
console.log(
  JSON.stringify({
    meshes: [...meshes].map(([index, mesh]) => ({
      name: gltf.parser.json.meshes[index].name,
      vertices: mesh.geometry.attributes.position.count,
      targets: Object.keys(mesh.morphTargetDictionary ?? {}),
    })),
    duration: Math.max(0, ...gltf.animations.map((animation) => animation.duration)),
  }),
);
