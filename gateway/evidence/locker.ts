/**
 * Packages at rest: each has a key of its own, wrapped by the key of the storage.
 *
 *     key file, or a command (TPM) ─▶ storage key ─wraps─▶ package key ─▶ every file of the package (`lock.ts`)
 *     <packageId>/lock.json  {cipher, storageKeyId, wrapped}                   rotation writes this file anew, no other
 *
 * Hashes, manifests and the signature are those of the plain bytes: a bag that left the box unlocked verifies anywhere.
 * Whoever loses the storage key has lost the evidence, and nobody can help: keep a copy of it in a safe. Originals of
 * acts that are not sealed yet are not locked; they live for minutes.
 */
import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'
import { lstat, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { fault, isFault, reasonOf } from '../kit/errors.ts'
import { syncFolder } from '../kit/growing-file.ts'
import { replaceFile, writeNew } from './disk.ts'
import {
  CIPHERS,
  type CipherName,
  hasCipher,
  isLockedFile,
  lockFile,
  lockSecret,
  type PackageKey,
  plainBytes,
  unlockBuffer,
  unlockedBytes,
  unlockSecret,
} from './lock.ts'

export const LOCK_FILE = 'lock.json'

export const EncryptionOptions = z
  .strictObject({
    cipher: z
      .enum(CIPHERS)
      .default('aes-256-gcm')
      .describe(
        'chacha20-poly1305 where the processor has no AES; sm4-gcm needs a Node with OpenSSL 3.1 or later.',
      ),
    keyFile: z
      .string()
      .min(1)
      .optional()
      .describe(
        'File with the storage key, mode 0600, made by `lushao keys init-storage`; on another disk is best.',
      ),
    keyCommand: z
      .array(z.string().min(1))
      .min(1)
      .max(20)
      .optional()
      .describe(
        'Program with its arguments that prints the storage key, from a TPM say: [tpm2_unseal, -c, "0x81010001"].',
      ),
  })
  .refine(({ keyFile, keyCommand }) => (keyFile === undefined) !== (keyCommand === undefined), {
    error: 'keyFile or keyCommand, one of them',
    path: ['keyFile'],
  })
export type EncryptionOptions = z.infer<typeof EncryptionOptions>

const LockRecord = z.strictObject({
  type: z.literal('lushao.lock.v1'),
  cipher: z.enum(CIPHERS),
  storageKeyId: z.string(),
  wrapped: z.base64(),
})

type LockRecord = z.infer<typeof LockRecord>

const KEY_TEXT = /^lushao-storage-key:([0-9a-f]{64})\s*$/

/** Never a default: who wants one makes it. */
export async function makeStorageKey(file: string): Promise<string> {
  const key = randomBytes(32)
  await mkdir(dirname(file), { recursive: true })
  if ((await lstat(file).catch(() => null)) !== null) throw fault('KEY_EXISTS', { folder: file })
  await writeNew(file, Buffer.from(`lushao-storage-key:${key.toString('hex')}\n`), 0o600)
  await syncFolder(dirname(file))
  return storageKeyId(key)
}

export async function readStorageKey({
  keyFile,
  keyCommand,
}: Pick<EncryptionOptions, 'keyFile' | 'keyCommand'>): Promise<Buffer> {
  if (keyCommand !== undefined) return keyFromCommand(keyCommand)
  const file = keyFile ?? ''
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw fault('STORAGE_KEY_MISSING', { from: file, reason: reasonOf(error) }, error)
  })
  if (((await stat(file)).mode & 0o077) !== 0) throw fault('KEY_EXPOSED', { file })
  return parsed(text, file)
}

function keyFromCommand([program = '', ...args]: readonly string[]): Buffer {
  const run = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: 30_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  if (run.status !== 0) {
    const reason = run.error === undefined ? `it ended with ${run.status}` : reasonOf(run.error)
    throw fault('STORAGE_KEY_MISSING', { from: program, reason })
  }
  return parsed(run.stdout, program)
}

function parsed(text: string, from: string): Buffer {
  const hex = KEY_TEXT.exec(text)?.[1]
  if (hex === undefined) throw fault('STORAGE_KEY_MISSING', { from, reason: 'that is no storage key' })
  return Buffer.from(hex, 'hex')
}

const storageKeyId = (key: Buffer): string =>
  createHash('sha256').update('lushao storage key id').update(key).digest('hex').slice(0, 16)

export class Locker {
  readonly keyId: string
  readonly cipher: CipherName
  readonly #key: Buffer

  constructor(key: Buffer, cipher: CipherName) {
    if (!hasCipher(cipher))
      throw fault('STORAGE_CIPHER_MISSING', { cipher, openssl: process.versions.openssl })
    this.#key = key
    this.keyId = storageKeyId(key)
    this.cipher = cipher
  }

  /** Null: nothing is to be locked. */
  static async open(options: EncryptionOptions | undefined): Promise<Locker | null> {
    if (options === undefined) return null
    return new Locker(await readStorageKey(options), options.cipher)
  }

