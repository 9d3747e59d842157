/**
 * Clusters: regions that belong together because they stand close for their size.
 *
 * A case beside a table, a toppled pile and a late second crate are one act. Each region's outline is grown by
 * 0.35·√area + 3 pixels; those that touch, in the same zones, are one cluster.
 */
import type { Box } from '../kit/geometry.ts'
import { PLANE_HEIGHT, PLANE_PIXELS, PLANE_WIDTH, type Region } from '../occupancy/standing.ts'

const GROW_SHARE = 0.35
const GROW_PIXELS = 3

export interface Cluster {
  /** Names the zones its regions stand in. */
  readonly zones: string
  readonly regions: readonly Region[]
  readonly pixels: number
  readonly goodsPixels: number
}

export function cluster(
  regions: readonly { readonly region: Region; readonly zones: string }[],
  labels: Uint8Array,
): Cluster[] {
  const outlines = new Map(regions.map(({ region }) => [region.label, outline(region, labels)]))
  const parent = regions.map((_, index) => index)
  const rootOf = (index: number): number => (parent[index] === index ? index : rootOf(parent[index]!))
  for (let a = 0; a < regions.length; a++) {
    for (let b = 0; b < a; b++) {
      const one = regions[a]!
      const other = regions[b]!
      if (one.zones !== other.zones || rootOf(a) === rootOf(b)) continue
      const reach = reachOf(one.region.pixels) + reachOf(other.region.pixels)
      if (near(one.region, other.region, reach, outlines)) parent[rootOf(a)] = rootOf(b)
    }
  }
  const members = new Map<number, Region[]>()
  for (let index = 0; index < regions.length; index++) {
    const root = rootOf(index)
    members.set(root, [...(members.get(root) ?? []), regions[index]!.region])
  }
  return [...members].map(([root, found]) => ({
    zones: regions[root]!.zones,
    regions: found,
    pixels: found.reduce((sum, region) => sum + region.pixels, 0),
    goodsPixels: found.reduce((sum, region) => sum + region.goodsPixels, 0),
  }))
}

/** How far a thing of that many pixels reaches for company, pixels. */
const reachOf = (pixels: number): number => GROW_SHARE * Math.sqrt(pixels) + GROW_PIXELS

/** The same by its extent: a thing seen in pieces is as large as all of them. */
export const reachOfBox = ([x1, y1, x2, y2]: Box): number =>
  reachOf((x2 - x1) * PLANE_WIDTH * (y2 - y1) * PLANE_HEIGHT)

/** The larger of the gaps between two boxes along the axes, pixels. */
export function apart(one: Box, other: Box): number {
  const gapX = Math.max(one[0] - other[2], other[0] - one[2]) * PLANE_WIDTH
  const gapY = Math.max(one[1] - other[3], other[1] - one[3]) * PLANE_HEIGHT
  return Math.max(gapX, gapY)
}

function near(one: Region, other: Region, reach: number, outlines: ReadonlyMap<number, Int32Array>): boolean {
  if (apart(one.box, other.box) > reach) return false
  const a = outlines.get(one.label)!
  const b = outlines.get(other.label)!
  for (let i = 0; i < a.length; i += 2) {
    for (let j = 0; j < b.length; j += 2) {
      const x = a[i]! - b[j]!
      const y = a[i + 1]! - b[j + 1]!
      if (x * x + y * y <= reach * reach) return true
    }
  }
  return false
}

/** Every second pixel of the outline, as x and y by turns. */
function outline(region: Region, labels: Uint8Array): Int32Array {
  const points: number[] = []
  const left = Math.round(region.box[0] * PLANE_WIDTH)
  const right = Math.round(region.box[2] * PLANE_WIDTH)
  const bottom = Math.round(region.box[3] * PLANE_HEIGHT)
  let skip = false
  for (let row = Math.round(region.box[1] * PLANE_HEIGHT); row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const at = row * PLANE_WIDTH + column
      if (labels[at] !== region.label || inside(labels, at, column, region.label)) continue
      skip = !skip
      if (skip) points.push(column, row)
    }
  }
  return Int32Array.from(points)
}

function inside(labels: Uint8Array, at: number, column: number, label: number): boolean {
  return (
    column > 0 &&
    column < PLANE_WIDTH - 1 &&
    at >= PLANE_WIDTH &&
    at < PLANE_PIXELS - PLANE_WIDTH &&
    labels[at - 1] === label &&
    labels[at + 1] === label &&
    labels[at - PLANE_WIDTH] === label &&
    labels[at + PLANE_WIDTH] === label
  )
}
