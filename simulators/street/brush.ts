/**
 * Draws solids into the picture: balls and their hulls, boxes, discs, flat faces, each shaded by the light.
 *
 * One drawing serves three passes, so a person's shadow and reflection move as the person does:
 *
 *     body     where it stands            shadow   thrown on the ground, into a mask
 *     mirror   upside down in the wet
 */
import { assert } from '../../gateway/kit/assert.ts'
import {
  type Extent,
  flat,
  join,
  mix,
  type Outline,
  type Paint,
  type Raster,
  type Rgb,
  times,
} from './raster.ts'
import { add, between, dot, type Spot, sub, type View } from './view.ts'

export type Pass = 'body' | 'shadow' | 'mirror'
export interface Ball {
  readonly at: Spot
  readonly radius: number
}

/** How bright things are at a place, per colour: 1 is noon. */
export type LightAt = (x: number, z: number) => Rgb

const CIRCLE = Array.from({ length: 14 }, (_, i): [number, number] => {
  const angle = (i / 14) * 2 * Math.PI
  return [Math.cos(angle), Math.sin(angle)]
})
/** Where the points of one hull are gathered: one brush paints at a time. */
interface Points {
  readonly xs: Float64Array
  readonly ys: Float64Array
  count: number
}
const POINTS_MAX = 14 * 16
const points: Points = { xs: new Float64Array(POINTS_MAX), ys: new Float64Array(POINTS_MAX), count: 0 }
function addPoint(x: number, y: number): void {
  points.xs[points.count] = x
  points.ys[points.count] = y
  points.count++
}
/** What nobody may recognise, and the colours it is painted in when a film of the truth is asked for. */
type Private = 'head' | 'plate'
const PRIVATE_COLOURS: Readonly<Record<Private, Rgb>> = { head: [255, 0, 255], plate: [0, 255, 255] }
const MIRROR_ALPHA = 0.26
const BODY_ALPHA_MIN = 0.5

export class Brush {
  readonly view: View
  readonly raster: Raster
  readonly #mask: Uint8Array
  readonly #lightAt: LightAt
  pass: Pass = 'body'
  /** What is drawn next is somebody's head, or a plate. */
  private: Private | null = null
  /** Heads and plates in colours of their own: what of them is to be seen, to the pixel. */
  showsPrivate = false
  /** What the body pass has covered since it was last taken. */
  #extent: Extent | undefined
  #shadowExtent: Extent | undefined
  #light: Rgb = [1, 1, 1]

  constructor(view: View, raster: Raster, lightAt: LightAt) {
    this.view = view
    this.raster = raster
    this.#mask = new Uint8Array(raster.width * raster.height)
    this.#lightAt = lightAt
  }

  /** What is drawn next stands here: the light of this place falls on it. */
  standAt(x: number, z: number): void {
    this.#light = this.#lightAt(x, z)
  }

  takeExtent(): Extent | undefined {
    const extent = this.#extent
    this.#extent = undefined
    return extent
  }

  /** Darkens the picture by the shadows stamped so far. */
  castShadows(strength: number): void {
    const extent = this.#shadowExtent
    if (!extent) return
    const { width, rgb } = this.raster
    for (let y = extent.y1; y < extent.y2; y++) {
      for (let at = y * width + extent.x1; at < y * width + extent.x2; at++) {
        const cover = this.#mask[at]!
        if (cover === 0) continue
        this.#mask[at] = 0
        const rest = 1 - (cover / 255) * strength
        rgb[at * 3] = rgb[at * 3]! * rest
        rgb[at * 3 + 1] = rgb[at * 3 + 1]! * rest
        // The sky still lights a shadow: it is bluer than the sunny ground.
        rgb[at * 3 + 2] = rgb[at * 3 + 2]! * (rest + 0.04 * (1 - rest))
      }
    }
    this.#shadowExtent = undefined
  }

  /** The skin around some balls: a limb is the hull of two, a trunk of four. */
  hull(balls: readonly Ball[], color: Rgb): void {
    assert(balls.length * CIRCLE.length <= POINTS_MAX, 'a hull is of a few balls')
    points.count = 0
    for (const { at, radius } of balls) this.#circle(at, radius)
    const outline = convexHull(points)
    this.#fill([outline], () => this.#rounded(outline, color))
  }

