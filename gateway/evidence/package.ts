/**
 * The evidence package (证据包): what is sealed about one event at one moment, and `data/evidence.json` that says so.
 *
 *     originals (camera's bytes, wrapped) ─┬─▶ items, each with sha256 and sm3
 *     derived   (decoded, masked, cropped) ─┘    derived items name the original they come from
 *
 * Nothing under `data/` depends on when or by which key the box seals: times come in as facts, keys stay in the tag
 * files. So the same footage and facts give the same `manifestHash` on every run. The box suspects (疑似) and never
 * finds; `EVIDENCE_CANDIDATE` is the furthest it may go, the rest is for two certified reviewers on the platform.
 */

import { isoTime } from '../kit/clock.ts'
import type { Box, Polygon } from '../kit/geometry.ts'
import { derivedUlid } from '../kit/ids.ts'
import type { EvidenceStatus } from '../violations/event.ts'
import type { ClockFacts, HeldKind, Link, SealPurpose } from './kinds.ts'
import type { AbsenceReason } from './plan.ts'
import type { AssessedFacts } from './quality/facts.ts'
import type { Quality } from './quality/still.ts'
import { capsBy, type QualityReport } from './quality.ts'

export { HELD_KINDS, isMoving, SEAL_PURPOSES } from './kinds.ts'
export type { ClockFacts, HeldKind, Link, SealPurpose }

export type DerivedKind = 'WIDE' | 'CLOSEUP'

/** What every item of a package is: a file, its hashes, and what was seen when. */
interface ItemFile {
  readonly itemId: string
  readonly path: string
  readonly mime: string
  readonly bytes: number
  readonly sha256: string
  readonly sm3: string
  readonly cameraId: string
  /** A still's instant; a clip's first picture. */
  readonly capturedAt: string
  readonly width: number
  readonly height: number
}

/** An item in the coding it was taken in. */
interface CodedFile extends ItemFile {
  readonly startedAt: string
  readonly endedAt: string
  readonly codec: string
}

export interface OriginalItem extends CodedFile {
  readonly kind: HeldKind
  readonly isOriginal: true
  readonly media: {
    readonly connection: number
    readonly baseTicks: number
    readonly sampleCount: number
    readonly gapSec: number
  }
  readonly quality?: Quality
  /** Share of the act's box hidden by who passed in front of it at that moment; absent: not measured. */
  readonly coveredShare?: number
  /** Of a sound, word for word. */
  readonly transcript?: string
}

export interface DerivedItem extends ItemFile {
  readonly kind: DerivedKind
  readonly isOriginal: false
  readonly derivedFrom: string
  readonly method: string
  readonly redactionProfile: 'EVIDENCE'
  readonly masksApplied: number
  readonly box: Box
}

/** Packets of a recording that is too large for a package, copied as they are; the whole lies elsewhere. */
export interface ExcerptItem extends CodedFile {
  readonly kind: 'BODYCAM'
  readonly isOriginal: false
  /** Named under `elsewhere`. */
  readonly derivedFrom: string
  readonly method: string
}

/** An original that is not in the package: what it is by its hashes, and where it lies. */
export interface Elsewhere {
  readonly itemId: string
  readonly kind: 'BODYCAM'
  readonly bytes: number
  readonly sha256: string
  readonly sm3: string
  readonly keptAt: string
}

/** The recording of a supplement, as the register and the link have it. */
export interface RecordingFacts {
  readonly recordingId: string
  readonly deviceSerial: string
  readonly personId: string | null
  readonly roleAtRecording: string
  readonly certValidAtRecording: boolean
  readonly coPresentOfficerIds: readonly string[]
  readonly startAt: string
  readonly endAt: string
  readonly deviceClockOffsetMs: number | null
  readonly evidenceCap: 'LEAD' | 'CANDIDATE'
  readonly capReasons: readonly string[]
  /** Which part of it shows the act, by whom it was linked, and why. */
  readonly link: {
    readonly from: string
    readonly to: string
    readonly fromSec: number
    readonly toSec: number
    readonly by: string
    readonly at: string
    readonly score: number
    readonly reasons: readonly { readonly code: string; readonly value?: string | number }[]
  }
}

export type EvidenceItem = OriginalItem | DerivedItem | ExcerptItem

/** What is known to be absent: a torn original, a still that would not decode, what the plan asks for and nobody has. */
export interface Absence {
  readonly item: string
  readonly code: 'EVIDENCE_TORN' | 'STILL_UNDECODABLE' | 'PLAN_ITEM_MISSING'
  readonly reason?: AbsenceReason
}

/** What the caller knows about the event when it asks for a seal. */
export interface EventFacts {
  readonly eventId: string
  readonly ruleId: string
  readonly cameraId: string
  readonly zoneId: string
  /** The act's largest extent; stills held with a box of their own are cropped to that. */
  readonly box: Box
  readonly startedAtWallMs: number
  readonly confirmedAtWallMs: number | null
  readonly endedAtWallMs: number | null
  /** What the pictures are meant to show (证明对象), in words that suspect. */
  readonly proofObject: string
  readonly evidenceStatus: Extract<EvidenceStatus, 'LEAD' | 'EVIDENCE_CANDIDATE'>
  readonly evidenceCaps: readonly string[]
  readonly clock: ClockFacts
  readonly privacyMasks: readonly Polygon[]
  /** When this package was made (制作时间): media-derived in analysis, so that two runs agree. */
  readonly producedAtWallMs: number
  readonly purpose: SealPurpose
  /** What the four properties are measured on; absent: they are not. */
  readonly assessed?: AssessedFacts
  /** Of a supplement. */
  readonly recording?: RecordingFacts
  readonly elsewhere?: readonly Elsewhere[]
}

