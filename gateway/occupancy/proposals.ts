/**
 * Where a namer should look: what stands, in the boxes in which it may have one name.
 *
 *     region ─┬─ of goods, or without any: its box
 *             └─ goods and something beside them that moves or stays: a box each
 *
 * A vendor and his table are one region; named as one they would be neither.
 */
import { area, type Box } from '../kit/geometry.ts'
import { PLANE_HEIGHT, PLANE_WIDTH, type Region, type Standing } from './standing.ts'

const PROPOSALS_MAX = 32
/** Parts smaller than this have no shape to name. */
const PART_PIXELS_MIN = 60
/** What fills more of the picture is light or a crowd, and has no name. */
const BOX_SHARE_MAX = 0.35
/** A part that is nearly all of its region is the region. */
const WHOLE_SHARE = 0.85

/** Boxes to be named, those of the largest regions first; fractions of the picture. */
export function proposalsOf(standing: Standing): Box[] {
  if (!standing.ready) return []
  const regions = standing.regions
    .filter(({ box }) => area(box) <= BOX_SHARE_MAX)
    .sort((a, b) => b.pixels - a.pixels || a.label - b.label)
  return regions.flatMap((region) => partsOf(region, standing)).slice(0, PROPOSALS_MAX)
}

/** The extents of a region's goods and of the rest of it where both are there, else of the region. */
function partsOf(region: Region, standing: Standing): Box[] {
  const rest = region.pixels - region.goodsPixels
  if (region.goodsPixels < PART_PIXELS_MIN || rest < PART_PIXELS_MIN) return [region.box]
  const parts = [extentOf(region, standing, 1), extentOf(region, standing, 0)]
  const named = parts.map((part) => (area(part) <= WHOLE_SHARE * area(region.box) ? part : region.box))
  return named[0] === named[1] ? [region.box] : named
}

/** Extent of the pixels of a region that are goods (1), or that are not (0). */
function extentOf({ label, box }: Region, { labels, goods }: Standing, wanted: 0 | 1): Box {
  const [x1, y1, x2, y2] = box
  const [left, right] = [Math.round(x1 * PLANE_WIDTH), Math.round(x2 * PLANE_WIDTH)]
  let [minX, minY, maxX, maxY] = [PLANE_WIDTH, PLANE_HEIGHT, 0, 0]
  for (let y = Math.round(y1 * PLANE_HEIGHT); y < Math.round(y2 * PLANE_HEIGHT); y++) {
    for (let x = left; x < right; x++) {
      const at = y * PLANE_WIDTH + x
      if (labels[at] !== label || goods[at] !== wanted) continue
      minX = Math.min(minX, x)
      minY = Math.min(minY, y)
      maxX = Math.max(maxX, x + 1)
      maxY = y + 1
    }
  }
  return [minX / PLANE_WIDTH, minY / PLANE_HEIGHT, maxX / PLANE_WIDTH, maxY / PLANE_HEIGHT]
}
