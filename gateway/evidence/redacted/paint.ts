/**
 * Hides for good: what is painted does not depend on what was there.
 *
 *     mask    black                                          0 bits of what it covers
 *     hidden  two greys, a chequerboard of the picture's      0 bits: the pattern follows from where it is hidden alone
 *     coarse  18 cells down, each one colour of 16³ levels     12 bits a cell, and a head is a cell or two
 *
 * A mosaic of the face itself would be a picture of the face: six cells across are enough to tell colleagues apart, and
 * a face that moves through the cells of a film gives its details away picture by picture. So nothing of a hidden head
 * or plate is kept, not even its mean colour, and no cleverness brings back what is not there. Coarse cells are for what
 * does not move (all that moves is hidden before), so that time adds nothing to the 12 bits; and what is hidden has no
 * share in their colour. Everything happens on raw pixels before the encoder sees them.
 */
import type { Polygon } from '../../kit/geometry.ts'
import type { Picture } from '../picture.ts'
import { applyMasks } from '../redaction.ts'
import { TILES_ACROSS, TILES_DOWN, type TileMap } from './plane.ts'

/** I420, both sizes even, BT.709, limited range. */
export interface Canvas {
  readonly width: number
  readonly height: number
  readonly yuv: Uint8Array
}

/** The two greys of what is hidden; decoders give them back to within a few levels. */
export const HIDDEN_LUMA: readonly [number, number] = [92, 124]
const NEUTRAL = 128
const BLACK = 16
/** Tiles of one square of the chequerboard. */
const SQUARE = 4
const COARSE_ROWS = 18
/** A cell of which less than this share is to be seen is grey. */
const SEEN_SHARE = 0.25

/** What a hidden tile looks like, whatever was there. */
export const hiddenLuma = (tileX: number, tileY: number): number =>
  HIDDEN_LUMA[(Math.floor(tileX / SQUARE) + Math.floor(tileY / SQUARE)) & 1]!

export function paint(canvas: Canvas, hidden: TileMap, coarse: boolean): void {
  if (coarse) {
    const pixels = pixelsHidden(canvas, hidden)
    for (const cell of coarseCells(canvas.width, canvas.height)) flatten(canvas, pixels, cell)
  }
  for (let y = 0; y < TILES_DOWN; y++) {
    for (let x = 0; x < TILES_ACROSS; x++) if (hidden[y * TILES_ACROSS + x] === 1) paintTile(canvas, x, y)
  }
}

function paintTile({ width, height, yuv }: Canvas, x: number, y: number): void {
  const [left, right] = span(x, TILES_ACROSS, width)
  const [top, bottom] = span(y, TILES_DOWN, height)
  const luma = hiddenLuma(x, y)
  for (let row = top; row < bottom; row++) yuv.fill(luma, row * width + left, row * width + right)
  const u = width * height
  const v = u + u / 4
  const half = width / 2
  for (let row = top / 2; row < bottom / 2; row++) {
    yuv.fill(NEUTRAL, u + row * half + left / 2, u + row * half + right / 2)
    yuv.fill(NEUTRAL, v + row * half + left / 2, v + row * half + right / 2)
  }
}

/** Pixels of a tile, outward to even ones. */
function span(tile: number, tiles: number, size: number): [from: number, to: number] {
  const from = Math.floor((tile * size) / tiles) & ~1
  const to = Math.min(size, Math.ceil(((tile + 1) * size) / tiles + 1) & ~1)
  return [from, to]
}

/** One byte a chroma sample, 2×2 pixels: 1 where a hidden tile lies. */
function pixelsHidden({ width, height }: Canvas, hidden: TileMap): Uint8Array {
  const half = width / 2
  const out = new Uint8Array(half * (height / 2))
  for (let y = 0; y < TILES_DOWN; y++) {
    for (let x = 0; x < TILES_ACROSS; x++) {
      if (hidden[y * TILES_ACROSS + x] === 0) continue
      const [left, right] = span(x, TILES_ACROSS, width)
      const [top, bottom] = span(y, TILES_DOWN, height)
      for (let row = top / 2; row < bottom / 2; row++)
        out.fill(1, row * half + left / 2, row * half + right / 2)
    }
  }
  return out
}

