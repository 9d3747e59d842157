/** What is parked is told by its own rule, what stands beside it by its own. See `street.ts` for the letters. */
import { expect, test } from 'vitest'
import { type Box, union } from '../../gateway/kit/geometry.ts'
import { AT, events, KERB, makeJudge, trackOf, walk, wellSeen, withRules } from './street.ts'

const LEFT = { piling: 10, 'bicycle-occupation': 10 } as const
const b = (count: number) => 'b'.repeat(count)
const c = (count: number) => 'c'.repeat(count)

const STRIPS: [strip: string, events: string[]][] = [
  [`..${b(8)}......`, []], // A short stop.
  [`..${b(20)}....`, ['bicycle-occupation 2–22']], // One bicycle is one bicycle, and no pile.
  [`..${b(20)}`, ['bicycle-occupation 2–']],
  [`..${'B'.repeat(9)}......`, []], // A delivery: stands by it, rides on.
  [`..${'B'.repeat(24)}....`, ['bicycle-occupation 2–26']], // Whoever stays with it has parked it all the same.
  [`..${c(24)}....`, ['bicycle-occupation 2–26', 'piling 2–26']], // A case and a bicycle are two acts.
  [`..ggg${c(24)}....`, ['bicycle-occupation 5–29', 'piling 2–29']], // Each dates from its own beginning.
  [`..${c(24)}${'g'.repeat(12)}....`, ['bicycle-occupation 2–26', 'piling 2–38']], // And ends by itself.
  [`..${c(24)}${b(12)}....`, ['bicycle-occupation 2–38', 'piling 2–26']],
  [`..${b(24)}....${b(24)}`, ['bicycle-occupation 2–26', 'bicycle-occupation 30–']], // Two stays.
]
for (const [strip, expected] of STRIPS) {
  test(`parked: ${strip} is ${JSON.stringify(expected)}`, () => {
    const judge = makeJudge([withRules(LEFT)])
    const told = [...walk(judge, strip, 0, wellSeen), ...judge.finish(1000 * strip.length)]
    expect(events(told).sort()).toEqual(expected)
  })
}

test('parked: who may be spoken to is named, and each act has its own place', () => {
  const judge = makeJudge([withRules(LEFT)])
  const told = walk(judge, `..${'C'.repeat(4)}${c(24)}`, 0, wellSeen)
  const confirmed = told.filter(({ kind }) => kind === 'confirmed').map(({ act }) => act)
  const bicycle = confirmed.find(({ ruleId }) => ruleId === 'bicycle-occupation')
  const pile = confirmed.find(({ ruleId }) => ruleId === 'piling')
  for (const edge of [0, 1, 2, 3] as const) {
    expect(bicycle?.box[edge]).toBeCloseTo(AT.bicycle[edge])
    expect(pile?.box[edge]).toBeCloseTo(AT.goods[edge])
  }
  expect(bicycle?.objects).toEqual([{ class: 'two-wheeler', role: 'two-wheeler', confidence: 0.8 }])
})

test('parked: the catalogue may leave out minutes in which somebody stays with it', () => {
  const uncounted = withRules({ 'bicycle-occupation': 10 }, KERB, { attendedCounts: false })
  const waits = `..${'B'.repeat(30)}`
  expect(events(walk(makeJudge([uncounted]), waits, 0, wellSeen))).toEqual([])
  expect(events(walk(makeJudge([uncounted]), `${waits}${b(12)}`, 0, wellSeen))).toEqual([
    'bicycle-occupation 2–',
  ])
})

test('parked: a name heard once in a while is no name', () => {
  const seldom = (character: string, second: number) => (second % 3 === 0 ? wellSeen(character, second) : [])
  const judge = makeJudge([withRules(LEFT)])
  // Tracks of three seconds ago are not heard any more.
  const told = walk(judge, `..${b(30)}....`, 0, (character, second) =>
    seldom(character, second).map((track) => ({ ...track, lastSeenMs: track.lastSeenMs - 2_500 })),
  )
  expect(events(told)).toEqual(['piling 2–32'])
})

test('parked: a car that waits before a pile is no part of it', () => {
  const judge = makeJudge([withRules({ ...LEFT, 'vehicle-occupation': 10 })])
  const waits = (_: string, second: number) => [trackOf(7, 'vehicle', [0.2, 0.3, 0.8, 0.9], second)]
  const told = walk(judge, `..${'g'.repeat(24)}`, 0, (character, second) =>
    second < 14 ? waits(character, second) : [],
  )
  expect(events(told)).toEqual(['piling 2–'])
})

