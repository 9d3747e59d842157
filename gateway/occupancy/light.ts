/**
 * How the light changed since the last sample: a gain for every pixel of luma, one for all chroma.
 *
 *     light of picture / of background ─▶ most frequent ratio of the picture  ─┐
 *                                      ─▶ median of each 20×20 block, 2 % a s ─┴▶ gain, bilinear between blocks
 *
 * The background may lag behind the light; remembered things do not, so they are carried by the change alone.
 * The most frequent ratio, not the mean: half a picture of lorry must not become a cloud.
 */
import type { Kernels } from './kernels.ts'
import type { Plane } from './plane.ts'
import { PLANE_HEIGHT, PLANE_WIDTH } from './standing.ts'

const BLOCK = 20
const COLUMNS = PLANE_WIDTH / BLOCK
const ROWS = PLANE_HEIGHT / BLOCK
const BLOCKS = COLUMNS * ROWS
const BINS = 256
const BINS_PER_UNIT = 128 / Math.log(4)
/** Ratios from a quarter to four times in cells of seven bits an octave: no cell holds more than one end of a bin. */
const CELLS = 4 * 128
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
  readonly #picture: Int32Array
  readonly #blocks: Uint8Array
  readonly #counts: Int32Array
  readonly #medians: Float64Array
  readonly #chroma: Float64Array
  readonly #cells: Float64Array
  readonly #firsts: Uint8Array
  readonly #gains = new Float32Array(BLOCKS)
  readonly #changes = new Float32Array(BLOCKS)
  readonly #smooth: Float32Array
  /** What luma is multiplied by along the rows of blocks: by which the picture is lighter, and has become lighter. */
  readonly #gainLines: Float64Array
  readonly #changeLines: Float64Array
  readonly #kernels
  /** By how much the picture was still lighter than the background after the last gain, by block. */
  readonly lag = new Float32Array(BLOCKS).fill(1)
  #chromaGain = 1
  #globalGain = 1

  constructor(kernels: Kernels) {
    this.#picture = kernels.ints(BINS)
    this.#blocks = kernels.bytes(BLOCKS * BINS)
    this.#counts = kernels.ints(BLOCKS)
    this.#medians = kernels.doubles(BLOCKS)
    this.#chroma = kernels.doubles(3)
    this.#cells = kernels.doubles(CELLS)
    this.#firsts = kernels.bytes(CELLS)
    this.#smooth = kernels.floats(BLOCKS)
    this.#gainLines = kernels.doubles(ROWS * PLANE_WIDTH)
    this.#changeLines = kernels.doubles(ROWS * PLANE_WIDTH)
    this.#kernels = {
      countRatios: kernels.kernel('countRatios'),
      sumBlocks: kernels.kernel('sumBlocks'),
      medians: kernels.kernel('medians'),
      chromaSums: kernels.kernel('chromaSums'),
      stretch: kernels.kernel('stretch'),
      relight: kernels.kernel('relight'),
      relightWhere: kernels.kernel('relightWhere'),
      scale: kernels.kernel('scale'),
    }
    ratioCells ??= makeCells()
    this.#cells.set(ratioCells.ends)
    this.#firsts.set(ratioCells.firsts)
  }

  /** Compares the picture with the background wherever it was background last time. */
  measure(picture: Plane, background: Plane, foreground: Uint8Array, shares: Shares, dtSec: number): void {
    this.#count(picture, background, foreground)
    let counted = 0
    for (let block = 0; block < BLOCKS; block++) counted += this.#counts[block]!
    this.#globalGain = this.#global(counted, shares.foreground, dtSec)
    this.#chromaGain = this.#measureChroma(picture, background, foreground)
    const perSec = shares.shade > WEATHER_SHARE ? WEATHER_PER_SEC : LOCAL_PER_SEC
    const step = Math.min(0.2, perSec * dtSec)
    for (let block = 0; block < BLOCKS; block++) {
      const seen = this.#counts[block]! >= SAMPLES_MIN
      const ratio = seen ? ratioOf(this.#medians[block]!) : this.#globalGain
      const local = Math.max(1 - step, Math.min(1 + step, ratio / this.#globalGain))
      const change = seen ? ratio / this.lag[block]! : this.#globalGain
      this.#gains[block] = local * this.#globalGain
      this.#changes[block] = Math.max(LEAST, Math.min(GREATEST, change))
      if (seen) this.lag[block] = ratio / this.#gains[block]!
    }
    smooth(this.#gains, this.#smooth)
    this.#kernels.stretch(this.#smooth.byteOffset, this.#gainLines.byteOffset)
    smooth(this.#changes, this.#smooth)
    this.#kernels.stretch(this.#smooth.byteOffset, this.#changeLines.byteOffset)
  }

  #count(picture: Plane, background: Plane, foreground: Uint8Array): void {
    const blocks = this.#blocks.byteOffset
    const counts = this.#counts.byteOffset
    this.#kernels.countRatios(
      picture.y.byteOffset,
      background.y.byteOffset,
      foreground.byteOffset,
      this.#cells.byteOffset,
      this.#firsts.byteOffset,
      blocks,
      counts,
    )
    this.#kernels.sumBlocks(blocks, this.#picture.byteOffset)
    this.#kernels.medians(blocks, counts, this.#medians.byteOffset)
  }

  #global(counted: number, foregroundShare: number, dtSec: number): number {
    if (counted < 500) return 1
    const { ratio, share } = mode(this.#picture, counted)
    const free = foregroundShare < 0.25 && share > 0.35
    const step = Math.min(0.15, GLOBAL_PER_SEC * dtSec)
    return free ? Math.max(LEAST, Math.min(GREATEST, ratio)) : Math.max(1 - step, Math.min(1 + step, ratio))
  }

  /** Chroma grows with the light; how much depends on the camera, so it is measured. Grey scenes say 1. */
  #measureChroma(picture: Plane, background: Plane, foreground: Uint8Array): number {
    this.#kernels.chromaSums(
      background.y.byteOffset,
      picture.y.byteOffset,
      foreground.byteOffset,
      this.#chroma.byteOffset,
    )
    const products = this.#chroma[0]!
    const squares = this.#chroma[1]!
    const counted = this.#chroma[2]!
    const ridge = 4 * counted + 1
    return Math.max(LEAST, Math.min(GREATEST, (products + ridge) / (squares + ridge)))
  }

  /** The background is brought to the picture's light, as fast as it may. */
  applyTo(background: Plane): void {
    this.#multiply(background, this.#gainLines, 0, PLANE_HEIGHT)
  }

  /**
   * What was seen a moment ago is brought to the light of now, in the rows given: the light on goods changes like
   * that beside them.
   */
  carry(seen: Plane, fromRow: number, toRow: number): void {
    this.#multiply(seen, this.#changeLines, fromRow, toRow)
  }

  /** The same for what is remembered where `mask` is set; elsewhere nothing is. */
  carryWhere(remembered: Plane, mask: Uint8Array): void {
    this.#kernels.relightWhere(
      remembered.y.byteOffset,
      this.#changeLines.byteOffset,
      this.#chromaGain,
      mask.byteOffset,
    )
  }

  #multiply(plane: Plane, lines: Float64Array, fromRow: number, toRow: number): void {
    this.#kernels.relight(plane.y.byteOffset, lines.byteOffset, fromRow, toRow)
    if (this.#chromaGain === 1) return
    const from = fromRow * PLANE_WIDTH
    const to = toRow * PLANE_WIDTH
    this.#kernels.scale(plane.u.byteOffset, this.#chromaGain, from, to)
    this.#kernels.scale(plane.v.byteOffset, this.#chromaGain, from, to)
  }
}

