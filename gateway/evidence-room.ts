/**
 * Everything around a sealed package, put together: who hears of it, when it is stamped, what the day's head is.
 *
 *     keeper ─sealed─▶ custody SEALED      + outbox evidence/{eventId}      in one transaction
 *     stamping ──────▶ custody TIMESTAMPED + outbox evidence/{eventId}      the same summary, now with its token
 *     midnight, stop ▶ heads.ndjson ───────▶ outbox evidence-head
 *
 * The keeper knows nothing of messages and the outbox nothing of packages; this file is where they meet.
 */
import { join } from 'node:path'
import type { Config } from '../config/loader.ts'
import { Custody } from './evidence/custody.ts'
import { DailyHeads, type PublishedHead, type SignedHead } from './evidence/heads.ts'
import { EvidenceKeeper } from './evidence/keeper.ts'
import { Locker } from './evidence/locker.ts'
import { openSigner, type Signer } from './evidence/seal.ts'
import type { SpaceWatch } from './evidence/space.ts'
import { type StampedPackage, Stamping } from './evidence/stamping.ts'
import { manifestSummary } from './evidence/summary.ts'
import type { SealedPackage } from './evidence/vault.ts'
import { type Clock, isoTime } from './kit/clock.ts'
import type { Closing } from './kit/closing.ts'
import type { Database } from './kit/database.ts'
import { isFault } from './kit/errors.ts'
import { derivedUlid } from './kit/ids.ts'
import type { Log } from './kit/log.ts'
import { MESSAGES } from './mqtt/messages.ts'
import type { Outbox } from './outbox/outbox.ts'
import { openSpace } from './retention.ts'

interface RoomParts {
  readonly config: Pick<Config, 'site' | 'gateway' | 'storage' | 'evidence' | 'utcOffsetMinutes'>
  readonly folder: string
  readonly database: Database
  readonly outbox: Outbox
  readonly clock: Clock
  readonly log: Log
}

export class EvidenceRoom {
  readonly keeper: EvidenceKeeper
  readonly custody: Custody
  readonly signer: Signer
  readonly heads: DailyHeads
  /** Watches the room on the disk. */
  readonly space: SpaceWatch
  /** Events with originals that wait to be sealed or discarded. */
  readonly pendingEventIds: readonly string[]
  readonly #stamping: Stamping
  readonly #parts: RoomParts

  private constructor(
    parts: RoomParts,
    {
      signer,
      keeper,
      space,
      pendingEventIds,
    }: Pick<EvidenceRoom, 'signer' | 'keeper' | 'space' | 'pendingEventIds'>,
  ) {
    const { config, folder, database, clock, log } = parts
    this.#parts = parts
    this.signer = signer
    this.keeper = keeper
    this.space = space
    this.pendingEventIds = pendingEventIds
    this.custody = new Custody(database)
    this.#stamping = new Stamping({
      options: config.evidence.timestamp,
      vault: keeper.vault,
      onStamped: (stamped) => this.#stamped(stamped),
      told: (packageId) => this.custody.has(packageId, 'TIMESTAMPED'),
      log,
    })
    this.heads = new DailyHeads({
      ...{ file: join(folder, 'heads.ndjson'), producer: this.#producer, signer, clock, log },
      head: () => keeper.head,
      custodyHead: () => this.custody.head,
      publish: (head, signed, hash) => void parts.outbox.put(headMessage(head, signed, hash)),
      utcOffsetMinutes: config.utcOffsetMinutes,
    })
  }

  static async open(parts: RoomParts, closing: Closing): Promise<EvidenceRoom> {
    const { config, folder, log } = parts
    const signer = await openSigner(join(folder, 'keys'), { sm2: config.evidence.sm2 })
    const space = closing.own(await openSpace(parts, parts.database))
    const locker = await Locker.open(config.storage.encryption)
    const keeper = closing.own(
      new EvidenceKeeper({
        ...{ options: config.evidence, storage: config.storage, signer, space, locker, log },
        producer: { site: config.site, gateway: config.gateway },
      }),
    )
    const { pendingEventIds } = await keeper.recover()
    const room = new EvidenceRoom(parts, { signer, keeper, space, pendingEventIds })
    closing.own({ close: () => room.#stamping.close() })
    return room
  }

  /** When everybody who is told is there. */
  async start(): Promise<void> {
    this.#stamping.start()
    await this.heads.start()
  }

  /** A package stands; told again after a crash it changes nothing. */
  sealed(sealed: SealedPackage): void {
    const { database, outbox, clock } = this.#parts
    database.transaction(() => {
      this.custody.noteOnce({
        ...{ packageId: sealed.packageId, action: 'SEALED', actor: this.#actor, reason: sealed.purpose },
        ...{ at: isoTime(clock.wallMs()), hashAfter: sealed.tagmanifestHash },
      })
      outbox.put(evidenceMessage(sealed, null))
    })
    this.#stamping.nudge()
  }

  async #stamped(stamped: StampedPackage): Promise<void> {
    const { database, outbox, clock, log } = this.#parts
    const { packageId, tokenSha256, tagmanifestHash, token } = stamped
    const sealed = await this.keeper.vault.read(packageId).catch((error: unknown) => {
      if (!isFault(error, 'EVIDENCE_UNREADABLE')) throw error
      log.warn({ code: error.code, ...error.values }, error.message)
      return null
    })
    database.transaction(() => {
      this.custody.noteOnce({
        ...{ packageId, action: 'TIMESTAMPED', actor: this.#actor, at: isoTime(clock.wallMs()) },
        ...{
          reason: `${token.authority} ${token.time}`,
          hashBefore: tagmanifestHash,
          hashAfter: tokenSha256,
        },
      })
      if (sealed !== null) outbox.put(evidenceMessage(sealed, stamped))
    })
  }

  get #producer() {
    return { site: this.#parts.config.site, gateway: this.#parts.config.gateway }
  }

  get #actor(): string {
    return `${this.#producer.site}/${this.#producer.gateway}`
  }
}

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