/** The cells of a coarse picture, in steps of two pixels. */
export function coarseCells(width: number, height: number): Cell[] {
  const [half, halfRows] = [width / 2, height / 2]
  const columns = Math.max(1, Math.round((COARSE_ROWS * width) / height))
  return Array.from({ length: COARSE_ROWS * columns }, (_, at) => {
    const column = at % columns
    const row = (at - column) / columns
    return {
      left: Math.floor((column * half) / columns),
      right: Math.floor(((column + 1) * half) / columns),
      top: Math.floor((row * halfRows) / COARSE_ROWS),
      bottom: Math.floor(((row + 1) * halfRows) / COARSE_ROWS),
    }
  })
}

interface Cell {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** One colour for the cell, of what is to be seen in it. The cell's middle pixel stands for luma of 2×2. */
function flatten({ width, height, yuv }: Canvas, hidden: Uint8Array, cell: Cell): void {
  const half = width / 2
  const u = width * height
  const v = u + u / 4
  const sums = [0, 0, 0]
  let seen = 0
  for (let y = cell.top; y < cell.bottom; y++) {
    for (let x = cell.left; x < cell.right; x++) {
      if (hidden[y * half + x] === 1) continue
      seen++
      sums[0]! += yuv[2 * y * width + 2 * x]!
      sums[1]! += yuv[u + y * half + x]!
      sums[2]! += yuv[v + y * half + x]!
    }
  }
  const share = seen / Math.max(1, (cell.right - cell.left) * (cell.bottom - cell.top))
  const [luma, blue, red] = sums.map((sum) => (share < SEEN_SHARE ? NEUTRAL : toLevel(sum / seen)))
  for (let y = cell.top; y < cell.bottom; y++) {
    yuv.fill(luma!, 2 * y * width + 2 * cell.left, 2 * y * width + 2 * cell.right)
    yuv.fill(luma!, (2 * y + 1) * width + 2 * cell.left, (2 * y + 1) * width + 2 * cell.right)
    yuv.fill(blue!, u + y * half + cell.left, u + y * half + cell.right)
    yuv.fill(red!, v + y * half + cell.left, v + y * half + cell.right)
  }
}

/** One of 16 levels; every second one is the middle of 16. */
const toLevel = (value: number): number => Math.floor(value / 16) * 16 + 8

/** Privacy masks, to the full pixel and one beyond: prepared once, painted on each picture. */
export class MaskPainter {
  readonly #cells: Uint8Array
  readonly #half: number

  constructor(masks: readonly Polygon[], width: number, height: number) {
    const picture: Picture = { width, height, rgb: Buffer.alloc(3 * width * height, 255) }
    applyMasks(picture, masks)
    this.#half = width / 2
    this.#cells = new Uint8Array(this.#half * (height / 2))
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) if (picture.rgb[3 * (y * width + x)] === 0) this.#mark(x, y)
    }
  }

  paint({ width, height, yuv }: Canvas): void {
    const u = width * height
    const v = u + u / 4
    for (let at = 0; at < this.#cells.length; at++) {
      if (this.#cells[at] === 0) continue
      const x = at % this.#half
      const luma = 2 * ((at - x) / this.#half) * width + 2 * x
      yuv[luma] = yuv[luma + 1] = yuv[luma + width] = yuv[luma + width + 1] = BLACK
      yuv[u + at] = yuv[v + at] = NEUTRAL
    }
  }

  #mark(x: number, y: number): void {
    const rows = this.#cells.length / this.#half
    for (let cellY = Math.max(0, (y - 1) >> 1); cellY <= Math.min(rows - 1, (y + 1) >> 1); cellY++) {
      for (let cellX = Math.max(0, (x - 1) >> 1); cellX <= Math.min(this.#half - 1, (x + 1) >> 1); cellX++)
        this.#cells[cellY * this.#half + cellX] = 1
    }
  }
}

/** Three bytes a pixel, for the encoder of stills. */
export function pictureOf({ width, height, yuv }: Canvas): Picture {
  const rgb = Buffer.allocUnsafe(3 * width * height)
  const clamped = new Uint8ClampedArray(rgb.buffer, rgb.byteOffset, rgb.length)
  const u = width * height
  const v = u + u / 4
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const chroma = (y >> 1) * (width / 2) + (x >> 1)
      const luma = 1.1644 * (yuv[at]! - 16)
      const [blue, red] = [yuv[u + chroma]! - 128, yuv[v + chroma]! - 128]
      clamped[3 * at] = luma + 1.7927 * red
      clamped[3 * at + 1] = luma - 0.2132 * blue - 0.5329 * red
      clamped[3 * at + 2] = luma + 2.1124 * blue
    }
  }
  return { width, height, rgb }
}
