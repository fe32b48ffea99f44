// Generated from the Python models by tools/make_messages.py. Do not edit: run it again.

/** Of these messages; the server says its own in `Hello`. */
export const VERSION = "a363c800e84e";

/** Where each part of a binary frame begins and ends, in 32-bit numbers. */
export const FRAME = { time: [0, 1], activation: [1, 133], jaw: [133, 136], gaze: [136, 140], head: [140, 146], breath: [146, 147] } as const;

/** 32-bit numbers in a frame. */
export const COLUMNS = 147;

/** Where the studio listens when nobody says otherwise. */
export const PORT = 8642;

/** A room of the studio, as it stands on its tab. */
export interface RoomSign {
  name: string;
  title: string;
}

/** The first thing that the server says, on every WebSocket and at ``/api/hello``. */
export interface Hello {
  type: "hello";
  /** Of the messages; a page that was made for another one must be loaded again. */
  version: string;
  /** Another one after each start of the server: what it held in memory is then gone. */
  session: string;
  /** Version of the package. */
  risorius: string;
  rooms: RoomSign[];
  /** Where each part of a binary frame begins and ends; numbers, not bytes. */
  frame: Record<string, [number, number]>;
  /** Numbers in a frame. */
  nColumns: number;
  /** What a clip can be exported to: suffix and what it is. */
  formats: Record<string, string>;
}

/** One thing that is wrong, what is allowed, and what to try. */
export interface Problem {
  text: string;
  /** Counted from 1, where it is about a text. */
  line: number | null;
  column: number | null;
}

/** The answer to what could not be done, over HTTP and WebSocket alike. */
export interface Refusal {
  type: "refusal";
  problems: Problem[];
}

/** How far something is to be trusted. */
export interface Standing {
  evidence: "strong" | "moderate" | "weak";
  /** C: checked against a public abstract. R: recalled, not re-read. D: a design default. */
  basis: "C" | "R" | "D" | null;
  sources: string[];
}

/** Something that happened in a clip. */
export interface Happening {
  /** [s] */
  start: number;
  /** [s] */
  end: number;
  kind: string;
  label: string;
}

/** A clip that the server holds; its numbers are at ``/api/clips/{id}/frames``. */
export interface ClipSheet {
  id: string;
  title: string;
  /** Which room made it. */
  room: string;
  /** [s] */
  duration: number;
  /** Frames per second; 0 for a single picture. */
  rate: number;
  nFrames: number;
  events: Happening[];
  /** What was settled or found while it was made. */
  notes: string[];
  /** Everything else that the clip says about itself. */
  attributes: Record<string, string>;
  /** Channels that were not seen at all, and why. */
  unobserved: Record<string, string>;
  /** Whether ``/api/clips/{id}/confidence`` has numbers. */
  hasConfidence: boolean;
  /** Whether it is in the data folder; else it is gone when the server stops. */
  saved: boolean;
}

/** Write a clip in another format. */
export interface ExportAsk {
  /** One of the suffixes that `Hello` names, such as ``.glb``. */
  format: string;
  /** Show the muscles under a skin this clear: 0 closed, 1 gone. Where a face is shown only. */
  fade?: number | null;
}

/** A file that was made from a clip. */
export interface Export {
  name: string;
  /** What of the clip is not in the file, one sentence each. */
  leftOut: string[];
  changed: string[];
  /** Of the written shape [mm], where one is written. */
  meanError: number | null;
  maxError: number | null;
}

/** Long work: asked for again and again until it is over. */
export interface Job {
  id: string;
  kind: "export" | "read";
  title: string;
  state: "waiting" | "running" | "done" | "failed" | "cancelled";
  /** What is done, 0..1. */
  share: number;
  /** Why it failed. */
  problem: string;
  /** The clip that came of it, or that it was made from. */
  clip: string;
  /** The file that came of it, at ``/api/jobs/{id}/file``. */
  export: Export | null;
}

/** Keep a clip, and what it was made from, in the data folder. */
export interface SaveAsk {
  title?: string;
  /** The text of the score that it was performed from. */
  score?: string | null;
  seed?: number;
}

/** A session in the data folder. */
export interface Saved {
  /** Also the id of its clip. */
  id: string;
  title: string;
  room: string;
  /** When it was saved, ISO 8601 with its time zone. */
  made: string;
  /** [s] */
  duration: number;
  score: string | null;
  seed: number;
}

