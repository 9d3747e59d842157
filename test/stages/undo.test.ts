/** A verdict taken back: by whom, how long, and that nothing is ever edited. */
import { describe, expect, test } from 'vitest'
import { OFFICER, openDesk } from './desk-fixture.ts'
import { sampleEvent } from './sample-event.ts'

const WITHIN_MS = 120_000

function decided(verdict: 'VERIFIED' | 'REJECTED' = 'VERIFIED') {
  const house = openDesk()
  const { eventId } = house.desk.raise(sampleEvent('a'))
  const wish = { eventId, by: OFFICER.id, commandId: 'c-1' }
  house.desk.review({ ...wish, verdict, ...(verdict === 'REJECTED' && { reasonCode: 'PERMITTED' }) })
  const undo = (actor: { id: string; roles: readonly ['person'] } = OFFICER, commandId = 'u-1') =>
    house.desk.undo({ eventId, actor, commandId, withinMs: WITHIN_MS })
  return { ...house, eventId, undo }
}

describe('undo', () => {
  test.each(['VERIFIED', 'REJECTED'] as const)(
    '[R60] %s is taken back by a new record that names it',
    (verdict) => {
      const { desk, eventId, undo, messages } = decided(verdict)
      const before = desk.history(eventId).transitions
      expect(undo().state).toBe('PENDING_REVIEW')
      const after = desk.history(eventId).transitions
      expect(after.slice(0, before.length)).toEqual(before)
      expect(after.at(-1)).toMatchObject({
        ...{ from: verdict, to: 'PENDING_REVIEW', reasonCode: 'UNDONE', actor: { id: OFFICER.id } },
        details: { undoes: String(before.length) },
      })
      expect(messages().at(-1)).toMatchObject({ eventId, revision: 3, alertState: 'PENDING_REVIEW' })
    },
  )

  test('what was taken back counts as never given: it can be reviewed anew, and sends nobody', () => {
    const { desk, eventId, undo, lead } = decided()
    undo()
    expect(() => lead(eventId, 'DISPATCHED')).toThrow(/may follow/)
    expect(lead(eventId, 'EXPIRED').state).toBe('EXPIRED')
    desk.review({ eventId, verdict: 'REJECTED', reasonCode: 'PERMITTED', by: OFFICER.id, commandId: 'c-2' })
    expect(undo(OFFICER, 'u-2').state).toBe('EXPIRED')
  })

  test('a verdict taken back is no earlier act at the place', () => {
    const { desk, eventId, undo } = decided()
    const { event } = desk.get(eventId)!
    const startedMs = Date.parse(event.startedAt)
    const place = { ...event, eventId: 'other', sinceMs: startedMs - 1, beforeMs: startedMs + 1 }
    expect(desk.verifiedBefore(place)).toBe(1)
    undo()
    expect(desk.verifiedBefore(place)).toBe(0)
    desk.review({ eventId, verdict: 'VERIFIED', by: OFFICER.id, commandId: 'c-2' })
    expect(desk.verifiedBefore(place)).toBe(1)
  })

  test('refused: another’s, too late, already acted on, nothing to take back', () => {
    const refusal = (work: () => unknown) => {
      try {
        work()
      } catch (error) {
        return error
      }
      return null
    }
    const refused = (reason: RegExp) => ({
      code: 'ALERT_UNDO_REFUSED',
      message: expect.stringMatching(reason),
    })
    const other = decided()
    expect(refusal(() => other.undo({ id: 'officer-2', roles: ['person'] }))).toMatchObject(
      refused(/officer-1's/),
    )
    const late = decided()
    late.time.nowMs += WITHIN_MS + 1
    expect(refusal(() => late.undo())).toMatchObject(refused(/120 s/))
    const acted = decided()
    acted.lead(acted.eventId, 'DISPATCHED')
    expect(refusal(() => acted.undo())).toMatchObject(refused(/DISPATCHED/))
    const twice = decided()
    twice.undo()
    expect(twice.undo().revision).toBe(3)
    expect(refusal(() => twice.undo(OFFICER, 'u-2'))).toMatchObject(refused(/nobody has given/))
    expect(acted.desk.get(acted.eventId)?.state).toBe('DISPATCHED')
  })
})
