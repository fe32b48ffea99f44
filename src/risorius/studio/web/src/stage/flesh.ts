// Muscles of a moving face: bone and skin take their fibres along, and their bodies form around them.
//
// What `risorius.skin.muscles.Muscles.pose` does, with the rules as products of weights along and across
// the fibres. Nothing is allocated from frame to frame; bodies are formed one after the other, so that what
// one needs is still near at hand.

import type { Band, Muscles } from "./muscles";

const TINY = 1e-9;
/** A body that must grow or shrink by less than this share is not measured again. */
const SLIGHT = 0.005;

export class Flesh {
  /** Vertices of all bodies [mm]. */
  readonly vertices: Float32Array;
  readonly normals: Float32Array;
  /** Directions across the fibres. */
  readonly aside: Float32Array;
  /** How hard each body works, 0..1. */
  readonly work: Float32Array;
  /** Turn (rows of three) and shift [mm] of the jaw. */
  readonly turn = new Float64Array(9);
  readonly shift = new Float64Array(3);
  private readonly column: Int32Array;
  private readonly corners: readonly [number, number, number];
  private readonly still: Float64Array;
  private readonly surfaceNormals: Float32Array;
  private readonly rest: Float32Array;
  private readonly facing: Float32Array;
  private readonly under: Float32Array;
  private readonly outward: Float32Array;
  private readonly spare: Float32Array;
  private readonly moved: Float32Array;
  private readonly grid: Float32Array;
  private readonly across: Float32Array;
  private readonly up: Float32Array;
  private readonly line: Float32Array;
  /** How each vertex swells with work: the belly at the cost of the ends. */
  private readonly belly: Float32Array;
  /** (facet, 4), and where those of each body begin. */
  private readonly facets: Int32Array;
  private readonly facetStart: Int32Array;
  /** At rest [mm3]. */
  private readonly volume: Float64Array;
  /** The quads that fibres lie under. */
  private readonly quads: Int32Array;
  /** (line, row): the first and the last point (not included) that has a weight, band by band. */
  private readonly reach: readonly Int16Array[];
  /** (column, line): what the lines' outward directions count in a column, band by band. */
  private readonly rise: readonly Float32Array[];
  /** Each vertex's normal at rest in its own frame: across the fibres, to the skin, along them. */
  private readonly lean: Float32Array;

  constructor(
    readonly muscles: Muscles,
    /** Level-0 vertices at rest. */
    rest: Float32Array,
    quads: Int32Array,
  ) {
    const { carrier, cast, bodies, bands } = muscles;
    const points = carrier.depth.length;
    const vertices = cast.grid.length;
    const places = cast.hand.length;
    const triples = (count: number) => new Float32Array(3 * count);
    [this.vertices, this.normals, this.aside, this.lean] = [vertices, vertices, vertices, vertices].map(triples);
    [this.rest, this.facing, this.under, this.outward] = [points, points, points, points].map(triples);
    [this.spare, this.moved] = [points, points].map(triples);
    [this.grid, this.across, this.up] = [places, places, places].map(triples);
    const widest = Math.max(...bands.map((band) => band.lines * band.rows));
    this.line = new Float32Array(9 * widest);
    this.reach = bands.map(reachOf);
    this.rise = bands.map(riseOf);
    this.quads = touching(quads, new Set(carrier.corners));
    this.surfaceNormals = new Float32Array(3 * (this.quads.reduce((a, b) => Math.max(a, b)) + 1));
    this.belly = muscles.along.map((along) => Math.sin(Math.PI * along) ** 2 - 0.4);
    this.work = new Float32Array(bodies.length);
    this.volume = new Float64Array(bodies.length);
    const facets = bodies.map((body) => facetsOf(muscles.triangles, body.triangles));
    this.facets = Int32Array.from(facets.flat());
    this.facetStart = new Int32Array(bodies.length + 1);
    facets.forEach((own, b) => (this.facetStart[b + 1] = this.facetStart[b] + own.length));
    this.column = Int32Array.from(
      bodies,
      (body) => 2 * muscles.channels.indexOf(body.channel) + (body.side === "left" ? 0 : 1),
    );
    this.corners = spread(rest, muscles.teeth);
    this.still = frameOf(rest, this.corners, new Float64Array(12));

    this.surface(rest);
    this.rest.set(this.under);
    this.facing.set(this.outward);
    this.carry(rest);
    this.lay();
    for (let b = 0; b < bodies.length; b++) this.volume[b] = this.formed(b, 1);
    this.leanNormals();
    this.turnNormals();
  }

