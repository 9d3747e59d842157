/**
 * One package, checked against itself: files against manifests, manifests against the tag manifest, the tag manifest
 * against its signature, evidence.json against the files.
 *
 *     signature ─▶ tag manifest ─▶ manifests, bag-info, key ─▶ every file under data/ ─▶ what evidence.json says of it
 *
 * Every finding names its item. The bag may be of anybody's making: paths are never followed out of it, links and
 * pipes never opened, and sizes are compared before anything large is read. Where the bytes come from and who hashes
 * them is not known here, so Node and a browser run the same rules.
 */
import { z } from 'zod'
import {
  BAGIT_TXT,
  EVIDENCE_JSON,
  FIRST_OF_CHAIN,
  KEY_REVOCATIONS,
  KEY_ROTATIONS,
  PAYLOAD_MANIFESTS,
  PUBLIC_KEY,
  type ReadManifest,
  readBagInfo,
  readManifest,
  SEALS,
  TAGMANIFEST,
  TIMESTAMP,
} from './bag.ts'
import { type BagSource, type Digest, type Tools, textOf } from './bag-source.ts'
import type { Finding, FindingCode } from './findings.ts'
import { isPinned, type PublicKey, type Trust } from './public-key.ts'
import { checkSignatures } from './signature-check.ts'
import { type JudgedToken, NO_TOKEN } from './token.ts'

/** What a bag says of keys, for those who look at many bags. */
export interface KeyFiles {
  readonly publicKeys: readonly PublicKey[]
  readonly rotations: string
  readonly revocations: string
}

export interface CheckedPackage {
  readonly path: string
  readonly packageId: string | null
  readonly eventId: string | null
  /** `site/gateway`, whose chain the package belongs to. */
  readonly producer: string | null
  readonly sequence: number | null
  readonly manifestHash: string | null
  readonly prevManifestHash: string | null
  /** When it was made, by the box's own clock. */
  readonly producedAt: string | null
  readonly keyId: string | null
  /** Of the second signature; null when there is none. */
  readonly sm2KeyId: string | null
  readonly trust: 'pinned' | 'unpinned' | 'none'
  readonly timestamp: JudgedToken
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly ok: boolean }[]
  readonly findings: readonly Finding[]
}

const TAG_BYTES_MAX = 4 * 2 ** 20
const EVIDENCE_BYTES_MAX = 16 * 2 ** 20
const FILE_BYTES_MAX = 16 * 2 ** 30
const RENAMED_BYTES_MAX = 2 ** 30
const REQUIRED = ['bagit.txt', 'bag-info.txt', ...Object.values(PAYLOAD_MANIFESTS), PUBLIC_KEY, EVIDENCE_JSON]

const ItemRecord = z.object({
  itemId: z.string(),
  path: z.string(),
  isOriginal: z.boolean(),
  derivedFrom: z.string().optional(),
  bytes: z.int(),
  sha256: z.string(),
  sm3: z.string(),
})
const EvidenceRecord = z.object({
  packageId: z.string(),
  eventId: z.string(),
  sequence: z.int().min(1),
  prevManifestHash: z.string().nullable(),
  producedAt: z.string().exactOptional(),
  producer: z.object({ site: z.string(), gateway: z.string() }),
  items: z.array(ItemRecord),
  elsewhere: z.array(z.object({ itemId: z.string(), sha256: z.string(), sm3: z.string() })).default([]),
})
type EvidenceRecord = z.infer<typeof EvidenceRecord>

export async function checkPackage(
  bag: BagSource,
  trust: Trust,
  tools: Tools,
  onBytes: (count: number) => void = () => {},
): Promise<CheckedPackage & { keyFiles: KeyFiles }> {
  return new PackageCheck(bag, trust, tools, onBytes).run()
}

class PackageCheck {
  readonly #bag: BagSource
  readonly #trust: Trust
  readonly #tools: Tools
  readonly #onBytes: (count: number) => void
  readonly #findings: Finding[] = []
  readonly #digests = new Map<string, Digest>()
  readonly #files: ReadonlyMap<string, number>

