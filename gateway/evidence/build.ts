/**
 * One package, built in a folder nobody looks into yet.
 *
 *     originals linked ─┬─▶ stills decoded side by side ─▶ evidence.json ─▶ manifests ─▶ tag manifest ─▶ signature
 *                       └─ their hashes are those taken when they were written
 *
 * Everything under `data/` follows from footage, facts and the previous package alone. Key, fingerprint and signature
 * stand outside of it, so a rotated key changes no manifest hash.
 */
import { mkdir } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, extname, join } from 'node:path'
import { isoTime } from '../kit/clock.ts'
import { type Fault, fault, isFault, reasonOf } from '../kit/errors.ts'
import { syncFolder } from '../kit/growing-file.ts'
import { assess } from './assess.ts'
import {
  BAGIT_TXT,
  bagInfoText,
  EVIDENCE_JSON,
  FIRST_OF_CHAIN,
  KEY_REVOCATIONS,
  KEY_ROTATIONS,
  type ManifestLine,
  manifestText,
  PAYLOAD_MANIFESTS,
  PUBLIC_KEY,
  SIGNATURE,
  SM2_PUBLIC_KEY,
  SM2_SIGNATURE,
  TAGMANIFEST,
  TIMESTAMP,
} from './bag.ts'
import { digestOf, linkOrCopy, writeNew } from './disk.ts'
import {
  type Absence,
  type DerivedItem,
  type EventFacts,
  type EvidenceItem,
  type ExcerptItem,
  evidenceDocument,
  isMoving,
  type Link,
  type OriginalItem,
  type Producer,
} from './package.ts'
import type { Held } from './pending.ts'
import type { Picture } from './picture.ts'
import { missingOf } from './plan.ts'
import type { QualityOptions } from './quality/options.ts'
import type { Signer } from './seal.ts'
import { SM2_DISTINGUISHING_ID } from './sm2.ts'
import { type DerivedPicture, makeStill, type Still, type StillOptions } from './stills.ts'

interface PackagePlan {
  readonly folder: string
  readonly facts: EventFacts
  /** `cameraId`: of another camera than the act's. */
  readonly originals: readonly (Held & { readonly from: string; readonly cameraId?: string })[]
  readonly torn: readonly string[]
  /** Parts of what lies elsewhere. */
  readonly excerpts: readonly (ExcerptItem & { readonly from: string })[]
  readonly producer: Producer
  readonly previous: Link | null
  readonly chainLost?: boolean
  readonly signer: Signer
  readonly options: StillOptions & { readonly quality: QualityOptions }
  /** The last picture of an original. */
  readonly decode: (original: Held & { readonly from: string }) => Promise<Picture>
  readonly onFault: (found: Fault) => void
}

export interface BuiltPackage {
  readonly link: Link
}

type Original = PackagePlan['originals'][number]

export async function buildPackage(plan: PackagePlan): Promise<BuiltPackage> {
  const { folder, facts, originals } = plan
  await mkdir(join(folder, 'data'), { recursive: true })
  if (originals.length > 0) await mkdir(join(folder, 'data/original'))
  for (const held of originals) await linkOrCopy(held.from, join(folder, 'data/original', held.file))

  const stills = await makeStills(plan)
  const planned = missingOf(
    facts.assessed?.due ?? [],
    originals.map(({ kind }) => kind),
    plan.torn,
  )
  const missing: Absence[] = [
    ...plan.torn.map((item) => ({ item, code: 'EVIDENCE_TORN' as const })),
    ...planned,
  ]
  const items: EvidenceItem[] = []
  const derived: DerivedItem[] = []
  // No empty folders: many a copying program would leave them behind, and the copy would not be the package.
  if (stills.some((still) => still)) await mkdir(join(folder, 'data/derived'))
  for (const [index, held] of originals.entries()) {
    const still = stills[index]
    if (still === null) missing.push({ item: held.itemId, code: 'STILL_UNDECODABLE' })
    items.push(originalItem(held, held.cameraId ?? facts.cameraId, still))
    for (const picture of still?.pictures ?? []) derived.push(await writeDerived(plan, held, picture))
  }
  if (plan.excerpts.length > 0) await mkdir(join(folder, 'data/derived'), { recursive: true })
  for (const { from, ...excerpt } of plan.excerpts) {
    await linkOrCopy(from, join(folder, excerpt.path))
    items.push(excerpt)
  }
  const quality = assess({ ...plan, chainLost: plan.chainLost === true, stills, missing: planned })
  const all = [...items, ...derived]
  const document = evidenceDocument(facts, plan.producer, plan.previous, all, missing, quality)
  const evidenceJson = Buffer.from(`${JSON.stringify(document, null, 2)}\n`)
  await writeNew(join(folder, EVIDENCE_JSON), evidenceJson)

  const payload = [...document.items, { path: EVIDENCE_JSON, ...digestOf(evidenceJson) }]
  const manifestHash = await writeTags(plan, payload, document.packageId)
  for (const part of new Set(payload.map((file) => dirname(file.path)))) await syncFolder(join(folder, part))
  await syncFolder(folder)
  return { link: { sequence: document.sequence, packageId: document.packageId, manifestHash } }
}