  limb(a: Spot, radiusA: number, b: Spot, radiusB: number, color: Rgb): void {
    this.hull(
      [
        { at: a, radius: radiusA },
        { at: b, radius: radiusB },
      ],
      color,
    )
  }

  ball(at: Spot, radius: number, color: Rgb): void {
    this.hull([{ at, radius }], color)
  }

  /** A flat face; `normal` decides how much sun it gets. */
  face(spots: readonly Spot[], color: Rgb, normal: Spot = [0, 1, 0], alpha = 1): void {
    const outline = this.#outline(spots)
    this.#fill([outline], () => flat(this.#lit(color, normal), alpha))
  }

  /** Something that shines by itself. */
  glow(spots: readonly Spot[], color: Rgb, alpha = 1): void {
    if (this.pass === 'shadow') return
    const outline = this.#outline(spots)
    this.#fill([outline], () => flat(color, alpha))
  }

  /** A round disc with a hole: a wheel, seen from anywhere. `across` is its axle. */
  ring(center: Spot, radius: number, hole: number, across: Spot, color: Rgb): void {
    const outer = this.#outline(circleSpots(center, radius, across))
    const inner = hole > 0 ? [this.#outline(circleSpots(center, hole, across).reverse())] : []
    this.#fill([outer, ...inner], () => flat(this.#lit(color, across)))
  }

  /** @param base middle of the lower face; `yaw` turns it around the vertical */
  box(base: Spot, size: Spot, yaw: number, color: Rgb, top: Rgb = color): void {
    const [halfX, halfZ] = [size[0] / 2, size[2] / 2]
    const corner = (sx: number, sz: number, y: number): Spot => {
      const [dx, dz] = [sx * halfX, sz * halfZ]
      const [cos, sin] = [Math.cos(yaw), Math.sin(yaw)]
      return [base[0] + dx * cos + dz * sin, base[1] + y, base[2] - dx * sin + dz * cos]
    }
    const ring = [corner(-1, -1, 0), corner(1, -1, 0), corner(1, 1, 0), corner(-1, 1, 0)]
    for (let i = 0; i < 4; i++) {
      const [a, b] = [ring[i]!, ring[(i + 1) % 4]!]
      const normal = sub(between(a, b, 0.5), base)
      if (!this.shows(between(a, b, 0.5), normal)) continue
      const high: Spot = [0, size[1], 0]
      this.face([a, b, add(b, high), add(a, high)], color, unit(normal))
    }
    const lid = ring.map((spot) => add(spot, [0, size[1], 0]))
    this.face(lid, top, [0, 1, 0])
  }

  /** Faces turned away are not drawn, but they throw their shadow. */
  shows(middle: Spot, normal: Spot): boolean {
    return this.pass === 'shadow' || this.view.faces(middle, normal)
  }

  #circle(at: Spot, radius: number): void {
    if (this.pass === 'shadow') {
      const [x, y, z] = this.view.shadowOf(at)
      for (const [cos, sin] of CIRCLE) {
        const [px, py] = this.view.project([x + cos * radius, y, z + sin * radius])
        addPoint(px, py)
      }
      return
    }
    const [px, py, depth] = this.view.project(this.pass === 'mirror' ? [at[0], -at[1], at[2]] : at)
    const pixels = (this.view.focal * radius) / depth
    for (const [cos, sin] of CIRCLE) addPoint(px + cos * pixels, py + sin * pixels)
  }

