/**
 * What the platform is told about a package: items, hashes, sizes and where to fetch them. Pictures and clips never
 * travel in a message. Whoever keeps these summaries holds the chain outside the box.
 */
import type { EvidenceItem, SealPurpose } from './package.ts'
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
  readonly timestamp: 'ABSENT'
  readonly evidenceStatus: string
  readonly evidenceCaps: readonly string[]
  readonly producedAt: string
  readonly bytes: number
  readonly fetch: string
  readonly items: readonly SummaryItem[]
  /** Items that did not fit; they are in the package's manifest. */
  readonly itemsOmitted: number
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

export function manifestSummary(sealed: SealedPackage): ManifestSummary {
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
    timestamp: 'ABSENT',
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
