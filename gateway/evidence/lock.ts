/**
 * A file kept unreadable to whoever takes the disk: chunks, each encrypted and authenticated by itself.
 *
 *     LSL1 · salt 16 │ chunk 0 · tag │ chunk 1 · tag │ … │ last chunk · tag        64 KiB of plain text a chunk
 *     key   = HKDF-SHA256(package key, salt, path in the package)
 *     nonce = 7 zero bytes · number of the chunk (4) · 1 for the last, else 0
 *
 * The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015), as age and Tink use it: a chunk that was changed,
 * moved, left out or cut off at the end does not decrypt. A key is used for one file only, so counted nonces are never
 * used twice. Any chunk is read alone, so a clip can be served in ranges.
 */
import { createCipheriv, createDecipheriv, getCiphers, hkdfSync, randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { assert } from '../kit/assert.ts'
import { fault } from '../kit/errors.ts'
import { diskFault } from './disk.ts'

export const CIPHERS = ['aes-256-gcm', 'chacha20-poly1305', 'sm4-gcm'] as const
export type CipherName = (typeof CIPHERS)[number]

const KEY_BYTES: Record<CipherName, number> = { 'aes-256-gcm': 32, 'chacha20-poly1305': 32, 'sm4-gcm': 16 }
const MAGIC = Buffer.from('LSL1')
const SALT_BYTES = 16
const HEAD_BYTES = MAGIC.length + SALT_BYTES
const TAG_BYTES = 16
const CHUNK_BYTES = 64 * 1024
const LOCKED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES

/** What is needed to read the files of one package. */
export interface PackageKey {
  readonly cipher: CipherName
  readonly key: Buffer
}

/** SM4-GCM came with OpenSSL 3.1; Node 20 is built with 3.0, which lacks it. */
export const hasCipher = (name: CipherName): boolean => getCiphers().includes(name)

/** Reads `from`, writes `to` new and synced. */
export async function lockFile(
  from: string,
  to: string,
  path: string,
  { cipher, key }: PackageKey,
): Promise<void> {
  const source = await open(from, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const { size } = await source.stat()
    const target = await open(to, 'wx', 0o644)
    try {
      const salt = randomBytes(SALT_BYTES)
      const fileKey = keyOf(cipher, key, salt, path)
      await target.appendFile(Buffer.concat([MAGIC, salt]))
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
      const chunks = chunksOf(size)
      for (let index = 0; index < chunks; index++) {
        const length = Math.min(CHUNK_BYTES, size - index * CHUNK_BYTES)
        await readWhole(source, chunk, length, index * CHUNK_BYTES)
        const sealing = createCipheriv(cipher as 'aes-256-gcm', fileKey, nonceOf(index, index === chunks - 1))
        const parts = [sealing.update(chunk.subarray(0, length)), sealing.final()]
        await target.appendFile(Buffer.concat([...parts, sealing.getAuthTag()]))
      }
      await target.sync()
    } finally {
      await target.close()
    }
  } catch (error) {
    throw diskFault(error, to) ?? error
  } finally {
    await source.close()
  }
}

/** Plain bytes from `start` on, up to `end` (not included), chunk by chunk; throws EVIDENCE_LOCK_BROKEN. */
export async function* unlockedBytes(
  file: string,
  path: string,
  { cipher, key }: PackageKey,
  start = 0,
  end = Number.POSITIVE_INFINITY,
): AsyncGenerator<Buffer> {
  const source = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const size = plainBytes((await source.stat()).size)
    const head = Buffer.alloc(HEAD_BYTES)
    if (
      size === null ||
      !(await readWhole(source, head, HEAD_BYTES, 0)) ||
      !head.subarray(0, 4).equals(MAGIC)
    )
      throw fault('EVIDENCE_LOCK_BROKEN', { file, reason: 'it is no locked file' })
    const fileKey = keyOf(cipher, key, head.subarray(4), path)
    const chunks = chunksOf(size)
    const until = Math.min(end, size)
    // An empty file has one empty chunk, and that is authenticated too.
    for (let index = Math.floor(start / CHUNK_BYTES); index < chunks; index++) {
      const at = index * CHUNK_BYTES
      if (at >= until && size > 0) return
      const length = Math.min(CHUNK_BYTES, size - at)
      const locked = Buffer.allocUnsafe(length + TAG_BYTES)
      await readWhole(source, locked, locked.length, HEAD_BYTES + index * LOCKED_CHUNK_BYTES)
      const plain = unlockChunk(cipher, fileKey, nonceOf(index, index === chunks - 1), locked)
      if (plain === null)
        throw fault('EVIDENCE_LOCK_BROKEN', { file, reason: `chunk ${index} is not as it was written` })
      yield plain.subarray(Math.max(0, start - at), Math.min(length, until - at))
    }
  } finally {
    await source.close()
  }
}

