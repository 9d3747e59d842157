import { expect, test } from 'vitest'
import { events, makeJudge, walk, withRules } from './street.ts'

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
