/**
 * What is parked at a spot: the parts of its goods that tracks steadily name a vehicle or a two-wheeler, and the rest.
 *
 *     case and bicycle, one spot ─▶ tracks: `two-wheeler` over half of it ─┬─ parked: the bicycle, since, until
 *                                                                          └─ rest: the case, still goods
 *
 * A name counts when the track stands and its box is mostly goods of the spot: a car that stops in front of a pile is
 * no part of it. Naming needs tracks; staying and leaving is told by the pixels alone, so a bicycle goes on standing
 * in a night in which no model knows it. A kind is one part: three bicycles side by side are one act.
 */
import { area, type Box, intersection, iou } from '../kit/geometry.ts'
import type { Track } from '../tracks/track.ts'
import { newStay, type Portion, type Stay, shiftStay, watchStay } from './parts.ts'

const PARKED_KINDS = ['vehicle', 'two-wheeler'] as const
export type ParkedKind = (typeof PARKED_KINDS)[number]

/** The goods of a spot, part by part. */
export interface PartedGround {
  /** What stands of the goods inside any of the boxes, or outside all of them. */
  portion(boxes: readonly Box[], side: 'inside' | 'outside'): Portion
  /** Share of a box that is goods of the spot. */
  fill(box: Box): number
}

/** One look: when, from when on a part may date, and whether nobody is in the way. */
export interface PartsLook {
  readonly nowMs: number
  readonly earliestMs: number
  readonly clear: boolean
}

/** Plain data, so that it survives a restart. */
export interface Parked extends Stay {
  readonly kind: ParkedKind
  class: string
  confidence: number
  /** Looks of the witness since the name was first heard, and those in which it was; both fade. */
  looks: number
  named: number
  /** Heard often enough once: from then on its pixels decide. */
  believed: boolean
  /** Where the tracks are. */
  boxes: Box[]
  /** null until its pixels were asked. */
  sinceMs: number | null
  /** Its extent in the picture, by its pixels. */
  box: Box | null
  reportedUntilMs: number | null
}

/** The goods beside what is parked. */
export type Rest = Stay & { sinceMs: number | null; box: Box | null }

/** Wheels and frames have holes: a bicycle fills about half of its box. */
const FILL_MIN = 0.3
const STEADY_LOOKS = 4
const STEADY_SHARE = 0.6
/** A name heard in so few looks was imagined; it is forgotten, and begins anew when heard again. */
const IMAGINED_SHARE = 0.2
const IMAGINED_LOOKS = 20
/** Looks after which the past counts half: a minute or two. */
const LOOKS_MAX = 240
/** Two boxes of one thing. */
const SAME_IOU = 0.3
const BOXES_MAX = 12
/** Share of a box that lies in another of the same kind. */
const PART_COVER = 0.8
/** A shadow reaches this far beyond the box that a detector draws, shares of the box. */
const REACH_SHARE = 0.15
/** Less than this, or less than this share of it all, is a shadow or a wheel: 8×8 pixels. */
const REST_PIXELS_MIN = 64
const REST_SHARE_MIN = 0.15

/** Takes one look of the tracks that are sure of themselves into account. */
export function nameParked(parked: Parked[], ground: PartedGround, tracks: readonly Track[]): void {
  for (const kind of PARKED_KINDS) {
    const named = tracks.filter(
      ({ role, stationarySinceMs, box }) =>
        role === kind && stationarySinceMs !== null && ground.fill(box) >= FILL_MIN,
    )
    if (named.length > 0 && !parked.some((one) => one.kind === kind)) parked.push(newParked(kind))
    const part = parked.find((one) => one.kind === kind)
    if (part !== undefined) tally(part, named)
  }
}

/** Whether the name has been heard often enough to be believed. */
export function isSteady({ looks, named }: Parked): boolean {
  return named >= STEADY_LOOKS && named >= STEADY_SHARE * looks
}

/** Whether nothing is left to be said of it, as long as no act is open. */
export function isPast({ goneSinceMs, looks, named }: Parked): boolean {
  return goneSinceMs !== null || (looks >= IMAGINED_LOOKS && named < IMAGINED_SHARE * looks)
}

/** Takes the pixels of one look into account. */
export function watchParked(part: Parked, ground: PartedGround, look: PartsLook): void {
  const portion = ground.portion(part.boxes, 'inside')
  watchStay(part, portion, look.nowMs)
  date(part, portion, look)
}

/** What stands beside the parked things; null while they are all there is. */
export function watchRest(
  rest: Rest | null,
  parked: readonly Parked[],
  ground: PartedGround,
  look: PartsLook,
): Rest | null {
  const boxes = parked.flatMap((part) => part.boxes.map((box) => grown(box, REACH_SHARE)))
  const portion = ground.portion(boxes, 'outside')
  if (rest === null) {
    const whole = portion.pixels + ground.portion(boxes, 'inside').pixels
    if (portion.pixels < REST_PIXELS_MIN || portion.pixels < REST_SHARE_MIN * whole) return null
    rest = { ...newStay(), sinceMs: null, box: null }
  }
  watchStay(rest, portion, look.nowMs)
  date(rest, portion, look)
  return rest
}

export function shiftParked(part: Parked | Rest, byMs: number): void {
  if (part.sinceMs !== null) part.sinceMs += byMs
  if ('reportedUntilMs' in part && part.reportedUntilMs !== null) part.reportedUntilMs += byMs
  shiftStay(part, byMs)
}

/** Whether a vehicle stands so close that it may be being unloaded: within half of its own size. */
export function isNear(vehicle: Box, goods: Box): boolean {
  return intersection(grown(vehicle, 0.5), goods) > 0
}

function newParked(kind: ParkedKind): Parked {
  return {
    ...newStay(),
    ...{ kind, class: kind, confidence: 0, looks: 0, named: 0, believed: false },
    ...{ boxes: [], sinceMs: null, box: null, reportedUntilMs: null },
  }
}

function tally(part: Parked, named: readonly Track[]): void {
  if (part.looks >= LOOKS_MAX) {
    part.looks /= 2
    part.named /= 2
  }
  part.looks++
  if (named.length > 0) part.named++
  const largestFirst = named.toSorted((a, b) => area(b.box) - area(a.box))
  for (const [at, { box, class: name, confidence }] of largestFirst.entries()) {
    // A wheel of what has just been named whole.
    const isPart = (whole: Track) => intersection(whole.box, box) >= PART_COVER * area(box)
    if (largestFirst.slice(0, at).some(isPart)) continue
    const known = part.boxes.findIndex((other) => iou(other, box) >= SAME_IOU)
    if (known >= 0) part.boxes[known] = box
    else if (part.boxes.length < BOXES_MAX) part.boxes.push(box)
    if (confidence <= part.confidence) continue
    part.class = name
    part.confidence = confidence
  }
  part.believed ||= isSteady(part)
}

/**
 * While nobody is in the way ages are asked anew; otherwise whoever brought a thing may be counted among its pixels,
 * and only an earlier time is believed.
 */
function date(part: Parked | Rest, { sinceMs, box }: Portion, { earliestMs, clear }: PartsLook): void {
  if (part.goneFromMs !== null || box === null) return
  part.box = box
  if (sinceMs === Infinity) return
  const at = Math.max(sinceMs, earliestMs)
  part.sinceMs = clear || part.sinceMs === null ? at : Math.min(part.sinceMs, at)
}

function grown([x1, y1, x2, y2]: Box, share: number): Box {
  const dx = share * (x2 - x1)
  const dy = share * (y2 - y1)
  return [x1 - dx, y1 - dy, x2 + dx, y2 + dy]
}
