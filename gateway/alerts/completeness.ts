/**
 * Whether a case could be made of an alert: every fact it must stand on, or what is missing, all of it at once [R35].
 *
 *     time · place · act · actor or unknown · basis · notice · re-check · sealed package ─▶ [] or what is lacking
 *
 * Nothing here says that there is a case: that is for people, and later.
 */
import type { ViolationEvent } from '../violations/event.ts'
import type { AlertState } from './lifecycle.ts'

/** A notice that was brought (劝导), by whatever way. */
export interface Notice {
  readonly persuasionId: string
  /** null: it did not get there. */
  readonly deliveredAtMs: number | null
  readonly correctionDeadlineMs: number
  /** Whether a sound of it was played and kept. */
  readonly isSound?: boolean
}

/** Notices as the transitions of an alert tell of them. */
export function noticesIn(transitions: readonly Told[]): Notice[] {
  return transitions.flatMap(({ to, details, atMs }) => {
    if (to !== 'PERSUADING' && to !== 'AUTO_PERSUADING') return []
    const { persuasionId = '', deadlineAt = '' } = details
    return { persuasionId, deliveredAtMs: atMs, correctionDeadlineMs: Date.parse(deadlineAt) }
  })
}

interface Told {
  readonly to: AlertState
  readonly details: Readonly<Record<string, string>>
  readonly atMs: number
}

export interface CaseFacts {
  readonly event: ViolationEvent
  readonly minor: boolean
  readonly entered: ReadonlySet<AlertState>
  readonly notices: readonly Notice[]
  readonly basisInForce: boolean
  readonly details: Readonly<Record<string, string>>
}

/** By these nobody knows when it was. */
const CLOCK_CAPS = ['CLOCK_OFF', 'CLOCK_UNCHECKED']
/** By these nobody can show that the pictures are what was seen. */
const INTEGRITY_CAPS = ['EVIDENCE_INCOMPLETE', 'INTEGRITY_FAILED']

export function lackingForCase(facts: CaseFacts): string[] {
  const { event, details, entered } = facts
  const capped = (caps: readonly string[]) => caps.some((cap) => event.evidenceCaps.includes(cap))
  const actor = event.objects.some(({ role }) => role === 'attendant') || details['actor']
  // A minor act was spoken to and looked at again by the box; of a graver one an officer's order is the notice.
  const delivered = facts.notices.some(({ deliveredAtMs }) => deliveredAtMs !== null)
  const noticed = delivered || (!facts.minor && entered.has('ORDERED'))
  const rechecked = entered.has('PERSISTING') || (!facts.minor && details['recheckItemId'])
  const wanted: [there: unknown, lacking: string][] = [
    [
      event.startedAt && event.confirmedAt && !capped(CLOCK_CAPS),
      'time: the clock was not known to be right',
    ],
    [event.cameraId && event.zoneId, 'place'],
    [
      event.ruleId && event.governanceMode === 'production',
      'act: it was judged in test mode, below the floors',
    ],
    [actor, 'actor: nobody was seen; say who, or that it is unknown (actor)'],
    [facts.basisInForce, 'basis: the legal basis was not in force at the place on that day'],
    [noticed, 'notice: no correction notice was delivered'],
    [rechecked, 're-check: nobody has seen it persist after the notice (recheckItemId)'],
    [event.evidence !== null && !capped(INTEGRITY_CAPS), 'integrity: there is no sealed package'],
  ]
  return wanted.flatMap(([there, lacking]) => (there ? [] : lacking))
}
