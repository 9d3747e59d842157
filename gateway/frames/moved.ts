/**
 * By how much a camera's view has moved since its zones were drawn.
 *
 *     commissioning picture ─▶ edges ─┐
 *     still of the act      ─▶ edges ─┴─▶ likeness at every shift, coarse then fine ─▶ the best one, and how like it is
 *
 * Edges, not brightness: the street of noon is compared with that of the night. The most that can be found is a tenth
 * of the picture; beyond that, or turned, or zoomed, no shift is like it, and that is said instead of a number. Right to
 * half a pixel of 720p, 3 ms.
 */
import { OUTLOOK_HEIGHT, OUTLOOK_WIDTH } from './outlook.ts'

export interface Move {
  /** Shares of the picture's width. */
  readonly x: number
  readonly y: number
  /** Correlation of the edges at that shift; 1 is the same picture. */
  readonly likeness: number
}

/**
 * Below this no shift makes one picture out of the other. Eight streets: 0.06 to 0.21 with one another, 0.49 to 0.99 with
 * themselves 5 s later, lorries and all, 0.73 by day and by night; turned by 2° 0.36, by 15° 0.24.
 */
export const LIKENESS_MIN = 0.3
const REACH = 16
/** Edges stronger than this count the same: one lamp must not decide. */
const EDGE_MAX = 48
const SAMPLES = 4

/** A picture of any size as a commissioning picture is. */
export function outlookOf({
  width,
  height,
  rgb,
}: {
  readonly width: number
  readonly height: number
  readonly rgb: Uint8Array
}): Uint8Array {
  const out = new Uint8Array(OUTLOOK_WIDTH * OUTLOOK_HEIGHT)
  for (let y = 0, cell = 0; y < OUTLOOK_HEIGHT; y++) {
    for (let x = 0; x < OUTLOOK_WIDTH; x++, cell++) {
      let sum = 0
      for (let down = 0; down < SAMPLES; down++) {
        const row = Math.floor(((y + (down + 0.5) / SAMPLES) / OUTLOOK_HEIGHT) * height)
        for (let across = 0; across < SAMPLES; across++) {
          const column = Math.floor(((x + (across + 0.5) / SAMPLES) / OUTLOOK_WIDTH) * width)
          const at = (row * width + column) * 3
          sum += 77 * rgb[at]! + 150 * rgb[at + 1]! + 29 * rgb[at + 2]!
        }
      }
      out[cell] = Math.round(sum / 256 / (SAMPLES * SAMPLES))
    }
  }
  return out
}

export function movedBetween(before: Uint8Array, now: Uint8Array): Move {
  const [a, b] = [edges(before), edges(now)]
  let best = { x: 0, y: 0, likeness: -1 }
  const consider = (x: number, y: number, step: number) => {
    const likeness = likenessAt(a, b, x, y, step)
    if (likeness > best.likeness) best = { x, y, likeness }
  }
  for (let y = -REACH; y <= REACH; y += 2) for (let x = -REACH; x <= REACH; x += 2) consider(x, y, 2)
  const { x: nearX, y: nearY } = best
  best = { ...best, likeness: -1 }
  for (let y = nearY - 2; y <= nearY + 2; y++) for (let x = nearX - 2; x <= nearX + 2; x++) consider(x, y, 1)
  const at = (x: number, y: number) => likenessAt(a, b, x, y, 1)
  const { x, y, likeness } = best
  return {
    x: (x + top(at(x - 1, y), likeness, at(x + 1, y))) / OUTLOOK_WIDTH,
    y: (y + top(at(x, y - 1), likeness, at(x, y + 1))) / OUTLOOK_WIDTH,
    likeness,
  }
}

export function edges(luma: Uint8Array): Float32Array {
  const out = new Float32Array(luma.length)
  for (let y = 1; y < OUTLOOK_HEIGHT - 1; y++) {
    for (let x = 1; x < OUTLOOK_WIDTH - 1; x++) {
      const at = y * OUTLOOK_WIDTH + x
      const across = Math.abs(luma[at + 1]! - luma[at - 1]!)
      const down = Math.abs(luma[at + OUTLOOK_WIDTH]! - luma[at - OUTLOOK_WIDTH]!)
      out[at] = Math.min(EDGE_MAX, across + down)
    }
  }
  return out
}

interface Size {
  readonly width: number
  readonly height: number
}
const WHOLE: Size = { width: OUTLOOK_WIDTH, height: OUTLOOK_HEIGHT }

/** Correlation where both lie over one another, now(p + shift) over before(p); every `step`-th cell and row. */
export function likenessAt(
  before: Float32Array,
  now: Float32Array,
  dx: number,
  dy: number,
  step: number,
  { width, height }: Size = WHOLE,
): number {
  let count = 0
  let sumA = 0
  let sumB = 0
  let squareA = 0
  let squareB = 0
  let product = 0
  for (let y = Math.max(1, 1 - dy); y < height - 1 - Math.max(0, dy); y += step) {
    for (let x = Math.max(1, 1 - dx); x < width - 1 - Math.max(0, dx); x += step) {
      const a = before[y * width + x]!
      const b = now[(y + dy) * width + x + dx]!
      count++
      sumA += a
      sumB += b
      squareA += a * a
      squareB += b * b
      product += a * b
    }
  }
  const spread = (squareA - (sumA * sumA) / count) * (squareB - (sumB * sumB) / count)
  return spread > 0 ? (product - (sumA * sumB) / count) / Math.sqrt(spread) : 0
}

/** Where the top of a parabola through three values lies, −0.5 … 0.5. */
function top(before: number, at: number, after: number): number {
  const bend = before - 2 * at + after
  return bend >= 0 ? 0 : Math.max(-0.5, Math.min(0.5, (before - after) / (2 * bend)))
}
