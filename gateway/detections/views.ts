/**
 * Which parts of the picture a detector looks at: the neighbourhood of the zones, not the sky.
 *
 *     zones ─ grown, upwards most ─▶ boxes ─ merged where that costs little ─▶ at most three views │ the whole picture
 *
 * A view fills the network's input by itself, so a zone at the far end of the street is seen twice or three times
 * as large as in a look at everything. Each view is an inference of its own.
 */
import { area, type Box, type Polygon, union } from '../kit/geometry.ts'
import { WHOLE } from './preprocess.ts'

/** Whoever stands at a zone's upper edge reaches far above it; beside and below a box must not be cut. */
const ABOVE = 0.25
const AROUND = 0.08
/** Smaller views show the pixels of the frame larger than they are. */
const EDGE_MIN = 0.4
/** From this share of the picture on the whole is as good. */
const WHOLE_SHARE = 0.6
/** Two views become one when that looks at so much more than both. */
const MERGED_COST = 1.25
const VIEWS_MAX = 3

/** Views for the zones of one camera; without zones the whole picture. */
export function viewsOf(zones: readonly Polygon[]): Box[] {
  let views = zones.map(around)
  for (let pair = cheapest(views); pair !== null; pair = cheapest(views)) {
    const { a, b } = pair
    const rest = views.filter((_, index) => index !== a && index !== b)
    views = [...rest, union(views[a]!, views[b]!)]
  }
  const looked = views.reduce((sum, view) => sum + area(view), 0)
  return views.length === 0 || looked >= WHOLE_SHARE ? [WHOLE] : views
}

/** The pair whose union costs least, if it must or may become one. */
function cheapest(views: readonly Box[]): { readonly a: number; readonly b: number } | null {
  let best: { a: number; b: number; cost: number } | null = null
  for (let a = 0; a < views.length; a++) {
    for (let b = a + 1; b < views.length; b++) {
      const cost = area(union(views[a]!, views[b]!)) / (area(views[a]!) + area(views[b]!))
      if (best === null || cost < best.cost) best = { a, b, cost }
    }
  }
  return best !== null && (best.cost <= MERGED_COST || views.length > VIEWS_MAX) ? best : null
}

function around(polygon: Polygon): Box {
  const xs = polygon.map(([x]) => x)
  const ys = polygon.map(([, y]) => y)
  const [x1, x2] = stretched(Math.min(...xs) - AROUND, Math.max(...xs) + AROUND)
  const [y1, y2] = stretched(Math.min(...ys) - ABOVE, Math.max(...ys) + AROUND)
  return [x1, y1, x2, y2]
}

/** Within the picture, and never shorter than the least edge. */
function stretched(from: number, to: number): [number, number] {
  const span = Math.min(1, Math.max(EDGE_MIN, to - from))
  const start = Math.min(1 - span, Math.max(0, (from + to - span) / 2))
  return [start, Math.min(1, start + span)]
}
