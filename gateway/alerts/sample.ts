/**
 * A random sample of files for review (案卷评查), the same for whoever draws it again [R75, R93].
 *
 *     closed and dismissed acts of a period ─▶ hash of seed and id ─▶ the smallest so many
 *
 * Nobody can steer what is drawn: the seed is said beforehand, the hash does the rest, and the log gives the same acts.
 */
import { createHash } from 'node:crypto'
import type { ActFacts } from './statistics.ts'

/** What is over for good, rightly or wrongly. */
const CLOSED = ['CLOSED', 'ARCHIVED', 'SELF_CORRECTED', 'CORRECTED', 'NO_PENALTY', 'NOT_FILED', 'TRANSFERRED']

export interface Sampled {
  readonly eventId: string
  readonly ruleId: string
  readonly state: string
  readonly dismissed: boolean
  readonly reason: string | null
}

/** Half of them dismissals, as far as there are so many: those are what nobody else looks at again. */
export function sampleOf(facts: readonly ActFacts[], size: number, seed: string): Sampled[] {
  const drawn = (those: readonly ActFacts[], count: number) =>
    those
      .map((act) => ({ act, lot: lotOf(seed, act.eventId) }))
      .sort((one, other) => (one.lot < other.lot ? -1 : 1))
      .slice(0, count)
      .map(({ act }) => act)
  const dismissed = facts.filter(({ dismissal }) => dismissal !== null)
  const closed = facts.filter(({ dismissal, state }) => dismissal === null && CLOSED.includes(state))
  const half = Math.ceil(size / 2)
  const ofDismissed = Math.min(dismissed.length, Math.max(half, size - closed.length))
  return [...drawn(dismissed, ofDismissed), ...drawn(closed, size - ofDismissed)].map(
    ({ eventId, ruleId, state, dismissal }) => ({
      ...{ eventId, ruleId, state, dismissed: dismissal !== null, reason: dismissal?.reason ?? null },
    }),
  )
}

const lotOf = (seed: string, eventId: string): string =>
  createHash('sha256')
    .update(JSON.stringify([seed, eventId]))
    .digest('hex')