  /** Take the shape (level 0, no head pose) and activations `channel * 2 + side`. */
  pose(shape: Float32Array, activation: Float32Array): void {
    for (let b = 0; b < this.work.length; b++) this.work[b] = Math.min(Math.max(activation[this.column[b]], 0), 1);
    this.carry(shape);
    this.lay();
    for (let b = 0; b < this.work.length; b++) this.keepVolume(b);
    this.turnNormals();
  }

  /** Form a body so thick that it keeps its volume. */
  private keepVolume(b: number): void {
    const { rounds, firmness, swell } = this.muscles.numbers;
    const [least, most] = swell;
    let factor = 1;
    let volume = this.formed(b, factor);
    // Volume goes with about the first power of thickness. Where that matters it is measured once more, which
    // tells the power well enough for the other rounds.
    let power = 1;
    for (let round = 0; round < rounds; round++) {
      const wanted = factor * (this.volume[b] / volume) ** firmness;
      const next = Math.min(Math.max(wanted, least), most);
      if (round === 0 && Math.abs(next - 1) > SLIGHT) {
        const before = volume;
        volume = this.formed(b, next);
        power = Math.log(volume / before) / Math.log(next);
      } else {
        volume *= (next / factor) ** power;
      }
      factor = next;
    }
    this.form(b, factor);
  }

  /** Where the skin would have the fibres' points, and its normals there. */
  private surface(shape: Float32Array): void {
    const { corners, weights, depth } = this.muscles.carrier;
    quadNormals(this.quads, shape, this.surfaceNormals);
    const { under, outward, surfaceNormals } = this;
    for (let k = 0; k < depth.length; k++) {
      let x = 0, y = 0, z = 0, nx = 0, ny = 0, nz = 0;
      for (let c = 3 * k; c < 3 * k + 3; c++) {
        const w = weights[c];
        const i = 3 * corners[c];
        x += w * shape[i];
        y += w * shape[i + 1];
        z += w * shape[i + 2];
        nx += w * surfaceNormals[i];
        ny += w * surfaceNormals[i + 1];
        nz += w * surfaceNormals[i + 2];
      }
      const scale = 1 / Math.max(Math.sqrt(nx * nx + ny * ny + nz * nz), TINY);
      const i = 3 * k;
      outward[i] = nx * scale;
      outward[i + 1] = ny * scale;
      outward[i + 2] = nz * scale;
      under[i] = x - depth[k] * outward[i];
      under[i + 1] = y - depth[k] * outward[i + 1];
      under[i + 2] = z - depth[k] * outward[i + 2];
    }
  }