  constructor(bag: BagSource, trust: Trust, tools: Tools, onBytes: (count: number) => void) {
    this.#bag = bag
    this.#trust = trust
    this.#tools = tools
    this.#onBytes = onBytes
    this.#files = bag.files
  }

  async run(): Promise<CheckedPackage & { keyFiles: KeyFiles }> {
    this.#findings.push(...this.#bag.findings)
    const tags = await this.#manifest(TAGMANIFEST)
    const sha256 = await this.#manifest(PAYLOAD_MANIFESTS.sha256)
    const sm3 = await this.#manifest(PAYLOAD_MANIFESTS.sm3)
    const evidence = await this.#evidence()
    const { keyId, sm2KeyId, publicKeys } = await checkSignatures({
      ...{ files: this.#files, trust: this.#trust, tools: this.#tools },
      read: (name, bytesMax) => this.#read(name, bytesMax),
      find: (code, item, detail) => this.#find(code, item, detail),
    })
    await this.#hashListed(tags, sha256, evidence)
    this.#compareSm3(sha256, sm3)
    await this.#presence(tags, sha256)
    await this.#bagInfo(evidence, keyId, sm2KeyId)
    if (evidence !== null) this.#items(evidence, sha256, sm3)
    const timestamp = await this.#timestamp()

    const trusted = isPinned(this.#trust) ? 'pinned' : 'unpinned'
    return {
      path: this.#bag.path,
      packageId: evidence?.packageId ?? null,
      eventId: evidence?.eventId ?? null,
      producer: evidence && `${evidence.producer.site}/${evidence.producer.gateway}`,
      sequence: evidence?.sequence ?? null,
      manifestHash: await this.#hashOf(PAYLOAD_MANIFESTS.sha256),
      prevManifestHash: evidence?.prevManifestHash ?? null,
      producedAt: evidence?.producedAt ?? null,
      keyId,
      sm2KeyId,
      trust: keyId === null || this.#has('KEY_WRONG', 'KEY_REVOKED') ? 'none' : trusted,
      timestamp,
      files: [...this.#files].map(([file, bytes]) => ({
        path: file,
        bytes,
        ok: !this.#findings.some(({ item }) => item === file),
      })),
      findings: this.#findings,
      keyFiles: {
        publicKeys,
        rotations: await this.#text(KEY_ROTATIONS),
        revocations: await this.#text(KEY_REVOCATIONS),
      },
    }
  }

