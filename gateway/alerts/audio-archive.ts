/**
 * What was played, kept under its own hash for as long as retention says: a notice can be heard again word for word, and not be changed.
 *
 *     WAV ─▶ audio/<sha256>.wav (written once, synced) ─▶ AudioRef {sha256, sm3, bytes}
 */
import { existsSync, statSync } from 'node:fs'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { digestOf, writeNew } from '../evidence/disk.ts'
import { syncFolder } from '../kit/growing-file.ts'
import { ulid } from '../kit/ids.ts'

export class AudioArchive {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  file(sha256: string): string {
    return join(this.#folder, `${sha256}.wav`)
  }

  /** Durable when it resolves; the same sound is kept once. */
  async keep(
    wav: Buffer,
  ): Promise<{ readonly bytes: number; readonly sha256: string; readonly sm3: string }> {
    const digest = digestOf(wav)
    const file = this.file(digest.sha256)
    if (existsSync(file)) return digest
    await mkdir(this.#folder, { recursive: true })
    const half = join(this.#folder, `${ulid()}.half`)
    await writeNew(half, wav, 0o444)
    await rename(half, file)
    await syncFolder(this.#folder)
    return digest
  }

  /** Null when it is not there. */
  bytesOf(sha256: string): number | null {
    return statSync(this.file(sha256), { throwIfNoEntry: false })?.size ?? null
  }

  /** For whoever has proof that its time is over. */
  async remove(sha256: string): Promise<void> {
    await rm(this.file(sha256), { force: true })
    await syncFolder(this.#folder)
  }

  /** null when it is not there, or is no longer what was kept. */
  async read(sha256: string): Promise<Buffer | null> {
    if (!/^[0-9a-f]{64}$/.test(sha256) || !existsSync(this.file(sha256))) return null
    const wav = await readFile(this.file(sha256))
    return digestOf(wav).sha256 === sha256 ? wav : null
  }
}
