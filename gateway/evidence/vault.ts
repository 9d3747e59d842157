/**
 * Where evidence lies on disk, how much room there is, and reading sealed packages back.
 *
 *     <folder>/pending/<eventId>/    originals of acts that are not sealed yet, each with a sidecar
 *     <folder>/staged/<packageId>/   a recording on its way into a package; gone after a crash, the register has it
 *     <folder>/torn/<eventId>/       files a crash left half written: kept, reported, never sealed as whole
 *     <folder>/evidence/<packageId>/ sealed packages; `.building-…` is one in the making; chain.json
 *     <folder>/keys/                 the box's signing key
 *
 * Nothing in here deletes a sealed package; `purge.ts` does, with proof. When the disk is full, new footage is refused by
 * STORAGE_FULL and everything that was sealed or pending stays.
 */
import { createPublicKey } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { assert } from '../kit/assert.ts'
import { fault, reasonOf } from '../kit/errors.ts'
import { freeBytes } from '../kit/room.ts'
import {
  EVIDENCE_JSON,
  isPackageId,
  PAYLOAD_MANIFESTS,
  PUBLIC_KEY,
  SIGNATURE,
  SM2_PUBLIC_KEY,
  SM2_SIGNATURE,
  TAGMANIFEST,
} from './bag.ts'
import { digestOf } from './disk.ts'
import type { PackageKey } from './lock.ts'
import { EncryptionOptions, LOCK_FILE, type Locker, readKept, readLock } from './locker.ts'
import type { EvidenceDocument, EvidenceItem, SealPurpose } from './package.ts'
import { keyIdOf } from './seal.ts'

export const StorageOptions = z.strictObject({
  folder: z
    .string()
    .min(1)
    .default('./var')
    .describe('Where the box keeps evidence, keys and its stores. A disk of its own is best.'),
  freeMinMiB: z
    .int()
    .min(0)
    .max(1_000_000_000)
    .default(512)
    .describe(
      'Free space (MiB) below which no footage is written: the rest of the system needs it to stay up.',
    ),
  freeWarnMiB: z
    .int()
    .min(0)
    .max(1_000_000_000)
    .default(2_048)
    .describe(
      'Free space (MiB) below which the box says that it is degraded and removes what is past its minimum. 2 GiB are some hundred clips.',
    ),
  reserveMiB: z
    .int()
    .min(0)
    .max(65_536)
    .default(32)
    .describe(
      'A file of so many MiB that is given up when nothing else is left: alerts go on being written, about 500 a MiB. 0: none.',
    ),
  encryption: EncryptionOptions.optional().describe(
    'Keeps sealed packages unreadable to whoever takes the disk. Absent: they lie open. A lost key is lost evidence.',
  ),
  quotaMiB: z
    .int()
    .min(64)
    .max(1_000_000_000)
    .optional()
    .describe('What evidence may take in all (MiB), measured every five minutes. Absent: what the disk has.'),
})
export type StorageOptions = z.infer<typeof StorageOptions>

export interface SealedPackage {
  readonly packageId: string
  readonly eventId: string
  readonly purpose: SealPurpose
  readonly sequence: number
  /** sha256 of `manifest-sha256.txt`. */
  readonly manifestHash: string
  readonly prevManifestHash: string | null
  readonly tagmanifestHash: string
  readonly signature: { readonly alg: 'Ed25519'; readonly keyId: string; readonly value: string }
  /** The second one; null when the box makes none. */
  readonly sm2Signature: { readonly alg: 'SM2'; readonly keyId: string; readonly value: string } | null
  readonly publicKeyPem: string
  readonly path: string
  readonly producedAt: string
  readonly evidenceStatus: EvidenceDocument['evidenceStatus']
  readonly evidenceCaps: readonly string[]
  readonly items: readonly EvidenceItem[]
  readonly document: EvidenceDocument
}

export class Vault {
  readonly root: string
  readonly pending: string
  readonly torn: string
  readonly staged: string
  readonly evidence: string
  readonly chainFile: string
  readonly keys: string
  readonly #freeMinBytes: number
  readonly #isFull: () => boolean
  /** Null: packages lie open. */
  readonly locker: Locker | null

