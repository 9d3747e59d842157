/** One trade is told once, by the rule that says most about it. See `street.ts` for the letters. */
import { expect, test } from 'vitest'
import type { Role } from '../../gateway/detections/detections.ts'
import type { Box } from '../../gateway/kit/geometry.ts'
import type { RuleId } from '../../gateway/violations/event.ts'
import { rolesMissing, silencing } from '../../gateway/violations/rules/index.ts'
import { AT, events, KERB, makeJudge, trackOf, walk, wellSeen, withRules } from './street.ts'

const ROAD = { ...KERB, type: 'SIDEWALK' }
const STALL = `..${'v'.repeat(40)}....`

const beside = (role: Role, boxes: readonly Box[]) => (character: string, second: number) => [
  ...wellSeen(character, second),
  ...boxes.map((box, index) => trackOf(10 + index, role, box, second)),
]
const [left, top, right, bottom] = AT.goods
const part = (index: number): Box => [left + index * 0.04, top - 0.02, left + index * 0.04 + 0.03, bottom]

const CASES: [what: string, rules: RuleId[], seen: ReturnType<typeof beside> | null, told: RuleId[]][] = [
  ['a stall on the road', ['road-occupation'], null, ['road-occupation']],
  ['a stall where both are watched', ['road-occupation', 'street-vending'], null, ['street-vending']],
  [
    'a market of three carts where both are watched',
    ['street-vending', 'road-occupation'],
    beside('carrier', [part(0), part(1), part(2)]),
    ['road-occupation'],
  ],
  ['a stall with a grill', ['street-vending', 'barbecue'], beside('grill', [part(1)]), ['barbecue']],
  ['a stall without', ['street-vending', 'barbecue'], beside('goods', [part(1)]), ['street-vending']],
  ['a stall of scrap', ['street-vending', 'scrap-buying'], beside('scrap', [part(1)]), ['scrap-buying']],
  ['a stall where scrap alone is watched', ['scrap-buying'], null, []],
]
for (const [what, rules, seen, expected] of CASES) {
  test(`trade: ${what} is ${expected.join() || 'nothing'}`, () => {
    const judge = makeJudge([withRules(Object.fromEntries(rules.map((rule) => [rule, 20])), ROAD)])
    expect(events(walk(judge, STALL, 0, seen))).toEqual(expected.map((rule) => `${rule} 2–42`))
  })
}

test('trade: an act that was told keeps its name when more carts come', () => {
  const judge = makeJudge([withRules({ 'street-vending': 10, 'road-occupation': 10 }, ROAD)])
  const three = beside('carrier', [part(0), part(1), part(2)])
  const told = walk(judge, `..${'v'.repeat(50)}....`, 0, (character, second) =>
    second < 16 ? wellSeen(character, second) : three(character, second),
  )
  expect(events(told)).toEqual(['street-vending 2–52'])
})

test('trade: an abandoned grill is piled', () => {
  const judge = makeJudge([withRules({ barbecue: 10, piling: 10 })])
  const strip = `..${'v'.repeat(20)}${'g'.repeat(40)}`
  expect(events(walk(judge, strip, 0, beside('grill', [part(1)])))).toEqual(['barbecue 2–21', 'piling 21–'])
})

test('trade: people who wait for a bus set nothing down', () => {
  const judge = makeJudge([withRules({ 'street-vending': 10, 'road-occupation': 10, piling: 10 }, ROAD)])
  const queue = (_: string, second: number) =>
    [0, 1, 2, 3].map((index) =>
      trackOf(
        20 + index,
        'person',
        [right + 0.02 * index, top - 0.15, right + 0.02 * index + 0.05, bottom],
        second,
      ),
    )
  expect(events(walk(judge, `..${'p'.repeat(60)}..`, 0, queue))).toEqual([])
})

test('trade: a vendor who pushes his cart along never has a place', () => {
  const judge = makeJudge([withRules({ 'street-vending': 10 })])
  // Goods here are another's, for moments; his cart moves.
  const told = walk(judge, '..pp..vv..pp..vv..pp....', 0, (_, second) => [
    trackOf(30, 'carrier', [0.02 * second, 0.5, 0.02 * second + 0.1, 0.7], second, {
      stationarySinceMs: null,
    }),
  ])
  expect(events(told)).toEqual([])
})

test('permit: what is permitted in its hours is nothing, under any name, and piling is silent with it', () => {
  const permitted = (_: number, ruleId: RuleId) => silencing(ruleId).includes('street-vending')
  const zone = withRules(
    { 'street-vending': 10, 'road-occupation': 10, piling: 10, 'bicycle-occupation': 10 },
    ROAD,
  )
  expect(events(walk(makeJudge([zone], permitted), `..${'v'.repeat(30)}${'g'.repeat(30)}`))).toEqual([])
  // A bicycle parked in the market is no part of the permit.
  const strip = `..${'b'.repeat(30)}`
  expect(events(walk(makeJudge([zone], permitted), strip, 0, wellSeen))).toEqual(['bicycle-occupation 2–'])
})

test('permit: cones and a fence of permitted works are no pile; without a permit they are told, and trade always is', () => {
  const works = (_: number, ruleId: RuleId) => silencing(ruleId).includes('piling')
  const zone = withRules({ 'street-vending': 10, piling: 10 })
  const fence = `..${'g'.repeat(40)}`
  expect(events(walk(makeJudge([zone], works), fence))).toEqual([])
  expect(events(walk(makeJudge([zone]), fence))).toEqual(['piling 2–'])
  expect(events(walk(makeJudge([zone], works), STALL))).toEqual(['street-vending 2–42'])
})

test('support: what a rule needs and no model knows', () => {
  const coco = new Set<Role>(['person', 'vehicle', 'two-wheeler', 'carrier', 'goods', 'furniture', 'other'])
  expect(rolesMissing('street-vending', new Set())).toEqual([])
  expect(rolesMissing('piling', new Set())).toEqual([])
  expect(rolesMissing('bicycle-occupation', new Set(['person']))).toEqual(['two-wheeler'])
  expect(rolesMissing('vehicle-occupation', coco)).toEqual([])
  expect(rolesMissing('barbecue', coco)).toEqual(['grill'])
  expect(rolesMissing('scrap-buying', coco)).toEqual(['scrap'])
})
