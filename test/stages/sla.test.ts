/**
 * What must be done until when. 1 January 2026 is a holiday (Thursday), so is Friday; Sunday 4 January is worked; the
 * sample's clock begins at ten on Thursday.
 */
import { expect, test } from 'vitest'
import { Database } from '../../gateway/kit/database.ts'
import { MESSAGES } from '../../gateway/mqtt/messages.ts'
import { act, type OfficeSetUp, setUpOffice } from './office-fixture.ts'
import { SAMPLE_WALL_MS } from './sample-event.ts'

const MINUTE_MS = 60_000
const SLA = {
  review: { amount: 30, unit: 'MINUTE' },
  persuade: { amount: 10, unit: 'MINUTE' },
  dispatch: { amount: 2, unit: 'WORK_HOUR' },
  onSite: { amount: 60, unit: 'MINUTE' },
  close: { amount: 3, unit: 'WORK_DAY' },
}
const LADDER = [{ channel: 'SPEAKER', scriptId: 'greet-and-guide', correctionMin: 10 }]
const person = (personId: string, from?: string, to?: string) =>
  from === undefined ? { personId } : { personId, windows: [{ from, to }] }
const CHAIN = [
  {
    name: '坐席',
    afterMin: 0,
    people: [person('desk-day', '08:00', '20:00'), person('desk-night', '20:00', '08:00')],
  },
  { name: '中队长', afterMin: 30, people: [person('leader')] },
  { name: '大队值班', afterMin: 60, people: [person('duty')] },
]

function setUp(more: OfficeSetUp = {}) {
  const running = setUpOffice({
    options: { duty: { chain: CHAIN } },
    rule: { sla: SLA, ladder: LADDER },
    ...more,
  })
  const at = (minutes: number) => {
    running.time.nowMs = SAMPLE_WALL_MS + minutes * MINUTE_MS
    running.office.sla.check()
  }
  const told = () =>
    running.outbox.due(1_000).flatMap(({ topic, data }) => (topic.startsWith('escalation/') ? [data] : []))
  return { ...running, at, told }
}

const STATES: [what: string, go: string[], step: string, dueAt: string][] = [
  ['review, in minutes that run on holidays too', [], 'review', '2026-01-01T10:30:00.000+08:00'],
  ['the notice', ['VERIFIED'], 'persuade', '2026-01-01T10:10:00.000+08:00'],
  ['on site', ['VERIFIED', 'DISPATCHED'], 'onSite', '2026-01-01T11:00:00.000+08:00'],
  [
    'closing, in working days',
    ['VERIFIED', 'DISPATCHED', 'ON_SITE'],
    'close',
    '2026-01-06T17:30:00.000+08:00',
  ],
]
test.each(STATES)('[R77] rule × state gives the limit: %s', (_, go, step, dueAt) => {
  const { desk } = setUp()
  const { eventId } = desk.raise(act('a', 0))
  for (const to of go) {
    const details = { unitId: 'u-1', recordingId: 'r-1' }
    desk.transition({ eventId, to, actor: { id: 'p-1', roles: ['person', 'platform'] }, details })
  }
  expect(desk.get(eventId)!.event).toMatchObject({ dueStep: step, dueAt })
})

test('[R77] working hours pass while offices are open; without a notice in the rule somebody is sent', () => {
  const { desk } = setUp({ rule: { sla: SLA, ladder: [] } })
  const { eventId } = desk.raise(act('a', 0))
  const { event } = desk.review({ eventId, verdict: 'VERIFIED', by: 'p-1', commandId: 'c-1' })
  expect(event).toMatchObject({ dueStep: 'dispatch', dueAt: '2026-01-04T10:30:00.000+08:00' })
})

test('[R77] what was decided, and what is only recorded, is due no more; what came back is', () => {
  const { desk, office } = setUp()
  const a = desk.raise(act('a', 0))
  const { event } = desk.review({
    ...{ eventId: a.eventId, verdict: 'REJECTED', reasonCode: 'PERMITTED', by: 'p-1', commandId: 'c-1' },
  })
  expect(event.dueAt).toBeUndefined()
  expect(desk.raise(act('b', 60, undefined, { grade: 'G0' })).dueAt).toBeUndefined()
  const again = desk.raise(act('c', 120, 125))
  const linked = desk.raise(act('d', 127))
  expect(linked.sameActAs).toEqual([again.eventId])
  const open = office.duty.open().map(({ eventId }) => eventId)
  expect(open, 'of one act or not, each waits for a person').toEqual(
    expect.arrayContaining([again.eventId, linked.eventId]),
  )
})

