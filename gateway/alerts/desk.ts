/**
 * The desk keeps every alert: what the box said, what people made of it, and that all of it went out.
 *
 *     judge ─ raise ───────┐                      ┌─ event_revision, alert_transition (append-only)
 *     person ─ review ─────┼─▶ one transaction ───┤
 *     platform ─ transition┘                      └─ outbox entry: durable before anything is published
 *
 * Each change of state is told as a further revision of the event, the whole state each time. The desk owns
 * `alertState` and the last word on `revision`: what the judge says is renumbered when a person was quicker.
 * An act that is over stays over: after END every revision is END.
 */
import { createHash } from 'node:crypto'
import { assert } from '../kit/assert.ts'
import type { Clock } from '../kit/clock.ts'
import type { Database, Row } from '../kit/database.ts'
import { fault } from '../kit/errors.ts'
import { derivedUlid } from '../kit/ids.ts'
import type { ViolationEvent } from '../violations/event.ts'
import { type AlertCount, type AlertFilter, DeskStore, eventOf } from './desk-store.ts'
import {
  type Actor,
  type AlertState,
  admitTransition,
  type Owner,
  type TransitionFacts,
} from './lifecycle.ts'

export type { AlertCount, AlertFilter } from './desk-store.ts'

/** Where the desk's messages go: the outbox, or a list in a test. `put` joins the transaction it is called in. */
interface AlertOutlet {
  put(entry: {
    readonly id: string
    /** Below the gateway's root. */
    readonly topic: string
    readonly type: string
    readonly subject: string
    /** ISO-8601. */
    readonly time: string
    readonly data: unknown
  }): number
  /** Ids of messages the back end has said it has, told inside the transaction that settles them. */
  onSettled(listener: (ids: readonly string[]) => void): () => void
}

export interface AlertRecord {
  readonly eventId: string
  /** The latest revision, as published. */
  readonly event: ViolationEvent
  readonly state: AlertState
  readonly revision: number
  /** The back end has the latest revision. */
  readonly acked: boolean
  readonly ackedRevision: number
  readonly ackedAtMs: number | null
  readonly raisedAtMs: number
  readonly updatedAtMs: number
}

export interface Transition {
  readonly from: AlertState | null
  readonly to: AlertState
  readonly actor: Actor
  readonly reasonCode: string | null
  readonly note: string | null
  readonly details: Readonly<Record<string, string>>
  readonly commandId: string | null
  readonly atMs: number
}

export interface AlertHistory {
  readonly revisions: readonly ViolationEvent[]
  readonly transitions: readonly Transition[]
}

export interface ReviewWish {
  readonly eventId: string
  readonly verdict: 'VERIFIED' | 'REJECTED'
  readonly reasonCode?: string | undefined
  readonly note?: string | undefined
  /** Id of the person. */
  readonly by: string
  /** Repeating a command changes nothing. */
  readonly commandId: string
}

export interface DeskTransition {
  readonly eventId: string
  readonly to: string
  readonly actor: Actor
  readonly reasonCode?: string | undefined
  readonly note?: string | undefined
  readonly details?: Readonly<Record<string, string>> | undefined
  readonly commandId?: string | undefined
}

/** A room beside the desk: it may refuse a transition, and what it knows of an act is told with each revision. */
export interface Annex {
  /** Throws a fault when the transition may not be made. */
  admit?(record: AlertRecord, wish: DeskTransition): void
  /** The revision with what the room knows; what the room keeps is kept in the same transaction. */
  note?(event: ViolationEvent, wish: DeskTransition | null): ViolationEvent
}

export type AlertChange = 'raised' | 'updated' | 'transition' | 'acked'
type AlertListener = (record: AlertRecord, change: AlertChange) => void

/** As the message table of `mqtt/` names it; a test holds the two together. */
const ALERT_MESSAGE_TYPE = 'cn.lushao.alert.v1'

/** A message stays under 64 KiB; of a crowd the first so many are listed. */
const OBJECTS_MAX = 64

const BOX: Actor = { id: 'box', roles: ['box'] }

export class AlertDesk {
  readonly #store: DeskStore
  readonly #outlet: AlertOutlet
  readonly #clock: Clock
  readonly #annexes: Annex[] = []
  readonly #listeners = new Set<AlertListener>()
  readonly #offSettled: () => void

