/**
 * Where a camera hangs on the map (WGS-84), and where a place lies from another.
 */
import type { MapPoint } from '../kit/earth.ts'
import type { Zone } from '../violations/zone.ts'

/** What of a camera says where it is; the camera's options fit by shape. */
export interface CameraPlace {
  readonly id: string
  readonly lon?: number | undefined
  readonly lat?: number | undefined
  readonly address?: string | undefined
  readonly jurisdictionCode?: string | undefined
  readonly streetCode?: string | undefined
  readonly gridCode?: string | undefined
  readonly operatorOrg?: string | undefined
  readonly zones: readonly Pick<Zone, 'id' | 'shopId' | 'groundScale'>[]
}

const METRES_PER_DEGREE = 111_320

export function mapPointOf(place: {
  readonly lon?: number | null | undefined
  readonly lat?: number | null | undefined
}): MapPoint | null {
  const { lon, lat } = place
  return typeof lon === 'number' && typeof lat === 'number' ? { lon, lat } : null
}

/** East and north of `origin`, metres: flat around it, good to a thousandth within a city. */
export function metresFrom(origin: MapPoint, point: MapPoint): [east: number, north: number] {
  const shrink = Math.cos((origin.lat * Math.PI) / 180)
  return [(point.lon - origin.lon) * METRES_PER_DEGREE * shrink, (point.lat - origin.lat) * METRES_PER_DEGREE]
}
