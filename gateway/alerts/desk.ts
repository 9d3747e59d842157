/**
 * The desk keeps every alert: what the box said, what people made of it, and that all of it went out.
 *
 *     judge ─ raise ───────┐                      ┌─ event_revision, alert_transition, alert_entry (append-only)
 *     person ─ review ─────┼─▶ one transaction ───┤
 *     platform ─ transition┘                      └─ outbox entry: durable before anything is published
 *
 * Each change is told as a further revision of the event, the whole state each time [R67, R69]. The desk owns
 * `alertState`, `evidenceStatus`, what people said of the grade, and the last word on `revision`: what the judge says
 * is renumbered when a person was quicker. An act that is over stays over: after END every revision is END.
 */
import { createHash } from 'node:crypto'
import { assert } from '../kit/assert.ts'
import { type Clock, isoTime, offsetMinutesOf } from '../kit/clock.ts'
import { Database } from '../kit/database.ts'
import { type Fault, fault } from '../kit/errors.ts'
import { intersection } from '../kit/geometry.ts'
import { derivedUlid } from '../kit/ids.ts'
import type { Grade, ViolationEvent } from '../violations/event.ts'
import {
  type Actor,
  admitTransition,
  beyondEntry,
  rankOf,
  type TransitionFacts,
  unfitness,
} from './admission.ts'
import { lackingForCase, type Notice, noticesIn } from './completeness.ts'
import type {
  AlertOutlet,
  Annex,
  DeskParts,
  DeskTransition,
  PlaceQuery,
  ReviewWish,
  Wish,
} from './desk-parts.ts'
import { type AlertCount, type AlertFilter, type DeskStorage, DeskStore } from './desk-store.ts'
import { admitEvidence } from './evidence-status.ts'
import { isGrade, isMinor } from './grading.ts'
import { declared, received, told } from './major.ts'
import { NOBODY } from './people.ts'
import type { AlertHistory, AlertRecord, EntryKind, Transition } from './records.ts'
import { actOf, closedBy, continued, opened, regraded } from './revisions.ts'
import { beyondUndo, standing, UNDONE } from './undo.ts'

export type { Annex, DeskTransition, ReviewWish } from './desk-parts.ts'
export type { AlertCount, AlertFilter } from './desk-store.ts'
export type { AlertEntry, AlertHistory, AlertRecord, Transition } from './records.ts'

export type AlertChange = 'raised' | 'updated' | 'transition' | 'acked'
type AlertListener = (record: AlertRecord, change: AlertChange) => void

/** As the message table of `mqtt/` names it; a test holds the two together. */
const ALERT_MESSAGE_TYPE = 'cn.lushao.alert.v1'

const BOX: Actor = { id: 'box', roles: ['box'] }

export class AlertDesk {
  readonly #store: DeskStorage
  readonly #outlet: AlertOutlet
  readonly #clock: Clock
  readonly #parts: DeskParts
  readonly #annexes: Annex[] = []
  readonly #listeners = new Set<AlertListener>()
  readonly #offSettled: () => void

  /** @param kept the box's database, or any other place that keeps what the desk says */
  constructor(kept: Database | DeskStorage, outlet: AlertOutlet, clock: Clock, parts: DeskParts = {}) {
    this.#store = kept instanceof Database ? new DeskStore(kept) : kept
    this.#outlet = outlet
    this.#clock = clock
    this.#parts = parts
    this.#offSettled = outlet.onSettled((ids) => this.#acknowledge(ids))
  }

