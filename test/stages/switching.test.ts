import { expect, test } from 'vitest'
import { Kernels } from '../../gateway/occupancy/kernels.ts'
import { Masks } from '../../gateway/occupancy/mask.ts'
import { PLANE_HEIGHT, PLANE_WIDTH } from '../../gateway/occupancy/standing.ts'
import { Switching } from '../../gateway/occupancy/switching.ts'

type Rect = readonly [left: number, top: number, width: number, height: number]

const SIGN: Rect = [150, 120, 22, 30]
const HIDDEN: Rect = [150, 120, 10, 30]

function make() {
  const kernels = new Kernels()
  const switching = new Switching(new Masks(kernels), kernels.bytes(), kernels.bytes())
  const moved = kernels.bytes()
  /** What is left as movement, and how many pixels are lit, after a look at this second. */
  const look = (second: number, ...rects: readonly Rect[]): { left: number; lit: number; found: number } => {
    moved.fill(0)
    for (const rect of rects) paint(moved, rect, 1)
    const found = switching.take(moved, 1000 * second).length
    return { left: sum(moved), lit: sum(switching.lit), found }
  }
  return { look, moved, switching }
}

function paint(mask: Uint8Array, [left, top, width, height]: Rect, value: 0 | 1): void {
  for (let row = top; row < top + height; row++)
    mask.fill(value, row * PLANE_WIDTH + left, row * PLANE_WIDTH + left + width)
}

const sum = (mask: Uint8Array): number => mask.reduce((total, value) => total + value, 0)
const areaOf = ([, , width, height]: Rect): number => width * height

/** Looks once a second at a sign that switches every five seconds, and at what else there is. */
function nights(seconds: number, beside: (second: number) => readonly Rect[] = () => []) {
  const { look, ...rest } = make()
  const looks = Array.from({ length: seconds }, (_, second) =>
    look(second, ...(second % 5 === 0 ? [SIGN] : []), ...beside(second)),
  )
  return { look, looks, ...rest }
}

test('a sign is a light from its third switch on, and moves no more', () => {
  const { looks } = nights(31)
  expect(looks.map(({ found }) => found).indexOf(1)).toBe(10)
  expect(looks[5]).toMatchObject({ left: areaOf(SIGN), lit: 0 })
  for (const second of [10, 20, 30]) expect(looks[second]).toMatchObject({ left: 0, lit: areaOf(SIGN) })
})

test('somebody beside it goes on moving', () => {
  const walker = (second: number): Rect[] => [[20 + 6 * second, 60, 14, 40]]
  const { looks } = nights(31, walker)
  expect(looks[30]).toMatchObject({ left: 14 * 40 })
})

test('who stirs whenever he likes is no light', () => {
  const { look } = make()
  const stirs = [3, 10, 14, 23, 27, 38, 41, 52]
  const looks = Array.from({ length: 60 }, (_, second) =>
    look(second, ...(stirs.includes(second) ? [SIGN] : [])),
  )
  expect(sumOf(looks, 'lit')).toBe(0)
  for (const second of stirs) expect(looks[second]!.left).toBe(areaOf(SIGN))
})

test('who keeps time but is never still in between is no light', () => {
  const looks = nights(41, (second) => (second % 5 === 0 ? [] : [[152, 122, 14, 20]])).looks
  expect(sumOf(looks, 'lit')).toBe(0)
})

test('what is set down before a light is seen after two switches, the rest stays lit', () => {
  const { look } = nights(31)
  const [left, top, width, height] = SIGN
  const rest: Rect = [left + HIDDEN[2], top, width - HIDDEN[2], height]
  const lit = [35, 40, 45].map((second) => {
    for (let quiet = second - 4; quiet < second; quiet++) look(quiet)
    return look(second, rest).lit
  })
  expect(lit[0]).toBe(areaOf(SIGN))
  expect(lit[1]).toBe(areaOf(rest))
  expect(lit[2]).toBe(areaOf(rest))
})

test('a sign that was switched off is no light two minutes later', () => {
  const { look } = nights(31)
  expect(look(149).lit).toBe(areaOf(SIGN))
  expect(look(151).lit).toBe(0)
})

test('after the picture was learned anew nothing is lit', () => {
  const { switching } = nights(31)
  switching.reset()
  expect(sum(switching.lit)).toBe(0)
})

test('there are never more places than fit: the light is kept, what moved once goes', () => {
  const { look } = nights(16)
  for (let second = 16; second < 20; second++) look(second)
  const crowd = Array.from(
    { length: 24 },
    (_, index): Rect => [4 + 24 * (index % 12), 4 + 24 * Math.floor(index / 12), 12, 12],
  )
  look(21, ...crowd)
  expect(PLANE_HEIGHT).toBeGreaterThan(64)
  expect(look(25, SIGN)).toMatchObject({ left: 0, lit: areaOf(SIGN) })
})

const sumOf = (looks: readonly { lit: number }[], key: 'lit'): number =>
  looks.reduce((total, one) => total + one[key], 0)
