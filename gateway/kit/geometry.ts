/**
 * Plane geometry in fractions of the picture: x to the right, y down, [0, 0] top left, [1, 1] bottom right.
 */
export type Point = readonly [x: number, y: number]
export type Polygon = readonly Point[]
/** Left, top, right, bottom. */
export type Box = readonly [x1: number, y1: number, x2: number, y2: number]

export function area([x1, y1, x2, y2]: Box): number {
  return Math.max(0, x2 - x1) * Math.max(0, y2 - y1)
}

export function intersection(a: Box, b: Box): number {
  return area([Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])])
}

/** Intersection over union, 0..1. */
export function iou(a: Box, b: Box): number {
  const common = intersection(a, b)
  const union = area(a) + area(b) - common
  return union > 0 ? common / union : 0
}

export function union(a: Box, b: Box): Box {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])]
}

/** The middle of the lower edge: where a thing stands. */
export function foot([x1, , x2, y2]: Box): Point {
  return [(x1 + x2) / 2, y2]
}

/** Even-odd rule; points on the upper and left edges are inside. */
export function contains(polygon: Polygon, [x, y]: Point): boolean {
  let inside = false
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i]!
    const [xj, yj] = polygon[j]!
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside
  }
  return inside
}

/** True when the outline of the polygon crosses itself. */
export function crossesItself(polygon: Polygon): boolean {
  const n = polygon.length
  for (let i = 0; i < n; i++) {
    for (let j = i + 2; j < n; j++) {
      if (i === 0 && j === n - 1) continue
      if (segmentsCross(polygon[i]!, polygon[(i + 1) % n]!, polygon[j]!, polygon[(j + 1) % n]!)) return true
    }
  }
  return false
}

function segmentsCross(a: Point, b: Point, c: Point, d: Point): boolean {
  const side = (p: Point, q: Point, r: Point) =>
    Math.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]))
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0
}
