/**
 * A rule says since when its facts hold at a spot, and when they ceased to; the judge does the rest: dwell, permits,
 * states, messages.
 *
 *     Spot ─▶ SpotFacts ─▶ rule.claim ─▶ since when, how long ─▶ judge: candidate │ confirmed
 *                       └▶ rule.over  ─▶ since when not        ─▶ judge: clearing │ cleared
 */
import type { RuleId } from '../event.ts'

/** What is known of one spot, all on the camera's timeline (ms). */
export interface SpotFacts {
  readonly nowMs: number
  /** Since when goods stand; null while none were recognised. */
  readonly goodsSinceMs: number | null
  /** Since when the goods are gone; null while they stand. */
  readonly goneSinceMs: number | null
  readonly attendance: Attendance | null
  /** End of the last attendance that was somebody staying, not passing. */
  readonly attendedUntilMs: number | null
  /** End of the last event of another rule here: the same minutes are not reported twice. */
  readonly reportedUntilMs: number | null
  /** Whether the goods are most of what stands there now; the rest would be somebody or something else. */
  readonly mostlyGoods: boolean
  /** As tall as a person stands, and nobody was seen to leave it: it may be somebody who waits. */
  readonly figure: boolean
  /** A detector's word on the goods, null without one: what it sees in their place for most of its looks. */
  readonly explainedBy: 'person' | 'vehicle' | 'two-wheeler' | null
  /** A detector ran, the spot is large enough for it, and it never saw a person there. */
  readonly personMissed: boolean
}

export interface Attendance {
  readonly sinceMs: number
  readonly lastMs: number
  /** Analysed seconds since then. */
  readonly awaySec: number
  /** True from the moment on which it was somebody who stays. */
  readonly stays: boolean
}

export interface Claim {
  /** When the act began. */
  readonly startMs: number
  /** What of it counts against the dwell. */
  readonly dwellMs: number
}

export interface Rule {
  readonly name: RuleId
  claim(facts: SpotFacts): Claim | null
  /** Since when an open act is over, null while it goes on. `patienceSec` is how long an absence may last. */
  over(facts: SpotFacts, patienceSec: number): number | null
}

export function defineRule(rule: Rule): Rule {
  return rule
}
