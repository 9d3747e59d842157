/**
 * What lies beside a recording, for whoever links it: where it was made, instant by instant, and whether people or
 * carriers were in view.
 */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { BodyCamRecording } from '../devices/bodycam/recording.ts'
import { positionAt, type Track } from '../devices/bodycam/track.ts'
import { isWorldwide } from '../devices/bodycam/truth.ts'
import { type Look, presenceOf } from './presence.ts'
import type { FilmFacts } from './recording-films.ts'

/** Of so many recordings the way and what was seen are kept in memory. */
const KEPT_MAX = 16

export function filmFacts(): FilmFacts {
  const tracks = new Kept((recording) => readTrack(recording))
  const looks = new Kept(presenceOf)
  return {
    track: (recording) => {
      const track = tracks.of(recording)
      return track === null ? null : (wallMs) => positionAt(track, wallMs)
    },
    saw: (recording, fromMs, toMs) => sawIn(looks.of(recording), Date.parse(recording.startAt), fromMs, toMs),
  }
}

function readTrack({ file, gpsTrack }: BodyCamRecording): Pick<Track, 'points'> | null {
  if (gpsTrack === undefined || !isWorldwide(gpsTrack.datum)) return null
  try {
    return JSON.parse(readFileSync(join(dirname(file), gpsTrack.name), 'utf8')) as Track
  } catch {
    return null // Purged, or on a disk that cannot be read: the recording's one place counts.
  }
}

function sawIn(looks: readonly Look[] | null, startMs: number, fromMs: number, toMs: number): boolean | null {
  const during = (looks ?? []).filter(({ sec }) => {
    const wallMs = startMs + 1000 * sec
    return wallMs >= fromMs && wallMs <= toMs
  })
  if (during.length === 0) return null
  return during.some(({ person, carrier }) => person !== undefined || carrier !== undefined)
}

class Kept<T> {
  readonly #read: (recording: BodyCamRecording) => T | null
  readonly #kept = new Map<string, T>()

  constructor(read: (recording: BodyCamRecording) => T | null) {
    this.#read = read
  }

  of(recording: BodyCamRecording): T | null {
    const known = this.#kept.get(recording.recordingId)
    if (known !== undefined) return known
    const found = this.#read(recording)
    if (found === null) return null
    const [oldest] = this.#kept.keys()
    if (this.#kept.size >= KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest)
    this.#kept.set(recording.recordingId, found)
    return found
  }
}
