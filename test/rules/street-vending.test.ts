import { expect, test } from 'vitest'
import { union } from '../../gateway/kit/geometry.ts'
import { PLANE_HEIGHT, PLANE_WIDTH, type Standing } from '../../gateway/occupancy/standing.ts'
import { events, makeJudge, standingOf, trackOf, walk, withRules } from './street.ts'

/** Goods and somebody who stays, for ten seconds at least. See `street.ts` for the letters. */
const STRIPS: [strip: string, events: string[]][] = [
  ['..pppppppppppppppppppp....', []], // A person alone has no goods.
  ['..vvvvvvvv..............', []], // Left in time.
  ['..vvvvvvvvvvvvvvvvvv', ['street-vending 2–']], // Dates from the first second, not from its proof.
  ['..vvvvvvvvvvvvvvvvvv......', ['street-vending 2–20']], // Goods gone: over.
  ['..vvvvvqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq', []], // Who never moves again proves no trade.
  ['..vvvvvqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqvv', []], // Who brought them, a thing, and a passer make none.
  ['..vvvvvvvvvvvvvqqqqqqqqqqqqqqqqqqqqqqqqqqqqvvvv', ['street-vending 2–']], // He stands still; he stands.
  ['..vvvvvvvvvvvvvxxxxxxxxxxxxvvvvvv', ['street-vending 2–']], // A crowd in front ends nothing.
  ['..vvvvvvvvvvvvv????????????????????????vvvvvv', ['street-vending 2–']], // Nor does a lost stream.
  ['..vvvvvvvvvvvvvggggggggvvvvvvvv', ['street-vending 2–']], // A step aside.
  ['..vvvvvvvvvvvvvggggggggggggggggggggggggg', ['street-vending 2–14']], // Gone for good: dated back.
  ['..ggggggggggggggggggggggvvgggggggggggggg', []], // A passer is not a vendor.
]
for (const [strip, expected] of STRIPS) {
  test(`street-vending: ${strip} is ${JSON.stringify(expected)}`, () => {
    const judge = makeJudge([withRules({ 'street-vending': 10 })])
    expect(events([...walk(judge, strip), ...judge.finish(1000 * strip.length)])).toEqual(expected)
  })
}

test('street-vending, then piling: each minute is told once, however long the goods stay', () => {
  const strip = `..${'v'.repeat(30)}${'g'.repeat(60)}`
  const judge = makeJudge([withRules({ 'street-vending': 10, piling: 10 })])
  expect(events([...walk(judge, strip), ...judge.finish(1000 * strip.length)])).toEqual([
    'street-vending 2–31',
    'piling 31–',
  ])
})

test('street-vending: the act is one and its vendor and goods are named', () => {
  const judge = makeJudge([withRules({ 'street-vending': 10 })])
  const told = walk(judge, '..vvvvvvvvvvvvvvvvvvvvvv....')
  expect(told.map(({ kind }) => kind)).toEqual(['candidate', 'confirmed', 'cleared'])
  const { act } = told[1]!
  expect(act.objects.map(({ role }) => role)).toEqual(['attendant', 'carrier', 'goods'])
  expect(act.state).toBe('ACTIVE')
  expect(act.box[0]).toBeCloseTo(140 / 320)
  expect(act.box[2]).toBeCloseTo(200 / 320)
})

test('street-vending: what somebody stays with is no bicycle by the word of one who only names', () => {
  const table = (witness: 'namer' | undefined) => (_: string, second: number) => [
    trackOf(2, 'person', [0.575, 0.389, 0.625, 0.667], second),
    ...(second < 12
      ? []
      : [trackOf(1, 'two-wheeler', [0.43, 0.54, 0.57, 0.68], second, witness && { witness })]),
  ]
  const strip = `..${'v'.repeat(40)}`
  const told = (witness: 'namer' | undefined) =>
    events(walk(makeJudge([withRules({ 'street-vending': 30 })]), strip, 0, table(witness)))
  expect(told('namer')).toEqual(['street-vending 2–'])
  expect(told(undefined)).toEqual([]) // A detector sees rider and bicycle.
})

/** Somebody whose coat does not move: upright, in his own columns, and it keeps its colour. */
function waits(timeMs: number, coat: 'coat' | 'case beside him'): Standing {
  const standing = standingOf('p', timeMs, 0)
  const [left, top, right, bottom] = coat === 'coat' ? [184, 80, 198, 120] : [160, 80, 174, 120]
  let pixels = 0
  for (let row = top!; row < bottom!; row++) {
    for (let at = row * PLANE_WIDTH + left!; at < row * PLANE_WIDTH + right!; at++) {
      standing.labels[at] = 2
      standing.held[at] = 1
      standing.foreground[at] = 1
      standing.goods[at] = 1
      pixels++
    }
  }
  const [region] = standing.regions
  const box = union(region!.box, [
    left! / PLANE_WIDTH,
    top! / PLANE_HEIGHT,
    right! / PLANE_WIDTH,
    bottom! / PLANE_HEIGHT,
  ])
  return { ...standing, regions: [{ ...region!, box, goodsPixels: pixels }] }
}
for (const [coat, expected] of [
  ['coat', []],
  ['case beside him', ['street-vending 0–']],
] as const) {
  test(`street-vending: somebody waits, ${coat}: ${JSON.stringify(expected)}`, () => {
    const judge = makeJudge([withRules({ 'street-vending': 10 })])
    const told = []
    for (let second = 0; second < 60; second++) {
      const [timeMs, standing] = [1000 * second, waits(1000 * second, coat)]
      told.push(...judge.judge({ timeMs, wallMs: timeMs, standing, tracks: null, searched: false }))
    }
    expect(events(told)).toEqual(expected)
  })
}

test('street-vending: what looks like goods for a moment, while people walk off, is told by nobody', () => {
  const told = (seconds: number) => {
    const judge = makeJudge([withRules({ 'street-vending': 10 })])
    const before = walk(judge, `..${'p'.repeat(30)}`)
    const during = Array.from({ length: seconds }, (_, at) => {
      const timeMs = 1000 * (32 + at)
      // Its pixels have held their colour since somebody came.
      const standing = standingOf('v', timeMs, 4_000)
      return judge.judge({ timeMs, wallMs: timeMs, standing, tracks: null, searched: false })
    })
    return events([...before, ...during.flat(), ...walk(judge, '....', 32 + seconds)])
  }
  expect(told(3)).toEqual([])
  expect(told(8)).toHaveLength(1)
})
