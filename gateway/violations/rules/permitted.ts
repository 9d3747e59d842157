/**
 * What is traded at a permitted point: a stall and somebody with it; before a shop with a permit for tables (外摆位) the
 * tables themselves, whether anybody sits there or not.
 */
import type { Claim, SpotFacts } from './rule.ts'
import { stallClaim, stallOver } from './stall.ts'

export function permitClaim(facts: SpotFacts): Claim | null {
  if (facts.permit?.furniture !== true) return stallClaim(facts)
  const { nowMs, goodsSinceMs, goneSinceMs, reportedUntilMs, explainedBy, figure } = facts
  if (goodsSinceMs === null || goneSinceMs !== null || explainedBy !== null || figure) return null
  const startMs = Math.max(goodsSinceMs, reportedUntilMs ?? -Infinity)
  return { startMs, dwellMs: nowMs - startMs }
}

export function permitOver(facts: SpotFacts, patienceSec: number): number | null {
  return facts.permit?.furniture === true ? facts.goneSinceMs : stallOver(facts, patienceSec)
}
