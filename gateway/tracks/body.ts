/**
 * One thing that is followed: where it is and whither it goes (filters), what it is (votes), since when it
 * stands.
 *
 * Places are in picture heights, x stretched by 16:9 as frames are, so that a distance is the same in both
 * directions. All noise is in body heights: what is far away is small and moves little.
 */
import { ROLES, type Role } from '../detections/detections.ts'
import { begin, correct, drift, FILTER_SLOTS, predict } from './kalman.ts'
import { beginStanding, type Standing, standsSince, step } from './standstill.ts'
import type { Track } from './track.ts'
import { type Vote, Votes } from './votes.ts'

/** Picture heights a picture is wide. */
export const WIDTH = 16 / 9

const X = 0
const Y = FILTER_SLOTS
const W = 2 * FILTER_SLOTS
const H = 3 * FILTER_SLOTS

/** Body heights: error of a measured foot, of a measured size; how a size wanders in a second. */
const FOOT_ERROR = 0.06
const SIZE_ERROR = 0.1
const SIZE_WANDER = 0.1
/** Body heights a second: how fast a new thing of this role may be. People walk 0.8, cars drive by. */
const SPEED: Record<Role, number> = {
  person: 0.8,
  vehicle: 3,
  'two-wheeler': 2,
  carrier: 0.5,
  goods: 0.5,
  furniture: 0.3,
  grill: 0.5,
  scrap: 0.5,
  other: 0.5,
}
/**
 * How fast it may change its speed: spectral density of the acceleration over the square of the speed, 1/s.
 */
const AGILITY = 0.3
/**
 * A box this much shorter, whose top is still there, ends where something stands in front: in body heights.
 */
const HIDDEN_HEIGHT_MAX = 0.85
const HIDDEN_TOP_MAX = 0.15
/** So long legs are believed to be hidden for a moment; then the lower edge is taken for the foot. */
const HIDDEN_MS = 4_000
/** What is not seen is thought to slow down with this time constant. */
const SLOW_DOWN_SEC = 1

export interface BodySnapshot {
  readonly id: number
  readonly state: readonly number[]
  readonly votes: readonly Vote[]
  readonly standing: Readonly<Omit<Standing, 'outsideX' | 'outsideY' | 'outsideMs'>>
  readonly firstSeenMs: number
  readonly lastSeenMs: number
  readonly unseenMs: number
  readonly hits: number
  readonly looks: number
}

export class Body {
  readonly id: number
  readonly firstSeenMs: number
  lastSeenMs: number
  /** Time of looks in which it was not found, since it last was. */
  unseenMs = 0
  hits = 1
  looks = 1
  role: Role
  readonly #state = new Float64Array(4 * FILTER_SLOTS)
  #votes = new Votes()
  #standing: Standing
  /** Since when only the upper part is seen. */
  #hiddenSinceMs: number | null = null

  constructor(id: number, x: number, y: number, width: number, height: number, timeMs: number, role: Role) {
    this.id = id
    this.firstSeenMs = timeMs
    this.lastSeenMs = timeMs
    this.role = role
    this.#begin(x, y, width, height)
    this.#standing = beginStanding(x, y, timeMs)
  }

  /** Middle of the lower edge. */
  get x(): number {
    return this.#state[X]!
  }
  get y(): number {
    return this.#state[Y]!
  }
  get width(): number {
    return this.#state[W]!
  }
  get height(): number {
    return this.#state[H]!
  }

