// Skin on skin: two surfaces that face each other, how far they overlap and how they part.

import type { Container } from "../container";

/** An edge is taken to fall off no more steeply than this, so that nothing jumps. */
const STEEPEST = 3;
/** Least width of a column [mm]. */
const NARROWEST = 0.2;
/** More than anything here measures [mm]. */
const FAR = 1e6;
/** How often single vertices give way. */
const EXACT = 2;

/** A patch from corner to corner and from inside to outside, as places in the slit's list. */
interface Patch {
  grid: Int32Array;
  columns: number;
  rows: number;
  /** Column of the other side that each column faces at rest. */
  guess: Int32Array;
  /** Place along the slit of each vertex of the list, growing from column to column. */
  line: Float32Array;
}

/** Lip on lip or lid on lid, at one level; see risorius.skin.contact.Slit. */
export class Slit {
  private readonly vertex: Int32Array;
  private readonly sign: Float32Array;
  private readonly inset: Float32Array;
  private readonly station: Float32Array;
  private readonly give: Float32Array;
  private readonly frame: Float32Array;
  private readonly yields: number;
  private readonly upper: Patch;
  private readonly lower: Patch;
  // What one frame needs, kept from frame to frame: along, across and in depth of every vertex.
  private readonly along: Float32Array;
  private readonly across: Float32Array;
  private readonly depth: Float32Array;
  private readonly value: Float32Array;
  private readonly way: Float32Array;
  private readonly deep: Float32Array;
  private readonly top: Float32Array;
  private readonly curve: Float32Array;
  private readonly wide: Float32Array;

  constructor(file: Container, path: string) {
    this.vertex = file.get(`${path}.vertex`, "i4");
    this.sign = file.get(`${path}.sign`, "f4");
    this.inset = file.get(`${path}.inset`, "f4");
    this.station = file.get(`${path}.station`, "f4");
    this.give = file.get(`${path}.give`, "f4");
    this.frame = file.get(`${path}.frame`, "f4");
    this.yields = (file.header.values as Record<string, number>)[`${path}.yields`];
    this.upper = readPatch(file, path, "upper");
    this.lower = readPatch(file, path, "lower");
    const count = this.vertex.length;
    this.along = new Float32Array(count);
    this.across = new Float32Array(count);
    this.depth = new Float32Array(count);
    this.value = new Float32Array(count);
    this.way = new Float32Array(count);
    this.deep = new Float32Array(count);
    this.top = new Float32Array(Math.max(this.upper.columns, this.lower.columns));
    this.curve = new Float32Array(this.upper.columns);
    this.wide = new Float32Array(this.upper.columns);
  }

  /** Move what overlaps apart, in place, until nothing is left. */
  part(points: Float32Array): void {
    this.settle(points, this.yields);
  }

  /** Move single vertices that still overlap out of the other side, in place. */
  finish(points: Float32Array): void {
    this.settle(points, 0);
  }

  /** First whole lips give way, `yields` times, then single vertices. */
  private settle(points: Float32Array, yields: number): void {
    const { value, sign, across, inset, way, deep } = this;
    const count = this.vertex.length;
    this.put(points);
    way.fill(0);
    deep.fill(0);
    for (let i = 0; i < count; i++) value[i] = sign[i] * across[i] - inset[i];
    this.lineUp(this.upper);
    this.lineUp(this.lower);
    let moved = false;
    for (let turn = 0; turn < yields + EXACT; turn++) {
      if (this.overlaps(turn > 0) <= 0) break;
      moved = true;
      if (turn < yields) {
        this.yieldWhole();
        continue;
      }
      // In the last turn each side gives way by all of it: then nothing is left.
      const part = turn === yields + EXACT - 1 ? 1 : 0.5;
      for (let i = 0; i < count; i++) {
        if (deep[i] > 0) {
          way[i] += part * deep[i];
          value[i] -= part * deep[i];
        }
      }
    }
    if (moved) this.write(points);
  }

