import { type Attendance, defineRule, type SpotFacts } from './rule.ts'

/** What may be somebody must stand for longer than people stand still: 25 s were seen without any movement. */
const WAITS_MS = 40_000
/** What is tall may hide whoever set it down, still standing behind it: vendors were seen to stir only after 20 s. */
const HIDES_MS = 15_000
/** Whoever has not moved for so long is not there: something was set down in his place. */
const STILL_MS = 30_000

/**
 * 乱堆物堆料: goods stand where nothing stood, and nobody is with them.
 *
 * Dates from when they were set down, but the dwell runs from when whoever brought them had left. Passers do not
 * count as company. What a detector steadily calls a person, a vehicle or a two-wheeler is not goods; what stands
 * beside it is.
 */
export const piling = defineRule({
  name: 'piling',
  about: 'goods',
  needs: [],

  claim(facts) {
    const { nowMs, attendance, attendedUntilMs, reportedUntilMs } = facts
    const goodsSinceMs = pileSinceMs(facts)
    if (goodsSinceMs === null || goneSinceMs(facts) !== null) return null

    const staysUntilMs = attendance?.stays ? stayedUntil(attendance, nowMs) : goodsSinceMs
    const aloneMs = nowMs - Math.max(goodsSinceMs, attendedUntilMs ?? goodsSinceMs, staysUntilMs)
    // Something else stands there and hides them, or they are part of it.
    if (!facts.mostlyGoods) return { startMs: goodsSinceMs, dwellMs: 0 }

    const dwellMs = Math.max(0, aloneMs - (facts.figure ? WAITS_MS : 0))
    const hides = facts.tall && attendedUntilMs === null
    return {
      startMs: Math.max(goodsSinceMs, reportedUntilMs ?? goodsSinceMs),
      dwellMs,
      ...(hides ? { doubtMs: HIDES_MS } : {}),
    }
  },

  over: goneSinceMs,
})

/** Of the goods beside what is parked; without anything parked, of all of them. */
function pileSinceMs({ goodsSinceMs, parked, rest, explainedBy }: SpotFacts): number | null {
  if (parked.some(({ steady }) => steady)) return rest === null ? null : rest.sinceMs
  return explainedBy === null ? goodsSinceMs : null
}

function goneSinceMs({ goneSinceMs, rest }: SpotFacts): number | null {
  return rest?.goneSinceMs ?? goneSinceMs
}

function stayedUntil({ aliveMs, lastMs }: Attendance, nowMs: number): number {
  return nowMs - aliveMs > STILL_MS ? aliveMs : lastMs
}