  predict(dtSec: number): void {
    const height = this.height
    const accelerationVar = AGILITY * (SPEED[this.role] * height) ** 2
    const wanderVar = (SIZE_WANDER * height) ** 2
    predict(this.#state, X, dtSec, accelerationVar)
    predict(this.#state, Y, dtSec, accelerationVar)
    drift(this.#state, W, dtSec, wanderVar)
    drift(this.#state, H, dtSec, wanderVar)
  }

  /** Squared distance of a foot from the predicted one, in what is doubted (Mahalanobis). */
  distance(x: number, y: number): number {
    const errorVar = (FOOT_ERROR * this.height) ** 2
    const dx = x - this.#state[X]!
    const dy = y - this.#state[Y]!
    return (dx * dx) / (this.#state[X + 2]! + errorVar) + (dy * dy) / (this.#state[Y + 2]! + errorVar)
  }

  seen(x: number, y: number, width: number, height: number, timeMs: number): void {
    if (this.#legsHidden(y, height, timeMs)) {
      // The head is where it was to be; so are the feet.
      this.#correct(x, y - height + this.height, this.width, this.height)
    } else this.#correct(x, y, width, height)
    this.lastSeenMs = timeMs
    this.unseenMs = 0
    this.hits++
    this.looks++
    const reach = 0.5 * Math.max(0.3 * this.height, Math.min(this.width, this.height))
    step(this.#standing, this.x, this.y, reach, timeMs)
  }

  vote(name: string, role: Role, score: number): void {
    this.#votes.cast(name, role, score)
    this.role = this.#votes.verdict().role
  }

  missed(dtSec: number, countedMs: number): void {
    const slower = Math.exp(-dtSec / SLOW_DOWN_SEC)
    this.#state[X + 1] = this.#state[X + 1]! * slower
    this.#state[Y + 1] = this.#state[Y + 1]! * slower
    this.unseenMs += countedMs
    this.looks++
  }

  /** After a time in which nobody looked nothing is known of its speed; it is sought where it was. */
  forgetSpeed(): void {
    this.#state[X + 1] = 0
    this.#state[Y + 1] = 0
  }

  #begin(x: number, y: number, width: number, height: number): void {
    const footVar = (FOOT_ERROR * height) ** 2
    const sizeVar = (SIZE_ERROR * height) ** 2
    const speedVar = (SPEED[this.role] * height) ** 2
    begin(this.#state, X, x, footVar, speedVar)
    begin(this.#state, Y, y, footVar, speedVar)
    begin(this.#state, W, width, sizeVar, 0)
    begin(this.#state, H, height, sizeVar, 0)
  }

  #correct(x: number, y: number, width: number, height: number): void {
    const footVar = (FOOT_ERROR * this.height) ** 2
    const sizeVar = (SIZE_ERROR * this.height) ** 2
    correct(this.#state, X, x, footVar)
    correct(this.#state, Y, y, footVar)
    correct(this.#state, W, width, sizeVar)
    correct(this.#state, H, height, sizeVar)
  }

  /**
   * Looks at a lower edge that jumps while the head stays: legs get hidden or come out again. Taken at its
   * word, the jump would be a fast step.
   */
  #legsHidden(y: number, height: number, timeMs: number): boolean {
    const topMoved = Math.abs(y - height - (this.y - this.height))
    const likeness = height / this.height
    const jumped = likeness < HIDDEN_HEIGHT_MAX || likeness > 1 / HIDDEN_HEIGHT_MAX
    if (!jumped || topMoved > HIDDEN_TOP_MAX * Math.max(height, this.height)) {
      this.#hiddenSinceMs = null
      return false
    }
    this.#hiddenSinceMs ??= timeMs
    if (likeness < 1 && timeMs - this.#hiddenSinceMs < HIDDEN_MS) return true
    this.#hiddenSinceMs = null
    // It did not move, only its foot is reckoned from another edge now: a vendor stands behind his new table.
    this.#standing.y += y - this.y
    this.#begin(this.x, y, this.width, height)
    return false
  }

  standsSince(settleMs: number): number | null {
    return standsSince(this.#standing, settleMs)
  }

  /** How much of it is within the picture, 0..1. */
  visible(): number {
    const { x, y, width, height } = this
    const across = Math.min(WIDTH, x + width / 2) - Math.max(0, x - width / 2)
    const down = Math.min(1, y) - Math.max(0, y - height)
    return (Math.max(0, across) * Math.max(0, down)) / (width * height)
  }

  publish(settleMs: number): Track {
    const { x, y, width, height } = this
    const verdict = this.#votes.verdict()
    return {
      trackId: this.id,
      class: verdict.class,
      role: verdict.role,
      classShare: verdict.share,
      confidence: verdict.confidence,
      box: [
        Math.max(0, (x - width / 2) / WIDTH),
        Math.max(0, y - height),
        Math.min(1, (x + width / 2) / WIDTH),
        Math.min(1, y),
      ],
      firstSeenMs: this.firstSeenMs,
      lastSeenMs: this.lastSeenMs,
      stationarySinceMs: this.standsSince(settleMs),
      hits: this.hits,
      looks: this.looks,
    }
  }

  snapshot(): BodySnapshot {
    const { x, y, sinceMs, insideMs } = this.#standing
    return {
      id: this.id,
      state: Array.from(this.#state, (value) => Number(value.toPrecision(6))),
      votes: this.#votes.list(),
      standing: { x, y, sinceMs, insideMs },
      firstSeenMs: this.firstSeenMs,
      lastSeenMs: this.lastSeenMs,
      unseenMs: this.unseenMs,
      hits: this.hits,
      looks: this.looks,
    }
  }

  static restore(saved: BodySnapshot): Body {
    const role = saved.votes[0]?.role ?? ROLES[ROLES.length - 1]!
    const body = new Body(saved.id, 0, 0, 1, 1, saved.firstSeenMs, role)
    body.#state.set(saved.state)
    body.#votes = new Votes(saved.votes)
    body.#standing = { ...saved.standing, outsideX: NaN, outsideY: NaN, outsideMs: NaN }
    body.role = body.#votes.verdict().role
    body.lastSeenMs = saved.lastSeenMs
    body.unseenMs = saved.unseenMs
    body.hits = saved.hits
    body.looks = saved.looks
    return body
  }
}

/** The same body on a timeline that begins elsewhere. */
export function moved(saved: BodySnapshot, byMs: number): BodySnapshot {
  const { x, y, sinceMs, insideMs } = saved.standing
  return {
    ...saved,
    standing: { x, y, sinceMs: sinceMs + byMs, insideMs: insideMs + byMs },
    firstSeenMs: saved.firstSeenMs + byMs,
    lastSeenMs: saved.lastSeenMs + byMs,
  }
}
