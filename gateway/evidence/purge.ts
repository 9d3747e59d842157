/**
 * Removes what is past its time, and leaves proof of it.
 *
 *     decide ─▶ tombstone (signed, chained, synced) ─▶ rename .purging-<id> ─▶ sync ─▶ remove
 *                    │ killed here: whole package + tombstone     │ killed here: rest
 *                    └──────────── recover() finishes it, unless a hold was placed ───────┘
 *
 * Which things may go is `decide`'s answer alone (`retention.ts`); this file only asks it, in order, oldest first. A
 * package is never touched before its tombstone is durable. The newest package stays: the next one will name it.
 */
import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ChainedLine } from '../kit/chained-lines.ts'
import { ChainedLog, readChainedFile } from '../kit/chained-log.ts'
import { type Clock, isoTime } from '../kit/clock.ts'
import { fault, isFault } from '../kit/errors.ts'
import { syncFolder } from '../kit/growing-file.ts'
import type { Log } from '../kit/log.ts'
import { isPackageId } from './bag.ts'
import { diskFault } from './disk.ts'
import { nodeTools } from './folder-source.ts'
import type { Link } from './package.ts'
import { readPublicKeys, type Trust } from './public-key.ts'
import { added, type PurgeRound, Tally } from './purge-round.ts'
import {
  CLASS_FACTS,
  classOf,
  decide,
  type EventLife,
  type PurgeCause,
  type PurgeRefusal,
  type PurgeSubject,
  type RetentionClass,
  type RetentionOptions,
} from './retention.ts'
import type { Signer } from './seal.ts'
import { PURGED_FILE, readTombstone, signatureOf, signerFacts, type TombstoneLine } from './tombstones.ts'
import type { SealedPackage, Vault } from './vault.ts'

const PURGING = '.purging-'

/** A file outside the vault that ages too: a body-cam recording, the sound of a notice. */
export interface AgingFile {
  readonly id: string
  readonly sha256: string
  readonly bytes: number
  readonly eventIds: readonly string[]
  readonly class: RetentionClass
  readonly subject: PurgeSubject
}

/** Whoever keeps such files. */
export interface AgingFiles {
  readonly kind: 'bodycam' | 'audio'
  /** Oldest first. */
  ids(): readonly string[]
  /** As it stands now; null: not there any more. */
  find(id: string): AgingFile | null
  remove(id: string): Promise<void>
}

export interface PurgeParts {
  readonly vault: Vault
  readonly signer: Signer
  readonly producer: { readonly site: string; readonly gateway: string }
  readonly options: () => RetentionOptions
  /** Of the configuration, so that a tombstone says by which rule. */
  readonly ruleVersion: () => string
  readonly head: () => Link | null
  /** Null: the box knows of no such act, and keeps its evidence. */
  readonly lifeOf: (eventId: string) => EventLife | null
  /** The platform has not said that it has it, or it was not delivered yet. */
  readonly isOwed: (packageId: string, eventId: string) => boolean
  /** Told at every look, so that a change of class is noted. */
  readonly onClass?: (eventId: string, name: RetentionClass) => void
  /** Its tombstone stands, and it goes now. */
  readonly onPurged?: ((purged: Purged) => void) | undefined
  readonly files?: readonly AgingFiles[]
  readonly clock: Clock
  readonly log: Log
}

export interface Purged {
  readonly packageId: string
  readonly manifestHash: string
  readonly by: string
  readonly reason: string
}

interface Deed {
  readonly cause: PurgeCause
  readonly by: readonly string[]
  readonly reason: string
}

/** So many packages are looked at in one go for room; the next go looks further. */
const RELIEF_LOOKED_MAX = 500

const DUE: Deed = { cause: 'due', by: ['box'], reason: 'past its maximum' }
const PRESSURE: Deed = { cause: 'pressure', by: ['box'], reason: 'the disk was low; past its minimum' }

