/**
 * The register of body-cam recordings: every upload ends up here, good or bad, and none is lost or taken twice.
 *
 *     take ─▶ RECEIVED (durable, upload answered) ─▶ examined ─┬─▶ ACCEPTED ─▶ onRecording ─▶ finished
 *                                                              └─▶ QUARANTINED with a code
 *
 * One recording is examined at a time, and one looked at, when cameras owe nothing: an upload does not wait for the
 * analysis of another one. Conflicts are ahead in both. What a crash interrupted is taken up by `start`. [R61, R62, R66]
 */
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { isoTime } from '../../gateway/kit/clock.ts'
import type { Database } from '../../gateway/kit/database.ts'
import { isFault, reasonOf } from '../../gateway/kit/errors.ts'
import { ulid } from '../../gateway/kit/ids.ts'
import { type Details, isIncident } from '../../gateway/kit/upload-details.ts'
import { Examination, type ExaminationParts } from './examination.ts'
import { DeviceLedger } from './ledger.ts'
import {
  type BodyCamRecording,
  filesOf,
  playedFile,
  type RecordingAnalysis,
  type RecordingUpload,
} from './recording.ts'
import { RecordingDesk } from './recording-desk.ts'
import { type Pace, type QueueView, RecordingQueue } from './recording-queue.ts'
import { type ListWish, type RecordingListener, RecordingStore, type SentSince } from './store.ts'

export interface RegistryParts extends ExaminationParts {
  /** Whose an upload is, in the words of the register; absent: as it says itself. */
  readonly identify?: (details: Details) => Details
  readonly database: Database
  /** Where it stands who did what; one of its own when nobody else keeps it. */
  readonly ledger?: DeviceLedger
  /** Whether nothing is owed by cameras; absent: always. */
  readonly isIdle?: () => boolean
  /**
   * Looks at the recording; when it resolves, the recording is not offered again. It ends early, by throwing, when the
   * signal says that the box is going down, and says in between how far it is.
   */
  readonly onRecording: (recording: BodyCamRecording, pace: Pace, note: NoteAnalysis) => Promise<void>
}

export type NoteAnalysis = (analysis: RecordingAnalysis, change: 'analysing' | 'analysed') => void

export class BodyCamRegistry {
  /** What people do about recordings. */
  readonly desk: RecordingDesk
  readonly #parts: RegistryParts
  readonly #store: RecordingStore
  readonly #examination: Examination
  readonly #examining: RecordingQueue
  readonly #analysing: RecordingQueue

