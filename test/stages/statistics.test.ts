/** Figures come from the append-only log alone, and those that were given out stay what they were. */
import { expect, test } from 'vitest'
import { sampleOf } from '../../gateway/alerts/sample.ts'
import { dismissalsByPerson, type Figures } from '../../gateway/alerts/statistics.ts'
import { seededRandom } from '../../gateway/kit/random.ts'
import type { Grade, RuleId } from '../../gateway/violations/event.ts'
import { act, type OfficeRunning, setUpOffice } from './office-fixture.ts'
import { SAMPLE_WALL_MS } from './sample-event.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const PERIOD = { fromMs: SAMPLE_WALL_MS, toMs: SAMPLE_WALL_MS + 10 * DAY_MS }
const PERSON = { id: 'p-1', roles: ['person', 'platform', 'box'] } as const

/** A fortnight of acts that people deal with, each its own way. */
function live(running: OfficeRunning, seed: number, count: number): string[] {
  const random = seededRandom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const { desk, time, office } = running
  const ids: string[] = []
  for (let i = 0; i < count; i++) {
    const fromMin = i * 61 + Math.floor(random() * 40)
    time.nowMs = SAMPLE_WALL_MS + (fromMin + 3 + random() * 4) * MINUTE_MS
    const grade: Grade = pick(['G1', 'G1', 'G2', 'G3'])
    const ruleId: RuleId = pick(['street-vending', 'piling'])
    const handlingTier = grade === 'G1' ? 'SERVICE' : grade === 'G2' ? 'MANAGEMENT' : 'ENFORCEMENT'
    const event = act(`a${seed}-${i}`, fromMin, fromMin + 4, { grade, ruleId, handlingTier })
    const { eventId } = desk.raise(event)
    ids.push(eventId)
    time.nowMs += random() * 30 * MINUTE_MS
    const by = pick(['p-1', 'p-2'])
    const verdict = random() < 0.3 ? 'REJECTED' : 'VERIFIED'
    const reasonCode = verdict === 'REJECTED' ? pick(['PERMITTED', 'OBJECT_MISTAKEN']) : undefined
    if (random() < 0.9) desk.review({ eventId, verdict, reasonCode, by, commandId: `c-${seed}-${i}` })
    if (i > 3 && random() < 0.15) {
      const wish = { eventId, into: ids[i - 2]!, by, reason: 'one stall', commandId: `m-${seed}-${i}` }
      office.sameAct.merge(wish)
    }
  }
  return ids
}

/** The same figures the long way round: by what the desk tells of each alert, one by one. */
function recounted({ desk, office }: OfficeRunning, ids: readonly string[]): Partial<Figures> {
  const roots = ids.filter((id) => {
    const { sameActAs, startedAt } = desk.get(id)!.event
    const startedMs = Date.parse(startedAt)
    return sameActAs === undefined && startedMs >= PERIOD.fromMs && startedMs < PERIOD.toMs
  })
  const count = <T extends string>(words: readonly T[]) =>
    Object.fromEntries([...new Set(words)].map((word) => [word, words.filter((one) => one === word).length]))
  const past = (id: string) => desk.history(id).transitions
  const dismissed = roots.filter((id) => past(id).some(({ to }) => to === 'REJECTED'))
  const verifySec = roots.flatMap((id) => {
    const said = past(id).find(({ to }) => to === 'VERIFIED' || to === 'REJECTED')
    return said ? [(said.atMs - desk.get(id)!.raisedAtMs) / 1000] : []
  })
  verifySec.sort((one, other) => one - other)
  const upheld = roots.filter((id) => !dismissed.includes(id))
  const hourOf = (id: string) => Number(desk.get(id)!.event.startedAt.slice(11, 13))
  return {
    acts: roots.length,
    events: roots.reduce((sum, id) => sum + office.sameAct.membersOf(id).length, 0),
    byRule: count(roots.map((id) => desk.get(id)!.event.ruleId)),
    byHour: Array.from({ length: 24 }, (_, hour) => roots.filter((id) => hourOf(id) === hour).length),
    byState: count(roots.map((id) => desk.get(id)!.state)),
    byTier: {
      ...{ SERVICE: 0, MANAGEMENT: 0, ENFORCEMENT: 0 },
      ...count(upheld.map((id) => desk.get(id)!.event.handlingTier)),
    },
    dismissed: dismissed.length,
    dismissedByReason: count(
      dismissed.map((id) => past(id).find(({ to }) => to === 'REJECTED')!.reasonCode!),
    ),
    verify: {
      count: verifySec.length,
      medianSec: verifySec[Math.ceil(verifySec.length / 2) - 1]!,
      p90Sec: verifySec[Math.ceil(verifySec.length * 0.9) - 1]!,
    },
  }
}

