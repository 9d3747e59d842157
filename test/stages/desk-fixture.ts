/** A desk over a database in memory, with a clock to turn and the people of a small unit. */
import { onTestFinished } from 'vitest'
import { AlertDesk } from '../../gateway/alerts/desk.ts'
import type { DeskParts } from '../../gateway/alerts/desk-parts.ts'
import { type DeskPerson, Register } from '../../gateway/alerts/people.ts'
import type { Clock } from '../../gateway/kit/clock.ts'
import { Database } from '../../gateway/kit/database.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { Outbox, OutboxOptions } from '../../gateway/outbox/outbox.ts'
import type { ViolationEvent } from '../../gateway/violations/event.ts'
import { SAMPLE_WALL_MS } from './sample-event.ts'

export const PEOPLE: readonly DeskPerson[] = [
  { personId: 'officer-1', badgeNo: '0001', role: 'OFFICER', certNo: 'cert-1', certValidTo: '2026-12-31' },
  { personId: 'officer-2', role: 'OFFICER', certNo: 'cert-2', certValidTo: '2026-12-31' },
  { personId: 'expired', role: 'OFFICER', certNo: 'cert-3', certValidTo: '2025-12-31' },
  { personId: 'helper', role: 'AUXILIARY' },
  { personId: 'seat', role: 'DISPATCHER' },
  { personId: 'auditor', role: 'AUDITOR' },
]

export const REGISTER = new Register(
  () => PEOPLE,
  () => 480,
)

export const PLATFORM = { id: 'seat', roles: ['person', 'platform'] } as const
export const OFFICER = { id: 'officer-1', roles: ['person'] } as const
export const BOX = { id: 'box', roles: ['box'] } as const
/** A package that stands. */
export const SEALED = { packageId: 'p-1', manifestHash: 'sha256:1', packages: ['p-1'] }
const MINUTE_MS = 60_000

export function openDesk(parts: DeskParts = {}) {
  const database = new Database(':memory:')
  onTestFinished(() => database.close())
  const time = { nowMs: SAMPLE_WALL_MS + 200_000 }
  const clock: Clock = { wallMs: () => time.nowMs, monotonicMs: () => time.nowMs }
  const outbox = new Outbox(database, OutboxOptions.parse({}), clock, silentLog)
  const desk = new AlertDesk(database, outbox, clock, { register: REGISTER, ...parts })
  const messages = () => outbox.due(1_000).map(({ data }) => data as ViolationEvent)
  /** Goes through states, with everything they need, to the last one; the clock runs on. */
  const lead = (eventId: string, ...states: string[]) => {
    for (const to of states) {
      time.nowMs += MINUTE_MS
      const details = {
        ...{ persuasionId: 'n-1', deadlineAt: new Date(time.nowMs + MINUTE_MS / 2).toISOString() },
        ...{ afterItemId: 'a-1', unitId: 'u-1', recordingId: 'r-1', certNo: 'cert-1', caseNo: 'c-1' },
      }
      const byBox = ['RECHECKING', 'PERSISTING', 'EXPIRED', 'AUTO_PERSUADING'].includes(to)
      desk.transition({ eventId, to, actor: byBox ? BOX : PLATFORM, details, reasonCode: 'OTHER' })
    }
    return desk.get(eventId)!
  }
  return { database, outbox, desk, time, messages, lead }
}
