/**
 * The re-check: at the deadline of a notice the box looks again, and says what became of it [R5] [R15].
 *
 *     deadline nears ─▶ camera is made to look often
 *     deadline, or the act ends before ─▶ RECHECKING ─┬─ act over, seen to be gone ─▶ LEFT | CORRECTED ─▶ SELF_CORRECTED
 *                                                     ├─ still there ─▶ PARTIAL | IGNORED ─▶ PERSISTING
 *                                                     └─ nobody could see ─▶ UNKNOWN, and it looks again
 *
 * What was not analysed is never gone: a dark camera, an act out of sight or one that a permit covers now proves
 * nothing, and the alert stays RECHECKING. Deadlines are read from the table of notices, at every start anew.
 */

import type { FaultCode } from '../kit/catalogue.ts'
import { type Clock, isoTime } from '../kit/clock.ts'
import type { Database } from '../kit/database.ts'
import { fault, isFault } from '../kit/errors.ts'
import type { Log } from '../kit/log.ts'
import type { DetectionState, RuleId } from '../violations/event.ts'
import type { AlertDesk, AlertRecord } from './desk.ts'
import type { PersuasionOptions } from './persuasion-options.ts'
import type { PersuasionRecord, PersuasionResult, PersuasionStore } from './persuasion-record.ts'
import { standing } from './undo.ts'

/** What a camera can say of an act at this moment. */
export interface ActSight {
  /** Wall time of the last picture that was analysed; null: none since the start. */
  readonly lookedAtMs: number | null
  /** As the judge follows it; null: it does not. */
  readonly state: DetectionState | null
  /** Share of the goods that is left of the most there was; null: it cannot be told. */
  readonly remainingShare: number | null
}

/** The cameras, as far as a re-check needs them. */
export interface StreetEyes {
  /** null: no such camera. */
  sight(cameraId: string, eventId: string): ActSight | null
  /** Looks often for so long. */
  watch(cameraId: string, forMs: number): void
  /** Takes pictures of an act that goes on, and seals them; the item, or null when there was no picture. */
  picture(cameraId: string, eventId: string): Promise<string | null>
  /** The picture that shows the place after an act that is over; null: none was kept. */
  pictureAfter(packageId: string): Promise<string | null>
}

export interface RecheckParts {
  readonly database: Database
  readonly store: PersuasionStore
  readonly desk: Pick<AlertDesk, 'get' | 'list' | 'history' | 'transition' | 'onChange'>
  readonly eyes: StreetEyes
  readonly options: () => PersuasionOptions['recheck']
  readonly offsetMinutes: () => number
  readonly clock: Clock
  readonly log: Log
}

/** What somebody ends by going away; the rest is put right by clearing it. */
const ENDED_BY_LEAVING: readonly RuleId[] = [
  'street-vending',
  'scrap-buying',
  'barbecue',
  'road-occupation',
  'permit-overtime',
]

const BOX = { id: 'box', roles: ['box'] } as const
const ALERTS_AT_START_MAX = 10_000
/** In these the result of a notice changes what comes next; in any other people have taken over. */
const SPOKEN_TO = ['AUTO_PERSUADING', 'PERSUADING']
const OPEN_STATES = [...SPOKEN_TO, 'RECHECKING']

interface Verdict {
  readonly result: PersuasionResult
  readonly remainingShare: number | null
}
const UNKNOWN: Verdict = { result: 'UNKNOWN', remainingShare: null }

export class Recheck {
  readonly #parts: RecheckParts
  /** Notices whose result is still to be seen, by alert, and when they are looked at next. */
  readonly #waiting = new Map<string, { readonly persuasionId: string; atMs: number }>()
  readonly #looking = new Set<string>()
  readonly #offChange: () => void
  #startedAtMs = 0
  #closed = false

