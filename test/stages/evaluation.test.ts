/** The strip is the clip: each character one second, letters mark truth above and events below. */
import { expect, test } from 'vitest'
import {
  evaluate,
  type FoundEvent,
  score,
  type Truth,
  type TruthEvent,
} from '../../gateway/cli/evaluation.ts'

/** `#` is an act that ends, `>` one that goes on at the end of the strip. */
function acts(strip: string): TruthEvent[] {
  return [...strip.matchAll(/#+|>+$/g)].map((run) => ({
    rule: 'piling',
    zoneId: 'kerb',
    startSec: run.index,
    endSec: run[0].startsWith('>') ? null : run.index + run[0].length,
  }))
}

const CASES: [truth: string, events: string, right: number, wrong: number, missed: number][] = [
  ['..######..', '..######..', 1, 0, 0],
  ['..######..', '.....###..', 1, 0, 0], // Half of it: just enough.
  ['..######..', '......##..', 0, 1, 1],
  ['..........', '..####....', 0, 1, 0],
  ['..####....', '..........', 0, 0, 1],
  ['..######..', '..##.###..', 1, 1, 0], // One act told as two: one of them is false.
  ['..##..##..', '..######..', 0, 1, 2], // Two acts told as one.
  ['..####>>>>', '..####>>>>', 2, 0, 0],
  ['....>>>>>>', '....>>>>>>', 1, 0, 0],
  ['....>>>>>>', '....######', 1, 0, 0], // Closed by the end of the file.
]

for (const [wanted, found, right, wrong, missed] of CASES) {
  test(`truth ${wanted} events ${found}: ${right} right, ${wrong} false, ${missed} missed`, () => {
    const result = score([evaluate(truthOf(wanted), foundOf(found))])
    expect([result.right, result.false, result.missed]).toEqual([right, wrong, missed])
  })
}

test('an event of another rule or zone is no match, however well it fits', () => {
  const truth = truthOf('..######..')
  const [event] = foundOf('..######..')
  for (const other of [{ rule: 'street-vending' }, { zoneId: 'square' }]) {
    expect(score([evaluate(truth, [{ ...event!, ...other }])]).right).toBe(0)
  }
})

test('errors are signed in the match and absolute in the score; an open end has none', () => {
  const late = evaluate(truthOf('..######..'), foundOf('...######.'))
  expect(late.matches[0]).toMatchObject({ startErrorSec: 1, endErrorSec: 1 })
  const early = evaluate(truthOf('...######.'), foundOf('..######..'))
  expect(early.matches[0]).toMatchObject({ startErrorSec: -1, endErrorSec: -1 })
  expect(score([late, early])).toMatchObject({ startErrorSecMedian: 1, endErrorSecMedian: 1 })
  const open = evaluate(truthOf('....>>>>>>'), foundOf('....######'))
  expect(score([open]).endErrorSecMedian).toBeNull()
})

const TOLD: [truth: string, events: string, splits: number, merges: number][] = [
  ['..######..', '..######..', 0, 0],
  ['..######..', '..##.###..', 1, 0],
  ['.########.', '.##.##.##.', 2, 0],
  ['..##..##..', '..######..', 0, 1],
  ['.#.#.#....', '.#####....', 0, 2],
  ['..####....', '......##..', 0, 0], // Beside the act: false, not a part of it.
  ['..####>>>>', '..########', 0, 1],
  ['....>>>>>>', '....##.>>>', 1, 0],
]

for (const [wanted, found, splits, merges] of TOLD) {
  test(`truth ${wanted} events ${found}: ${splits} splits, ${merges} merges`, () => {
    const result = score([evaluate(truthOf(wanted), foundOf(found))])
    expect([result.splits, result.merges]).toEqual([splits, merges])
  })
}

test('a false event is blamed on what went on: an act, something harmless, passers last, or nothing', () => {
  const truth: Truth = {
    ...truthOf('....######..........'),
    nonEvents: [
      { why: 'walks through', startSec: 11, endSec: 20 },
      { why: 'waits', startSec: 13, endSec: 16 },
    ],
  }
  const during = (event: Partial<FoundEvent>) => {
    const [found] = foundOf('#')
    return evaluate(truth, [{ ...found!, ...event }]).falseEvents.map((one) => one.during)
  }
  expect(during({ rule: 'street-vending', startSec: 5, endSec: 9 })).toEqual(['piling'])
  expect(during({ startSec: 4, endSec: 5 })).toEqual(['the act itself'])
  expect(during({ startSec: 13.5, endSec: 15 })).toEqual(['waits'])
  expect(during({ startSec: 19.5, endSec: 20 })).toEqual(['walks through'])
  expect(during({ startSec: 0, endSec: 0.5 })).toEqual(['an empty street'])
})

test('ninety-five of a hundred starts are no further off', () => {
  const clips = Array.from({ length: 20 }, (_, i) => {
    const truth = truthOf('....................########')
    const [found] = foundOf('....................########')
    return evaluate(truth, [{ ...found!, startSec: 20 - i / 10 }])
  })
  expect(score(clips)).toMatchObject({ right: 20, startErrorSecMedian: 0.95, startErrorSecP95: 1.8 })
})

function truthOf(strip: string): Truth {
  return { video: strip, durationSec: strip.length, events: acts(strip) }
}

function foundOf(strip: string): FoundEvent[] {
  return acts(strip).map((act, i) => ({ ...act, eventId: String(i) }))
}
