import { isBeyond } from '../shopfront.ts'
import { defineRule, type SpotFacts } from './rule.ts'

/** What may be somebody must stand for longer than people stand still. */
const WAITS_MS = 40_000

/**
 * 店外经营: goods or furniture stand beyond the line of doors, windows and walls, attended or not.
 *
 * The distance is measured where they touch the ground, in metres when the zone has a scale; the lower end of its
 * uncertainty must exceed the least distance of the catalogue. Without a scale the distance is unknown and shares of
 * the picture decide. Begins when they were set down; minutes in which somebody unloads a vehicle do not count, up to
 * the grace of the catalogue. Over when they are gone or behind the line again. What stood there when the camera was
 * put up is background and never told.
 */
export const beyondShopfront = defineRule({
  name: 'beyond-shopfront',
  about: 'trade',
  needs: [],
  rank: () => 2,

  claim(facts, { minDistanceM, unloadingGraceMs }) {
    const { nowMs, goodsSinceMs, goneSinceMs, beyond, unloading, reportedUntilMs, rest } = facts
    if (goodsSinceMs === null || goneSinceMs !== null || isExplained(facts)) return null
    if (beyond === null || !isBeyond(beyond, minDistanceM)) return null

    const graceUntilMs =
      unloading === null ? -Infinity : Math.min(unloading.untilMs, unloading.sinceMs + unloadingGraceMs)
    const startMs = Math.max(rest?.sinceMs ?? goodsSinceMs, graceUntilMs, reportedUntilMs ?? -Infinity)
    return { startMs, dwellMs: Math.max(0, nowMs - startMs - (facts.figure ? WAITS_MS : 0)) }
  },

  over({ nowMs, goneSinceMs, rest, beyond }, patienceSec) {
    const goneMs = rest?.goneSinceMs ?? goneSinceMs
    if (goneMs !== null) return goneMs
    const behindMs = beyond?.behindSinceMs ?? null
    return behindMs !== null && nowMs - behindMs > 1000 * patienceSec ? behindMs : null
  },
})

/** Customers' bicycles and a car at the door are no goods. */
function isExplained({ parked, rest, explainedBy }: SpotFacts): boolean {
  return parked.some(({ steady }) => steady) ? rest === null : explainedBy !== null
}
