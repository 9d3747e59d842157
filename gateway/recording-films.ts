/**
 * A body-cam recording as links see it: true times, places, people.
 *
 *     BodyCamRecording ─ clock offset, place, who was there ─▶ Film          null unless it was accepted
 */
import type { BodyCamRecording } from '../devices/bodycam/recording.ts'
import type { Film } from './alerts/film-score.ts'
import { bodyCamId } from './recordings.ts'

export function filmOf(recording: BodyCamRecording): Film | null {
  const { startAt, endAt, deviceClockOffsetMs, place } = recording
  if (recording.status !== 'ACCEPTED' || endAt === null) return null
  const offsetMs = deviceClockOffsetMs ?? 0
  return {
    recordingId: recording.recordingId,
    cameraId: bodyCamId(recording.deviceSerial),
    personId: recording.personId,
    coPresentIds: recording.coPresentOfficerIds,
    fromMs: Date.parse(startAt) - offsetMs,
    toMs: Date.parse(endAt) - offsetMs,
    isClockKnown: deviceClockOffsetMs !== null,
    at: () => place ?? null,
    isTracked: false,
    saw: () => null,
    cap: recording.evidenceCap,
    capReasons: recording.capReasons,
  }
}
