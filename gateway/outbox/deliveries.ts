/**
 * The book of deliveries: which sealed package the platform has, file by file, and which it is owed. Durable; what it
 * lacks after a crash is read from the packages on disk.
 *
 *     sealed ─▶ OWED ── every wanted file is over there ──▶ SENT ── receipt over all files ─────▶ DELIVERED
 *                 ▲                                          │  └── receipt over the wanted ones ─▶ PARTLY
 *                 └── no receipt in time, or a file is wrong ┘            (asked for more ─▶ OWED)
 *
 * An upload that ended well proves nothing: only the far end's receipt, which names the hash of the manifest, makes a
 * package delivered. Nothing leaves the book, and nobody but DELIVERED may be purged [R70, R103].
 */
import { z } from 'zod'
import type { Inventory, PackageFile } from '../evidence/inventory.ts'
import type { Clock } from '../kit/clock.ts'
import type { Database, Row } from '../kit/database.ts'
import { fault } from '../kit/errors.ts'
import { statements } from './delivery-store.ts'

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, '64 hex digits')
const Path = z.string().min(1).max(512)
const PATHS_MAX = 400

/** What the far end says of a package, by command or when it is asked. */
export const Receipt = z.strictObject({
  packageId: z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/, 'a ULID'),
  manifestHash: Sha256,
  tagmanifestHash: Sha256,
  verified: z
    .union([z.literal('all'), z.array(Path).max(PATHS_MAX)])
    .describe('Files whose hash it has checked; `all`: every one of the manifests, and the signature.'),
  wrong: z.array(Path).max(PATHS_MAX).default([]).describe('Files whose bytes are not what was announced.'),
  missing: z.array(Path).max(PATHS_MAX).default([]).describe('Files it lacks and wants.'),
})
export type Receipt = z.infer<typeof Receipt>

export type DeliveryStage = 'OWED' | 'SENT' | 'PARTLY' | 'DELIVERED'

export interface Consignment {
  readonly packageId: string
  readonly eventId: string
  readonly sealedMs: number
  readonly manifestHash: string
  readonly tagmanifestHash: string
  readonly stage: DeliveryStage
  /** What the platform has asked for besides what goes unasked. */
  readonly asked: string | null
  readonly receiptTries: number
  readonly code: string | null
  readonly deliveredMs: number | null
}

export interface ConsignedFile extends PackageFile {
  readonly isWanted: boolean
  /** Where the far end holds what has arrived. */
  readonly url: string | null
  readonly isSent: boolean
  readonly refusals: number
  /** Bytes that came in parts: [from, to) each. */
  readonly ranges: readonly Range[]
}
export type Range = readonly [from: number, to: number]

/** What is noted of a package when it is sealed. */
export type Sealed = Pick<Consignment, 'packageId' | 'eventId' | 'manifestHash' | 'tagmanifestHash'> & {
  readonly producedAt: string
}

interface DeliveryState {
  /** On its way: OWED or SENT. */
  readonly owed: number
  readonly oldestOwedSec: number
  /** Kept back until it is asked for. */
  readonly partly: number
  readonly delivered: number
  /** Of those owed, how many the far end does not accept. */
  readonly refused: number
}

export class Deliveries {
  readonly #database: Database
  readonly #clock: Clock
  readonly #sql: ReturnType<typeof statements>
  readonly #owedListeners = new Set<() => void>()
  readonly #deliveredListeners = new Set<(consignment: Consignment) => void>()

  constructor(database: Database, clock: Clock) {
    this.#database = database
    this.#clock = clock
    this.#sql = statements(database)
  }

  /** Joins the transaction that tells of the seal. Noting the same package again changes nothing. */
  note({ packageId, eventId, manifestHash, tagmanifestHash, producedAt }: Sealed): void {
    this.#sql.note.run(packageId, eventId, Date.parse(producedAt), manifestHash, tagmanifestHash)
    this.#wake()
  }

  get(packageId: string): Consignment | null {
    const row = this.#sql.get.get(packageId)
    return row ? consignmentOf(row) : null
  }

