/**
 * A major incident (重大事件): told upward one step after the other, each step with its receipt [R80].
 *
 *     declared ─▶ told to the first ─ receipt ─▶ told to the next ─ receipt ─▶ …
 *
 * Nobody is passed over: the next is told only when the last has said that he knows.
 */
import type { ViolationEvent } from '../violations/event.ts'
import { regraded } from './revisions.ts'

/** An entry and what the event says from then on; or why it may not be. */
type Change =
  | string
  | { readonly details: Readonly<Record<string, string>>; readonly event: Partial<ViolationEvent> }

interface Declaration {
  readonly actor: { readonly id: string }
  readonly reasonCode?: string | undefined
  readonly note?: string | undefined
}

export function declared(event: ViolationEvent, wish: Declaration, at: string): Change {
  if (event.majorIncident) return 'it is a major incident already'
  const reason = wish.reasonCode ?? wish.note ?? ''
  if (reason === '') return 'a reason is required'
  const by = wish.actor.id
  const majorIncident = { declaredAt: at, by, reason, told: [] }
  return {
    details: { grade: event.grade },
    event: { majorIncident, ...regraded(event, 'G4', { by, reason, at }, majorIncident) },
  }
}

export function told({ majorIncident }: ViolationEvent, to: string, at: string): Change {
  if (!majorIncident) return 'it is no major incident'
  const waiting = majorIncident.told.find(({ receivedAt }) => receivedAt === null)
  if (waiting) return `${waiting.to} has not said that he knows`
  if (majorIncident.told.some((one) => one.to === to)) return `${to} knows`
  const step = { to, at, receivedAt: null }
  return {
    details: { to },
    event: { majorIncident: { ...majorIncident, told: [...majorIncident.told, step] } },
  }
}

export function received({ majorIncident }: ViolationEvent, by: string, at: string): Change {
  const last = majorIncident?.told.at(-1)
  if (!majorIncident || last?.to !== by || last.receivedAt !== null)
    return `${by} was not told and waited for`
  const steps = [...majorIncident.told.slice(0, -1), { ...last, receivedAt: at }]
  return { details: { by }, event: { majorIncident: { ...majorIncident, told: steps } } }
}
