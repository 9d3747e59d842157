/**
 * The same act: one act is one event to whoever handles it, however often and from wherever it is seen [R38].
 *
 *     new event ─┬─ same zone, soon after the last one's end, where it stood   TIME      ─┐
 *                ├─ near on a ground that both cameras are measured on         GROUND     ├─▶ child of that act's root
 *                ├─ cameras declared to look at one place                      ADJACENT   │
 *                └─ a body-cam that was there, or whose officer was sent       BODYCAM   ─┘
 *
 * A continuing act keeps its id. What cleared and began again within the window has an id of its own and is linked:
 * what was published is never renumbered, and its end stands. One act leads to one case at most (一事不二罚, Penalty
 * Law Art. 29). People may merge and split; each of that is a record with name and reason.
 */
import { z } from 'zod'
import type { Clock } from '../kit/clock.ts'
import type { Database } from '../kit/database.ts'
import { type MapPoint, metresApart } from '../kit/earth.ts'
import { fault } from '../kit/errors.ts'
import { area, intersection } from '../kit/geometry.ts'
import type { RuleId, ViolationEvent } from '../violations/event.ts'
import type { ActIndex, PlacedEvent } from './act-index.ts'
import { ActLinks, type LinkRecord } from './act-links.ts'
import type { AlertDesk, AlertRecord, Annex, DeskTransition } from './desk.ts'
import { ALERT_LIFECYCLE, type AlertState } from './lifecycle.ts'
import { type CameraPlace, mapPointOf } from './place.ts'

export const SameActOptions = z.strictObject({
  overlapShareMin: z
    .number()
    .min(0.01)
    .max(1)
    .default(0.2)
    .describe('How much of the smaller extent two acts of one zone must share to be at the same place.'),
  groundNearM: z
    .number()
    .min(0.1)
    .max(50)
    .default(3)
    .describe('Metres apart on a shared ground within which two cameras see one act.'),
  bodyCamNearM: z
    .number()
    .min(1)
    .max(1_000)
    .default(60)
    .describe('Metres from a body-cam to a camera within which both may see one act.'),
})
export type SameActOptions = z.infer<typeof SameActOptions>

export const Adjacency = z.strictObject({
  cameras: z.array(z.string().min(1).max(64)).min(2).max(16).describe('Cameras that look at one place.'),
  zones: z
    .array(z.string().min(1).max(64))
    .max(64)
    .default([])
    .describe('Their zones that are this place. Empty: all of them.'),
})
export type Adjacency = z.infer<typeof Adjacency>

/** The body-cam recording that an event was found in. */
export interface RecordingPlace {
  readonly recordingId: string
  readonly personId: string | null
  readonly at: MapPoint | null
  readonly linkedEventIds: readonly string[]
}

export interface SameActParts {
  readonly database: Database
  readonly desk: AlertDesk
  readonly index: ActIndex
  readonly options: () => SameActOptions
  readonly adjacency: () => readonly Adjacency[]
  readonly windowSec: (ruleId: RuleId) => number
  readonly camera: (cameraId: string) => CameraPlace | null
  readonly recordingOf: (event: PlacedEvent) => RecordingPlace | null
  readonly recording: (recordingId: string) => RecordingPlace | null
  readonly clock: Clock
}

export interface PersonWish {
  readonly by: string
  readonly reason: string
  readonly commandId: string
}

/** Of a crowd no more is told: a message has its size. */
const MEMBERS_MAX = 200
/** What only the primary event of an act may become. */
const LEADS_TO_A_CASE = ['CASE_SUGGESTED', 'FILED']

export class SameAct implements Annex {
  readonly links: ActLinks
  readonly #parts: SameActParts

  constructor(parts: SameActParts) {
    this.#parts = parts
    this.links = new ActLinks(parts.database)
    parts.desk.join(this)
  }

  /**
   * [R38] No second case: not while the act is handled as its primary event, and not when any event of it has led to
   * one. Where the primary was closed without a case, who came back may still answer for it.
   */
  admit({ eventId }: AlertRecord, { to }: DeskTransition): void {
    if (!LEADS_TO_A_CASE.includes(to)) return
    const { desk } = this.#parts
    const [primary, ...others] = this.membersOf(eventId)
    const refuse = (other: string) => fault('SAME_ACT_ELSEWHERE', { event: eventId, primary: other, to })
    for (const other of [primary!, ...others]) {
      if (other === eventId) continue
      const past = desk.history(other).transitions
      const isHandled = other === primary && !isOver(past.at(-1)!.to)
      if (isHandled || past.some((one) => LEADS_TO_A_CASE.includes(one.to))) throw refuse(other)
    }
  }

