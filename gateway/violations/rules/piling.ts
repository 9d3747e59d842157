/**
 * 乱堆物堆料: goods stand where nothing stood, and nobody is with them.
 *
 * Dates from when they were set down, but the dwell runs from when whoever brought them had left. Passers do not
 * count as company. What a detector steadily calls a person, a vehicle or a two-wheeler is not goods.
 */
import { defineRule } from './rule.ts'

export const piling = defineRule({
  name: 'piling',

  claim({ nowMs, goodsSinceMs, goneSinceMs, attendance, attendedUntilMs, reportedUntilMs, explainedBy }) {
    if (goodsSinceMs === null || goneSinceMs !== null || explainedBy !== null) return null

    const aloneSinceMs = Math.max(
      goodsSinceMs,
      attendedUntilMs ?? 0,
      attendance?.stays ? attendance.lastMs : 0,
    )
    return { startMs: Math.max(goodsSinceMs, reportedUntilMs ?? 0), dwellMs: nowMs - aloneSinceMs }
  },

  over({ goneSinceMs }) {
    return goneSinceMs
  },
})
