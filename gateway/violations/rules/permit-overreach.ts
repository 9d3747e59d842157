import { permitClaim, permitOver } from './permitted.ts'
import { defineRule } from './rule.ts'

/**
 * 超界经营: trade at a permitted point, in its hours, that takes more than the permit gives.
 *
 *     ┌ permitted point ─────────┐
 *     │  ▓▓▓▓   ▓▓▓▓        ▓▓▓▓▓▓▓▓   more than `overShareMin` of where it touches the ground lies beyond the edge
 *     └──────────────────────────┘     or: more stalls than `capacity`, those that came last
 *
 * It must reach into the place with a tenth of itself: what only stands near it is nobody's permit and street vending.
 * Begins when it was first too much, is over when it is gone or has been within again for the patience of the rule. The
 * permit silences every other rule meanwhile, not this one. Without a legal basis in force at the place it does not run.
 * [R81]
 */
export const permitOverreach = defineRule({
  name: 'permit-overreach',
  about: 'trade',
  needs: [],
  rank: () => -2,

  claim(facts) {
    const { permit } = facts
    if (permit === null || !permit.inWindow) return null
    const { overSinceMs, backSinceMs } = permit
    if (overSinceMs === null || backSinceMs !== null) return null
    const claim = permitClaim(facts)
    if (claim === null) return null
    const startMs = Math.max(claim.startMs, overSinceMs)
    return { startMs, dwellMs: Math.max(0, claim.dwellMs - (startMs - claim.startMs)) }
  },

  over(facts, patienceSec) {
    const goneMs = permitOver(facts, patienceSec)
    if (goneMs !== null) return goneMs
    const backMs = facts.permit?.backSinceMs ?? null
    return backMs !== null && facts.nowMs - backMs > 1000 * patienceSec ? backMs : null
  },
})