  constructor(database: Database, outlet: AlertOutlet, clock: Clock) {
    this.#store = new DeskStore(database)
    this.#outlet = outlet
    this.#clock = clock
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
    const row = this.#store.get(event.eventId)
    const told = row ? continued(event, recordOf(row)) : opened(event)
    const kept = this.#store.transaction(() => {
      if (!row) this.#open(told)
      return this.#keep(told, facts)
    })
    this.#emitChange(kept.eventId, row ? 'updated' : 'raised')
    return kept
  }

  review({ verdict, by, ...wish }: ReviewWish): AlertRecord {
    return this.transition({ ...wish, to: verdict, actor: { id: by, roles: ['person'] } })
  }

  /** Throws ALERT_UNKNOWN or ALERT_TRANSITION_REFUSED with the reason. */
  transition(wish: DeskTransition): AlertRecord {
    const record = this.get(wish.eventId)
    if (!record) throw fault('ALERT_UNKNOWN', { event: wish.eventId })
    const done = wish.commandId === undefined ? null : this.#store.eventOfCommand(wish.commandId)
    if (done === wish.eventId) return record
    if (done !== null) {
      const reason = `the command ${wish.commandId} was given for alert ${done}`
      throw fault('ALERT_TRANSITION_REFUSED', {
        event: wish.eventId,
        from: record.state,
        to: wish.to,
        reason,
      })
    }
    for (const annex of this.#annexes) annex.admit?.(record, wish)
    const atMs = this.#clock.wallMs()
    const to = admitTransition(wish.eventId, wish, this.#factsOf(record, atMs))
    this.#store.transaction(() => {
      const { id: actor, roles } = wish.actor
      this.#store.addTransition({ ...wish, from: record.state, to, actor, roles, atMs })
      const phase = record.event.phase === 'END' ? 'END' : 'UPDATE'
      this.#keep({ ...record.event, revision: record.revision + 1, phase, alertState: to }, null, wish)
    })
    return this.#emitChange(wish.eventId, 'transition')
  }

  /** What such rooms know is noted in the order in which they joined. */
  join(annex: Annex): void {
    this.#annexes.push(annex)
  }

  /** A further revision, because what an annex knows of the act has changed. */
  retell(eventId: string): AlertRecord {
    const record = this.get(eventId)
    assert(record !== null, 'an annex speaks of acts that were raised')
    const phase = record.event.phase === 'END' ? 'END' : 'UPDATE'
    this.#store.transaction(() => {
      this.#keep({ ...record.event, revision: record.revision + 1, phase }, null)
    })
    return this.#emitChange(eventId, 'updated')
  }

  get(eventId: string): AlertRecord | null {
    const row = this.#store.get(eventId)
    return row ? recordOf(row) : null
  }

  /** Newest first; the next page begins after `before`, the last id of this one. */
  list(filter: AlertFilter): AlertRecord[] {
    return this.#store.list(filter).map(recordOf)
  }

  history(eventId: string): AlertHistory {
    return {
      revisions: this.#store.revisions(eventId),
      transitions: this.#store.transitions(eventId).map(transitionOf),
    }
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

  /** The first revision goes out as it will be when somebody reads it: waiting for a person. */
  #open(event: ViolationEvent): void {
    const entry = { eventId: event.eventId, actor: BOX.id, roles: BOX.roles, atMs: this.#clock.wallMs() }
    this.#store.addTransition({ ...entry, from: null, to: 'DETECTED' })
    this.#store.addTransition({ ...entry, from: 'DETECTED', to: 'PENDING_REVIEW' })
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

  #factsOf(record: AlertRecord, nowMs: number): TransitionFacts {
    return {
      grade: record.event.grade,
      actOver: record.event.phase === 'END',
      nowMs,
      past: this.#store.transitions(record.eventId).map(transitionOf),
    }
  }

  #acknowledge(messageIds: readonly string[]): void {
    const atMs = this.#clock.wallMs()
    this.#store.transaction(() => {
      const touched = messageIds.map((messageId) => this.#store.acknowledge(messageId, atMs))
      for (const eventId of new Set(touched)) if (eventId !== null) this.#emitChange(eventId, 'acked')
    })
  }

  #emitChange(eventId: string, change: AlertChange): AlertRecord {
    const record = recordOf(this.#store.get(eventId)!)
    this.#store.afterCommit(() => {
      for (const listener of this.#listeners) listener(record, change)
    })
    return record
  }
}

function opened(event: ViolationEvent): ViolationEvent {
  return { ...event, objects: event.objects.slice(0, OBJECTS_MAX), alertState: 'PENDING_REVIEW' }
}

function continued(event: ViolationEvent, { event: last, revision, state }: AlertRecord): ViolationEvent {
  const over = last.phase === 'END' && event.phase !== 'END'
  return {
    ...event,
    ...(over ? { endedAt: last.endedAt, durationSec: last.durationSec, media: last.media } : {}),
    objects: event.objects.slice(0, OBJECTS_MAX),
    revision: Math.max(event.revision, revision + 1),
    phase: over || event.phase === 'END' ? 'END' : 'UPDATE',
    alertState: state,
  }
}

/** What the judge said, by which a repetition is known: all but the state, which is the desk's. */
function digestOf(event: ViolationEvent): string {
  return createHash('sha256')
    .update(JSON.stringify({ ...event, alertState: '' }))
    .digest('base64')
}

function recordOf(row: Row): AlertRecord {
  return {
    eventId: String(row['eventId']),
    event: eventOf(row),
    state: row['state'] as AlertState,
    revision: Number(row['revision']),
    acked: Number(row['ackedRevision']) >= Number(row['revision']),
    ackedRevision: Number(row['ackedRevision']),
    ackedAtMs: row['ackedMs'] === null ? null : Number(row['ackedMs']),
    raisedAtMs: Number(row['raisedMs']),
    updatedAtMs: Number(row['updatedMs']),
  }
}

function transitionOf(row: Row): Transition {
  return {
    from: row['fromState'] as AlertState | null,
    to: row['toState'] as AlertState,
    actor: { id: String(row['actor']), roles: String(row['roles']).split(',') as Owner[] },
    reasonCode: row['reasonCode'] as string | null,
    note: row['note'] as string | null,
    details: JSON.parse(String(row['details'])) as Record<string, string>,
    commandId: row['commandId'] as string | null,
    atMs: Number(row['atMs']),
  }
}