/** A number from the literature, in words. */
export interface Figure {
  name: string;
  /** Value, span and unit: ``60 (45 to 75) mm``. */
  text: string;
  standing: Standing;
  note: string;
}

/** What is known in words. */
export interface Statement {
  text: string;
  standing: Standing;
}

/** What is driven on its own; its place in the list is its place in every frame. */
export interface ChannelPage {
  id: string;
  muscle: string;
  part: string;
  english: string;
  moves: "skin" | "lid" | "jaw" | "eye" | "pupil" | "tongue" | "head" | "none";
  /** Why a camera cannot tell its activity; empty where it can. */
  hidden: string;
}

/** A part of a muscle. */
export interface PartPage {
  id: string;
  note: string;
  isChannel: boolean;
}

/** A nerve that moves a muscle, or one part of it. */
export interface SupplyPage {
  nerve: string;
  branches: string[];
  part: string;
}

/** Lines that a muscle writes into the skin. */
export interface Line {
  id: string;
  name: string;
  pattern: string;
  actionUnits: string[];
}

/** One muscle; a pair counts once. */
export interface MusclePage {
  id: string;
  latin: string;
  english: string;
  region: string;
  laterality: "paired" | "midline";
  type: "linear" | "sheet" | "sphincter";
  origin: string;
  insertion: string;
  fibres: string;
  action: string;
  parts: PartPage[];
  channels: string[];
  actionUnits: string[];
  supplies: SupplyPage[];
  /** Muscles or their channels. */
  antagonists: string[];
  synergists: string[];
  lines: Line[];
  figures: Figure[];
  /** What is known about left and right. */
  sides: string;
  notes: string;
  standing: Standing;
}

/** What a branch brings to a channel. */
export interface Fibres {
  channel: string;
  /** Of the fibres of the channel [1]. */
  share: number;
}

/** A branch of a nerve and what it moves. */
export interface BranchPage {
  /** Empty for a nerve that has no branches here. */
  id: string;
  latin: string;
  english: string;
  supplies: string;
  leaves: string;
  fibres: Fibres[];
}

/** A motor nerve. */
export interface NervePage {
  id: string;
  number: string;
  latin: string;
  english: string;
  course: string;
  branches: BranchPage[];
  notes: string;
  standing: Standing;
}

/** How strongly something drives a channel on one side. */
export interface Pull {
  channel: string;
  side: "left" | "right";
  weight: number;
}

/** An action unit. Its weights are design defaults. */
export interface UnitPage {
  id: string;
  number: number;
  name: string;
  muscles: string[];
  drive: Pull[];
  /** Whether a side means the direction of the movement. */
  directed: boolean;
  notes: string;
  standing: Standing;
}

/** One action unit of an expression. The strengths are design defaults. */
export interface Ingredient {
  actionUnit: string;
  typical: number;
  most: number;
  role: "core" | "variant" | "optional";
  oneSided: boolean;
  note: string;
}

/** A pattern that people connect with a feeling: what it looks like, not what is felt. */
export interface ExpressionPage {
  id: string;
  name: string;
  aliases: string[];
  /** Whether it is one of the seven that are most often called universal. */
  universal: boolean;
  ingredients: Ingredient[];
  /** The muscles of its everyday strength. */
  recipe: Pull[];
  /** What other parts of the body do meanwhile. */
  companions: Record<string, string>;
  notes: string;
  standing: Standing;
}

/** The whole atlas, once. */
export interface AtlasPages {
  channels: ChannelPage[];
  muscles: MusclePage[];
  nerves: NervePage[];
  units: UnitPage[];
  expressions: ExpressionPage[];
  /** What is known about exercise of the face; no muscle has exercises of its own in the facts. */
  exercise: Statement[];
}

/** A nerve or one of its branches that conducts less. */
export interface Cut {
  nerve: string;
  /** Empty for all of it. */
  branch?: string;
  /** Both when not given. */
  side?: "left" | "right" | null;
  /** Share of the fibres that do not conduct. */
  degree: number;
}

/** Nerves that conduct less: what fails. */
export interface CutAsk {
  cuts: Cut[];
}

/** What is left, by channel and side (``channel * 2 + side``). For teaching, no diagnosis. */
export interface CutEffect {
  /** Share of a movement that still comes. */
  movement: number[];
  /** Of the face at rest, 1 healthy. */
  tone: number[];
  /** What is weaker than it was, weakest first; the weight is what is left of the movement. */
  weaker: Pull[];
}

