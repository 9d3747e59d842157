/**
 * Persuasion before anything else: a notice is asked for, made heard, recorded, and given time to work [R5] [R15].
 *
 *     DETECTED (G1, where asked for) ─┐
 *     VERIFIED ──── policy ────┐      │          ┌─ WITHHELD  quiet hours, too often, not reviewed: recorded why
 *     PERSISTING ── policy ────┼──────┴▶ rung ───┤
 *     a person ──── persuade ──┘   of the ladder └─ QUEUED ─▶ speaker, SMS, call ─┬─▶ DELIVERED ─▶ PERSUADING, deadline
 *                                                   a person on site ────────────┘└─▶ FAILED, tried again by policy
 *
 * What is asked for is on disk before anything is heard: after kill -9 a notice that was on its way is sent again under
 * its own id. Nothing said here is an order [R21]; that takes a certified officer who says that it is one.
 */
import { AssertionError } from '../kit/assert.ts'
import { type Clock, isoTime } from '../kit/clock.ts'
import type { Database } from '../kit/database.ts'
import { fault, isFault, reasonOf } from '../kit/errors.ts'
import type { Log } from '../kit/log.ts'
import type { ViolationEvent } from '../violations/event.ts'
import type { AlertDesk, AlertRecord } from './desk.ts'
import type { Announced, NoticePerson, PersuasionWish } from './notice.ts'
import { deadlineAfter, type NoticeDraftParts, NoticeDrafts } from './notice-draft.ts'
import type { PersuasionRecord } from './persuasion-record.ts'
import { standing } from './undo.ts'

export interface PersuasionParts extends NoticeDraftParts {
  readonly database: Database
  readonly desk: Pick<AlertDesk, 'get' | 'list' | 'history' | 'transition' | 'onChange'>
  /** What the register knows of a person; null: nothing. */
  readonly person: (id: string, nowMs: number) => NoticePerson | null
  /** Told of what was heard, once it is recorded. */
  readonly onHeard: (record: PersuasionRecord) => void
  readonly clock: Clock
  readonly log: Log
}

const BOX = { id: 'box', roles: ['box'] } as const
/** Roles that may not speak to anybody: they look on. Auxiliary staff may persuade [R49]. */
const SILENT_ROLES = ['AUDITOR', 'LEGAL']
const ALERTS_AT_START_MAX = 10_000

export class Persuasion {
  readonly #parts: PersuasionParts
  readonly #drafts: NoticeDrafts
  /** Acts that the policy has still something to say to, and when it is tried next. */
  readonly #eager = new Map<string, number>()
  readonly #offChange: () => void
  #closed = false

