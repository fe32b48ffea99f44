// Print the Khronos validator's report on a GLB as JSON.  node validate.mjs FILE.glb
import { readFile } from "node:fs/promises";
import validator from "gltf-validator";

const bytes = new Uint8Array(await readFile(process.argv[2]));
const report = await validator.validateBytes(bytes, { maxIssues: 100 });
console.log(JSON.stringify(report));
