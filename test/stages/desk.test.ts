import { expect, onTestFinished, test } from 'vitest'
import { type AlertChange, AlertDesk } from '../../gateway/alerts/desk.ts'
import type { Clock } from '../../gateway/kit/clock.ts'
import { Database } from '../../gateway/kit/database.ts'
import { isFault } from '../../gateway/kit/errors.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { MESSAGES } from '../../gateway/mqtt/messages.ts'
import { Outbox, OutboxOptions } from '../../gateway/outbox/outbox.ts'
import type { ViolationEvent } from '../../gateway/violations/event.ts'
import { SAMPLE_WALL_MS, sampleEvent } from './sample-event.ts'

function setUp() {
  const database = new Database(':memory:')
  onTestFinished(() => database.close())
  const time = { nowMs: SAMPLE_WALL_MS + 200_000 }
  const clock: Clock = { wallMs: () => time.nowMs, monotonicMs: () => time.nowMs }
  const outbox = new Outbox(database, OutboxOptions.parse({}), clock, silentLog)
  const desk = new AlertDesk(database, outbox, clock)
  const changes: AlertChange[] = []
  desk.onChange((_, change) => changes.push(change))
  return { database, outbox, desk, changes, time }
}
const review = { verdict: 'VERIFIED', by: 'p-1', commandId: 'c-1' } as const
const messages = (outbox: Outbox) => outbox.due(100).map((entry) => entry.data as ViolationEvent)

test('a revision and its message are kept together; saying the same twice changes nothing', () => {
  const { desk, outbox, changes } = setUp()
  const event = sampleEvent('a')
  for (let i = 0; i < 3; i++) expect(desk.raise(event).alertState).toBe('PENDING_REVIEW')
  expect(messages(outbox)).toEqual([{ ...event, alertState: 'PENDING_REVIEW' }])
  expect(outbox.due(1)[0]).toMatchObject({
    topic: 'alert/street-vending/cam-1',
    type: MESSAGES.alert.type,
    subject: event.eventId,
    sequence: 1,
  })
  expect(changes).toEqual(['raised'])
  expect(desk.history(event.eventId).transitions.map((entry) => entry.to)).toEqual([
    'DETECTED',
    'PENDING_REVIEW',
  ])
})

test('when the message cannot be queued, the revision is not kept either', () => {
  const { desk, outbox } = setUp()
  expect(() => desk.raise(sampleEvent('a', { text: '疑似'.repeat(12_000) }))).toThrow(
    /72890 bytes, 61440 are allowed/,
  )
  expect(desk.list({ limit: 10 })).toEqual([])
  expect(desk.lastRevision(sampleEvent('a').eventId)).toBe(0)
  expect(outbox.state().depth).toBe(0)
})

test('[R67] a review is a further revision, and what the judge says next is counted after it', () => {
  const { desk, outbox } = setUp()
  const event = sampleEvent('a')
  desk.raise(event)
  const record = desk.review({ ...review, eventId: event.eventId, note: 'seen' })
  expect(record).toMatchObject({ state: 'VERIFIED', revision: 2, acked: false })
  // The judge did not know of the review: it says 2 as well, and its own word for the state.
  const end: ViolationEvent = {
    ...event,
    revision: 2,
    phase: 'END',
    endedAt: '2026-01-01T10:05:00.000+08:00',
  }
  expect(desk.raise(end)).toMatchObject({ revision: 3, phase: 'END', alertState: 'VERIFIED' })
  expect(desk.raise(end), 'again').toMatchObject({ revision: 3 })
  desk.transition({
    eventId: event.eventId,
    to: 'DISPATCHED',
    actor: { id: 'p-1', roles: ['platform'] },
    details: { unitId: 'u-1' },
  })
  const told = messages(outbox).map(({ revision, phase, alertState }) => [revision, phase, alertState])
  expect(told).toEqual([
    [1, 'START', 'PENDING_REVIEW'],
    [2, 'UPDATE', 'VERIFIED'],
    [3, 'END', 'VERIFIED'],
    [4, 'END', 'DISPATCHED'],
  ])
  expect(desk.history(event.eventId).transitions.at(-2)).toMatchObject({
    from: 'PENDING_REVIEW',
    to: 'VERIFIED',
    actor: { id: 'p-1', roles: ['person'] },
    note: 'seen',
    commandId: 'c-1',
  })
})

test('an act that is over stays over, with its end', () => {
  const { desk } = setUp()
  const event = sampleEvent('a')
  desk.raise(event)
  desk.raise({
    ...event,
    revision: 2,
    phase: 'END',
    endedAt: '2026-01-01T10:05:00.000+08:00',
    durationSec: 300,
  })
  const late = desk.raise({ ...event, revision: 3, phase: 'UPDATE', durationSec: 400 })
  expect(late).toMatchObject({ phase: 'END', endedAt: '2026-01-01T10:05:00.000+08:00', durationSec: 300 })
  expect(desk.openEvents()).toEqual([])
})

