/**
 * Where somebody may trade instead, now: the nearest permitted point that is open at this very time [R13] [R82].
 *
 *     camera (lon, lat) ─▶ permits that are valid today, open now, for this rule ─▶ nearest, metres, hours
 *
 * Grace minutes do not count: nobody is sent to a place that is being cleared away. Works (施工) are no place to trade.
 */
import { metresApart } from '../kit/earth.ts'
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
    const distanceM = Math.round(metresApart({ lon, lat }, { lon: permit.lon, lat: permit.lat }))
    const hours = `${window.from}–${window.to}`
    return distanceM > FAR_M ? [] : [{ id: permit.id, name: permit.name ?? permit.id, distanceM, hours }]
  })
  return open.sort((a, b) => a.distanceM - b.distanceM || a.id.localeCompare(b.id))[0] ?? null
}
