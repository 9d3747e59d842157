/**
 * Since when a thing stands. It stands while its foot stays within half a body's width of where it came to
 * rest.
 *
 *     ──▶ ●  ·:·  (jitter: the resting place follows slowly)  ·   ·:·   ──▶
 *         since                                              one box that jumps is no step
 *
 * A foot outside is believed when it is seen outside twice in a row: one box in a hundred is drawn wide of
 * its thing.
 */
export interface Standing {
  x: number
  y: number
  sinceMs: number
  /** Last time the foot was seen inside. */
  insideMs: number
  /** First foot seen outside since then; NaN when there is none. */
  outsideX: number
  outsideY: number
  outsideMs: number
}

/** How far the resting place follows each look, of the way to the foot. */
const FOLLOW = 0.05

export function beginStanding(x: number, y: number, timeMs: number): Standing {
  return { x, y, sinceMs: timeMs, insideMs: timeMs, outsideX: NaN, outsideY: NaN, outsideMs: NaN }
}

/** @param reach how far the foot may be from the resting place, in the units of x and y */
export function step(standing: Standing, x: number, y: number, reach: number, timeMs: number): void {
  if (Math.hypot(x - standing.x, y - standing.y) <= reach) {
    standing.x += FOLLOW * (x - standing.x)
    standing.y += FOLLOW * (y - standing.y)
    standing.insideMs = timeMs
    standing.outsideMs = NaN
    return
  }
  if (Number.isNaN(standing.outsideMs)) {
    standing.outsideX = x
    standing.outsideY = y
    standing.outsideMs = timeMs
    return
  }
  // It left. If it has been where it is since it was first seen outside, it stands there since then.
  const rested = Math.hypot(x - standing.outsideX, y - standing.outsideY) <= reach
  standing.x = x
  standing.y = y
  standing.sinceMs = rested ? standing.outsideMs : timeMs
  standing.insideMs = timeMs
  standing.outsideMs = NaN
}

/** Null until it has stood for `settleMs`. */
export function standsSince(standing: Standing, settleMs: number): number | null {
  return standing.insideMs - standing.sinceMs >= settleMs ? standing.sinceMs : null
}
