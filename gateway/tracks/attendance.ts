/**
 * Who stands by what: the people who are within a body's width of something, and since when they have stood
 * there.
 *
 *     person ▯   ┌──────┐        gap between the boxes ≤ the person's width, and the feet at its depth
 *            ◀─▶ │ cart │
 *     gap        └──────┘
 *
 * Depth is read from the feet: who stands half a body height in front of or behind a thing only overlaps it
 * in the picture. A passer is near for a moment and has no `sinceMs`.
 */
import type { Box } from '../kit/geometry.ts'
import type { Track } from './track.ts'

export interface Attendant {
  readonly track: Track
  /** Since when the person has stood where he stands; null while he moves. */
  readonly sinceMs: number | null
  /** How long that is at `timeMs`, 0 while he moves. */
  readonly stayedMs: number
}

/** Person heights between the foot of the person and the foot of the thing. */
const DEPTH_MAX = 0.5

/** Longest first. A person not seen at `timeMs` still counts as long as the tracker holds the track. */
export function attendants(tracks: readonly Track[], box: Box, timeMs: number): Attendant[] {
  return tracks
    .filter((track) => track.role === 'person' && isBeside(track.box, box))
    .map((track) => {
      const sinceMs = track.stationarySinceMs
      return { track, sinceMs, stayedMs: sinceMs === null ? 0 : timeMs - sinceMs }
    })
    .sort((a, b) => b.stayedMs - a.stayedMs || a.track.trackId - b.track.trackId)
}

function isBeside(person: Box, thing: Box): boolean {
  const width = person[2] - person[0]
  const height = person[3] - person[1]
  const gap = Math.max(person[0] - thing[2], thing[0] - person[2])
  return gap <= width && Math.abs(person[3] - thing[3]) <= DEPTH_MAX * Math.max(height, thing[3] - thing[1])
}
