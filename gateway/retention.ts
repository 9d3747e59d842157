/**
 * Retention of a running gateway, put together: what people made of an act decides when its evidence may go.
 *
 *     desk, holds, mirror, same act ─▶ life ─┐
 *     outbox (and delivery) ───────▶ owed ───┼─▶ Purger ─▶ packages, recordings, sounds
 *     disk ──────────────────────▶ space ────┘       └─▶ tombstones, notes of class
 *
 * One member of an act that is held, or goes on, keeps the evidence of all of it. Originals that are pending and files
 * that a crash left torn are never purged: nobody has sealed what they show.
 */
import type { Config } from '../config/loader.ts'
import { type AgingParts, agingFiles } from './aging-files.ts'
import type { AlertDesk } from './alerts/desk.ts'
import { type PurgeWish, RetentionNotes } from './alerts/retention-notes.ts'
import type { EvidenceKeeper } from './evidence/keeper.ts'
import { type PurgeParts, Purger } from './evidence/purge.ts'
import {
  CLASS_FACTS,
  classOf,
  decide,
  type EventLife,
  RETENTION_CLASSES,
  type RetentionClass,
} from './evidence/retention.ts'
import type { Signer } from './evidence/seal.ts'
import { bytesTooMany, limitsOf, SpaceWatch } from './evidence/space.ts'
import { filedBefore, filingCsv, filingList } from './filing.ts'
import { type Clock, isoTime } from './kit/clock.ts'
import type { Database } from './kit/database.ts'
import { fault, isFault, type Language, reasonOf } from './kit/errors.ts'
import type { Log } from './kit/log.ts'
import type { Office } from './office.ts'
import type { Outbox } from './outbox/outbox.ts'

export interface RetentionParts extends Pick<AgingParts, 'registry' | 'persuading'> {
  readonly config: () => Config
  readonly database: Database
  readonly desk: AlertDesk
  readonly office: Pick<Office, 'holds' | 'mirror' | 'sameAct'>
  readonly outbox: Outbox
  readonly evidence: EvidenceKeeper
  readonly signer: Signer
  readonly space: SpaceWatch
  /** Not delivered yet, where somebody has to deliver. */
  readonly undelivered?: (packageId: string) => boolean
  /** Somebody works on it just now: its token is on the way. */
  readonly isBusy?: (packageId: string) => boolean
  readonly onAcked?: (packageId: string) => void
  readonly onPurged?: PurgeParts['onPurged']
  /** Of the clock against true time; null: never measured. */
  readonly clockWatch?: { facts(): { readonly offsetMs: number | null } }
  readonly clock: Clock
  readonly log: Log
}

/** What the box says is not as it should be. */
export interface Degraded {
  readonly code: 'STORAGE_LOW' | 'STORAGE_FULL'
  readonly since: string
}

const DAY_MS = 86_400_000
/** Longer than a box is usually off. */
const LEAP_MS_MAX = 7 * DAY_MS
const LEAP_BACK_MS_MAX = 3_600_000
const DOUBT_MS = DAY_MS
const OFFSET_MS_MAX = 60_000

const CASE_STATES = ['FILED', 'SERVED', 'ENFORCING']
/** Stages in which there is no case yet. */
const BEFORE_A_CASE = ['ORDER_TO_CORRECT']

/** Who watches the disk, and gives the store the reserve when nothing else is left. */
export async function openSpace(
  {
    config,
    clock,
    log,
  }: { readonly config: Pick<Config, 'storage'>; readonly clock: Clock; readonly log: Log },
  database: Database,
): Promise<SpaceWatch> {
  const { storage } = config
  const measured = ['evidence', 'pending', 'torn', 'bodycam', 'persuasion'].map(
    (name) => `${storage.folder}/${name}`,
  )
  const space = new SpaceWatch({ folder: storage.folder, measured, limits: limitsOf(storage), clock, log })
  await space.start()
  database.makeRoom = () => space.makeRoom()
  return space
}

export class Retention {
  readonly notes: RetentionNotes
  readonly #parts: RetentionParts
  readonly #off: (() => void)[] = []
  #purger: Purger | null = null
  #timer: NodeJS.Timeout | null = null
  #lookedAtMs = Number.NEGATIVE_INFINITY
  #doubtSinceMs: number | null = null

  private constructor(parts: RetentionParts) {
    this.#parts = parts
    this.notes = new RetentionNotes(parts.database, parts.clock)
  }

