/**
 * A rule says since when its facts hold at a spot, and when they ceased to; the judge does the rest: dwell, permits,
 * states, messages.
 *
 *     Spot ─▶ SpotFacts ─▶ rule.claim ─▶ since when, how long ─▶ judge: candidate │ confirmed
 *                       └▶ rule.over  ─▶ since when not        ─▶ judge: clearing │ cleared
 *
 * One continuing act is told once. Whoever trades at a place has all of it: his tricycle is his stall, his crates are
 * his goods. So the trades of a spot exclude each other, the one of the lowest `rank` that claims it has it, and what
 * is piled or parked there is told only while nobody trades. Goods and parked things are told side by side.
 */
import type { Role } from '../../detections/detections.ts'
import type { Box } from '../../kit/geometry.ts'
import type { PermitCheck, RuleId } from '../event.ts'
import type { ParkedKind } from '../parked.ts'
import type { Beyond } from '../shopfront.ts'
import type { Tool } from '../witness.ts'

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
  /** It is somebody who waits: alive, and nothing stands beside him. */
  readonly alone: boolean
  /** The goods are high enough to hide somebody. */
  readonly tall: boolean
  /** A detector's word on the goods, null without one: what it sees in their place for most of its looks. */
  readonly explainedBy: 'person' | ParkedKind | null
  /** A detector ran, the spot is large enough for it, and it never saw a person there. */
  readonly personMissed: boolean
  /** What of the goods is parked, by steady word of a detector. */
  readonly parked: readonly ParkedFacts[]
  /** The goods beside what is parked; null while there are none, or nothing is parked. */
  readonly rest: RestFacts | null
  /** What makes a trade what it is, seen steadily at the goods. */
  readonly tools: ReadonlySet<Tool>
  /** Carts, tricycles and vans at the goods; 0 without a detector. */
  readonly carriers: number
  /** While somebody was there and a vehicle stood close: since when and until when. */
  readonly unloading: { readonly sinceMs: number; readonly untilMs: number } | null
  /** How far the goods stand beyond the shopfront line of the zone; null where there is none. */
  readonly beyond: Beyond | null
  /** How it stands to the permitted point it is in or reaches into; null: it is at none. */
  readonly permit: PermitFacts | null
  /** The same for people, about the nearest point; null where nobody was asked. */
  readonly permitCheck: PermitCheck | null
}

export interface PermitFacts {
  readonly pointId: string
  /** Its foot is within the place. */
  readonly inside: boolean
  /** Within the hours, with the time to set up and to clear away. */
  readonly inWindow: boolean
  /** Tables and chairs before a shop (外摆位): the act is that they stand there, attended or not. */
  readonly furniture: boolean
  /** Since when more of it than allowed lies beyond the boundary, or more stalls stand there than approved. */
  readonly overSinceMs: number | null
  /** Since when neither is so any more; null while it is. */
  readonly backSinceMs: number | null
}

export interface Attendance {
  readonly sinceMs: number
  readonly lastMs: number
  /** When he was last seen alive, and since when he is again and again. */
  readonly aliveMs: number
  readonly aliveFromMs: number
  /** Analysed seconds since then. */
  readonly awaySec: number
  /** True from the moment on which it was somebody who stays. */
  readonly stays: boolean
}

export interface ParkedFacts {
  readonly kind: ParkedKind
  readonly class: string
  readonly confidence: number
  readonly sinceMs: number
  readonly box: Box
  /** False while the name is not heard often enough to begin an act by it; true as long as one is told. */
  readonly steady: boolean
  readonly goneFromMs: number | null
  readonly goneSinceMs: number | null
  readonly reportedUntilMs: number | null
}

export interface RestFacts {
  readonly sinceMs: number
  readonly box: Box
  readonly goneFromMs: number | null
  readonly goneSinceMs: number | null
}

export interface Claim {
  /** When the act began. */
  readonly startMs: number
  /** What of it counts against the dwell. */
  readonly dwellMs: number
  /** How much longer it should stand, because somebody may be there who was not seen; half of the dwell at most. */
  readonly doubtMs?: number
}

/** What the catalogue and the zone say about a rule, beside its dwell. */
export interface Terms {
  /** Least distance beyond the shopfront line, metres. */
  readonly minDistanceM: number
  /** How long goods may be unloaded there (ms). */
  readonly unloadingGraceMs: number
  /** From how many carriers on the stalls of a place are a market. */
  readonly groupMin: number
  /** Whether minutes in which somebody stays with what he parked count. */
  readonly attendedCounts: boolean
  /** Share of a stall that must lie beyond the boundary of its permitted point. */
  readonly overShareMin: number
}

/** What of a spot an act is about: all of it and whoever is there, its goods, or what is parked. */
export type About = 'trade' | 'goods' | ParkedKind

export interface Rule {
  readonly name: RuleId
  readonly about: About
  /** Roles that the loaded model must know; without them nobody could see the act. */
  readonly needs: readonly Role[]
  /** Among the trades that claim a spot the lowest has it. */
  rank?(facts: SpotFacts, terms: Terms): number
  claim(facts: SpotFacts, terms: Terms): Claim | null
  /** Since when an open act is over, null while it goes on. `patienceSec` is how long an absence may last. */
  over(facts: SpotFacts, patienceSec: number): number | null
}

export function defineRule(rule: Rule): Rule {
  return rule
}