  /** Move the fibres' points: ends follow bone and skin, what lies between glides. */
  private carry(shape: Float32Array): void {
    const { carrier, knots, numbers } = this.muscles;
    const { under, outward, rest, moved, facing, turn, shift } = this;
    this.surface(shape);
    this.followJaw(shape);
    // Folds of the skin are finer than a muscle, which does not follow every one.
    for (let i = 0; i < under.length; i++) under[i] -= rest[i];
    this.calm(under);
    this.calm(outward);
    unit(outward);

    // Until their ends are needed, `moved` holds where those would go.
    moved.set(under);
    for (let k = 0; k < carrier.depth.length; k++) {
      const i = 3 * k;
      if (carrier.kept[k]) moved[i] = moved[i + 1] = moved[i + 2] = 0;
      else if (carrier.chewed[k]) {
        for (let a = 0; a < 3; a++) moved[i + a] = turned(turn, rest, i, a) + shift[a] - rest[i + a];
      }
    }
    const way = this.spare;
    for (let k = 0; k < carrier.depth.length; k++) {
      const first = 3 * carrier.first[k], last = 3 * carrier.last[k];
      const part = carrier.part[k], hold = carrier.hold[k];
      for (let a = 0; a < 3; a++) {
        const glide = (1 - part) * moved[first + a] + part * moved[last + a];
        way[3 * k + a] = (1 - hold) * glide + hold * under[3 * k + a];
      }
    }
    // What meets in a knot goes where the knot goes.
    moved.set(way);
    for (const knot of knots) {
      for (let a = 0; a < 3; a++) {
        let mean = 0;
        for (const end of knot.ends) mean += way[3 * end + a];
        mean /= knot.ends.length;
        for (let j = 0; j < knot.points.length; j++) {
          const pulled = numbers.knotted * (mean - way[3 * knot.ends[knot.end[j]] + a]);
          moved[3 * knot.points[j] + a] += knot.share[j] * pulled;
        }
      }
    }
    for (let k = 0; k < carrier.depth.length; k++) {
      const i = 3 * k;
      // A strand that shortens glides over its bone, not into it.
      if (carrier.backed[k] > 0) {
        const jaw = carrier.onJaw[k] === 1;
        let sunk = 0;
        for (let a = 0; a < 3; a++) {
          const bone = jaw ? turned(turn, rest, i, a) + shift[a] : rest[i + a];
          sunk -= (rest[i + a] + moved[i + a] - bone) * (jaw ? turned(turn, facing, i, a) : facing[i + a]);
        }
        const lift = carrier.backed[k] * Math.max(sunk - numbers.slack, 0);
        for (let a = 0; a < 3; a++) moved[i + a] += lift * (jaw ? turned(turn, facing, i, a) : facing[i + a]);
      }
      // What hangs in the skin keeps its depth under it, however far it glides.
      if (carrier.hung[k] > 0) {
        let off = 0;
        for (let a = 0; a < 3; a++) off += (moved[i + a] - under[i + a]) * outward[i + a];
        for (let a = 0; a < 3; a++) moved[i + a] -= off * carrier.hung[k] * outward[i + a];
      }
      for (let a = 0; a < 3; a++) moved[i + a] += rest[i + a];
      const fixed = carrier.outward;
      if (fixed[i] || fixed[i + 1] || fixed[i + 2]) for (let a = i; a < i + 3; a++) outward[a] = fixed[a];
    }
  }

  /** Three means over neighbours along each fibre; its ends stay themselves. */
  private calm(values: Float32Array): void {
    const { first, last } = this.muscles.carrier;
    for (let start = 0; start < first.length; ) {
      const stop = last[start];
      for (let pass = 0; pass < 3; pass++) {
        for (let a = 0; a < 3; a++) {
          let before = values[3 * start + a];
          for (let k = start + 1; k < stop; k++) {
            const own = values[3 * k + a];
            values[3 * k + a] = 0.25 * before + 0.5 * own + 0.25 * values[3 * k + 3 + a];
            before = own;
          }
        }
      }
      start = stop + 1;
    }
  }

  /** The lower teeth are rigid: three of their vertices tell where the jaw is. */
  private followJaw(shape: Float32Array): void {
    const now = frameOf(shape, this.corners, this.scratch);
    const { turn, shift, still } = this;
    for (let r = 0; r < 3; r++) {
      for (let c = 0; c < 3; c++) {
        turn[3 * r + c] = now[r] * still[c] + now[3 + r] * still[3 + c] + now[6 + r] * still[6 + c];
      }
    }
    for (let r = 0; r < 3; r++) {
      shift[r] = now[9 + r] - (turn[3 * r] * still[9] + turn[3 * r + 1] * still[10] + turn[3 * r + 2] * still[11]);
    }
  }
  private readonly scratch = new Float64Array(12);

  /** Lay the grids along and across the fibres, with their directions across and to the skin. */
  private lay(): void {
    const { bands } = this.muscles;
    for (let b = 0, first = 0; b < bands.length; b++) {
      this.layBand(bands[b], this.reach[b], this.rise[b], first);
      first += bands[b].rows * bands[b].columns;
    }
  }