/** In the order of the originals; undefined for a clip, null for a still that would not decode. */
async function makeStills(plan: PackagePlan): Promise<(Still | null | undefined)[]> {
  const stills: (Still | null | undefined)[] = plan.originals.map(() => undefined)
  const jobs = [...plan.originals.entries()].filter(([, held]) => !isMoving(held.kind))
  const worker = async () => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
      stills[job[0]] = await stillOf(plan, job[1])
    }
  }
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, worker))
  return stills
}

async function stillOf(
  { facts, options, decode, onFault }: PackagePlan,
  held: Original,
): Promise<Still | null> {
  try {
    return await makeStill(await decode(held), held.box ?? facts.box, facts.privacyMasks, options)
  } catch (error) {
    // The original is sealed all the same: a later, better decoder may still read it.
    onFault(
      isFault(error)
        ? error
        : fault('STILL_UNDECODABLE', { file: held.file, reason: reasonOf(error) }, error),
    )
    return null
  }
}

const MIMES: Readonly<Record<string, string>> = {
  '.mp4': 'video/mp4',
  '.mov': 'video/quicktime',
  '.mkv': 'video/x-matroska',
  '.webm': 'video/webm',
  '.avi': 'video/x-msvideo',
  '.ts': 'video/mp2t',
  '.wav': 'audio/wav',
}

const mimeOf = ({ file }: Held): string => MIMES[extname(file)] ?? 'application/octet-stream'

function originalItem(held: Held, cameraId: string, still: Still | null | undefined): OriginalItem {
  return {
    itemId: held.itemId,
    kind: held.kind,
    path: `data/original/${held.file}`,
    isOriginal: true,
    mime: mimeOf(held),
    bytes: held.bytes,
    sha256: held.sha256,
    sm3: held.sm3,
    cameraId,
    capturedAt: isoTime(isMoving(held.kind) ? held.startWallMs : held.endWallMs),
    startedAt: isoTime(held.startWallMs),
    endedAt: isoTime(held.endWallMs),
    width: held.width,
    height: held.height,
    codec: held.codec,
    media: {
      connection: held.connection,
      baseTicks: held.baseTicks,
      sampleCount: held.sampleCount,
      gapSec: held.gapSec,
    },
    ...(still ? { quality: still.quality } : {}),
    ...(held.covered === undefined ? {} : { coveredShare: held.covered }),
    ...(held.transcript === undefined ? {} : { transcript: held.transcript }),
  }
}

async function writeDerived(plan: PackagePlan, held: Held, picture: DerivedPicture): Promise<DerivedItem> {
  const itemId = `${held.itemId}-${picture.kind.toLowerCase()}`
  const path = `data/derived/${itemId}.jpg`
  const digest = await writeNew(join(plan.folder, path), picture.jpeg)
  return {
    itemId,
    kind: picture.kind,
    path,
    isOriginal: false,
    derivedFrom: held.itemId,
    method: picture.kind === 'WIDE' ? 'decode,mask,jpeg' : 'decode,mask,crop,jpeg',
    redactionProfile: 'EVIDENCE',
    masksApplied: plan.facts.privacyMasks.length,
    mime: 'image/jpeg',
    ...digest,
    cameraId: plan.facts.cameraId,
    capturedAt: isoTime(held.endWallMs),
    width: picture.width,
    height: picture.height,
    box: picture.box,
  }
}

