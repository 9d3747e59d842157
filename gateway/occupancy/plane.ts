/**
 * The plane: a frame made small and smooth, the only picture that occupancy looks at.
 *
 *     I420 640×360 ─▶ luma averaged 2×2 to 320×180, chroma as it is ─▶ 3×3 mean of all three
 *
 * The mean takes most of a codec's noise and half a pixel of shake, and makes room for shifts of parts of a pixel.
 */
import { FRAME_HEIGHT, FRAME_WIDTH } from '../frames/frame.ts'
import { PLANE_HEIGHT, PLANE_PIXELS, PLANE_WIDTH } from './standing.ts'

/** Luma and chroma in grey levels; chroma is centred on zero so that a gain can be applied to it. */
export class Plane {
  readonly y = new Float32Array(PLANE_PIXELS)
  readonly u = new Float32Array(PLANE_PIXELS)
  readonly v = new Float32Array(PLANE_PIXELS)

  set(other: Plane): void {
    this.y.set(other.y)
    this.u.set(other.u)
    this.v.set(other.v)
  }
}

const LUMA = FRAME_WIDTH * FRAME_HEIGHT

/** Fills `plane` from the bytes of a frame; `scratch` holds a plane of floats. */
export function fillPlane(yuv: Uint8Array, plane: Plane, scratch: Float32Array): void {
  halve(yuv, plane.y)
  blur(plane.y, scratch)
  centre(yuv.subarray(LUMA, LUMA + PLANE_PIXELS), plane.u)
  blur(plane.u, scratch)
  centre(yuv.subarray(LUMA + PLANE_PIXELS, LUMA + 2 * PLANE_PIXELS), plane.v)
  blur(plane.v, scratch)
}

function halve(luma: Uint8Array, out: Float32Array): void {
  let at = 0
  for (let row = 0; row < PLANE_HEIGHT; row++) {
    let upper = 2 * row * FRAME_WIDTH
    for (let column = 0; column < PLANE_WIDTH; column++, upper += 2) {
      const lower = upper + FRAME_WIDTH
      out[at++] = (luma[upper]! + luma[upper + 1]! + luma[lower]! + luma[lower + 1]!) / 4
    }
  }
}

function centre(chroma: Uint8Array, out: Float32Array): void {
  for (let at = 0; at < PLANE_PIXELS; at++) out[at] = chroma[at]! - 128
}

/** 3×3 mean in place; the picture's edge repeats. */
function blur(values: Float32Array, scratch: Float32Array): void {
  for (let row = 0; row < PLANE_HEIGHT; row++) {
    const start = row * PLANE_WIDTH
    const end = start + PLANE_WIDTH - 1
    scratch[start] = 2 * values[start]! + values[start + 1]!
    for (let at = start + 1; at < end; at++) scratch[at] = values[at - 1]! + values[at]! + values[at + 1]!
    scratch[end] = values[end - 1]! + 2 * values[end]!
  }
  const last = PLANE_PIXELS - PLANE_WIDTH
  for (let column = 0; column < PLANE_WIDTH; column++) {
    values[column] = (2 * scratch[column]! + scratch[column + PLANE_WIDTH]!) / 9
    values[last + column] = (scratch[last + column - PLANE_WIDTH]! + 2 * scratch[last + column]!) / 9
  }
  for (let at = PLANE_WIDTH; at < last; at++) {
    values[at] = (scratch[at - PLANE_WIDTH]! + scratch[at]! + scratch[at + PLANE_WIDTH]!) / 9
  }
}

/** Sum of the central differences along both axes; zero on the picture's edge. */
export function gradient(values: Float32Array, out: Float32Array): void {
  for (let row = 1; row < PLANE_HEIGHT - 1; row++) {
    const end = (row + 1) * PLANE_WIDTH - 1
    for (let at = row * PLANE_WIDTH + 1; at < end; at++) {
      out[at] =
        Math.abs(values[at + 1]! - values[at - 1]!) +
        Math.abs(values[at + PLANE_WIDTH]! - values[at - PLANE_WIDTH]!)
    }
  }
}