  private layBand(band: Band, reach: Int16Array, rise: Float32Array, first: number): void {
    const { rows, columns, lines, count, point, along, heading, across } = band;
    const { moved, outward, line, grid, up, across: aside } = this;
    const { hand } = this.muscles.cast;
    const step = 9 * lines;
    // Place, heading and outward direction of each line in each row.
    for (let f = 0, n = 0; f < lines; f++) {
      for (let r = 0; r < rows; r++, n++) {
        let x = 0, y = 0, z = 0, hx = 0, hy = 0, hz = 0, ox = 0, oy = 0, oz = 0;
        for (let k = reach[2 * n], stop = reach[2 * n + 1]; k < stop; k++) {
          const i = 3 * point[f * count + k];
          const a = along[n * count + k], h = heading[n * count + k];
          x += a * moved[i];
          y += a * moved[i + 1];
          z += a * moved[i + 2];
          hx += h * moved[i];
          hy += h * moved[i + 1];
          hz += h * moved[i + 2];
          ox += a * outward[i];
          oy += a * outward[i + 1];
          oz += a * outward[i + 2];
        }
        const at = step * r + 9 * f;
        line[at] = x;
        line[at + 1] = y;
        line[at + 2] = z;
        line[at + 3] = hx;
        line[at + 4] = hy;
        line[at + 5] = hz;
        line[at + 6] = ox;
        line[at + 7] = oy;
        line[at + 8] = oz;
      }
    }
    // Outward directions are means over neighbouring rows.
    for (let f = 0; f < lines; f++) {
      for (let a = 9 * f + 6; a < 9 * f + 9; a++) {
        let before = 0;
        for (let r = 0, at = a; r < rows; r++, at += step) {
          const own = line[at];
          const isLast = r === rows - 1;
          const near = 1 + (r > 0 ? 1 : 0) + (isLast ? 0 : 1);
          line[at] = (before + own + (isLast ? 0 : line[at + step])) / near;
          before = own;
        }
      }
    }
    for (let r = 0, n = first; r < rows; r++) {
      for (let c = 0; c < columns; c++, n++) {
        let x = 0, y = 0, z = 0, tx = 0, ty = 0, tz = 0, ux = 0, uy = 0, uz = 0;
        for (let f = 0, at = step * r; f < lines; f++, at += 9) {
          const w = across[c * lines + f], o = rise[c * lines + f];
          x += w * line[at];
          y += w * line[at + 1];
          z += w * line[at + 2];
          tx += w * line[at + 3];
          ty += w * line[at + 4];
          tz += w * line[at + 5];
          ux += o * line[at + 6];
          uy += o * line[at + 7];
          uz += o * line[at + 8];
        }
        const g = 3 * n;
        grid[g] = x;
        grid[g + 1] = y;
        grid[g + 2] = z;
        // The frame: along the fibres, to the skin and across, square to each other.
        const run = 1 / Math.max(Math.sqrt(tx * tx + ty * ty + tz * tz), TINY);
        tx *= run;
        ty *= run;
        tz *= run;
        const dot = ux * tx + uy * ty + uz * tz;
        ux -= dot * tx;
        uy -= dot * ty;
        uz -= dot * tz;
        const high = 1 / Math.max(Math.sqrt(ux * ux + uy * uy + uz * uz), TINY);
        ux *= high;
        uy *= high;
        uz *= high;
        up[g] = ux;
        up[g + 1] = uy;
        up[g + 2] = uz;
        const h = hand[n];
        aside[g] = (ty * uz - tz * uy) * h;
        aside[g + 1] = (tz * ux - tx * uz) * h;
        aside[g + 2] = (tx * uy - ty * ux) * h;
      }
    }
  }

  /** Give the grid of a body its thickness. */
  private form(b: number, factor: number): void {
    const { cast, bodies, numbers } = this.muscles;
    const { vertices, grid, across, up, belly } = this;
    const { grid: place, beyond, shift, half } = cast;
    const bulge = numbers.bulge * this.work[b];
    const [start, stop] = bodies[b].vertices;
    for (let v = start; v < stop; v++) {
      const thick = factor * (1 + bulge * belly[v]);
      const beside = beyond[v] * Math.sqrt(thick);
      const high = shift[v] + thick * half[v];
      const g = 3 * place[v];
      const i = 3 * v;
      vertices[i] = grid[g] + beside * across[g] + high * up[g];
      vertices[i + 1] = grid[g + 1] + beside * across[g + 1] + high * up[g + 1];
      vertices[i + 2] = grid[g + 2] + beside * across[g + 2] + high * up[g + 2];
    }
  }

