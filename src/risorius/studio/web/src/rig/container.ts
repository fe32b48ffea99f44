// The binary form of rigs and heads: a JSON header, then arrays as deflated planes of bytes.
// docs/rig-format.md describes it.

const TYPES = {
  f4: Float32Array,
  f8: Float64Array,
  i1: Int8Array,
  i2: Int16Array,
  i4: Int32Array,
  u1: Uint8Array,
};

const FRONT = 24; // magic, length of the header, checksum

type Kinds = typeof TYPES;
export type Kind = keyof Kinds;
export type Numbers<K extends Kind = Kind> = InstanceType<Kinds[K]>;

interface Entry {
  type: Kind;
  shape: number[];
  start: number;
  length: number;
}

interface Stored {
  type: Kind;
  shape: readonly number[];
  values: Numbers;
}

/** A file that is not what it should be; the message is fit to be shown. */
export class FormatError extends Error {
  override name = "FormatError";
}

/** A header and the arrays that it names. */
export class Container {
  constructor(
    readonly header: Readonly<Record<string, unknown>>,
    private readonly stored: ReadonlyMap<string, Stored>,
  ) {}

  /** Return an array of a type; anything else under that name is an error. */
  get<K extends Kind>(name: string, type: K): Numbers<K> {
    const found = this.entry(name);
    if (found.type !== type) throw new FormatError(`${name} is of type ${found.type}, not ${type}.`);
    return found.values as Numbers<K>;
  }

  /** Return an array as 32-bit numbers, times its step where the header names one. */
  scaled(name: string): Float32Array {
    const { values } = this.entry(name);
    const scales = (this.header.scales ?? {}) as Record<string, number>;
    const step = scales[name];
    if (step === undefined) return Float32Array.from(values);
    return Float32Array.from(values, (value) => value * Math.fround(step));
  }

  shape(name: string): readonly number[] {
    return this.entry(name).shape;
  }

  get names(): string[] {
    return [...this.stored.keys()];
  }

  private entry(name: string): Stored {
    const found = this.stored.get(name);
    if (!found) throw new FormatError(`the file holds no ${name}.`);
    return found;
  }
}

/** Read a container that begins with `magic`; the checksum must hold. */
export async function readContainer(bytes: ArrayBuffer, magic: string): Promise<Container> {
  const whole = new Uint8Array(bytes);
  const start = new TextDecoder("latin1").decode(whole.subarray(0, magic.length + 1));
  if (whole.length < FRONT || start !== `${magic}\n`) throw new FormatError(`this is no ${magic} file.`);
  const view = new DataView(bytes);
  const body = whole.subarray(FRONT);
  const length = view.getUint32(16, true);
  if (crc32(body) !== view.getUint32(20, true)) {
    throw new FormatError("the file is damaged: its checksum is not that of its content. Load it again.");
  }
  const header = JSON.parse(new TextDecoder().decode(body.subarray(0, length))) as Record<string, unknown>;
  const entries = Object.entries(header.arrays as Record<string, Entry>);
  const stored = await Promise.all(
    entries.map(async ([name, entry]): Promise<[string, Stored]> => {
      const begin = length + entry.start;
      const planes = await inflate(body.slice(begin, begin + entry.length));
      return [name, { type: entry.type, shape: entry.shape, values: joined(planes, entry) }];
    }),
  );
  return new Container(header, new Map(stored));
}

async function inflate(deflated: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Put the planes of a stream, first bytes of all numbers first, together again. */
function joined(planes: Uint8Array, { type, shape }: Entry): Numbers {
  const make = TYPES[type];
  if (!make) throw new FormatError(`numbers of type ${type} are unknown to this page. Reload it.`);
  const size = make.BYTES_PER_ELEMENT;
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (planes.length !== count * size) throw new FormatError("an array of the file has the wrong length.");
  const numbers = new Uint8Array(count * size);
  for (let plane = 0; plane < size; plane++) {
    const first = plane * count;
    for (let k = 0; k < count; k++) numbers[k * size + plane] = planes[first + k]!;
  }
  return new make(numbers.buffer);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1;
  return rest;
});

function crc32(bytes: Uint8Array): number {
  let rest = 0xffffffff;
  for (let k = 0; k < bytes.length; k++) rest = CRC_TABLE[(rest ^ bytes[k]!) & 255]! ^ (rest >>> 8);
  return ~rest >>> 0;
}
