/**
 * Where somebody may trade instead, now: the nearest permitted point that is open at this very time [R13] [R82].
 *
 *     camera (lon, lat) ─▶ permits that are valid today, open now, for this rule ─▶ nearest, metres, hours
 *
 * Grace minutes do not count: nobody is sent to a place that is being cleared away. Works (施工) are no place to trade.
 */
import type { RuleId } from '../violations/event.ts'
import type { PermittedPoint } from '../violations/permit.ts'
import { type Moment, withinHours } from '../violations/zone.ts'

export interface NearestPoint {
  readonly id: string
  readonly name: string
  readonly distanceM: number
  /** The window that is open, `07:00–19:00`. */
  readonly hours: string
}

interface Asked {
  readonly lon: number | undefined
  readonly lat: number | undefined
  readonly ruleId: RuleId
  readonly wallMs: number
  readonly offsetMinutes: number
  readonly calendar: Moment['calendar']
}

const EARTH_M = 6_371_000
/** Nobody walks his cart further than this. */
const FAR_M = 5_000

export function nearestOpenPoint(permits: readonly PermittedPoint[], asked: Asked): NearestPoint | null {
  const { lon, lat } = asked
  if (lon === undefined || lat === undefined) return null
  const open = permits.flatMap((permit): NearestPoint[] => {
    if (permit.lon === undefined || permit.lat === undefined || permit.type === 'CONSTRUCTION') return []
    if (!permit.rules.includes(asked.ruleId)) return []
    const window = permit.windows.find((one) => withinHours({ ...permit, windows: [one] }, asked))
    if (window === undefined) return []
    const distanceM = Math.round(metresBetween([lon, lat], [permit.lon, permit.lat]))
    const hours = `${window.from}–${window.to}`
    return distanceM > FAR_M ? [] : [{ id: permit.id, name: permit.name ?? permit.id, distanceM, hours }]
  })
  return open.sort((a, b) => a.distanceM - b.distanceM || a.id.localeCompare(b.id))[0] ?? null
}

/** Haversine: on a street as exact as the coordinates. */
function metresBetween(
  from: readonly [lon: number, lat: number],
  to: readonly [lon: number, lat: number],
): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180
  const [dLon, dLat] = [radians(to[0] - from[0]) / 2, radians(to[1] - from[1]) / 2]
  const a = Math.sin(dLat) ** 2 + Math.cos(radians(from[1])) * Math.cos(radians(to[1])) * Math.sin(dLon) ** 2
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(a)))
}