  /** Form a body and return its volume [mm3]. */
  private formed(b: number, factor: number): number {
    this.form(b, factor);
    const { vertices, facets, facetStart } = this;
    let six = 0;
    for (let f = facetStart[b], stop = facetStart[b + 1]; f < stop; f += 4) {
      const i = facets[f], j = facets[f + 1], k = facets[f + 2], l = facets[f + 3];
      // Both halves at once: a . (b x c) + a . (c x d).
      const bx = vertices[j] - vertices[l];
      const by = vertices[j + 1] - vertices[l + 1];
      const bz = vertices[j + 2] - vertices[l + 2];
      const cx = vertices[k], cy = vertices[k + 1], cz = vertices[k + 2];
      six +=
        vertices[i] * (by * cz - bz * cy) +
        vertices[i + 1] * (bz * cx - bx * cz) +
        vertices[i + 2] * (bx * cy - by * cx);
    }
    return six / 6;
  }

  /** Note the normals at rest in the frames of the grid: they keep their place there in every pose. */
  private leanNormals(): void {
    const { triangles, cast } = this.muscles;
    const { vertices, lean, across, up } = this;
    const sums = new Float32Array(vertices.length);
    for (let t = 0; t < triangles.length; t += 3) {
      const i = 3 * triangles[t], j = 3 * triangles[t + 1], k = 3 * triangles[t + 2];
      const [ux, uy, uz] = [0, 1, 2].map((a) => vertices[j + a] - vertices[i + a]);
      const [vx, vy, vz] = [0, 1, 2].map((a) => vertices[k + a] - vertices[i + a]);
      const normal = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
      for (const at of [i, j, k]) for (let a = 0; a < 3; a++) sums[at + a] += normal[a];
    }
    unit(sums);
    for (let v = 0; v < cast.grid.length; v++) {
      const i = 3 * v, g = 3 * cast.grid[v];
      for (let a = 0; a < 3; a++) {
        const b = (a + 1) % 3;
        const c = (a + 2) % 3;
        lean[i] += sums[i + a] * across[g + a];
        lean[i + 1] += sums[i + a] * up[g + a];
        lean[i + 2] += sums[i + a] * (across[g + b] * up[g + c] - across[g + c] * up[g + b]);
      }
    }
  }

  private turnNormals(): void {
    const { cast } = this.muscles;
    const { across, up, lean, normals: out, aside } = this;
    for (let v = 0; v < cast.grid.length; v++) {
      const i = 3 * v;
      const g = 3 * cast.grid[v];
      const ax = across[g], ay = across[g + 1], az = across[g + 2];
      const ux = up[g], uy = up[g + 1], uz = up[g + 2];
      const p = lean[i], q = lean[i + 1], r = lean[i + 2];
      out[i] = p * ax + q * ux + r * (ay * uz - az * uy);
      out[i + 1] = p * ay + q * uy + r * (az * ux - ax * uz);
      out[i + 2] = p * az + q * uz + r * (ax * uy - ay * ux);
      // Which way the columns count: `hand` turns the frame, not the fibres.
      aside[i] = ax;
      aside[i + 1] = ay;
      aside[i + 2] = az;
    }
  }
}

/** The first and the last point (not included) with a weight, of each line in each row. */
function reachOf({ rows, lines, count, along, heading }: Band): Int16Array {
  const reach = new Int16Array(2 * lines * rows);
  for (let n = 0; n < lines * rows; n++) {
    const weighs = (k: number): boolean => along[n * count + k] !== 0 || heading[n * count + k] !== 0;
    let first = 0, last = count;
    while (first < last && !weighs(first)) first++;
    while (last > first && !weighs(last - 1)) last--;
    reach.set([first, last], 2 * n);
  }
  return reach;
}

/** Columns of a sheet have the outward directions of their own places; those of other bands the row's mean. */
function riseOf({ columns, lines, across, isSheet }: Band): Float32Array {
  if (isSheet) return across;
  const mean = new Float32Array(lines);
  for (let n = 0; n < across.length; n++) mean[n % lines] += across[n] / columns;
  return across.map((_, n) => mean[n % lines]);
}

/** The quads that have a corner among some vertices. */
function touching(quads: Int32Array, vertices: ReadonlySet<number>): Int32Array {
  return quads.filter((_, k) => quads.subarray(k & ~3, (k & ~3) + 4).some((v) => vertices.has(v)));
}

