/**
 * The keeper holds what cameras showed of an act, and seals it when the act is confirmed and when it is over.
 *
 *     hold(START) hold(PERSIST) hold(CONFIRM) ─▶ pending ─seal('confirm')─▶ evidence/<packageId>/ ─▶ chain
 *     hold(CLIP) hold(AFTER) ────────────────────▶ pending ─seal('closing')─▶ evidence/<packageId>/ ─▶ chain
 *     supplement() a body-cam recording, staged ──────────────────▶ evidence/<packageId>/ ─▶ chain
 *     discard() a candidate that came to nothing
 *
 * A package is built under another name, synced, then renamed: a crash leaves it whole or not at all, and the
 * originals stay pending until it is whole. Sealing an event twice with the same facts gives the same package.
 * Seals run one after another in the order of the calls, because each names the one before it [R70].
 */
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { assert } from '../kit/assert.ts'
import { type Fault, fault, isFault } from '../kit/errors.ts'
import type { Box } from '../kit/geometry.ts'
import { syncFolder } from '../kit/growing-file.ts'
import type { Log } from '../kit/log.ts'
import type { Footage } from '../streams/gop.ts'
import { DecodeAhead } from './ahead.ts'
import { type BuiltPackage, buildPackage } from './build.ts'
import { Authorisation } from './capability.ts'
import { Chain, readChain } from './chain.ts'
import { diskFault } from './disk.ts'
import type { Locker } from './locker.ts'
import { type EventFacts, type HeldKind, isMoving, type Link, type Producer, packageIdOf } from './package.ts'
import { type Held, Pending, type Told } from './pending.ts'
import { lastPicture } from './picture.ts'
import { clipFits, PlanOptions } from './plan.ts'
import { QualityOptions } from './quality/options.ts'
import type { Signer } from './seal.ts'
import { SheetOptions } from './sheet/font.ts'
import { type FilmToSeal, type StagedFilm, SupplementOptions, stageFilm } from './supplement.ts'
import { TimestampOptions } from './timestamp-options.ts'
import { type SealedPackage, type StorageOptions, Vault } from './vault.ts'

export const EvidenceOptions = z
  .strictObject({
    ...PlanOptions,
    beforeSec: z
      .number()
      .min(0)
      .max(30)
      .default(5)
      .describe('How long (s) before the act began SCENE_BEFORE is taken: the place without the act.'),
    jpegQuality: z
      .int()
      .min(60)
      .max(100)
      .default(90)
      .describe('JPEG quality of derived pictures. Below 80, blocks begin to hide small goods.'),
    closeupGrow: z
      .number()
      .min(0.2)
      .max(0.3)
      .default(0.25)
      .describe(
        "Share by which the act's box grows for the close-up, so that the surroundings stay recognisable.",
      ),
    decodeAheadMiB: z
      .int()
      .min(0)
      .max(4096)
      .default(64)
      .describe('Memory (MiB) for stills decoded before their act is confirmed; a 720p still takes 2.6.'),
    sm2: z
      .boolean()
      .default(false)
      .describe('Sign every package by SM2 with SM3 as well, beside Ed25519, by a second key of the box.'),
    timestamp: TimestampOptions.prefault({}).describe(
      'Trusted timestamps (RFC 3161), obtained whenever an authority can be reached.',
    ),
    recordings: SupplementOptions.prefault({}).describe(
      'Body-cam recordings that join the evidence of an act.',
    ),
    sheet: SheetOptions.prefault({}).describe('The printed evidence sheet.'),
    quality: QualityOptions.prefault({}).describe('How good a record must be to be more than a lead.'),
    authorisations: z
      .array(Authorisation)
      .max(200)
      .default([])
      .describe('On whose authority what is recorded may become evidence. Without a record it stays a lead.'),
  })
  .refine(clipFits, { error: 'clipBeforeSec + clipAfterSec: 15 … 60 s', path: ['clipAfterSec'] })
export type EvidenceOptions = z.infer<typeof EvidenceOptions>

export interface KeeperParts {
  readonly options: EvidenceOptions
  readonly storage: StorageOptions
  readonly producer: Producer
  readonly signer: Signer
  readonly log: Log
  readonly ffmpeg?: string
  /** Locks what is sealed; absent: it lies open. */
  readonly locker?: Locker | null
  /** Who watches the room there is, and wants to know when a write found none. */
  readonly space?: { readonly isFull: boolean; failed(): void }
}

interface PlayedSound {
  readonly wav: Buffer
  readonly startWallMs: number
  readonly endWallMs: number
  readonly transcript: string
}

interface Recovery {
  /** Half-built packages that were removed; their originals are still pending. */
  readonly halfBuilt: readonly string[]
  readonly torn: readonly { readonly eventId: string; readonly file: string }[]
  /** Events with originals that wait to be sealed or discarded. */
  readonly pendingEventIds: readonly string[]
  readonly head: Link | null
}