/** All of a small file that is in memory already. Null: it is not as it was locked. */
export function unlockBuffer(locked: Buffer, path: string, { cipher, key }: PackageKey): Buffer | null {
  const size = plainBytes(locked.length)
  if (size === null || !locked.subarray(0, MAGIC.length).equals(MAGIC)) return null
  const fileKey = keyOf(cipher, key, locked.subarray(MAGIC.length, HEAD_BYTES), path)
  const chunks = chunksOf(size)
  const plain: Buffer[] = []
  for (let index = 0; index < chunks; index++) {
    const at = HEAD_BYTES + index * LOCKED_CHUNK_BYTES
    const chunk = locked.subarray(at, Math.min(at + LOCKED_CHUNK_BYTES, locked.length))
    const opened = unlockChunk(cipher, fileKey, nonceOf(index, index === chunks - 1), chunk)
    if (opened === null) return null
    plain.push(opened)
  }
  return Buffer.concat(plain)
}

/** Size of what is inside, from the size of the locked file; null: no locked file has this size. */
export function plainBytes(lockedBytes: number): number | null {
  const body = lockedBytes - HEAD_BYTES
  const whole = Math.floor(body / LOCKED_CHUNK_BYTES)
  const rest = body - whole * LOCKED_CHUNK_BYTES
  if (body < TAG_BYTES || (rest > 0 && rest < TAG_BYTES)) return null
  return whole * CHUNK_BYTES + (rest === 0 ? 0 : rest - TAG_BYTES)
}

/** Files that were added to a package after it was locked, a time-stamp token say, lie open. */
export async function isLockedFile(file: string): Promise<boolean> {
  const source = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const head = Buffer.alloc(MAGIC.length)
    return (await readWhole(source, head, head.length, 0)) && head.equals(MAGIC)
  } finally {
    await source.close()
  }
}

/** A small secret in one piece: nonce, what is locked, tag. `about` must be the same when it is unlocked. */
export function lockSecret(cipher: CipherName, key: Buffer, about: string, secret: Buffer): Buffer {
  const nonce = randomBytes(12)
  const sealing = createCipheriv(cipher as 'aes-256-gcm', keyOf(cipher, key, nonce, about), nonce)
  return Buffer.concat([nonce, sealing.update(secret), sealing.final(), sealing.getAuthTag()])
}

/** Null: another key, or not as it was written. */
export function unlockSecret(cipher: CipherName, key: Buffer, about: string, locked: Buffer): Buffer | null {
  const nonce = locked.subarray(0, 12)
  if (locked.length < 12 + TAG_BYTES) return null
  return unlockChunk(cipher, keyOf(cipher, key, nonce, about), nonce, locked.subarray(12))
}

function unlockChunk(cipher: CipherName, key: Buffer, nonce: Buffer, locked: Buffer): Buffer | null {
  const opening = createDecipheriv(cipher as 'aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  opening.setAuthTag(locked.subarray(-TAG_BYTES))
  const plain = opening.update(locked.subarray(0, -TAG_BYTES))
  try {
    opening.final()
    return plain
  } catch {
    return null // Not authentic: the caller says which chunk of which file.
  }
}

function keyOf(cipher: CipherName, key: Buffer, salt: Buffer, about: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, salt, `lushao ${cipher} ${about}`, KEY_BYTES[cipher]))
}

function nonceOf(index: number, isLast: boolean): Buffer {
  assert(index < 2 ** 32, 'a file has fewer chunks than a counter of four bytes')
  const nonce = Buffer.alloc(12)
  nonce.writeUInt32BE(index, 7)
  nonce[11] = isLast ? 1 : 0
  return nonce
}

const chunksOf = (bytes: number): number => Math.max(1, Math.ceil(bytes / CHUNK_BYTES))

/** False at the end of the file. */
async function readWhole(file: FileHandle, into: Buffer, length: number, position: number): Promise<boolean> {
  for (let at = 0; at < length; ) {
    const { bytesRead } = await file.read(into, at, length - at, position + at)
    if (bytesRead === 0) return false
    at += bytesRead
  }
  return true
}