  /** Every file of a package in the making, in place; nobody looks into it yet. Killed in between, it is built anew. */
  async lock(folder: string, packageId: string): Promise<void> {
    const key = randomBytes(32)
    const files = await filesUnder(folder)
    for (const path of files) {
      const file = join(folder, path)
      await lockFile(file, `${file}.locked`, path, { cipher: this.cipher, key })
      await rename(`${file}.locked`, file)
    }
    await writeNew(join(folder, LOCK_FILE), Buffer.from(this.#record(packageId, this.cipher, key)))
    for (const part of new Set(files.map((path) => dirname(join(folder, path))))) await syncFolder(part)
    await syncFolder(folder)
  }

  /** Of a package that lies locked. Throws STORAGE_KEY_WRONG. */
  async keyOf(folder: string, packageId: string): Promise<PackageKey> {
    return this.#keyIn(await readLock(folder), folder, packageId)
  }

  /** The same for a small file that was read already, in one go. */
  unlockNow(folder: string, packageId: string, path: string, bytes: Buffer): Buffer {
    const record = lockIn(readFileSync(join(folder, LOCK_FILE), 'utf8'), folder)
    const plain = unlockBuffer(bytes, path, this.#keyIn(record, folder, packageId))
    const reason = 'it is not as it was written'
    if (plain === null) throw fault('EVIDENCE_LOCK_BROKEN', { file: join(folder, path), reason })
    return plain
  }

  #keyIn(record: LockRecord | null, folder: string, packageId: string): PackageKey {
    if (record === null)
      throw fault('EVIDENCE_LOCK_BROKEN', { file: join(folder, LOCK_FILE), reason: 'not readable' })
    const { cipher, wrapped, storageKeyId: wanted } = record
    const key = unlockSecret(cipher, this.#key, packageId, Buffer.from(wrapped, 'base64'))
    if (key === null) throw fault('STORAGE_KEY_WRONG', { packageId, wanted, key: this.keyId })
    return { cipher, key }
  }

  /** The same package key under another storage key: one small file is written anew. False: it was not locked. */
  async rewrap(folder: string, packageId: string, next: Locker): Promise<boolean> {
    const record = await readLock(folder)
    if (record === null) return false
    if (record.storageKeyId === next.keyId) return true // An earlier try got so far.
    const { cipher, key } = await this.keyOf(folder, packageId)
    await replaceFile(join(folder, LOCK_FILE), next.#record(packageId, cipher, key))
    return true
  }

  #record(packageId: string, cipher: CipherName, key: Buffer): string {
    const wrapped = lockSecret(cipher, this.#key, packageId, key).toString('base64')
    const record = { type: 'lushao.lock.v1', cipher, storageKeyId: this.keyId, wrapped }
    return `${JSON.stringify(record)}\n`
  }
}

/** Null: the package lies open. */
export async function readLock(folder: string): Promise<LockRecord | null> {
  const text = await readFile(join(folder, LOCK_FILE), 'utf8').catch(() => null) // No lock is an answer.
  return text === null ? null : lockIn(text, folder)
}

function lockIn(text: string, folder: string): LockRecord {
  try {
    return LockRecord.parse(JSON.parse(text))
  } catch (error) {
    throw fault('EVIDENCE_LOCK_BROKEN', { file: join(folder, LOCK_FILE), reason: reasonOf(error) }, error)
  }
}

/** One file of a package that lies open or locked, as it was before it was locked. */
export interface KeptFile {
  readonly bytes: number
  /** From `start` up to `end`, not included. */
  read(start?: number, end?: number): AsyncIterable<Buffer>
}

export async function keptFile(folder: string, path: string, key: PackageKey | null): Promise<KeptFile> {
  const file = join(folder, path)
  const { size } = await stat(file)
  if (key === null || !(await isLockedFile(file))) {
    // `end` of a stream is included.
    return {
      bytes: size,
      read: (start = 0, end = size) => createReadStream(file, { start, end: Math.max(start, end - 1) }),
    }
  }
  const bytes = plainBytes(size)
  if (bytes === null)
    throw fault('EVIDENCE_LOCK_BROKEN', { file, reason: 'its size is none of a locked file' })
  return { bytes, read: (start, end) => unlockedBytes(file, path, key, start, end) }
}

export async function readKept(folder: string, path: string, key: PackageKey | null): Promise<Buffer> {
  if (key === null) return readFile(join(folder, path))
  const parts: Buffer[] = []
  for await (const part of (await keptFile(folder, path, key)).read()) parts.push(part)
  return Buffer.concat(parts)
}

/**
 * A bag as it may leave: every file unlocked, the lock itself left behind.
 * @param onBroken told of a file that is not as it was locked, which is then left out; absent: it throws
 */
export async function unlockTo(
  folder: string,
  to: string,
  key: PackageKey,
  onBroken?: (path: string, reason: string) => void,
): Promise<void> {
  for (const path of await filesUnder(folder)) {
    if (path === LOCK_FILE) continue
    await mkdir(dirname(join(to, path)), { recursive: true })
    try {
      await writeFile(join(to, path), (await keptFile(folder, path, key)).read(), { flag: 'wx' })
    } catch (error) {
      if (onBroken === undefined || !isFault(error, 'EVIDENCE_LOCK_BROKEN')) throw error
      await rm(join(to, path), { force: true })
      onBroken(path, String(error.values['reason']))
    }
  }
}

async function filesUnder(folder: string, inside = ''): Promise<string[]> {
  const entries = await readdir(join(folder, inside), { withFileTypes: true })
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = inside === '' ? entry.name : `${inside}/${entry.name}`
      if (entry.isDirectory()) return filesUnder(folder, path)
      return entry.isFile() ? [path] : []
    }),
  )
  return found.flat().sort()
}