  /** Take coordinates along the slit, across it (the way the sides part) and in depth. */
  private put(points: Float32Array): void {
    const { frame, vertex, along, across, depth } = this;
    const radius = frame[12];
    for (let i = 0; i < vertex.length; i++) {
      const v = 3 * vertex[i];
      const x = points[v] - frame[0];
      const y = points[v + 1] - frame[1];
      const z = points[v + 2] - frame[2];
      const up = x * frame[6] + y * frame[7] + z * frame[8];
      const ahead = x * frame[9] + y * frame[10] + z * frame[11];
      along[i] = x * frame[3] + y * frame[4] + z * frame[5];
      across[i] = radius > 0 ? radius * Math.atan2(up, ahead) : up;
      depth[i] = radius > 0 ? Math.sqrt(up * up + ahead * ahead) : ahead;
    }
  }

  /** Fill a patch's line. Where a row folds back on itself, the fold counts as a point. */
  private lineUp({ grid, columns, rows, line }: Patch): void {
    const along = this.along;
    const left = (columns - 1) >> 1;
    const right = columns >> 1;
    for (let r = 0; r < rows; r++) {
      let here = grid[left * rows + r];
      line[here] = along[here];
      here = grid[right * rows + r];
      line[here] = along[here];
      for (let c = right + 1; c < columns; c++) {
        here = grid[c * rows + r];
        line[here] = Math.max(along[here], line[grid[(c - 1) * rows + r]] + NARROWEST);
      }
      for (let c = left - 1; c >= 0; c--) {
        here = grid[c * rows + r];
        line[here] = Math.min(along[here], line[grid[(c + 1) * rows + r]] - NARROWEST);
      }
    }
  }

  /**
   * Fill `deep` with how far each vertex reaches into the other side; return the most.
   * `again`: the surfaces have moved apart since, so that what was free still is.
   */
  private overlaps(again: boolean): number {
    const { value, deep, top } = this;
    let most = 0;
    for (let side = 0; side < 2; side++) {
      const mine = side === 0 ? this.upper : this.lower;
      const other = side === 0 ? this.lower : this.upper;
      this.bound(other);
      for (let c = 1; c < mine.columns - 1; c++) {
        const g = mine.guess[c];
        let bound = top[g];
        for (let j = Math.max(g - 4, 0); j < Math.min(g + 6, other.columns); j++) {
          bound = Math.max(bound, top[j]);
        }
        for (let r = 0; r < mine.rows; r++) {
          const i = mine.grid[c * mine.rows + r];
          if (again && deep[i] === 0) continue;
          deep[i] = 0;
          if (bound + value[i] > 0) {
            deep[i] = Math.max(this.envelope(other, g, this.along[i], this.depth[i]) + value[i], 0);
            most = Math.max(most, deep[i]);
          }
        }
      }
    }
    return most;
  }

  /** Fill `top` with the outermost value of every column of a patch. */
  private bound({ grid, columns, rows }: Patch): void {
    const { top, value } = this;
    for (let j = 0; j < columns; j++) {
      let highest = value[grid[j * rows]];
      for (let r = 1; r < rows; r++) highest = Math.max(highest, value[grid[j * rows + r]]);
      top[j] = highest;
    }
  }

  /**
   * The outermost value of a surface at a place, the edges falling off steeply. The surface is cut
   * across the slit there; the cut meets rows and, where the mesh is slanted, columns.
   */
  private envelope(patch: Patch, column: number, along: number, depth: number): number {
    const { grid, rows, line } = patch;
    const { depth: depths, value } = this;
    const last = patch.columns - 2;
    let highest = -FAR;
    let d0 = 0;
    let v0 = 0;
    let j = column;
    for (let r = 0; r < rows; r++) {
      const before = j;
      while (j < last && along > line[grid[(j + 1) * rows + r]]) j++;
      while (j > 0 && along < line[grid[j * rows + r]]) j--;
      if (r > 0 && j !== before) {
        const step = j > before ? 1 : -1;
        let k = before + ((step + 1) >> 1);
        for (let n = Math.abs(j - before); n > 0; n--, k += step) {
          const a = grid[k * rows + r - 1];
          const b = grid[k * rows + r];
          const slant = line[b] - line[a];
          if (slant === 0) continue;
          const w = Math.min(Math.max((along - line[a]) / slant, 0), 1);
          const d1 = depths[a] + w * (depths[b] - depths[a]);
          const v1 = value[a] + w * (value[b] - value[a]);
          highest = Math.max(highest, reaches(d0, v0, d1, v1, depth));
          d0 = d1;
          v0 = v1;
        }
      }
      const a = grid[j * rows + r];
      const b = grid[(j + 1) * rows + r];
      const w = Math.min(Math.max((along - line[a]) / (line[b] - line[a]), 0), 1);
      const d1 = depths[a] + w * (depths[b] - depths[a]);
      const v1 = value[a] + w * (value[b] - value[a]);
      if (r === 0) {
        d0 = d1;
        v0 = v1;
      }
      highest = Math.max(highest, reaches(d0, v0, d1, v1, depth));
      d0 = d1;
      v0 = v1;
    }
    return highest;
  }

