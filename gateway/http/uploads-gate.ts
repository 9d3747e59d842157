/**
 * Whether an upload may begin, asked before a byte of it is sent.
 *
 *     token for another device? ─▶ bytes known already? ─▶ too many at once? ─▶ quota of the device? ─▶ room? ─▶ begins
 *                                                            └──── a conflict incident passes ────┘
 *
 * A refused recording stays on its device: nothing is lost by a refusal. [R62, R66]
 */

import type { Clock } from '../kit/clock.ts'
import { fault } from '../kit/errors.ts'
import type { Log } from '../kit/log.ts'
import { checkRoom } from '../kit/room.ts'
import { type Details, isIncident, said } from '../kit/upload-details.ts'
import type { HttpOptions } from './options.ts'
import type { Machine } from './sessions.ts'
import type { RecordingDesk } from './views.ts'

const DAY_MS = 86_400_000
/** Keys that the box sets itself; what a device sends under them is dropped. */
export const UPLOADED_BY = 'uploadedBy'

/** Begun and not finished. */
export interface Begun {
  readonly deviceSerial: string
  readonly bytes: number
  readonly begunMs: number
}

export interface Asking {
  readonly bytes: number
  readonly metadata: Details
  readonly by: Pick<Machine, 'name' | 'deviceSerial'>
}

interface GateParts {
  readonly options: HttpOptions
  readonly folder: string
  readonly recordings: Pick<RecordingDesk, 'ofHash' | 'sentSince'>
  readonly begun: () => Promise<readonly Begun[]>
  readonly clock: Clock
  readonly log: Log
}

export class UploadGate {
  readonly #parts: GateParts

  constructor(parts: GateParts) {
    this.#parts = parts
  }

  /** The details as they are kept: those of the device, and whose token it was. */
  async admit({ bytes, metadata, by }: Asking): Promise<Record<string, string | null>> {
    const device = said(metadata, 'deviceSerial') || (by.deviceSerial ?? '')
    if (by.deviceSerial !== undefined && device !== by.deviceSerial)
      throw fault('UPLOAD_OTHER_DEVICE', { token: by.name, bound: by.deviceSerial, device })
    this.checkKnown(said(metadata, 'sha256'))
    await this.#checkLimits(device, bytes, isIncident(metadata))
    await this.checkRoom(bytes)
    return {
      ...metadata,
      ...(device === '' ? {} : { deviceSerial: device }),
      [UPLOADED_BY]: by.name,
    }
  }

  checkKnown(sha256: string): void {
    const twin = sha256 === '' ? null : this.#parts.recordings.ofHash(sha256.toLowerCase())
    if (twin !== null) throw fault('UPLOAD_KNOWN', { recording: twin.recordingId })
  }

  async checkRoom(bytes: number): Promise<void> {
    await checkRoom(this.#parts.folder, bytes)
  }

  async #checkLimits(device: string, bytes: number, incident: boolean): Promise<void> {
    const { options, log } = this.#parts
    const begun = await this.#parts.begun()
    const problems = [
      ...(begun.length >= options.uploadsUnfinishedMax
        ? [fault('UPLOADS_FULL', { count: begun.length })]
        : []),
      ...(device === '' ? [] : this.#overQuota(device, bytes, begun)),
    ]
    const [problem] = problems
    if (problem === undefined) return
    if (!incident) throw problem
    const told = fault('UPLOAD_INCIDENT_AHEAD', { device, limit: problem.code })
    log.warn({ code: told.code, device }, told.message)
  }

  #overQuota(device: string, bytes: number, begun: readonly Begun[]) {
    const { options, recordings, clock } = this.#parts
    const nowMs = clock.wallMs()
    const sent = recordings.sentSince(device, nowMs - DAY_MS)
    const own = begun.filter(({ deviceSerial }) => deviceSerial === device)
    const count = sent.count + own.length
    const total = own.reduce((sum, one) => sum + one.bytes, sent.bytes)
    if (count < options.deviceUploadsPerDay && total + bytes <= options.deviceBytesPerDay) return []
    const oldestMs = Math.min(sent.oldestMs ?? nowMs, ...own.map(({ begunMs }) => begunMs))
    const retrySec = Math.max(60, Math.ceil((oldestMs + DAY_MS - nowMs) / 1000))
    return [fault('UPLOAD_OVER_QUOTA', { device, count, bytes: total, retrySec })]
  }
}
