/**
 * What rules are told of what is parked at a spot.
 *
 *     Parked, told? ─▶ believed, with pixels of its own ─▶ ParkedFacts
 *
 * A name is heard less often in the dusk. Once an act was told by it, it goes on to explain what stands there: the same
 * bicycle is not told a second time, as a pile.
 */
import { isSteady, type Parked } from './parked.ts'
import type { ParkedFacts } from './rules/rule.ts'

/** What is believed to be parked; null times and boxes are of parts whose pixels nobody saw yet. */
export function parkedFacts(part: Parked, told: boolean, tradedUntilMs: number | null): ParkedFacts[] {
  const { kind, confidence, sinceMs, box, goneFromMs, goneSinceMs, believed } = part
  if (!believed || sinceMs === null || box === null) return []
  const untilMs = Math.max(part.reportedUntilMs ?? -Infinity, tradedUntilMs ?? -Infinity)
  const reportedUntilMs = untilMs === -Infinity ? null : untilMs
  const steady = told || isSteady(part)
  return [
    { kind, class: part.class, confidence, sinceMs, box, steady, goneFromMs, goneSinceMs, reportedUntilMs },
  ]
}
