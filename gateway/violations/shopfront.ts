/**
 * How far goods stand beyond the line of a shop's doors, windows and walls.
 *
 *     shop ║ line ║ ◀── distance ──▶ feet of the goods ─▶ [low, high] metres, area, share of the feet beyond
 *
 * Only feet are measured, the lowest pixels of the goods: higher ones do not lie on the ground. The farthest tenth is
 * left out, it may be a shadow. One pixel of error either way and the error of the scale give the interval. The public
 * side of the line is the one on which most of the zone lies.
 */
import { contains, type Point, type Polygon } from '../kit/geometry.ts'
import { PLANE_HEIGHT, PLANE_WIDTH } from '../occupancy/standing.ts'
import { type GroundPlane, type GroundScale, planeOf } from './ground-scale.ts'

export type Interval = readonly [low: number, high: number]

export interface Beyond {
  /** Metres beyond the line and square metres of ground; null without a scale. */
  readonly distanceM: Interval | null
  readonly areaM2: Interval | null
  /** Distance in heights of the picture. */
  readonly pictureShare: number
  /** Share of where the goods touch the ground that lies beyond. */
  readonly groundShare: number
  /** Since when the goods have been behind the line again. */
  readonly behindSinceMs: number | null
}
export type Extent = Omit<Beyond, 'behindSinceMs'>

const WIDTH_OVER_HEIGHT = PLANE_WIDTH / PLANE_HEIGHT
/** Quantile of the distances that is told. */
const FAR = 0.9
const NEAR = 0.1
/** Without a scale: half of where the goods touch the ground, and a fiftieth of the picture's height. */
const BEYOND_SHARE_MIN = 0.5
const BEYOND_PICTURE_MIN = 0.02
/** Of the zone's area, on the public side: less is no side. */
const SIDE_SHARE_MIN = 0.6
const GRID = 40

/** In picture heights, where no scale is known. */
const pictureAt = ([x, y]: Point): Point => [x * WIDTH_OVER_HEIGHT, y]

export class Shopfront {
  readonly #line: readonly Point[]
  readonly #plane: GroundPlane | null
  /** +1 when the public side lies to the right of the line as it is drawn, -1 when to the left. */
  readonly #side: number

  constructor(line: readonly Point[], polygon: Polygon, scale: GroundScale | undefined) {
    this.#line = line
    this.#plane = scale === undefined ? null : planeOf(scale)
    this.#side = Math.sign(sideOf(line, polygon)) || 1
  }

  /** null when nothing touches the ground. */
  measure(feet: readonly Point[]): Extent | null {
    if (feet.length === 0) return null
    const inPicture = feet.map((foot) => this.#distance(foot, pictureAt) ?? 0)
    const order = inPicture.map((_, index) => index).sort((a, b) => inPicture[a]! - inPicture[b]!)
    const groundShare = inPicture.filter((distance) => distance > 0).length / feet.length
    const pictureShare = inPicture[order[at(order.length, FAR)]!]!
    return { ...this.#metres(feet), pictureShare, groundShare }
  }

  #metres(feet: readonly Point[]): Pick<Extent, 'distanceM' | 'areaM2'> {
    const plane = this.#plane
    const unknown = { distanceM: null, areaM2: null }
    if (plane === null) return unknown
    const measured = feet.flatMap((foot) => {
      const metres = this.#distance(foot, plane.metresAt)
      return metres === null ? [] : [{ foot, metres }]
    })
    if (measured.length === 0) return unknown
    measured.sort((a, b) => a.metres - b.metres)
    const far = measured[at(measured.length, FAR)]!
    const near = measured[at(measured.length, NEAR)]!
    const distanceM = this.#interval(far.foot, far.metres, plane)
    const along = alongOf(measured.map(({ foot }) => plane.metresAt(foot)!))
    const depth = far.metres - Math.max(0, near.metres)
    // Seen from the front only the near edge touches the ground in the picture: the truth lies between that and all.
    const areaM2: Interval = [
      (1 - plane.errorShare) ** 2 * along * Math.max(0, depth),
      (1 + plane.errorShare) * along * Math.max(0, distanceM[1]),
    ]
    return { distanceM, areaM2 }
  }

  /** One pixel of error either way, and the error of the scale. */
  #interval([x, y]: Point, metres: number, { metresAt, errorShare }: GroundPlane): Interval {
    let low = metres
    let high = metres
    for (const dx of [-1, 0, 1]) {
      for (const dy of [-1, 0, 1]) {
        const moved = this.#distance([x + dx / PLANE_WIDTH, y + dy / PLANE_HEIGHT], metresAt)
        if (moved === null) continue
        low = Math.min(low, moved)
        high = Math.max(high, moved)
      }
    }
    return [low - errorShare * Math.abs(low), high + errorShare * Math.abs(high)]
  }