  constructor(parts: RecheckParts) {
    this.#parts = parts
    this.#offChange = parts.desk.onChange((alert, change) => {
      const { eventId, event, state } = alert
      if (change === 'transition' && SPOKEN_TO.includes(state)) this.#expectLatest(eventId)
      const waits = this.#waiting.get(eventId)
      if (event.phase !== 'END' || waits === undefined) return
      waits.atMs = 0
      this.turn()
    })
  }

  /** Rebuilds the deadlines from the table: of every alert that was spoken to and waits for its result. */
  start(): void {
    this.#startedAtMs = this.#nowMs()
    for (const state of OPEN_STATES) {
      for (const { eventId } of this.#parts.desk.list({ state, limit: ALERTS_AT_START_MAX }))
        this.#expectLatest(eventId)
    }
  }

  /** A notice is out: its deadline is waited for. The latest notice of an alert counts. */
  expect({ eventId, persuasionId, correctionDeadline }: PersuasionRecord): void {
    const watchMs = this.#parts.options().watchSec * 1000
    const over = this.#parts.desk.get(eventId)?.event.phase === 'END'
    this.#waiting.set(eventId, { persuasionId, atMs: over ? 0 : Date.parse(correctionDeadline!) - watchMs })
  }

  #expectLatest(eventId: string): void {
    const notices = this.#parts.store.ofEvent(eventId)
    const latest = notices.findLast(({ deliveryStatus }) => deliveryStatus === 'DELIVERED')
    if (latest !== undefined) this.expect(latest)
  }

  /** Looks at what is due; cheap when nothing is. */
  turn(): void {
    const nowMs = this.#parts.clock.wallMs()
    for (const [eventId, { atMs }] of this.#waiting) {
      if (atMs <= nowMs && !this.#looking.has(eventId) && !this.#closed) void this.#visit(eventId)
    }
  }

  /**
   * A person wants it looked at now. Before the deadline pictures are taken and nothing else changes: the time to
   * correct is a promise. Throws ALERT_UNKNOWN, RECHECK_REFUSED.
   */
  recheck(eventId: string): { readonly eventId: string; readonly state: string; readonly looks: true } {
    const { desk, eyes, options } = this.#parts
    const alert = desk.get(eventId)
    if (alert === null) throw fault('ALERT_UNKNOWN', { event: eventId })
    const { cameraId, phase } = alert.event
    if (eyes.sight(cameraId, eventId) === null) {
      throw fault('RECHECK_REFUSED', { event: eventId, reason: `${cameraId} is no camera of this box` })
    }
    eyes.watch(cameraId, Math.max(1, options().watchSec) * 1000)
    const waits = this.#waiting.get(eventId)
    const due =
      waits !== undefined && (phase === 'END' || this.#deadlineMs(waits.persuasionId) <= this.#nowMs())
    if (due) {
      waits.atMs = 0
      setImmediate(() => this.turn())
    } else if (phase !== 'END') void this.#picture(alert)
    return { eventId, state: alert.state, looks: true }
  }

  close(): void {
    this.#closed = true
    this.#offChange()
  }

  #nowMs(): number {
    return this.#parts.clock.wallMs()
  }

  #deadlineMs(persuasionId: string): number {
    return Date.parse(this.#parts.store.get(persuasionId)?.correctionDeadline ?? '') || 0
  }

  async #visit(eventId: string): Promise<void> {
    const waits = this.#waiting.get(eventId)!
    this.#looking.add(eventId)
    try {
      const alert = this.#parts.desk.get(eventId)
      const record = this.#parts.store.get(waits.persuasionId)
      const open = alert !== null && record !== null && OPEN_STATES.includes(alert.state)
      const done = !open || (await this.#look(alert, record, waits))
      if (done && this.#waiting.get(eventId) === waits) this.#waiting.delete(eventId)
    } catch (error) {
      if (!isFault(error)) throw error
      this.#parts.log.warn({ code: error.code, eventId }, error.message)
      waits.atMs = this.#nowMs() + this.#parts.options().againSec * 1000
    } finally {
      this.#looking.delete(eventId)
    }
  }

  /** True when there is nothing more to see. */
  async #look(alert: AlertRecord, record: PersuasionRecord, waits: { atMs: number }): Promise<boolean> {
    const { eyes, options } = this.#parts
    const { eventId, event } = alert
    const deadlineMs = Date.parse(record.correctionDeadline!)
    const nowMs = this.#nowMs()
    if (event.phase !== 'END' && nowMs < deadlineMs) {
      eyes.watch(event.cameraId, deadlineMs - nowMs + options().againSec * 1000)
      waits.atMs = deadlineMs
      return false
    }
    if (SPOKEN_TO.includes(alert.state))
      this.#enter(eventId, 'RECHECKING', { persuasionId: record.persuasionId })
    const verdict = this.#judge(alert, deadlineMs, nowMs)
    if (verdict === null || verdict.result === 'UNKNOWN') {
      eyes.watch(event.cameraId, 2 * options().againSec * 1000)
      waits.atMs = nowMs + (verdict === null ? 1 : options().againSec) * 1000
      if (verdict !== null && record.result === null) this.#conclude(record, verdict)
      // An act that ended out of sight is not judged again: what is left is a person's.
      const over = event.phase === 'END' && verdict !== null
      if (over) this.#handOver(eventId)
      return over
    }
    if (verdict.result === 'LEFT' || verdict.result === 'CORRECTED')
      return this.#corrected(alert, record, verdict)
    const recheckItemId = await this.#picture(alert)
    if (this.#closed) return false
    this.#conclude(record, verdict, 'PERSISTING', { ...(recheckItemId && { recheckItemId }) })
    // It may have ended while its picture was taken: then it is looked at once more.
    waits.atMs = nowMs
    return this.#parts.desk.get(eventId)!.state !== 'RECHECKING'
  }

  /** null: a moment later more will be known. */
  #judge({ event }: AlertRecord, deadlineMs: number, nowMs: number): Verdict | null {
    const { eyes, options } = this.#parts
    const { againSec, partialShareMax } = options()
    if (event.phase === 'END') {
      if (event.detectionState !== 'CLEARED') return UNKNOWN
      return { result: ENDED_BY_LEAVING.includes(event.ruleId) ? 'LEFT' : 'CORRECTED', remainingShare: 0 }
    }
    const sight = eyes.sight(event.cameraId, event.eventId)
    const fresh =
      sight?.lookedAtMs != null && sight.lookedAtMs >= Math.max(deadlineMs, nowMs - againSec * 1000)
    if (!fresh) return nowMs - Math.max(deadlineMs, this.#startedAtMs) < againSec * 1000 ? null : UNKNOWN
    if (sight.state === 'CLEARING') return null
    if (sight.state !== 'ACTIVE') return UNKNOWN
    const { remainingShare } = sight
    const partial = remainingShare !== null && remainingShare <= partialShareMax
    return { result: partial ? 'PARTIAL' : 'IGNORED', remainingShare }
  }

  /** The act is over: with the picture that shows it, the alert is corrected by those who were spoken to. */
  async #corrected({ event }: AlertRecord, record: PersuasionRecord, verdict: Verdict): Promise<boolean> {
    const { eyes } = this.#parts
    const packageId = event.evidence?.packages.at(-1) ?? null
    const afterItemId = packageId === null ? null : await eyes.pictureAfter(packageId)
    if (this.#closed) return false
    if (afterItemId !== null) this.#conclude(record, verdict, 'SELF_CORRECTED', { afterItemId })
    else {
      this.#conclude(record, verdict)
      this.#warn('RECHECK_WITHOUT_PICTURE', event.eventId, packageId ?? 'no package')
      this.#handOver(event.eventId)
    }
    return true
  }

  /** Result and change of state are one. */
  #conclude(
    record: PersuasionRecord,
    { result, remainingShare }: Verdict,
    to?: 'SELF_CORRECTED' | 'PERSISTING',
    details: Record<string, string> = {},
  ): void {
    const { database, store, offsetMinutes } = this.#parts
    const nowMs = this.#nowMs()
    database.transaction(() => {
      if (record.result !== result) {
        const version = record.version + 1
        const resultAt = isoTime(nowMs, offsetMinutes())
        store.add({ ...record, version, result, remainingShare, resultAt }, nowMs)
      }
      if (to !== undefined)
        this.#enter(record.eventId, to, { ...details, persuasionId: record.persuasionId, result })
      if (to === 'PERSISTING') this.#handOver(record.eventId)
    })
  }

  #enter(eventId: string, to: string, details: Record<string, string>): void {
    const { desk } = this.#parts
    const state = desk.get(eventId)?.state
    const follows = to === 'RECHECKING' ? SPOKEN_TO.includes(state ?? '') : state === 'RECHECKING'
    if (!follows) return
    try {
      desk.transition({ eventId, to, actor: BOX, details })
    } catch (error) {
      if (!isFault(error)) throw error
      this.#parts.log.warn({ code: error.code, eventId }, error.message)
    }
  }

  /** The box can say no more of an act that nobody has verified: it waits for a person, as it would have at once. */
  #handOver(eventId: string): void {
    const { desk } = this.#parts
    const verified = standing(desk.history(eventId).transitions).some(({ to }) => to === 'VERIFIED')
    const { state, event } = desk.get(eventId)!
    const done = state === 'PERSISTING' || (state === 'RECHECKING' && event.phase === 'END')
    if (!verified && done) desk.transition({ eventId, to: 'PENDING_REVIEW', actor: BOX })
  }

  async #picture({ event }: AlertRecord): Promise<string | null> {
    try {
      return await this.#parts.eyes.picture(event.cameraId, event.eventId)
    } catch (error) {
      if (!isFault(error)) throw error
      this.#parts.log.warn({ code: error.code, eventId: event.eventId }, error.message)
      return null
    }
  }

  #warn(code: FaultCode, eventId: string, reason: string): void {
    const found = fault(code, { event: eventId, reason })
    this.#parts.log.warn({ code, eventId }, found.message)
  }
}
