// The rig in the browser: the same data and the same movement as risorius.skin. No page, no pictures.

export { Container, FormatError, readContainer } from "./container";
export { RigPlayer, type Pose, type Surface } from "./player";
export { loadRig, type Rig } from "./rig";
export { Strain } from "./strain";
