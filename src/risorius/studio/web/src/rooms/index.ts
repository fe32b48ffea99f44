import type { Component } from "svelte";

import type { Face } from "../face.svelte";
import type { Life } from "../life.svelte";

/** What every room is given. A room is taken down when it is left: a camera that it opened must close then. */
export interface RoomProps {
  /** The one head, in view in all rooms. */
  face: Face;
  /** The life that the head has by itself, and the line to it. */
  life: Life;
  /** The rest of the address: `zygomaticus_major` in `#/atlas/zygomaticus_major`. */
  path: string;
}

export interface Room {
  name: string;
  title: string;
  about: string;
  load(): Promise<{ default: Component<RoomProps> }>;
}

/** The rooms, in the order of their tabs. A room more is a folder and a line. */
export const ROOMS: readonly Room[] = [
  { name: "atlas", title: "Atlas", about: "What every muscle does", load: () => import("./atlas/Atlas.svelte") },
  { name: "perform", title: "Perform", about: "Direct the face", load: () => import("./perform/Perform.svelte") },
  { name: "read", title: "Read", about: "See what a video shows", load: () => import("./read/Read.svelte") },
  { name: "mirror", title: "Mirror", about: "See your own muscles", load: () => import("./mirror/Mirror.svelte") },
];