function bin(ratio: number): number {
  const at = Math.round(128 + BINS_PER_UNIT * Math.log(ratio))
  return at < 0 ? 0 : at > BINS - 1 ? BINS - 1 : at
}

const ratioOf = (at: number): number => Math.exp((at - 128) / BINS_PER_UNIT)

interface RatioCells {
  readonly firsts: Uint8Array
  readonly ends: Float64Array
}

/** Made once a process. */
let ratioCells: RatioCells | null = null

/** For each cell of ratios the bin in which it begins and where the next bin does: no logarithm a pixel. */
function makeCells(): RatioCells {
  const firsts = new Uint8Array(CELLS)
  const ends = new Float64Array(CELLS).fill(Infinity)
  for (let cell = 0; cell < CELLS; cell++) {
    let below = startOf(cell)
    let above = startOf(cell + 1)
    const first = bin(below)
    firsts[cell] = first
    if (bin(above) === first) continue
    for (let middle = (below + above) / 2; middle > below && middle < above; middle = (below + above) / 2) {
      if (bin(middle) === first) below = middle
      else above = middle
    }
    ends[cell] = above
  }
  return { firsts, ends }
}

/** The octave 1/4, 1/2, 1 or 2 and 128ths of it. */
const startOf = (cell: number): number => 2 ** (Math.floor(cell / 128) - 2) * (1 + (cell % 128) / 128)

/** The densest window of seven bins (±3.5 %), its mean ratio and its share of all. */
function mode(histogram: Int32Array, counted: number): { ratio: number; share: number } {
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