/** Least and greatest of the 3×3 neighbourhood: what a pixel may be when the picture lies up to a pixel aside. */
export function envelope(
  values: Float32Array,
  least: Float32Array,
  greatest: Float32Array,
  scratchLeast: Float32Array,
  scratchGreatest: Float32Array,
): void {
  for (let row = 0; row < PLANE_HEIGHT; row++) {
    const start = row * PLANE_WIDTH
    const end = start + PLANE_WIDTH - 1
    for (let at = start; at <= end; at++) {
      const here = values[at]!
      const before = at > start ? values[at - 1]! : here
      const after = at < end ? values[at + 1]! : here
      let low = here < before ? here : before
      let high = here > before ? here : before
      if (after < low) low = after
      if (after > high) high = after
      scratchLeast[at] = low
      scratchGreatest[at] = high
    }
  }
  for (let at = 0; at < PLANE_PIXELS; at++) {
    const above = at >= PLANE_WIDTH ? at - PLANE_WIDTH : at
    const below = at < PLANE_PIXELS - PLANE_WIDTH ? at + PLANE_WIDTH : at
    let low = scratchLeast[at]!
    let high = scratchGreatest[at]!
    if (scratchLeast[above]! < low) low = scratchLeast[above]!
    if (scratchLeast[below]! < low) low = scratchLeast[below]!
    if (scratchGreatest[above]! > high) high = scratchGreatest[above]!
    if (scratchGreatest[below]! > high) high = scratchGreatest[below]!
    least[at] = low
    greatest[at] = high
  }
}

const along = new Float32Array(PLANE_PIXELS)

/** Mean of 5×5 by running sums; the outermost two pixels stay as they are. */
export function box5(values: Float32Array, out: Float32Array): void {
  for (let row = 0; row < PLANE_HEIGHT; row++) {
    const start = row * PLANE_WIDTH
    let sum =
      values[start]! + values[start + 1]! + values[start + 2]! + values[start + 3]! + values[start + 4]!
    for (let at = start + 2; at < start + PLANE_WIDTH - 2; at++) {
      along[at] = sum
      sum += (at + 3 < start + PLANE_WIDTH ? values[at + 3]! : 0) - values[at - 2]!
    }
  }
  const w = PLANE_WIDTH
  for (let row = 2; row < PLANE_HEIGHT - 2; row++) {
    for (let at = row * w + 2; at < (row + 1) * w - 2; at++) {
      out[at] = (along[at - 2 * w]! + along[at - w]! + along[at]! + along[at + w]! + along[at + 2 * w]!) / 25
    }
  }
}

const DETAIL_RADIUS = 7

/** What is finer than 15×15: edges without the light that lies over them. */
export function detail(values: Float32Array, out: Float32Array, scratch: Float32Array): void {
  const size = 2 * DETAIL_RADIUS + 1
  meanAlong(values, scratch, PLANE_HEIGHT, PLANE_WIDTH, PLANE_WIDTH, 1)
  meanAlong(scratch, out, PLANE_WIDTH, PLANE_HEIGHT, 1, PLANE_WIDTH)
  for (let at = 0; at < PLANE_PIXELS; at++) out[at] = values[at]! - out[at]! / (size * size)
}

/** Running sums over a window along every line; the line's ends repeat. */
function meanAlong(
  from: Float32Array,
  to: Float32Array,
  lines: number,
  length: number,
  lineStep: number,
  step: number,
): void {
  for (let line = 0; line < lines; line++) {
    const start = line * lineStep
    const end = start + (length - 1) * step
    let sum = (DETAIL_RADIUS + 1) * from[start]!
    for (let i = 1; i <= DETAIL_RADIUS; i++) sum += from[start + i * step]!
    for (let i = 0, at = start; i < length; i++, at += step) {
      to[at] = sum
      const enters = i + DETAIL_RADIUS + 1 < length ? at + (DETAIL_RADIUS + 1) * step : end
      const leaves = i >= DETAIL_RADIUS ? at - DETAIL_RADIUS * step : start
      sum += from[enters]! - from[leaves]!
    }
  }
}
