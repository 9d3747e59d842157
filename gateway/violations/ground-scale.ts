/**
 * From the picture to metres on the ground, by what somebody measured there.
 *
 *     points:  four or more places whose positions on the ground are known ─▶ homography, least squares
 *     length:  two places a known number of metres apart ─▶ one scale, good near them only
 *
 * The ground is taken to be flat. Each way has an error that somebody declares; of more than four points the error of
 * the fit is added. What is degenerate, points in a line or a length of nothing, is refused by name, never guessed.
 */
import { z } from 'zod'
import type { Point } from '../kit/geometry.ts'

const PicturePoint = z.tuple([z.number().min(0).max(1), z.number().min(0).max(1)])
const Metres = z.number().min(-10_000).max(10_000)

const PointsScale = z.strictObject({
  points: z
    .array(
      z.strictObject({
        at: PicturePoint.describe('Where it is in the picture, fractions.'),
        metres: z.tuple([Metres, Metres]).describe('Where it is on the ground, metres from any corner.'),
      }),
    )
    .min(4)
    .max(64)
    .describe('Places on the ground whose positions were measured, far apart, no three of four in a line.'),
  errorShare: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.05)
    .describe('How wrong the measured positions may be, as a share of every distance.'),
  groundPlane: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, 'a-z 0-9 -, 1 … 64')
    .optional()
    .describe(
      'Name of a ground that several cameras see, measured from one corner: what stands near is one act to all of them.',
    ),
})

const LengthScale = z.strictObject({
  from: PicturePoint.describe('One end of a known length on the ground, fractions of the picture.'),
  to: PicturePoint.describe('Its other end.'),
  metres: z.number().min(0.1).max(1_000).describe('How long it is, metres.'),
  errorShare: z
    .number()
    .min(0)
    .max(0.9)
    .default(0.3)
    .describe('How wrong a distance may be by it, as a share: the scale changes with depth, so a third.'),
})

export type GroundScale = z.infer<typeof PointsScale> | z.infer<typeof LengthScale>

export const GroundScale = z
  .union([PointsScale, LengthScale])
  .refine((scale) => planeOf(scale) !== null, {
    error: 'places that span an area of the picture and of the ground | two places apart',
    params: { fault: 'GROUND_SCALE_DEGENERATE' },
  })
  .describe(
    'What makes metres of the picture: `points`, or `from`, `to` and `metres`. Without it distances are unknown.',
  )

/** The picture's shape: fractions of its width are longer than those of its height. */
const WIDTH_OVER_HEIGHT = 16 / 9
/** Determinants of unit-sized problems below this are noise. */
const SINGULAR = 1e-9
/** Area that four points must span: of the picture 0.1 %, of the ground a hundredth of a square metre. */
const PICTURE_SPAN_MIN = 1e-3
const GROUND_SPAN_MIN = 1e-2
const LENGTH_MIN = 0.01
/** A fit that misses its own points by more than this share of their span is no plane. */
const MISFIT_MAX = 0.2

export interface GroundPlane {
  /** Metres on the ground; null at and beyond the horizon. */
  metresAt(point: Point): Point | null
  /** How wrong a distance may be, as a share of it. */
  readonly errorShare: number
}

/** null when what was measured is degenerate. */
export function planeOf(scale: GroundScale): GroundPlane | null {
  return 'points' in scale ? planeOfPoints(scale) : planeOfLength(scale)
}

function planeOfLength({ from, to, metres, errorShare }: z.infer<typeof LengthScale>): GroundPlane | null {
  const length = Math.hypot((to[0] - from[0]) * WIDTH_OVER_HEIGHT, to[1] - from[1])
  if (length < LENGTH_MIN) return null
  const scale = metres / length
  return { metresAt: ([x, y]) => [x * WIDTH_OVER_HEIGHT * scale, y * scale], errorShare }
}