  constructor(options: StorageOptions, isFull = () => false, locker: Locker | null = null) {
    this.locker = locker
    this.#isFull = isFull
    this.root = resolve(options.folder)
    this.pending = join(this.root, 'pending')
    this.torn = join(this.root, 'torn')
    this.staged = join(this.root, 'staged')
    this.evidence = join(this.root, 'evidence')
    this.chainFile = join(this.evidence, 'chain.json')
    this.keys = join(this.root, 'keys')
    this.#freeMinBytes = options.freeMinMiB * 2 ** 20
  }

  async prepare(): Promise<void> {
    for (const folder of [this.pending, this.torn, this.evidence]) await mkdir(folder, { recursive: true })
  }

  async ensureRoom(bytes: number): Promise<void> {
    const free = await freeBytes(this.root)
    if (this.#isFull() || free - bytes < this.#freeMinBytes) {
      throw fault('STORAGE_FULL', { path: this.root, reason: `${Math.floor(free / 2 ** 20)} MiB free` })
    }
  }

  /** Ids of all sealed packages, oldest first (ids sort by time). */
  async packageIds(): Promise<string[]> {
    const names = await readdir(this.evidence)
    return names.filter(isPackageId).sort()
  }

  async has(packageId: string): Promise<boolean> {
    if (!isPackageId(packageId)) return false
    const found = await stat(join(this.evidence, packageId)).catch(() => null) // Absence is an answer.
    return found?.isDirectory() ?? false
  }

  /** Null: it lies open. */
  async keyOf(packageId: string): Promise<PackageKey | null> {
    const path = join(this.evidence, packageId)
    if ((await readLock(path)) === null) return null
    const reason = `package ${packageId} is locked`
    if (this.locker === null) throw fault('STORAGE_KEY_MISSING', { from: 'storage.encryption', reason })
    return this.locker.keyOf(path, packageId)
  }

  /** A small file of it, read at once; null: it is not there. */
  readNow(packageId: string, path: string): Buffer | null {
    const folder = join(this.evidence, packageId)
    if (!existsSync(join(folder, path))) return null
    const bytes = readFileSync(join(folder, path))
    if (!existsSync(join(folder, LOCK_FILE))) return bytes
    const reason = `package ${packageId} is locked`
    if (this.locker === null) throw fault('STORAGE_KEY_MISSING', { from: 'storage.encryption', reason })
    return this.locker.unlockNow(folder, packageId, path, bytes)
  }

  /** Reads what the package says of itself; whether that is true is `verify`'s question. */
  async read(packageId: string): Promise<SealedPackage> {
    const path = join(this.evidence, packageId)
    assert(isPackageId(packageId), 'a package id is a ULID')
    const key = await this.keyOf(packageId)
    const file = (name: string) => readKept(path, name, key)
    try {
      const document = JSON.parse((await file(EVIDENCE_JSON)).toString()) as EvidenceDocument
      const publicKeyPem = (await file(PUBLIC_KEY)).toString()
      return {
        packageId: document.packageId,
        eventId: document.eventId,
        purpose: document.purpose,
        sequence: document.sequence,
        manifestHash: digestOf(await file(PAYLOAD_MANIFESTS.sha256)).sha256,
        prevManifestHash: document.prevManifestHash,
        tagmanifestHash: digestOf(await file(TAGMANIFEST)).sha256,
        signature: {
          alg: 'Ed25519',
          keyId: keyIdOf(createPublicKey(publicKeyPem)),
          value: (await file(SIGNATURE)).toString('base64'),
        },
        sm2Signature: await sm2SignatureIn(path, key),
        publicKeyPem,
        path,
        producedAt: document.producedAt,
        evidenceStatus: document.evidenceStatus,
        evidenceCaps: document.evidenceCaps,
        items: document.items,
        document,
      }
    } catch (error) {
      throw fault('EVIDENCE_UNREADABLE', { packageId, reason: reasonOf(error) }, error)
    }
  }
}

async function sm2SignatureIn(path: string, key: PackageKey | null): Promise<SealedPackage['sm2Signature']> {
  if (!(await stat(join(path, SM2_PUBLIC_KEY)).catch(() => null))) return null // Not configured.
  const pem = (await readKept(path, SM2_PUBLIC_KEY, key)).toString()
  const value = (await readKept(path, SM2_SIGNATURE, key)).toString('base64')
  return { alg: 'SM2', keyId: keyIdOf(createPublicKey(pem)), value }
}