  constructor(parts: PersuasionParts) {
    this.#parts = parts
    this.#drafts = new NoticeDrafts(parts)
    this.#offChange = parts.desk.onChange((alert, change) => {
      if (change === 'raised' || change === 'transition') this.#consider(alert)
    })
  }

  /** Takes up what a crash interrupted: notices on their way, and acts that wait for one. */
  start(): void {
    const { desk, store, log } = this.#parts
    for (const record of store.queued()) {
      log.info({ persuasionId: record.persuasionId, eventId: record.eventId }, 'notice taken up again')
      void this.#deliver(record)
    }
    for (const state of ['DETECTED', 'VERIFIED', 'PERSISTING']) {
      for (const alert of desk.list({ state, limit: ALERTS_AT_START_MAX })) this.#consider(alert)
    }
  }

  /** Tries again what is due; cheap when nothing is. */
  turn(): void {
    const nowMs = this.#parts.clock.wallMs()
    for (const [eventId, dueMs] of this.#eager) {
      const alert = dueMs <= nowMs ? this.#parts.desk.get(eventId) : null
      if (alert !== null) this.#consider(alert)
    }
  }

  /**
   * Asks for a notice. It is recorded when this returns, and heard later, or withheld with a reason.
   * Throws ALERT_UNKNOWN, PERSUASION_REFUSED, SCRIPT_UNKNOWN, TEXT_FORBIDDEN. The same command twice is one notice.
   */
  persuade(wish: PersuasionWish): PersuasionRecord {
    const { database, store, clock } = this.#parts
    const known = wish.commandId === undefined ? null : store.byCommand(wish.commandId)
    if (known !== null) return known
    const nowMs = clock.wallMs()
    const { event } = this.#admit(wish, nowMs)
    const draft = this.#drafts.draft(wish, event, nowMs)
    return database.transaction(() => {
      const record = store.add(draft, nowMs, wish.commandId)
      if (record.deliveryStatus === 'DELIVERED') this.#follow(record)
      if (record.deliveryStatus === 'QUEUED') database.afterCommit(() => void this.#deliver(record))
      return record
    })
  }

  close(): void {
    this.#closed = true
    this.#offChange()
  }

  // ── may it be asked for ───────────────────────────────────────────────────────────────────────

  #admit({ eventId, by, order }: PersuasionWish, nowMs: number): AlertRecord {
    const { desk, store, options, person } = this.#parts
    const alert = desk.get(eventId)
    if (alert === null) throw fault('ALERT_UNKNOWN', { event: eventId })
    const refuse = (reason: string) => fault('PERSUASION_REFUSED', { event: eventId, reason })
    const early = by === null && options().automatic.beforeReview && alert.state === 'DETECTED'
    if (!early && alert.state !== 'VERIFIED' && alert.state !== 'PERSISTING') {
      throw refuse(`the alert is ${alert.state}; a notice follows VERIFIED or PERSISTING`)
    }
    if (store.ofEvent(eventId).some(({ deliveryStatus }) => deliveryStatus === 'QUEUED')) {
      throw refuse('a notice is on its way')
    }
    const known = by === null ? null : person(by, nowMs)
    if (known !== null && SILENT_ROLES.includes(known.role)) throw refuse(`${by} has the role ${known.role}`)
    // [R21] Never an order, unless a certified officer says so.
    if (order === true && known?.isCertified !== true) {
      throw refuse(
        `only an officer with a certificate in force may order to correct, and ${by ?? 'the box'} is none`,
      )
    }
    return alert
  }

  // ── delivery ──────────────────────────────────────────────────────────────────────────────────

  async #deliver(record: PersuasionRecord): Promise<void> {
    const { channels, desk, scene, clock } = this.#parts
    try {
      const event = desk.get(record.eventId)!.event
      const contactRef = scene(event, clock.wallMs()).contactRef ?? ''
      const announced =
        record.channel === 'SPEAKER'
          ? await channels.announce(record)
          : await channels.send(record, contactRef)
      if (!this.#closed) this.#delivered(record, announced)
    } catch (error) {
      if (error instanceof AssertionError) throw error
      if (!this.#closed) this.#failed(record, error)
    }
  }

  #delivered(record: PersuasionRecord, { startedAtMs, endedAtMs, ...rest }: Announced): void {
    const { database, store, clock, offsetMinutes, onHeard } = this.#parts
    const at = (ms: number) => isoTime(ms, offsetMinutes())
    const out: PersuasionRecord = {
      ...{ ...record, ...rest, version: record.version + 1, deliveryStatus: 'DELIVERED' },
      ...{ startedAt: at(startedAtMs), endedAt: at(endedAtMs) },
      correctionDeadline: deadlineAfter(endedAtMs, record.correctionMin, offsetMinutes()),
    }
    database.transaction(() => {
      store.add(out, clock.wallMs())
      this.#follow(out)
    })
    onHeard(out)
  }

  #failed(record: PersuasionRecord, error: unknown): void {
    const { database, store, clock, log } = this.#parts
    const { eventId, persuasionId } = record
    const reason = reasonOf(error)
    log.warn({ code: isFault(error) ? error.code : null, eventId, persuasionId }, reason)
    const failed = { ...record, version: record.version + 1, deliveryStatus: 'FAILED', reason } as const
    database.transaction(() => store.add(failed, clock.wallMs()))
    if (record.trigger === 'AUTO_POLICY' && !this.#handOver(eventId)) this.#later(eventId)
  }

  /** A notice is out: the alert says so, with the time to correct [R6]. */
  #follow({ eventId, persuasionId, channel, rung, operatorId, correctionDeadline }: PersuasionRecord): void {
    const { desk, log } = this.#parts
    const state = desk.get(eventId)?.state
    if (state !== 'DETECTED' && state !== 'VERIFIED' && state !== 'PERSISTING') return
    const to = state === 'DETECTED' ? 'AUTO_PERSUADING' : 'PERSUADING'
    const details = { deadlineAt: correctionDeadline!, persuasionId, channel, rung: String(rung) }
    const actor = operatorId === null ? BOX : { id: operatorId, roles: ['person' as const] }
    try {
      desk.transition({ eventId, to, actor, details })
    } catch (error) {
      if (!isFault(error)) throw error
      log.warn({ code: error.code, eventId, persuasionId }, error.message)
    }
  }

  // ── the policy ────────────────────────────────────────────────────────────────────────────────

  /** Whether the box speaks to an act of this kind before a person has looked at it: where it is asked for, and can. */
  speaksFirst(event: ViolationEvent): boolean {
    const { beforeReview } = this.#parts.options().automatic
    return beforeReview && event.grade === 'G1' && this.#isEquipped(event, 0)
  }

  #consider(alert: AlertRecord): void {
    const { eventId, event, state } = alert
    this.#eager.delete(eventId)
    const heard = this.#parts.store.ofEvent(eventId).filter(isHeard)
    // Spoken to before anybody had verified it: the time to correct has begun then.
    if (state === 'VERIFIED' && heard.length > 0) this.#follow(heard.at(-1)!)
    else if (event.phase !== 'END' && this.#isWilling(alert, heard.length)) this.#speak(eventId)
    else this.#handOver(eventId)
  }

  #speak(eventId: string): void {
    try {
      const { deliveryStatus } = this.persuade({ eventId, by: null })
      if (deliveryStatus === 'WITHHELD' && !this.#handOver(eventId)) this.#later(eventId)
    } catch (error) {
      if (!isFault(error)) throw error
      this.#parts.log.warn({ code: error.code, eventId }, error.message)
      this.#handOver(eventId)
    }
  }

  /** What the box did not speak to after all waits for a person, as everything else does. */
  #handOver(eventId: string): boolean {
    const { desk, store } = this.#parts
    const waits = desk.get(eventId)?.state === 'DETECTED'
    const queued = store.ofEvent(eventId).some(({ deliveryStatus }) => deliveryStatus === 'QUEUED')
    if (waits && !queued) desk.transition({ eventId, to: 'PENDING_REVIEW', actor: BOX })
    return waits
  }

  #isWilling(alert: AlertRecord, rung: number): boolean {
    const { store, options, desk } = this.#parts
    const { grades, nextRung, attemptsMax } = options().automatic
    const { event, state, eventId } = alert
    // What nobody has verified is spoken to once, and then it is a person's.
    const verified = () => standing(desk.history(eventId).transitions).some(({ to }) => to === 'VERIFIED')
    const asked =
      (state === 'DETECTED' && rung === 0 && this.speaksFirst(event)) ||
      (state === 'VERIFIED' && grades.includes(event.grade)) ||
      (state === 'PERSISTING' && nextRung && verified())
    const vain = store.ofEvent(eventId).filter((record) => record.rung === rung && !isHeard(record))
    const waits = vain.some(({ deliveryStatus }) => deliveryStatus === 'QUEUED')
    return asked && !waits && vain.length < attemptsMax && this.#isEquipped(event, rung)
  }

  /** On site is a person's; without a device nothing is tried, and no record says that it was. */
  #isEquipped(event: ViolationEvent, rung: number): boolean {
    const { channels, scene, clock } = this.#parts
    const { ladder, contactRef } = scene(event, clock.wallMs())
    const channel = ladder[rung]?.channel ?? 'ONSITE'
    if (channel === 'ONSITE') return false
    if (channel === 'SPEAKER') return channels.speakers(event.cameraId).length > 0
    return channels.hasWebhook(channel) && contactRef !== null
  }

  #later(eventId: string): void {
    const { clock, options } = this.#parts
    this.#eager.set(eventId, clock.wallMs() + options().automatic.retryMin * 60_000)
  }
}

const isHeard = ({ deliveryStatus }: PersuasionRecord): boolean => deliveryStatus === 'DELIVERED'