  static async open(parts: RetentionParts): Promise<Retention> {
    const retention = new Retention(parts)
    const { signer, evidence, config, clock, log } = parts
    const { site, gateway } = config()
    retention.#off.push(parts.outbox.onSettled((ids) => retention.#noteAcked(ids)))
    retention.#purger = await Purger.open({
      ...{ vault: evidence.vault, signer, producer: { site, gateway }, clock, log },
      options: () => config().retention,
      ruleVersion: () => config().configVersion,
      head: () => evidence.head,
      lifeOf: (eventId) => retention.lifeOf(eventId),
      isOwed: (packageId, eventId) => retention.isOwed(packageId, eventId),
      onClass: (eventId, name) => retention.#noteClass(eventId, name),
      onPurged: parts.onPurged,
      files: agingFiles({
        ...parts,
        lifeOf: (eventId) => retention.lifeOf(eventId),
        options: () => config().retention,
      }),
    })
    return retention
  }

  /** Looks for what is past its time, and for room when there is little. */
  start(): void {
    const { space } = this.#parts
    this.#off.push(space.onChange(() => void this.#relieve()))
    this.#timer = setInterval(() => void this.look(), 60_000)
    this.#timer.unref()
    void this.look()
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    for (const off of this.#off.splice(0)) off()
    await this.#purger?.close()
  }

  get purger(): Purger {
    return this.#purger!
  }

  degraded(): Degraded[] {
    const { state, sinceMs } = this.#parts.space.space
    if (state === 'ok') return []
    return [{ code: state === 'full' ? 'STORAGE_FULL' : 'STORAGE_LOW', since: isoTime(sinceMs) }]
  }

  /** Null: the box knows of no such act. */
  lifeOf(eventId: string): EventLife | null {
    const { desk, office } = this.#parts
    if (desk.get(eventId) === null) return null
    const members = [...new Set([eventId, ...office.sameAct.membersOf(eventId)])]
    const lives = members.flatMap((id) => this.#lifeAlone(id) ?? [])
    const closed = lives.map(({ closedAtMs }) => closedAtMs)
    return {
      closedAtMs: closed.includes(null) ? null : Math.max(...closed.map((ms) => ms ?? 0)),
      rejected: lives.every(({ rejected }) => rejected),
      hasCase: lives.some(({ hasCase }) => hasCase),
      caseOpen: lives.some(({ caseOpen }) => caseOpen),
      incident: lives.some(({ incident }) => incident),
      held: lives.some(({ held }) => held),
    }
  }

  isOwed(packageId: string, eventId: string): boolean {
    const { outbox, desk, undelivered, isBusy } = this.#parts
    if (outbox.owes(eventId) || undelivered?.(packageId) === true || isBusy?.(packageId) === true) return true
    if (this.notes.isAcked(packageId)) return false
    // Told and settled by an older gateway, which kept no note of it: the revision that names it is acknowledged.
    const record = desk.get(eventId)
    return !(record?.acked === true && record.event.evidence?.packages.includes(packageId) === true)
  }

  /** By two people, and only what is past its minimum [R70]. Joins the transaction of the command. */
  wish(wish: PurgeWish): unknown {
    const { desk, database } = this.#parts
    const { eventId } = wish
    const packages = desk.get(eventId)?.event.evidence?.packages ?? []
    const refused = this.purger.refusalOf(eventId, packages)
    if (refused !== null) {
      const until = refused.fromMs === null ? '-' : isoTime(refused.fromMs)
      throw fault(refused.refusal, { event: eventId, until })
    }
    if (packages.length === 0) throw fault('EVIDENCE_OPEN', { event: eventId })
    const state = this.notes.wish(wish)
    if (state.action === 'AGREED')
      database.afterCommit(
        () => void this.#guarded(() => this.purger.early(packages, state.by, state.reason)),
      )
    return { eventId, action: state.action, by: state.by, packages: packages.length }
  }

  /** For people: classes with their law, and how much room there is. */
  view() {
    const options = this.#parts.config().retention
    const { state, freeBytes, usedBytes } = this.#parts.space.space
    return {
      classes: RETENTION_CLASSES.map((name) => ({ name, ...options[name], ...CLASS_FACTS[name] })),
      space: { state, freeBytes, usedBytes, ...this.#parts.space.limits },
      degraded: this.degraded(),
      purgeLogBroken: this.purger.isBroken,
    }
  }

  /** How long evidence of one act is kept, and why. */
  viewOf(eventId: string) {
    const life = this.lifeOf(eventId)
    if (life === null) return null
    const { desk, config, clock, office } = this.#parts
    const name = classOf(life)
    const packages = desk.get(eventId)?.event.evidence?.packages ?? []
    return {
      eventId,
      class: name,
      ...life,
      notes: this.notes.classesOf(eventId),
      holds: office.holds.recordsOf(eventId),
      packages: packages.map((packageId) => {
        const subject = {
          ...{ held: life.held, clockStartMs: life.closedAtMs, caseOpen: life.caseOpen },
          owed: this.isOwed(packageId, eventId),
          newest: this.#parts.evidence.head?.packageId === packageId,
        }
        return { packageId, ...decide(subject, config().retention[name], clock.wallMs(), 'due') }
      }),
    }
  }

  /** What is filed with the police, as the configuration stands. */
  async filing(language: Language) {
    const { config, clock } = this.#parts
    const list = filingList(config(), clock.wallMs(), await filedBefore(config().storage.folder))
    return { list, csv: filingCsv(list, language) }
  }

  readonly offsetMinutes = (): number => this.#parts.config().utcOffsetMinutes

  #lifeAlone(eventId: string): EventLife | null {
    const { desk, office } = this.#parts
    const record = desk.get(eventId)
    if (record === null) return null
    const { event } = record
    const { transitions } = desk.history(eventId)
    const entered = new Set<string>(transitions.map(({ to }) => to))
    const isOver = event.phase === 'END' && ['CLOSED', 'ARCHIVED'].includes(record.state)
    const closedAtMs = isOver
      ? (transitions.findLast(({ to }) => to === 'CLOSED')?.atMs ?? record.updatedAtMs)
      : null
    const stage = event.mirror?.stage ?? null
    const filed = CASE_STATES.some((state) => entered.has(state))
    const told = (event.mirror?.caseNo ?? null) !== null || (stage !== null && !BEFORE_A_CASE.includes(stage))
    const overAtMs = office.mirror.overAtMs(eventId)
    return {
      closedAtMs: closedAtMs === null ? null : Math.max(closedAtMs, overAtMs ?? 0),
      rejected: entered.has('REJECTED'),
      hasCase: filed || told,
      // The case system has the word where it ever spoke; else the platform closed what it had filed.
      caseOpen: told ? stage !== 'CLOSED' : filed && closedAtMs === null,
      incident: event.majorIncident !== undefined,
      held: office.holds.isHeld(eventId),
    }
  }

  #noteAcked(messageIds: readonly string[]): void {
    for (const id of messageIds) {
      const message = this.#parts.outbox.get(id)
      if (message?.topic.startsWith('evidence/') !== true) continue
      const { packageId } = message.data as { packageId?: unknown }
      if (typeof packageId !== 'string') continue
      this.notes.noteAcked(packageId)
      this.#parts.onAcked?.(packageId)
    }
  }

  #noteClass(eventId: string, name: RetentionClass): void {
    const { retention, configVersion } = this.#parts.config()
    const { minDays, maxDays } = retention[name]
    this.notes.noteClass(eventId, name, `${minDays}–${maxDays ?? '∞'} d`, configVersion)
  }

  /** Once a minute: room first, and a round of what is past its time when it is due. */
  async look(): Promise<void> {
    const { clock, config } = this.#parts
    if (this.#doubtsClock()) return
    await this.#relieve()
    if (clock.monotonicMs() - this.#lookedAtMs < config().retention.everyMin * 60_000) return
    this.#lookedAtMs = clock.monotonicMs()
    await this.#guarded(() => this.purger.round())
  }

  /**
   * A clock that leaps would make everything old at once. After a gap of a week, and at the very first start, nothing
   * goes for a day, in which somebody can put the clock right; a clock that is measured as wrong never purges.
   */
  #doubtsClock(): boolean {
    const { clock, clockWatch, log } = this.#parts
    const [wallMs, nowMs] = [clock.wallMs(), clock.monotonicMs()]
    const offsetMs = clockWatch?.facts().offsetMs ?? null
    if (offsetMs !== null && Math.abs(offsetMs) > OFFSET_MS_MAX) return true
    const last = this.notes.lookedAtMs()
    const isUsual = last !== null && wallMs >= last - LEAP_BACK_MS_MAX && wallMs - last <= LEAP_MS_MAX
    if (!isUsual) {
      if (this.#doubtSinceMs === null) {
        this.#doubtSinceMs = nowMs
        const found = fault('PURGE_CLOCK_DOUBTED', {
          last: last === null ? '-' : isoTime(last),
          now: isoTime(wallMs),
        })
        log.warn({ code: found.code, ...found.values }, found.message)
      }
      if (nowMs - this.#doubtSinceMs < DOUBT_MS) return true
    }
    this.#doubtSinceMs = null
    this.notes.noteLook(wallMs)
    return false
  }

  async #relieve(): Promise<void> {
    const { space } = this.#parts
    if (this.#doubtSinceMs !== null) return
    const bytes = bytesTooMany(space.space, space.limits)
    if (space.space.state === 'ok' || bytes === 0) return
    await this.#guarded(async () => {
      const { removed } = await this.purger.relieve(bytes)
      if (removed > 0) await space.changed()
    })
  }

  async #guarded(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      const found = isFault(error) ? error : fault('PURGE_FAILED', { reason: reasonOf(error) }, error)
      this.#parts.log.error({ code: found.code, ...found.values }, found.message)
    }
  }
}