/** Whether a text is a score. */
export interface ScoreAsk {
  text: string;
}

/** One intent of a score at its time. */
export interface BeatSpan {
  index: number;
  kind: string;
  what: string;
  /** [s] */
  start: number;
  /** [s] */
  end: number;
  /** Where it stands in the text, counted from 1. */
  line: number | null;
}

/** What a score says, or what is wrong with it. */
export interface ScoreSheet {
  title: string;
  /** Empty when it can be performed. */
  problems: Problem[];
  notes: string[];
  /** [s]; 0 when there are problems. */
  duration: number;
  beats: BeatSpan[];
}

/** One of the things that a living face does at the same time as all the others. */
export interface LayerSign {
  name: string;
  about: string;
  /** Whether it does something alone; else it changes what all the others do. */
  hasCurves: boolean;
}

/** A score to begin with. */
export interface Example {
  name: string;
  title: string;
  text: string;
}

/** The words of a score, for completion; its grammar is at ``/api/perform/schema``. */
export interface Vocabulary {
  expressions: string[];
  movements: string[];
  /** What can be switched off. */
  layers: LayerSign[];
  examples: Example[];
}

/** Perform a score. */
export interface RenderAsk {
  text: string;
  seed?: number;
  /** Frames per second. */
  rate?: number;
  /** Layers to leave out; all others stay as they are. */
  off?: string[];
}

/** A performed score; ``/api/perform/layers/{name}`` has what one layer does alone. */
export interface Performance {
  clip: ClipSheet;
  score: ScoreSheet;
  seed: number;
  off: string[];
}

/** Live: begin anew, as who and where a score says. */
export interface Begin {
  type: "begin";
  /** Persona, context, style, places and first beats, as in a score. */
  opening?: Record<string, unknown>;
  seed?: number;
  off?: string[];
}

/** Live: do this from now on; beats as in a score, their times counted from now. */
export interface Intend {
  type: "intend";
  beats: Record<string, unknown>[];
}

/** Live: hold still, or go on. */
export interface Pause {
  type: "pause";
  on?: boolean;
}

/** Live: what began in the frames since the last message. */
export interface Happened {
  type: "happened";
  events: Happening[];
}

/** What may be uploaded, told before it is tried. */
export interface Limits {
  bytes: number;
  /** Of video that are read; what is longer is read up to there. */
  seconds: number;
  /** Readings and exports at a time, running and waiting. */
  waiting: number;
  suffixes: string[];
}

/** Begin to learn the face of this person, or stop it. */
export interface Calibrate {
  type: "calibrate";
  on?: boolean;
}

/** Give a target: an action unit, a muscle or an expression; none when the name is empty. */
export interface Practise {
  type: "practise";
  name?: string;
  /** 1 is as far as is comfortable, or as the muscles go while that is not known. */
  strength?: number;
  /** Both when not given. */
  side?: "left" | "right" | null;
}

/** Begin to remember what the muscles do, or stop; pictures are never remembered. */
export interface RecordAsk {
  type: "record";
  on?: boolean;
}

/** What cannot be seen now, in words; empty when all is well. */
export interface Sight {
  type: "sight";
  unseen: string[];
  /** Before that the face at rest is guessed from one picture. */
  isCalibrated: boolean;
}

/** What the person is asked for now. */
export interface Calibrating {
  type: "calibrating";
  words: string;
  /** Of the step, from 0. */
  number: number;
  count: number;
  /** Of the step that is done, 0..1. Time counts only while the face is seen well. */
  share: number;
  /** What the model shows meanwhile, by channel and side. */
  activation: number[];
}

/** What was learnt, by channel and side; null where nothing is known. */
export interface Calibrated {
  type: "calibrated";
  /** Standard deviation at rest [1]. */
  noise: (number | null)[];
  /** The largest activation held with comfort [1]. */
  comfortable: (number | null)[];
}

/** What to do, by channel and side; empty when there is no target. */
export interface Target {
  type: "target";
  title: string;
  activation: number[];
}

/** The clip that was remembered: at hand until the server stops, saved only when asked. */
export interface Recorded {
  type: "recorded";
  clip: ClipSheet;
  /** Whether it stopped by itself, as more would take too much memory. */
  reachedLimit: boolean;
}
