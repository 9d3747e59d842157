/**
 * Where evidence lies on disk, how much room there is, and reading sealed packages back.
 *
 *     <folder>/pending/<eventId>/    originals of acts that are not sealed yet, each with a sidecar
 *     <folder>/torn/<eventId>/       files a crash left half written: kept, reported, never sealed as whole
 *     <folder>/evidence/<packageId>/ sealed packages; `.building-…` is one in the making; chain.json
 *     <folder>/keys/                 the box's signing key
 *
 * Nothing in here deletes a sealed package. When the disk runs low, new footage is refused by STORAGE_FULL and
 * everything that was sealed or pending stays.
 */
import { createPublicKey } from 'node:crypto'
import { mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { assert } from '../kit/assert.ts'
import { fault, reasonOf } from '../kit/errors.ts'
import { EVIDENCE_JSON, isPackageId, PAYLOAD_MANIFESTS, PUBLIC_KEY, SIGNATURE, TAGMANIFEST } from './bag.ts'
import { digestOf, freeBytes } from './disk.ts'
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
  readonly evidence: string
  readonly chainFile: string
  readonly keys: string
  readonly #freeMinBytes: number

  constructor(options: StorageOptions) {
    this.root = resolve(options.folder)
    this.pending = join(this.root, 'pending')
    this.torn = join(this.root, 'torn')
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
    if (free - bytes < this.#freeMinBytes) {
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

  /** Reads what the package says of itself; whether that is true is `verify`'s question. */
  async read(packageId: string): Promise<SealedPackage> {
    const path = join(this.evidence, packageId)
    assert(isPackageId(packageId), 'a package id is a ULID')
    const file = (name: string) => readFile(join(path, name))
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
