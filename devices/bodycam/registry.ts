/**
 * The register of body-cam recordings: every upload ends up here, good or bad, and none is lost or taken
 * twice.
 *
 *     take ─▶ RECEIVED (durable, upload answered) ─▶ hash, probe, who, what ─┬─▶ ACCEPTED ─▶ onRecording
 *                                                                            └─▶ QUARANTINED with a code
 *
 * Footage may be the only witness of an act, so a wrong detail never throws it away: it is kept apart, with
 * the reason. One recording is worked on at a time; what a crash interrupted is taken up by `start`.
 * [R61, R62]
 */
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { type Clock, isoTime } from '../../gateway/kit/clock.ts'
import type { Database, Row } from '../../gateway/kit/database.ts'
import { type Fault, fault, isFault, reasonOf } from '../../gateway/kit/errors.ts'
import { ulid } from '../../gateway/kit/ids.ts'
import type { Log } from '../../gateway/kit/log.ts'
import { hashFile, probeFile } from './file.ts'
import {
  type BodyCamDevice,
  type BodyCamPerson,
  type BodyCamRecording,
  RecordingDetails,
} from './recording.ts'
import { personByNumber, standingOf } from './standing.ts'

/** A device's clock may run ahead by so much before its start time is no start time. */
const AHEAD_MS_MAX = 600_000
const EXTENSIONS = ['.mp4', '.mov', '.mkv', '.webm', '.avi', '.ts', '.mpg', '.asf']

export interface RecordingUpload {
  readonly uploadId: string
  readonly file: string
  readonly bytes: number
  readonly metadata: Readonly<Record<string, string | null>>
  readonly channel: 'DOCK' | '4G' | 'MANUAL'
  readonly by: string
}

export type RecordingChange = 'accepted' | 'quarantined' | 'linked' | 'purged'

export interface RegistryParts {
  readonly database: Database
  /** Accepted and quarantined recordings lie under here; on the same disk as the uploads. */
  readonly folder: string
  readonly devices: () => readonly BodyCamDevice[]
  readonly people: () => readonly BodyCamPerson[]
  /**
   * The pipeline: analyses the recording; when it resolves, the recording is not offered again. It ends
   * early, by throwing, when the signal says that the box is going down.
   */
  readonly onRecording: (recording: BodyCamRecording, signal: AbortSignal) => Promise<void>
  readonly clock: Clock
  readonly log: Log
}

export class BodyCamRegistry {
  readonly #parts: RegistryParts
  readonly #listeners = new Set<(recording: BodyCamRecording, change: RecordingChange) => void>()
  #work: Promise<void> = Promise.resolve()
  readonly #going = new AbortController()

  constructor(parts: RegistryParts) {
    this.#parts = parts
    parts.database.exec(`
      CREATE TABLE IF NOT EXISTS bodycam_recording (
        recordingId TEXT PRIMARY KEY, uploadId TEXT NOT NULL UNIQUE, status TEXT NOT NULL,
        sha256 TEXT NOT NULL, upload TEXT NOT NULL, body TEXT NOT NULL, analysedAtMs INTEGER);
      CREATE INDEX IF NOT EXISTS bodycam_recording_hash ON bodycam_recording (sha256, status);
    `)
  }

