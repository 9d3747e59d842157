/**
 * How much of an act's box is hidden by those who pass in front of it at the moment of a still.
 *
 *     tracks ─▶ who moves, and whose feet are nearer to the camera than the act's ─▶ share of the box they cover
 *
 * Who stands there belongs to the act or to the place; who walks behind it hides nothing. The share is counted on a
 * grid, so that two people in one place do not hide it twice.
 */
import type { Box } from '../../kit/geometry.ts'
import type { Track } from '../../tracks/track.ts'

const GRID = 32
/** A track that was not seen for longer is somewhere else by now. */
const SEEN_MS_MAX = 2_000

export function passersBefore(tracks: readonly Track[], box: Box, timeMs: number): Box[] {
  return tracks
    .filter(({ role, stationarySinceMs, lastSeenMs, box: seen }) => {
      const passes = role === 'person' || role === 'vehicle' || role === 'two-wheeler'
      const moves = stationarySinceMs === null
      return passes && moves && timeMs - lastSeenMs <= SEEN_MS_MAX && seen[3] > box[3]
    })
    .map((track) => track.box)
}

/** 0..1, of a grid of 32 × 32 points in the box. */
export function coveredShare(box: Box, by: readonly Box[]): number {
  let covered = 0
  for (let row = 0; row < GRID; row++) {
    const y = box[1] + ((row + 0.5) / GRID) * (box[3] - box[1])
    for (let column = 0; column < GRID; column++) {
      const x = box[0] + ((column + 0.5) / GRID) * (box[2] - box[0])
      if (by.some(([x1, y1, x2, y2]) => x >= x1 && x <= x2 && y >= y1 && y <= y2)) covered++
    }
  }
  return covered / (GRID * GRID)
}
