/**
 * What the pixels say about a box, whatever a detector calls it: how much of it changed, moves, or is goods that stand.
 *
 *     Standing ─▶ foreground or held │ hot │ goods ─▶ three tables of sums ─▶ any box in four additions
 *
 * Hundreds of boxes are asked about in one look; summed once, each answer costs nothing. Four pixels of a row are one
 * column here: a box is taken to a hundredth of the picture's width, and the sums to a quarter of the work.
 */
import type { Box } from '../kit/geometry.ts'
import { PLANE_HEIGHT, PLANE_PIXELS, PLANE_WIDTH, type Standing } from '../occupancy/standing.ts'

/** Pixels of a row in one word. */
const WORD = 4
const COLUMNS = PLANE_WIDTH / WORD
const STRIDE = COLUMNS + 1
const SUMS = STRIDE * (PLANE_HEIGHT + 1)

export class Scene {
  readonly #changed = new Int32Array(SUMS)
  readonly #hot = new Int32Array(SUMS)
  readonly #goods = new Int32Array(SUMS)
  readonly #either = new Uint32Array(PLANE_PIXELS / WORD)
  #known = false
  #unsettled = false

  /** What stands is told. */
  get known(): boolean {
    return this.#known
  }

  /** A change of a place can be told from a change of the light. */
  get settled(): boolean {
    return this.#known && !this.#unsettled
  }

  read(standing: Standing | null): void {
    this.#known = standing?.ready === true
    this.#unsettled = standing?.unsettled === true
    if (standing === null || !standing.ready) return
    const foreground = words(standing.foreground)
    const held = words(standing.held)
    for (let at = 0; at < this.#either.length; at++) this.#either[at] = foreground[at]! | held[at]!
    sum(this.#either, this.#changed)
    sum(words(standing.hot), this.#hot)
    sum(words(standing.goods), this.#goods)
  }

  /** Shares of a box, 0..1. */
  changed(box: Box): number {
    return count(this.#changed, box) / pixelsOf(box)
  }
  goods(box: Box): number {
    return count(this.#goods, box) / pixelsOf(box)
  }
  /** Whether so many pixels, and so large a share of the box, differ from the background or keep moving. */
  stirs(box: Box, shareMin: number, pixelsMin: number): boolean {
    const pixels = Math.max(count(this.#changed, box), count(this.#hot, box))
    return pixels >= Math.max(pixelsMin, shareMin * pixelsOf(box))
  }
}

const words = (map: Uint8Array): Uint32Array =>
  new Uint32Array(map.buffer, map.byteOffset, PLANE_PIXELS / WORD)

/** The maps hold 0 and 1: a product adds the four bytes of a word into its highest. */
function sum(map: Uint32Array, sums: Int32Array): void {
  for (let y = 0; y < PLANE_HEIGHT; y++) {
    let row = 0
    const above = y * STRIDE + 1
    for (let x = 0; x < COLUMNS; x++) {
      row += Math.imul(map[y * COLUMNS + x]!, 0x01010101) >>> 24
      sums[above + STRIDE + x] = sums[above + x]! + row
    }
  }
}

function count(sums: Int32Array, box: Box): number {
  const [left, top, right, bottom] = cornersOf(box)
  return (
    sums[bottom * STRIDE + right]! -
    sums[top * STRIDE + right]! -
    sums[bottom * STRIDE + left]! +
    sums[top * STRIDE + left]!
  )
}

function pixelsOf(box: Box): number {
  const [left, top, right, bottom] = cornersOf(box)
  return WORD * (right - left) * (bottom - top)
}

/** At least one column and row, inside the plane. */
function cornersOf([x1, y1, x2, y2]: Box): [left: number, top: number, right: number, bottom: number] {
  const left = Math.min(COLUMNS - 1, Math.max(0, Math.round(x1 * COLUMNS)))
  const top = Math.min(PLANE_HEIGHT - 1, Math.max(0, Math.round(y1 * PLANE_HEIGHT)))
  const right = Math.min(COLUMNS, Math.max(left + 1, Math.round(x2 * COLUMNS)))
  const bottom = Math.min(PLANE_HEIGHT, Math.max(top + 1, Math.round(y2 * PLANE_HEIGHT)))
  return [left, top, right, bottom]
}
