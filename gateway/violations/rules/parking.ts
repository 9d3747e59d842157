/**
 * Something is parked where it may not stand: a vehicle or a two-wheeler, by the steady word of a detector.
 *
 * Begins when it was set down and is over when it is gone; persons who pass or wait beside it change nothing. A rider's
 * short stop stays below the dwell. Whoever stays with it has still parked it; the catalogue may say that such minutes
 * do not count (`attendedCounts`), then the dwell runs from when he had left.
 */
import type { ParkedKind } from '../parked.ts'
import type { Claim, SpotFacts, Terms } from './rule.ts'

export function parkedClaim(kind: ParkedKind, facts: SpotFacts, { attendedCounts }: Terms): Claim | null {
  const part = facts.parked.find((one) => one.kind === kind)
  if (part === undefined || !part.steady || part.goneSinceMs !== null || facts.goneSinceMs !== null)
    return null

  const startMs = Math.max(part.sinceMs, part.reportedUntilMs ?? part.sinceMs)
  const staysUntilMs = facts.attendance?.stays ? facts.attendance.lastMs : startMs
  const attendedMs = attendedCounts ? startMs : Math.max(staysUntilMs, facts.attendedUntilMs ?? startMs)
  return { startMs, dwellMs: Math.max(0, facts.nowMs - Math.max(startMs, attendedMs)) }
}

export function parkedOver(kind: ParkedKind, { parked, goneSinceMs, nowMs }: SpotFacts): number | null {
  const part = parked.find((one) => one.kind === kind)
  return part === undefined ? (goneSinceMs ?? nowMs) : (part.goneSinceMs ?? goneSinceMs)
}