  /** Takes up what was received or accepted before the last stop and not finished. */
  async start(): Promise<void> {
    for (const name of ['accepted', 'quarantine'])
      await mkdir(join(this.#parts.folder, name), { recursive: true })
    const rows = this.#parts.database
      .prepare("SELECT * FROM bodycam_recording WHERE status <> 'QUARANTINED' AND analysedAtMs IS NULL")
      .all()
    for (const row of rows) this.#queue(String(row['recordingId']))
  }

  /** Durable when it returns; examined afterwards. Taking the same upload again changes nothing. */
  async take(upload: RecordingUpload): Promise<BodyCamRecording> {
    const { database, clock } = this.#parts
    const known = database
      .prepare('SELECT body FROM bodycam_recording WHERE uploadId = ?')
      .get(upload.uploadId)
    if (known) return bodyOf(known)
    const recording = received(upload, ulid(clock.wallMs()), isoTime(clock.wallMs()))
    database
      .prepare('INSERT INTO bodycam_recording VALUES (?,?,?,?,?,?,NULL)')
      .run(
        recording.recordingId,
        upload.uploadId,
        recording.status,
        '',
        JSON.stringify(upload),
        JSON.stringify(recording),
      )
    this.#queue(recording.recordingId)
    return recording
  }

  get(recordingId: string): BodyCamRecording | null {
    const row = this.#row(recordingId)
    return row ? bodyOf(row) : null
  }

  /** Newest first. */
  list(limit: number, before = '~'): BodyCamRecording[] {
    return this.#parts.database
      .prepare('SELECT body FROM bodycam_recording WHERE recordingId < ? ORDER BY recordingId DESC LIMIT ?')
      .all(before, limit)
      .map(bodyOf)
  }

  /** Recordings that have their bytes and are done with, oldest first. */
  agingIds(): string[] {
    return this.#parts.database
      .prepare(
        `SELECT recordingId FROM bodycam_recording WHERE json_extract(body, '$.purgedAt') IS NULL
           AND (status = 'QUARANTINED' OR analysedAtMs IS NOT NULL) ORDER BY recordingId`,
      )
      .all()
      .map((row) => String(row['recordingId']))
  }

  /** Removes the bytes of a recording whose time is over; that there was one stays known. */
  async purge(recordingId: string): Promise<void> {
    const recording = this.get(recordingId)
    if (recording === null || recording.purgedAt !== undefined) return
    await rm(recording.file, { force: true })
    this.#store({ ...recording, purgedAt: isoTime(this.#parts.clock.wallMs()) }, 'purged')
  }

  /** Says which acts a recording shows. */
  link(recordingId: string, eventIds: readonly string[]): BodyCamRecording | null {
    const recording = this.get(recordingId)
    if (!recording) return null
    const linkedEventIds = [...new Set([...recording.linkedEventIds, ...eventIds])].sort()
    return this.#store({ ...recording, linkedEventIds }, 'linked')
  }

  onChange(listener: (recording: BodyCamRecording, change: RecordingChange) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves when nothing waits to be examined or analysed. */
  async settled(): Promise<void> {
    for (let seen: Promise<void> | null = null; seen !== this.#work; ) {
      seen = this.#work
      await seen
    }
  }

  async close(): Promise<void> {
    this.#going.abort()
    await this.#work
    this.#listeners.clear()
  }

  #queue(recordingId: string): void {
    this.#work = this.#work.then(() => (this.#going.signal.aborted ? undefined : this.#finish(recordingId)))
  }

  async #finish(recordingId: string): Promise<void> {
    const { database, log, onRecording, clock } = this.#parts
    try {
      let recording = this.get(recordingId)
      if (recording?.status === 'RECEIVED') recording = await this.#examine(recording)
      if (recording?.status !== 'ACCEPTED') return
      await onRecording(recording, this.#going.signal)
      const done = database.prepare('UPDATE bodycam_recording SET analysedAtMs = ? WHERE recordingId = ?')
      done.run(clock.wallMs(), recordingId)
    } catch (error) {
      // Stays as it is and is offered again at the next start.
      if (this.#going.signal.aborted) {
        log.info({ recording: recordingId }, 'recording interrupted, to be taken up at the next start')
        return
      }
      log.error(
        { recording: recordingId, ...(isFault(error) && { code: error.code }), reason: reasonOf(error) },
        'recording not finished',
      )
    }
  }

  async #examine(found: BodyCamRecording): Promise<BodyCamRecording | null> {
    const { database, log } = this.#parts
    const upload = JSON.parse(String(this.#row(found.recordingId)?.['upload'])) as RecordingUpload
    let recording = found
    try {
      recording = this.#located(found)
      recording = { ...recording, ...(await hashFile(recording.file)) }
      const twin = database
        .prepare("SELECT recordingId FROM bodycam_recording WHERE sha256 = ? AND status = 'ACCEPTED'")
        .get(recording.sha256)
      if (twin) return await this.#drop(recording, String(twin['recordingId']))
      const judged = await this.#judge(recording, upload)
      return this.#store(await this.#place(judged, 'accepted'), 'accepted')
    } catch (error) {
      if (!isFault(error)) throw error
      log.warn({ code: error.code, recording: recording.recordingId }, error.message)
      const kept = { ...recording, ...quarantined(error) }
      const lost = error.code === 'BODYCAM_LOST'
      return this.#store(lost ? kept : await this.#place(kept, 'quarantine'), 'quarantined')
    }
  }

  /** Where the file is now: as noted, or already moved when the power went before that was noted. */
  #located(recording: BodyCamRecording): BodyCamRecording {
    const moved = (['accepted', 'quarantine'] as const).map((name) => this.#pathOf(recording, name))
    for (const file of [recording.file, ...moved]) if (existsSync(file)) return { ...recording, file }
    throw fault('BODYCAM_LOST', { recording: recording.recordingId, reason: `not at ${recording.file}` })
  }

  /** Throws the fault for which it goes into quarantine. */
  async #judge(recording: BodyCamRecording, { metadata }: RecordingUpload): Promise<BodyCamRecording> {
    const { clock } = this.#parts
    const { recordingId } = recording
    const parsed = RecordingDetails.safeParse(withoutNulls(metadata))
    if (!parsed.success) throw badDetails(recordingId, parsed.error.issues[0])
    const details = parsed.data
    const startMs = Date.parse(details.startAt)
    if (startMs > clock.wallMs() + AHEAD_MS_MAX) {
      throw fault('BODYCAM_METADATA_BAD', { recording: recordingId, reason: 'startAt lies in the future' })
    }
    const device = this.#parts.devices().find((one) => one.serial === details.deviceSerial)
    if (!device) throw fault('BODYCAM_UNREGISTERED', { recording: recordingId, device: details.deviceSerial })
    const people = this.#parts.people()
    const person = personByNumber(people, details.userNo)
    if (!person || (device.personId !== undefined && device.personId !== person.personId)) {
      throw fault('BODYCAM_USER_MISMATCH', {
        recording: recordingId,
        device: device.serial,
        user: details.userNo,
      })
    }
    const video = await probeFile(recording.file).catch((error: unknown) => {
      // Without ffprobe nobody can say; the recording waits for the next start.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw error
      throw fault('BODYCAM_FILE_BAD', { recording: recordingId, reason: reasonOf(error).slice(-200) }, error)
    })
    const standing = standingOf(details, person, people)
    return {
      ...recording,
      status: 'ACCEPTED',
      deviceModel: device.model ?? null,
      unitNo: device.unitNo ?? null,
      userName: person.name,
      personId: person.personId,
      roleAtRecording: details.roleAtRecording,
      certValidAtRecording: standing.certValid,
      coPresentOfficerIds: standing.coPresent.map((one) => one.personId),
      startAt: isoTime(startMs),
      endAt: isoTime(startMs + video.durationSec * 1000),
      deviceClockOffsetMs: details.clockOffsetMs ?? null,
      ...(details.lon === undefined || details.lat === undefined
        ? {}
        : { place: { lon: details.lon, lat: details.lat } }),
      sessionType: details.sessionType,
      video,
      evidenceCap: standing.cap,
      capReasons: standing.reasons,
    }
  }

  async #place(recording: BodyCamRecording, name: 'accepted' | 'quarantine'): Promise<BodyCamRecording> {
    const file = this.#pathOf(recording, name)
    await rename(recording.file, file)
    return { ...recording, file }
  }

  #pathOf({ recordingId, fileName }: BodyCamRecording, name: 'accepted' | 'quarantine'): string {
    const given = extname(fileName).toLowerCase()
    const extension = EXTENSIONS.includes(given) ? given : '.bin'
    return join(this.#parts.folder, name, `${recordingId}${extension}`)
  }

  /** The device was not told in time that it was done, and sent the same film once more. */
  async #drop(recording: BodyCamRecording, twinId: string): Promise<null> {
    await rm(recording.file)
    this.#parts.database
      .prepare('DELETE FROM bodycam_recording WHERE recordingId = ?')
      .run(recording.recordingId)
    this.#parts.log.info({ recording: twinId }, 'recording was uploaded twice, kept once')
    return null
  }