  #find(code: FindingCode, item: string, detail = ''): void {
    this.#findings.push({ code, item, detail })
  }

  #has(...codes: FindingCode[]): boolean {
    return this.#findings.some(({ code }) => codes.includes(code))
  }

  async #text(name: string): Promise<string> {
    const bytes = await this.#read(name)
    return bytes === null ? '' : textOf(bytes)
  }

  async #read(name: string, bytesMax = TAG_BYTES_MAX): Promise<Uint8Array | null> {
    if (!this.#files.has(name)) return null
    const bytes = await this.#bag.read(name, bytesMax)
    if (bytes === null) this.#find('UNREADABLE', name, `${this.#files.get(name)} bytes`)
    return bytes
  }

  async #hashOf(name: string): Promise<string | null> {
    const bytes = this.#files.has(name) ? await this.#bag.read(name, TAG_BYTES_MAX) : null
    return bytes === null ? null : this.#tools.sha256(bytes)
  }

  async #manifest(name: string): Promise<ReadManifest> {
    const bytes = await this.#read(name)
    const manifest = readManifest(bytes === null ? '' : textOf(bytes))
    for (const { problem, text } of manifest.problems) this.#find(`MANIFEST_${problem}`, name, text)
    for (const listed of manifest.hashes.keys()) {
      const payload = listed.startsWith('data/')
      if (payload === (name === TAGMANIFEST) || SEALS.includes(listed))
        this.#find('MANIFEST_PATH', name, listed)
    }
    return manifest
  }

  /** Every listed file is hashed once; one whose size already differs from evidence.json is not read at all. */
  async #hashListed(
    tags: ReadManifest,
    sha256: ReadManifest,
    evidence: EvidenceRecord | null,
  ): Promise<void> {
    const sizes = new Map(evidence?.items.map((item) => [item.path, item.bytes]))
    for (const [path, hash] of [...tags.hashes, ...sha256.hashes]) {
      const size = this.#files.get(path)
      if (size === undefined) continue
      const told = sizes.get(path)
      if (told !== undefined && told !== size) this.#find('CHANGED', path, `${size} bytes, was ${told}`)
      else if (size > FILE_BYTES_MAX) this.#find('TOO_LARGE', path, `${size} bytes`)
      else {
        const digest = await this.#bag.digest(path, size, this.#onBytes)
        if (digest !== null) this.#digests.set(path, digest)
        if (digest === null) this.#find('UNREADABLE', path, `${size} bytes`)
        else if (digest.sha256 !== hash) this.#find('CHANGED', path, 'sha256')
      }
    }
  }

  #compareSm3(sha256: ReadManifest, sm3: ReadManifest): void {
    for (const [path, hash] of sm3.hashes) {
      if (!sha256.hashes.has(path)) this.#find('MANIFESTS_DIFFER', path, PAYLOAD_MANIFESTS.sha256)
      const digest = this.#digests.get(path)
      if (digest !== undefined && digest.sm3 !== hash && digest.sha256 === sha256.hashes.get(path)) {
        this.#find('CHANGED', path, 'sm3')
      }
    }
    for (const path of sha256.hashes.keys()) {
      if (!sm3.hashes.has(path)) this.#find('MANIFESTS_DIFFER', path, PAYLOAD_MANIFESTS.sm3)
    }
  }

  /** What is listed must be there, what is there must be listed; a missing file found under another name was renamed. */
  async #presence(tags: ReadManifest, sha256: ReadManifest): Promise<void> {
    const listed = new Map([...tags.hashes, ...sha256.hashes])
    const missing = new Map([...REQUIRED, ...listed.keys()].map((path) => [path, listed.get(path)]))
    for (const path of this.#files.keys()) missing.delete(path)

    for (const [path, size] of this.#files) {
      if (listed.has(path) || SEALS.includes(path)) continue
      const from =
        missing.size > 0 && size <= RENAMED_BYTES_MAX ? await this.#oldName(path, size, missing) : null
      if (from === null) this.#find('ADDED', path)
      else {
        this.#find('RENAMED', from, path)
        missing.delete(from)
      }
    }
    for (const path of missing.keys()) this.#find('MISSING', path)
  }

  async #oldName(
    path: string,
    size: number,
    missing: ReadonlyMap<string, string | undefined>,
  ): Promise<string | null> {
    const digest = await this.#bag.digest(path, size, this.#onBytes)
    if (digest === null) return null
    return [...missing].find(([, hash]) => hash === digest.sha256)?.[0] ?? null
  }

  async #bagInfo(
    evidence: EvidenceRecord | null,
    keyId: string | null,
    sm2KeyId: string | null,
  ): Promise<void> {
    const bagit = await this.#read('bagit.txt')
    if (bagit !== null && textOf(bagit) !== BAGIT_TXT) this.#find('BAG_INFO', 'bagit.txt', 'BagIt 1.0, UTF-8')
    const text = await this.#read('bag-info.txt')
    if (text === null) return
    const info = readBagInfo(textOf(text))
    const payload = [...this.#files].filter(([path]) => path.startsWith('data/'))
    const oxum = `${payload.reduce((sum, [, bytes]) => sum + bytes, 0)}.${payload.length}`
    const expected: [label: string, value: string | null][] = [
      ['Payload-Oxum', oxum],
      ['External-Identifier', evidence?.packageId ?? null],
      ['Bag-Group-Identifier', evidence?.eventId ?? null],
      ['Lushao-Chain-Sequence', evidence && String(evidence.sequence)],
      ['Lushao-Previous-Manifest-SHA256', evidence && (evidence.prevManifestHash ?? FIRST_OF_CHAIN)],
      ['Lushao-Manifest-SHA256', await this.#hashOf(PAYLOAD_MANIFESTS.sha256)],
      ['Lushao-Key-Id', keyId],
      ['Lushao-SM2-Key-Id', sm2KeyId],
    ]
    for (const [label, value] of expected) {
      const told = info.get(label) ?? ''
      if (value !== null && told !== value) this.#find('BAG_INFO', label, `${told} / ${value}`)
    }
  }

  async #evidence(): Promise<EvidenceRecord | null> {
    const bytes = await this.#read(EVIDENCE_JSON, EVIDENCE_BYTES_MAX)
    if (bytes === null) return null
    try {
      const evidence = EvidenceRecord.parse(JSON.parse(textOf(bytes)))
      const folder = this.#bag.name
      if (folder !== null && folder !== evidence.packageId)
        this.#find('FOLDER_NAME', folder, evidence.packageId)
      return evidence
    } catch (error) {
      const detail =
        error instanceof z.ZodError ? (error.issues[0]?.path.join('.') ?? '') : String(error).slice(0, 200)
      this.#find('EVIDENCE_INVALID', EVIDENCE_JSON, detail)
      return null
    }
  }

  #items(evidence: EvidenceRecord, sha256: ReadManifest, sm3: ReadManifest): void {
    for (const finding of originFindings(evidence)) this.#findings.push(finding)
    const byPath = new Map(evidence.items.map((item) => [item.path, item]))
    for (const path of this.#files.keys()) {
      const payload = path.startsWith('data/') && path !== EVIDENCE_JSON
      if (payload && !byPath.has(path) && sha256.hashes.has(path)) this.#find('ITEM_UNLISTED', path)
    }
    for (const item of evidence.items) {
      if (sha256.hashes.get(item.path) !== item.sha256) this.#find('ITEM_MISMATCH', item.itemId, 'sha256')
      if (sm3.hashes.get(item.path) !== item.sm3) this.#find('ITEM_MISMATCH', item.itemId, 'sm3')
    }
  }

  async #timestamp(): Promise<JudgedToken> {
    if (!this.#files.has(TIMESTAMP)) return NO_TOKEN
    const token = await this.#read(TIMESTAMP, 1 << 20)
    const stamped = await this.#bag.read(TAGMANIFEST, TAG_BYTES_MAX)
    const { authorities = [] } = this.#trust
    const none = new Uint8Array()
    // Only who has a token to read loads what reads it.
    const { judgeToken } = await import('./timestamp.ts')
    const judged = await judgeToken(token ?? none, stamped ?? none, authorities, this.#tools)
    // Who brought no certificate has not asked whose it is.
    const asked = judged.state !== 'UNTRUSTED' || authorities.length > 0
    if (asked && judged.state !== 'FITS' && judged.state !== 'ABSENT')
      this.#find(`TIMESTAMP_${judged.state}`, TIMESTAMP, judged.detail)
    return judged
  }
}

/**
 * Originals and what is derived are told apart by folder, and whatever is derived names an original of this package, or
 * one that the package says lies elsewhere.
 */
function originFindings({ items, elsewhere }: EvidenceRecord): Finding[] {
  const findings: Finding[] = []
  const away = elsewhere.map(({ itemId }) => itemId)
  const originals = new Set([...items.filter((item) => item.isOriginal).map((item) => item.itemId), ...away])
  const seen = new Set(away)
  for (const { itemId, path, isOriginal, derivedFrom } of items) {
    const find = (detail: string) => findings.push({ code: 'ORIGIN_BROKEN', item: itemId, detail })
    if (seen.has(itemId)) find('id used twice')
    seen.add(itemId)
    if (!path.startsWith(isOriginal ? 'data/original/' : 'data/derived/')) find(`wrong folder: ${path}`)
    if (isOriginal && derivedFrom !== undefined) find('an original is derived from nothing')
    if (!isOriginal && !originals.has(derivedFrom ?? ''))
      find(`derived from no original: ${derivedFrom ?? 'none'}`)
  }
  return findings
}
