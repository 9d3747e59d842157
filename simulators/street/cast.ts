/**
 * Everybody who may appear in a scene, and the small things they do: pass, drive by, stop for a moment.
 * Chance comes from one seed, drawn in the order in which a story is told.
 */
import { seededRandom } from '../../gateway/kit/random.ts'
import { type Look, randomLook } from './person.ts'
import type { Rgb } from './raster.ts'
import type { Act, Actor, NonEvent, PropActor, Step, VehicleActor } from './script.ts'

/** A strip of the pavement, from z to z. */
export type Lane = readonly [number, number]
/** Traffic enters behind the camera and is gone far down the street. */
const ROAD_FROM_X = -9
const ROAD_TO_X = 60
const PAVEMENT: readonly Lane[] = [[-5.4, -1.1]]

export class Cast {
  readonly random: () => number
  readonly seconds: number
  readonly rains: boolean
  /** Where the pavement leaves the picture, on the camera's side. */
  readonly edgeX: number
  readonly actors: Actor[] = []
  readonly acts: Act[] = []
  readonly nonEvents: NonEvent[] = []

  constructor(seed: number, seconds: number, rains: boolean, edgeX = -5) {
    this.edgeX = edgeX
    this.random = seededRandom(seed)
    this.seconds = seconds
    this.rains = rains
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)]!
  }

  between(low: number, high: number): number {
    return low + this.random() * (high - low)
  }

  look(change: Partial<Look> = {}): Look {
    const umbrella = this.rains && this.random() < 0.65 ? this.pick(UMBRELLAS) : undefined
    return { ...randomLook(this.random), umbrella, ...change }
  }

  person(steps: readonly Step[], look: Look = this.look(), act?: number): void {
    const seed = this.random() * 100
    this.actors.push({ kind: 'person', look, seed, steps, ...(act !== undefined && { act }) })
  }

  prop(prop: Omit<PropActor, 'kind' | 'seed'>): void {
    this.actors.push({ kind: 'prop', seed: Math.floor(this.random() * 1e6), ...prop })
  }

  /** Nothing to report, whatever it looks like. */
  innocent(why: string, startSec: number, endSec: number): void {
    this.nonEvents.push({ why, startSec: round(startSec), endSec: round(Math.min(endSec, this.seconds)) })
  }

  /** Whatever has been told so far is allowed: nothing of it is to be reported. */
  forgive(): void {
    this.acts.length = 0
    this.actors.splice(0, Infinity, ...this.actors.map(({ act: _, ...actor }): Actor => actor))
  }

  /** Something to report. */
  act(rule: string, zoneId: string, startSec: number, endSec: number): void {
    this.acts.push({ rule, zoneId, startSec: round(startSec), endSec: round(Math.min(endSec, this.seconds)) })
  }

  /** Somebody walks along the pavement, or comes out of a shop; gone before the film ends. */
  passer(atSec: number, lanes: readonly Lane[]): void {
    const pace = this.between(1.1, 1.5)
    const z = this.between(...this.pick(lanes))
    const door = this.pick([7.2, 11.6, 15.8, 20])
    const farX = door - 1.5
    const along = (farX - this.edgeX) / pace
    const through = 1.6 / pace + Math.abs(z + 0.3) / pace
    const away: Step[] = [
      { atSec, x: this.edgeX, z, gesture: 'walk' },
      { atSec: atSec + along, x: farX, z, gesture: 'walk' },
      { atSec: atSec + along + through, x: door, z: -0.3, gesture: 'walk' },
    ]
    const endSec = atSec + along + through
    if (endSec > this.seconds - 1) return
    const back = away.map((step, i) => ({ ...step, atSec: atSec + endSec - away[i]!.atSec })).reverse()
    this.person(this.random() < 0.5 ? away : back)
    this.nonEvents.push({ why: 'walks through', startSec: round(atSec), endSec: round(endSec) })
  }

  passers(fromSec: number, toSec: number, everySec: number, lanes: readonly Lane[] = PAVEMENT): void {
    for (let at = fromSec; at < toSec; at += this.between(0.6, 1.4) * everySec) this.passer(at, lanes)
  }

  traffic(everySec: number): void {
    for (let at = this.between(0, everySec); at < this.seconds - 9; at += this.between(0.5, 1.5) * everySec) {
      const kind = this.pick(['car', 'car', 'van', 'bicycle', 'scooter', 'scooter'] as const)
      const rolls = kind === 'car' || kind === 'van'
      const color = this.pick(PAINTS)
      const rider = rolls ? undefined : this.look({ umbrella: undefined, bag: undefined })
      const seed = this.random() * 100
      const z = rolls ? -8.7 : this.between(-7.4, -6.9)
      const metresPerSec = rolls ? this.between(7, 10) : this.between(4, 6)
      const steps = [
        { atSec: at, x: ROAD_FROM_X, z },
        { atSec: at + (ROAD_TO_X - ROAD_FROM_X) / metresPerSec, x: ROAD_TO_X, z },
      ]
      this.actors.push({ kind: 'vehicle', vehicle: kind, color, rider, seed, steps })
    }
  }

  vehicle(vehicle: Omit<VehicleActor, 'kind' | 'seed'>): void {
    this.actors.push({ kind: 'vehicle', seed: this.random() * 100, ...vehicle })
  }

  /** Comes to a spot, does something there, goes on. */
  visit(
    atSec: number,
    staySec: number,
    x: number,
    z: number,
    heading: number,
    gesture: 'look' | 'stand',
  ): void {
    const fromLeft = this.random() < 0.5
    const startX = fromLeft ? this.edgeX : 11.5
    const pace = 1.25
    const lane = this.between(-5.4, -4.9)
    const comeSec = atSec - Math.hypot(x - startX, z - lane) / pace
    const leaveSec = atSec + staySec
    const goneX = this.random() < 0.5 ? this.edgeX : 11.5
    const goneSec = leaveSec + Math.hypot(goneX - x, lane - z) / pace
    if (goneSec > this.seconds - 1 || comeSec < 0) return
    const out = goneX > 0 ? [{ atSec: goneSec + 4.2, x: 11.6, z: -0.3 }] : []
    const into = startX > 0 ? [{ atSec: comeSec - 4.2, x: 11.6, z: -0.3 }] : []
    this.person([
      ...into,
      { atSec: comeSec, x: startX, z: lane },
      { atSec, x, z, gesture, heading },
      { atSec: leaveSec, x, z },
      { atSec: goneSec, x: goneX, z: lane },
      ...out,
    ])
    this.nonEvents.push({ why: 'stops for a moment', startSec: round(atSec), endSec: round(leaveSec) })
  }
}

const UMBRELLAS: Rgb[] = [
  [52, 92, 150],
  [176, 48, 62],
  [60, 64, 70],
  [222, 190, 90],
  [110, 80, 140],
]
export const PAINTS: Rgb[] = [
  [228, 230, 232],
  [44, 48, 54],
  [168, 38, 36],
  [52, 84, 130],
  [150, 154, 158],
  [200, 168, 90],
]

/** Times of the truth are tenths of a second. */
export function round(seconds: number): number {
  return Math.round(seconds * 10) / 10
}