/**
 * A body's surface as facets of four places in the array of coordinates: the halves a b c and a c d. A triangle
 * that is no neighbour of the next one is a facet by itself, with an empty second half.
 */
function facetsOf(triangles: Int16Array, [start, stop]: readonly [number, number]): number[] {
  const corner = (t: number, k: number): number => 3 * triangles[3 * t + (k % 3)];
  const facets: number[] = [];
  for (let t = start; t < stop; t++) {
    let facet = [corner(t, 0), corner(t, 1), corner(t, 2), corner(t, 0)];
    for (let k = 0; t + 1 < stop && k < 9; k++) {
      const [a, b, c] = [0, 1, 2].map((n) => corner(t, k + n));
      const turn = Math.floor(k / 3);
      if (corner(t + 1, turn) !== a || corner(t + 1, turn + 1) !== c) continue;
      facet = [a, b, c, corner(t + 1, turn + 2)];
      t++;
      break;
    }
    facets.push(...facet);
  }
  return facets;
}

/** Normals that prefer no diagonal of a quad and so no side of the face. */
function quadNormals(quads: Int32Array, points: Float32Array, out: Float32Array): void {
  out.fill(0);
  for (let q = 0; q < quads.length; q += 4) {
    const a = 3 * quads[q], b = 3 * quads[q + 1], c = 3 * quads[q + 2], d = 3 * quads[q + 3];
    const ux = points[c] - points[a], uy = points[c + 1] - points[a + 1], uz = points[c + 2] - points[a + 2];
    const vx = points[d] - points[b], vy = points[d + 1] - points[b + 1], vz = points[d + 2] - points[b + 2];
    const x = uy * vz - uz * vy, y = uz * vx - ux * vz, z = ux * vy - uy * vx;
    for (let k = q; k < q + 4; k++) {
      const at = 3 * quads[k];
      out[at] += x;
      out[at + 1] += y;
      out[at + 2] += z;
    }
  }
  unit(out);
}

function turned(turn: Float64Array, points: Float32Array, i: number, row: number): number {
  return turn[3 * row] * points[i] + turn[3 * row + 1] * points[i + 1] + turn[3 * row + 2] * points[i + 2];
}

function unit(vectors: Float32Array): void {
  for (let i = 0; i < vectors.length; i += 3) {
    const x = vectors[i], y = vectors[i + 1], z = vectors[i + 2];
    const scale = 1 / Math.max(Math.sqrt(x * x + y * y + z * z), TINY);
    vectors[i] = x * scale;
    vectors[i + 1] = y * scale;
    vectors[i + 2] = z * scale;
  }
}

/** Three vertices of a rigid part that lie far apart. */
function spread(points: Float32Array, [start, stop]: readonly [number, number]): [number, number, number] {
  let left = start, right = start, front = start;
  for (let v = start; v < stop; v++) {
    if (points[3 * v] > points[3 * left]) left = v;
    if (points[3 * v] < points[3 * right]) right = v;
    if (points[3 * v + 2] > points[3 * front + 2]) front = v;
  }
  return [left, right, front];
}

/** Fill three axes (as columns one after the other) and the origin of a triangle. */
function frameOf(points: Float32Array, corners: readonly number[], out: Float64Array): Float64Array {
  const a = 3 * corners[0], b = 3 * corners[1], c = 3 * corners[2];
  let x = points[b] - points[a], y = points[b + 1] - points[a + 1], z = points[b + 2] - points[a + 2];
  let size = 1 / Math.hypot(x, y, z);
  out[0] = x * size;
  out[1] = y * size;
  out[2] = z * size;
  [x, y, z] = [points[c] - points[a], points[c + 1] - points[a + 1], points[c + 2] - points[a + 2]];
  const dot = x * out[0] + y * out[1] + z * out[2];
  x -= dot * out[0];
  y -= dot * out[1];
  z -= dot * out[2];
  size = 1 / Math.hypot(x, y, z);
  out[3] = x * size;
  out[4] = y * size;
  out[5] = z * size;
  out[6] = out[1] * out[5] - out[2] * out[4];
  out[7] = out[2] * out[3] - out[0] * out[5];
  out[8] = out[0] * out[4] - out[1] * out[3];
  for (let k = 0; k < 3; k++) out[9 + k] = (points[a + k] + points[b + k] + points[c + k]) / 3;
  return out;
}
