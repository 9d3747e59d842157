/**
 * Acts that an exemption silences are judged all the same, so that somebody can look up what was not told: whoever is
 * spared must be spared on the record (R16), for a reason, by somebody, until a day.
 *
 *     silenced look ─▶ rule.claim ─▶ dwell reached, not noted yet ─▶ noted once, by when the act began
 *                          └─ none any more: the next act is another
 */
import type { Watched } from './docket.ts'
import type { SpotFacts } from './rules/rule.ts'
import type { Spot } from './spot.ts'

/** Why nothing is told: outside the zone's hours, permitted there and then, or spared by name. */
export type Silence = 'hours' | 'permit' | 'exemption'

/** When a silenced act began, once: at the look at which it would have been told. [R16] */
export function newlyHushed(
  spot: Spot,
  { rule, terms, minDwellMs }: Watched,
  facts: SpotFacts,
): number | null {
  const claim = rule.claim(facts, terms)
  if (claim === null) {
    delete spot.hushedMs[rule.name]
    return null
  }
  if (claim.dwellMs < minDwellMs || spot.hushedMs[rule.name] !== undefined) return null
  spot.hushedMs[rule.name] = claim.startMs
  return claim.startMs
}
