/**
 * What rolls: cars as an outline drawn out to their width, two-wheelers with or without a rider.
 */
import { type Brush, unit } from './brush.ts'
import { drawPerson, type Look } from './person.ts'
import { mix, type Rgb } from './raster.ts'
import { add, type Spot } from './view.ts'

export type VehicleKind = 'car' | 'van' | 'bicycle' | 'scooter'

export interface VehiclePose {
  readonly at: Spot
  /** +1 drives towards growing x, −1 back. */
  readonly toward: 1 | -1
  readonly drivenM: number
  readonly color: Rgb
  readonly headlights: boolean
  readonly rider: Look | undefined
  readonly seed: number
}

/** Along and up, metres, from the tail over the roof to the nose; windows are the marked stretches. */
interface Body {
  readonly profile: readonly (readonly [number, number])[]
  readonly glass: readonly number[]
  readonly sideGlass: readonly (readonly (readonly [number, number])[])[]
  readonly width: number
  readonly axles: readonly [number, number]
  readonly wheel: number
}

const BODIES: Record<'car' | 'van', Body> = {
  car: {
    profile: [
      [-2.2, 0.3],
      [-2.25, 0.85],
      [-1.75, 0.95],
      [-1.15, 1.42],
      [0.25, 1.45],
      [0.95, 0.95],
      [2.05, 0.8],
      [2.2, 0.3],
    ],
    glass: [2, 4],
    sideGlass: [
      [
        [-1.5, 0.95],
        [-1.05, 1.34],
        [-0.4, 1.36],
        [-0.4, 0.95],
      ],
      [
        [-0.32, 0.95],
        [-0.32, 1.36],
        [0.2, 1.36],
        [0.74, 0.95],
      ],
    ],
    width: 1.78,
    axles: [-1.35, 1.35],
    wheel: 0.33,
  },
  van: {
    profile: [
      [-2.3, 0.35],
      [-2.35, 1.9],
      [1.1, 1.95],
      [1.85, 1.15],
      [2.3, 0.95],
      [2.35, 0.35],
    ],
    glass: [2],
    sideGlass: [
      [
        [0.3, 1.2],
        [0.3, 1.75],
        [1.05, 1.75],
        [1.5, 1.2],
      ],
    ],
    width: 1.85,
    axles: [-1.4, 1.5],
    wheel: 0.34,
  },
}
const GLASS: Rgb = [44, 54, 62]
const TYRE: Rgb = [28, 28, 30]

export function drawVehicle(brush: Brush, kind: VehicleKind, pose: VehiclePose): void {
  brush.standAt(pose.at[0], pose.at[2])
  if (kind === 'car' || kind === 'van') drawBody(brush, BODIES[kind], pose)
  else drawTwoWheeler(brush, kind === 'scooter', pose)
}

function drawBody(brush: Brush, body: Body, pose: VehiclePose): void {
  const { at, toward, color } = pose
  const half = body.width / 2
  const place = (along: number, up: number, z: number): Spot => add(at, [along * toward, up, z])
  const wheels = (z: number) => {
    for (const axle of body.axles) {
      brush.ring(place(axle, body.wheel, z), body.wheel, 0, [0, 0, -1], TYRE)
      brush.ring(place(axle, body.wheel, z - 0.01), body.wheel * 0.55, 0, [0, 0, -1], [150, 152, 156])
    }
  }
  wheels(half)
  // The camera sees the side of the road: the far side never shows, the near one (−z) always.
  const strips = body.profile.slice(1).map((b, i) => ({ a: body.profile[i]!, b, index: i }))
  const away = (strip: (typeof strips)[number]) =>
    brush.view.depth(place((strip.a[0] + strip.b[0]) / 2, strip.a[1], 0))
  for (const { a, b, index } of strips.sort((p, q) => away(q) - away(p))) {
    const normal = unit([-(b[1] - a[1]) * toward, b[0] - a[0], 0])
    const shade = body.glass.includes(index) ? GLASS : color
    brush.face(
      [place(a[0], a[1], half), place(b[0], b[1], half), place(b[0], b[1], -half), place(a[0], a[1], -half)],
      shade,
      normal,
    )
  }
  const near: Spot = [0, 0.25, -0.97]
  brush.face(
    body.profile.map(([x, y]) => place(x, y, -half)),
    color,
    near,
  )
  brush.face(
    [place(-2.2, 0.3, -half), place(2.2, 0.3, -half), place(2.2, 0.42, -half), place(-2.2, 0.42, -half)],
    mix(color, [20, 20, 20], 0.7),
    near,
  )
  for (const pane of body.sideGlass)
    brush.face(
      pane.map(([x, y]) => place(x, y, -half - 0.01)),
      GLASS,
      near,
    )
  wheels(-half - 0.02)
  if (!pose.headlights) return
  for (const z of [-0.65, 0.65]) {
    const lamp = (up: number, s: number) => place(2.2, up, z + s)
    brush.glow([lamp(0.6, -0.14), lamp(0.6, 0.14), lamp(0.74, 0.14), lamp(0.74, -0.14)], [255, 246, 214])
    const tail = (up: number, s: number) => place(-2.26, up, z + s)
    brush.glow([tail(0.68, -0.14), tail(0.68, 0.14), tail(0.82, 0.14), tail(0.82, -0.14)], [220, 40, 30])
  }
  // The cone of light on the road ahead.
  brush.glow(
    [place(2.3, 0.01, -0.7), place(9, 0.01, -2), place(9, 0.01, 2), place(2.3, 0.01, 0.7)],
    [255, 240, 200],
    0.14,
  )
}

