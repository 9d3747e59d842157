/**
 * How well a film, that is a body-cam recording, fits an act: a score with its reasons, and who gets the film when
 * several acts want it [R61].
 *
 *     time shared ─┐                                       ┌─ ≥ linkMin, and no rival near it ─▶ LINKED
 *     place        ├─▶ claim {score, reasons, segment} ────┼─ ≥ suggestMin ────────────────────▶ SUGGESTED
 *     officer      │                                       └─ less ────────────────────────────▶ nothing
 *     people seen ─┘
 *
 * Without shared time there is no claim, whatever else fits. Two acts that want the same minutes about equally well
 * both stay suggestions: the box does not guess. Nothing in here depends on the order in which things arrived.
 */
import { z } from 'zod'
import { type MapPoint, metresApart } from '../kit/earth.ts'
import type { FilmCode } from './film-words.ts'

export const FilmLinkOptions = z.strictObject({
  linkMin: z
    .number()
    .min(0.5)
    .max(1)
    .default(0.65)
    .describe(
      'Score from which the box links a film itself. Time with a close place, or with the officer, is 0.7.',
    ),
  suggestMin: z
    .number()
    .min(0.31)
    .max(1)
    .default(0.45)
    .describe('Score from which it is suggested to people. Time alone is 0.3 and suggests nothing.'),
  tieMargin: z
    .number()
    .min(0.01)
    .max(0.5)
    .default(0.12)
    .describe('Acts whose scores for the same minutes differ by less are all left to people.'),
  nearM: z
    .number()
    .min(5)
    .max(500)
    .default(30)
    .describe(
      'Metres from where the act is at which a place counts 0.6 of what it counts there; GPS errs by 5 to 15.',
    ),
  farM: z
    .number()
    .min(20)
    .max(5_000)
    .default(150)
    .describe(
      'Metres beyond which a film with positions all along does not show the act, unless somebody says so.',
    ),
  staySec: z
    .number()
    .min(1)
    .max(600)
    .default(90)
    .describe(
      'Seconds that somebody must stay for the place to count in full: who walks past in so long gets half of it. Of a shorter film all of it.',
    ),
  fullOverlapSec: z
    .number()
    .min(1)
    .max(3_600)
    .default(30)
    .describe('Seconds of shared time that count in full; of something shorter all of it.'),
  clockUnsureSec: z
    .number()
    .min(0)
    .max(3_600)
    .default(120)
    .describe(
      'How far (seconds) the clock of a recorder may be off when nobody has compared it at the dock.',
    ),
})
export type FilmLinkOptions = z.infer<typeof FilmLinkOptions>

/** A body-cam recording as far as links depend on it. Times are true time, corrected where the offset is known. */
export interface Film {
  readonly recordingId: string
  /** The camera that events found in it name. */
  readonly cameraId: string
  readonly personId: string | null
  readonly coPresentIds: readonly string[]
  readonly fromMs: number
  readonly toMs: number
  /** Whether anybody has compared the recorder's clock. */
  readonly isClockKnown: boolean
  /** Where it was at an instant; null: nobody knows. */
  readonly at: (wallMs: number) => MapPoint | null
  /** Positions all along, not one for all of it. */
  readonly isTracked: boolean
  /** Whether people or carriers were in view at some time between; null: not analysed. */
  readonly saw: (fromMs: number, toMs: number) => boolean | null
  readonly cap: 'LEAD' | 'CANDIDATE'
  readonly capReasons: readonly string[]
}

export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** An act as far as films depend on it. */
export interface FilmedAct {
  readonly eventId: string
  /** While it went on, and while somebody who was sent dealt with it. */
  readonly spans: readonly Span[]
  readonly at: MapPoint | null
  readonly sent: readonly { readonly personId: string; readonly atMs: number }[]
  readonly onSite: readonly string[]
  /** Recordings that whoever was on site named. */
  readonly namedIds: readonly string[]
}

export interface FilmReason {
  readonly code: FilmCode
  readonly value?: string | number
}

export interface Claim {
  readonly eventId: string
  /** 0..1 */
  readonly score: number
  readonly reasons: readonly FilmReason[]
  /** The minutes of the film that it claims. */
  readonly segment: Span
  /** Somebody named the film: no rival weighs against that. */
  readonly isNamed: boolean
}