  note(event: ViolationEvent, wish: DeskTransition | null): ViolationEvent {
    const { index } = this.#parts
    const { placed, isNew } = index.place(event)
    if (isNew) this.#find(placed)
    if (wish?.to === 'ON_SITE') this.#filmedBy(placed, wish.details?.['recordingId'])
    const { sameActAs: _, mergedFrom: __, ...bare } = event
    const primary = this.links.rootOf(event.eventId)
    if (primary !== event.eventId) return { ...bare, sameActAs: [primary] }
    const others = this.links.below(primary).filter((id) => id !== primary)
    return others.length === 0 ? bare : { ...bare, mergedFrom: others }
  }

  /** Events of the same act, the primary one first. */
  membersOf(eventId: string): string[] {
    const root = this.links.rootOf(eventId)
    return [root, ...this.links.below(root).filter((id) => id !== root)]
  }

  /** `eventId`, with whatever it is one with, becomes part of the act of `into`, which stays the primary event. */
  merge({ eventId, into, ...wish }: PersonWish & { eventId: string; into: string }): AlertRecord {
    const { desk, database } = this.#parts
    for (const id of [eventId, into]) if (desk.get(id) === null) throw fault('ALERT_UNKNOWN', { event: id })
    if (this.#isDone(wish.commandId, eventId)) return desk.get(into)!
    const child = this.links.rootOf(eventId)
    const parent = this.links.rootOf(into)
    const refuse = (reason: string) => fault('ACTS_NOT_LINKED', { event: eventId, other: into, reason })
    if (child === parent) throw refuse('they are one act already')
    if (this.links.below(child).length + this.links.below(parent).length > MEMBERS_MAX) {
      throw refuse(`an act has at most ${MEMBERS_MAX} events`)
    }
    return database.transaction(() => {
      this.#add({ ...said(wish), kind: 'MERGE', childId: child, parentId: parent, how: 'PERSON' })
      return desk.get(parent)!
    })
  }

  /** Undoes the link above `eventId`: it, with what hangs below it, is an act of its own again. */
  split({ eventId, ...wish }: PersonWish & { eventId: string }): AlertRecord {
    const { desk, database } = this.#parts
    if (desk.get(eventId) === null) throw fault('ALERT_UNKNOWN', { event: eventId })
    if (this.#isDone(wish.commandId, eventId)) return desk.get(eventId)!
    const parentId = this.links.parentOf(eventId)
    if (parentId === null) {
      const reason = 'it is the primary event of its act'
      throw fault('ACTS_NOT_LINKED', { event: eventId, other: eventId, reason })
    }
    return database.transaction(() => {
      this.#add({ ...said(wish), kind: 'SPLIT', childId: eventId, parentId, how: 'PERSON' })
      return desk.get(eventId)!
    })
  }

  /** A command that was given before changes nothing; one that was given for something else is refused. */
  #isDone(commandId: string, eventId: string): boolean {
    const done = this.links.ofCommand(commandId)
    if (done === null) return false
    if (
      done.childId === eventId ||
      this.links.recordsOf(eventId).some(({ number }) => number === done.number)
    )
      return true
    const reason = `the command ${commandId} was given for ${done.childId}`
    throw fault('ACTS_NOT_LINKED', { event: eventId, other: done.childId, reason })
  }

  #find(placed: PlacedEvent): void {
    const { index, windowSec } = this.#parts
    const windowMs = windowSec(placed.ruleId) * 1000
    const near = index.ofRule(placed.ruleId, placed.startedMs - windowMs, placed.untilMs + windowMs)
    for (const other of near) {
      if (other.eventId === placed.eventId || this.#isDismissed(other)) continue
      const how = this.#howSame(placed, other, windowMs)
      if (how === null || (how !== 'TIME' && this.#isTaken(other, placed))) continue
      this.#link(placed.eventId, other.eventId, how, true)
      return
    }
  }

  /** What was no act cannot go on: a shadow dismissed a minute ago hides nobody who comes now. */
  #isDismissed({ eventId }: PlacedEvent): boolean {
    const state = this.#parts.desk.get(this.links.rootOf(eventId))?.state
    return state === 'REJECTED' || state === 'REVOKED'
  }

  /**
   * An alert went on site with a recording: what was found of the rule in the recording itself is this act. What it is
   * linked to besides was seen by others, and says nothing of one act.
   */
  #filmedBy(placed: PlacedEvent, recordingId: string | undefined): void {
    const recording = recordingId === undefined ? null : this.#parts.recording(recordingId)
    for (const eventId of recording?.linkedEventIds ?? []) {
      const filmed = this.#parts.index.get(eventId)
      if (filmed?.ruleId !== placed.ruleId || this.#parts.recordingOf(filmed) === null) continue
      this.#link(eventId, placed.eventId, 'ON_SITE', false)
    }
  }

  /** @param isTelling the first of them is being kept right now, and says so itself */
  #link(childId: string, otherId: string, how: string, isTelling: boolean): void {
    const [child, parent] = [this.links.rootOf(childId), this.links.rootOf(otherId)]
    if (child === parent || this.links.below(parent).length >= MEMBERS_MAX) return
    const box = { actor: 'box', reason: '', commandId: null }
    const link = { ...box, kind: 'SAME' as const, childId: child, parentId: parent, how }
    this.#add(link, isTelling ? childId : otherId)
  }

  #howSame(event: PlacedEvent, other: PlacedEvent, windowMs: number): string | null {
    if (event.cameraId === other.cameraId) return this.#isAgain(event, other, windowMs) ? 'TIME' : null
    const { adjacency, options } = this.#parts
    const [one, two] = [event.ground, other.ground]
    if (one !== null && two !== null && one.plane === two.plane) {
      // Both say where it stands: nearer words than a declaration.
      const apartM = Math.hypot(one.at[0] - two.at[0], one.at[1] - two.at[1])
      return apartM <= options().groundNearM ? 'GROUND' : null
    }
    if (adjacency().some((place) => covers(place, event) && covers(place, other))) return 'ADJACENT'
    return this.#isBodyCamOf(event, other) || this.#isBodyCamOf(other, event) ? 'BODYCAM' : null
  }