  /** Let both sides give way along the line of contact by what overlaps there. */
  private yieldWhole(): void {
    const { upper, lower, curve, wide, deep, station, give, way, value } = this;
    const n = upper.columns;
    for (let c = 0; c < n; c++) {
      let most = 0;
      for (let r = 0; r < upper.rows; r++) most = Math.max(most, deep[upper.grid[c * upper.rows + r]]);
      curve[c] = most;
    }
    for (let j = 1; j < lower.columns - 1; j++) {
      let mine = 0;
      for (let r = 0; r < lower.rows; r++) mine = Math.max(mine, deep[lower.grid[j * lower.rows + r]]);
      const at = station[lower.grid[j * lower.rows]];
      const c = Math.min(Math.trunc(at), n - 2);
      curve[c] = Math.max(curve[c], mine * (1 - (at - c)));
      curve[c + 1] = Math.max(curve[c + 1], mine * (at - c));
    }
    // The flesh cannot bend at will; but where nothing overlaps, nothing parts.
    wide.set(curve);
    for (let c = 0; c < n; c++) {
      const mean = 0.5 * wide[c] + 0.25 * (wide[Math.max(c - 1, 0)] + wide[Math.min(c + 1, n - 1)]);
      curve[c] = Math.min(mean, wide[c]);
    }
    for (let i = 0; i < way.length; i++) {
      const c = Math.min(Math.trunc(station[i]), n - 2);
      const step = 0.5 * give[i] * (curve[c] + (station[i] - c) * (curve[c + 1] - curve[c]));
      way[i] += step;
      value[i] -= step;
    }
  }

  /** Move the vertices by the way that they gave. */
  private write(points: Float32Array): void {
    const { frame, vertex, sign, way } = this;
    const radius = frame[12];
    for (let i = 0; i < vertex.length; i++) {
      if (way[i] === 0) continue;
      const v = 3 * vertex[i];
      let rise = -sign[i] * way[i];
      let forth = 0;
      if (radius > 0) {
        const x = points[v] - frame[0];
        const y = points[v + 1] - frame[1];
        const z = points[v + 2] - frame[2];
        const up = x * frame[6] + y * frame[7] + z * frame[8];
        const ahead = x * frame[9] + y * frame[10] + z * frame[11];
        const c = Math.cos(rise / radius) - 1;
        const s = Math.sin(rise / radius);
        rise = up * c + ahead * s;
        forth = ahead * c - up * s;
      }
      for (let a = 0; a < 3; a++) points[v + a] += rise * frame[6 + a] + forth * frame[9 + a];
    }
  }
}

function readPatch(file: Container, path: string, name: "upper" | "lower"): Patch {
  const [columns, rows] = file.shape(`${path}.${name}`) as [number, number];
  return {
    grid: file.get(`${path}.${name}`, "i4"),
    columns,
    rows,
    guess: file.get(`${path}.${name}_guess`, "i4"),
    line: new Float32Array(file.shape(`${path}.vertex`)[0]),
  };
}

/** The value of the stretch from (d0, v0) to (d1, v1), falling off beyond the latter. */
function reaches(d0: number, v0: number, d1: number, v1: number, depth: number): number {
  const here = v1 - STEEPEST * Math.abs(depth - d1);
  if ((depth - d0) * (depth - d1) >= 0) return here;
  return Math.max(here, v0 + ((v1 - v0) * (depth - d0)) / (d1 - d0));
}
