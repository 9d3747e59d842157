import { defineRule } from './rule.ts'

/** What may be somebody must stand for longer than people stand still: 25 s were seen without any movement. */
const WAITS_MS = 40_000

/**
 * 乱堆物堆料: goods stand where nothing stood, and nobody is with them.
 *
 * Dates from when they were set down, but the dwell runs from when whoever brought them had left. Passers do not
 * count as company. What a detector steadily calls a person, a vehicle or a two-wheeler is not goods.
 */
export const piling = defineRule({
  name: 'piling',

  claim(facts) {
    const { nowMs, goodsSinceMs, goneSinceMs, attendance, attendedUntilMs, reportedUntilMs } = facts
    if (goodsSinceMs === null || goneSinceMs !== null || facts.explainedBy !== null) return null

    const staysUntilMs = attendance?.stays ? attendance.lastMs : goodsSinceMs
    const aloneMs = nowMs - Math.max(goodsSinceMs, attendedUntilMs ?? goodsSinceMs, staysUntilMs)
    // Something else stands there and hides them, or they are part of it.
    if (!facts.mostlyGoods) return { startMs: goodsSinceMs, dwellMs: 0 }

    const dwellMs = Math.max(0, aloneMs - (facts.figure ? WAITS_MS : 0))
    return { startMs: Math.max(goodsSinceMs, reportedUntilMs ?? goodsSinceMs), dwellMs }
  },

  over({ goneSinceMs }) {
    return goneSinceMs
  },
})