  /** The far end has all of it and has checked it. */
  isDelivered(packageId: string): boolean {
    return this.get(packageId)?.stage === 'DELIVERED'
  }

  /** What must not be purged. A package that the book does not know is owed. */
  isOwed(packageId: string): boolean {
    return !this.isDelivered(packageId)
  }

  /** What is due: by turns the newest or the oldest; what was asked for goes before both, and alone out of hours. */
  next(
    turn: 'newest' | 'oldest',
    wish: { askedOnly: boolean; except: ReadonlySet<string> },
  ): Consignment | null {
    const sql = turn === 'newest' ? this.#sql.newest : this.#sql.oldest
    const rows = sql.all(this.#clock.wallMs(), Number(wish.askedOnly), wish.except.size + 1)
    const row = rows.find((one) => !wish.except.has(String(one['packageId'])))
    return row ? consignmentOf(row) : null
  }

  /** Files and which of them are wanted now; what was sent stays sent. */
  plan(packageId: string, { files }: Inventory, isWanted: (file: PackageFile) => boolean): void {
    this.#database.transaction(() => {
      for (const [place, file] of files.entries()) {
        const { path, bytes, sha256, kind } = file
        this.#sql.addFile.run(packageId, place, path, bytes, sha256, kind, Number(isWanted(file)))
      }
    })
  }

  /** In the order in which they are sent. */
  files(packageId: string): ConsignedFile[] {
    return this.#sql.files.all(packageId).map(fileOf)
  }

  /** Where the upload of a file is; null: it has to begin anew. */
  noteUrl(packageId: string, path: string, url: string | null): void {
    this.#sql.url.run(url, packageId, path)
  }

  urlOf(packageId: string, path: string): string | null {
    const url = this.#sql.urlOf.get(packageId, path)?.['url']
    return typeof url === 'string' ? url : null
  }

  noteSent(packageId: string, path: string): void {
    this.#sql.sent.run(this.#clock.wallMs(), packageId, path)
  }

  /** The far end does not take the bytes for what they are; returns how often it has said so. */
  noteRefusal(packageId: string, path: string): number {
    this.#sql.refusal.run(packageId, path)
    return this.files(packageId).find((file) => file.path === path)?.refusals ?? 0
  }

  noteRanges(packageId: string, path: string, ranges: readonly Range[]): void {
    this.#sql.ranges.run(JSON.stringify(ranges), packageId, path)
  }

  /**
   * Every wanted file is over there: it stays SENT until the receipt, or until it is time to ask. Unless the platform
   * has asked for more, or said that a file is wrong, while the last one was on its way.
   */
  noteAllSent({ packageId, asked }: Consignment, askAgainMs: number): void {
    this.#sql.allSent.run(this.#clock.wallMs() + askAgainMs, packageId, asked)
  }

  /** Not now, and why. */
  defer(packageId: string, waitMs: number, code: string | null): void {
    this.#sql.defer.run(this.#clock.wallMs() + waitMs, code, packageId)
  }

  /** No receipt in time: the seals are sent again, so that the far end looks again; now and then everything is. */
  sendAgain(packageId: string, what: 'seals' | 'everything'): void {
    this.#database.transaction(() => {
      this.#sql.unsend.run(packageId, Number(what === 'everything'))
      this.#sql.stage.run('OWED', packageId)
    })
  }

  /** The platform wants more than what goes unasked, and wants it now. Throws EVIDENCE_UNKNOWN. */
  ask(packageId: string, what: string): Consignment {
    const known = this.#known(packageId)
    if (known.stage === 'DELIVERED') return known
    this.#sql.ask.run(what, packageId)
    this.#wake()
    return this.#known(packageId)
  }

  /** Throws EVIDENCE_UNKNOWN, or RECEIPT_MISFIT when it is about other bytes than the package's. */
  receive(receipt: Receipt): Consignment {
    const { packageId, manifestHash, tagmanifestHash, verified, wrong, missing } = receipt
    const known = this.#known(packageId)
    if (known.manifestHash !== manifestHash || known.tagmanifestHash !== tagmanifestHash) {
      throw fault('RECEIPT_MISFIT', { packageId, manifestHash: known.manifestHash })
    }
    if (known.stage === 'DELIVERED') return known
    return this.#database.transaction(() => {
      const nowMs = this.#clock.wallMs()
      const lacking = [...wrong, ...missing]
      if (verified === 'all' && lacking.length === 0) return this.#deliver(receipt, nowMs)
      for (const path of verified === 'all' ? [] : verified)
        this.#sql.verified.run(nowMs, nowMs, packageId, path)
      for (const path of wrong) this.#sql.refusal.run(packageId, path)
      for (const path of lacking) this.#sql.lacking.run(packageId, path)
      if (lacking.length > 0) {
        this.#sql.stage.run('OWED', packageId)
        this.#wake()
      } else {
        const { open, openWanted, files } = this.#sql.open.get(packageId)!
        if (Number(files) > 0 && Number(open) === 0) return this.#deliver(receipt, nowMs)
        if (Number(files) > 0 && Number(openWanted) === 0) this.#sql.stage.run('PARTLY', packageId)
      }
      return this.#known(packageId)
    })
  }

  state(): DeliveryState {
    const row = this.#sql.state.get()!
    const oldestMs = row['oldestMs']
    return {
      owed: Number(row['owed'] ?? 0),
      oldestOwedSec: oldestMs === null ? 0 : Math.max(0, (this.#clock.wallMs() - Number(oldestMs)) / 1_000),
      partly: Number(row['partly'] ?? 0),
      delivered: Number(row['delivered'] ?? 0),
      refused: Number(row['refused'] ?? 0),
    }
  }

  /** Something may be due. */
  onOwed(listener: () => void): () => void {
    this.#owedListeners.add(listener)
    return () => this.#owedListeners.delete(listener)
  }

  /** Told in the transaction that makes a package delivered: what is noted of it stands or falls with that. */
  onDelivered(listener: (consignment: Consignment) => void): () => void {
    this.#deliveredListeners.add(listener)
    return () => this.#deliveredListeners.delete(listener)
  }

  #deliver(receipt: Receipt, nowMs: number): Consignment {
    this.#sql.deliver.run(nowMs, JSON.stringify(receipt), receipt.packageId)
    const delivered = this.#known(receipt.packageId)
    for (const listener of this.#deliveredListeners) listener(delivered)
    return delivered
  }

  #known(packageId: string): Consignment {
    const known = this.get(packageId)
    if (known === null) throw fault('EVIDENCE_UNKNOWN', { packageId })
    return known
  }

  #wake(): void {
    this.#database.afterCommit(() => {
      for (const listener of this.#owedListeners) listener()
    })
  }
}

function consignmentOf(row: Row): Consignment {
  const text = (key: string) => String(row[key])
  const orNull = <T>(key: string, make: (value: unknown) => T) => (row[key] === null ? null : make(row[key]))
  return {
    packageId: text('packageId'),
    eventId: text('eventId'),
    sealedMs: Number(row['sealedMs']),
    manifestHash: text('manifestHash'),
    tagmanifestHash: text('tagmanifestHash'),
    stage: text('stage') as DeliveryStage,
    asked: orNull('asked', String),
    receiptTries: Number(row['receiptTries']),
    code: orNull('code', String),
    deliveredMs: orNull('deliveredMs', Number),
  }
}

function fileOf(row: Row): ConsignedFile {
  return {
    path: String(row['path']),
    bytes: Number(row['bytes']),
    sha256: String(row['sha256']),
    kind: String(row['kind']) as PackageFile['kind'],
    isWanted: Number(row['wanted']) === 1,
    url: row['url'] === null ? null : String(row['url']),
    isSent: row['sentMs'] !== null,
    refusals: Number(row['refusals']),
    ranges: JSON.parse(String(row['ranges'])) as Range[],
  }
}
