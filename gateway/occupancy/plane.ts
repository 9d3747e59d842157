/**
 * The plane: a frame made small and smooth, the only picture that occupancy looks at.
 *
 *     I420 640×360 ─▶ luma averaged 2×2 to 320×180, chroma as it is ─▶ 3×3 mean of all three
 *
 * The mean takes most of a codec's noise and half a pixel of shake, and makes room for shifts of parts of a pixel.
 */
import { FRAME_BYTES, FRAME_HEIGHT, FRAME_WIDTH } from '../frames/frame.ts'
import type { Kernels } from './kernels.ts'
import { PLANE_PIXELS, PLANE_WIDTH } from './standing.ts'

/** Luma and chroma in grey levels; chroma is centred on zero so that a gain can be applied to it. */
export class Plane {
  readonly y: Float32Array
  readonly u: Float32Array
  readonly v: Float32Array

  constructor(kernels: Kernels) {
    // One behind the other, as the kernels expect.
    const all = kernels.floats(3 * PLANE_PIXELS)
    this.y = all.subarray(0, PLANE_PIXELS)
    this.u = all.subarray(PLANE_PIXELS, 2 * PLANE_PIXELS)
    this.v = all.subarray(2 * PLANE_PIXELS)
  }

  set(other: Plane): void {
    this.y.set(other.y)
    this.u.set(other.u)
    this.v.set(other.v)
  }
}

const LUMA_BYTES = FRAME_WIDTH * FRAME_HEIGHT
/** Rows of sums, 16 bits each, with eight to spare on either side. */
const SUM_ROWS = 4
const SUM_ROW_BYTES = 2 * (PLANE_WIDTH + 16)

/** Makes planes of frames. */
export class Shrinker {
  readonly #frame: Uint8Array
  readonly #sums: Uint8Array
  readonly #fillLuma
  readonly #fillChroma

  constructor(kernels: Kernels) {
    this.#frame = kernels.bytes(FRAME_BYTES)
    this.#sums = kernels.bytes(SUM_ROWS * SUM_ROW_BYTES)
    this.#fillLuma = kernels.kernel('fillLuma')
    this.#fillChroma = kernels.kernel('fillChroma')
  }

  fill(yuv: Uint8Array, plane: Plane): void {
    this.#frame.set(yuv)
    const luma = this.#frame.byteOffset
    const sums = this.#sums.byteOffset
    this.#fillLuma(luma, plane.y.byteOffset, sums)
    this.#fillChroma(luma + LUMA_BYTES, plane.u.byteOffset, sums)
    this.#fillChroma(luma + LUMA_BYTES + PLANE_PIXELS, plane.v.byteOffset, sums)
  }
}

/** A 5×5 mean of few pixels: spans say between which columns of each row; the outermost two pixels are 0. */
export class Box {
  readonly mean: Float32Array
  readonly #along: Float32Array
  readonly #box5

  constructor(kernels: Kernels) {
    this.mean = kernels.floats()
    this.#along = kernels.floats()
    this.#box5 = kernels.kernel('box5')
  }

  fill(values: Float32Array, spans: Spans): void {
    this.#box5(
      values.byteOffset,
      this.mean.byteOffset,
      spans.own.byteOffset,
      spans.wide.byteOffset,
      this.#along.byteOffset,
    )
  }
}

/** First and end column of each row, 16 bits each; `wide` reaches two rows and columns further. */
export interface Spans {
  readonly own: Int32Array
  readonly wide: Int32Array
}
