/**
 * Everything around a sealed package, put together: who hears of it, when it is stamped and delivered, how long it is
 * kept, and what the day's head is.
 *
 *     keeper ─sealed─▶ custody SEALED      + outbox evidence/{eventId} + book of deliveries      in one transaction
 *     stamping ──────▶ custody TIMESTAMPED + outbox evidence/{eventId}      the same summary, now with its token
 *     receipt ───────▶ custody DELIVERED                                    now it may go …
 *     retention ─────▶ custody PURGED                                       … when its time is over
 *     midnight, stop ▶ heads.ndjson ───────▶ outbox evidence-head
 *
 * The keeper knows nothing of messages and the outbox nothing of packages; this file is where they meet.
 */
import { join } from 'node:path'
import { Delivering, type DeliveringConfig } from './delivering.ts'
import { Custody, type CustodyAction } from './evidence/custody.ts'
import type { PublishedHead, SignedHead } from './evidence/head-record.ts'
import { DailyHeads } from './evidence/heads.ts'
import { EvidenceKeeper, type EvidenceOptions } from './evidence/keeper.ts'
import { Locker } from './evidence/locker.ts'
import { openSigner, type Signer } from './evidence/seal.ts'
import type { SpaceWatch } from './evidence/space.ts'
import { type StampedPackage, Stamping } from './evidence/stamping.ts'
import { manifestSummary } from './evidence/summary.ts'
import type { SealedPackage, StorageOptions } from './evidence/vault.ts'
import { AccessLog } from './http/access-log.ts'
import { type Keeping, type KeepingParts, openKeeping } from './keeping.ts'
import { assert } from './kit/assert.ts'
import { type Clock, isoTime } from './kit/clock.ts'
import type { Closing } from './kit/closing.ts'
import type { Database } from './kit/database.ts'
import { isFault } from './kit/errors.ts'
import { derivedUlid } from './kit/ids.ts'
import type { Log } from './kit/log.ts'
import { MESSAGES } from './mqtt/messages.ts'
import type { Outbox } from './outbox/outbox.ts'
import { openSpace, type Retention } from './retention.ts'

interface RoomParts {
  readonly config: () => DeliveringConfig & {
    readonly storage: StorageOptions
    readonly evidence: EvidenceOptions
  }
  readonly folder: string
  readonly database: Database
  readonly outbox: Outbox
  /** Of an account or a person, for the access log. */
  readonly unitOf?: (name: string) => string
  readonly clock: Clock
  readonly log: Log
}

interface Made {
  readonly signer: Signer
  readonly space: SpaceWatch
  readonly keeper: EvidenceKeeper
  readonly pendingEventIds: readonly string[]
}

/** Whoever the platform is: it speaks with one voice. */
const PLATFORM = 'platform'

export class EvidenceRoom {
  readonly keeper: EvidenceKeeper
  readonly custody: Custody
  readonly signer: Signer
  readonly heads: DailyHeads
  /** Watches the room on the disk. */
  readonly space: SpaceWatch
  readonly accessLog: AccessLog
  readonly delivering: Delivering
  /** Events with originals that wait to be sealed or discarded. */
  readonly pendingEventIds: readonly string[]
  readonly #stamping: Stamping
  readonly #parts: RoomParts
  readonly #purgeListeners: ((packageId: string) => void)[] = []
  #keeping: Keeping | null = null

