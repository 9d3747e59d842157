/**
 * Masks: one byte a pixel, 0 or 1, and what is done to them: grow, shrink, open, close, label.
 *
 * All by running counts along rows and columns, so that a 7×7 costs what a 3×3 costs. Outside the picture counts
 * as the pixel it touches: a thing cut by the edge is not eaten from that side.
 */
import { PLANE_HEIGHT, PLANE_PIXELS, PLANE_WIDTH } from './standing.ts'

const passed = new Uint8Array(PLANE_PIXELS)
const kept = new Uint8Array(PLANE_PIXELS)

/** Sets a pixel when any within `radius` (square) is set. */
export function grow(mask: Uint8Array, out: Uint8Array, radius: number): void {
  for (let row = 0; row < PLANE_HEIGHT; row++)
    growLine(mask, passed, row * PLANE_WIDTH, 1, PLANE_WIDTH, radius)
  for (let column = 0; column < PLANE_WIDTH; column++) {
    growLine(passed, out, column, PLANE_WIDTH, PLANE_HEIGHT, radius)
  }
}

/** Keeps a pixel when all within `radius` (square) are set. */
function shrink(mask: Uint8Array, out: Uint8Array, radius: number): void {
  for (let at = 0; at < PLANE_PIXELS; at++) kept[at] = 1 - mask[at]!
  grow(kept, out, radius)
  for (let at = 0; at < PLANE_PIXELS; at++) out[at] = 1 - out[at]!
}

const between = new Uint8Array(PLANE_PIXELS)

export function open(mask: Uint8Array, out: Uint8Array, radius: number): void {
  shrink(mask, between, radius)
  grow(between, out, radius)
}

export function close(mask: Uint8Array, out: Uint8Array, radius: number): void {
  grow(mask, between, radius)
  shrink(between, out, radius)
}

function growLine(
  from: Uint8Array,
  to: Uint8Array,
  start: number,
  step: number,
  length: number,
  radius: number,
): void {
  // The last set pixel behind and the next one ahead, found in one walk: `reach` is how far a set pixel still colours.
  let reach = 0
  for (let i = 0, at = start; i < length; i++, at += step) {
    if (from[at] !== 0) reach = radius + 1
    to[at] = reach > 0 ? 1 : 0
    reach--
  }
  reach = 0
  for (let i = length - 1, at = start + (length - 1) * step; i >= 0; i--, at -= step) {
    if (from[at] !== 0) reach = radius + 1
    if (reach > 0) to[at] = 1
    reach--
  }
}

/** How many of the nine pixels around (itself among them) are set. */
export function neighbours(mask: Uint8Array, out: Uint8Array): void {
  for (let row = 0; row < PLANE_HEIGHT; row++) {
    const start = row * PLANE_WIDTH
    const end = start + PLANE_WIDTH - 1
    passed[start] = mask[start]! + mask[start + 1]!
    for (let at = start + 1; at < end; at++) passed[at] = mask[at - 1]! + mask[at]! + mask[at + 1]!
    passed[end] = mask[end - 1]! + mask[end]!
  }
  const last = PLANE_PIXELS - PLANE_WIDTH
  for (let column = 0; column < PLANE_WIDTH; column++) {
    out[column] = passed[column]! + passed[column + PLANE_WIDTH]!
    out[last + column] = passed[last + column]! + passed[last + column - PLANE_WIDTH]!
  }
  for (let at = PLANE_WIDTH; at < last; at++) {
    out[at] = passed[at - PLANE_WIDTH]! + passed[at]! + passed[at + PLANE_WIDTH]!
  }
}

const pending = new Int32Array(PLANE_PIXELS)

/** Pixels and extent of a connected part; right and bottom are inclusive. */
export interface Part {
  readonly label: number
  readonly pixels: number
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Numbers 8-connected parts from 1 in `labels`; parts under `pixelsMin` and beyond 255 stay 0. */
export function label(mask: Uint8Array, labels: Uint8Array, pixelsMin: number): Part[] {
  const parts: Part[] = []
  labels.fill(0)
  kept.set(mask)
  for (let seed = 0; seed < PLANE_PIXELS; seed++) {
    if (kept[seed] === 0) continue
    const pixels = flood(kept, seed)
    if (pixels < pixelsMin || parts.length === 255) continue
    parts.push(describe(labels, pixels, parts.length + 1))
  }
  return parts
}

/** Takes the part that holds `seed` out of `mask`; its pixels lie in `pending` afterwards. */
function flood(mask: Uint8Array, seed: number): number {
  let count = 0
  mask[seed] = 0
  pending[count++] = seed
  for (let next = 0; next < count; next++) {
    const at = pending[next]!
    const column = at % PLANE_WIDTH
    const left = column > 0 ? -1 : 0
    const right = column < PLANE_WIDTH - 1 ? 1 : 0
    const above = at >= PLANE_WIDTH ? -PLANE_WIDTH : 0
    const below = at < PLANE_PIXELS - PLANE_WIDTH ? PLANE_WIDTH : 0
    for (let row = above; row <= below; row += PLANE_WIDTH) {
      for (let side = left; side <= right; side++) {
        const neighbour = at + row + side
        if (mask[neighbour] === 0) continue
        mask[neighbour] = 0
        pending[count++] = neighbour
      }
    }
  }
  return count
}

function describe(labels: Uint8Array, pixels: number, number: number): Part {
  let left = PLANE_WIDTH
  let top = PLANE_HEIGHT
  let right = 0
  let bottom = 0
  for (let i = 0; i < pixels; i++) {
    const at = pending[i]!
    labels[at] = number
    const column = at % PLANE_WIDTH
    const row = (at - column) / PLANE_WIDTH
    if (column < left) left = column
    if (column > right) right = column
    if (row < top) top = row
    if (row > bottom) bottom = row
  }
  return { label: number, pixels, left, top, right, bottom }
}
