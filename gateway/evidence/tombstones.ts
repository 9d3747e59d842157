/**
 * What is left of a package that was purged: a signed line in `evidence/purged.ndjson`, chained to the line before.
 *
 *     №7 ◀─prev─ №8 (tombstone: its manifest hash, the hash before it) ◀─prev─ №9
 *
 * A number that is missing and has no tombstone is a finding; one that has fits on both sides or is a finding too. So
 * nobody can cut a hole into the chain and call it retention without the key of the box [R70, R75].
 */
import { z } from 'zod'
import { type ChainedLine, readChained } from '../kit/chained-lines.ts'
import { bytesOf, bytesOfBase64, type Tools } from './bag-source.ts'
import type { Finding } from './findings.ts'
import { isPinned, readPublicKeys, type Trust, trustedKeys } from './public-key.ts'
import { RETENTION_CLASSES } from './retention.ts'
import type { Signer } from './seal.ts'

export const PURGED_FILE = 'purged.ndjson'

const common = {
  type: z.literal('lushao.tombstone.v1'),
  id: z.string().min(1).max(128),
  bytes: z.int().min(0),
  class: z.enum(RETENTION_CLASSES),
  cause: z.enum(['due', 'early', 'pressure']),
  reason: z.string(),
  legalBasis: z.string(),
  rule: z.string(),
  ruleVersion: z.string(),
  clockStart: z.string(),
  by: z.array(z.string()),
  at: z.string(),
  keyId: z.string(),
  publicKey: z.string(),
  rotations: z.string().optional(),
}

/** What of a package the chain still needs. */
const PackageTombstone = z.object({
  ...common,
  kind: z.literal('package'),
  eventId: z.string(),
  producer: z.string(),
  sequence: z.int().min(1),
  manifestHash: z.string(),
  prevManifestHash: z.string().nullable(),
})
const FileTombstone = z.object({
  ...common,
  kind: z.enum(['bodycam', 'audio']),
  eventIds: z.array(z.string()),
  sha256: z.string(),
})
/** Somebody placed a hold when the tombstone was written and the thing still there: it stays. */
const Kept = z.object({
  type: z.literal('lushao.tombstone.v1'),
  kind: z.literal('kept'),
  id: z.string(),
  reason: z.string(),
  at: z.string(),
  keyId: z.string(),
  publicKey: z.string(),
  rotations: z.string().optional(),
})
export const TombstoneLine = z.discriminatedUnion('kind', [PackageTombstone, FileTombstone, Kept])
export type TombstoneLine = z.infer<typeof TombstoneLine>
export type PackageTombstone = z.infer<typeof PackageTombstone>

/** The key that signs goes into the line it signs; trust comes from whoever verifies. */
export function signerFacts(signer: Signer) {
  return {
    keyId: signer.keyId,
    publicKey: signer.publicKeyPem,
    ...(signer.rotations === '' ? {} : { rotations: signer.rotations }),
  }
}

export const signatureOf = (signer: Signer) => (hash: string) =>
  signer.sign(Buffer.from(hash)).toString('base64')

/** The tombstone of a line that this very key, or one it follows or leads to, has signed; null: it is nobody's. */
export function readTombstone(line: ChainedLine, trust: Trust, tools: Tools): TombstoneLine | null {
  const parsed = TombstoneLine.safeParse(line.body)
  if (!parsed.success || typeof line.seal !== 'string') return null
  const { keyId, publicKey, rotations = '' } = parsed.data
  try {
    const [key = null] = readPublicKeys(publicKey, tools)
    if (key === null || key.keyId !== keyId || trust.revoked.has(keyId)) return null
    if (!tools.verifies(key, bytesOf(line.hash), bytesOfBase64(line.seal))) return null
    if (!isPinned(trust)) return parsed.data
    return trustedKeys(trust, key, rotations, tools).has(keyId) ? parsed.data : null
  } catch {
    return null // No base64: the caller reports the line.
  }
}

interface Tombstones {
  readonly packages: readonly PackageTombstone[]
  readonly findings: readonly Finding[]
}

/** @param text of `purged.ndjson`; null when there is none */
export function readTombstones(text: string | null, trust: Trust, tools: Tools): Tombstones {
  const read = text === null ? null : readChained(text, tools.sha256)
  const findings: Finding[] = []
  const packages = new Map<string, PackageTombstone>()
  for (const line of read?.lines ?? []) {
    const stone = readTombstone(line, trust, tools)
    if (stone === null)
      findings.push({ code: 'TOMBSTONE_BAD', item: String(line.n), detail: String(line.body['id'] ?? '') })
    else if (stone.kind === 'package') packages.set(stone.id, stone)
    else if (stone.kind === 'kept') packages.delete(stone.id)
  }
  if (read !== null && read.brokenAt !== null)
    findings.push({ code: 'PURGE_LOG_BROKEN', item: String(read.brokenAt), detail: PURGED_FILE })
  return { packages: [...packages.values()], findings }
}

interface Numbered {
  readonly sequence: number
  readonly manifestHash: string | null
  readonly prevManifestHash: string | null
}

export interface ChainHoles {
  /** First and last number of each hole that nothing explains. */
  readonly lost: readonly (readonly [from: number, to: number])[]
  /** Numbers that do not follow what stands before them, a tombstone on one side at least. */
  readonly misfits: readonly number[]
  /** How many missing packages a tombstone stands for. */
  readonly covered: number
}

/** Packages of one box, in order of their numbers, with what tombstones say of the missing ones. */
export function holesIn(packages: readonly Numbered[], tombstones: readonly Numbered[]): ChainHoles {
  const here = new Set(packages.map(({ sequence }) => sequence))
  const stones = tombstones.filter(({ sequence }) => !here.has(sequence))
  const all = [
    ...packages.map((one) => ({ one, stone: false })),
    ...stones.map((one) => ({ one, stone: true })),
  ].sort((a, b) => a.one.sequence - b.one.sequence)
  const last = packages.at(-1)?.sequence ?? 0
  const lost: [number, number][] = []
  const misfits: number[] = []
  let before: (typeof all)[number] | null = null
  for (const next of all) {
    if (next.one.sequence > last) break // Beyond the newest that is here, chain.json has the word.
    const from = (before?.one.sequence ?? 0) + 1
    if (from < next.one.sequence) lost.push([from, next.one.sequence - 1])
    else if ((before?.stone === true || next.stone) && !follows(before?.one ?? null, next.one))
      misfits.push(next.one.sequence)
    before = next
  }
  return { lost, misfits, covered: stones.filter(({ sequence }) => sequence <= last).length }
}

const follows = (before: Numbered | null, next: Numbered): boolean =>
  before !== null && before.sequence === next.sequence
    ? false // Two tombstones of one number.
    : next.prevManifestHash === (before?.manifestHash ?? null)
