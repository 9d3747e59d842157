/** From what was dropped and typed to a report, or to a sentence that says why there is none. */
import { checkAll, type VerifyReport } from '../../evidence/check-all.ts'
import { readAuthorities } from '../../evidence/timestamp.ts'
import { type Dropped, type DroppedFile, isZip, TooMuch, together } from './dropped.ts'
import { findPlaces } from './places.ts'
import type { StringKey } from './strings.ts'
import { loadTools } from './tools.ts'
import type { TrustTexts } from './trust-fields.tsx'
import { NotUnderstood, readHashes, readTrust } from './trust-input.ts'
import { ofZip } from './zip.ts'

export interface Notice {
  readonly key: StringKey
  readonly values?: Readonly<Record<string, string>>
}
class Refused extends Error {
  readonly notice: Notice
  constructor(notice: Notice) {
    super(notice.key)
    this.notice = notice
  }
}

const SHOWN_EVERY_MS = 100

/** A ZIP that was dropped is opened; what is in them is told as lying in a folder of their name. */
export async function opened(dropped: Dropped): Promise<Dropped> {
  const isDroppedZip = ({ path }: DroppedFile) => isZip(path) && !path.includes('/')
  const files = dropped.files.filter((file) => !isDroppedZip(file))
  const parts: Dropped[] = [{ files, findings: dropped.findings }]
  for (const { path, blob } of dropped.files.filter(isDroppedZip)) {
    const zip = await ofZip(blob ?? new Blob(), path).catch(() => null)
    if (zip === null) throw new Refused({ key: 'badZip', values: { name: path } })
    parts.push(zip)
  }
  return together(parts)
}

export async function check(
  dropped: Dropped,
  texts: TrustTexts,
  {
    isWhole,
    onWhole,
    onProgress,
  }: {
    isWhole: boolean | null
    onWhole: (whole: boolean) => void
    onProgress: (progress: { bytes: number; of: number }) => void
  },
): Promise<VerifyReport> {
  const tools = await loadTools()
  const { pinned, fingerprints } = readTrust(texts.keys, tools)
  const revoked = new Set(readTrust(texts.revoked, tools).pinned.map(({ keyId }) => keyId))
  const anchors = asAnchors(texts.anchors)
  const found = await findPlaces(dropped, tools)
  if (found.places.length === 0) throw new Refused({ key: 'noPackage' })
  const whole = isWhole ?? found.hasChain
  onWhole(whole)
  let bytes = 0
  let shownMs = 0
  return checkAll(found.places, {
    trust: { pinned, fingerprints, revoked, authorities: asAuthorities(texts.authorities) },
    tools,
    partial: !whole,
    anchors,
    timestamped: texts.timestamped,
    ...{ heads: '', revocations: [] },
    onProgress: (count) => {
      bytes += count
      const nowMs = performance.now()
      if (nowMs - shownMs < SHOWN_EVERY_MS) return
      shownMs = nowMs
      onProgress({ bytes, of: found.bytes })
    },
  })
}

function asAuthorities(text: string) {
  if (text.trim() === '') return []
  try {
    return readAuthorities(text)
  } catch {
    throw new Refused({ key: 'badAuthority' })
  }
}

function asAnchors(text: string): string[] {
  try {
    return readHashes(text)
  } catch (error) {
    throw error instanceof NotUnderstood
      ? new Refused({ key: 'badAnchor', values: { text: error.text } })
      : error
  }
}

export function noticeOf(error: unknown): Notice {
  if (error instanceof Refused) return error.notice
  if (error instanceof NotUnderstood) return { key: 'badKey', values: { text: error.text } }
  if (error instanceof TooMuch) return { key: 'tooMany' }
  return { key: 'failed', values: { reason: String(error).slice(0, 200) } }
}