test.each([11, 12, 13])('[R91] made again from scratch the figures are the same, seed %i', (seed) => {
  const running = setUpOffice()
  const ids = live(running, seed, 120)
  const figures = running.office.statistics.figures(PERIOD)
  expect(figures.acts).toBeGreaterThan(80)
  expect(figures).toMatchObject(recounted(running, ids))
})

test('[R91] a late correction is a restatement that names each difference; the first statement stands', () => {
  const running = setUpOffice()
  const { office, desk } = running
  const ids = live(running, 21, 30)
  const first = office.statements.issue('monthly', PERIOD)
  expect(office.statements.issue('monthly', PERIOD), 'nothing new: the same one').toEqual(first)
  const [one, other] = ids.filter((id) => desk.get(id)!.state === 'VERIFIED')
  desk.transition({ eventId: one!, to: 'REVOKED', actor: PERSON, reasonCode: 'WRONG_RECORD' })
  office.sameAct.merge({ eventId: other!, into: one!, by: 'p-1', reason: 'one stall', commandId: 'late' })
  const second = office.statements.issue('monthly', PERIOD)
  expect(second).toMatchObject({ number: first.number + 1, restates: first.number })
  expect(office.statements.differences(second)).toEqual(
    expect.arrayContaining([
      { what: 'acts', before: first.figures.acts, after: first.figures.acts - 1 },
      { what: 'dismissed', before: first.figures.dismissed, after: first.figures.dismissed + 1 },
    ]),
  )
  expect(office.statements.get(first.number)).toEqual(first)
  expect([first, second].map((statement) => office.statements.isReproducible(statement))).toEqual([
    true,
    true,
  ])
  expect(() => running.database.exec('UPDATE statement SET digest = 1')).toThrow(/append-only/)
})

test('[R9] [R15] times to discover, verify and correct; self-correction is a share of what was not dismissed', () => {
  const { desk, office, time } = setUpOffice()
  const raise = (name: string, fromMin: number) => {
    time.nowMs = SAMPLE_WALL_MS + (fromMin + 3) * MINUTE_MS
    return desk.raise(act(name, fromMin, fromMin + 4, { detectionState: 'CLEARED' })).eventId
  }
  const go = (eventId: string, to: string, afterMin: number, more: object = {}) => {
    time.nowMs += afterMin * MINUTE_MS
    desk.transition({ eventId, to, actor: PERSON, ...more })
  }
  const a = raise('a', 0)
  go(a, 'VERIFIED', 2)
  go(a, 'PERSUADING', 1, { details: { persuasionId: 'n-1', deadlineAt: '2026-01-01T10:07:00+08:00' } })
  go(a, 'RECHECKING', 10)
  go(a, 'SELF_CORRECTED', 1, { details: { afterItemId: 'i-9' } })
  go(a, 'CLOSED', 60, { details: { tierUsed: 'MANAGEMENT' } })
  const b = raise('b', 120)
  go(b, 'REJECTED', 7, { reasonCode: 'PERMITTED' })
  raise('c', 240)
  expect(office.statistics.figures(PERIOD)).toMatchObject({
    ...{ acts: 3, dismissed: 1, upheld: 2, selfCorrected: 1 },
    byTier: { SERVICE: 1, MANAGEMENT: 1, ENFORCEMENT: 0 },
    byHour: expect.arrayContaining([1]),
    discover: { count: 3, medianSec: 180, p90Sec: 180 },
    verify: { count: 2, medianSec: 120, p90Sec: 420 },
    correct: { count: 1, medianSec: 840, p90Sec: 840 },
  })
})