test('parked: it goes on standing when nobody names it any more', () => {
  const judge = makeJudge([withRules(LEFT)])
  const evening = (character: string, second: number) => (second < 30 ? wellSeen(character, second) : null)
  expect(events(walk(judge, `..${b(60)}....`, 0, evening))).toEqual(['bicycle-occupation 2–62'])
})

test('parked: what a vendor came with is his stall while he trades, and parked when he has left it', () => {
  const judge = makeJudge([withRules({ 'street-vending': 10, ...LEFT })])
  const strip = `..${'C'.repeat(30)}${c(60)}....`
  expect(events(walk(judge, strip, 0, wellSeen)).sort()).toEqual([
    'bicycle-occupation 31–92',
    'piling 31–92',
    'street-vending 2–31',
  ])
})

test('parked: a cargo tricycle is no stall because its rider waits beside it', () => {
  const judge = makeJudge([withRules({ 'street-vending': 10, ...LEFT })])
  expect(events(walk(judge, `..${'B'.repeat(40)}`, 0, wellSeen))).toEqual(['bicycle-occupation 2–'])
})

test('parked: a snapshot in mid-act goes on as if nothing had happened', () => {
  const strip = `..${'C'.repeat(5)}${c(16)}${b(6)}....`
  const expected = walk(makeJudge([withRules(LEFT)]), strip, 0, wellSeen)
  expect(events(expected)).toHaveLength(2)
  for (let cut = 8; cut < strip.length; cut += 3) {
    const before = makeJudge([withRules(LEFT)])
    const after = makeJudge([withRules(LEFT)])
    let judge = before
    const told = walk(
      { judge: (sight: Parameters<typeof before.judge>[0]) => judge.judge(sight) },
      strip,
      0,
      (character, second) => {
        if (second === cut) {
          expect(after.restore(before.snapshot())).toBe(true)
          judge = after
        }
        return wellSeen(character, second)
      },
    )
    expect(told, `cut at ${cut}`).toEqual(expected)
  }
})

test('parked: what is told by a name is told by it alone, when the name is heard no longer', () => {
  const judge = makeJudge([withRules(LEFT)])
  const untilDusk = (character: string, second: number) => (second < 20 ? wellSeen(character, second) : [])
  const told = walk(judge, `..${b(80)}....`, 0, untilDusk)
  expect(events(told)).toEqual(['bicycle-occupation 2–82'])
})

test('parked: a wheel of what is named whole is no second bicycle, and the other wheel no pile', () => {
  const judge = makeJudge([withRules(LEFT)])
  const [x1, y1, , y2] = AT.bicycle
  const wheel = (second: number) =>
    trackOf(9, 'two-wheeler', [x1, y1, x1 + (AT.bicycle[2] - x1) / 2, y2], second)
  const seen = (character: string, second: number) => [
    ...wellSeen(character, second),
    ...(character === 'b' ? [wheel(second)] : []),
  ]
  expect(events(walk(judge, `..${b(40)}....`, 0, seen))).toEqual(['bicycle-occupation 2–42'])
})

test('parked: a car with its driver in it is heard of the namer, a van with somebody before it is not', () => {
  const names = (box: Box) => (_: string, second: number) => [
    trackOf(1, 'vehicle', box, second, { witness: 'namer' }),
  ]
  const judge = () => makeJudge([withRules({ 'vehicle-occupation': 10 })])
  const around = union(AT.bicycle, AT.rider)
  const strip = `..${'B'.repeat(40)}`
  expect(events(walk(judge(), strip, 0, names(around)))).toEqual(['vehicle-occupation 2–'])
  expect(events(walk(judge(), strip, 0, names(AT.bicycle)))).toEqual([])
})

test('parked: all of a car is the car, though little of it keeps its colour', () => {
  const judge = makeJudge([withRules({ 'vehicle-occupation': 10 })])
  const around = union(AT.goods, AT.person)
  const car = (_: string, second: number) => (second < 14 ? [] : [trackOf(1, 'vehicle', around, second)])
  // The person's place of `q` stands for what glints: there, but neither goods nor alive.
  expect(events(walk(judge, `..${'q'.repeat(40)}`, 0, car))).toEqual(['vehicle-occupation 2–'])
})
