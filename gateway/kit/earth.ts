/**
 * Distances on the map, WGS-84 degrees. Over a town the Earth is a sphere: the error stays below half a percent, less
 * than what anybody knows about where a camera hangs.
 */
export interface MapPoint {
  readonly lon: number
  readonly lat: number
}

const EARTH_M = 6_371_008.8
const RADIANS = Math.PI / 180

/** Metres along the ground from one place to another. */
export function metresApart(a: MapPoint, b: MapPoint): number {
  const lat = ((b.lat - a.lat) * RADIANS) / 2
  const lon = ((b.lon - a.lon) * RADIANS) / 2
  const half = Math.sin(lat) ** 2 + Math.cos(a.lat * RADIANS) * Math.cos(b.lat * RADIANS) * Math.sin(lon) ** 2
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(half)))
}
