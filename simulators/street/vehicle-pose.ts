/**
 * Where a vehicle stands and which way it looks, and the frame in which its parts are placed.
 */
import type { Look } from './person.ts'
import type { Rgb } from './raster.ts'
import { add, type Spot } from './view.ts'

export interface VehiclePose {
  readonly at: Spot
  /** Radians from the x axis towards the facade, as people have it. */
  readonly heading: number
  /** Radians to its left: a two-wheeler on its stand. */
  readonly lean?: number
  readonly drivenM: number
  readonly color: Rgb
  readonly headlights: boolean
  readonly rider: Look | undefined
  /** A tricycle's bed full of goods. */
  readonly loaded?: boolean
  readonly seed: number
}

/** A spot of the vehicle: metres ahead of its middle, up, and to its left. */
export type Place = (ahead: number, up: number, left?: number) => Spot

export interface Frame {
  readonly place: Place
  readonly ahead: Spot
  readonly left: Spot
}

export function frameOf({ at, heading, lean = 0 }: VehiclePose): Frame {
  const ahead: Spot = [Math.cos(heading), 0, Math.sin(heading)]
  const left: Spot = [-ahead[2], 0, ahead[0]]
  const [sin, cos] = [Math.sin(lean), Math.cos(lean)]
  const place: Place = (a, up, side = 0) => {
    const s = side * cos + up * sin
    return add(at, [ahead[0] * a + left[0] * s, up * cos - side * sin, ahead[2] * a + left[2] * s])
  }
  return { place, ahead, left }
}
