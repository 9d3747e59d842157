/**
 * Films and acts: which body-cam recording shows which act, found by the box and settled by people [R61, R67].
 *
 *     film accepted ───────────────┐
 *     act begins, ends             ├─▶ films due ─▶ claims ─▶ LINKED, SUGGESTED ─┬─▶ record, with score and reasons
 *     dispatched, on site, left ───┘                                            ├─▶ `filmed` in the next revision
 *     person: link, unlink ─────────────────────────────────────────────────────┴─▶ package owed, or link withdrawn
 *
 * What is due is durable and done one at a time between other work; doing it again changes nothing. The box never
 * touches a pair that a person has spoken about, and never takes back what was found in the film itself.
 */
import { fault } from '../kit/errors.ts'
import type { ViolationEvent } from '../violations/event.ts'
import type { Annex, DeskTransition } from './desk.ts'
import {
  changeOf,
  type FilmChange,
  type FilmedPart,
  handledIn,
  listed,
  partOf,
  united,
} from './film-changes.ts'
import {
  BOX,
  type FilmLink,
  FilmLinks,
  type FilmPackage,
  isByPerson,
  type OwedPackage,
} from './film-links.ts'
import type { FilmListener, FilmsParts, FilmWish } from './film-parts.ts'
import {
  type Claim,
  claimOf,
  type Film,
  type FilmedAct,
  type FilmReason,
  marginMs,
  type Span,
  settle,
} from './film-score.ts'

/** Between other work, one film at a time: an hour's film among 300 acts takes 0.1 s, looked at again a third of it. */
const TURN_MAX = 1
/** A message has its size. */
const FILMED_MAX = 10
const FAR_FUTURE_MS = 8.64e15

export class Films implements Annex {
  readonly links: FilmLinks
  readonly #parts: FilmsParts
  readonly #owedListeners = new Set<() => void>()
  #listener: FilmListener | null = null
  #turn: NodeJS.Immediate | null = null
  #closed = false

  constructor(parts: FilmsParts) {
    this.#parts = parts
    this.links = new FilmLinks(parts.database)
    parts.desk.join(this)
  }

  listen(listener: FilmListener): void {
    this.#listener = listener
  }

  /** A link wants a package. */
  onOwed(listener: () => void): void {
    this.#owedListeners.add(listener)
  }

  /** What was due before the last stop. */
  start(): void {
    this.#wake()
  }

