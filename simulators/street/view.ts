/**
 * Where the camera hangs, and what it sees of the street. Metres, y up:
 *
 *        z ▲   ════ facade z = 0 ════          x runs along the street,
 *          │   pavement   −6 < z < 0           the kerb lies at z = −6,
 *          └─▶ road            z < −6          the camera over the road, looking along the pavement.
 */
import type { Extent, Outline } from './raster.ts'

export type Spot = readonly [x: number, y: number, z: number]

export const KERB_Z = -6
const CAMERA: Spot = [-6.2, 4.9, -10.6]
const YAW = 0.72
const PITCH = 0.3
/** Focal length as a share of the picture's width: 64° across. */
const FOCAL = 0.8
/** Nearer than this nothing is drawn. */
const NEAR = 0.4

/** Towards the sun: from behind the camera's left shoulder. */
export const SUN: Spot = [-0.42, 0.8, -0.43]

export class View {
  readonly width: number
  readonly height: number
  readonly focal: number
  readonly #right: Spot
  readonly #up: Spot
  readonly #forward: Spot

  constructor(width: number, height: number) {
    this.width = width
    this.height = height
    // The width rules the framing; a picture of another shape sees more or less above and below.
    this.focal = FOCAL * width
    const [sinYaw, cosYaw] = [Math.sin(YAW), Math.cos(YAW)]
    const [sinPitch, cosPitch] = [Math.sin(PITCH), Math.cos(PITCH)]
    this.#right = [cosYaw, 0, -sinYaw]
    this.#up = [sinYaw * sinPitch, cosPitch, cosYaw * sinPitch]
    this.#forward = [sinYaw * cosPitch, -sinPitch, cosYaw * cosPitch]
  }

  depth(spot: Spot): number {
    return dot(sub(spot, CAMERA), this.#forward)
  }

  /** x, y in pixels and the depth; meaningless for spots behind the camera. */
  project(spot: Spot): [number, number, number] {
    const away = sub(spot, CAMERA)
    const depth = Math.max(NEAR, dot(away, this.#forward))
    const scale = this.focal / depth
    return [
      this.width / 2 + dot(away, this.#right) * scale,
      this.height / 2 - dot(away, this.#up) * scale,
      depth,
    ]
  }

  /** The outline of a flat polygon, without what lies behind the camera. */
  outline(spots: readonly Spot[]): Outline {
    const out: number[] = []
    for (let i = 0; i < spots.length; i++) {
      const [a, b] = [spots[i]!, spots[(i + 1) % spots.length]!]
      const [da, db] = [this.depth(a) - NEAR, this.depth(b) - NEAR]
      if (da >= 0) push(out, this.project(a))
      if (da >= 0 !== db >= 0) push(out, this.project(between(a, b, da / (da - db))))
    }
    return out
  }

  /** The direction in which a pixel looks. */
  ray(px: number, py: number): Spot {
    const across = (px - this.width / 2) / this.focal
    const down = (py - this.height / 2) / this.focal
    const [r, u, f] = [this.#right, this.#up, this.#forward]
    return [
      f[0] + r[0] * across - u[0] * down,
      f[1] + r[1] * across - u[1] * down,
      f[2] + r[2] * across - u[2] * down,
    ]
  }

  get eye(): Spot {
    return CAMERA
  }

  fractions({ x1, y1, x2, y2 }: Extent): [number, number, number, number] {
    const round = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000
    return [round(x1 / this.width), round(y1 / this.height), round(x2 / this.width), round(y2 / this.height)]
  }
}

/** Where the shadow of a spot falls on the ground. */
export function shadowOf([x, y, z]: Spot): Spot {
  return [x - (SUN[0] / SUN[1]) * y, 0, z - (SUN[2] / SUN[1]) * y]
}

export function add(a: Spot, b: Spot): Spot {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

export function sub(a: Spot, b: Spot): Spot {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

export function dot(a: Spot, b: Spot): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

export function between(a: Spot, b: Spot, share: number): Spot {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share]
}

function push(out: number[], [x, y]: readonly [number, number, number]): void {
  out.push(x, y)
}
