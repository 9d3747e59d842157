/**
 * One received recording, looked at: its bytes, whose it is, and whether there is a film in it.
 *
 *     located ─▶ hashed ─▶ known already? ─▶ details, device, person ─▶ film, times, way ─▶ standing ─┬─▶ ACCEPTED
 *                              └─▶ kept once, the second one noted     any of these, wrong ───────────┴─▶ QUARANTINED
 *
 * Footage may be the only witness of an act, so a wrong detail never throws it away: it is kept apart, with the reason,
 * and a person may let it in in spite of it. [R61, R62]
 */
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { assert } from '../../gateway/kit/assert.ts'
import { type Clock, isoTime } from '../../gateway/kit/clock.ts'
import { type Fault, fault, isFault } from '../../gateway/kit/errors.ts'
import type { Log } from '../../gateway/kit/log.ts'
import { isIncident } from '../../gateway/kit/upload-details.ts'
import { type Admitted, admit, checkDuty, type DutyBook, Excuses } from './admission.ts'
import { LedgerOptions } from './duty.ts'
import { hashFile } from './file.ts'
import { IDENTITY_CONFLICT } from './identity.ts'
import type { Digests } from './integrity.ts'
import { incidentRemarks } from './marks.ts'
import { liftedBy } from './paired.ts'
import {
  type BodyCamDevice,
  type BodyCamPerson,
  type BodyCamRecording,
  RecordingDetails,
  type RecordingUpload,
} from './recording.ts'
import { STALE } from './rejudge.ts'
import { standingOf } from './standing.ts'
import type { RecordingStore } from './store.ts'
import { checkIntegrity, filmOf, limitsOf, remarksOf, wayOf } from './truth.ts'

/** A device's clock may run ahead by so much before its start time is no start time. */
const AHEAD_MS_MAX = 600_000
/** Notes of the same bytes that a record and its message can carry. */
const SENT_AGAIN_MAX = 16
const EXTENSIONS = ['.mp4', '.mov', '.mkv', '.webm', '.avi', '.ts', '.mpg', '.asf']