/** Everything outside `data/`; returns the hash that names the package in messages and in the chain. */
async function writeTags(
  plan: PackagePlan,
  payload: readonly { path: string; bytes: number; sha256: string; sm3: string }[],
  packageId: string,
): Promise<string> {
  const manifest = (algorithm: 'sha256' | 'sm3') =>
    manifestText(payload.map((file) => ({ path: file.path, hash: file[algorithm] })))
  const sha256Manifest = manifest('sha256')
  const manifestHash = digestOf(Buffer.from(sha256Manifest)).sha256
  const tags: [name: string, text: string][] = [
    ['bagit.txt', BAGIT_TXT],
    ['bag-info.txt', bagInfo(plan, payload, packageId, manifestHash)],
    [PAYLOAD_MANIFESTS.sha256, sha256Manifest],
    [PAYLOAD_MANIFESTS.sm3, manifest('sm3')],
    [PUBLIC_KEY, plan.signer.publicKeyPem],
  ]
  const { rotations, revocations, sm2 } = plan.signer
  if (rotations !== '') tags.push([KEY_ROTATIONS, rotations])
  if (revocations !== '') tags.push([KEY_REVOCATIONS, revocations])
  if (sm2 !== null) tags.push([SM2_PUBLIC_KEY, sm2.publicKeyPem])

  const lines: ManifestLine[] = await Promise.all(
    tags.map(async ([name, text]) => {
      const { sha256 } = await writeNew(join(plan.folder, name), Buffer.from(text))
      return { path: name, hash: sha256 }
    }),
  )
  const tagmanifest = Buffer.from(manifestText(lines))
  await writeNew(join(plan.folder, TAGMANIFEST), tagmanifest)
  await writeNew(join(plan.folder, SIGNATURE), plan.signer.sign(tagmanifest))
  if (sm2 !== null) await writeNew(join(plan.folder, SM2_SIGNATURE), sm2.sign(tagmanifest))
  return manifestHash
}

function bagInfo(
  { facts, producer, previous, signer }: PackagePlan,
  payload: readonly { bytes: number }[],
  packageId: string,
  manifestHash: string,
): string {
  const bytes = payload.reduce((sum, file) => sum + file.bytes, 0)
  return bagInfoText([
    ['Source-Organization', `${producer.site}/${producer.gateway}`],
    ['External-Identifier', packageId],
    ['External-Description', '疑似违法事件证据包（线索材料，未经审核不作认定）'],
    ['Bagging-Date', isoTime(facts.producedAtWallMs).slice(0, 10)],
    ['Payload-Oxum', `${bytes}.${payload.length}`],
    ['Bag-Group-Identifier', facts.eventId],
    ['Lushao-Chain-Sequence', String((previous?.sequence ?? 0) + 1)],
    ['Lushao-Previous-Manifest-SHA256', previous?.manifestHash ?? FIRST_OF_CHAIN],
    ['Lushao-Manifest-SHA256', manifestHash],
    ['Lushao-Key-Id', signer.keyId],
    ['Lushao-Public-Key-SHA256', signer.fingerprint],
    ['Lushao-Signature', `Ed25519 over ${TAGMANIFEST}, raw, in ${SIGNATURE}`],
    ...sm2Info(signer),
    ['Lushao-Timestamp', `none when sealed; an RFC 3161 token obtained later is ${TIMESTAMP}`],
  ])
}

function sm2Info({ sm2 }: Signer): [label: string, value: string][] {
  if (sm2 === null) return []
  const how = `SM2 with SM3, id ${SM2_DISTINGUISHING_ID}, over ${TAGMANIFEST}, in ${SM2_SIGNATURE}`
  return [
    ['Lushao-SM2-Key-Id', sm2.keyId],
    ['Lushao-SM2-Signature', how],
  ]
}
