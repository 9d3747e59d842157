import { expect, test } from 'vitest'
import { PLANE_HEIGHT, PLANE_WIDTH } from '../../gateway/occupancy/standing.ts'
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

test('piling: what is high enough to hide whoever set it down must stand for longer, half of the dwell at most', () => {
  const told = (heightShare: number, dwellSec: number) => {
    const judge = makeJudge([withRules({ piling: dwellSec })])
    const changes = []
    for (let second = 0; second < 80; second++) {
      const standing = standingOf('g', 1000 * second, 0)
      const rows = Math.round(heightShare * PLANE_HEIGHT)
      for (let row = 120 - rows; row < 100; row++) {
        for (const mask of [standing.labels, standing.foreground, standing.held, standing.goods]) {
          mask.fill(1, row * PLANE_WIDTH + 140, row * PLANE_WIDTH + 180)
        }
      }
      const [goods] = standing.regions
      const box = [goods!.box[0], (120 - rows) / PLANE_HEIGHT, goods!.box[2], goods!.box[3]] as const
      const pixels = 40 * rows
      const regions = [{ ...goods!, box, pixels, goodsPixels: second >= 6 ? pixels : 0 }]
      const seen = { timeMs: 1000 * second, wallMs: 0, standing: { ...standing, regions } }
      for (const change of judge.judge({ ...seen, tracks: null, searched: false })) {
        if (change.kind === 'confirmed') changes.push(second)
      }
    }
    return changes
  }
  for (const [dwellSec, later] of [
    [10, 5],
    [40, 15],
  ] as const) {
    const [[low], [high]] = [told(0.2, dwellSec), told(0.29, dwellSec)]
    expect(high! - low!).toBe(later)
  }
})