function planeOfPoints({ points, errorShare }: z.infer<typeof PointsScale>): GroundPlane | null {
  const picture = points.map(({ at }) => at)
  const ground = points.map(({ metres }) => metres)
  if (span(picture) < PICTURE_SPAN_MIN || span(ground) < GROUND_SPAN_MIN) return null
  const toUnit = centred(ground)
  const h = homography(picture, ground.map(toUnit.to))
  if (h === null) return null
  const sign = Math.sign(depth(h, picture[0]!))
  if (sign === 0 || picture.some((point) => Math.sign(depth(h, point)) !== sign)) return null

  const metresAt = (point: Point): Point | null => {
    const w = depth(h, point)
    if (w * sign < SINGULAR) return null
    const [x, y] = point
    return toUnit.from([(h[0]! * x + h[1]! * y + h[2]!) / w, (h[3]! * x + h[4]! * y + h[5]!) / w])
  }
  const misses = points.map(({ at, metres }) => {
    const found = metresAt(at)
    return found === null ? Infinity : Math.hypot(found[0] - metres[0], found[1] - metres[1])
  })
  const misfit = Math.sqrt(misses.reduce((sum, miss) => sum + miss * miss, 0) / misses.length) / toUnit.size
  return misfit > MISFIT_MAX ? null : { metresAt, errorShare: errorShare + misfit }
}

const depth = (h: readonly number[], [x, y]: Point): number => h[6]! * x + h[7]! * y + 1

/** Eight unknowns from two equations a point, least squares by the normal equations; null when they do not hold. */
function homography(from: readonly Point[], to: readonly Point[]): number[] | null {
  const normal = Array.from({ length: 8 }, () => new Float64Array(9))
  const add = (row: readonly number[], value: number) => {
    for (let i = 0; i < 8; i++) {
      for (let j = 0; j < 8; j++) normal[i]![j]! += row[i]! * row[j]!
      normal[i]![8]! += row[i]! * value
    }
  }
  for (const [index, [x, y]] of from.entries()) {
    const [u, v] = to[index]!
    add([x, y, 1, 0, 0, 0, -x * u, -y * u], u)
    add([0, 0, 0, x, y, 1, -x * v, -y * v], v)
  }
  return solve(normal)
}

/** Gauss with pivots; null when singular. */
function solve(rows: Float64Array[]): number[] | null {
  const n = rows.length
  for (let column = 0; column < n; column++) {
    let pivot = column
    for (let row = column + 1; row < n; row++) {
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row
    }
    if (Math.abs(rows[pivot]![column]!) < SINGULAR) return null
    ;[rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!]
    for (let row = 0; row < n; row++) {
      if (row === column) continue
      const factor = rows[row]![column]! / rows[column]![column]!
      for (let at = column; at <= n; at++) rows[row]![at]! -= factor * rows[column]![at]!
    }
  }
  return rows.map((row, index) => row[n]! / row[index]!)
}

/** Twice the area of the smallest of the largest triangles: near nothing when some three of four lie in a line. */
function span(points: readonly Point[]): number {
  const triangles: number[] = []
  for (let a = 0; a < points.length; a++) {
    for (let b = a + 1; b < points.length; b++) {
      for (let c = b + 1; c < points.length; c++) triangles.push(triangle(points[a]!, points[b]!, points[c]!))
    }
  }
  triangles.sort((one, other) => other - one)
  // Four good points have four triangles; with more points four good ones are enough.
  return triangles[3] ?? 0
}

function triangle(a: Point, b: Point, c: Point): number {
  return Math.abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2
}

/** Ground positions moved and scaled around 0, so that large coordinates cost no digits. */
function centred(points: readonly Point[]): {
  size: number
  to: (p: Point) => Point
  from: (p: Point) => Point
} {
  const x = points.reduce((sum, point) => sum + point[0], 0) / points.length
  const y = points.reduce((sum, point) => sum + point[1], 0) / points.length
  const size = Math.max(...points.map((point) => Math.hypot(point[0] - x, point[1] - y)))
  return {
    size,
    to: (point) => [(point[0] - x) / size, (point[1] - y) / size],
    from: (point) => [point[0] * size + x, point[1] * size + y],
  }
}