  /** What one camera tells apart stays apart: of two stalls seen by two cameras, each is one with one. */
  #isTaken(other: PlacedEvent, placed: PlacedEvent): boolean {
    return this.membersOf(other.eventId).some((id) => {
      const member = id === placed.eventId ? null : this.#parts.index.get(id)
      if (member?.cameraId !== placed.cameraId) return false
      return !member.over || member.untilMs > placed.startedMs
    })
  }

  /** Began after the other was over, where the other stood. What goes on side by side is not one. */
  #isAgain(event: PlacedEvent, other: PlacedEvent, windowMs: number): boolean {
    if (event.zoneId !== other.zoneId || !other.over || other.untilMs > event.startedMs) return false
    if (event.startedMs - other.untilMs > windowMs) return false
    const smaller = Math.min(area(event.box), area(other.box))
    return intersection(event.box, other.box) >= this.#parts.options().overlapShareMin * smaller
  }

  /** [R38] Time by the caller; place by the map, or the officer by the alert he was sent to. */
  #isBodyCamOf(filmed: PlacedEvent, watched: PlacedEvent): boolean {
    const { recordingOf, camera, options, desk } = this.#parts
    const recording = recordingOf(filmed)
    if (recording === null || recordingOf(watched) !== null) return false
    const hangs = mapPointOf(camera(watched.cameraId) ?? {})
    if (recording.at !== null && hangs !== null) {
      return metresApart(hangs, recording.at) <= options().bodyCamNearM
    }
    const { personId } = recording
    if (personId === null) return false
    return desk.history(watched.eventId).transitions.some(({ to, details }) => {
      if (to !== 'DISPATCHED' && to !== 'ON_SITE') return false
      return (details['officers'] ?? '').split(',').some((one) => one.trim() === personId)
    })
  }

  /** The record, and the word of it to whom it concerns: every event whose primary or members are others now. */
  #add(record: Omit<LinkRecord, 'number' | 'atMs'>, telling?: string): void {
    const { desk, clock } = this.#parts
    this.links.add({ ...record, atMs: clock.wallMs() })
    const moved = this.links.below(record.childId)
    for (const id of [...moved, this.links.rootOf(record.parentId)]) if (id !== telling) desk.retell(id)
  }
}

/** Nothing is left but to file it. */
const isOver = (state: AlertState): boolean =>
  ALERT_LIFECYCLE[state].to.every((next) => next === 'CLOSED' || next === 'ARCHIVED')

const said = ({ by, reason, commandId }: PersonWish) => ({ actor: by, reason, commandId })

function covers({ cameras, zones }: Adjacency, { cameraId, zoneId }: PlacedEvent): boolean {
  return cameras.includes(cameraId) && (zones.length === 0 || zones.includes(zoneId))
}
