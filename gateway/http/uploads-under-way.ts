/**
 * Uploads that have begun and are not whole: how much of each has come, and whether it still moves.
 *
 *     <id>.json  details, size, begin ─┐
 *     <id>       bytes so far, changed ─┴─▶ under way     tus: resumable, also over days
 *     <id>.part  a form while it comes ───▶ under way     in memory: what breaks off is gone
 *
 * Files say it, not memory: after a restart the list is as it was.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../kit/clock.ts'
import { type Details, isIncident, said } from '../kit/upload-details.ts'
import { type Begun, UPLOADED_BY } from './uploads-gate.ts'

/** A dock sends some MiB at a time; over a poor line that takes half a minute at most. */
const STALLED_AFTER_MS = 60_000

export interface UploadUnderWay extends Begun {
  readonly way: 'TUS' | 'FORM'
  /** Name of the token. */
  readonly by: string
  readonly userNo: string
  readonly fileName: string
  readonly arrivedBytes: number
  /** When the last byte came. */
  readonly movedMs: number
  readonly isStalled: boolean
  /** [R66] A conflict, which is ahead of the others. */
  readonly isIncident: boolean
}

interface Form {
  readonly id: string
  readonly bytes: number
  readonly by: string
  readonly begunMs: number
}

interface UnderWayParts {
  readonly folder: string
  /** What was said when the upload began. */
  readonly detailsOf: (id: string) => Promise<TusDetails | undefined>
  readonly clock: Clock
}
interface TusDetails {
  readonly size?: number | undefined
  readonly metadata?: Details | undefined
  readonly creation_date?: string | undefined
}

export class UploadsUnderWay {
  readonly #parts: UnderWayParts
  readonly #forms = new Map<string, Form>()

  constructor(parts: UnderWayParts) {
    this.#parts = parts
  }

  /** A form comes in; `formEnded` when it is whole or broken. */
  formBegan(id: string, form: { readonly bytes: number; readonly by: string }): void {
    this.#forms.set(id, { id, ...form, begunMs: this.#parts.clock.wallMs() })
  }

  formEnded(id: string): void {
    this.#forms.delete(id)
  }

  /** Ids of tus uploads, whole ones that nobody took yet among them. */
  async ids(): Promise<string[]> {
    const names = await readdir(this.#parts.folder)
    return names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length))
  }

  /** Conflicts first, then the oldest. */
  async list(): Promise<UploadUnderWay[]> {
    const begun = await this.tus()
    const forms = await Promise.all([...this.#forms.values()].map((form) => this.#ofForm(form)))
    return [...begun, ...forms].sort(
      (a, b) => Number(b.isIncident) - Number(a.isIncident) || a.begunMs - b.begunMs,
    )
  }

  async tus(): Promise<UploadUnderWay[]> {
    return Promise.all((await this.ids()).map((id) => this.#ofTus(id)))
  }

  async #ofTus(id: string): Promise<UploadUnderWay> {
    const upload = await this.#parts.detailsOf(id)
    const details = upload?.metadata ?? {}
    const begunMs = Date.parse(upload?.creation_date ?? '')
    return {
      ...{ way: 'TUS', by: said(details, UPLOADED_BY), deviceSerial: said(details, 'deviceSerial') },
      ...{ userNo: said(details, 'userNo'), fileName: said(details, 'filename') },
      ...{ bytes: upload?.size ?? 0, begunMs, isIncident: isIncident(details) },
      ...(await this.#moved(id, begunMs)),
    }
  }

  async #ofForm({ id, bytes, by, begunMs }: Form): Promise<UploadUnderWay> {
    return {
      ...{ way: 'FORM', by, deviceSerial: '', userNo: '', fileName: '', bytes, begunMs, isIncident: false },
      ...(await this.#moved(`${id}.part`, begunMs)),
    }
  }

  /** Nothing lies there before the first byte. */
  async #moved(name: string, begunMs: number) {
    const file = await stat(join(this.#parts.folder, name)).catch(() => null)
    const movedMs = file === null ? begunMs : Math.round(file.mtimeMs)
    const isStalled = this.#parts.clock.wallMs() - movedMs > STALLED_AFTER_MS
    return { arrivedBytes: file?.size ?? 0, movedMs, isStalled }
  }
}
