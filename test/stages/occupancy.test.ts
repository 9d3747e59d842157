import { expect, test } from 'vitest'
import { Occupancy, OccupancyOptions } from '../../gateway/occupancy/occupancy.ts'
import type { Standing } from '../../gateway/occupancy/standing.ts'
import { frameOf, type Rect, type Scene } from './occupancy-street.ts'

const CASE: Rect = [300, 220, 70, 60]
const BODY: Rect = [380, 120, 44, 165]

const make = () => new Occupancy(OccupancyOptions.parse({}))

/** Shows scene after scene, one sample a second, from second `fromSec` on; gives the last sample's answer. */
function show(
  occupancy: Occupancy,
  scenes: (second: number) => Scene,
  fromSec: number,
  toSec: number,
): Standing {
  let standing: Standing | null = null
  for (let second = fromSec; second < toSec; second++) {
    standing = occupancy.stand(frameOf(scenes(second), second))
  }
  return standing!
}

const same = (a: Occupancy, b: Occupancy): boolean => Buffer.compare(a.snapshot(), b.snapshot()) === 0

const goodsOf = (standing: Standing): number =>
  standing.regions.reduce((sum, region) => sum + region.goodsPixels, 0)

test('occupancy: an empty street stands for nothing', () => {
  const standing = show(make(), () => ({}), 0, 14)
  expect(standing.ready).toBe(true)
  expect(standing.regions).toEqual([])
})

test('occupancy: a case that is set down stands, from that second on', () => {
  const standing = show(make(), (second) => ({ things: second >= 8 ? [CASE] : [] }), 0, 18)
  expect(standing.regions).toHaveLength(1)
  const [region] = standing.regions
  expect(region!.goodsPixels).toBeGreaterThan(700)
  expect(region!.box[0]).toBeCloseTo(300 / 640, 1)
  expect(region!.box[3]).toBeCloseTo(280 / 360, 1)
  const middle = 125 * 320 + 168
  expect(standing.sinceMs[middle]).toBe(8_000)
})

test('occupancy: when it is taken away nothing stands', () => {
  const standing = show(make(), (second) => ({ things: second >= 8 && second < 18 ? [CASE] : [] }), 0, 24)
  expect(standing.regions).toEqual([])
})

test('occupancy: somebody who passes stands for nothing', () => {
  const passer = (second: number): Scene => ({ people: [[-60 + 70 * (second - 6), 120, 44, 165]] })
  const occupancy = make()
  for (let second = 0; second < 18; second++) {
    expect(goodsOf(occupancy.stand(frameOf(passer(second), second)))).toBe(0)
  }
})

test('occupancy: somebody who stays is alive and no goods; the case beside him is', () => {
  const alone = show(make(), (second) => ({ people: second >= 7 ? [BODY] : [] }), 0, 24)
  expect(alone.regions[0]!.hotPixels).toBeGreaterThan(20)
  expect(goodsOf(alone)).toBe(0)
  const seller = (second: number): Scene =>
    second >= 7 ? { people: [BODY], things: [[270, 220, 90, 60]] } : {}
  const standing = show(make(), seller, 0, 24)
  expect(goodsOf(standing)).toBeGreaterThan(500)
})

test('occupancy: light that drifts by a third is no thing, and hides none', () => {
  const drift = (second: number) => 1 + 0.3 * Math.sin((2 * Math.PI * second) / 30)
  const empty = show(make(), (second) => ({ light: drift(second) }), 0, 26)
  expect(empty.regions).toEqual([])
  const lit = show(make(), (second) => ({ light: drift(second), things: second >= 8 ? [CASE] : [] }), 0, 26)
  expect(goodsOf(lit)).toBeGreaterThan(700)
})

test('occupancy: lamps that go down at once are no thing', () => {
  const occupancy = make()
  for (let second = 0; second < 22; second++) {
    const standing = occupancy.stand(frameOf({ light: second >= 10 ? 0.7 : 1 }, second))
    expect(goodsOf(standing)).toBe(0)
  }
})

test('occupancy: what stood at the start and leaves is a ghost, not a thing', () => {
  const standing = show(make(), (second) => ({ things: second < 10 ? [CASE] : [] }), 0, 26)
  expect(goodsOf(standing)).toBe(0)
})

test('occupancy: a shaken pole moves neither street nor case', () => {
  const shaken = (second: number): Scene => ({
    shift: [((second * 7) % 5) - 2, ((second * 3) % 5) - 2],
    things: second >= 8 ? [CASE] : [],
  })
  const standing = show(make(), shaken, 0, 20)
  expect(standing.regions).toHaveLength(1)
  expect(standing.regions[0]!.goodsPixels).toBeGreaterThan(600)
  expect(standing.regions[0]!.hotPixels).toBeLessThan(20)
})

test('occupancy: a crowd in front of a case does not make it younger', () => {
  const covered = (second: number): Scene => ({
    things: second >= 8 ? [CASE] : [],
    people: second >= 18 && second < 24 ? [[280 + 8 * (second - 18), 130, 60, 170]] : [],
  })
  const standing = show(make(), covered, 0, 30)
  expect(standing.sinceMs[125 * 320 + 168]).toBe(8_000)
})

test('occupancy: a gap in the stream changes no age', () => {
  const occupancy = make()
  const scene = (second: number): Scene => ({ things: second >= 8 ? [CASE] : [] })
  show(occupancy, scene, 0, 14)
  const standing = show(occupancy, scene, 90, 93)
  expect(goodsOf(standing)).toBeGreaterThan(700)
  expect(standing.sinceMs[125 * 320 + 168]).toBe(8_000)
})

test('occupancy: a camera that was turned to a wall learns it afresh and says so', () => {
  const turned = (second: number): Scene => ({ things: second >= 8 ? [[-20, -20, 700, 275]] : [] })
  const standing = show(make(), turned, 0, 40)
  expect(standing.epoch).toBe(1)
  expect(standing.ready).toBe(true)
  expect(goodsOf(standing)).toBe(0)
})

test('occupancy: a snapshot in the middle goes on byte for byte, and strangers are refused', () => {
  const scene = (second: number): Scene => ({
    things: second >= 8 ? [CASE] : [],
    people: second >= 6 && second < 16 ? [BODY] : [],
  })
  const whole = make()
  show(whole, scene, 0, 14)
  const resumed = make()
  const bytes = whole.snapshot()
  expect(resumed.restore(bytes)).toBe(true)
  expect(show(resumed, scene, 14, 20).regions).toEqual(show(whole, scene, 14, 20).regions)
  expect(same(resumed, whole)).toBe(true)
  expect(make().restore(bytes.subarray(1))).toBe(false)
  expect(make().restore(new Uint8Array(bytes.length))).toBe(false)
})

test('occupancy: the same frames give the same answer', () => {
  const scene = (second: number): Scene => ({ things: second >= 8 ? [CASE] : [], people: [BODY] })
  const one = make()
  const other = make()
  show(one, scene, 0, 12)
  show(other, scene, 0, 12)
  expect(same(one, other)).toBe(true)
})
