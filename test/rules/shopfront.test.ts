/** Goods before a shop: how far, how sure, and what is none. A shop's line at half the height, 10 m of ground below. */
import { expect, test } from 'vitest'
import type { Point } from '../../gateway/kit/geometry.ts'
import { GroundScale, planeOf } from '../../gateway/violations/ground-scale.ts'
import type { JudgedZone } from '../../gateway/violations/judge.ts'
import type { Terms } from '../../gateway/violations/rules/rule.ts'
import { hasPublicSide, Shopfront } from '../../gateway/violations/shopfront.ts'
import { AT, events, KERB, makeJudge, trackOf, walk, wellSeen, withRules } from './street.ts'

const LINE: Point[] = [
  [0, 0.5],
  [1, 0.5],
]
const BELOW: Point[] = [...LINE, [1, 1], [0, 1]]
const METRES = GroundScale.parse({
  points: BELOW.map(([x, y]) => ({ at: [x, y], metres: [20 * x, 20 * (y - 0.5)] })),
  errorShare: 0.05,
})

/** The street's goods touch the ground at 120 of 180 rows: 10/3 m beyond the line. */
const TRUE_M = 10 / 3

const front = (terms: Partial<Terms> = {}, parts: Partial<JudgedZone> = {}): JudgedZone => ({
  ...withRules({ 'beyond-shopfront': 10 }, { ...KERB, type: 'SHOPFRONT', polygon: BELOW }, terms),
  shopfrontLine: LINE,
  groundScale: METRES,
  ...parts,
})
const told = (zone: JudgedZone, strip: string, seen: Parameters<typeof walk>[3] = null) =>
  walk(makeJudge([zone]), strip, 0, seen)

const GOODS = `..${'g'.repeat(20)}....`
const NOBODY = `..${'g'.repeat(20)}`

const CASES: [what: string, zone: JudgedZone, strip: string, events: string[]][] = [
  ['goods nobody is with', front(), GOODS, ['beyond-shopfront 2–22']],
  ['goods with the shopkeeper', front(), `..${'v'.repeat(20)}....`, ['beyond-shopfront 2–22']],
  ['goods for a moment', front(), `..${'g'.repeat(8)}....`, []],
  ['a person', front(), `..${'p'.repeat(30)}`, []],
  ['less than the least distance', front({ minDistanceM: 3.4 }), GOODS, []],
  ['more, but not surely', front({ minDistanceM: 3.2 }), GOODS, []],
  ['surely more', front({ minDistanceM: 3 }), GOODS, ['beyond-shopfront 2–22']],
  ['behind the line', front({}, { shopfrontLine: LINE.map(([x, y]) => [x, y + 0.2] as const) }), GOODS, []],
  ['no scale', front({}, { groundScale: undefined }), NOBODY, ['beyond-shopfront 2–']],
  ['no line', front({}, { shopfrontLine: undefined }), GOODS, []],
]
for (const [what, zone, strip, expected] of CASES) {
  test(`beyond-shopfront: ${what} is ${JSON.stringify(expected)}`, () => {
    expect(events(told(zone, strip))).toEqual(expected)
  })
}

test('beyond-shopfront: the act says how far, as an interval; without a scale that it is unknown', () => {
  const [low, high] = told(front(), NOBODY).at(-1)!.act.measured!.distanceM!
  expect(low).toBeLessThan(TRUE_M)
  expect(high).toBeGreaterThan(TRUE_M)
  expect(high - low).toBeLessThan(1)
  expect(told(front({}, { groundScale: undefined }), NOBODY).at(-1)!.act.measured).toEqual({
    ...{ distanceM: null, areaM2: null },
    groundShare: 1,
  })
})

test('beyond-shopfront: the shopkeeper is no vendor where both are watched', () => {
  const zone = front()
  const both = { ...zone, rules: [{ rule: 'street-vending' as const, minDwellSec: 10 }, ...zone.rules] }
  expect(events(told(both, `..${'v'.repeat(20)}....`))).toEqual(['beyond-shopfront 2–22'])
  const behind = { ...both, shopfrontLine: LINE.map(([x, y]) => [x, y + 0.2] as const) }
  expect(events(told(behind, `..${'v'.repeat(20)}....`))).toEqual(['street-vending 2–22'])
})

test('beyond-shopfront: a customer’s bicycle is no goods', () => {
  expect(events(told(front(), `..${'b'.repeat(30)}`, wellSeen))).toEqual([])
})