/** What a package is made of. */
interface Originals {
  readonly held: readonly Held[]
  readonly torn: readonly string[]
  readonly staged: StagedFilm | null
}

const NOTHING_PENDING = { held: [], torn: [] }
const BUILDING = '.building-'
/** Derived pictures and tag files of one package, beside its originals. */
const BESIDE_ORIGINALS_BYTES = 32 * 2 ** 20

export class EvidenceKeeper {
  readonly vault: Vault
  readonly #parts: KeeperParts
  readonly #pending: Pending
  readonly #chain: Chain
  readonly #ahead: DecodeAhead
  readonly #ffmpeg: string
  #recovered = false
  #chainLost = false
  #lastSeal: Promise<unknown> = Promise.resolve()

  constructor(parts: KeeperParts) {
    this.#parts = parts
    this.vault = new Vault(parts.storage, () => parts.space?.isFull ?? false, parts.locker ?? null)
    this.#pending = new Pending(this.vault.pending, this.vault.torn)
    this.#chain = new Chain(this.vault.chainFile)
    this.#ffmpeg = parts.ffmpeg ?? 'ffmpeg'
    this.#ahead = new DecodeAhead(parts.options.decodeAheadMiB * 2 ** 20, this.#ffmpeg)
  }

  get head(): Link | null {
    return this.#chain.head
  }

  /** To be called once, before anything is held: brings disk and chain to one story after whatever happened. */
  async recover(): Promise<Recovery> {
    await this.vault.prepare()
    await rm(this.vault.staged, { recursive: true, force: true })
    const halfBuilt = (await readdir(this.vault.evidence)).filter((name) => name.startsWith(BUILDING))
    for (const name of halfBuilt) await rm(join(this.vault.evidence, name), { recursive: true, force: true })
    const head = await this.#resumeChain()
    const { eventIds, torn } = await this.#pending.recover()
    for (const { eventId, file } of torn) this.#warn(fault('EVIDENCE_TORN', { eventId, file }))
    this.#recovered = true
    return { halfBuilt, torn, pendingEventIds: eventIds, head }
  }

