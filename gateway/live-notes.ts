/**
 * What the box makes of one picture, for whoever looks at it live: who and what is followed, and what is suspected.
 *
 * Positions, roles and times; nobody is named or recognised. A look that did not happen is no note: what is shown then is
 * the last one, with its age.
 */
import type { Frame } from './frames/frame.ts'
import type { SeenNote } from './http/live-notes.ts'
import type { Line } from './line.ts'

/** Of a crowd that many are drawn; more is a thicket. */
const TRACKS_MAX = 40
/** Who was not found for so long is not drawn where he was. */
const SHOWN_MS = 2_500

export function seenIn({ pipeline, occupancy, judge }: Line, { timeMs }: Pick<Frame, 'timeMs'>): SeenNote {
  const secondsSince = (sinceMs: number) => Math.max(0, Math.round((timeMs - sinceMs) / 100) / 10)
  const shown = pipeline.tracks
    .filter(({ lastSeenMs }) => timeMs - lastSeenMs <= SHOWN_MS)
    .slice(0, TRACKS_MAX)
  return {
    type: 'seen',
    ready: occupancy.isReady,
    tracks: shown.map(({ trackId, role, class: name, box, stationarySinceMs, witness }) => ({
      ...{ id: `${witness ?? 'detector'}-${trackId}`, role, class: name, box },
      standsSec: stationarySinceMs === null ? null : secondsSince(stationarySinceMs),
    })),
    acts: judge.acts().map(({ ruleId, zoneId, box, state, startMs }) => ({
      ...{ ruleId, zoneId, box, state, lastsSec: secondsSince(startMs) },
    })),
  }
}