test('a repeated command changes nothing; a refused one leaves no trace', () => {
  const { desk, outbox } = setUp()
  const { eventId } = desk.raise(sampleEvent('a'))
  desk.review({ ...review, eventId })
  expect(desk.review({ ...review, eventId })).toMatchObject({ state: 'VERIFIED', revision: 2 })
  const refused = () => desk.review({ ...review, eventId, commandId: 'c-2', verdict: 'REJECTED' })
  expect(refused).toThrow(/cannot go from VERIFIED to REJECTED/)
  expect(() => desk.review({ ...review, eventId: 'none' })).toThrow(/no alert none/)
  const other = desk.raise(sampleEvent('b')).eventId
  expect(() => desk.review({ ...review, eventId: other })).toThrow(/c-1 was given for alert/)
  expect(outbox.state().depth).toBe(3)
  expect(desk.history(eventId).transitions).toHaveLength(3)
})

test('[R75] rejecting needs a reason of the list', () => {
  const { desk } = setUp()
  const { eventId } = desk.raise(sampleEvent('a'))
  const reject = (reasonCode?: string) => desk.review({ ...review, eventId, verdict: 'REJECTED', reasonCode })
  for (const wrong of [undefined, '', 'BECAUSE']) {
    try {
      reject(wrong)
      expect.unreachable()
    } catch (error) {
      expect(isFault(error, 'ALERT_TRANSITION_REFUSED'), String(error)).toBe(true)
    }
  }
  expect(reject('DUPLICATE').event.alertState).toBe('REJECTED')
})

test('acked means: the back end has the latest revision', () => {
  const { desk, outbox, changes } = setUp()
  const { eventId } = desk.raise(sampleEvent('a'))
  const [first] = outbox.due(1)
  outbox.markPublished([first!.sequence])
  expect(desk.get(eventId)!.acked, 'PUBACK alone says nothing').toBe(false)
  outbox.settle([first!.id])
  expect(desk.get(eventId)).toMatchObject({ acked: true, ackedRevision: 1 })
  desk.review({ ...review, eventId })
  expect(desk.get(eventId)).toMatchObject({ acked: false, ackedRevision: 1, revision: 2 })
  outbox.settle(outbox.due(10).map((entry) => entry.id))
  expect(desk.get(eventId)!.acked).toBe(true)
  expect(changes).toEqual(['raised', 'acked', 'transition', 'acked'])
})

test('lists are newest first, filtered, and paged without gap or repetition', () => {
  const { desk } = setUp()
  for (let i = 0; i < 25; i++) {
    // Several begin in the same second.
    const startedAt = `2026-01-01T10:00:${String(Math.floor(i / 3)).padStart(2, '0')}.000+08:00`
    desk.raise(sampleEvent(`e${i}`, { startedAt, cameraId: i % 2 ? 'cam-1' : 'cam-2' }))
  }
  const whole = desk.list({ limit: 100 }).map((record) => record.eventId)
  expect(new Set(whole).size).toBe(25)
  const paged: string[] = []
  for (let before: string | undefined; ; before = paged.at(-1)) {
    const page = desk.list({ limit: 7, before })
    if (page.length === 0) break
    paged.push(...page.map((record) => record.eventId))
  }
  expect(paged).toEqual(whole)
  expect(desk.list({ limit: 100, camera: 'cam-1' })).toHaveLength(12)
  expect(desk.list({ limit: 100, camera: 'cam-1', rule: 'piling' })).toHaveLength(0)
  const fromMs = Date.parse('2026-01-01T10:00:02.000+08:00')
  expect(desk.list({ limit: 100, fromMs, toMs: fromMs + 1_000 })).toHaveLength(3)
  desk.review({ ...review, eventId: whole[0]! })
  expect(desk.list({ limit: 100, state: 'VERIFIED' }).map((record) => record.eventId)).toEqual([whole[0]])
})

test('[R91] counts follow every change', () => {
  const { desk } = setUp()
  for (const name of ['a', 'b', 'c']) desk.raise(sampleEvent(name))
  const { eventId } = sampleEvent('b')
  desk.review({ ...review, eventId })
  const counted = () => desk.counts().map(({ day, state, count }) => [day, state, count])
  expect(counted()).toEqual([
    ['2026-01-01', 'PENDING_REVIEW', 2],
    ['2026-01-01', 'VERIFIED', 1],
  ])
  expect(desk.counts({ fromDay: '2026-01-02' })).toEqual([])
})

test('a long list of objects is cut so that the message fits', () => {
  const { desk } = setUp()
  const objects = Array.from({ length: 5_000 }, () => ({ class: 'bicycle', role: 'two-wheeler' }) as const)
  expect(desk.raise(sampleEvent('a', { objects })).objects).toHaveLength(64)
})