  /** Writes the bytes as they are, now. Resolves when they are durable. */
  async hold(
    eventId: string,
    kind: HeldKind,
    footage: Footage,
    box?: Box,
    told: Pick<Told, 'covered'> = {},
  ): Promise<Held> {
    assert(this.#recovered, 'recover() comes first')
    const ready = () => this.vault.ensureRoom(footage.bytes.length)
    const held = await this.#told(this.#pending.write(eventId, kind, footage, box ?? null, ready, told))
    if (kind === 'PERSIST') await this.#decodeAhead(eventId)
    return held
  }

  /** The sound of a notice, as it was played, with its transcript: sealed with the next package of the event. */
  holdSound(eventId: string, { wav, startWallMs, endWallMs, transcript }: PlayedSound): Promise<Held> {
    assert(this.#recovered, 'recover() comes first')
    const info = { codec: 'pcm_s16le', width: 0, height: 0, init: Buffer.alloc(0), connection: 0 }
    const times = { startMs: 0, endMs: endWallMs - startWallMs, startWallMs, endWallMs }
    const sound = { bytes: wav, info, ...times, baseTicks: 0, sampleCount: 0, gapSec: 0 }
    const ready = () => this.vault.ensureRoom(wav.length)
    return this.#told(this.#pending.write(eventId, 'PERSUASION_AUDIO', sound, null, ready, { transcript }))
  }

  /**
   * A package of one recording, beside those of the cameras. It is read, hashed and cut before its turn comes: what a
   * camera seals does not wait for it. Sealing the same again gives the same package.
   */
  async supplement(facts: EventFacts, film: FilmToSeal): Promise<SealedPackage> {
    assert(facts.recording !== undefined, 'a supplement is of a recording')
    const packageId = packageIdOf(facts)
    const folder = join(this.vault.staged, packageId)
    try {
      if (await this.vault.has(packageId)) return await this.vault.read(packageId)
      const ready = (bytes: number) => this.vault.ensureRoom(bytes)
      const staged = await this.#told(stageFilm(folder, film, { ...this.#parts.options.recordings, ready }))
      return await this.seal({ ...facts, ...staged.facts }, staged)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  seal(facts: EventFacts, staged: StagedFilm | null = null): Promise<SealedPackage> {
    assert(this.#recovered, 'recover() comes first')
    const sealed = this.#told(this.#lastSeal.then(() => this.#seal(facts, staged)))
    this.#lastSeal = sealed.catch(() => {}) // The caller has the fault; the next in line is not to blame.
    return sealed
  }

  async discard(eventId: string): Promise<void> {
    await this.#lastSeal
    this.#ahead.forget(eventId)
    await this.#pending.discard(eventId)
  }

  /** Waits for what is being sealed. */
  async close(): Promise<void> {
    await this.#lastSeal
    await this.#ahead.close()
  }

  #told<T>(work: Promise<T>): Promise<T> {
    return work.catch((error: unknown) => {
      if (isFault(error, 'STORAGE_FULL')) this.#parts.space?.failed()
      throw error
    })
  }

  async #decodeAhead(eventId: string): Promise<void> {
    for (const held of await this.#pending.noted(eventId)) {
      if (!isMoving(held.kind))
        this.#ahead.begin(eventId, { ...held, file: this.#pending.file(eventId, held.file) })
    }
  }

  async #seal(facts: EventFacts, staged: StagedFilm | null): Promise<SealedPackage> {
    const packageId = packageIdOf(facts)
    if (await this.vault.has(packageId)) return this.#sealedBefore(packageId)
    const { held, torn } = staged === null ? await this.#pending.whole(facts.eventId) : NOTHING_PENDING
    for (const file of torn) this.#warn(fault('EVIDENCE_TORN', { eventId: facts.eventId, file }))
    const building = join(this.vault.evidence, `${BUILDING}${packageId}`)
    try {
      await this.vault.ensureRoom(BESIDE_ORIGINALS_BYTES)
      await mkdir(building, { recursive: true })
      const built = await this.#build(building, facts, { held, torn, staged })
      await this.#parts.locker?.lock(building, packageId)
      await this.#place(building, built)
    } catch (error) {
      await rm(building, { recursive: true, force: true })
      throw diskFault(error, building) ?? error
    }
    return this.#sealedBefore(packageId)
  }

  #build(folder: string, facts: EventFacts, { held, torn, staged }: Originals): Promise<BuiltPackage> {
    const { options, producer, signer } = this.#parts
    const pending = held.map((item) => ({ ...item, from: this.#pending.file(facts.eventId, item.file) }))
    return buildPackage({
      folder,
      facts,
      originals: [...pending, ...(staged?.originals ?? [])],
      excerpts: staged?.excerpts ?? [],
      torn,
      producer,
      previous: this.#chain.head,
      chainLost: this.#chainLost,
      signer,
      options,
      decode: async ({ from, sampleCount }) =>
        this.#ahead.take(from) ?? lastPicture(from, sampleCount, this.#ffmpeg),
      onFault: (found) => this.#warn(found),
    })
  }

  /** From here on the order of the steps is what survives a crash. */
  async #place(building: string, { link }: BuiltPackage): Promise<void> {
    await this.#chain.intend(link)
    try {
      await rename(building, join(this.vault.evidence, link.packageId))
    } catch (error) {
      await this.#chain.abandon()
      throw error
    }
    await syncFolder(this.vault.evidence)
    this.#chainLost = false // Said in this package; the next one follows it.
    await this.#chain.commit().catch((error: unknown) => {
      // The intent on disk says the same together with the folder that now stands; the next write will repair it.
      this.#warn(
        isFault(error) ? error : fault('STORAGE_FULL', { path: this.vault.chainFile, reason: String(error) }),
      )
    })
  }

  async #sealedBefore(packageId: string): Promise<SealedPackage> {
    const sealed = await this.vault.read(packageId)
    await this.#pending.forget(sealed.eventId, sealed.items)
    if (sealed.purpose === 'closing') this.#pending.close(sealed.eventId)
    return sealed
  }

  async #resumeChain(): Promise<Link | null> {
    const record = await readChain(this.vault.chainFile)
    let head = record?.head ?? null
    if (record === null) head = await this.#headFromPackages()
    else if (record.sealing !== null && (await this.vault.has(record.sealing.packageId)))
      head = record.sealing
    // Its pending originals may still lie there: the crash came between the rename and their removal.
    if (head !== null && (await this.#readable(head.packageId))) await this.#sealedBefore(head.packageId)
    await this.#chain.resume(head)
    return head
  }

  async #headFromPackages(): Promise<Link | null> {
    let head: Link | null = null
    for (const packageId of await this.vault.packageIds()) {
      const sealed = await this.#readable(packageId)
      if (sealed === null || sealed.sequence <= (head?.sequence ?? 0)) continue
      head = { sequence: sealed.sequence, packageId, manifestHash: sealed.manifestHash }
    }
    this.#chainLost = head !== null
    if (head !== null)
      this.#warn(fault('CHAIN_HEAD_LOST', { sequence: head.sequence, packageId: head.packageId }))
    return head
  }

  /** A package that somebody damaged is reported and left alone; the box goes on sealing. */
  async #readable(packageId: string): Promise<SealedPackage | null> {
    if (!(await this.vault.has(packageId))) return null
    try {
      return await this.vault.read(packageId)
    } catch (error) {
      if (!isFault(error, 'EVIDENCE_UNREADABLE')) throw error
      this.#warn(error)
      return null
    }
  }

  #warn(found: Fault): void {
    this.#parts.log.warn({ code: found.code, ...found.values }, found.message)
  }
}
