/**
 * Privacy masks: parts of the picture nobody may look at, painted black before anything else sees the frame.
 *
 * A mask errs outward: a cell of 2×2 pixels that its outline only touches is painted whole. The cells are
 * found once, as runs a row; painting a frame is a few fills. Originals in the ring are not touched: what
 * leaves the box as a derived picture is masked where it is made.
 */
import { contains, type Polygon } from '../kit/geometry.ts'
import { FRAME_HEIGHT, FRAME_WIDTH } from './frame.ts'

const COLUMNS = FRAME_WIDTH / 2
const ROWS = FRAME_HEIGHT / 2
const LUMA_BLACK = 16
const CHROMA_GREY = 128

interface Run {
  readonly row: number
  readonly from: number
  readonly to: number
}

export class PrivacyMask {
  readonly #runs: readonly Run[]

  constructor(polygons: readonly Polygon[]) {
    const cells = new Uint8Array(COLUMNS * ROWS)
    for (const polygon of polygons) cover(polygon, cells)
    this.#runs = runsOf(cells)
  }

  apply(yuv: Uint8Array): void {
    const u = FRAME_WIDTH * FRAME_HEIGHT
    const v = u + COLUMNS * ROWS
    for (const { row, from, to } of this.#runs) {
      const upper = row * 2 * FRAME_WIDTH
      const lower = upper + FRAME_WIDTH
      yuv.fill(LUMA_BLACK, upper + from * 2, upper + to * 2)
      yuv.fill(LUMA_BLACK, lower + from * 2, lower + to * 2)
      yuv.fill(CHROMA_GREY, u + row * COLUMNS + from, u + row * COLUMNS + to)
      yuv.fill(CHROMA_GREY, v + row * COLUMNS + from, v + row * COLUMNS + to)
    }
  }
}

function cover(polygon: Polygon, cells: Uint8Array): void {
  for (let row = 0; row < ROWS; row++) {
    for (let column = 0; column < COLUMNS; column++) {
      if (contains(polygon, [(column + 0.5) / COLUMNS, (row + 0.5) / ROWS])) cells[row * COLUMNS + column] = 1
    }
  }
  for (let i = 0; i < polygon.length; i++) coverEdge(polygon[i]!, polygon[(i + 1) % polygon.length]!, cells)
}

/** Every cell the edge passes, in steps of a third of a cell. */
function coverEdge(a: Polygon[number], b: Polygon[number], cells: Uint8Array): void {
  const steps = Math.ceil(3 * Math.max(Math.abs(a[0] - b[0]) * COLUMNS, Math.abs(a[1] - b[1]) * ROWS)) + 1
  for (let step = 0; step <= steps; step++) {
    const share = step / steps
    const column = Math.floor((a[0] + (b[0] - a[0]) * share) * COLUMNS)
    const row = Math.floor((a[1] + (b[1] - a[1]) * share) * ROWS)
    if (column >= 0 && column < COLUMNS && row >= 0 && row < ROWS) cells[row * COLUMNS + column] = 1
  }
}

function runsOf(cells: Uint8Array): Run[] {
  const runs: Run[] = []
  for (let row = 0; row < ROWS; row++) {
    for (let column = 0; column < COLUMNS; column++) {
      if (cells[row * COLUMNS + column] === 0) continue
      const from = column
      while (column < COLUMNS && cells[row * COLUMNS + column] === 1) column++
      runs.push({ row, from, to: column })
    }
  }
  return runs
}
