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
/** Nearer than this nothing is drawn. */
const NEAR = 0.4

interface Pose {
  readonly eye: Spot
  /** Radians from looking straight at the shops towards looking along the street. */
  readonly yaw: number
  readonly pitch: number
  /** Focal length as a share of the picture's width: 0.8 is 64° across. */
  readonly focal: number
}

/** A lamp post's arm, a roof edge, a sign's pole: how steeply a camera looks decides what can be told apart. */
const POSES = {
  pole: { eye: [-6.2, 4.9, -10.6], yaw: 0.72, pitch: 0.3, focal: 0.8 },
  arm: { eye: [-6.2, 4.9, -10.6], yaw: 0.87, pitch: 0.3, focal: 0.8 },
  high: { eye: [-3.6, 7.6, -12.4], yaw: 0.64, pitch: 0.5, focal: 0.84 },
  low: { eye: [-7.4, 3.3, -8.9], yaw: 0.98, pitch: 0.17, focal: 0.86 },
} as const satisfies Record<string, Pose>
export type CameraPose = keyof typeof POSES

/** Towards the sun: behind the camera's left shoulder, or low over the far end of the street. */
const SUNS = {
  shoulder: [-0.42, 0.8, -0.43],
  low: [0.78, 0.44, -0.44],
} as const satisfies Record<string, Spot>
export type SunPlace = keyof typeof SUNS

export interface Setting {
  readonly camera?: CameraPose
  readonly sun?: SunPlace
}

export class View {
  readonly width: number
  readonly height: number
  readonly focal: number
  readonly eye: Spot
  readonly sun: Spot
  readonly #right: Spot
  readonly #up: Spot
  readonly #forward: Spot

  constructor(width: number, height: number, { camera = 'pole', sun = 'shoulder' }: Setting = {}) {
    const { eye, yaw, pitch, focal } = POSES[camera]
    this.width = width
    this.height = height
    this.eye = eye
    this.sun = SUNS[sun]
    // The width rules the framing; a picture of another shape sees more or less above and below.
    this.focal = focal * width
    const [sinYaw, cosYaw] = [Math.sin(yaw), Math.cos(yaw)]
    const [sinPitch, cosPitch] = [Math.sin(pitch), Math.cos(pitch)]
    this.#right = [cosYaw, 0, -sinYaw]
    this.#up = [sinYaw * sinPitch, cosPitch, cosYaw * sinPitch]
    this.#forward = [sinYaw * cosPitch, -sinPitch, cosYaw * cosPitch]
  }

  depth(spot: Spot): number {
    return dot(sub(spot, this.eye), this.#forward)
  }

  /** x, y in pixels and the depth; meaningless for spots behind the camera. */
  project(spot: Spot): [number, number, number] {
    const away = sub(spot, this.eye)
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

  /** Where the shadow of a spot falls on the ground. */
  shadowOf([x, y, z]: Spot): Spot {
    const [sx, sy, sz] = this.sun
    return [x - (sx / sy) * y, 0, z - (sz / sy) * y]
  }

  /** Whether a face is turned towards the camera. */
  faces(middle: Spot, normal: Spot): boolean {
    return dot(normal, sub(middle, this.eye)) < 0
  }

  fractions({ x1, y1, x2, y2 }: Extent): [number, number, number, number] {
    const round = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000
    return [round(x1 / this.width), round(y1 / this.height), round(x2 / this.width), round(y2 / this.height)]
  }
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

export function cross(a: Spot, b: Spot): Spot {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

export function between(a: Spot, b: Spot, share: number): Spot {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share]
}

function push(out: number[], [x, y]: readonly [number, number, number]): void {
  out.push(x, y)
}
