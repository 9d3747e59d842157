/**
 * What rolls, each kind in a file of its own: cars and vans, two-wheelers, cargo tricycles.
 *
 *     heading 0 drives along the street towards growing x, π/2 towards the shops
 */
import type { Brush } from './brush.ts'
import { drawCar } from './car.ts'
import type { Look } from './person.ts'
import type { Rgb } from './raster.ts'
import { drawTricycle } from './tricycle.ts'
import { drawTwoWheeler } from './two-wheeler.ts'
import { add, type Spot } from './view.ts'

export type VehicleKind = 'car' | 'van' | 'bicycle' | 'scooter' | 'tricycle'

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

export function drawVehicle(brush: Brush, kind: VehicleKind, pose: VehiclePose): void {
  brush.standAt(pose.at[0], pose.at[2])
  if (kind === 'car' || kind === 'van') drawCar(brush, kind, pose)
  else if (kind === 'tricycle') drawTricycle(brush, pose)
  else drawTwoWheeler(brush, kind === 'scooter', pose)
}