function drawTwoWheeler(brush: Brush, scooter: boolean, pose: VehiclePose): void {
  const { at, toward, color } = pose
  const place = (along: number, up: number, z = 0): Spot => add(at, [along * toward, up, z])
  const radius = scooter ? 0.24 : 0.33
  const axles = scooter ? [-0.6, 0.62] : [-0.52, 0.52]
  for (const axle of axles) {
    brush.ring(place(axle, radius), radius, radius * (scooter ? 0.5 : 0.86), [0, 0, -1], TYRE)
    brush.ring(place(axle, radius), radius * 0.16, 0, [0, 0, -1], [140, 142, 146])
  }
  if (scooter) drawScooterBody(brush, place, color)
  else drawFrame(brush, place, color)
  if (pose.rider) {
    const heading = toward === 1 ? 0 : Math.PI
    const seat = add(at, [-0.18 * toward, 0, 0])
    const ride = {
      at: seat,
      heading,
      gesture: 'ride',
      walkedM: scooter ? 0 : pose.drivenM,
      timeSec: 0,
      seed: pose.seed,
    } as const
    drawPerson(brush, pose.rider, ride)
  }
  if (pose.headlights && pose.rider) brush.ball(place(0.6, 0.8), 0.06, [255, 250, 225])
}

type Place = (along: number, up: number, z?: number) => Spot

function drawScooterBody(brush: Brush, place: Place, color: Rgb): void {
  brush.limb(place(-0.62, 0.5), 0.13, place(-0.12, 0.52), 0.12, color)
  brush.limb(place(-0.12, 0.3), 0.09, place(0.42, 0.26), 0.08, mix(color, [30, 30, 30], 0.4))
  brush.limb(place(0.48, 0.3), 0.1, place(0.42, 0.85), 0.09, color)
  brush.limb(place(0.42, 0.9), 0.025, place(0.36, 1.05), 0.025, [40, 40, 42])
  brush.limb(place(0.36, 1.05, -0.28), 0.022, place(0.36, 1.05, 0.28), 0.022, [40, 40, 42])
  brush.limb(place(-0.62, 0.68), 0.06, place(-0.08, 0.7), 0.07, [34, 34, 36])
}

function drawFrame(brush: Brush, place: Place, color: Rgb): void {
  const tube = (a: Spot, b: Spot) => brush.limb(a, 0.02, b, 0.02, color)
  const [rear, front, crank, seat, head] = [
    place(-0.52, 0.33),
    place(0.52, 0.33),
    place(-0.06, 0.3),
    place(-0.18, 0.82),
    place(0.38, 0.86),
  ]
  tube(rear, crank)
  tube(rear, seat)
  tube(crank, seat)
  tube(crank, head)
  tube(seat, head)
  tube(head, front)
  brush.limb(place(0.34, 1.0, -0.26), 0.018, place(0.34, 1.0, 0.26), 0.018, [50, 50, 52])
  brush.limb(place(-0.28, 0.88), 0.05, place(-0.1, 0.88), 0.035, [36, 32, 30])
  brush.limb(place(0.5, 0.72), 0.11, place(0.56, 0.8), 0.12, [90, 92, 96])
}
