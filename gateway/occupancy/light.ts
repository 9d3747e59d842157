/**
 * How the light changed since the last sample: a gain for every pixel of luma, one for all chroma.
 *
 *     light of picture / of background ─▶ most frequent ratio of the picture  ─┐
 *                                      ─▶ median of each 20×20 block, 2 % a s ─┴▶ gain, bilinear between blocks
 *
 * The background may lag behind the light; remembered things do not, so they are carried by the change alone.
 * The most frequent ratio, not the mean: half a picture of lorry must not become a cloud.
 */
import type { Plane } from './plane.ts'
import { PLANE_HEIGHT, PLANE_PIXELS, PLANE_WIDTH } from './standing.ts'

const BLOCK = 20
const COLUMNS = PLANE_WIDTH / BLOCK
const ROWS = PLANE_HEIGHT / BLOCK
const BLOCKS = COLUMNS * ROWS
/** Black is 16 in video; a little less keeps ratios of dark pixels finite and those of full-range video right. */
const BLACK = 10
const LIGHT_MIN = 2
const BINS = 256
const BINS_PER_UNIT = 128 / Math.log(4)
const LEAST = 0.7
const GREATEST = 1.4
const GLOBAL_PER_SEC = 0.05
const LOCAL_PER_SEC = 0.02
/** When this share of the picture lies in shadow or light at once it is weather, and may change faster. */
const WEATHER_SHARE = 0.1
const WEATHER_PER_SEC = 0.12
const SAMPLES_MIN = 24

/** Shares of the picture that were foreground, and in shadow or light, last time. */
export interface Shares {
  foreground: number
  shade: number
}

export class Light {
  readonly #picture = new Uint32Array(BINS)
  readonly #blocks = new Uint16Array(BLOCKS * BINS)
  readonly #counts = new Uint16Array(BLOCKS)
  readonly #gains = new Float32Array(BLOCKS)
  readonly #changes = new Float32Array(BLOCKS)
  /** By how much the picture was still lighter than the background after the last gain, by block. */
  readonly lag = new Float32Array(BLOCKS).fill(1)
  readonly #smooth = new Float32Array(BLOCKS)
  /** What the background is multiplied by at each pixel, and how the light changed since the last sample. */
  readonly gain = new Float32Array(PLANE_PIXELS).fill(1)
  readonly change = new Float32Array(PLANE_PIXELS).fill(1)
  chromaGain = 1
  globalGain = 1

