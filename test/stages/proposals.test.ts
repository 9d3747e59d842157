import { expect, test } from 'vitest'
import { proposalsOf } from '../../gateway/occupancy/proposals.ts'
import { PLANE_HEIGHT, PLANE_PIXELS, PLANE_WIDTH } from '../../gateway/occupancy/standing.ts'
import { standingOf } from '../rules/street.ts'

const GOODS = [140 / PLANE_WIDTH, 100 / PLANE_HEIGHT, 180 / PLANE_WIDTH, 120 / PLANE_HEIGHT]

test('nothing stands, or nothing is known yet: nothing to be named', () => {
  expect(proposalsOf(standingOf('.', 20_000, 20_000))).toEqual([])
  expect(proposalsOf({ ...standingOf('g', 20_000, 0), ready: false })).toEqual([])
})

test('goods alone are one box, goods and somebody by them are two', () => {
  expect(proposalsOf(standingOf('g', 20_000, 0))).toEqual([GOODS])
  const [first, second, ...others] = proposalsOf(standingOf('v', 20_000, 0))
  expect(others).toEqual([])
  expect([first, second]).toContainEqual(GOODS)
})

test('a vendor and his table in one region: the goods, and what beside them moves', () => {
  const standing = standingOf('v', 20_000, 0)
  for (let at = 0; at < PLANE_PIXELS; at++) if (standing.labels[at] === 2) standing.labels[at] = 1
  const [goods, person] = standing.regions
  const box = [GOODS[0]!, person!.box[1], person!.box[2], GOODS[3]!] as const
  const pixels = goods!.pixels + person!.pixels
  const one = { ...standing, regions: [{ ...goods!, box, pixels, hotPixels: person!.pixels }] }
  expect(proposalsOf(one)).toEqual([GOODS, person!.box])
})

test('goods that are nearly all of their region are named with the whole of it, a small rest apart', () => {
  const standing = standingOf('g', 20_000, 0)
  const [goods] = standing.regions
  // A strip of three columns beside them, sixty pixels.
  for (let row = 100; row < 120; row++)
    standing.labels.fill(1, row * PLANE_WIDTH + 180, row * PLANE_WIDTH + 183)
  const right = 183 / PLANE_WIDTH
  const whole = [GOODS[0]!, GOODS[1]!, right, GOODS[3]!] as const
  const one = { ...standing, regions: [{ ...goods!, box: whole, pixels: goods!.pixels + 60 }] }
  expect(proposalsOf(one)).toEqual([whole, [180 / PLANE_WIDTH, GOODS[1], right, GOODS[3]]])
})

test('never more than a namer takes', () => {
  const standing = standingOf('g', 20_000, 0)
  const regions = Array.from({ length: 100 }, () => standing.regions[0]!)
  expect(proposalsOf({ ...standing, regions })).toHaveLength(32)
})
