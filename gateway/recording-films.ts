/**
 * A body-cam recording as links see it: true times, places, people.
 *
 *     BodyCamRecording, true times ────┐
 *     positions along, or one place ───┼─▶ Film          null unless it was accepted
 *     what analysis saw, if it did ────┘
 */
import type { BodyCamRecording } from '../devices/bodycam/recording.ts'
import type { Film } from './alerts/film-score.ts'
import type { MapPoint } from './kit/earth.ts'
import { bodyCamId } from './recordings.ts'

/** What others know of a recording beside its record; asked often, so a file is read when an instant is asked for. */
export interface FilmFacts {
  /** Positions all along, by true time; null: none came along. */
  readonly track: (recording: BodyCamRecording) => ((wallMs: number) => MapPoint | null) | null
  /** Whether people or carriers were in view between two instants; null: not analysed. */
  readonly saw: (recording: BodyCamRecording, fromMs: number, toMs: number) => boolean | null
}

export const NOTHING_BESIDE: FilmFacts = { track: () => null, saw: () => null }

export function filmOf(recording: BodyCamRecording, facts: FilmFacts): Film | null {
  const { startAt, endAt, deviceClockSource, place } = recording
  if (recording.status !== 'ACCEPTED' || endAt === null) return null
  const track = facts.track(recording)
  return {
    recordingId: recording.recordingId,
    cameraId: bodyCamId(recording.deviceSerial),
    personId: recording.personId,
    coPresentIds: recording.coPresentOfficerIds,
    fromMs: Date.parse(startAt),
    toMs: Date.parse(endAt),
    isClockKnown: deviceClockSource !== undefined && deviceClockSource !== 'NONE',
    at: track ?? (() => place ?? null),
    isTracked: track !== null,
    saw: (fromMs, toMs) => facts.saw(recording, fromMs, toMs),
    cap: recording.evidenceCap,
    capReasons: recording.capReasons,
  }
}