  /** To the nearest piece of the line, positive on the public side; null beyond the horizon. */
  #distance(foot: Point, on: (point: Point) => Point | null): number | null {
    const point = on(foot)
    const line = this.#line.map(on)
    if (point === null || line.includes(null)) return null
    const away = Math.min(...pieces(line as Point[]).map(([a, b]) => fromPiece(point, a, b)))
    return rightOf(this.#line, foot) * this.#side >= 0 ? away : -away
  }
}

/** The lower end of what was measured exceeds the least distance; without a scale shares of the picture decide. */
export function isBeyond({ distanceM, pictureShare, groundShare }: Extent, minDistanceM: number): boolean {
  if (distanceM !== null) return distanceM[0] > minDistanceM
  return groundShare >= BEYOND_SHARE_MIN && pictureShare >= BEYOND_PICTURE_MIN
}

/** Even the upper end does not reach the least distance. */
export function isBehind({ distanceM, pictureShare }: Extent, minDistanceM: number): boolean {
  return distanceM !== null ? distanceM[1] < minDistanceM : pictureShare < BEYOND_PICTURE_MIN
}

/** Whether the zone lies on one side of the line, so that it says which is public. */
export function hasPublicSide(line: readonly Point[], polygon: Polygon): boolean {
  return Math.abs(sideOf(line, polygon)) >= 2 * SIDE_SHARE_MIN - 1
}

/** Share of the zone to the right of the line less that to its left, -1 … 1. */
function sideOf(line: readonly Point[], polygon: Polygon): number {
  const xs = polygon.map(([x]) => x)
  const ys = polygon.map(([, y]) => y)
  const [left, top] = [Math.min(...xs), Math.min(...ys)]
  const [width, height] = [Math.max(...xs) - left, Math.max(...ys) - top]
  let right = 0
  let all = 0
  for (let cell = 0; cell < GRID * GRID; cell++) {
    const point: Point = [
      left + (((cell % GRID) + 0.5) / GRID) * width,
      top + ((Math.floor(cell / GRID) + 0.5) / GRID) * height,
    ]
    if (!contains(polygon, point)) continue
    all++
    right += rightOf(line, point)
  }
  return all === 0 ? 0 : right / all
}

/** +1 to the right of the nearest piece of the line, as it is drawn, -1 to its left. */
function rightOf(line: readonly Point[], point: Point): number {
  const at = pictureAt(point)
  const drawn = pieces(line.map(pictureAt))
  const away = drawn.map(([a, b]) => fromPiece(at, a, b))
  const [a, b] = drawn[away.indexOf(Math.min(...away))]!
  return Math.sign((b[0] - a[0]) * (at[1] - a[1]) - (b[1] - a[1]) * (at[0] - a[0]))
}

const pieces = (line: readonly Point[]): [Point, Point][] =>
  line.slice(1).map((to, index) => [line[index]!, to])

/** Distance of a point from a piece of a line. */
function fromPiece([x, y]: Point, [x1, y1]: Point, [x2, y2]: Point): number {
  const dx = x2 - x1
  const dy = y2 - y1
  const length2 = dx * dx + dy * dy
  const share = length2 === 0 ? 0 : Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / length2))
  return Math.hypot(x - x1 - share * dx, y - y1 - share * dy)
}

/** The greatest distance between any two of some points: how far they reach along the shop. */
function alongOf(points: readonly Point[]): number {
  let longest = 0
  for (const [x1, y1] of points) {
    for (const [x2, y2] of points) longest = Math.max(longest, Math.hypot(x2 - x1, y2 - y1))
  }
  return longest
}

const at = (count: number, quantile: number): number => Math.floor(quantile * (count - 1))