export interface Producer {
  readonly site: string
  readonly gateway: string
}

/** The content of `data/evidence.json`. */
export type EvidenceDocument = ReturnType<typeof evidenceDocument>

export function packageIdOf(facts: EventFacts): string {
  const { producedAtWallMs, eventId, purpose, recording } = facts
  // An act may have several supplements, each of one recording.
  const about = recording === undefined ? [] : [recording.recordingId]
  return derivedUlid(producedAtWallMs, 'evidence', eventId, purpose, ...about)
}

export function evidenceDocument(
  facts: EventFacts,
  producer: Producer,
  previous: Link | null,
  items: readonly EvidenceItem[],
  missing: readonly Absence[],
  quality: QualityReport | null = null,
) {
  const at = (wallMs: number | null) => (wallMs === null ? null : isoTime(wallMs))
  const actor = `${producer.site}/${producer.gateway}`
  const caps = capsOf(facts, items, missing, quality)
  return {
    schema: 'lushao.evidence.v1' as const,
    packageId: packageIdOf(facts),
    purpose: facts.purpose,
    sequence: (previous?.sequence ?? 0) + 1,
    prevPackageId: previous?.packageId ?? null,
    prevManifestHash: previous?.manifestHash ?? null,
    eventId: facts.eventId,
    ruleId: facts.ruleId,
    cameraId: facts.cameraId,
    zoneId: facts.zoneId,
    box: facts.box,
    startedAt: isoTime(facts.startedAtWallMs),
    confirmedAt: at(facts.confirmedAtWallMs),
    endedAt: at(facts.endedAtWallMs),
    evidenceStatus: caps.length === 0 ? facts.evidenceStatus : ('LEAD' as const),
    evidenceCaps: caps,
    statement: facts.recording === undefined ? STATEMENT : RECORDING_STATEMENT,
    productionMethod: facts.recording === undefined ? METHOD : RECORDING_METHOD,
    producedAt: isoTime(facts.producedAtWallMs),
    producer: { kind: 'DEVICE' as const, site: producer.site, gateway: producer.gateway },
    proofObject: facts.proofObject.includes('疑似') ? facts.proofObject : `疑似：${facts.proofObject}`,
    clock: {
      source: facts.clock.source,
      offsetMs: facts.clock.offsetMs,
      checkedAt: at(facts.clock.checkedAtWallMs),
    },
    privacyMasks: facts.privacyMasks,
    ...(facts.assessed === undefined ? {} : recordOf(facts.assessed)),
    ...(facts.recording === undefined ? {} : { recording: facts.recording }),
    ...(facts.elsewhere === undefined ? {} : { elsewhere: facts.elsewhere }),
    ...(quality === null ? {} : { quality }),
    items,
    missing,
    custody: [{ at: isoTime(facts.producedAtWallMs), actor, action: 'SEALED', reason: facts.purpose }],
    retentionClass: 'STANDARD' as const,
  }
}

/** Where it was, by which device and on whose authority, under which configuration. */
function recordOf({ place, device, authorisationRef, configVersion, outlook }: AssessedFacts) {
  const commissionedAt = outlook === null ? null : isoTime(outlook.sinceWallMs)
  return { place: { ...place, datum: 'WGS-84' }, device, authorisationRef, configVersion, commissionedAt }
}

const STATEMENT =
  '本包为设备自动采集的疑似违法线索材料，未经法制和技术审核，不作违法认定，不得单独作为处罚依据；是否成立由执法人员审核决定。'

const METHOD =
  '原始文件为摄像机输出的编码数据，逐帧封装为分片 MP4，未重新编码、未叠加；写盘时计算 SHA-256 与 SM3。' +
  '派生图片由对应原始文件最后一帧按原分辨率解码，先遮挡隐私区，再生成全景与特写。'

const RECORDING_STATEMENT =
  '本包为与疑似违法事件关联的执法记录仪录像；关联由设备按时间、位置和人员推定或由人员认定，未经法制和技术审核，' +
  '不作违法认定，不得单独作为处罚依据；是否成立由执法人员审核决定。'

const RECORDING_METHOD =
  '执法记录仪录像按接收时的字节入包，未转码、未叠加；入包前重新计算 SHA-256 与 SM3，并与接收时所记比对一致。' +
  '原件过大时仅复制相关时段的编码数据包，未重新编码；原件的哈希与存放处列于 elsewhere。'

/** What holds the package below evidence, stated by the box: caps are only ever added. */
function capsOf(
  facts: EventFacts,
  items: readonly EvidenceItem[],
  missing: readonly Absence[],
  quality: QualityReport | null,
): readonly string[] {
  const caps = new Set([...facts.evidenceCaps, ...(quality === null ? [] : capsBy(quality))])
  if (facts.clock.offsetMs === null) caps.add('CLOCK_UNCHECKED')
  if (missing.length > 0) caps.add('FOOTAGE_INCOMPLETE')
  const isElsewhere = (facts.elsewhere ?? []).length > 0
  if (!isElsewhere && !items.some((item) => item.isOriginal)) caps.add('NO_FOOTAGE')
  return [...caps].sort()
}