  /**
   * Keeps a revision and queues its message, or neither. Saying the same twice changes nothing.
   * @returns the revision as kept: number and `alertState` are the desk's
   */
  raise(event: ViolationEvent): ViolationEvent {
    const facts = digestOf(event)
    const known = this.#store.withFacts(event.eventId, facts)
    if (known) return known
    const last = this.#store.get(event.eventId)
    const told = last ? continued(event, last) : opened(event, this.#parts.autoPersuades?.(event) ?? false)
    const kept = this.#store.transaction(() => {
      if (!last) this.#open(told)
      if (last && last.event.evidenceStatus !== told.evidenceStatus) this.#fallBack(told)
      return this.#keep(told, facts)
    })
    this.#emitChange(kept.eventId, last ? 'updated' : 'raised')
    return kept
  }

  review({ verdict, by, ...wish }: ReviewWish): AlertRecord {
    return this.transition({ ...wish, to: verdict, actor: { id: by, roles: ['person'] } })
  }

  /** Throws ALERT_UNKNOWN or ALERT_TRANSITION_REFUSED with the reason. */
  transition(wish: DeskTransition): AlertRecord {
    const refuse = (reason: string, { state: from }: AlertRecord) =>
      fault('ALERT_TRANSITION_REFUSED', { event: wish.eventId, from, to: wish.to, reason })
    return this.#once(wish, refuse, (record, atMs) => {
      for (const annex of this.#annexes) annex.admit?.(record, wish)
      const facts = this.#factsOf(record, atMs)
      const to = admitTransition(wish.eventId, wish, facts)
      return () => {
        this.#store.addTransition({ ...this.#deedOf(wish, facts), from: record.state, to })
        const closed = to === 'CLOSED' ? closedBy(facts.past, wish.details) : {}
        this.#keep(this.#next(record, { alertState: to, ...closed }), null, wish)
      }
    })
  }

  /** Takes back one's own last verdict by a new record that names it; see `undo.ts`. Throws ALERT_UNDO_REFUSED. */
  undo(wish: Wish & { readonly withinMs: number }): AlertRecord {
    const refuse = (reason: string) => fault('ALERT_UNDO_REFUSED', { event: wish.eventId, reason })
    return this.#once(wish, refuse, (record, nowMs) => {
      const facts = this.#factsOf(record, nowMs)
      const past = this.#store.transitions(wish.eventId)
      const { actor, withinMs } = wish
      const reason = unfitness(actor, facts) ?? beyondUndo({ past, by: actor.id, nowMs, withinMs })
      if (reason !== null) throw refuse(reason)
      const to = standing(past).at(-2)!.to
      const details = { undoes: String(past.length), ...wish.details }
      return () => {
        const deed = { ...this.#deedOf(wish, facts), reasonCode: UNDONE, details }
        this.#store.addTransition({ ...deed, from: record.state, to })
        this.#keep(this.#next(record, { alertState: to }), null)
      }
    })
  }

  /** A person changes the grade and says why [R10]. The box's own grade stays beside it. */
  regrade(wish: Wish & { readonly grade: string }): AlertRecord {
    return this.#change(wish, 'REGRADED', (record, at) => {
      const { grade } = wish
      if (!isGrade(grade)) return `there is no grade ${grade}`
      if (!wish.reasonCode && !wish.note) return 'a reason is required'
      if (grade === record.event.grade) return `it is ${grade} already`
      const change = { by: wish.actor.id, reason: wish.reasonCode ?? wish.note ?? '', at }
      return {
        details: { from: record.event.grade, to: grade },
        event: regraded(record.event, grade, change),
      }
    })
  }

  /** Whoever has an interest in it keeps out of this alert from now on [R57]. */
  recuse(wish: Wish & { readonly personId: string }): AlertRecord {
    const { actor, personId } = wish
    return this.#change(wish, 'RECUSED', (_record, _at, facts) =>
      rankOf(actor, facts) === 'AUXILIARY' && personId !== actor.id
        ? 'auxiliary staff recuse nobody but themselves'
        : { details: { personId } },
    )
  }

  /** The third state machine; see `evidence-status.ts`. */
  judgeEvidence(
    wish: Wish & { readonly to: string; readonly reviewers?: readonly string[] | undefined },
  ): AlertRecord {
    return this.#change(wish, 'EVIDENCE_STATUS', ({ event }, _, facts) => {
      const { evidenceStatus: from, evidenceCaps: caps, evidence } = event
      const asked = { ...wish, roles: wish.actor.roles }
      const to = admitEvidence(wish.eventId, asked, {
        ...facts,
        status: from,
        caps,
        sealed: evidence !== null,
      })
      return {
        details: { from, to, reviewers: (wish.reviewers ?? []).join(',') },
        event: { evidenceStatus: to },
      }
    })
  }

  /** From now on it is told upward, one step after the other; see `major.ts` [R80]. */
  declareMajor(wish: Wish): AlertRecord {
    return this.#change(wish, 'MAJOR_INCIDENT', ({ event }, at) => declared(event, wish, at))
  }

  tellMajor(wish: Wish & { readonly tellTo: string }): AlertRecord {
    return this.#change(wish, 'MAJOR_TOLD', ({ event }, at) => told(event, wish.tellTo, at))
  }

  receiveMajor(wish: Wish): AlertRecord {
    return this.#change(wish, 'MAJOR_RECEIVED', ({ event }, at) => received(event, wish.actor.id, at))
  }

  /** What such rooms know is noted in the order in which they joined. */
  join(annex: Annex): void {
    this.#annexes.push(annex)
  }

  /** A further revision, because what an annex knows of the act has changed. */
  retell(eventId: string): AlertRecord {
    const record = this.get(eventId)
    assert(record !== null, 'an annex speaks of acts that were raised')
    this.#store.transaction(() => this.#keep(this.#next(record, {}), null))
    return this.#emitChange(eventId, 'updated')
  }

  get(eventId: string): AlertRecord | null {
    return this.#store.get(eventId)
  }

  /** Newest first; the next page begins after `before`, the last id of this one. */
  list(filter: AlertFilter): AlertRecord[] {
    return this.#store.list(filter)
  }

  history(eventId: string): AlertHistory {
    return {
      revisions: this.#store.revisions(eventId),
      transitions: this.#store.transitions(eventId),
      entries: this.#store.entries(eventId),
    }
  }

  /** What was made of it so far, oldest first. */
  transitions(eventId: string): readonly Transition[] {
    return this.#store.transitions(eventId)
  }

  /** Notices that were given for an act, oldest first. */
  notices(eventId: string): readonly Notice[] {
    return this.#parts.notices?.(eventId) ?? noticesIn(this.#store.transitions(eventId))
  }

  /** How many earlier acts of a rule at a place a person has verified: what is only suspected counts against nobody. */
  verifiedBefore({ zoneId, box, ...query }: PlaceQuery): number {
    const here = (event: ViolationEvent) => event.zoneId === zoneId && intersection(event.box, box) > 0
    return this.#store.verifiedBefore(query).filter(here).length
  }

  /** 0 when the event is not known. */
  lastRevision(eventId: string): number {
    return this.get(eventId)?.revision ?? 0
  }

  /** Acts that were going on when last told of. */
  openEvents(): ViolationEvent[] {
    return this.#store.open()
  }

  /** How many alerts by day, rule, camera, state, grade and tier; days as in `startedAt`, both included. */
  counts({ fromDay = '0000-00-00', toDay = '9999-99-99' } = {}): AlertCount[] {
    return this.#store.counts(fromDay, toDay)
  }

  /** Told after the change is durable. */
  onChange(listener: AlertListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.#offSettled()
    this.#listeners.clear()
  }

  /** The first revision goes out as it will be when somebody reads it: waiting for a person, or for the box to speak. */
  #open({ eventId, alertState }: ViolationEvent): void {
    const entry = { ...BOX_DEED, eventId, atMs: this.#clock.wallMs() }
    this.#store.addTransition({ ...entry, from: null, to: 'DETECTED' })
    if (alertState !== 'DETECTED')
      this.#store.addTransition({ ...entry, from: 'DETECTED', to: 'PENDING_REVIEW' })
  }

  /** A cap turned up after all. */
  #fallBack({ eventId, evidenceCaps }: ViolationEvent): void {
    const details = { from: 'EVIDENCE_CANDIDATE', to: 'LEAD' }
    const [reasonCode] = evidenceCaps
    this.#store.addEntry({
      ...{ ...BOX_DEED, eventId, kind: 'EVIDENCE_STATUS', reasonCode, details, atMs: this.#clock.wallMs() },
    })
  }

  /** Does it once for a command; what is refused leaves no trace. `admit` throws, or returns the work. */
  #once(
    wish: Wish,
    refuse: (reason: string, record: AlertRecord) => Fault,
    admit: (record: AlertRecord, atMs: number) => () => unknown,
  ): AlertRecord {
    const record = this.get(wish.eventId)
    if (!record) throw fault('ALERT_UNKNOWN', { event: wish.eventId })
    const done = wish.commandId === undefined ? null : this.#store.eventOfCommand(wish.commandId)
    if (done === wish.eventId) return record
    if (done !== null) throw refuse(`the command ${wish.commandId} was given for alert ${done}`, record)
    const work = admit(record, this.#clock.wallMs())
    this.#store.transaction(work)
    return this.#emitChange(wish.eventId, 'transition')
  }

  /** A change beside the life of an alert: an entry, and a revision when the event says something else now. */
  #change(
    wish: Wish,
    kind: EntryKind,
    admit: (
      record: AlertRecord,
      at: string,
      facts: TransitionFacts,
    ) =>
      | string
      | { readonly details: Readonly<Record<string, string>>; readonly event?: Partial<ViolationEvent> },
  ): AlertRecord {
    const refuse = (reason: string) =>
      fault('ALERT_CHANGE_REFUSED', { event: wish.eventId, what: kind, reason })
    return this.#once(wish, refuse, (record, atMs) => {
      const facts = this.#factsOf(record, atMs)
      const reason = unfitness(wish.actor, facts) ?? beyondEntry(kind, record.state, wish.actor, facts)
      const change = reason ?? admit(record, isoTime(atMs, offsetMinutesOf(record.event.startedAt)), facts)
      if (typeof change === 'string') throw refuse(change)
      return () => {
        const details = { ...wish.details, ...change.details }
        this.#store.addEntry({ ...this.#deedOf(wish, facts), kind, details })
        if (change.event) this.#keep(this.#next(record, change.event), null)
      }
    })
  }

  #deedOf(wish: Wish, facts: TransitionFacts) {
    const { id: actor, roles } = wish.actor
    return { ...wish, actor, roles, rank: rankOf(wish.actor, facts), atMs: facts.nowMs }
  }

  #next({ event, revision }: AlertRecord, changes: Partial<ViolationEvent>): ViolationEvent {
    const phase = event.phase === 'END' ? 'END' : 'UPDATE'
    return { ...event, revision: revision + 1, phase, ...changes }
  }

  #keep(told: ViolationEvent, facts: string | null, wish: DeskTransition | null = null): ViolationEvent {
    const event = this.#annexes.reduce((noted, annex) => annex.note?.(noted, wish) ?? noted, told)
    const messageId = derivedUlid(this.#clock.wallMs(), event.eventId, event.revision)
    this.#store.addRevision(event, messageId, facts, this.#clock.wallMs())
    this.#outlet.put({
      id: messageId,
      topic: `alert/${event.ruleId}/${event.cameraId}`,
      type: ALERT_MESSAGE_TYPE,
      subject: event.eventId,
      time: event.phase === 'END' && event.endedAt !== null ? event.endedAt : event.confirmedAt,
      data: event,
    })
    return event
  }

  #factsOf({ eventId, event }: AlertRecord, nowMs: number): TransitionFacts {
    const { register = NOBODY, basisInForce } = this.#parts
    const past = standing(this.#store.transitions(eventId))
    const recusals = this.#store.entries(eventId).filter(({ kind }) => kind === 'RECUSED')
    const minor = isMinor(event.grade) || isMinor(gradeOfBox(event))
    return {
      ...{ grade: event.grade, minor, act: actOf(event), nowMs, past, register },
      delivered: (id) => this.#wasDelivered(eventId, id),
      recused: new Set(recusals.map(({ details }) => details['personId']!)),
      lacking: (details) =>
        lackingForCase({
          ...{ event, minor, details, entered: new Set(past.map(({ to }) => to)) },
          notices: this.notices(eventId),
          basisInForce: basisInForce?.(event) ?? true,
        }),
    }
  }

  #wasDelivered(eventId: string, id: string): boolean {
    const notice = this.notices(eventId).find(({ persuasionId }) => persuasionId === id)
    return notice !== undefined && notice.deliveredAtMs !== null
  }

  #acknowledge(messageIds: readonly string[]): void {
    const atMs = this.#clock.wallMs()
    this.#store.transaction(() => {
      const touched = messageIds.map((messageId) => this.#store.acknowledge(messageId, atMs))
      for (const eventId of new Set(touched)) if (eventId !== null) this.#emitChange(eventId, 'acked')
    })
  }

  #emitChange(eventId: string, change: AlertChange): AlertRecord {
    const record = this.#store.get(eventId)!
    this.#store.afterCommit(() => {
      for (const listener of this.#listeners) listener(record, change)
    })
    return record
  }
}

const BOX_DEED = { actor: BOX.id, roles: BOX.roles, rank: null }

const gradeOfBox = ({ gradeChange, grade }: ViolationEvent): Grade => gradeChange?.from ?? grade

/** What the judge said, by which a repetition is known: all but the state, which is the desk's. */
function digestOf(event: ViolationEvent): string {
  return createHash('sha256')
    .update(JSON.stringify({ ...event, alertState: '' }))
    .digest('base64')
}
