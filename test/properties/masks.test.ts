/**
 * The kernels of masks against their plain definitions, on random masks. Seeded: the failing case prints its seed; set
 * MASKS_SEED to repeat it.
 */
import { expect, test } from 'vitest'
import { Kernels } from '../../gateway/occupancy/kernels.ts'
import { Masks, type Part } from '../../gateway/occupancy/mask.ts'
import { PLANE_HEIGHT, PLANE_PIXELS, PLANE_WIDTH } from '../../gateway/occupancy/standing.ts'

const ROUNDS = 12
const SEED = Number(process.env['MASKS_SEED'] ?? 20_260_101)

const kernels = new Kernels()
const masks = new Masks(kernels)
const [mask, out, labels] = [kernels.bytes(), kernels.bytes(), kernels.bytes()]

/** From empty over rectangles, which touch the edge at times, to single grains. */
function drawRandom(seed: number): void {
  let state = seed
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  mask.fill(0)
  for (let i = Math.floor(12 * random()); i > 0; i--) {
    const [left, top] = [Math.floor(340 * random()) - 20, Math.floor(200 * random()) - 20]
    const [width, height] = [1 + Math.floor(60 * random()), 1 + Math.floor(50 * random())]
    paint(left, top, width, height)
  }
  const grains = random() < 0.5 ? 0 : Math.floor(PLANE_PIXELS * 0.4 * random())
  for (let i = 0; i < grains; i++) {
    const at = Math.floor(PLANE_PIXELS * random())
    mask[at] = 1 - mask[at]!
  }
}

function paint(left: number, top: number, width: number, height: number): void {
  for (let y = Math.max(0, top); y < Math.min(PLANE_HEIGHT, top + height); y++) {
    for (let x = Math.max(0, left); x < Math.min(PLANE_WIDTH, left + width); x++)
      mask[y * PLANE_WIDTH + x] = 1
  }
}

/** How many pixels of the picture lie within the square around a pixel, and how many of them are set. */
function around(of: Uint8Array, at: number, radius: number): { all: number; set: number } {
  const [column, row] = [at % PLANE_WIDTH, Math.floor(at / PLANE_WIDTH)]
  const [top, bottom] = [Math.max(0, row - radius), Math.min(PLANE_HEIGHT - 1, row + radius)]
  const [left, right] = [Math.max(0, column - radius), Math.min(PLANE_WIDTH - 1, column + radius)]
  let set = 0
  for (let y = top; y <= bottom; y++) for (let x = left; x <= right; x++) set += of[y * PLANE_WIDTH + x]!
  return { all: (bottom - top + 1) * (right - left + 1), set }
}

const grown = (of: Uint8Array, radius: number) => of.map((_, at) => (around(of, at, radius).set > 0 ? 1 : 0))

function shrunk(of: Uint8Array, radius: number): Uint8Array {
  return of.map((_, at) => {
    const { all, set } = around(of, at, radius)
    return set === all ? 1 : 0
  })
}

function partsOf(of: Uint8Array, pixelsMin: number): { parts: Part[]; numbers: Uint8Array } {
  const left = new Uint8Array(of)
  const numbers = new Uint8Array(PLANE_PIXELS)
  const parts: Part[] = []
  for (let seed = 0; seed < PLANE_PIXELS; seed++) {
    if (left[seed] === 0) continue
    const pixels = flood(left, seed)
    if (pixels.length < pixelsMin || parts.length === 255) continue
    const [columns, rows] = [
      pixels.map((at) => at % PLANE_WIDTH),
      pixels.map((at) => Math.floor(at / PLANE_WIDTH)),
    ]
    parts.push({
      label: parts.length + 1,
      pixels: pixels.length,
      left: columns.reduce((a, b) => Math.min(a, b)),
      top: rows.reduce((a, b) => Math.min(a, b)),
      right: columns.reduce((a, b) => Math.max(a, b)),
      bottom: rows.reduce((a, b) => Math.max(a, b)),
    })
    for (const at of pixels) numbers[at] = parts.length
  }
  return { parts, numbers }
}

/** Takes the part that holds `seed` out of the mask. */
function flood(left: Uint8Array, seed: number): number[] {
  const pixels = [seed]
  left[seed] = 0
  for (const at of pixels) {
    const column = at % PLANE_WIDTH
    for (let y = -1; y <= 1; y++) {
      for (let x = -1; x <= 1; x++) {
        const other = at + y * PLANE_WIDTH + x
        if (column + x < 0 || column + x >= PLANE_WIDTH || left[other] !== 1) continue
        left[other] = 0
        pixels.push(other)
      }
    }
  }
  return pixels
}

const rounds = Array.from({ length: ROUNDS }, (_, round) => SEED + round)

test.each(rounds)('masks: grow, open, close and the crowded are what they say (seed %i)', (seed) => {
  drawRandom(seed)
  const drawn = new Uint8Array(mask)
  const radius = 1 + (seed % 3)
  masks.grow(mask, out, radius)
  expect(Buffer.compare(out, grown(drawn, radius))).toBe(0)
  masks.close(mask, out, radius)
  expect(Buffer.compare(out, shrunk(grown(drawn, radius), radius))).toBe(0)
  masks.open(mask, out, radius)
  expect(Buffer.compare(out, grown(shrunk(drawn, radius), radius))).toBe(0)
  masks.keepCrowded(mask, out, 4)
  const crowded = drawn.map((here, at) => (here === 1 && around(drawn, at, 1).set >= 4 ? 1 : 0))
  expect(Buffer.compare(out, crowded)).toBe(0)
  expect(Buffer.compare(mask, drawn)).toBe(0)
})

test.each(rounds)('masks: parts are numbered in the order of their first pixel (seed %i)', (seed) => {
  drawRandom(seed)
  const pixelsMin = [1, 12, 50][seed % 3]!
  const wanted = partsOf(mask, pixelsMin)
  const count = masks.label(mask, labels, pixelsMin)
  expect(Array.from({ length: count }, (_, at) => masks.part(at + 1))).toEqual(wanted.parts)
  expect(Buffer.compare(labels, wanted.numbers)).toBe(0)
})
