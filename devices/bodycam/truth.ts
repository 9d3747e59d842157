/**
 * What is true about one recording, apart from whose it is: its bytes, its film, its time, its way.
 *
 *     sums ─▶ as the device says? ─▶ film: whole │ torn ─▶ salvaged │ none ─▶ times by true clock ─▶ positions
 *
 * Both times stay: the device's own and the corrected one. What disagrees is said and limits what the recording is
 * worth; nothing is chosen in silence [R61, R64].
 */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { fault, reasonOf } from '../../gateway/kit/errors.ts'
import type { Excuses } from './admission.ts'
import { hashFile, probeFile, tornIn, wasNotRead } from './file.ts'
import { type Digests, integrityOf } from './integrity.ts'
import type { BodyCamRecording, RecordingDetails, Salvage, TrackRef, VideoFacts } from './recording.ts'
import { salvaged } from './salvage.ts'
import { corrected, parseTrack, positionAt } from './track.ts'

/** What the file says of its beginning may differ from what the device says by so much. */
const DISPUTE_MS_MAX = 120_000
/** What every platform plays and every archive keeps. */
const USUAL_VIDEO = ['h264', 'hevc']
const USUAL_AUDIO = ['aac', 'pcm_alaw', 'pcm_mulaw']

/** @throws Fault BODYCAM_INTEGRITY_DIFFERS, unless a person released the recording in spite of it */
export function checkIntegrity(
  { recordingId }: BodyCamRecording,
  { integrityId, sha256 }: RecordingDetails,
  digests: Digests,
  excuses: Excuses,
): Pick<BodyCamRecording, 'integrity'> {
  const integrity = integrityOf(integrityId, digests)
  const differs = (said: string) =>
    excuses.raise(fault('BODYCAM_INTEGRITY_DIFFERS', { recording: recordingId, said }))
  if (integrity.result === 'DIFFERS') differs(`${integrity.algorithm} ${integrity.id}`)
  if (sha256 !== undefined && sha256.toLowerCase() !== digests.sha256) differs(`sha256 ${sha256}`)
  return { integrity }
}

export interface Film {
  readonly video: VideoFacts
  readonly salvage?: Salvage
}

/** @throws Fault BODYCAM_FILE_BAD: nothing of it can be shown */
export async function filmOf(recording: BodyCamRecording, salvageFile: string): Promise<Film> {
  const { file, sha256, recordingId } = recording
  let probed: VideoFacts | null = null
  let damage: string
  try {
    probed = await probeFile(file)
    damage = await tornIn(file)
  } catch (error) {
    // Nobody can say; the recording waits for the next start.
    if (wasNotRead(error)) throw error
    damage = damageOf(error, file)
  }
  if (probed !== null && damage === '') return { video: probed }
  const saved = await salvaged({ file, sha256 }, salvageFile, damage)
  if (saved !== null) return saved
  throw fault('BODYCAM_FILE_BAD', { recording: recordingId, reason: damage.slice(-200) })
}

/** What ffmpeg says, without its command line, where the file lies, and addresses in its memory. */
function damageOf(error: unknown, file: string): string {
  const said = reasonOf(error).replace(/^Command failed:.*\n/, '')
  return said
    .replaceAll(file, '')
    .replaceAll(/ @ 0x[0-9a-f]+/g, '')
    .slice(-300)
}

/** Words on the film that limit nothing. */
export function remarksOf({ video }: Film, { integrity }: Pick<BodyCamRecording, 'integrity'>): string[] {
  const { codec, audio } = video
  return [
    ...(USUAL_VIDEO.includes(codec) ? [] : ['VIDEO_CODEC_UNUSUAL']),
    ...(audio === undefined
      ? ['NO_SOUND']
      : USUAL_AUDIO.includes(audio.codec)
        ? []
        : ['AUDIO_CODEC_UNUSUAL']),
    ...(integrity?.result === 'UNKNOWN_KIND' ? ['INTEGRITY_ID_UNKNOWN'] : []),
  ]
}

/** Limits that the film puts on it. */
export function limitsOf(film: Film, details: RecordingDetails, offsetMinutes: number): string[] {
  return [
    ...(film.salvage === undefined ? [] : ['SALVAGED']),
    ...(isDisputed(film.video, details, offsetMinutes) ? ['START_DISPUTED'] : []),
  ]
}

/** Recorders write the beginning or the end, in UTC or in local time that they take for UTC. */
function isDisputed(video: VideoFacts, { startAt }: RecordingDetails, offsetMinutes: number): boolean {
  if (video.createdAt === undefined) return false
  const startMs = Date.parse(startAt)
  const created = [0, offsetMinutes * 60_000].map((localMs) => Date.parse(video.createdAt!) - localMs)
  return !created.some((ms) =>
    [startMs, startMs + video.durationSec * 1000].some((meant) => Math.abs(ms - meant) <= DISPUTE_MS_MAX),
  )
}

export interface Way {
  readonly gpsTrack?: TrackRef
  readonly place?: { readonly lon: number; readonly lat: number }
  readonly remarks: readonly string[]
}

/** Recorders sold in China may write another datum, which lies hundreds of metres off. */
export const isWorldwide = (datum: string | undefined): boolean =>
  datum === undefined || /^wgs[- ]?84$/i.test(datum)

/** Positions that came along, moved beside the recording, as they came and in true time. */
export async function wayOf(
  recording: BodyCamRecording,
  /** Where they may lie; none: no positions came along. */
  tracks: readonly (string | undefined)[],
  details: RecordingDetails,
  clock: { readonly startMs: number; readonly offsetMs: number },
  beside: (extension: string) => string,
): Promise<Way> {
  const { lon, lat, datum } = details
  const isUsable = isWorldwide(datum)
  const said = lon === undefined || lat === undefined || !isUsable ? {} : { place: { lon, lat } }
  const doubts = isUsable ? [] : ['DATUM_NOT_WGS84']
  const raw = beside('.track.txt')
  if (tracks.length === 0) return { ...said, remarks: lon === undefined ? [] : doubts }
  // Examined before, and stopped in the middle: it was moved then.
  for (const track of tracks) if (track !== undefined) await rename(track, raw).catch(() => {})
  try {
    const read = parseTrack(await readFile(raw, 'utf8'))
    // Satellites tell the time themselves: whatever the recorder's clock says, NMEA is right.
    const track = read.format === 'NMEA' ? read : corrected(read, clock.offsetMs)
    const file = beside('.track.json')
    await writeFile(file, JSON.stringify({ recordingId: recording.recordingId, datum, ...track }), {
      flush: true,
    })
    const { digests } = await hashFile(file)
    const { format, points, unread } = track
    const ref = { name: basename(file), sha256: digests.sha256, format, points: points.length, unread }
    const first = positionAt(track, clock.startMs) ?? points[0]!
    const place = isUsable ? { place: { lon: first.lon, lat: first.lat } } : {}
    const gpsTrack = { ...ref, ...(datum === undefined ? {} : { datum }) }
    const partly = unread === 0 ? [] : ['TRACK_PARTLY_READ']
    return { ...place, ...said, gpsTrack, remarks: [...doubts, ...partly] }
  } catch {
    return { ...said, remarks: [...doubts, 'TRACK_UNREADABLE'] }
  }
}