  /** What listeners queue about the change is kept together with it, or neither. */
  #store(recording: BodyCamRecording, change: RecordingChange): BodyCamRecording {
    const { database } = this.#parts
    database.transaction(() => {
      database
        .prepare('UPDATE bodycam_recording SET status = ?, sha256 = ?, body = ? WHERE recordingId = ?')
        .run(recording.status, recording.sha256, JSON.stringify(recording), recording.recordingId)
      for (const listener of this.#listeners) listener(recording, change)
    })
    return recording
  }

  #row(recordingId: string): Row | undefined {
    return this.#parts.database
      .prepare('SELECT * FROM bodycam_recording WHERE recordingId = ?')
      .get(recordingId)
  }
}

/** Before anything is believed: what the device says, cut to length. */
function received(upload: RecordingUpload, recordingId: string, collectedAt: string): BodyCamRecording {
  const said = (key: string) => (upload.metadata[key] ?? '').slice(0, 200)
  return {
    recordingId,
    status: 'RECEIVED',
    quarantine: null,
    deviceSerial: said('deviceSerial'),
    deviceModel: null,
    unitNo: null,
    userNo: said('userNo'),
    userName: null,
    personId: null,
    roleAtRecording: 'AUXILIARY',
    certValidAtRecording: false,
    coPresentOfficerIds: [],
    startAt: said('startAt'),
    endAt: null,
    deviceClockOffsetMs: null,
    sessionType: 'PATROL',
    fileName: said('filename'),
    file: upload.file,
    bytes: upload.bytes,
    sha256: '',
    sm3: '',
    video: null,
    collectedAt,
    uploadChannel: upload.channel,
    uploadedBy: upload.by,
    linkedEventIds: [],
    evidenceCap: 'LEAD',
    capReasons: [],
  }
}

function quarantined(
  problem: Fault,
): Pick<BodyCamRecording, 'status' | 'quarantine' | 'evidenceCap' | 'capReasons'> {
  const quarantine = { code: problem.code, en: problem.explain('en'), zh: problem.explain('zh') }
  return { status: 'QUARANTINED', quarantine, evidenceCap: 'LEAD', capReasons: [problem.code] }
}

function badDetails(recording: string, issue: { path: PropertyKey[]; message: string } | undefined): Fault {
  const reason = `${String(issue?.path[0] ?? 'details')}: ${issue?.message ?? 'unreadable'}`
  return fault('BODYCAM_METADATA_BAD', { recording, reason })
}

const withoutNulls = (metadata: Readonly<Record<string, string | null>>) =>
  Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== null))

const bodyOf = (row: Row): BodyCamRecording => JSON.parse(String(row['body'])) as BodyCamRecording
