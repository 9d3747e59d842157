/**
 * Cars and vans: a lower body drawn out to its width, and on it a cabin of glass that narrows upwards.
 *
 *          ┌────────┐        cabin: four slanted sides, each a pane in a frame of paint
 *     ┌────┴────────┴───┐    lower body: an outline from tail to nose
 *     └──(●)───────(●)──┘    wheels in dark arches
 */
import { type Brush, unit } from './brush.ts'
import { mix, type Rgb } from './raster.ts'
import type { Frame, VehiclePose } from './vehicle-pose.ts'
import { frameOf } from './vehicle-pose.ts'
import { add, between, cross, dot, type Spot, sub } from './view.ts'

/** Metres; along runs from the tail (−) to the nose (+). */
interface Body {
  /** The lower body, along and up, from the tail's sill over the bonnet to the nose's sill. */
  readonly profile: readonly (readonly [number, number])[]
  readonly beltM: number
  readonly roofM: number
  /** Where the cabin begins and ends, at the belt and at the roof. */
  readonly belt: readonly [number, number]
  readonly roof: readonly [number, number]
  /** Where its side is divided, as shares of its length. */
  readonly pillars: readonly number[]
  /** Panels without glass, counted from the tail. */
  readonly blind: readonly number[]
  readonly widthM: number
  readonly roofInsetM: number
  readonly axles: readonly [number, number]
  readonly wheelM: number
}

const BODIES: Record<'car' | 'van', Body> = {
  car: {
    profile: [
      [-2.25, 0.28],
      [-2.3, 0.62],
      [-2.22, 0.92],
      [-1.6, 0.98],
      [0.95, 0.95],
      [1.95, 0.8],
      [2.24, 0.66],
      [2.28, 0.28],
    ],
    beltM: 0.94,
    roofM: 1.46,
    belt: [-1.75, 1.1],
    roof: [-1.1, 0.3],
    pillars: [0.12, 0.52],
    blind: [],
    widthM: 1.8,
    roofInsetM: 0.2,
    axles: [-1.38, 1.38],
    wheelM: 0.33,
  },
  van: {
    profile: [
      [-2.2, 0.34],
      [-2.24, 1.12],
      [1.75, 1.1],
      [2.12, 0.95],
      [2.2, 0.34],
    ],
    beltM: 1.1,
    roofM: 1.92,
    belt: [-2.22, 1.8],
    roof: [-2.12, 1.1],
    pillars: [0.3, 0.68],
    blind: [0, 1],
    widthM: 1.66,
    roofInsetM: 0.1,
    axles: [-1.4, 1.3],
    wheelM: 0.31,
  },
}
const GLASS: Rgb = [52, 64, 74]
const TYRE: Rgb = [26, 26, 28]
const RIM: Rgb = [158, 160, 164]
const DARK: Rgb = [30, 31, 33]

type Quad = readonly [Spot, Spot, Spot, Spot]

export function drawCar(brush: Brush, kind: 'car' | 'van', pose: VehiclePose): void {
  const body = BODIES[kind]
  const frame = frameOf(pose)
  const { place } = frame
  const half = body.widthM / 2
  const sides = [half, -half].sort(
    (a, b) => brush.view.depth(place(0, 0, b)) - brush.view.depth(place(0, 0, a)),
  )
  if (brush.pass !== 'mirror') shade(brush, frame, half)
  wheels(brush, body, frame, sides[0]!)
  lowerBody(brush, body, frame, pose.color, sides[1]!)
  cabin(brush, body, frame, pose.color)
  wheels(brush, body, frame, sides[1]!)
  details(brush, body, frame, pose.headlights)
}

/** Where no light comes: the ground under it. */
function shade(brush: Brush, { place }: Frame, half: number): void {
  if (brush.pass !== 'body') return
  for (const grow of [0.12, 0]) {
    const [a, s] = [2.05 + grow, half - 0.06 + grow]
    brush.face([place(-a, 0, -s), place(a, 0, -s), place(a, 0, s), place(-a, 0, s)], DARK, [0, 1, 0], 0.42)
  }
}

function wheels(brush: Brush, body: Body, { place, left }: Frame, side: number): void {
  const out = Math.sign(side) * 0.02
  for (const axle of body.axles) {
    const hub = place(axle, body.wheelM, side)
    if (brush.shows(hub, times(left, Math.sign(side)))) {
      brush.ring(hub, body.wheelM * 1.18, 0, left, DARK)
    }
    brush.ring(place(axle, body.wheelM, side + out), body.wheelM, 0, left, TYRE)
    brush.ring(place(axle, body.wheelM, side + out), body.wheelM * 0.62, body.wheelM * 0.2, left, RIM)
  }
}

function lowerBody(brush: Brush, body: Body, { place, left }: Frame, color: Rgb, nearSide: number): void {
  const half = body.widthM / 2
  const strips = body.profile.slice(1).map((b, i): Quad => {
    const a = body.profile[i]!
    return [
      place(a[0], a[1], half),
      place(b[0], b[1], half),
      place(b[0], b[1], -half),
      place(a[0], a[1], -half),
    ]
  })
  for (const strip of strips) plate(brush, strip, place(0, 0.5), color)
  const near = times(left, Math.sign(nearSide))
  const outline = body.profile.map(([a, up]) => place(a, up, nearSide))
  brush.face(outline, color, unit(add(near, [0, 0.25, 0])))
  const strip = (from: number, to: number, shade: Rgb, alpha: number) => {
    const out = nearSide * 1.004
    const [tail, nose] = [body.profile[0]![0] + 0.06, body.profile.at(-1)![0] - 0.06]
    const corners = [
      place(tail, from, out),
      place(nose, from, out),
      place(nose, to, out),
      place(tail, to, out),
    ]
    brush.face(corners, shade, near, alpha)
  }
  // Sill, the crease that catches the sky, and the gaps of the doors.
  strip(0.28, 0.4, DARK, 0.8)
  strip(0.66, 0.71, mix(color, [255, 255, 255], 0.45), 0.5)
  for (const along of [-0.95, 0.02, 0.98]) {
    const [a, b] = [place(along, 0.38, nearSide * 1.005), place(along, body.beltM - 0.04, nearSide * 1.005)]
    brush.limb(a, 0.008, b, 0.008, mix(color, DARK, 0.7))
  }
  for (const along of [-0.32, 0.62]) {
    const at = place(along, 0.76, nearSide * 1.01)
    brush.limb(at, 0.018, add(at, times(sub(place(1, 0), place(0, 0)), 0.14)), 0.018, mix(color, DARK, 0.5))
  }
}

