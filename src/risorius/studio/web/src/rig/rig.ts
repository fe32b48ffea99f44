// The rig: all that is needed to move one head, read from its file.

import { readCarrier, type Carrier } from "./carry";
import { readContainer, FormatError, type Container } from "./container";
import { Contact } from "./contact/meet";
import { readMixing, readShapes, type Mixing, type Shapes } from "./shapes";
import { Tongue } from "./tongue";

const VERSION = 2;

/** A head that moves; see risorius.skin.Rig. Arrays are over the level-0 vertices of all parts. */
export interface Rig {
  /** Fingerprint of the head that it was baked for. */
  head: string;
  quality: "solved" | "carried";
  /** Along the channel axis of activations. */
  channels: readonly string[];
  /** (n, 3) [mm] */
  rest: Float32Array;
  shapes: Shapes;
  mixing: Mixing;
  carrier: Carrier;
  /** Vertices of the lashes, and those of the lids that they move with. */
  hair: Int32Array;
  root: Int32Array;
  contact: Contact;
  tongue: Tongue;
}

/** Read a rig file; a damaged file or one of another version is refused. */
export async function loadRig(bytes: ArrayBuffer): Promise<Rig> {
  const file = await readContainer(bytes, "RISORIUS RIG");
  const { version } = file.header;
  if (version !== VERSION) {
    throw new FormatError(
      `this is a rig of version ${String(version)}; this page reads version ${VERSION}. Bake the face again.`,
    );
  }
  return assembled(file);
}

function assembled(file: Container): Rig {
  const values = file.header.values as { head: string; quality: "solved" | "carried" };
  const carrier = readCarrier(file);
  return {
    head: values.head,
    quality: values.quality,
    channels: carrier.channels,
    rest: file.get("rest", "f4"),
    shapes: readShapes(file),
    mixing: readMixing(file),
    carrier,
    hair: file.get("hair", "i4"),
    root: file.get("root", "i4"),
    contact: new Contact(file),
    tongue: new Tongue(file, carrier.channels),
  };
}
