/**
 * A thing followed over frames. Class and role are voted over the track's life, so one flicker names nothing.
 */
import type { Role } from '../detections/detections.ts'
import type { Box } from '../kit/geometry.ts'

export interface Track {
  readonly trackId: number
  /** The class with the most votes, weighted by score, and its share of all votes (0..1). */
  readonly class: string
  readonly role: Role
  readonly classShare: number
  /** Mean score of the detections that voted for the class. */
  readonly confidence: number
  /** Smoothed box, fractions. */
  readonly box: Box
  readonly firstSeenMs: number
  readonly lastSeenMs: number
  /** Since when the foot has stayed within half a body's width; null while it moves. */
  readonly stationarySinceMs: number | null
  /** Looks in which it was detected, of the looks since it was first seen. */
  readonly hits: number
  readonly looks: number
  /** Given when the namer says so rather than the detector: one may be wrong where the other is right. */
  readonly witness?: 'namer'
}