test('beyond-shopfront: minutes of unloading do not count, up to the grace', () => {
  const [left, top, right] = AT.goods
  const van = (character: string, second: number) => [
    ...wellSeen(character, second),
    trackOf(9, 'vehicle', [left - 0.2, top - 0.1, left - 0.01, 0.7], second),
  ]
  const strip = `..${'v'.repeat(40)}`
  expect(right).toBeLessThan(1)
  expect(events(told(front(), strip, wellSeen))).toEqual(['beyond-shopfront 2–'])
  expect(events(told(front({ unloadingGraceMs: 600_000 }), strip, van))).toEqual([])
  const short = told(front({ unloadingGraceMs: 5_000 }), strip, van).at(-1)!.act
  expect([short.ruleId, short.confirmedMs !== null]).toEqual(['beyond-shopfront', true])
  expect(short.startMs).toBeGreaterThan(6_000)
  expect(short.startMs).toBeLessThanOrEqual(14_000)
})

test('ground scale: four measured places give the ground back, also in perspective', () => {
  // A street that narrows upwards: metres (x, z) ─▶ picture.
  const seen = ([x, z]: Point): [number, number] => [0.5 + x / (4 + z), 0.2 + 3 / (4 + z)]
  const corners: Point[] = [
    [-1, 1],
    [1.5, 1],
    [2, 9],
    [-2, 8],
  ]
  const plane = planeOf({
    points: corners.map((spot) => ({ at: seen(spot), metres: [...spot] })),
    errorShare: 0.05,
  })!
  for (const spot of [
    [0, 2],
    [1, 6],
    [-1.5, 8],
  ] as Point[]) {
    const found = plane.metresAt(seen(spot))!
    expect(found[0]).toBeCloseTo(spot[0], 6)
    expect(found[1]).toBeCloseTo(spot[1], 6)
  }
  expect(plane.errorShare).toBeCloseTo(0.05, 6)
  expect(plane.metresAt([0.5, 0.1])).toBeNull() // Above the horizon.
})

test('ground scale: places that fit no plane widen the error, nonsense is refused', () => {
  const at = (points: [number, number, number, number][], errorShare = 0.05) =>
    planeOf({
      points: points.map(([x, y, east, north]) => ({ at: [x, y], metres: [east, north] })),
      errorShare,
    })
  const square: [number, number, number, number][] = [
    [0.2, 0.2, 0, 0],
    [0.8, 0.2, 6, 0],
    [0.8, 0.8, 6, 6],
    [0.2, 0.8, 0, 6],
  ]
  expect(at(square)?.errorShare).toBeCloseTo(0.05)
  expect(at([...square, [0.5, 0.5, 3.2, 3]])!.errorShare).toBeGreaterThan(0.055)
  expect(at([...square, [0.5, 0.5, 9, 0]])).toBeNull()
  expect(at(square.map(([x, , east, north]) => [x, x, east, north]))).toBeNull()
  expect(at(square.map(([x, y]) => [x, y, 1, 1]))).toBeNull()
  expect(planeOf({ from: [0.1, 0.1], to: [0.1, 0.1], metres: 3, errorShare: 0.3 })).toBeNull()
})

test('ground scale: a known length counts for as much as it says', () => {
  const length = planeOf({ from: [0.2, 0.5], to: [0.2, 0.75], metres: 5, errorShare: 0.3 })!
  const extent = new Shopfront(LINE, BELOW, { from: [0.2, 0.5], to: [0.2, 0.75], metres: 5, errorShare: 0.3 })
  expect(length.metresAt([0, 0.5])![1] - length.metresAt([0, 0.25])![1]).toBeCloseTo(5)
  const { distanceM } = extent.measure([[0.5, 0.75]])!
  expect(distanceM![0]).toBeLessThan(0.71 * 5)
  expect(distanceM![1]).toBeGreaterThan(1.29 * 5)
})

test('shopfront: the public side is the side on which the zone lies, whichever way the line was drawn', () => {
  const drawnBack = [...LINE].reverse()
  for (const line of [LINE, drawnBack]) {
    const { groundShare, pictureShare } = new Shopfront(line, BELOW, undefined).measure([
      [0.3, 0.6],
      [0.5, 0.7],
    ])!
    expect([groundShare, pictureShare]).toEqual([1, expect.closeTo(0.1)])
    expect(new Shopfront(line, BELOW, undefined).measure([[0.5, 0.4]])!.groundShare).toBe(0)
  }
  expect(hasPublicSide(LINE, BELOW)).toBe(true)
  expect(
    hasPublicSide(LINE, [
      [0, 0.2],
      [1, 0.2],
      [1, 0.8],
      [0, 0.8],
    ]),
  ).toBe(false)
})

test('shopfront: area lies between what touches the ground and all of it up to the line', () => {
  const feet: Point[] = Array.from({ length: 40 }, (_, index) => [0.4 + index / 400, 0.65])
  const { areaM2 } = new Shopfront(LINE, BELOW, METRES).measure(feet)!
  expect(areaM2![0]).toBeCloseTo(0, 1)
  // 2 m along the shop, 3 m deep.
  expect(areaM2![1]).toBeGreaterThan(5.8)
  expect(areaM2![1]).toBeLessThan(7.5)
})
