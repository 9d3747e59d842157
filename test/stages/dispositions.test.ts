/** What the platform may do about an alert by one command: state, grade, evidence, recusal, major incident. */
import { expect, test } from 'vitest'
import { isoTime } from '../../gateway/kit/clock.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { Commands } from '../../gateway/mqtt/commands.ts'
import { MqttOptions } from '../../gateway/mqtt/options.ts'
import { BOX, openDesk, SEALED } from './desk-fixture.ts'
import { SAMPLE_WALL_MS, sampleEvent } from './sample-event.ts'

function openCommands() {
  const { desk, database, time, messages } = openDesk()
  const clock = { wallMs: () => time.nowMs, monotonicMs: () => time.nowMs }
  const { commands: options } = MqttOptions.parse({})
  const commands = new Commands({ database, desk, options, clock, log: silentLog })
  const { eventId } = desk.raise(sampleEvent('a', { evidence: SEALED }))
  let serial = 0
  const dispose = (args: object, by = 'seat') => {
    const command = {
      id: `c-${++serial}`,
      by,
      expiresAt: isoTime(time.nowMs + 60_000),
      args: { eventId, ...args },
    }
    return commands.obey('disposition', 'cmd/disposition', Buffer.from(JSON.stringify(command)), false)
  }
  return { desk, eventId, dispose, messages }
}

test('each does one thing, and the event tells it', () => {
  const { desk, eventId, dispose } = openCommands()
  expect(dispose({ grade: 'G2', reasonCode: 'CROWDED' })).toMatchObject({ ok: true, result: { revision: 2 } })
  expect(dispose({ evidenceStatus: 'EVIDENCE_CANDIDATE' })).toMatchObject({ ok: true })
  expect(dispose({ recuse: 'officer-2', note: 'a relative' })).toMatchObject({ ok: true })
  const reviewers = ['officer-1', 'officer-2']
  expect(dispose({ evidenceStatus: 'REVIEWED_PASS', reviewers })).toMatchObject({
    ...{ ok: false, code: 'EVIDENCE_STATUS_REFUSED', reason: expect.stringMatching(/officer-2 is recused/) },
  })
  expect(dispose({ major: 'DECLARE', reasonCode: 'FIGHT' })).toMatchObject({ ok: true })
  expect(dispose({ major: 'TELL', tellTo: 'chief' })).toMatchObject({ ok: true })
  expect(dispose({ major: 'RECEIVED' }, 'chief')).toMatchObject({ ok: true })
  expect(dispose({ to: 'SUSPENDED', reasonCode: 'x' })).toMatchObject({ code: 'ALERT_TRANSITION_REFUSED' })
  expect(dispose({ grade: 'G1', note: 'x' }, 'helper')).toMatchObject({ code: 'ALERT_CHANGE_REFUSED' })
  const { event } = desk.get(eventId)!
  expect([event.grade, event.evidenceStatus, event.majorIncident?.told]).toMatchObject([
    'G4',
    'EVIDENCE_CANDIDATE',
    [{ to: 'chief', receivedAt: isoTime(SAMPLE_WALL_MS + 200_000) }],
  ])
})

test.each([
  [{}],
  [{ to: 'REJECTED', grade: 'G2' }],
  [{ major: 'TELL' }],
  [{ tellTo: 'chief', to: 'CLOSED' }],
  [{ major: 'SHOUT' }],
  [{ grade: 'G2', colour: 'red' }],
])('refused before anything is done: %j', (args) => {
  const { desk, eventId, dispose } = openCommands()
  expect(dispose(args)).toMatchObject({ ok: false, code: 'COMMAND_ARGS_WRONG' })
  expect(desk.get(eventId)!.revision).toBe(1)
})

test('a room beside the desk may refuse, and what it knows goes with every revision', () => {
  const { desk } = openDesk()
  desk.join({
    admit({ state }, { to }) {
      if (to === 'EXPIRED') throw new Error(`not from ${state}`)
    },
    note: (event) => ({ ...event, text: `${event.text}!` }),
  })
  const { eventId, text } = desk.raise(sampleEvent('a'))
  expect(text).toMatch(/秒!$/)
  expect(() => desk.transition({ eventId, to: 'EXPIRED', actor: BOX })).toThrow('not from PENDING_REVIEW')
  expect(desk.retell(eventId)).toMatchObject({ revision: 2, event: { text: expect.stringMatching(/秒!!$/) } })
})
