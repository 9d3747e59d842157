/**
 * 无照经营游商: goods stand where nothing stood, and somebody stays with them.
 *
 * Neither is enough alone: a person who waits has no goods, goods that nobody attends are piling. The act begins
 * when both are there and is over when either is gone.
 */
import { defineRule } from './rule.ts'

export const streetVending = defineRule({
  name: 'street-vending',

  claim({ goodsSinceMs, goneSinceMs, attendance, reportedUntilMs, personMissed, explainedBy }) {
    if (goodsSinceMs === null || goneSinceMs !== null || personMissed) return null
    if (attendance === null || !attendance.stays) return null
    // A rider beside his bicycle, a driver beside his van: theirs to judge by class, not goods.
    if (explainedBy !== null) return null

    // Minutes that an event has told are not told again: only what somebody did here since then counts.
    const startMs = Math.max(goodsSinceMs, attendance.sinceMs, reportedUntilMs ?? 0)
    if (attendance.lastMs <= startMs) return null
    return { startMs, dwellMs: attendance.lastMs - startMs }
  },

  over({ nowMs, goneSinceMs, attendance, attendedUntilMs }, patienceSec) {
    if (goneSinceMs !== null) return goneSinceMs
    if (attendance === null) return attendedUntilMs ?? nowMs
    return attendance.awaySec > patienceSec ? attendance.lastMs : null
  },
})