export interface ExaminationParts {
  /** Accepted and quarantined recordings lie under here; on the same disk as the uploads. */
  readonly folder: string
  readonly devices: () => readonly BodyCamDevice[]
  readonly people: () => readonly BodyCamPerson[]
  /** The list of people was not synced for too long: a certificate may have ended unseen. */
  readonly isPeopleStale?: () => boolean
  /** What the ledger knows of the devices; absent: nobody keeps one. */
  readonly duty?: DutyBook
  /** Of the place, whose days certificates count by. */
  readonly offsetMinutes: () => number
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
      const { digests, bytes } = await hashFile(recording.file)
      const { sha256, sm3 } = digests
      if (found.sha256 !== '' && sha256 !== found.sha256) {
        throw fault('BODYCAM_BYTES_CHANGED', { recording: found.recordingId, sha256: found.sha256 })
      }
      recording = { ...recording, sha256, sm3, bytes }
      const twin = found.quarantineHistory === undefined ? this.#store.ofHash(recording.sha256) : null
      if (twin !== null && twin.recordingId !== recording.recordingId)
        return await this.#drop(recording, twin, upload)
      const judged = await this.#judge(recording, upload, digests)
      return this.#accept(await this.#place(judged, 'accepted'))
    } catch (error) {
      if (!isFault(error)) throw error
      this.#parts.log.warn({ code: error.code, recording: recording.recordingId }, error.message)
      const kept = { ...recording, ...quarantined(error) }
      if (error.code === 'BODYCAM_LOST') return this.#store.change(kept, 'quarantined')
      await this.#setAside(recording.recordingId, upload)
      return this.#store.change(await this.#place(kept, 'quarantine'), 'quarantined')
    }
  }

  /** What lies beside a recording goes with it; a copy that nobody will play goes. */
  async #setAside(recordingId: string, { trackFile }: RecordingUpload): Promise<void> {
    for (const extension of ['.salvage.mkv', '.salvage.ts', '.track.json'])
      await rm(this.#beside('accepted', recordingId, extension), { force: true })
    const aside = this.#beside('quarantine', recordingId, '.track.txt')
    for (const track of [this.#beside('accepted', recordingId, '.track.txt'), trackFile])
      if (track !== undefined) await rename(track, aside).catch(() => {}) // Not there: it went before.
  }

  #beside(name: 'accepted' | 'quarantine', recordingId: string, extension: string): string {
    return join(this.#parts.folder, name, `${recordingId}${extension}`)
  }

  /** With what other recordings of the same time say of it, and it of them. */
  #accept(judged: BodyCamRecording): BodyCamRecording {
    const { duty, offsetMinutes } = this.#parts
    const { pairedWithinM } = duty?.options() ?? LedgerOptions.parse({})
    const rules = { withinM: pairedWithinM, offsetMinutes: offsetMinutes() }
    const endAt = judged.endAt ?? judged.startAt
    const others = this.#store.overlapping(Date.parse(judged.startAt), Date.parse(endAt))
    const accepted = liftedBy(judged, others, rules)
    const lifted = others.flatMap((other) => {
      const better = liftedBy(other, [accepted], rules)
      return better === other ? [] : [[better, 'lifted'] as const]
    })
    this.#store.changeAll([[accepted, 'accepted'], ...lifted])
    return accepted
  }

  /** Where the file is now: as noted, or already moved when the power went before that was noted. */
  #located(recording: BodyCamRecording): BodyCamRecording {
    const moved = (['accepted', 'quarantine'] as const).map((name) => this.#pathOf(recording, name))
    for (const file of [recording.file, ...moved]) if (existsSync(file)) return { ...recording, file }
    throw fault('BODYCAM_LOST', { recording: recording.recordingId, reason: `not at ${recording.file}` })
  }

  /** Throws the fault for which it goes into quarantine. */
  async #judge(
    recording: BodyCamRecording,
    upload: RecordingUpload,
    digests: Digests,
  ): Promise<BodyCamRecording> {
    const { recordingId } = recording
    const parsed = RecordingDetails.safeParse(withoutNulls(upload.metadata))
    if (!parsed.success) throw badDetails(recordingId, parsed.error.issues[0])
    const details = parsed.data
    const clock = this.#clockOf(details)
    const excuses = new Excuses(recording)
    const conflict = upload.metadata[IDENTITY_CONFLICT]
    if (conflict) {
      excuses.raise(fault('BODYCAM_IDENTITY_CONFLICT', { recording: recordingId, reason: conflict }))
    }
    const people = this.#parts.people()
    const offsetMinutes = this.#parts.offsetMinutes()
    const registers = { devices: this.#parts.devices(), people, duty: this.#parts.duty }
    const { device, person } = admit(recording, details, registers, excuses)
    const integrity = checkIntegrity(recording, details, digests, excuses)
    const beside = (extension: string) => this.#beside('accepted', recordingId, extension)
    const tracks = [upload.trackFile, this.#beside('quarantine', recordingId, '.track.txt')]
    const film = await filmOf(recording, beside('.salvage'))
    const span = { startMs: clock.startMs, endMs: clock.startMs + film.video.durationSec * 1000 }
    if (span.startMs > this.#parts.clock.wallMs() + AHEAD_MS_MAX) {
      throw fault('BODYCAM_METADATA_BAD', { recording: recordingId, reason: 'startAt lies in the future' })
    }
    checkDuty(this.#parts.duty, { ...span, recordingId, device, person, userNo: details.userNo }, excuses)
    const { rank, certValid, coPresent, ...limits } = standingOf({
      ...{ details, person, people, startMs: span.startMs, clock: clock.facts, offsetMinutes },
      extra: [
        ...(this.#parts.isPeopleStale?.() ? [STALE] : []),
        ...limitsOf(film, details, offsetMinutes),
        ...excuses.reasons,
      ],
    })
    const times = { startMs: span.startMs, offsetMs: clock.facts?.offsetMs ?? 0 }
    const { remarks, ...way } = await wayOf(
      recording,
      upload.trackFile === undefined ? [] : tracks,
      details,
      times,
      beside,
    )
    const told = this.#told(recording, details)
    return {
      ...recording,
      status: 'ACCEPTED',
      ...whose({ device, person }),
      roleAtRecording: details.roleAtRecording,
      rankAtRecording: rank,
      certValidAtRecording: certValid,
      coPresentOfficerIds: coPresent.map((one) => one.personId),
      startAt: isoTime(span.startMs, offsetMinutes),
      endAt: isoTime(span.endMs, offsetMinutes),
      ...clock.told,
      ...way,
      ...integrity,
      ...film,
      remarks: [
        ...remarksOf(film, integrity),
        ...remarks,
        ...incidentRemarks(told.isIncident === true, details.incident),
      ],
      sessionType: details.sessionType,
      ...told,
      ...limits,
    }
  }

  /** What whoever recorded adds to it; marks are in the times of the device, as they came. */
  #told(
    { uploadedBy, collectedAt }: BodyCamRecording,
    { keyMarks, incident, priority }: RecordingDetails,
  ): Pick<BodyCamRecording, 'keyMarks' | 'isIncident' | 'incident'> {
    return {
      ...(keyMarks === undefined ? {} : { keyMarks }),
      ...(priority === 'CONFLICT' || incident !== undefined ? { isIncident: true as const } : {}),
      ...(incident === undefined ? {} : { incident: [{ ...incident, by: uploadedBy, at: collectedAt }] }),
    }
  }

  /** Its own word, or else the nearest comparison at the dock. */
  #clockOf({ deviceSerial, clockOffsetMs, startAt }: RecordingDetails) {
    const deviceMs = Date.parse(startAt)
    const dock = clockOffsetMs === undefined ? this.#parts.duty?.offsetFor(deviceSerial, deviceMs) : undefined
    const facts = clockOffsetMs === undefined ? (dock ?? null) : { offsetMs: clockOffsetMs, uncertaintyMs: 0 }
    const source = clockOffsetMs !== undefined ? 'UPLOAD' : facts === null ? 'NONE' : 'DOCK'
    const told = {
      deviceStartAt: startAt,
      deviceClockOffsetMs: facts?.offsetMs ?? null,
      deviceClockSource: source as 'UPLOAD' | 'DOCK' | 'NONE',
    }
    return { facts, told, startMs: deviceMs - (facts?.offsetMs ?? 0) }
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

  /** The same bytes once more: the device was not told in time that it was done, or somebody sent them again. */
  async #drop(recording: BodyCamRecording, twin: BodyCamRecording, upload: RecordingUpload): Promise<null> {
    const { uploadId, by } = upload
    const { collectedAt: at, fileName, recordingId } = recording
    const { metadata } = upload
    const known = (twin.alsoUploaded ?? []).slice(1 - SENT_AGAIN_MAX)
    const alsoUploaded = [...known, { uploadId, by, at, fileName, metadata }]
    // What is kept beside the first one is the first one's; a later way is kept under the name of its own upload.
    const way = join(dirname(twin.file), `${twin.recordingId}.${recordingId}.track.txt`)
    if (upload.trackFile !== undefined) await rename(upload.trackFile, way).catch(() => {})
    const raised = isIncident(metadata) && twin.isIncident !== true ? { isIncident: true as const } : {}
    const remarks = [...(twin.remarks ?? []), ...incidentRemarks('isIncident' in raised, undefined)]
    this.#store.change({ ...twin, ...raised, remarks, alsoUploaded }, 'sent-again')
    await rm(recording.file)
    this.#store.remove(recording.recordingId)
    this.#parts.log.info({ recording: twin.recordingId }, 'recording was uploaded twice, kept once')
    return null
  }
}

const whose = ({ device, person }: Admitted) => ({
  deviceModel: device?.model ?? null,
  unitNo: device?.unitNo ?? null,
  userName: person?.name ?? null,
  personId: person?.personId ?? null,
})

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
