/**
 * A part of what was set down at a spot: how much of it there is, since when, and whether it is gone.
 *
 *     pixels of it ─▶ fewer than a seventh of its peak, or hardly one to be seen ─▶ for two looks and two seconds: gone
 *
 * Hidden is not gone: pixels that somebody stands before are still counted, because the ground remembers them.
 */
import type { Box } from '../kit/geometry.ts'

const GONE_SHARE = 0.15
const GONE_SEEN_SHARE = 0.25
const GONE_LOOKS = 2
const GONE_SEC = 2

/** What one look found of a part. */
export interface Portion {
  /** Pixels that stand, hidden or not, and those that can be seen. */
  readonly pixels: number
  readonly seen: number
  /** When they were set down: the age of their earliest quarter; Infinity when there are none. */
  readonly sinceMs: number
  readonly box: Box | null
}

/** Plain data, so that it survives a restart. */
export interface Stay {
  peak: number
  goneLooks: number
  goneFromMs: number | null
  goneSinceMs: number | null
}

export const newStay = (): Stay => ({ peak: 0, goneLooks: 0, goneFromMs: null, goneSinceMs: null })

/** Takes a look into account. Something that comes back before it was gone has never left. */
export function watchStay(
  stay: Stay,
  { pixels, seen }: Pick<Portion, 'pixels' | 'seen'>,
  nowMs: number,
): void {
  stay.peak = Math.max(stay.peak, pixels)
  const gone = pixels < GONE_SHARE * stay.peak || seen < GONE_SEEN_SHARE * pixels
  if (!gone) {
    stay.goneLooks = 0
    stay.goneFromMs = null
    stay.goneSinceMs = null
    return
  }
  stay.goneFromMs ??= nowMs
  stay.goneLooks++
  if (stay.goneLooks >= GONE_LOOKS && nowMs - stay.goneFromMs >= 1000 * GONE_SEC)
    stay.goneSinceMs = stay.goneFromMs
}

export function shiftStay(stay: Stay, byMs: number): void {
  if (stay.goneFromMs !== null) stay.goneFromMs += byMs
  if (stay.goneSinceMs !== null) stay.goneSinceMs += byMs
}
