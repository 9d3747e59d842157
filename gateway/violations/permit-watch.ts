/**
 * What the judge knows about permits at each spot of one camera: asked of the place at every look, remembered on the spot.
 *
 *     spot ─ foot, feet ─▶ place: PermitSight ─┬─▶ PermitFacts: inside, in its hours, too much since, back since
 *                                              └─▶ PermitCheck: what the event says of it
 *
 * Stalls at a point are counted in the picture of one camera, a stall for every carrier, at least one a spot; those
 * that came last are the ones beyond its capacity. What a spot remembers survives a restart with the judge's memory;
 * the count starts anew, from when each stall came.
 */
import { foot, type Point } from '../kit/geometry.ts'
import type { PermitCheck } from './event.ts'
import type { PermitSight } from './permit.ts'
import type { PermitFacts, SpotFacts } from './rules/rule.ts'
import type { Spot } from './spot.ts'

/** What the place says; `nearestPointId` is of a point that this camera does not see. */
export interface PermitAnswer {
  readonly sight: PermitSight | null
  readonly nearestPointId: string | null
}
/** Where it touches the ground is asked for only when there is a point to compare it with. */
export type AskPermit = (foot: Point, feet: () => readonly Point[], wallMs: number) => PermitAnswer

/** With less of itself inside it only stands near the point. */
const REACHES_SHARE_MIN = 0.1
/** A stall that was not looked at for so long stands no more. */
const FORGET_MS = 10_000

interface Stall {
  readonly spot: Spot
  readonly pointId: string
  readonly sinceMs: number
  readonly count: number
  readonly seenMs: number
}

export interface PermitKnown {
  readonly permit: PermitFacts | null
  readonly permitCheck: PermitCheck | null
}

export class PermitWatch {
  readonly #ask: AskPermit
  readonly #overShareMin: number
  readonly #stalls = new Map<number, Stall>()

  constructor(ask: AskPermit, overShareMin: number) {
    this.#ask = ask
    this.#overShareMin = overShareMin
  }

  know(spot: Spot, facts: SpotFacts, feet: () => readonly Point[], wallMs: number): PermitKnown {
    const box = spot.goodsBoxOf('trade')
    if (box === null) return { permit: null, permitCheck: null }
    const { sight, nearestPointId } = this.#ask(foot(box), feet, wallMs)
    const reaches = sight !== null && (sight.inside || 1 - sight.overShare >= REACHES_SHARE_MIN)
    if (!reaches) {
      this.#stalls.delete(spot.slot)
      spot.permitMemory = { overSinceMs: null, backSinceMs: null }
      const id = sight?.permit.id ?? nearestPointId
      const result = id === null ? 'NO_POINT' : 'OUTSIDE_PLACE'
      return {
        permit: null,
        permitCheck: { nearestPointId: id, inside: false, inWindow: sight?.inWindow ?? false, result },
      }
    }

    const { inside, inWindow, permit } = sight
    const furniture = permit.type === 'OUTDOOR_SEATING'
    // What is perhaps gone touches the ground nowhere: that is not known to be within again.
    if (spot.goneFromMs !== null || feet().length === 0) {
      const known = { pointId: permit.id, inside, inWindow, furniture, ...spot.permitMemory }
      return { permit: known, permitCheck: null }
    }
    const spills = sight.overShare > this.#overShareMin
    const crowded = inWindow && this.#isCrowded(spot, facts, sight)
    const told = spot.acts.some(({ act }) => act.ruleId === 'permit-overreach' && act.confirmedMs !== null)
    if (inWindow) watchOver(spot.permitMemory, spills || crowded, facts.nowMs)
    else if (!told) spot.permitMemory = { overSinceMs: null, backSinceMs: null }
    const within = inside ? 'PERMITTED' : 'OUTSIDE_PLACE'
    const inHours = spills ? 'BEYOND_BOUNDARY' : crowded ? 'OVER_CAPACITY' : within
    const result = inWindow ? inHours : inside ? 'OUTSIDE_HOURS' : 'OUTSIDE_PLACE'
    return {
      permit: { pointId: permit.id, inside, inWindow, furniture, ...spot.permitMemory },
      permitCheck: { nearestPointId: permit.id, inside, inWindow, result },
    }
  }

  /** Whether the stalls that came before this one fill what the approval allows. */
  #isCrowded(spot: Spot, facts: SpotFacts, { permit }: PermitSight): boolean {
    const { nowMs, attendance, goodsSinceMs, carriers } = facts
    if (permit.capacity === undefined) return false
    if (attendance?.stays !== true || goodsSinceMs === null) {
      this.#stalls.delete(spot.slot)
      return false
    }
    const sinceMs = Math.max(goodsSinceMs, attendance.sinceMs)
    const own = { spot, pointId: permit.id, sinceMs, count: Math.max(1, carriers), seenMs: nowMs }
    this.#stalls.set(spot.slot, own)
    const earlier = [...this.#stalls.values()].filter(
      (other) =>
        other.pointId === permit.id &&
        nowMs - other.seenMs <= FORGET_MS &&
        (other === own || isEarlier(other, own)),
    )
    return earlier.reduce((sum, { count }) => sum + count, 0) > permit.capacity
  }
}

function isEarlier(one: Stall, other: Stall): boolean {
  return one.sinceMs !== other.sinceMs ? one.sinceMs < other.sinceMs : one.spot.slot < other.spot.slot
}

/** Too much since, and within again since: the rule's patience decides when the latter has ended it. */
function watchOver(memory: Spot['permitMemory'], isOver: boolean, nowMs: number): void {
  if (isOver) {
    if (memory.backSinceMs !== null) memory.overSinceMs = null
    memory.backSinceMs = null
    memory.overSinceMs ??= nowMs
  } else if (memory.overSinceMs !== null) memory.backSinceMs ??= nowMs
}
