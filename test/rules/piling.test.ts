import { expect, test } from 'vitest'
import type { Track } from '../../gateway/tracks/track.ts'
import { events, makeJudge, standingOf, walk, withRules } from './street.ts'

/** Goods nobody is with, for ten seconds at least. See `street.ts` for the letters. */
const STRIPS: [strip: string, events: string[]][] = [
  ['..gggggggg........', []], // Taken away in time.
  ['..gggggggggggg....', ['piling 2–14']],
  ['..ggggggggggggxxxxxxxxxxgggg', ['piling 2–']], // Hidden is not gone.
  ['..gggggg??????????gggggg', ['piling 2–']], // Not seen is not gone.
  ['..gggggggggggg????????', ['piling 2–']], // Going on at the end: open.
  ['..gggggvggggvggggvgg', ['piling 2–']], // Passers are no company.
  ['..vvvvvvvvvvvvvvvvvvvv', []], // Somebody is with them.
  ['..vvvvvvvvgggggggggggg', ['piling 2–']], // Brought and left: dates from setting down …
  ['..vvvvvvvvggggggggg', []], // … but counts from his leaving.
  ['..ggggggggggggg..ggggggg', ['piling 2–15']], // Two short stays are not one long one.
]
for (const [strip, expected] of STRIPS) {
  test(`piling: ${strip} is ${JSON.stringify(expected)}`, () => {
    const judge = makeJudge([withRules({ piling: 10 })])
    expect(events([...walk(judge, strip), ...judge.finish(1000 * strip.length)])).toEqual(expected)
  })
}

test('piling: what a detector steadily calls a vehicle is a parked vehicle', () => {
  const judge = makeJudge([withRules({ piling: 10 })])
  const car: Track = {
    trackId: 1,
    class: 'car',
    role: 'vehicle',
    classShare: 0.9,
    confidence: 0.8,
    box: [0.43, 0.54, 0.57, 0.68],
    firstSeenMs: 0,
    lastSeenMs: 1e9,
    stationarySinceMs: 0,
    hits: 20,
    looks: 20,
  }
  expect(events(walk(judge, '..gggggggggggggggggggg', 0, [car]))).toEqual([])
})

test('piling: vending that is left behind becomes piling from the moment it is left', () => {
  const judge = makeJudge([withRules({ 'street-vending': 8, piling: 10 })])
  const told = walk(judge, `..${'v'.repeat(16)}${'g'.repeat(36)}`)
  expect(events(told)).toEqual(['street-vending 2–17', 'piling 17–'])
})

test('piling: what changes its colour all over again and again is light, not goods', () => {
  const judge = makeJudge([withRules({ piling: 20 })])
  const told = []
  for (let second = 0; second < 60; second++) {
    const standing = standingOf('g', 1000 * second, 2_000)
    if (second > 10) standing.hot.set(standing.goods)
    told.push(...judge.judge({ timeMs: 1000 * second, wallMs: 0, standing, tracks: null, searched: false }))
  }
  expect(events(told)).toEqual([])
})

test('piling: a speck left where old goods stood is no older than its being seen', () => {
  const judge = makeJudge([withRules({ piling: 30 })])
  const told = []
  for (let second = 100; second < 120; second++) {
    // Its pixels remember the goods that stood here from the second second on.
    const standing = standingOf('g', 1000 * second, 2_000)
    told.push(
      ...judge.judge({
        timeMs: 1000 * second,
        wallMs: 1000 * second,
        standing,
        tracks: null,
        searched: false,
      }),
    )
  }
  expect(events([...told, ...judge.finish(120_000)])).toEqual(['piling 85–'])
})
