/**
 * Uploads on disk, with the checksum extension of tus 1.0: a piece that is not what its checksum says is not kept.
 *
 *     piece ─▶ hashed while it is written ─┬─ equal ──▶ offset moves on
 *                                          └─ other ──▶ cut back to where the piece began ─▶ 460
 *
 * A piece that broke off cannot be checked and is cut back too; so is one that was being written when the box went down:
 * a note beside the file says where it began.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import { pipeline, type Readable, Transform } from 'node:stream'
import { FileStore } from '@tus/file-store'
import { type Fault, fault } from '../kit/errors.ts'
import { bodyOf, statusOf } from './replies.ts'

export const CHECKSUM_ALGORITHMS = ['sha256', 'sha1', 'md5'] as const
const UNCHECKED = '.unchecked'

interface Checksum {
  readonly algorithm: (typeof CHECKSUM_ALGORITHMS)[number]
  readonly digest: Buffer
}

/** Null: none was sent. Throws UPLOAD_CHECKSUM_UNKNOWN. */
export function checksumOf(headers: IncomingHttpHeaders): Checksum | null {
  const header = headers['upload-checksum']
  if (header === undefined) return null
  const [name = '', base64 = ''] = String(header).trim().split(/\s+/)
  const algorithm = CHECKSUM_ALGORITHMS.find((one) => one === name.toLowerCase())
  if (!algorithm) throw fault('UPLOAD_CHECKSUM_UNKNOWN', { reason: `algorithm ${name.slice(0, 40)}` })
  const digest = Buffer.from(base64, 'base64')
  if (digest.length !== createHash(algorithm).digest().length)
    throw fault('UPLOAD_CHECKSUM_UNKNOWN', { reason: `${algorithm} of ${digest.length} bytes` })
  return { algorithm, digest }
}

/** tus answers with the status and body of what is thrown. */
export function refusal(problem: Fault, more: object = {}): { status_code: number; body: string } {
  return { status_code: statusOf(problem), body: JSON.stringify({ ...bodyOf(problem), ...more }) }
}

export class CheckedStore extends FileStore {
  readonly #checksum = new AsyncLocalStorage<Checksum | null>()

  constructor(options: ConstructorParameters<typeof FileStore>[0]) {
    super(options)
    this.extensions = [...this.extensions, 'checksum']
  }

  /** Whatever `work` writes is held against this checksum. */
  checking<T>(checksum: Checksum | null, work: () => Promise<T>): Promise<T> {
    return this.#checksum.run(checksum, work)
  }

  /** Cuts off what was being written, unchecked, when the box went down. */
  async recover(): Promise<void> {
    for (const name of await readdir(this.directory)) {
      if (!name.endsWith(UNCHECKED)) continue
      const note = join(this.directory, name)
      const offset = Number(await readFile(note, 'utf8'))
      const file = note.slice(0, -UNCHECKED.length)
      // Without the file nothing is left to be cut; without the number nothing had been written yet.
      if (Number.isInteger(offset)) await truncate(file, offset).catch(() => {})
      await rm(note)
    }
  }

  override async write(readable: Readable, id: string, offset: number): Promise<number> {
    const checksum = this.#checksum.getStore() ?? null
    if (checksum === null) return super.write(readable, id, offset)
    const { algorithm, digest } = checksum
    const file = join(this.directory, id)
    const note = file + UNCHECKED
    await writeFile(note, String(offset))
    const hash = createHash(algorithm)
    const tap = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk)
        done(null, chunk)
      },
    })
    pipeline(readable, tap, () => {}) // Its failure is the failure of what is written from it.
    let isRight = false
    try {
      const end = await super.write(tap, id, offset)
      isRight = hash.digest().equals(digest)
      if (isRight) return end
      throw refusal(fault('UPLOAD_CHECKSUM_WRONG', { upload: id, algorithm }))
    } finally {
      if (!isRight) await truncate(file, offset)
      await rm(note, { force: true })
    }
  }
}