  private constructor(parts: RoomParts, { signer, space, keeper, pendingEventIds }: Made) {
    const { folder, database, clock, log, unitOf } = parts
    const { evidence, utcOffsetMinutes } = parts.config()
    const { vault } = keeper
    this.#parts = parts
    this.signer = signer
    this.keeper = keeper
    this.space = space
    this.pendingEventIds = pendingEventIds
    this.custody = new Custody(database)
    this.accessLog = new AccessLog({ database, clock, ...(unitOf ? { unitOf } : {}) })
    this.delivering = new Delivering({
      ...{ config: parts.config, database, vault, accessLog: this.accessLog, clock, log },
      onDelivered: ({ packageId, manifestHash }) =>
        this.#noteOnce(packageId, 'DELIVERED', PLATFORM, 'receipt', { hashAfter: manifestHash }),
      onFetched: (packageId, actor, reason) =>
        this.custody.noteLook({ packageId, actor, reason, at: isoTime(clock.wallMs()) }),
    })
    this.#stamping = new Stamping({
      ...{ options: evidence.timestamp, vault, log },
      onStamped: (stamped) => this.#stamped(stamped),
      told: (packageId) => this.custody.has(packageId, 'TIMESTAMPED'),
    })
    this.heads = new DailyHeads({
      ...{ file: join(folder, 'heads.ndjson'), producer: this.#producer, signer, clock, log },
      head: () => keeper.head,
      custodyHead: () => this.custody.head,
      publish: (head, signed, hash) => void parts.outbox.put(headMessage(head, signed, hash)),
      utcOffsetMinutes,
    })
  }

  static async open(parts: RoomParts, closing: Closing): Promise<EvidenceRoom> {
    const { folder, database, clock, log } = parts
    const { site, gateway, storage, evidence } = parts.config()
    const signer = await openSigner(join(folder, 'keys'), { sm2: evidence.sm2 })
    const space = closing.own(await openSpace({ config: { storage }, clock, log }, database))
    const locker = await Locker.open(storage.encryption)
    const producer = { site, gateway }
    const keeper = closing.own(
      new EvidenceKeeper({ options: evidence, storage, producer, signer, space, locker, log }),
    )
    const { pendingEventIds } = await keeper.recover()
    const room = new EvidenceRoom(parts, { signer, space, keeper, pendingEventIds })
    closing.own(room.delivering)
    closing.own({ close: () => room.#stamping.close() })
    return room
  }

  /** Retention, as soon as everybody is there who has a say in what may go. */
  async keep(parts: Omit<KeepingParts, Given>, closing: Closing): Promise<void> {
    const { folder, database, outbox, clock, log } = this.#parts
    const { desk, office } = parts
    this.#keeping = await openKeeping(
      {
        ...{ ...parts, folder, database, outbox, clock, log, evidence: this.keeper, signer: this.signer },
        ...{ space: this.space, accessLog: this.accessLog },
        undelivered: (packageId) => this.delivering.isOwed(packageId),
        isBusy: (packageId) => this.#stamping.isStamping(packageId),
        onAcked: (packageId) => this.#noteOnce(packageId, 'ACKNOWLEDGED', PLATFORM, 'ack'),
        onPurged: ({ packageId, by, reason, manifestHash }) => {
          this.#noteOnce(packageId, 'PURGED', by, reason, { hashBefore: manifestHash })
          for (const listener of this.#purgeListeners) listener(packageId)
        },
      },
      closing,
    )
    office.holds.onRecord((eventId, { action, by, reason }) => {
      if (action === 'LIFT_ASKED') return
      for (const packageId of desk.get(eventId)?.event.evidence?.packages ?? [])
        this.#note(packageId, action === 'PLACED' ? 'HELD' : 'RELEASED', by, reason)
    })
  }

  /** Whoever keeps something that was made of a package lets it go with the package. */
  onPurged(listener: (packageId: string) => void): void {
    this.#purgeListeners.push(listener)
  }

  get retention(): Retention {
    assert(this.#keeping !== null, 'keep() comes before anybody asks how long')
    return this.#keeping.retention
  }

  /** What the API shows of it. */
  get forHttp() {
    const { accessLog, custody, delivering, retention } = this
    const { clock } = this.#parts
    const evidenceVault = this.keeper.vault
    return {
      accessLog,
      custody,
      clock,
      evidenceVault,
      retention,
      grants: delivering.grants,
      delivery: delivering,
    }
  }

  /** When everybody who is told is there. */
  async start(): Promise<void> {
    this.#stamping.start()
    await this.heads.start()
    await this.delivering.start()
    this.#keeping?.start()
  }

  /** A package stands; told again after a crash it changes nothing. */
  sealed(sealed: SealedPackage): void {
    const { database, outbox } = this.#parts
    const { packageId, purpose, tagmanifestHash } = sealed
    // Told and owed in one go: a package of which only one is true would be lost to the far end, or owed in secret.
    database.transaction(() => {
      this.#noteOnce(packageId, 'SEALED', this.#actor, purpose, { hashAfter: tagmanifestHash })
      outbox.put(evidenceMessage(sealed, null))
      this.delivering.deliveries.note(sealed)
    })
    this.#stamping.nudge()
  }

  async #stamped(stamped: StampedPackage): Promise<void> {
    const { database, outbox, log } = this.#parts
    const { packageId, tokenSha256, tagmanifestHash, token } = stamped
    const sealed = await this.keeper.vault.read(packageId).catch((error: unknown) => {
      if (!isFault(error, 'EVIDENCE_UNREADABLE')) throw error
      log.warn({ code: error.code, ...error.values }, error.message)
      return null
    })
    database.transaction(() => {
      const hashes = { hashBefore: tagmanifestHash, hashAfter: tokenSha256 }
      this.#noteOnce(packageId, 'TIMESTAMPED', this.#actor, `${token.authority} ${token.time}`, hashes)
      if (sealed !== null) outbox.put(evidenceMessage(sealed, stamped))
    })
  }

  #noteOnce(
    packageId: string,
    action: CustodyAction,
    actor: string,
    reason: string,
    hashes: Hashes = {},
  ): void {
    if (!this.custody.has(packageId, action)) this.#note(packageId, action, actor, reason, hashes)
  }

  #note(packageId: string, action: CustodyAction, actor: string, reason: string, hashes: Hashes = {}): void {
    const at = isoTime(this.#parts.clock.wallMs())
    this.custody.note({ packageId, action, actor, reason, at, ...hashes })
  }

  get #producer() {
    const { site, gateway } = this.#parts.config()
    return { site, gateway }
  }

  get #actor(): string {
    return `${this.#producer.site}/${this.#producer.gateway}`
  }
}

interface Hashes {
  readonly hashBefore?: string
  readonly hashAfter?: string
}

/** What of retention is the room's own. */
type Given =
  | ('folder' | 'database' | 'outbox' | 'clock' | 'log' | 'evidence' | 'signer' | 'space' | 'accessLog')
  | ('undelivered' | 'isBusy' | 'onAcked' | 'onPurged')

/** The platform may keep what it is told here: together these summaries are the chain, outside the box. */
function evidenceMessage(sealed: SealedPackage, stamped: StampedPackage | null) {
  const more = stamped === null ? [] : ['stamped', stamped.tokenSha256]
  return {
    id: derivedUlid(Date.parse(sealed.producedAt), 'evidence-message', sealed.packageId, ...more),
    topic: `evidence/${sealed.eventId}`,
    type: MESSAGES.evidence.type,
    subject: sealed.eventId,
    time: sealed.producedAt,
    data: manifestSummary(sealed, stamped),
  }
}

function headMessage(head: PublishedHead, signed: SignedHead, hash: string) {
  return {
    id: derivedUlid(Date.parse(head.sealedAt), 'evidence-head', hash),
    topic: 'evidence-head',
    type: MESSAGES.evidenceHead.type,
    subject: head.day,
    time: head.sealedAt,
    data: { ...head, type: undefined, hash, ...signed },
  }
}
