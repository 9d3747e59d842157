/**
 * A stall: goods stand where nothing stood, and somebody stays with them. Four rules are about stalls; they differ in
 * where it stands and what it is.
 *
 * It begins when both are there and is over when either is gone. What a detector steadily explains by a vehicle or a
 * two-wheeler is none: a rider beside his bicycle, a driver beside his van. A cargo tricycle is a stall once more than
 * the tricycle stands there: crates beside it, a cloth, an umbrella.
 */
import type { Claim, SpotFacts } from './rule.ts'

export function stallClaim(facts: SpotFacts): Claim | null {
  const { goodsSinceMs, goneSinceMs, attendance, reportedUntilMs, personMissed, explainedBy } = facts
  if (goodsSinceMs === null || goneSinceMs !== null || personMissed || explainedBy !== null) return null
  if (attendance === null || !attendance.stays || facts.alone) return null

  // Minutes that an event has told are not told again: only what somebody did here since then counts.
  const startMs = Math.max(goodsSinceMs, attendance.sinceMs, reportedUntilMs ?? 0)
  if (attendance.aliveMs <= startMs) return null
  const provenMs = attendance.aliveMs - Math.max(startMs, attendance.aliveFromMs)
  return { startMs, dwellMs: Math.max(0, provenMs) }
}

export function stallOver(facts: SpotFacts, patienceSec: number): number | null {
  const { nowMs, goneSinceMs, attendance, attendedUntilMs } = facts
  if (goneSinceMs !== null) return goneSinceMs
  if (attendance === null) return attendedUntilMs ?? nowMs
  return attendance.awaySec > patienceSec ? attendance.lastMs : null
}
