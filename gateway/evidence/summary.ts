/**
 * What the platform is told about a package: items, hashes, sizes and where to fetch them. Pictures and clips never
 * travel in a message. Whoever keeps these summaries holds the chain outside the box.
 */
import { TIMESTAMP } from './bag.ts'
import type { EvidenceItem, SealPurpose } from './package.ts'
import type { StampedPackage } from './stamping.ts'
import type { TokenState } from './token.ts'
import type { SealedPackage } from './vault.ts'

export interface ManifestSummary {
  readonly packageId: string
  readonly eventId: string
  readonly purpose: SealPurpose
  readonly sequence: number
  readonly manifestHash: string
  readonly prevManifestHash: string | null
  /** What the signature is over. */
  readonly tagmanifestHash: string
  readonly signature: SealedPackage['signature']
  readonly sm2Signature: SealedPackage['sm2Signature']
  readonly timestamp: TokenState
  readonly timestamps: readonly SummaryToken[]
  readonly evidenceStatus: string
  readonly evidenceCaps: readonly string[]
  readonly producedAt: string
  readonly bytes: number
  readonly fetch: string
  readonly items: readonly SummaryItem[]
  /** Items that did not fit; they are in the package's manifest. */
  readonly itemsOmitted: number
}

/** Beside `producedAt` and the times of the items, which are the box's, this is the time of somebody else. */
interface SummaryToken {
  readonly type: 'RFC3161'
  readonly status: TokenState
  readonly tokenTime: string | null
  readonly tsa: string | null
  readonly policy: string | null
  readonly serial: string | null
  readonly sha256: string
  readonly fetch: string
}

interface SummaryItem
  extends Pick<
    EvidenceItem,
    'itemId' | 'kind' | 'isOriginal' | 'mime' | 'bytes' | 'sha256' | 'sm3' | 'capturedAt'
  > {
  readonly derivedFrom: string | null
  readonly fetch: string
}

/** A message stays under 64 KiB; an item takes about 450 bytes, the envelope around it needs room too. */
const ITEMS_MAX = 96

/** @param stamped its token, as soon as there is one */
export function manifestSummary(
  sealed: SealedPackage,
  stamped: StampedPackage | null = null,
): ManifestSummary {
  const fetch = `/api/v1/evidence/${sealed.packageId}`
  const items = sealed.items.slice(0, ITEMS_MAX)
  return {
    packageId: sealed.packageId,
    eventId: sealed.eventId,
    purpose: sealed.purpose,
    sequence: sealed.sequence,
    manifestHash: sealed.manifestHash,
    prevManifestHash: sealed.prevManifestHash,
    tagmanifestHash: sealed.tagmanifestHash,
    signature: sealed.signature,
    sm2Signature: sealed.sm2Signature,
    timestamp: stamped?.token.state ?? 'ABSENT',
    timestamps: stamped === null ? [] : [summaryToken(stamped, fetch)],
    evidenceStatus: sealed.evidenceStatus,
    evidenceCaps: sealed.evidenceCaps,
    producedAt: sealed.producedAt,
    bytes: sealed.items.reduce((sum, item) => sum + item.bytes, 0),
    fetch,
    items: items.map((item) => ({
      itemId: item.itemId,
      kind: item.kind,
      isOriginal: item.isOriginal,
      derivedFrom: item.isOriginal ? null : item.derivedFrom,
      mime: item.mime,
      bytes: item.bytes,
      sha256: item.sha256,
      sm3: item.sm3,
      capturedAt: item.capturedAt,
      fetch: `${fetch}/${item.path}`,
    })),
    itemsOmitted: sealed.items.length - items.length,
  }
}

function summaryToken({ token, tokenSha256 }: StampedPackage, fetch: string): SummaryToken {
  const { state, time, authority, policy, serial } = token
  return {
    ...{ type: 'RFC3161', status: state, tokenTime: time, tsa: authority, policy, serial },
    ...{ sha256: tokenSha256, fetch: `${fetch}/${TIMESTAMP}` },
  }
}
