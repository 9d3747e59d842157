/**
 * A redacted copy of a sealed package, for somebody who must not see the originals. [R73] [R70]
 *
 *     <packageId>/ (only read) ─▶ original, its hash checked ─▶ redactor ─▶ <out>/clip, stills
 *                                        └─ changed, torn, undecodable: left out, with the reason
 *     <out>/export.json           what each file is made of and how, what is not hidden, what is left out
 *     <out>/manifest-sha256.txt   for `sha256sum -c`
 *
 * It is no package and proves nothing by itself: it names the seal of the package that does. It lies outside the bag,
 * may be deleted at any time and made again. An item that cannot be redacted is missing; there is no other fall-back.
 */
import { copyFile, mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { DetectorPool } from '../../detections/detector.ts'
import { isoTime } from '../../kit/clock.ts'
import { type Fault, fault, isFault, reasonOf } from '../../kit/errors.ts'
import type { Box } from '../../kit/geometry.ts'
import { EVIDENCE_JSON, manifestText, PAYLOAD_MANIFESTS } from '../bag.ts'
import type { Digest } from '../bag-source.ts'
import { digestFile, digestOf, writeNew } from '../disk.ts'
import type { EvidenceDocument, OriginalItem } from '../package.ts'
import { writeClip } from './clip.ts'
import { type FootageJob, openRedaction, type Redactable } from './footage.ts'
import { HIDES, NOT_COVERED, type Profile, type RedactionOptions } from './profiles.ts'
import { cutOf, lastPainted } from './still.ts'

export interface ExportWish {
  readonly profile: Profile
  /** Hide persons whole, not only their heads. */
  readonly wholePersons: boolean
  /** Sounds of notices go along although the profile leaves them out. */
  readonly sound: boolean
}

export interface ExportJob extends ExportWish {
  /** The sealed package. */
  readonly from: string
  /** A folder that does not exist yet. */
  readonly to: string
  readonly purpose: string | null
  readonly detector: DetectorPool | null
  readonly options: Pick<RedactionOptions, 'looksPerSec'>
  readonly wallMs: number
  readonly onFault: (found: Fault) => void
  readonly onProgress: (doneSec: number, totalSec: number) => void
  readonly signal?: AbortSignal
}

export interface ExportedItem extends Digest {
  readonly path: string
  readonly kind: string
  readonly derivedFrom: string
  readonly originalSha256: string
  readonly method: string
  readonly redactionProfile: Profile
  readonly mime: string
  readonly startedAt: string
  readonly endedAt: string
  /** Seconds without pictures in the original; the copy stands still there. */
  readonly gapSec: number
  readonly width: number
  readonly height: number
  readonly redaction: Redaction | null
}

interface Redaction {
  readonly masks: number
  readonly detector: { readonly name: string; readonly sha256: string; readonly looks: number } | null
  /** Everything that is not hidden is shown in large cells. */
  readonly coarse: boolean
  readonly wholePersons: boolean
  readonly pictures: number
  readonly hiddenShare: number
}

export type LeftOutCode =
  | EvidenceDocument['missing'][number]['code']
  | 'EXPORT_UNDECODABLE'
  | 'EXPORT_ORIGINAL_CHANGED'
  | 'SOUND_NOT_ASKED'
  | 'NOT_REDACTABLE'

export type ExportDocument = Awaited<ReturnType<typeof exportPackage>>

/** @throws Fault EVIDENCE_UNREADABLE, EXPORT_TARGET_EXISTS */
export async function exportPackage(job: ExportJob) {
  if (await stat(job.to).catch(() => null)) throw fault('EXPORT_TARGET_EXISTS', { path: job.to })
  const { document, manifestHash } = await readPackage(job.from)
  const building = join(dirname(job.to), `.building-${basename(job.to)}`)
  await rm(building, { recursive: true, force: true })
  await mkdir(building, { recursive: true })
  try {
    const exporter = new Exporter(job, document, building)
    await exporter.exportAll()
    const told = toldOf(job, document, manifestHash, exporter)
    const json = Buffer.from(`${JSON.stringify(told, null, 2)}\n`)
    const digest = await writeNew(join(building, 'export.json'), json)
    const lines = [...told.items, { path: 'export.json', ...digest }]
    const manifest = manifestText(lines.map(({ path, sha256 }) => ({ path, hash: sha256 })))
    await writeNew(join(building, 'manifest-sha256.txt'), Buffer.from(manifest))
    await rename(building, job.to)
    return told
  } catch (error) {
    await rm(building, { recursive: true, force: true })
    throw error
  }
}

async function readPackage(folder: string): Promise<{ document: EvidenceDocument; manifestHash: string }> {
  try {
    const document = JSON.parse(await readFile(join(folder, EVIDENCE_JSON), 'utf8')) as EvidenceDocument
    if (document.schema !== 'lushao.evidence.v1') throw new Error(`${EVIDENCE_JSON} is of another kind`)
    const manifest = await readFile(join(folder, PAYLOAD_MANIFESTS.sha256))
    return { document, manifestHash: digestOf(manifest).sha256 }
  } catch (error) {
    throw fault('EVIDENCE_UNREADABLE', { packageId: basename(folder), reason: reasonOf(error) }, error)
  }
}

function toldOf(job: ExportJob, document: EvidenceDocument, manifestHash: string, exporter: Exporter) {
  const { profile } = job
  return {
    schema: 'lushao.export.v1' as const,
    profile,
    packageId: document.packageId,
    /** sha256 of the package's `manifest-sha256.txt`: which originals these copies are made of. */
    manifestHash,
    eventId: document.eventId,
    ruleId: document.ruleId,
    // Where it was is for those who handle the case.
    ...(profile === 'PUBLIC' ? {} : { cameraId: document.cameraId, zoneId: document.zoneId }),
    startedAt: document.startedAt,
    endedAt: document.endedAt,
    statement: document.statement,
    exportedAt: isoTime(job.wallMs),
    ...(job.purpose === null ? {} : { purpose: job.purpose }),
    hides: HIDES[profile],
    notCovered: NOT_COVERED[profile],
    items: exporter.items,
    leftOut: exporter.leftOut,
  }
}

class Exporter {
  readonly items: ExportedItem[] = []
  readonly leftOut: { readonly item: string; readonly code: LeftOutCode; readonly reason: string }[]
  readonly #job: ExportJob
  readonly #document: EvidenceDocument
  readonly #folder: string
  readonly #totalSec: number
  #doneSec = 0
  #toldNoDetector = false

  constructor(job: ExportJob, document: EvidenceDocument, folder: string) {
    this.#job = job
    this.#document = document
    this.#folder = folder
    this.#totalSec = originalsOf(document).reduce((sum, item) => sum + 2 * secondsOf(item), 0)
    this.leftOut = document.missing.map(({ item, code }) => ({
      item,
      code,
      reason: 'missing in the package',
    }))
  }

  async exportAll(): Promise<void> {
    for (const item of originalsOf(this.#document)) {
      try {
        await this.#export(item)
      } catch (error) {
        this.#job.signal?.throwIfAborted()
        if (!isFault(error)) throw error
        if (error.code !== 'EXPORT_UNDECODABLE' && error.code !== 'EXPORT_ORIGINAL_CHANGED') throw error
        this.#job.onFault(error)
        this.leftOut.push({
          item: item.itemId,
          code: error.code,
          reason: String(error.values['reason'] ?? ''),
        })
      }
      this.#doneSec += 2 * secondsOf(item)
    }
  }

  async #export(item: OriginalItem): Promise<void> {
    const file = await this.#checked(item)
    if (item.mime.startsWith('audio/')) return this.#exportSound(item, file)
    // A recording is of other people's making: none of the ways of redaction has been tried on it.
    if (item.mime !== 'video/mp4' || item.kind === 'BODYCAM') {
      this.leftOut.push({ item: item.itemId, code: 'NOT_REDACTABLE', reason: item.mime })
      return
    }
    const redacted = await openRedaction(this.#footageJob(item, file))
    this.#tellNoDetector(redacted)
    if (item.kind === 'CLIP') await this.#exportClip(item, redacted)
    else await this.#exportStill(item, redacted)
  }

  /** What is shown is what was sealed: the hash is taken again, and no link is followed. */
  async #checked(item: OriginalItem): Promise<string> {
    const file = join(this.#job.from, item.path)
    const changed = (reason: string) => fault('EXPORT_ORIGINAL_CHANGED', { file: item.path, reason })
    if (!/^data\/original\/[\w-][\w.-]*$/.test(item.path)) throw changed('a path of another kind')
    const digest = await digestFile(file, item.bytes + 1).catch((error: unknown) => {
      throw changed(reasonOf(error))
    })
    if (digest.sha256 !== item.sha256) throw changed('its hash is another')
    return file
  }

  #footageJob(item: OriginalItem, file: string): FootageJob {
    const { profile, wholePersons, detector, options, signal, onProgress } = this.#job
    const { privacyMasks } = this.#document
    return {
      ...{ file, profile, wholePersons, detector, masks: privacyMasks },
      still: item.kind !== 'CLIP',
      seconds: secondsOf(item),
      samples: item.media.sampleCount,
      looksPerSec: options.looksPerSec,
      onProgress: (doneSec) => onProgress(this.#doneSec + doneSec, this.#totalSec),
      ...(signal === undefined ? {} : { signal }),
    }
  }

  #tellNoDetector({ looks }: Redactable): void {
    const { profile, detector, onFault } = this.#job
    if (looks > 0 || !HIDES[profile].coarseWithoutDetector || this.#toldNoDetector) return
    this.#toldNoDetector = true
    const reason = detector === null ? 'none is loaded' : 'it gave no answer'
    onFault(fault('EXPORT_NO_DETECTOR', { packageId: this.#document.packageId, reason }))
  }

  async #exportClip(item: OriginalItem, redacted: Redactable): Promise<void> {
    const path = `${item.itemId}.mp4`
    await writeClip(redacted, join(this.#folder, path))
    const { size } = await stat(join(this.#folder, path))
    const digest = await digestFile(join(this.#folder, path), size)
    const { width, height } = redacted
    this.#add(item, { path, kind: 'CLIP', mime: 'video/mp4', width, height, ...digest }, redacted)
  }

  async #exportStill(item: OriginalItem, redacted: Redactable): Promise<void> {
    const picture = await lastPainted(redacted)
    const closeup = this.#document.items.find(
      (other) => !other.isOriginal && other.derivedFrom === item.itemId && other.kind === 'CLOSEUP',
    )
    const cuts: [kind: string, box: Box][] = [['WIDE', [0, 0, 1, 1]]]
    if (closeup?.kind === 'CLOSEUP') cuts.push(['CLOSEUP', closeup.box])
    for (const [kind, box] of cuts) {
      const { jpeg, width, height } = await cutOf(picture, box)
      const path = `${item.itemId}-${kind.toLowerCase()}.jpg`
      const digest = await writeNew(join(this.#folder, path), jpeg)
      this.#add(
        item,
        { path, kind: `${item.kind}/${kind}`, mime: 'image/jpeg', width, height, ...digest },
        redacted,
      )
    }
  }

  async #exportSound(item: OriginalItem, file: string): Promise<void> {
    if (!HIDES[this.#job.profile].sound && !this.#job.sound) {
      this.leftOut.push({
        item: item.itemId,
        code: 'SOUND_NOT_ASKED',
        reason: 'this profile leaves sounds out',
      })
      return
    }
    const path = basename(item.path)
    await copyFile(file, join(this.#folder, path))
    const { bytes, sha256, sm3 } = item
    this.#add(item, { path, kind: item.kind, mime: item.mime, width: 0, height: 0, bytes, sha256, sm3 }, null)
  }

  #add(
    item: OriginalItem,
    made: Pick<ExportedItem, 'path' | 'kind' | 'mime' | 'width' | 'height'> & Digest,
    redacted: Redactable | null,
  ): void {
    const { profile } = this.#job
    const method = redacted === null ? 'copy' : item.kind === 'CLIP' ? 'decode,hide,h264' : 'decode,hide,jpeg'
    this.items.push({
      ...made,
      derivedFrom: item.itemId,
      originalSha256: item.sha256,
      method,
      redactionProfile: profile,
      startedAt: item.startedAt,
      endedAt: item.endedAt,
      gapSec: item.media.gapSec,
      redaction: redacted === null ? null : this.#redactionOf(item, redacted),
    })
  }

  #redactionOf(item: OriginalItem, redacted: Redactable): Redaction {
    const { detector, wholePersons } = this.#job
    const { looks, coarse, pictures } = redacted
    const manifest = looks > 0 ? detector?.manifest : undefined
    return {
      masks: this.#document.privacyMasks.length,
      detector: manifest === undefined ? null : { name: manifest.name, sha256: manifest.sha256, looks },
      ...{ coarse, wholePersons, pictures: item.kind === 'CLIP' ? pictures : 1 },
      hiddenShare: Number(redacted.hiddenShare().toFixed(4)),
    }
  }
}

function originalsOf({ items }: EvidenceDocument): OriginalItem[] {
  return items.filter((item): item is OriginalItem => item.isOriginal)
}

const secondsOf = ({ startedAt, endedAt }: OriginalItem): number =>
  Math.max(0, (Date.parse(endedAt) - Date.parse(startedAt)) / 1000)
