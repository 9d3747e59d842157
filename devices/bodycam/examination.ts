/**
 * One received recording, looked at: its bytes, whose it is, and whether there is a film in it.
 *
 *     located ─▶ hashed ─▶ known already? ─▶ details, device, person ─▶ probed ─▶ standing ─┬─▶ ACCEPTED
 *                              └─▶ kept once                       any of these, wrong ─────┴─▶ QUARANTINED with a code
 *
 * Footage may be the only witness of an act, so a wrong detail never throws it away: it is kept apart, with the reason.
 * [R61, R62]
 */
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { assert } from '../../gateway/kit/assert.ts'
import { type Clock, isoTime } from '../../gateway/kit/clock.ts'
import { type Fault, fault, isFault, reasonOf } from '../../gateway/kit/errors.ts'
import type { Log } from '../../gateway/kit/log.ts'
import { hashFile, probeFile } from './file.ts'
import {
  type BodyCamDevice,
  type BodyCamPerson,
  type BodyCamRecording,
  RecordingDetails,
  type RecordingUpload,
} from './recording.ts'
import { personByNumber, standingOf } from './standing.ts'
import type { RecordingStore } from './store.ts'

/** A device's clock may run ahead by so much before its start time is no start time. */
const AHEAD_MS_MAX = 600_000
const EXTENSIONS = ['.mp4', '.mov', '.mkv', '.webm', '.avi', '.ts', '.mpg', '.asf']

export interface ExaminationParts {
  /** Accepted and quarantined recordings lie under here; on the same disk as the uploads. */
  readonly folder: string
  readonly devices: () => readonly BodyCamDevice[]
  readonly people: () => readonly BodyCamPerson[]
  readonly clock: Clock
  readonly log: Log
}

export class Examination {
  readonly #store: RecordingStore
  readonly #parts: ExaminationParts

  constructor(store: RecordingStore, parts: ExaminationParts) {
    this.#store = store
    this.#parts = parts
  }

  async prepare(): Promise<void> {
    for (const name of ['accepted', 'quarantine'])
      await mkdir(join(this.#parts.folder, name), { recursive: true })
  }

  /** Null: these bytes are here already, and were kept once. */
  async examine(found: BodyCamRecording): Promise<BodyCamRecording | null> {
    const upload = this.#store.uploadOf(found.recordingId)
    assert(upload !== null, 'a recording is examined that was taken')
    let recording = found
    try {
      recording = this.#located(found)
      recording = { ...recording, ...(await hashFile(recording.file)) }
      const twin = this.#store.ofHash(recording.sha256)
      if (twin !== null) return await this.#drop(recording, twin)
      const judged = await this.#judge(recording, upload)
      return this.#store.change(await this.#place(judged, 'accepted'), 'accepted')
    } catch (error) {
      if (!isFault(error)) throw error
      this.#parts.log.warn({ code: error.code, recording: recording.recordingId }, error.message)
      const kept = { ...recording, ...quarantined(error) }
      const lost = error.code === 'BODYCAM_LOST'
      return this.#store.change(lost ? kept : await this.#place(kept, 'quarantine'), 'quarantined')
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
  async #drop(recording: BodyCamRecording, twin: BodyCamRecording): Promise<null> {
    await rm(recording.file)
    this.#store.remove(recording.recordingId)
    this.#parts.log.info({ recording: twin.recordingId }, 'recording was uploaded twice, kept once')
    return null
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
