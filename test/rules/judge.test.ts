import { expect, test } from 'vitest'
import { events, KERB, makeJudge, standingOf, walk, withRules } from './street.ts'

const PILE = withRules({ piling: 10 })
const STRIP = '..gggggggggggggggg....'

test('judge: nothing is judged inside IGNORE, even where another zone lies over it', () => {
  const judge = makeJudge([PILE, { ...KERB, id: 'window', type: 'IGNORE' }])
  expect(walk(judge, STRIP)).toEqual([])
})

test('judge: a foot outside every zone makes no act', () => {
  const far = { ...PILE, polygon: KERB.polygon.map(([x, y]) => [x / 4, y / 4] as const) }
  expect(walk(makeJudge([far]), STRIP)).toEqual([])
})

test('[R81] judge: permitted is suppressed, and minutes under the permit do not count', () => {
  const judge = makeJudge([PILE], (wallMs) => wallMs < 12_000)
  expect(events(walk(judge, `..${'g'.repeat(18)}`))).toEqual([])
  const later = makeJudge([PILE], (wallMs) => wallMs < 12_000)
  expect(events(walk(later, `..${'g'.repeat(24)}`))).toEqual(['piling 11–'])
})

test('judge: a permit that begins ends an open act as SUPPRESSED', () => {
  const judge = makeJudge([PILE], (wallMs) => wallMs >= 16_000)
  const told = walk(judge, `..${'g'.repeat(20)}`)
  expect(told.map(({ kind, act }) => `${kind} ${act.state}`)).toEqual([
    'candidate CANDIDATE',
    'confirmed ACTIVE',
    'cleared SUPPRESSED',
  ])
})

test('judge: out of sight for long is LOST, not cleared, and comes back as the same act', () => {
  const judge = makeJudge([PILE])
  const told = walk(judge, `..${'g'.repeat(14)}`)
  expect(judge.lapse(20_000)).toEqual([])
  const lost = judge.lapse(400_000)
  expect(lost.map(({ kind, act }) => `${kind} ${act.state} ${act.endMs}`)).toEqual(['updated LOST null'])
  expect(judge.lapse(401_000)).toEqual([])
  const standing = standingOf('g', 500_000, 2_000)
  const back = judge.judge({ timeMs: 500_000, wallMs: 500_000, standing, tracks: null, searched: false })
  expect(back.map(({ kind, act }) => `${kind} ${act.state}`)).toEqual(['updated ACTIVE'])
  expect(back[0]!.act.actKey).toBe(told[1]!.act.actKey)
})

test('judge: a background learned afresh loses what stood on the old one', () => {
  const judge = makeJudge([PILE])
  walk(judge, `..${'g'.repeat(14)}`)
  const standing = { ...standingOf('.', 17_000, 0), epoch: 1, ready: false }
  const told = judge.judge({ timeMs: 17_000, wallMs: 17_000, standing, tracks: null, searched: false })
  expect(told.map(({ kind, act }) => `${kind} ${act.state}`)).toEqual(['cleared LOST'])
})

test('[R38] judge: a snapshot in mid-act goes on as if nothing had happened', () => {
  const whole = makeJudge([PILE])
  const expected = walk(whole, STRIP)
  for (let cut = 1; cut < STRIP.length; cut++) {
    const before = makeJudge([PILE])
    const told = walk(before, STRIP.slice(0, cut))
    const after = makeJudge([PILE])
    expect(after.restore(before.snapshot())).toBe(true)
    const goodsMs = 2_000
    for (const [index, character] of [...STRIP.slice(cut)].entries()) {
      const timeMs = 1000 * (cut + index)
      const standing = standingOf(character, timeMs, Math.min(timeMs, goodsMs))
      told.push(
        ...after
          .judge({ timeMs, wallMs: timeMs, standing, tracks: null, searched: false })
          .map((change) => ({ ...change, atSec: cut + index })),
      )
    }
    expect(told, `cut at ${cut}`).toEqual(expected)
  }
})

test('judge: a snapshot of other zones, a cut one and one of nobody are refused', () => {
  const judge = makeJudge([PILE])
  walk(judge, STRIP)
  const bytes = judge.snapshot()
  expect(makeJudge([withRules({ piling: 10, 'street-vending': 10 })]).restore(bytes)).toBe(false)
  expect(makeJudge([PILE]).restore(bytes.subarray(0, bytes.length - 1))).toBe(false)
  expect(makeJudge([PILE]).restore(new Uint8Array(40))).toBe(false)
})

test('judge: the dwell survives a timeline that begins anew after a reboot', () => {
  const before = makeJudge([PILE])
  walk(before, '..gggggggg', 1000)
  const after = makeJudge([PILE])
  after.restore(before.snapshot())
  const told = [...Array(6).keys()].flatMap((second) => {
    const standing = standingOf('g', 1000 * second, -8_000)
    return after.judge({ timeMs: 1000 * second, wallMs: 0, standing, tracks: null, searched: false })
  })
  expect(told.map(({ kind }) => kind)).toContain('confirmed')
})

test('judge: attention rises with a candidate and near a decision', () => {
  const judge = makeJudge([withRules({ piling: 20 })])
  expect(judge.attention()).toBe('patrol')
  walk(judge, '..gggggggggg')
  expect(judge.attention()).toBe('watch')
  walk(judge, 'ggggggg', 12)
  expect(judge.candidates()).toHaveLength(1)
})