/** What each fact adds; the sum ends at 1. */
const WEIGHT = { time: 0.3, place: 0.4, officer: 0.4, onDuty: 0.05, seen: 0.05 } as const
/** The recorder's clock was set right to within this when it was compared. */
const CLOCK_KNOWN_MS = 2_000
const SAMPLES_MAX = 120
/** Within so many times `nearM` a film is at the act; closeness is 0.14 there. */
const HERE = 2
/** Rivals want the same minutes: by this share of what the shorter one claims. */
const SAME_MINUTES_SHARE = 0.5

/** Null: the film does not show the act. */
export function claimOf(
  film: Film,
  act: FilmedAct,
  options: FilmLinkOptions,
  isOnDuty: (personId: string) => boolean,
): Claim | null {
  const shared = sharedTime(film, act, options)
  if (shared === null) return null
  const reasons: FilmReason[] = [{ code: 'TIME_SHARED', value: Math.round(shared.sharedMs / 1000) }]
  if (!film.isClockKnown) reasons.push({ code: 'CLOCK_UNSURE', value: options.clockUnsureSec })
  const isNamed = act.namedIds.includes(film.recordingId)
  const place = placeOf(film, act, shared.segment, options)
  if (place.isElsewhere && !isNamed) return null
  reasons.push(place.reason)
  const officer = officerOf(film, act, marginMs(film, options))
  if (officer !== null) reasons.push(officer)
  const isDuty = film.personId !== null && isOnDuty(film.personId)
  if (isDuty) reasons.push({ code: 'ON_DUTY', value: film.personId! })
  const saw = film.saw(shared.segment.fromMs, shared.segment.toMs)
  reasons.push({ code: saw === null ? 'NOT_ANALYSED' : saw ? 'PEOPLE_IN_VIEW' : 'NOBODY_FOUND' })
  if (isNamed) reasons.unshift({ code: 'NAMED_ON_SITE' })
  const sum =
    WEIGHT.time * shared.share +
    WEIGHT.place * place.closeness +
    (officer === null ? 0 : WEIGHT.officer) +
    (isDuty ? WEIGHT.onDuty : 0) +
    (saw === true ? WEIGHT.seen : 0)
  const score = isNamed ? 1 : Math.min(1, Math.round(sum * 1000) / 1000)
  return { eventId: act.eventId, score, reasons, segment: place.segment, isNamed }
}

/** How far the two clocks may be apart. */
export function marginMs({ isClockKnown }: Pick<Film, 'isClockKnown'>, options: FilmLinkOptions): number {
  return isClockKnown ? CLOCK_KNOWN_MS : options.clockUnsureSec * 1000
}

function sharedTime(film: Film, { spans }: FilmedAct, options: FilmLinkOptions) {
  const margin = marginMs(film, options)
  const wide = { fromMs: film.fromMs - margin, toMs: film.toMs + margin }
  const parts = spans.flatMap((span) => {
    const both = between(wide, span)
    return both === null ? [] : [{ both, sec: (span.toMs - span.fromMs) / 1000 }]
  })
  if (parts.length === 0) return null
  const best = parts.reduce((a, b) => (length(b.both) > length(a.both) ? b : a))
  const sharedMs = length(best.both)
  const fullSec = Math.max(1, Math.min(options.fullOverlapSec, best.sec, length(film) / 1000))
  return { sharedMs, share: Math.min(1, sharedMs / 1000 / fullSec), segment: clamped(best.both, film) }
}

/** Into the film: a margin of the clock shows nothing by itself. */
function clamped({ fromMs, toMs }: Span, film: Span): Span {
  const from = Math.min(Math.max(fromMs, film.fromMs), film.toMs)
  return { fromMs: from, toMs: Math.max(from, Math.min(toMs, film.toMs)) }
}

interface Placed {
  readonly closeness: number
  readonly reason: FilmReason
  readonly isElsewhere: boolean
  readonly segment: Span
}