  constructor(parts: RegistryParts) {
    this.#parts = parts
    this.#store = new RecordingStore(parts.database)
    this.#examination = new Examination(this.#store, parts)
    this.#examining = new RecordingQueue({ work: (recordingId) => this.#examine(recordingId) })
    const analyse = (recordingId: string, pace: Pace) => this.#analyse(recordingId, pace)
    this.#analysing = new RecordingQueue({ isIdle: parts.isIdle, work: analyse })
    this.desk = new RecordingDesk({
      ...{ ...parts, store: this.#store, again: (recordingId) => this.#queue(recordingId) },
      ledger: parts.ledger ?? new DeviceLedger(parts),
    })
  }

  /** Takes up what was received or accepted before the last stop and not finished. */
  async start(): Promise<void> {
    await this.#examination.prepare()
    for (const recordingId of this.#store.unfinishedIds()) this.#queue(recordingId)
    this.registerChanged()
    if (this.#parts.isPeopleStale?.() !== true) this.desk.judgeAgain()
  }

  /** Recordings of devices that were strangers when they came, and are registered now, are looked at once more. */
  registerChanged(): void {
    this.desk.reexamineUnregistered(new Set(this.#parts.devices().map(({ serial }) => serial)))
  }

  /** Durable when it returns; examined afterwards. Taking the same upload again changes nothing. */
  async take(upload: RecordingUpload): Promise<BodyCamRecording> {
    const { clock } = this.#parts
    const known = this.#store.ofUpload(upload.uploadId)
    if (known !== null) return known
    const identified = this.#parts.identify?.(upload.metadata) ?? upload.metadata
    const taken = { ...upload, metadata: identified }
    const recording = received(taken, ulid(clock.wallMs()), this.#now())
    this.#store.add(recording, taken)
    this.#queue(recording.recordingId)
    return recording
  }

  get(recordingId: string): BodyCamRecording | null {
    return this.#store.get(recordingId)
  }

  isTaken(uploadId: string): boolean {
    return this.#store.ofUpload(uploadId) !== null
  }

  /** An accepted recording of these bytes. */
  ofHash(sha256: string): BodyCamRecording | null {
    return this.#store.ofHash(sha256)
  }

  /** What one recorder sent since some instant. */
  sentSince(deviceSerial: string, wallMs: number): SentSince {
    return this.#store.sentSince(deviceSerial, wallMs)
  }

  /** Newest first. */
  list(limit: number, before?: string, wish?: ListWish): BodyCamRecording[] {
    return this.#store.list(limit, before, wish)
  }

  /** Accepted ones of one recorder that show some of this time, oldest start first. */
  ofDevice(deviceSerial: string, fromMs: number, toMs: number): BodyCamRecording[] {
    return this.#store.overlapping(fromMs, toMs).filter((one) => one.deviceSerial === deviceSerial)
  }

  /** Whether a person may let it out of quarantine. */
  isReleasable(recordingId: string): boolean {
    const recording = this.#store.get(recordingId)
    return recording !== null && this.desk.isReleasable(recording)
  }

  /** Its bytes as they came, or what was saved of a torn one; null: there is none, or its time is over. */
  filmFile(recordingId: string, copy: 'original' | 'salvaged'): string | null {
    const recording = this.#store.get(recordingId)
    if (recording === null || recording.purgedAt !== undefined) return null
    if (copy === 'salvaged' && recording.salvage === undefined) return null
    const file = copy === 'salvaged' ? playedFile(recording) : recording.file
    return existsSync(file) ? file : null
  }

  /** What is being examined and looked at, and what waits for it. */
  queues(): { readonly examining: QueueView; readonly analysing: QueueView } {
    return { examining: this.#examining.view, analysing: this.#analysing.view }
  }

  /** Recordings that have their bytes and are done with, oldest first. */
  agingIds(): string[] {
    return this.#store.agingIds()
  }

  /** Removes the bytes of a recording whose time is over; that there was one stays known. */
  async purge(recordingId: string): Promise<void> {
    const recording = this.#store.get(recordingId)
    if (recording === null || recording.purgedAt !== undefined) return
    for (const one of filesOf(recording)) await rm(one, { force: true })
    this.#store.change({ ...recording, purgedAt: this.#now() }, 'purged')
  }

  /** Says which acts a recording is linked to now. */
  link(recordingId: string, eventIds: readonly string[]): void {
    const recording = this.#store.get(recordingId)
    const linkedEventIds = [...new Set(eventIds)].sort()
    if (recording === null || linkedEventIds.join() === recording.linkedEventIds.join()) return
    this.#store.change({ ...recording, linkedEventIds }, 'linked')
  }

  onChange(listener: RecordingListener): () => void {
    return this.#store.onChange(listener)
  }

  /** Resolves when nothing waits to be examined or analysed. */
  async settled(): Promise<void> {
    while (!this.#examining.isEmpty || !this.#analysing.isEmpty) {
      await this.#examining.settled()
      await this.#analysing.settled()
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#examining.close(), this.#analysing.close()])
    this.#store.close()
  }

  /** [R66] A conflict is known by what came with the upload, before anything is examined. */
  /** As the street has it. */
  #now(): string {
    return isoTime(this.#parts.clock.wallMs(), this.#parts.offsetMinutes())
  }

  #queue(recordingId: string): void {
    const raised = this.#store.get(recordingId)?.isIncident === true
    const upload = this.#store.uploadOf(recordingId)
    this.#examining.offer(recordingId, raised || (upload !== null && isIncident(upload.metadata)))
  }

  async #examine(recordingId: string): Promise<void> {
    try {
      let recording = this.#store.get(recordingId)
      if (recording?.status === 'RECEIVED') recording = await this.#examination.examine(recording)
      if (recording?.status === 'ACCEPTED') this.#analysing.offer(recordingId, recording.isIncident === true)
    } catch (error) {
      this.#failed(recordingId, error)
    }
  }

  async #analyse(recordingId: string, pace: Pace): Promise<void> {
    const { log, onRecording, clock } = this.#parts
    const recording = this.#store.get(recordingId)
    if (recording?.status !== 'ACCEPTED' || recording.purgedAt !== undefined) return
    try {
      await onRecording(recording, pace, (analysis, change) => this.#note(recordingId, analysis, change))
      this.#store.finish(recordingId, clock.wallMs())
    } catch (error) {
      if (!pace.signal.aborted) return this.#failed(recordingId, error)
      log.info({ recording: recordingId }, 'recording interrupted, to be taken up at the next start')
    }
  }

  #note(recordingId: string, analysis: RecordingAnalysis, change: 'analysing' | 'analysed'): void {
    const recording = this.#store.get(recordingId)
    if (recording !== null) this.#store.change({ ...recording, analysis }, change)
  }

  /** Stays as it is and is offered again at the next start. */
  #failed(recordingId: string, error: unknown): void {
    const cause = isFault(error) ? { code: error.code } : {}
    this.#parts.log.error(
      { recording: recordingId, ...cause, reason: reasonOf(error) },
      'recording not finished',
    )
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
