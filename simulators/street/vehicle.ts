/**
 * What rolls, each kind in a file of its own: cars and vans, two-wheelers, cargo tricycles.
 *
 *     heading 0 drives along the street towards growing x, π/2 towards the shops
 */
import type { Brush } from './brush.ts'
import { drawCar } from './car.ts'
import { drawTricycle } from './tricycle.ts'
import { drawTwoWheeler } from './two-wheeler.ts'
import type { VehiclePose } from './vehicle-pose.ts'

export type VehicleKind = 'car' | 'van' | 'bicycle' | 'scooter' | 'tricycle'

export function drawVehicle(brush: Brush, kind: VehicleKind, pose: VehiclePose): void {
  brush.standAt(pose.at[0], pose.at[2])
  if (kind === 'car' || kind === 'van') drawCar(brush, kind, pose)
  else if (kind === 'tricycle') drawTricycle(brush, pose)
  else drawTwoWheeler(brush, kind === 'scooter', pose)
}