test('[R91] a verdict that was taken back is none: no dismissal, no time; the mark before it still has it', () => {
  const { desk, office, time } = setUpOffice()
  time.nowMs = SAMPLE_WALL_MS + 3 * MINUTE_MS
  const { eventId } = desk.raise(act('a', 0, 4))
  const review = (verdict: 'VERIFIED' | 'REJECTED', commandId: string) => {
    time.nowMs += MINUTE_MS
    const reasonCode = verdict === 'REJECTED' ? 'PERMITTED' : undefined
    desk.review({ eventId, verdict, reasonCode, by: 'p-1', commandId })
  }
  review('REJECTED', 'c-1')
  const slip = office.statistics.mark()
  desk.undo({ eventId, actor: { id: 'p-1', roles: ['person'] }, commandId: 'u-1', withinMs: MINUTE_MS })
  const open = { byState: { PENDING_REVIEW: 1 }, dismissed: 0, upheld: 1, verify: { count: 0 } }
  expect(office.statistics.figures(PERIOD)).toMatchObject(open)
  expect(dismissalsByPerson(office.statistics.facts(PERIOD))).toEqual({})
  review('VERIFIED', 'c-2')
  expect(office.statistics.figures(PERIOD)).toMatchObject({
    ...{ byState: { VERIFIED: 1 }, dismissed: 0, upheld: 1 },
    verify: { count: 1, medianSec: 120 },
  })
  const before = { byState: { REJECTED: 1 }, dismissed: 1, upheld: 0, verify: { count: 1, medianSec: 60 } }
  expect(office.statistics.figures(PERIOD, slip)).toMatchObject(before)
})

test('[R75] supervisors see who dismissed what, in the order of the alphabet', () => {
  const running = setUpOffice()
  live(running, 31, 80)
  const facts = running.office.statistics.facts(PERIOD)
  const people = dismissalsByPerson(facts)
  expect(Object.keys(people)).toEqual(['p-1', 'p-2'])
  const sum = Object.values(people).flatMap((reasons) => Object.values(reasons))
  expect(sum.reduce((one, other) => one + other, 0)).toBe(running.office.statistics.figures(PERIOD).dismissed)
})

test('[R93] the same seed draws the same files, half of them dismissals; another seed draws others', () => {
  const running = setUpOffice()
  const ids = live(running, 41, 120)
  for (const eventId of ids) {
    const { state } = running.desk.get(eventId)!
    if (state !== 'VERIFIED') continue
    const details = { unitId: 'u-1', afterItemId: 'i-1', recordingId: 'r-1' }
    for (const to of ['DISPATCHED', 'ON_SITE', 'CORRECTED', 'CLOSED']) {
      running.desk.transition({ eventId, to, actor: PERSON, details })
    }
  }
  const facts = running.office.statistics.facts(PERIOD)
  const drawn = sampleOf(facts, 20, '2026-01')
  expect(drawn).toEqual(sampleOf([...facts].reverse(), 20, '2026-01'))
  expect(drawn.filter(({ dismissed }) => dismissed)).toHaveLength(10)
  expect(new Set(drawn.map(({ eventId }) => eventId)).size).toBe(20)
  const other = sampleOf(facts, 20, '2026-02').map(({ eventId }) => eventId)
  expect(drawn.filter(({ eventId }) => other.includes(eventId)).length).toBeLessThan(15)
})
