/**
 * Bicycles and electric scooters, ridden, pushed, or leaning on their stand.
 */
import type { Brush } from './brush.ts'
import { drawPerson } from './person.ts'
import { mix, type Rgb } from './raster.ts'
import { type Frame, frameOf, type Place, type VehiclePose } from './vehicle-pose.ts'
import type { Spot } from './view.ts'

const TYRE: Rgb = [28, 28, 30]
const METAL: Rgb = [142, 146, 150]
const BLACK: Rgb = [36, 34, 34]

export function drawTwoWheeler(brush: Brush, scooter: boolean, pose: VehiclePose): void {
  const frame = frameOf(pose)
  const { place } = frame
  if (scooter) drawScooter(brush, frame, pose.color)
  else drawBicycle(brush, frame, pose.color)
  if (!pose.rider) {
    // The stand, on the side it leans to.
    brush.limb(place(-0.2, 0.28, 0.02), 0.014, place(-0.28, 0.02, 0.2), 0.012, METAL)
    return
  }
  drawPerson(brush, pose.rider, {
    at: place(-0.18, 0),
    heading: pose.heading,
    gesture: 'ride',
    walkedM: scooter ? 0 : pose.drivenM,
    timeSec: 0,
    seed: pose.seed,
  })
  if (pose.headlights) brush.ball(place(0.6, 0.8), 0.06, [255, 250, 225])
}

function wheel(brush: Brush, hub: Spot, radius: number, hole: number, across: Spot): void {
  brush.ring(hub, radius, radius * hole, across, TYRE)
  brush.ring(hub, radius * hole, radius * (hole - 0.06), across, METAL)
  brush.ring(hub, radius * 0.14, 0, across, METAL)
}

function drawScooter(brush: Brush, { place, left }: Frame, color: Rgb): void {
  const dark = mix(color, [20, 20, 20], 0.55)
  for (const axle of [-0.6, 0.62]) wheel(brush, place(axle, 0.25), 0.25, 0.55, left)
  brush.limb(place(-0.12, 0.3), 0.1, place(0.4, 0.27), 0.08, dark)
  brush.hull(
    [
      { at: place(-0.72, 0.52), radius: 0.1 },
      { at: place(-0.5, 0.34), radius: 0.1 },
      { at: place(-0.1, 0.42), radius: 0.11 },
      { at: place(-0.12, 0.6), radius: 0.1 },
    ],
    color,
  )
  brush.limb(place(0.5, 0.42), 0.12, place(0.38, 0.88), 0.11, color)
  brush.limb(place(0.62, 0.44), 0.08, place(0.5, 0.52), 0.1, dark)
  brush.limb(place(0.46, 0.82), 0.05, place(0.5, 0.86), 0.05, [226, 226, 220])
  brush.limb(place(0.38, 0.92), 0.026, place(0.34, 1.06), 0.026, BLACK)
  bar(brush, place, 0.33, 1.06, 0.3)
  for (const side of [-0.22, 0.22]) {
    brush.limb(place(0.34, 1.08, side), 0.008, place(0.32, 1.24, side * 1.3), 0.008, BLACK)
    brush.ball(place(0.32, 1.26, side * 1.3), 0.045, BLACK)
  }
  brush.limb(place(-0.66, 0.7), 0.07, place(-0.02, 0.68), 0.075, BLACK)
  brush.box(place(-0.86, 0.72), [0.28, 0.26, 0.3], headingOf(left), mix(color, BLACK, 0.7), BLACK)
}

function drawBicycle(brush: Brush, { place, left }: Frame, color: Rgb): void {
  for (const axle of [-0.53, 0.54]) {
    wheel(brush, place(axle, 0.33), 0.33, 0.88, left)
    for (let spoke = 0; spoke < 5; spoke++) {
      const angle = (spoke / 5) * Math.PI
      const [c, s] = [Math.cos(angle) * 0.28, Math.sin(angle) * 0.28]
      brush.limb(place(axle - c, 0.33 - s), 0.004, place(axle + c, 0.33 + s), 0.004, METAL)
    }
  }
  const tube = (a: Spot, b: Spot, radius = 0.02) => brush.limb(a, radius, b, radius, color)
  const [rear, front, crank, seat, head] = [
    place(-0.53, 0.33),
    place(0.54, 0.33),
    place(-0.06, 0.3),
    place(-0.18, 0.82),
    place(0.38, 0.86),
  ]
  tube(rear, crank, 0.014)
  tube(rear, place(-0.16, 0.72), 0.014)
  tube(crank, seat)
  tube(crank, head, 0.025)
  tube(place(-0.16, 0.74), head)
  tube(head, front)
  // Mudguards, chain guard, carrier, basket, saddle and bar.
  guard(brush, place, -0.53, color)
  guard(brush, place, 0.54, color)
  brush.limb(crank, 0.07, place(-0.46, 0.33), 0.035, mix(color, BLACK, 0.35))
  brush.limb(place(-0.24, 0.7), 0.014, place(-0.78, 0.7), 0.014, METAL)
  brush.limb(place(0.36, 0.9), 0.016, place(0.34, 1.02), 0.016, METAL)
  bar(brush, place, 0.33, 1.02, 0.28)
  brush.limb(place(-0.3, 0.88), 0.05, place(-0.1, 0.89), 0.032, BLACK)
  brush.box(
    place(0.62, 0.72),
    [0.24, 0.22, 0.32],
    headingOf(left),
    mix(color, [92, 94, 98], 0.75),
    [60, 62, 64],
  )
}

function guard(brush: Brush, place: Place, axle: number, color: Rgb): void {
  const spots = [0.6, 1.1, 1.6, 2.1].map((angle) =>
    place(axle - Math.cos(angle) * 0.36, 0.33 + Math.sin(angle) * 0.36),
  )
  for (let i = 1; i < spots.length; i++) brush.limb(spots[i - 1]!, 0.016, spots[i]!, 0.016, color)
}

function bar(brush: Brush, place: Place, ahead: number, up: number, half: number): void {
  brush.limb(place(ahead, up, -half), 0.018, place(ahead, up, half), 0.018, METAL)
  for (const side of [-1, 1]) {
    brush.limb(place(ahead, up, side * half), 0.022, place(ahead - 0.12, up, side * half), 0.022, BLACK)
  }
}

/** The yaw of a box whose length runs along the vehicle: boxes turn the other way round. */
function headingOf(left: Spot): number {
  return -Math.atan2(-left[0], left[2])
}
