/**
 * By how much a camera was turned or zoomed since its zones were drawn: found for an alarm, wider than `moved.ts` looks.
 *
 *     commissioning picture ─▶ edges ──────────────────────────┐
 *     present picture ─▶ at each zoom, shrunk or grown ─▶ edges ─┴─▶ likeness at every shift, halves first ─▶ the best
 *
 * A view that is like the commissioning picture where it lies costs one comparison (0.1 ms). Only one that is not is
 * searched: nine zooms, two fifths of the picture each way. Edges, so that light does not count; means of several looks,
 * so that whoever passes does not.
 */
import { edges, likenessAt } from './moved.ts'
import { OUTLOOK_HEIGHT, OUTLOOK_WIDTH } from './outlook.ts'

export interface ViewMove {
  /** Where what was at a place is now: shares of the picture's width and height; right and down are positive. */
  readonly x: number
  readonly y: number
  /** How large a thing is that was 1. */
  readonly zoom: number
  /** Correlation of edges there, and where nothing had moved. */
  readonly likeness: number
  readonly likenessInPlace: number
}

const HALF_WIDTH = OUTLOOK_WIDTH / 2
const HALF_HEIGHT = OUTLOOK_HEIGHT / 2
const ZOOMS = [1, 0.95, 1.05, 0.9, 1.1, 0.85, 1.15, 0.8, 1.25] as const
/** Cells of the halved picture. */
const REACH_X = 32
const REACH_Y = 18
/** A view this like the one of commissioning has not moved: streets by day and by night are 0.73 alike. */
const SAME_MIN = 0.6

export function viewMove(before: Uint8Array, now: Uint8Array): ViewMove {
  const a = edges(before)
  const likenessInPlace = likenessAt(a, edges(now), 0, 0, 1)
  const still = { x: 0, y: 0, zoom: 1, likeness: likenessInPlace, likenessInPlace }
  if (likenessInPlace >= SAME_MIN) return still
  const halfA = halved(a)
  let best: ViewMove = still
  for (const zoom of ZOOMS) {
    const b = edges(zoomed(now, zoom))
    const near = bestHalf(halfA, halved(b))
    const found = around(a, b, 2 * near.x, 2 * near.y)
    if (found.likeness <= best.likeness) continue
    best = {
      ...{ x: (found.x * zoom) / OUTLOOK_WIDTH, y: (found.y * zoom) / OUTLOOK_HEIGHT, zoom },
      ...{ likeness: found.likeness, likenessInPlace },
    }
  }
  return best
}

/** How much there is to compare: the mean edge. A picture without edges says nothing. */
export function edgeOf(luma: Uint8Array): number {
  return edges(luma).reduce((sum, edge) => sum + edge, 0) / luma.length
}

/** The picture as it would be had the camera not been zoomed: from the middle outwards, its edge repeated. */
function zoomed(luma: Uint8Array, zoom: number): Uint8Array {
  if (zoom === 1) return luma
  const out = new Uint8Array(luma.length)
  const [middleX, middleY] = [(OUTLOOK_WIDTH - 1) / 2, (OUTLOOK_HEIGHT - 1) / 2]
  for (let y = 0; y < OUTLOOK_HEIGHT; y++) {
    const fromY = clamped(middleY + (y - middleY) * zoom, OUTLOOK_HEIGHT)
    const top = Math.floor(fromY)
    const down = fromY - top
    for (let x = 0; x < OUTLOOK_WIDTH; x++) {
      const fromX = clamped(middleX + (x - middleX) * zoom, OUTLOOK_WIDTH)
      const left = Math.floor(fromX)
      const across = fromX - left
      const at = top * OUTLOOK_WIDTH + left
      const upper = luma[at]! * (1 - across) + luma[at + 1]! * across
      const lower = luma[at + OUTLOOK_WIDTH]! * (1 - across) + luma[at + OUTLOOK_WIDTH + 1]! * across
      out[y * OUTLOOK_WIDTH + x] = Math.round(upper * (1 - down) + lower * down)
    }
  }
  return out
}

const clamped = (value: number, size: number): number => Math.max(0, Math.min(size - 1.001, value))

function halved(values: Float32Array): Float32Array {
  const out = new Float32Array(HALF_WIDTH * HALF_HEIGHT)
  for (let y = 0; y < HALF_HEIGHT; y++) {
    for (let x = 0; x < HALF_WIDTH; x++) {
      const at = 2 * y * OUTLOOK_WIDTH + 2 * x
      const [upper, lower] = [at, at + OUTLOOK_WIDTH]
      out[y * HALF_WIDTH + x] =
        (values[upper]! + values[upper + 1]! + values[lower]! + values[lower + 1]!) / 4
    }
  }
  return out
}

const HALF = { width: HALF_WIDTH, height: HALF_HEIGHT }

interface Shift {
  readonly x: number
  readonly y: number
  readonly likeness: number
}

function bestHalf(a: Float32Array, b: Float32Array): Shift {
  let best: Shift = { x: 0, y: 0, likeness: -1 }
  for (let y = -REACH_Y; y <= REACH_Y; y++) {
    for (let x = -REACH_X; x <= REACH_X; x++) {
      const likeness = likenessAt(a, b, x, y, 2, HALF)
      if (likeness > best.likeness) best = { x, y, likeness }
    }
  }
  return best
}

function around(a: Float32Array, b: Float32Array, nearX: number, nearY: number): Shift {
  let best: Shift = { x: nearX, y: nearY, likeness: -1 }
  for (let y = nearY - 2; y <= nearY + 2; y++) {
    for (let x = nearX - 2; x <= nearX + 2; x++) {
      const likeness = likenessAt(a, b, x, y, 1)
      if (likeness > best.likeness) best = { x, y, likeness }
    }
  }
  return best
}