  close(): void {
    this.#closed = true
    if (this.#turn !== null) clearImmediate(this.#turn)
  }

  /** A recording is there, or its times or people are others now. Joins the transaction that says so. */
  offer(recordingId: string): void {
    const film = this.#parts.film(recordingId)
    if (film !== null) this.#put(film)
  }

  /** Acts that were found in the film itself. */
  found(recordingId: string, eventIds: readonly string[]): void {
    const film = this.#parts.film(recordingId)
    if (film === null) return
    const now = this.#nowOf(recordingId)
    const fresh = eventIds.filter((id) => !isFound(now.get(id)) && !isPersons(now.get(id)))
    this.#keep(film, now, fresh, (eventId) => ({
      ...{ state: 'LINKED', actor: BOX, reason: '', score: 1, reasons: [{ code: 'FOUND_IN_IT' }] },
      ...{ segment: this.#foundSpan(film, eventId), commandId: null },
    }))
  }

  note(event: ViolationEvent, wish: DeskTransition | null): ViolationEvent {
    const { eventId } = event
    if (wish !== null) this.#noteHandled(eventId)
    // What goes on is looked at when it begins and when it is over, not at every word in between.
    if (wish !== null || event.phase !== 'UPDATE') this.#makeDue(event)
    const { filmed: _, ...bare } = event
    const filmed = this.#filmedOf(eventId)
    const sealed = this.links.packagesOf(eventId)
    // The cameras' package is the one that is named; a film's only where there is no other.
    const named = bare.evidence ?? sealed.at(-1)
    const ids = [...(bare.evidence?.packages ?? []), ...sealed.map(({ packageId }) => packageId)]
    const packages = [...new Set(ids)].sort()
    return {
      ...bare,
      ...(named === undefined || sealed.length === 0 ? {} : { evidence: { ...named, packages } }),
      ...(filmed.length === 0 ? {} : { filmed }),
    }
  }

  /** A person says that the film shows the act. */
  link(wish: FilmWish): FilmLink {
    const { eventId } = wish
    return this.#say(wish, 'LINKED', (film, last) => {
      const act = this.#actOf(eventId)
      const claim = act === null ? null : this.#claim(film, act)
      const reasons: FilmReason[] = [{ code: 'PERSON', value: wish.by }, ...(claim?.reasons ?? [])]
      const whole = { fromMs: film.fromMs, toMs: film.toMs }
      const { score = 0, segment = last?.segment ?? whole } = claim ?? {}
      return { score, reasons, segment }
    })
  }

  /** A person says that it does not: the box keeps out of it from then on. */
  unlink(wish: FilmWish): FilmLink {
    return this.#say(wish, 'UNLINKED', (_, last) => {
      const holds = last !== undefined && (last.state === 'LINKED' || last.state === 'SUGGESTED')
      if (!holds) throw refused(wish, 'the two are not linked')
      const { score, segment, reasons } = last
      return { score, segment, reasons: [{ code: 'PERSON', value: wish.by }, ...reasons] }
    })
  }

  /** Links that want a package, as they stand; what was withdrawn meanwhile wants none. */
  owed(): (OwedPackage & { readonly link: FilmLink })[] {
    return this.links.owedPackages().flatMap((owed) => {
      const link = this.links.nowOfEvent(owed.eventId).find((one) => one.recordingId === owed.recordingId)
      return link?.state === 'LINKED' ? [{ ...owed, link }] : []
    })
  }

  /** A package of the film joins those of the act, and that is told. */
  sealed(recordingId: string, eventId: string, made: FilmPackage): void {
    const { database, desk } = this.#parts
    database.transaction(() => {
      this.links.sealed(recordingId, eventId, made)
      desk.retell(eventId)
    })
  }

  /** All that is due, at once. */
  work(turns = Number.POSITIVE_INFINITY): void {
    for (let left = turns; left > 0; left--) {
      const recordingId = this.links.nextDue()
      if (recordingId === null) return
      this.#parts.database.transaction(() => {
        this.links.done(recordingId)
        const film = this.#parts.film(recordingId)
        if (film !== null) this.#judge(film)
      })
    }
  }

  #put(film: Film): void {
    this.links.put(film.recordingId, film.cameraId, film)
    this.#parts.database.afterCommit(() => this.#wake())
  }

  #wake(): void {
    if (this.#turn !== null || this.#closed) return
    this.#turn = setImmediate(() => {
      this.#turn = null
      if (this.#closed) return
      this.work(TURN_MAX)
      if (this.links.nextDue() !== null) this.#wake()
    })
  }

  #judge(film: Film): void {
    const { index, options } = this.#parts
    const margin = marginMs(film, options())
    const wide = { fromMs: film.fromMs - margin, toMs: film.toMs + margin }
    const now = this.#nowOf(film.recordingId)
    const between = index.during(wide.fromMs, wide.toMs).map(({ eventId }) => eventId)
    const ids = new Set([...between, ...this.links.handledBetween(wide), ...now.keys()])
    const claims: Claim[] = []
    const byPeople: Claim[] = []
    for (const eventId of ids) {
      const last = now.get(eventId)
      if (isPersons(last)) {
        if (last.state === 'LINKED') byPeople.push({ ...last, score: 1, isNamed: true })
        ids.delete(eventId)
      } else if (isFound(last)) ids.delete(eventId)
      else {
        const act = this.#actOf(eventId)
        const claim = act === null ? null : this.#claim(film, act)
        if (claim !== null && index.get(eventId)?.cameraId !== film.cameraId) claims.push(claim)
      }
    }
    const verdicts = this.#settled(claims, byPeople, now)
    this.#keep(film, now, [...ids].sort(), (eventId) => changeOf(verdicts.get(eventId), now.get(eventId)))
    this.#retellOutdated(now)
  }

  /** The links are as they were, and the recording is worth more or less than was told. */
  #retellOutdated(now: ReadonlyMap<string, FilmLink>): void {
    for (const [eventId, { state }] of now) {
      const record = state === 'LINKED' ? this.#parts.desk.get(eventId) : null
      if (record === null) continue
      const [told, is] = [record.event.filmed ?? [], this.#filmedOf(eventId)].map((one) =>
        JSON.stringify(one),
      )
      if (told !== is) this.#parts.desk.retell(eventId)
    }
  }

  /** What the box has linked a person does not undo by linking something else as well. */
  #settled(claims: readonly Claim[], byPeople: readonly Claim[], now: ReadonlyMap<string, FilmLink>) {
    const isOneAct = (a: string, b: string) => this.#parts.membersOf(a).includes(b)
    const free = settle(claims, [], isOneAct, this.#parts.options())
    const bound = settle(claims, byPeople, isOneAct, this.#parts.options())
    const chosen = bound.map((verdict, at) =>
      now.get(verdict.eventId)?.state === 'LINKED' ? free[at]! : verdict,
    )
    return new Map(chosen.map((verdict) => [verdict.eventId, verdict]))
  }

  /** Keeps what changed, tells whom it concerns, and owes or withdraws packages. */
  #keep(
    film: Film,
    now: Map<string, FilmLink>,
    eventIds: readonly string[],
    changeTo: (eventId: string) => FilmChange | null,
  ): void {
    const { database, desk, clock } = this.#parts
    const { recordingId } = film
    database.transaction(() => {
      const told: string[] = []
      for (const eventId of eventIds) {
        const change = changeTo(eventId)
        if (change === null) continue
        const last = now.get(eventId)
        this.links.add({ ...change, recordingId, eventId, atMs: clock.wallMs() })
        now.set(eventId, this.#nowOf(recordingId).get(eventId)!)
        if (last?.state === 'LINKED' || change.state === 'LINKED') told.push(eventId)
        if ((last?.state === 'LINKED') !== (change.state === 'LINKED'))
          this.#package(recordingId, eventId, change)
      }
      if (told.length === 0) return
      const linked = [...now.values()].filter(({ state }) => state === 'LINKED')
      this.#listener?.links(recordingId, linked.map(({ eventId }) => eventId).sort())
      for (const eventId of told) if (desk.get(eventId) !== null) desk.retell(eventId)
    })
  }

  /** The pictures of an act that was found in the film are of the film already. */
  #package(recordingId: string, eventId: string, { state, actor, reason, reasons }: FilmChange): void {
    const packageId = this.links.packageOf(recordingId, eventId)
    const why = reason || reasons.map(({ code }) => code).join(' ')
    if (packageId !== null)
      this.#listener?.package(packageId, state === 'LINKED' ? 'LINK_RESTORED' : 'LINK_WITHDRAWN', actor, why)
    else if (state === 'LINKED' && !reasons.some(({ code }) => code === 'FOUND_IN_IT')) {
      this.links.owePackage(recordingId, eventId, this.#parts.clock.wallMs())
      this.#parts.database.afterCommit(() => {
        for (const listener of this.#owedListeners) listener()
      })
    }
  }

  #say(
    wish: FilmWish,
    state: 'LINKED' | 'UNLINKED',
    made: (film: Film, last: FilmLink | undefined) => Pick<FilmChange, 'score' | 'reasons' | 'segment'>,
  ): FilmLink {
    const { recordingId, eventId, by: actor, reason, commandId } = wish
    const { desk, film: filmOf, database } = this.#parts
    const done = this.links.ofCommand(commandId)
    if (done !== null && (done.recordingId !== recordingId || done.eventId !== eventId))
      throw refused(wish, `the command ${commandId} was given for ${done.recordingId} and ${done.eventId}`)
    if (desk.get(eventId) === null) throw fault('ALERT_UNKNOWN', { event: eventId })
    const film = filmOf(recordingId)
    if (film === null) throw refused(wish, 'there is no accepted recording of that id')
    return database.transaction(() => {
      const now = this.#nowOf(recordingId)
      const last = now.get(eventId)
      const isSaid = last !== undefined && isByPerson(last) && last.state === state
      if (done === null && !isSaid) {
        const change = { ...made(film, last), state, actor, reason, commandId }
        this.#keep(film, now, [eventId], () => change)
        // Its rivals have lost one, or have one more.
        this.#put(film)
      }
      return this.#nowOf(recordingId).get(eventId)!
    })
  }

  #claim(film: Film, act: FilmedAct): Claim | null {
    const { options, onDuty } = this.#parts
    const onDutyIds = onDuty(film.fromMs)
    return claimOf(film, act, options(), (personId) => onDutyIds.includes(personId))
  }

  #nowOf(recordingId: string): Map<string, FilmLink> {
    return new Map(this.links.nowOfRecording(recordingId).map((link) => [link.eventId, link]))
  }

  #actOf(eventId: string): FilmedAct | null {
    const { index, desk, placeOf, personIdOf, clock } = this.#parts
    const placed = index.get(eventId)
    if (placed === null) return null
    const nowMs = clock.wallMs()
    const past = desk.transitions(eventId)
    const act = {
      fromMs: placed.startedMs,
      toMs: placed.over ? placed.untilMs : Math.max(placed.untilMs, nowMs),
    }
    const said = (state: string, key: string) =>
      past.flatMap(({ to, details, atMs }) =>
        to === state ? listed(details[key]).map((one) => ({ one, atMs })) : [],
      )
    return {
      ...{ eventId, spans: united([act, ...handledIn(past, nowMs)]), at: placeOf(eventId) },
      sent: said('DISPATCHED', 'officers').map(({ one, atMs }) => ({ personId: personIdOf(one), atMs })),
      onSite: said('ON_SITE', 'officers').map(({ one }) => personIdOf(one)),
      namedIds: said('ON_SITE', 'recordingId').map(({ one }) => one),
    }
  }

  #noteHandled(eventId: string): void {
    const spans = handledIn(this.#parts.desk.transitions(eventId), FAR_FUTURE_MS)
    if (spans.length === 0) return
    this.links.handled(eventId, { fromMs: spans[0]!.fromMs, toMs: spans.at(-1)!.toMs })
  }

  #makeDue({ eventId }: ViolationEvent): void {
    const { options, database } = this.#parts
    const act = this.#actOf(eventId)
    if (act === null) return
    const margin = marginMs({ isClockKnown: false }, options())
    const fromMs = act.spans[0]!.fromMs - margin
    if (this.links.makeDue({ fromMs, toMs: act.spans.at(-1)!.toMs + margin }))
      database.afterCommit(() => this.#wake())
  }

  #foundSpan(film: Film, eventId: string): Span {
    const placed = this.#parts.index.get(eventId)
    const [fromMs, toMs] = placed === null ? [film.fromMs, film.toMs] : [placed.startedMs, placed.untilMs]
    return { fromMs: Math.max(film.fromMs, fromMs), toMs: Math.min(film.toMs, toMs) }
  }

  /** Segments that belong to the life of an alert, as the recordings are worth today. */
  #filmedOf(eventId: string): FilmedPart[] {
    const linked = this.links.nowOfEvent(eventId).filter(({ state }) => state === 'LINKED')
    return linked.slice(0, FILMED_MAX).flatMap((link) => {
      const film = this.#parts.film(link.recordingId)
      return film === null ? [] : [partOf(link, film)]
    })
  }
}

const isPersons = (link: FilmLink | undefined): link is FilmLink => link !== undefined && isByPerson(link)
const isFound = (link: FilmLink | undefined): boolean =>
  link?.reasons.some(({ code }) => code === 'FOUND_IN_IT') === true

const refused = ({ recordingId, eventId }: FilmWish, reason: string) =>
  fault('FILM_NOT_LINKED', { recording: recordingId, event: eventId, reason })
