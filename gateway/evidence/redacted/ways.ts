/**
 * Where each person and vehicle is in every picture, from looks a few times a second.
 *
 *     looks    ▢         ▢                   ▢               a detector misses somebody now and then
 *     way   ◀──▢────────▢───────────────────▢──────▶         in between: the straight way; before the first and after
 *                                                            the last: held for 0.8 s, growing
 *
 * All looks are known before the first picture is painted, so a way is drawn backwards as well as forwards. A box
 * grows with the time to its nearest look, because somebody may have turned meanwhile.
 */
import { type Box, iou } from '../../kit/geometry.ts'

export type Sort = 'person' | 'vehicle' | 'two-wheeler'

export interface Sighting {
  readonly sort: Sort
  readonly box: Box
}

interface Look extends Sighting {
  readonly timeMs: number
}
type Way = Look[]

/** Somebody may be missed for so long and is still the same way. */
const GAP_MS = 2_500
const HELD_MS = 800
const GROWN = 0.06
/** Shares of its size that a box grows a second, away from its nearest look. */
const GROWN_PER_SEC = 0.5
/** Looks no further apart than this say where somebody is in between. */
const SURE_MS = 450
const BODY_SHARE = 0.65
const EDGE = 0.02
const IOU_MIN = 0.12
/** Apart by so many of its heights at most, and so many times larger or smaller. */
const REACH = 0.6
const RATIO_MAX = 2

export class Ways {
  readonly #ways: Way[] = []

  /** One look at the whole picture, in the order of time. */
  add(timeMs: number, sightings: readonly Sighting[]): void {
    const open = this.#ways.filter((way) => timeMs - way.at(-1)!.timeMs <= GAP_MS)
    const pairs = sightings
      .flatMap((sighting) => open.map((way) => ({ way, sighting, fit: fitOf(way.at(-1)!, sighting) })))
      .filter(({ fit }) => fit > 0)
      .sort((a, b) => b.fit - a.fit)
    const taken = new Set<Way | Sighting>()
    for (const { way, sighting } of pairs) {
      if (taken.has(way) || taken.has(sighting)) continue
      taken.add(way).add(sighting)
      way.push({ ...sighting, timeMs })
    }
    for (const sighting of sightings) if (!taken.has(sighting)) this.#ways.push([{ ...sighting, timeMs }])
  }

  /** Everybody who is, or may be, in the picture of this moment. */
  at(timeMs: number): Sighting[] {
    return this.#ways.flatMap((way) => {
      const box = boxAt(way, timeMs)
      return box === null ? [] : [{ sort: way[0]!.sort, box }]
    })
  }

  /** Bodies that were seen just before and just after, without their heads and legs: what moves there is theirs. */
  bodiesAt(timeMs: number, aspect: number): Box[] {
    return this.#ways.flatMap((way) => {
      if (way[0]!.sort !== 'person') return []
      const after = way.findIndex((look) => look.timeMs >= timeMs)
      const [before, next] = [way[after - 1], way[after]]
      if (before === undefined || next === undefined || next.timeMs - before.timeMs > SURE_MS) return []
      const body = bodyOf(between(before, next, timeMs), aspect)
      return body === null ? [] : [body]
    })
  }
}

function fitOf(last: Look, { sort, box }: Sighting): number {
  if (last.sort !== sort) return 0
  const overlap = iou(last.box, box)
  if (overlap >= IOU_MIN) return 1 + overlap
  const height = Math.max(last.box[3] - last.box[1], box[3] - box[1])
  const ratio = (last.box[3] - last.box[1]) / (box[3] - box[1])
  const apart = Math.hypot(...middleOf(last.box).map((value, axis) => value - middleOf(box)[axis]!)) / height
  return ratio < RATIO_MAX && ratio > 1 / RATIO_MAX && apart < REACH ? 1 - apart / REACH : 0
}

const middleOf = ([x1, y1, x2, y2]: Box) => [(x1 + x2) / 2, (y1 + y2) / 2] as const

function boxAt(way: Way, timeMs: number): Box | null {
  const after = way.findIndex((look) => look.timeMs >= timeMs)
  const next = after < 0 ? undefined : way[after]
  const before = after < 0 ? way.at(-1) : way[after - 1]
  if (next !== undefined && before !== undefined) {
    const box = between(before, next, timeMs)
    return grow(box, Math.min(timeMs - before.timeMs, next.timeMs - timeMs))
  }
  const nearest = (next ?? before)!
  const awayMs = Math.abs(timeMs - nearest.timeMs)
  return awayMs > HELD_MS ? null : grow(nearest.box, awayMs)
}

function grow([x1, y1, x2, y2]: Box, awayMs: number): Box {
  const share = GROWN + (GROWN_PER_SEC * awayMs) / 1000
  const [dx, dy] = [(x2 - x1) * share, (y2 - y1) * share * 0.5]
  return [x1 - dx, y1 - dy, x2 + dx, y2 + dy]
}

function between(before: Look, next: Look, timeMs: number): Box {
  const share = (timeMs - before.timeMs) / (next.timeMs - before.timeMs)
  const edge = (at: 0 | 1 | 2 | 3) => before.box[at] + (next.box[at] - before.box[at]) * share
  return [edge(0), edge(1), edge(2), edge(3)]
}

/**
 * The part of a person's box that holds the head. Upright: the upper third. Sitting, cut by a counter or by the
 * picture's edge, a box is squat and the head is a larger part of it.
 */
export function headOf([x1, y1, x2, y2]: Box, aspect: number): Box {
  const [width, height] = [(x2 - x1) * aspect, y2 - y1]
  const down = Math.min(height, Math.max(0.32 * height, 0.85 * width))
  return [x1 - 0.1 * (x2 - x1), y1 - 0.1 * height, x2 + 0.1 * (x2 - x1), y1 + down]
}

/**
 * From under the head to above the knees, and only of a body that is wholly in the picture: the head of somebody nearer
 * comes up over the legs of somebody farther, and at the picture's lower edge it is all there is of him.
 */
function bodyOf(box: Box, aspect: number): Box | null {
  const [x1, y1, x2, y2] = box
  if (x1 < EDGE || x2 > 1 - EDGE || y2 > 1 - EDGE) return null
  const head = headOf(box, aspect)[3]
  const knees = y1 + BODY_SHARE * (y2 - y1)
  return head < knees ? [x1, head - EDGE, x2, knees] : null
}

/** Whoever rides was seen as what he rides: he sits on its upper edge. */
export function riderOf([x1, y1, x2, y2]: Box): Box {
  return [x1, y1 - 1.1 * (y2 - y1), x2, y1 + 0.35 * (y2 - y1)]
}
