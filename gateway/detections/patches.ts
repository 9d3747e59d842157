/**
 * Cuts proposed boxes out of a frame and lays them before a network of small pictures.
 *
 *     box ─ grow 15 %, square in the scene ─▶ Y, U, V resampled ─▶ RGB 0..255, three planes of 48×48
 *
 * The frame is stretched from the camera's shape, so a square of the scene is none in the frame. What lies outside
 * the picture repeats its edge. Shrinking averages, growing blends two neighbours: as the network was trained.
 */
import { FRAME_HEIGHT, FRAME_WIDTH } from '../frames/frame.ts'
import type { Box } from '../kit/geometry.ts'

const GROWN = 1.15
const LUMA = FRAME_WIDTH * FRAME_HEIGHT
const CHROMA = LUMA / 4

/** For every pixel of a patch's edge the pixels of the frame that it is made of, and their weights. */
interface Taps {
  readonly count: number
  readonly places: Int32Array
  readonly weights: Float32Array
}

export class PatchCutter {
  readonly size: number
  readonly #planes: readonly [Float32Array, Float32Array, Float32Array]

  constructor(size: number) {
    this.size = size
    this.#planes = [
      new Float32Array(size * size),
      new Float32Array(size * size),
      new Float32Array(size * size),
    ]
  }

  /** Writes 3 × size × size values from `at` on. */
  cut(yuv: Uint8Array, aspect: number, box: Box, into: Float32Array, at: number): void {
    const [left, top, width, height] = squareAround(box, aspect)
    const { size } = this
    const [y, u, v] = this.#planes
    for (const [plane, start, columns, rows] of [
      [y, 0, FRAME_WIDTH, FRAME_HEIGHT],
      [u, LUMA, FRAME_WIDTH / 2, FRAME_HEIGHT / 2],
      [v, LUMA + CHROMA, FRAME_WIDTH / 2, FRAME_HEIGHT / 2],
    ] as const) {
      const across = tapsOf(left, width, columns, size)
      const down = tapsOf(top, height, rows, size)
      resample(yuv, start, columns, across, down, plane, size)
    }
    const pixels = size * size
    for (let i = 0; i < pixels; i++) {
      const luma = 1.164 * (y[i]! - 16)
      into[at + i] = clamp(luma + 1.596 * (v[i]! - 128))
      into[at + pixels + i] = clamp(luma - 0.392 * (u[i]! - 128) - 0.813 * (v[i]! - 128))
      into[at + 2 * pixels + i] = clamp(luma + 2.017 * (u[i]! - 128))
    }
  }
}

/** Left, top, width and height of the grown square, fractions of the picture; it may reach beyond. */
function squareAround([x1, y1, x2, y2]: Box, aspect: number): [number, number, number, number] {
  const side = GROWN * Math.max((x2 - x1) * aspect, y2 - y1)
  return [(x1 + x2) / 2 - side / aspect / 2, (y1 + y2) / 2 - side / 2, side / aspect, side]
}

function tapsOf(start: number, span: number, pixels: number, size: number): Taps {
  const step = (span * pixels) / size
  const count = step < 1 ? 2 : Math.max(1, Math.round(step))
  const places = new Int32Array(size * count)
  const weights = new Float32Array(size * count).fill(1 / count)
  const inside = (place: number) => Math.min(pixels - 1, Math.max(0, place))
  for (let i = 0; i < size; i++) {
    if (step < 1) {
      const place = start * pixels + (i + 0.5) * step - 0.5
      const first = Math.floor(place)
      places[2 * i] = inside(first)
      places[2 * i + 1] = inside(first + 1)
      weights[2 * i] = 1 - (place - first)
      weights[2 * i + 1] = place - first
      continue
    }
    for (let tap = 0; tap < count; tap++) {
      places[count * i + tap] = inside(Math.floor(start * pixels + (i + (tap + 0.5) / count) * step))
    }
  }
  return { count, places, weights }
}

function resample(
  yuv: Uint8Array,
  start: number,
  stride: number,
  across: Taps,
  down: Taps,
  into: Float32Array,
  size: number,
): void {
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      let sum = 0
      for (let v = row * down.count; v < (row + 1) * down.count; v++) {
        const line = start + down.places[v]! * stride
        let part = 0
        for (let h = column * across.count; h < (column + 1) * across.count; h++) {
          part += yuv[line + across.places[h]!]! * across.weights[h]!
        }
        sum += part * down.weights[v]!
      }
      into[row * size + column] = sum
    }
  }
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value
}