export class Purger {
  readonly #parts: PurgeParts
  readonly #tombstones: ChainedLog
  #cursor = ''
  #reliefCursor = ''
  /** Files still to be looked at in this turn through all of them. */
  #files: { readonly keeper: AgingFiles; readonly id: string }[] = []
  #last: Promise<unknown> = Promise.resolve()

  private constructor(parts: PurgeParts, tombstones: ChainedLog) {
    this.#parts = parts
    this.#tombstones = tombstones
  }

  /** Finishes what a crash interrupted. To be called after the keeper's own `recover`. */
  static async open(parts: PurgeParts): Promise<Purger> {
    const file = join(parts.vault.evidence, PURGED_FILE)
    const purger = new Purger(parts, await ChainedLog.open(file))
    const { brokenAt } = purger.#tombstones
    if (brokenAt !== null) purger.#warn(fault('PURGE_LOG_BROKEN', { file, line: brokenAt }))
    else await purger.#recover()
    return purger
  }

  /** A purge log that was meddled with proves nothing: nothing is removed on top of it. */
  get isBroken(): boolean {
    return this.#tombstones.brokenAt !== null
  }

  /** What is past its maximum, a bounded number at a time. */
  round(): Promise<PurgeRound> {
    return this.#inTurn(async () => {
      const { roundMax } = this.#parts.options()
      const ids = await this.#nextIds(this.#cursor, roundMax)
      this.#cursor = ids.at(-1) ?? ''
      const packages = await this.#packages(ids, DUE, Number.POSITIVE_INFINITY)
      return added(packages, await this.#agingFiles(roundMax, DUE, Number.POSITIVE_INFINITY))
    })
  }

  /** The disk is low: what is past its minimum, oldest first, until so many bytes are free. Never anything else. */
  relieve(bytes: number): Promise<PurgeRound> {
    return this.#inTurn(async () => {
      const ids = await this.#nextIds(this.#reliefCursor, RELIEF_LOOKED_MAX)
      this.#reliefCursor = ids.at(-1) ?? ''
      const round = await this.#packages(ids, PRESSURE, bytes)
      if (round.bytes >= bytes) return round
      return added(round, await this.#agingFiles(RELIEF_LOOKED_MAX, PRESSURE, bytes - round.bytes))
    })
  }

  /** Why an act's evidence may not go before its time; null: two people may let it go. */
  refusalOf(
    eventId: string,
    packageIds: readonly string[],
  ): { refusal: PurgeRefusal; fromMs: number | null } | null {
    const nowMs = this.#parts.clock.wallMs()
    for (const packageId of packageIds) {
      const { subject, name } = this.#subject(packageId, eventId)
      const decision = decide(subject, this.#parts.options()[name], nowMs, 'early')
      if (!decision.goes) return decision
    }
    return null
  }

  /** Two people want the evidence of an act gone. What may not go stays, and is counted. */
  early(packageIds: readonly string[], by: readonly [string, string], reason: string): Promise<PurgeRound> {
    return this.#inTurn(async () => {
      const here: string[] = []
      for (const id of packageIds) if (await this.#parts.vault.has(id)) here.push(id)
      return this.#packages(here, { cause: 'early', by, reason }, Number.POSITIVE_INFINITY)
    })
  }

  /** Newest first. */
  async tombstones(limit: number): Promise<readonly TombstoneLine[]> {
    const read = await readChainedFile(this.#tombstones.file)
    // Whoever is asked for them here has the box's word for it; `verify` asks for keys.
    const trust = { pinned: [], fingerprints: new Set<string>(), revoked: new Set<string>() }
    return (read?.lines ?? [])
      .slice(-limit)
      .reverse()
      .flatMap((line) => readTombstone(line, trust, nodeTools) ?? [])
  }

  async close(): Promise<void> {
    await this.#last
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => {}) // The caller has the fault; the next round is not to blame.
    return done
  }

  /** From where the last look ended, and from the oldest again after the newest. */
  async #nextIds(cursor: string, limit: number): Promise<readonly string[]> {
    const all = await this.#parts.vault.packageIds()
    const after = all.filter((id) => id > cursor)
    return (after.length > 0 ? after : all).slice(0, limit)
  }

  async #packages(ids: readonly string[], deed: Deed, bytesWanted: number): Promise<PurgeRound> {
    const tally = new Tally()
    for (const id of ids) {
      if (this.isBroken || tally.bytes >= bytesWanted) break
      const sealed = await this.#read(id)
      if (sealed === null) continue
      const { subject, name, life } = this.#subject(id, sealed.eventId)
      if (life !== null) this.#parts.onClass?.(sealed.eventId, name)
      const decision = decide(subject, this.#parts.options()[name], this.#parts.clock.wallMs(), deed.cause)
      if (!decision.goes) tally.stays(decision.refusal)
      else if (await this.#removePackage(sealed, name, subject, deed)) tally.goes(bytesOf(sealed))
      else tally.stays('EVIDENCE_HELD')
    }
    return tally
  }

  async #agingFiles(limit: number, deed: Deed, bytesWanted: number): Promise<PurgeRound> {
    const tally = new Tally()
    if (this.#files.length === 0)
      this.#files = (this.#parts.files ?? []).flatMap((keeper) => keeper.ids().map((id) => ({ keeper, id })))
    for (const { keeper, id } of this.#files.splice(0, limit)) {
      if (this.isBroken || tally.bytes >= bytesWanted) break
      const file = keeper.find(id)
      if (file === null) continue
      const span = this.#parts.options()[file.class]
      const decision = decide(file.subject, span, this.#parts.clock.wallMs(), deed.cause)
      if (!decision.goes) tally.stays(decision.refusal)
      else if (await this.#removeFile(keeper, file, deed)) tally.goes(file.bytes)
      else tally.stays('EVIDENCE_HELD')
    }
    return tally
  }

  #subject(
    packageId: string,
    eventId: string,
  ): { subject: PurgeSubject; name: RetentionClass; life: EventLife | null } {
    const life = this.#parts.lifeOf(eventId)
    const subject = {
      held: life?.held ?? false,
      clockStartMs: life?.closedAtMs ?? null,
      caseOpen: life?.caseOpen ?? false,
      owed: this.#parts.isOwed(packageId, eventId),
      newest: this.#parts.head()?.packageId === packageId,
    }
    return { subject, name: life === null ? 'standard' : classOf(life), life }
  }

  /** False: a hold came in between, and it stays. */
  async #removePackage(
    sealed: SealedPackage,
    name: RetentionClass,
    { clockStartMs }: PurgeSubject,
    deed: Deed,
  ): Promise<boolean> {
    const { packageId, eventId, sequence, manifestHash, prevManifestHash } = sealed
    const { site, gateway } = this.#parts.producer
    await this.#append({
      ...this.#facts(packageId, name, clockStartMs, bytesOf(sealed), deed),
      ...{
        kind: 'package',
        eventId,
        producer: `${site}/${gateway}`,
        sequence,
        manifestHash,
        prevManifestHash,
      },
    })
    if (this.#parts.lifeOf(eventId)?.held !== false) return this.#keep(packageId)
    await this.#takeAway({ packageId, manifestHash, ...told(deed) })
    this.#parts.log.info({ packageId, eventId, class: name, cause: deed.cause }, 'evidence purged')
    return true
  }

  async #removeFile(keeper: AgingFiles, file: AgingFile, deed: Deed): Promise<boolean> {
    const { id, sha256, bytes, eventIds, subject } = file
    const facts = this.#facts(id, file.class, subject.clockStartMs, bytes, deed)
    await this.#append({ ...facts, kind: keeper.kind, eventIds, sha256 })
    if (keeper.find(id)?.subject.held !== false) return this.#keep(id)
    await keeper.remove(id)
    this.#parts.log.info({ id, kind: keeper.kind, class: file.class, cause: deed.cause }, 'recording purged')
    return true
  }

  #facts(id: string, name: RetentionClass, clockStartMs: number | null, bytes: number, deed: Deed) {
    const { minDays, maxDays } = this.#parts.options()[name]
    return {
      ...{ type: 'lushao.tombstone.v1', id, bytes, class: name, ...deed },
      legalBasis: CLASS_FACTS[name].basis,
      rule: `${name} ${minDays}–${maxDays ?? '∞'} d`,
      ruleVersion: this.#parts.ruleVersion(),
      clockStart: clockStartMs === null ? '' : isoTime(clockStartMs),
      at: isoTime(this.#parts.clock.wallMs()),
      ...signerFacts(this.#parts.signer),
    }
  }

  async #append(line: Readonly<Record<string, unknown>>): Promise<void> {
    try {
      await this.#tombstones.append(line, signatureOf(this.#parts.signer))
    } catch (error) {
      throw diskFault(error, this.#tombstones.file) ?? error
    }
  }

  async #keep(id: string): Promise<false> {
    const { clock, signer } = this.#parts
    const facts = { at: isoTime(clock.wallMs()), ...signerFacts(signer) }
    await this.#append({ type: 'lushao.tombstone.v1', kind: 'kept', id, reason: 'held', ...facts })
    return false
  }

  async #takeAway(purged: Purged): Promise<void> {
    const { evidence } = this.#parts.vault
    const { packageId } = purged
    this.#parts.onPurged?.(purged)
    const away = join(evidence, `${PURGING}${packageId}`)
    await rename(join(evidence, packageId), away)
    await syncFolder(evidence)
    await rm(away, { recursive: true, force: true })
  }

  async #read(packageId: string): Promise<SealedPackage | null> {
    try {
      return await this.#parts.vault.read(packageId)
    } catch (error) {
      // Somebody damaged it, or its key is not here: it stays.
      if (!isFault(error)) throw error
      return null
    }
  }

  /** The box's own key and no other. */
  #trust(): Trust {
    const pinned = readPublicKeys(this.#parts.signer.publicKeyPem, nodeTools).filter((key) => key !== null)
    return { pinned, fingerprints: new Set(), revoked: new Set() }
  }

  async #recover(): Promise<void> {
    await this.#finishLast(this.#tombstones.tail)
    const { evidence } = this.#parts.vault
    const left = (await readdir(evidence)).filter((name) => name.startsWith(PURGING))
    if (left.length === 0) return
    const lines = (await readChainedFile(this.#tombstones.file))?.lines ?? []
    const told = new Set(lines.map(({ body }) => body['id']))
    for (const name of left) {
      const id = name.slice(PURGING.length)
      // Without a tombstone it was never let go: whoever gave it this name, it gets its own back.
      if (told.has(id)) await rm(join(evidence, name), { recursive: true, force: true })
      else if (isPackageId(id)) await rename(join(evidence, name), join(evidence, id))
    }
  }

  /** Only the newest line can be unfinished; an older thing that stands there again was brought back by somebody. */
  async #finishLast(tail: ChainedLine | null): Promise<void> {
    const stone = tail === null ? null : readTombstone(tail, this.#trust(), nodeTools)
    if (stone === null || stone.kind === 'kept') return
    if (stone.kind === 'package') {
      const sealed = (await this.#parts.vault.has(stone.id)) ? await this.#read(stone.id) : null
      if (sealed === null || sealed.manifestHash !== stone.manifestHash) return
      if (this.#parts.lifeOf(stone.eventId)?.held !== false) await this.#keep(stone.id)
      else await this.#takeAway({ packageId: stone.id, manifestHash: stone.manifestHash, ...told(stone) })
      return
    }
    const keeper = this.#parts.files?.find(({ kind }) => kind === stone.kind)
    const file = keeper?.find(stone.id)
    if (keeper === undefined || file === null || file === undefined) return
    if (file.subject.held) await this.#keep(stone.id)
    else await keeper.remove(stone.id)
  }

  #warn(found: ReturnType<typeof fault>): void {
    this.#parts.log.error({ code: found.code, ...found.values }, found.message)
  }
}

const told = ({ by, reason }: Pick<Deed, 'by' | 'reason'>) => ({ by: by.join(', '), reason })

const bytesOf = ({ items }: SealedPackage): number => items.reduce((sum, { bytes }) => sum + bytes, 0)