test('[R31] [R79] what nobody reviews expires, and goes up the chain of those on duty', () => {
  const { desk, office, at, told } = setUp()
  const { eventId } = desk.raise(act('a', 0))
  const state = () => [desk.get(eventId)!.state, desk.get(eventId)!.event.escalation?.name ?? '']
  at(29)
  expect(state()).toEqual(['PENDING_REVIEW', ''])
  at(30)
  expect(state()).toEqual(['EXPIRED', ''])
  expect(desk.get(eventId)!.event, 'as late as it was').toMatchObject({
    ...{ dueStep: 'review', dueAt: '2026-01-01T10:30:00.000+08:00' },
  })
  at(31)
  expect(state()).toEqual(['EXPIRED', '坐席'])
  at(60)
  expect(state()).toEqual(['EXPIRED', '坐席'])
  at(61)
  expect(state()).toEqual(['EXPIRED', '中队长'])
  at(121)
  at(500)
  expect(office.sla.escalations(eventId).map(({ level, name, to }) => [level, name, to])).toEqual([
    [1, '坐席', ['desk-day']],
    [2, '中队长', ['leader']],
    [3, '大队值班', ['duty']],
  ])
  expect(told()).toHaveLength(3)
  expect(told()[0]).toMatchObject({ eventId, step: 'review', level: 1, to: ['desk-day'], state: 'EXPIRED' })
  for (const message of told()) expect(MESSAGES.escalation.data.safeParse(message).success).toBe(true)
})

test('[R79] a step done ends its escalation; the next step begins with the first of the chain', () => {
  const { desk, office, at } = setUp()
  const { eventId } = desk.raise(act('a', 0))
  at(30)
  at(31)
  const { event } = desk.review({ eventId, verdict: 'VERIFIED', by: 'p-1', commandId: 'c-1' })
  expect(event.escalation).toBeUndefined()
  expect(event).toMatchObject({ dueStep: 'persuade', dueAt: '2026-01-01T10:41:00.000+08:00' })
  at(40)
  expect(office.sla.escalations(eventId)).toHaveLength(1)
  at(41)
  expect(office.sla.escalations(eventId).at(-1)).toMatchObject({ step: 'persuade', level: 1 })
})

test('[R58] who is on duty is told; where nobody is, the next one at once', () => {
  const chain = [{ name: 'day desk', afterMin: 0, people: [person('d', '08:00', '09:00')] }, CHAIN[1]!]
  const { desk, office, at } = setUp({ options: { duty: { chain } } })
  const { eventId } = desk.raise(act('a', 0))
  for (const minutes of [30, 31, 32]) at(minutes)
  expect(office.sla.escalations(eventId).map(({ name, to }) => [name, to])).toEqual([
    ['day desk', []],
    ['中队长', ['leader']],
  ])
})

test('[R79] limits and escalations survive a restart; what fell due meanwhile is taken up at once', () => {
  const database = new Database(':memory:')
  try {
    const running = setUp({ database })
    const { eventId } = running.desk.raise(act('a', 0))
    running.office.close()
    running.time.nowMs = SAMPLE_WALL_MS + 45 * MINUTE_MS
    const { desk, office } = running.open()
    office.start()
    office.close()
    expect(desk.get(eventId)).toMatchObject({ state: 'EXPIRED' })
    office.sla.check()
    expect(office.sla.escalations(eventId)).toMatchObject([
      { level: 1, dueMs: SAMPLE_WALL_MS + 30 * MINUTE_MS },
    ])
    expect(() => database.exec('DELETE FROM sla_escalation')).toThrow(/append-only/)
  } finally {
    database.close()
  }
})

test('[R58] [R79] the next shift gets the open list, the most overdue first, and it is on record', () => {
  const { desk, office, at } = setUp()
  const late = desk.raise(act('a', 0))
  at(20)
  const young = desk.raise(act('b', 100, undefined, { ruleId: 'piling' }))
  at(40)
  expect(office.duty.open().map(({ eventId, overdueSec }) => [eventId, overdueSec])).toEqual([
    [late.eventId, 600],
    [young.eventId, 0],
  ])
  expect(office.duty.aging().map(({ underHours, open, overdue }) => [underHours, open, overdue])).toEqual([
    ...[
      [1, 2, 1],
      [4, 0, 0],
      [24, 0, 0],
      [72, 0, 0],
      [168, 0, 0],
      [null, 0, 0],
    ],
  ])
  const record = office.duty.handOver({ from: 'li', to: 'wang', note: 'stall at the kerb comes back' })
  expect(record).toMatchObject({ number: 1, from: 'li', to: 'wang', eventIds: [late.eventId, young.eventId] })
  expect(office.duty.handovers(10)).toEqual([record])
})