  /** Compares the picture with the background wherever it was background last time. */
  measure(picture: Plane, background: Plane, foreground: Uint8Array, shares: Shares, dtSec: number): void {
    this.#picture.fill(0)
    this.#blocks.fill(0)
    this.#counts.fill(0)
    const counted = count(picture.y, background.y, foreground, this.#picture, this.#blocks, this.#counts)
    this.globalGain = this.#global(counted, shares.foreground, dtSec)
    this.chromaGain = chromaGain(picture, background, foreground)
    const perSec = shares.shade > WEATHER_SHARE ? WEATHER_PER_SEC : LOCAL_PER_SEC
    const step = Math.min(0.2, perSec * dtSec)
    for (let block = 0; block < BLOCKS; block++) {
      const seen = this.#counts[block]! >= SAMPLES_MIN
      const ratio = seen ? median(this.#blocks, block * BINS, this.#counts[block]!) : this.globalGain
      const local = Math.max(1 - step, Math.min(1 + step, ratio / this.globalGain))
      const change = seen ? ratio / this.lag[block]! : this.globalGain
      this.#gains[block] = local * this.globalGain
      this.#changes[block] = Math.max(LEAST, Math.min(GREATEST, change))
      if (seen) this.lag[block] = ratio / this.#gains[block]!
    }
    smooth(this.#gains, this.#smooth)
    spread(this.#smooth, this.gain)
    smooth(this.#changes, this.#smooth)
    spread(this.#smooth, this.change)
  }

  #global(counted: number, foregroundShare: number, dtSec: number): number {
    if (counted < 500) return 1
    const { ratio, share } = mode(this.#picture, counted)
    const free = foregroundShare < 0.25 && share > 0.35
    const step = Math.min(0.15, GLOBAL_PER_SEC * dtSec)
    return free ? Math.max(LEAST, Math.min(GREATEST, ratio)) : Math.max(1 - step, Math.min(1 + step, ratio))
  }

  /** The background is brought to the picture's light, as fast as it may. */
  applyTo(background: Plane): void {
    this.#multiply(background, this.gain)
  }

  /** What was seen a moment ago is brought to the light of now: the light on goods changes like that beside them. */
  carry(remembered: Plane): void {
    this.#multiply(remembered, this.change)
  }

  #multiply(plane: Plane, gain: Float32Array): void {
    multiplyLuma(plane.y, gain)
    if (this.chromaGain === 1) return
    scale(plane.u, this.chromaGain)
    scale(plane.v, this.chromaGain)
  }
}

/** Luma above black: what light multiplies. */
export function lightOf(luma: number): number {
  return luma > BLACK + LIGHT_MIN ? luma - BLACK : LIGHT_MIN
}

function bin(ratio: number): number {
  const at = Math.round(128 + BINS_PER_UNIT * Math.log(ratio))
  return at < 0 ? 0 : at > BINS - 1 ? BINS - 1 : at
}

const ratioOf = (at: number): number => Math.exp((at - 128) / BINS_PER_UNIT)

function count(
  picture: Float32Array,
  background: Float32Array,
  foreground: Uint8Array,
  whole: Uint32Array,
  blocks: Uint16Array,
  counts: Uint16Array,
): number {
  let counted = 0
  for (let row = 0; row < PLANE_HEIGHT; row += 2) {
    const blockRow = COLUMNS * Math.floor(row / BLOCK)
    for (let column = 0; column < PLANE_WIDTH; column += 2) {
      const at = row * PLANE_WIDTH + column
      if (foreground[at] !== 0 || picture[at]! > 245) continue
      const here = bin(lightOf(picture[at]!) / lightOf(background[at]!))
      const block = blockRow + Math.floor(column / BLOCK)
      whole[here]!++
      blocks[block * BINS + here]!++
      counts[block]!++
      counted++
    }
  }
  return counted
}

/** The densest window of seven bins (±3.5 %), its mean ratio and its share of all. */
function mode(histogram: Uint32Array, counted: number): { ratio: number; share: number } {
  let mass = 0
  for (let at = 0; at < 7; at++) mass += histogram[at]!
  let bestMass = mass
  let best = 3
  for (let centre = 4; centre < BINS - 3; centre++) {
    mass += histogram[centre + 3]! - histogram[centre - 4]!
    if (mass > bestMass) {
      bestMass = mass
      best = centre
    }
  }
  let weighted = 0
  for (let at = best - 3; at <= best + 3; at++) weighted += at * histogram[at]!
  return { ratio: ratioOf(bestMass > 0 ? weighted / bestMass : 128), share: bestMass / counted }
}

function median(histogram: Uint16Array, start: number, counted: number): number {
  const half = counted / 2
  let below = 0
  for (let at = 0; at < BINS; at++) {
    const here = histogram[start + at]!
    if (below + here >= half) return ratioOf(at - 0.5 + (half - below) / Math.max(here, 1))
    below += here
  }
  return 1
}

/** Chroma grows with the light; how much depends on the camera, so it is measured. Grey scenes say 1. */
function chromaGain(picture: Plane, background: Plane, foreground: Uint8Array): number {
  let products = 0
  let squares = 0
  let counted = 0
  for (let at = 0; at < PLANE_PIXELS; at += 3) {
    if (foreground[at] !== 0) continue
    const u = background.u[at]!
    const v = background.v[at]!
    const nowU = picture.u[at]!
    const nowV = picture.v[at]!
    if (Math.abs(nowU - u) > 20 || Math.abs(nowV - v) > 20) continue
    products += u * nowU + v * nowV
    squares += u * u + v * v
    counted++
  }
  const ridge = 4 * counted + 1
  return Math.max(LEAST, Math.min(GREATEST, (products + ridge) / (squares + ridge)))
}

function smooth(blocks: Float32Array, out: Float32Array): void {
  for (let row = 0; row < ROWS; row++) {
    for (let column = 0; column < COLUMNS; column++) {
      let sum = 0
      let counted = 0
      for (let y = Math.max(0, row - 1); y <= Math.min(ROWS - 1, row + 1); y++) {
        for (let x = Math.max(0, column - 1); x <= Math.min(COLUMNS - 1, column + 1); x++) {
          sum += blocks[y * COLUMNS + x]!
          counted++
        }
      }
      out[row * COLUMNS + column] = sum / counted
    }
  }
}

function spread(blocks: Float32Array, gain: Float32Array): void {
  for (let row = 0; row < PLANE_HEIGHT; row++) {
    const y = Math.max(0, Math.min(ROWS - 1, (row + 0.5) / BLOCK - 0.5))
    const upper = Math.min(ROWS - 2, Math.floor(y))
    const partY = y - upper
    for (let column = 0; column < PLANE_WIDTH; column++) {
      const x = Math.max(0, Math.min(COLUMNS - 1, (column + 0.5) / BLOCK - 0.5))
      const left = Math.min(COLUMNS - 2, Math.floor(x))
      const partX = x - left
      const at = upper * COLUMNS + left
      const above = blocks[at]! + partX * (blocks[at + 1]! - blocks[at]!)
      const below = blocks[at + COLUMNS]! + partX * (blocks[at + COLUMNS + 1]! - blocks[at + COLUMNS]!)
      gain[row * PLANE_WIDTH + column] = above + partY * (below - above)
    }
  }
}

function multiplyLuma(values: Float32Array, gain: Float32Array): void {
  for (let at = 0; at < PLANE_PIXELS; at++) values[at]! += (gain[at]! - 1) * Math.max(0, values[at]! - BLACK)
}

function scale(values: Float32Array, by: number): void {
  for (let at = 0; at < PLANE_PIXELS; at++) values[at]! *= by
}
