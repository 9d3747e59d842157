/**
 * Writes that survive kill -9 and power loss, and hashes taken while the bytes go by.
 *
 *     new file   open(wx) ─▶ write ─▶ fsync                       visible early, so its sidecar says when it is whole
 *     replace    write x.tmp ─▶ fsync ─▶ rename x ─▶ fsync folder   old or new, nothing in between
 *
 * A rename is durable only after its folder was synced: without that, power loss may bring the old name back.
 */
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, link, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Fault, fault } from '../kit/errors.ts'
import { syncFolder } from '../kit/growing-file.ts'
import type { Digest } from './bag-source.ts'

/** One mebibyte a step: SM3 takes about 5 ms for it, so the event loop is never held longer. */
const CHUNK_BYTES = 1 << 20

export function digestOf(data: Uint8Array): Digest {
  return {
    bytes: data.length,
    sha256: createHash('sha256').update(data).digest('hex'),
    sm3: createHash('sm3').update(data).digest('hex'),
  }
}

/**
 * Reads through a link never, through a pipe never: a file of somebody else's making is opened for what it is.
 * At most `bytes` are read, so that a file which grows meanwhile has an end.
 */
export async function digestFile(
  path: string,
  bytes: number,
  onBytes: (count: number) => void = () => {},
): Promise<Digest> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const sha256 = createHash('sha256')
    const sm3 = createHash('sm3')
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(1, bytes)))
    let total = 0
    while (total < bytes) {
      const { bytesRead } = await file.read(chunk, 0, Math.min(chunk.length, bytes - total), total)
      if (bytesRead === 0) break
      sha256.update(chunk.subarray(0, bytesRead))
      sm3.update(chunk.subarray(0, bytesRead))
      total += bytesRead
      onBytes(bytesRead)
    }
    return { bytes: total, sha256: sha256.digest('hex'), sm3: sm3.digest('hex') }
  } finally {
    await file.close()
  }
}

/** Writes a new file and returns the digest of what was handed to the disk. */
export async function writeNew(path: string, data: Uint8Array, mode = 0o644): Promise<Digest> {
  const sha256 = createHash('sha256')
  const sm3 = createHash('sm3')
  try {
    const file = await open(path, 'wx', mode)
    try {
      for (let at = 0; at < data.length; ) {
        const chunk = data.subarray(at, at + CHUNK_BYTES)
        const { bytesWritten } = await file.write(chunk, 0, chunk.length, at)
        sha256.update(chunk.subarray(0, bytesWritten))
        sm3.update(chunk.subarray(0, bytesWritten))
        at += bytesWritten
      }
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (error) {
    throw diskFault(error, path) ?? error
  }
  return { bytes: data.length, sha256: sha256.digest('hex'), sm3: sm3.digest('hex') }
}

export async function replaceFile(path: string, data: string | Uint8Array, mode = 0o644): Promise<void> {
  const half = `${path}.tmp`
  await rm(half, { force: true })
  await writeNew(half, typeof data === 'string' ? Buffer.from(data) : data, mode)
  await rename(half, path)
  await syncFolder(dirname(path))
}

/** A second name for the same bytes; a copy where the file system knows no second names. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch {
    // Owed to nobody: FAT, some network shares. The copy is synced like any new file.
    try {
      await copyFile(from, to, constants.COPYFILE_EXCL)
      const file = await open(to, 'r+')
      await file.sync().finally(() => file.close())
    } catch (error) {
      throw diskFault(error, to) ?? error
    }
  }
}

/** ENOSPC: the disk; EDQUOT: the account's share; EFBIG: the process's limit. All mean: no more room here. */
export function diskFault(error: unknown, path: string): Fault | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (!['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code)) return undefined
  return fault('STORAGE_FULL', { path, reason: code }, error)
}
