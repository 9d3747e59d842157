/**
 * What the box sees of an act: the first of three state machines that are never merged (the others: `alerts/`).
 *
 *     IDLE ─▶ CANDIDATE 疑似 ⇄ CONFIRMING 持续确认 ─▶ ACTIVE 持续中 ⇄ CLEARING 消失确认 ─▶ CLEARED 已消失
 *               └──────┴─▶ IDLE: it was none           └─▶ LOST 视频中断 ─▶ ACTIVE, CLEARED
 *     SUPPRESSED 抑制: permitted or outside the hours, from wherever it stood
 *
 * LOST is out of sight and never counts as cleared. A confirmed act ends in CLEARED, LOST or SUPPRESSED; it is never
 * taken back to nothing.
 */
import { assert } from '../kit/assert.ts'
import type { DetectionState } from './event.ts'

export const DETECTION_LIFECYCLE: Readonly<Record<DetectionState, readonly DetectionState[]>> = {
  IDLE: ['CANDIDATE'],
  CANDIDATE: ['CONFIRMING', 'IDLE', 'SUPPRESSED'],
  // Hours that turn out to be permitted, or a vendor who comes back, bring the beginning nearer.
  CONFIRMING: ['CANDIDATE', 'ACTIVE', 'IDLE', 'SUPPRESSED'],
  ACTIVE: ['CLEARING', 'CLEARED', 'LOST', 'SUPPRESSED'],
  CLEARING: ['ACTIVE', 'CLEARED', 'LOST', 'SUPPRESSED'],
  LOST: ['ACTIVE', 'CLEARING', 'CLEARED', 'SUPPRESSED'],
  CLEARED: [],
  SUPPRESSED: [],
}

/** The state that is entered; what the table does not name is our bug. */
export function entered(from: DetectionState, to: DetectionState): DetectionState {
  assert(from === to || DETECTION_LIFECYCLE[from].includes(to), `an act goes from ${from} to ${to}`)
  return to
}