function cabin(brush: Brush, body: Body, { place }: Frame, color: Rgb): void {
  const low = body.widthM / 2 - 0.02
  const high = low - body.roofInsetM
  const { belt, roof, beltM, roofM } = body
  const middle = place((belt[0] + belt[1]) / 2, (beltM + roofM) / 2)
  const side = (s: number): Quad => [
    place(belt[0], beltM, low * s),
    place(belt[1], beltM, low * s),
    place(roof[1], roofM, high * s),
    place(roof[0], roofM, high * s),
  ]
  const end = (i: 0 | 1): Quad => [
    place(belt[i], beltM, low),
    place(belt[i], beltM, -low),
    place(roof[i], roofM, -high),
    place(roof[i], roofM, high),
  ]
  const quads = [
    { quad: side(1), pillars: body.pillars, blind: body.blind },
    { quad: side(-1), pillars: body.pillars, blind: body.blind },
    { quad: end(0), pillars: [], blind: [] },
    { quad: end(1), pillars: [], blind: [] },
  ]
  const away = ({ quad }: { quad: Quad }) => brush.view.depth(between(quad[0], quad[2], 0.5))
  for (const { quad, pillars, blind } of quads.sort((a, b) => away(b) - away(a))) {
    if (plate(brush, quad, middle, color)) panes(brush, quad, middle, pillars, blind)
  }
  const top: Quad = [
    place(roof[0], roofM, high),
    place(roof[1], roofM, high),
    place(roof[1], roofM, -high),
    place(roof[0], roofM, -high),
  ]
  plate(brush, top, middle, mix(color, [255, 255, 255], 0.12))
}

/** The glass in one side of the cabin, divided by its pillars, with the sky in its upper half. */
function panes(
  brush: Brush,
  [a, b, c, d]: Quad,
  middle: Spot,
  pillars: readonly number[],
  blind: readonly number[],
): void {
  const at = (along: number, up: number) => between(between(a, b, along), between(d, c, along), up)
  const edges = [0, ...pillars, 1]
  for (let i = 0; i + 1 < edges.length; i++) {
    if (blind.includes(i)) continue
    const [from, to] = [edges[i]! + 0.025, edges[i + 1]! - 0.025]
    if (to - from < 0.08) continue
    const pane: Quad = [at(from, 0.06), at(to, 0.06), at(to, 0.88), at(from, 0.88)]
    plate(brush, pane, middle, GLASS)
    const sky: Quad = [at(from + 0.03, 0.5), at(to, 0.66), at(to, 0.88), at(from + 0.03, 0.88)]
    if (brush.pass === 'body') plate(brush, sky, middle, mix(GLASS, [190, 206, 220], 0.32))
  }
}

function details(brush: Brush, body: Body, { place, ahead }: Frame, headlights: boolean): void {
  if (brush.pass === 'shadow') return
  const lamp = (along: number, up: number, side: number, color: Rgb, shines: boolean) => {
    const spots = [
      place(along, up, side - 0.16),
      place(along, up, side + 0.16),
      place(along * 0.995, up + 0.13, side + 0.16),
      place(along * 0.995, up + 0.13, side - 0.16),
    ]
    if (shines) brush.glow(spots, color)
    else brush.face(spots, color, ahead)
  }
  const [tail, nose] = [body.profile[0]![0] - 0.06, body.profile.at(-1)![0] + 0.01]
  const front = brush.view.faces(place(nose, 0.6), ahead)
  const along = front ? nose : tail
  const colors: [Rgb, Rgb] = front
    ? [
        [216, 220, 222],
        [255, 246, 214],
      ]
    : [
        [150, 30, 28],
        [224, 44, 34],
      ]
  for (const side of [-0.58, 0.58]) lamp(along, 0.62, side, colors[headlights ? 1 : 0]!, headlights)
  brush.private = 'plate'
  lamp(along, 0.38, 0, [52, 84, 170], false)
  brush.private = null
  if (!headlights) return
  // The cone of light on the road ahead.
  const cone = [place(2.3, 0.01, -0.7), place(9, 0.01, -2), place(9, 0.01, 2), place(2.3, 0.01, 0.7)]
  brush.glow(cone, [255, 240, 200], 0.14)
}

/** A flat piece of a closed body: drawn when its outer side is seen. */
function plate(brush: Brush, quad: Quad, inside: Spot, color: Rgb): boolean {
  const middle = between(quad[0], quad[2], 0.5)
  const raw = unit(cross(sub(quad[1], quad[0]), sub(quad[3], quad[0])))
  const normal = dot(raw, sub(middle, inside)) < 0 ? times(raw, -1) : raw
  if (!brush.shows(middle, normal)) return false
  brush.face(quad, color, normal)
  return true
}

function times([x, y, z]: Spot, factor: number): Spot {
  return [x * factor, y * factor, z * factor]
}