  #outline(spots: readonly Spot[]): Outline {
    if (this.pass === 'shadow') return this.view.outline(spots.map((spot) => this.view.shadowOf(spot)))
    if (this.pass === 'mirror') return this.view.outline(spots.map(([x, y, z]): Spot => [x, -y, z]))
    return this.view.outline(spots)
  }

  #fill(outlines: readonly Outline[], paint: () => Paint): void {
    if (this.pass === 'shadow') {
      this.#shadowExtent = join(this.#shadowExtent, this.raster.stamp(outlines, this.#mask))
    } else if (this.pass === 'mirror') {
      const { alpha, ...rest } = paint()
      this.raster.fill(outlines, { ...rest, alpha: alpha * MIRROR_ALPHA } as Paint)
    } else {
      const shown = this.showsPrivate && this.private !== null
      const painted = shown ? flat(PRIVATE_COLOURS[this.private!], 1) : paint()
      const covered = this.raster.fill(outlines, painted)
      // Light on the road ahead is no part of a car.
      if (painted.alpha >= BODY_ALPHA_MIN) this.#extent = join(this.#extent, covered)
    }
  }

  #lit(color: Rgb, normal: Spot): Rgb {
    const sun = Math.max(0, dot(normal, this.view.sun))
    return times(times(color, 0.62 + 0.42 * sun), this.#light)
  }

  // Round things are brighter on the side of the sun.
  #rounded(outline: Outline, color: Rgb): Paint {
    let [x1, y1, x2, y2] = [Infinity, Infinity, -Infinity, -Infinity]
    for (let i = 0; i < outline.length; i += 2) {
      x1 = Math.min(x1, outline[i]!)
      x2 = Math.max(x2, outline[i]!)
      y1 = Math.min(y1, outline[i + 1]!)
      y2 = Math.max(y2, outline[i + 1]!)
    }
    const lit = times(color, this.#light)
    // Across a slim upright limb the gradient runs sideways; across anything rounder down the diagonal.
    const upright = y2 - y1 > 1.6 * (x2 - x1)
    const middle = (y1 + y2) / 2
    const [near, far] = this.view.sun[0] > 0 ? [x2, x1] : [x1, x2]
    return {
      kind: 'gradient',
      from: times(mix(lit, times([255, 250, 240], this.#light), 0.1), 1.06),
      to: times(lit, 0.6),
      axis: upright ? [near, middle, far, middle + (x2 - x1) * 0.3] : [near, y1, far, y2],
      alpha: 1,
    }
  }
}

function circleSpots(center: Spot, radius: number, across: Spot): Spot[] {
  // Two directions at right angles to the axle; axles of a street lie flat or stand upright.
  const flatAxle = Math.abs(across[1]) < 0.9
  const u: Spot = flatAxle ? [0, 1, 0] : [1, 0, 0]
  const v: Spot = flatAxle ? unit([across[2], 0, -across[0]]) : [0, 0, 1]
  return Array.from({ length: 20 }, (_, i): Spot => {
    const angle = (i / 20) * 2 * Math.PI
    const [c, s] = [Math.cos(angle) * radius, Math.sin(angle) * radius]
    return [center[0] + u[0] * c + v[0] * s, center[1] + u[1] * c + v[1] * s, center[2] + u[2] * c + v[2] * s]
  })
}

export function unit(spot: Spot): Spot {
  const length = Math.hypot(...spot) || 1
  return [spot[0] / length, spot[1] / length, spot[2] / length]
}

/** Andrew's monotone chain; a picture asks for some thousand hulls, so nothing is allocated but the outline. */
function convexHull({ xs, ys, count }: Points): number[] {
  sortPoints(xs, ys, count)
  const outline: number[] = []
  chain(xs, ys, count, 1, outline)
  chain(xs, ys, count, -1, outline)
  return outline
}

/** Half of the hull, without its last point: from left to right, or back. */
function chain(xs: Float64Array, ys: Float64Array, count: number, step: 1 | -1, outline: number[]): void {
  const first = outline.length
  for (let k = 0, i = step === 1 ? 0 : count - 1; k < count; k++, i += step) {
    const [x, y] = [xs[i]!, ys[i]!]
    while (outline.length - first >= 4) {
      const at = outline.length
      const [ox, oy, ax, ay] = [outline[at - 4]!, outline[at - 3]!, outline[at - 2]!, outline[at - 1]!]
      if ((ax - ox) * (y - oy) - (ay - oy) * (x - ox) > 0) break
      outline.length -= 2
    }
    outline.push(x, y)
  }
  outline.length -= 2
}

/** By x, then by y; circles come nearly sorted by halves, and there are few: insertion does. */
function sortPoints(xs: Float64Array, ys: Float64Array, count: number): void {
  for (let i = 1; i < count; i++) {
    const x = xs[i]!
    const y = ys[i]!
    let at = i - 1
    while (at >= 0 && (xs[at]! > x || (xs[at]! === x && ys[at]! > y))) {
      xs[at + 1] = xs[at]!
      ys[at + 1] = ys[at]!
      at--
    }
    xs[at + 1] = x
    ys[at + 1] = y
  }
}