function placeOf(film: Film, { at }: FilmedAct, segment: Span, options: FilmLinkOptions): Placed {
  const unknown: Placed = {
    ...{ closeness: 0, reason: { code: 'PLACE_UNKNOWN' }, isElsewhere: false, segment },
  }
  if (at === null) return unknown
  const stepMs = Math.max(1_000, length(segment) / SAMPLES_MAX)
  const samples: { atMs: number; metres: number }[] = []
  for (let atMs = segment.fromMs; atMs <= segment.toMs; atMs += stepMs) {
    const here = film.at(atMs)
    if (here !== null) samples.push({ atMs, metres: metresApart(here, at) })
  }
  if (samples.length === 0) return unknown
  const nearest = Math.min(...samples.map(({ metres }) => metres))
  const near = samples.filter(({ metres }) => metres <= options.farM)
  const value = Math.round(nearest)
  if (near.length === 0)
    return { ...unknown, reason: { code: 'PLACE_FAR', value }, isElsewhere: film.isTracked }
  const stayed = Math.max(1, Math.min(samples.length, Math.ceil((options.staySec * 1000) / stepMs)))
  const closest = samples.map(({ metres }) => closenessAt(metres, options.nearM)).toSorted((a, b) => b - a)
  const closeness = closest.slice(0, stayed).reduce((sum, one) => sum + one, 0) / stayed
  const here = near.filter(({ metres }) => metres <= HERE * options.nearM)
  const part = here.length > 0 ? here : near
  const there = film.isTracked ? { fromMs: part[0]!.atMs, toMs: part.at(-1)!.atMs } : segment
  return { closeness, reason: { code: 'PLACE_NEAR', value }, isElsewhere: false, segment: there }
}

const closenessAt = (metres: number, nearM: number): number => Math.exp(-((metres / nearM) ** 2) / 2)

/** Whoever was sent when the film was over already had not gone there for it. */
function officerOf(
  { personId, coPresentIds, toMs }: Film,
  { onSite, sent }: FilmedAct,
  margin: number,
): FilmReason | null {
  const there = [...(personId === null ? [] : [personId]), ...coPresentIds]
  const onSiteId = there.find((one) => onSite.includes(one))
  if (onSiteId !== undefined) return { code: 'OFFICER_ON_SITE', value: onSiteId }
  const order = sent.find(({ personId: one, atMs }) => there.includes(one) && atMs <= toMs + margin)
  return order === undefined ? null : { code: 'OFFICER_SENT', value: order.personId }
}

export interface Verdict extends Claim {
  readonly state: 'LINKED' | 'SUGGESTED'
}

/**
 * What becomes of the claims on one film.
 * @param byPeople claims that people have settled: linked ones are rivals like others, and are not judged here
 */
export function settle(
  claims: readonly Claim[],
  byPeople: readonly Claim[],
  isOneAct: (a: string, b: string) => boolean,
  options: FilmLinkOptions,
): Verdict[] {
  const strong = claims.filter(({ score }) => score >= options.suggestMin)
  return strong.map((claim) => {
    const rival = [...strong, ...byPeople].find(
      (other) =>
        other.eventId !== claim.eventId &&
        other.score >= claim.score - options.tieMargin &&
        sameMinutes(other.segment, claim.segment) &&
        !isOneAct(other.eventId, claim.eventId),
    )
    if (claim.isNamed) return { ...claim, state: 'LINKED' }
    if (rival !== undefined) {
      const reasons = [...claim.reasons, { code: 'RIVAL' as const, value: rival.eventId }]
      return { ...claim, reasons, state: 'SUGGESTED' }
    }
    return { ...claim, state: claim.score >= options.linkMin ? 'LINKED' : 'SUGGESTED' }
  })
}

function sameMinutes(a: Span, b: Span): boolean {
  const both = between(a, b)
  return both !== null && length(both) >= SAME_MINUTES_SHARE * Math.min(length(a), length(b))
}

/** Null: they share no instant. */
function between(a: Span, b: Span): Span | null {
  const fromMs = Math.max(a.fromMs, b.fromMs)
  const toMs = Math.min(a.toMs, b.toMs)
  return fromMs <= toMs ? { fromMs, toMs } : null
}

const length = ({ fromMs, toMs }: Span): number => toMs - fromMs
