/**
 * A permitted point: where the authority lets people trade, and when.
 *
 *                        inside its hours, grace included     outside them
 *     inside the place   nothing is reported                  permit-overtime
 *     across its edge    permit-overreach, when too much      the ordinary rules, by where its foot is
 *                        of it lies beyond
 *     outside            the ordinary rules                   the ordinary rules
 *
 * The grace minutes belong to the permit: a stall is set up before its hours and cleared away after them. A permit that
 * is not valid yet or no longer is none. Works with a permit to occupy the road (施工占道) are a place of type
 * CONSTRUCTION with `rules: [piling]`: their cones and fences are no pile, trade among them is told all the same.
 * What is sold nobody can see from afar: `trades` is for people. [R81]
 */
import { z } from 'zod'
import { between, Day, localDay } from '../kit/calendar.ts'
import { contains, type Point, type Polygon } from '../kit/geometry.ts'
import { RULE_IDS } from './event.ts'
import { Id, type Moment, PolygonShape, Window, withinHours } from './zone.ts'

export const POINT_TYPES = [
  'GUIDED',
  'MANAGED',
  'FEATURED',
  'STALL_GROUP',
  'OUTDOOR_SEATING',
  'MORNING_MARKET',
  'NIGHT_MARKET',
  'SEASONAL_FRUIT',
  'CONSTRUCTION',
] as const

export const PermittedPoint = z
  .strictObject({
    id: Id,
    type: z
      .enum(POINT_TYPES)
      .default('GUIDED')
      .describe('Kind of permitted place. CONSTRUCTION: works, with `rules: [piling]`.'),
    name: z.string().max(80).optional().describe('Name for people.'),
    zoneIds: z
      .array(Id)
      .default([])
      .describe('Zones that are the place: zone ids, of `camera` only when that is given.'),
    camera: Id.optional().describe('Camera whose picture `polygon` is drawn in.'),
    polygon: PolygonShape.optional(),
    lon: z
      .number()
      .min(-180)
      .max(180)
      .optional()
      .describe('Longitude, WGS-84, degrees: people are guided to the nearest point that is open.'),
    lat: z.number().min(-90).max(90).optional().describe('Latitude, WGS-84, degrees.'),
    address: z.string().max(200).optional().describe('Where it is, for people.'),
    rules: z
      .array(z.enum(RULE_IDS))
      .min(1)
      .default([...RULE_IDS])
      .describe('Rules that the permit silences: all of them unless fewer are named.'),
    windows: z.array(Window).min(1).prefault([{}]).describe('Hours in which trading is allowed.'),
    validFrom: Day.optional().describe('First day of the permit.'),
    validTo: Day.optional().describe('Last day of the permit.'),
    setupGraceMin: z
      .number()
      .min(0)
      .max(240)
      .default(30)
      .describe('Minutes before the hours for setting up.'),
    cleanupGraceMin: z
      .number()
      .min(0)
      .max(240)
      .default(30)
      .describe('Minutes after the hours for clearing away.'),
    trades: z.array(z.string().max(40)).default([]).describe('Trades allowed, as written in the approval.'),
    capacity: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe('Stalls allowed at once in the picture; those that came later are beyond the permit.'),
    managerOrg: z.string().max(80).optional().describe('Who manages the place.'),
    approvalDocNo: z.string().max(80).optional().describe('Number of the approval document.'),
    publishedRef: z.string().max(300).optional().describe('Where the permit was published.'),
  })
  .refine(
    (permit) => permit.zoneIds.length > 0 || (permit.camera !== undefined && permit.polygon !== undefined),
    {
      error: 'zoneIds | camera + polygon',
      path: ['zoneIds'],
    },
  )
export type PermittedPoint = z.infer<typeof PermittedPoint>

/** A zone of the camera: where a permit names zones, they are its place. */
export interface Outline {
  readonly id: string
  readonly polygon: Polygon
}

export interface PermitQuery extends Moment {
  readonly cameraId: string
  /** The zone in which the act is watched. */
  readonly zoneId: string
  readonly ruleId: (typeof RULE_IDS)[number]
  /** Where the act stands: the foot of its box, fractions. */
  readonly foot: Point
  /** Zones of the camera. */
  readonly zones: readonly Outline[]
}

/** The permit that covers an act at this place and time, or null. */
export function permittedAt(permits: readonly PermittedPoint[], query: PermitQuery): PermittedPoint | null {
  const { cameraId, zoneId, ruleId, zones, foot } = query
  return (
    permits.find((permit) => {
      if (!permit.rules.includes(ruleId) || !isOn(permit, cameraId)) return false
      const named = permit.zoneIds.includes(zoneId) && isInOutline(permit, foot)
      return (named || isInside(permit, zones, foot)) && isOpen(permit, query)
    }) ?? null
  )
}

/** How something stands to the permitted point that matters most to it. */
export interface PermitSight {
  readonly permit: PermittedPoint
  /** Its foot is within the place. */
  readonly inside: boolean
  /** The hours of the point, grace included. */
  readonly inWindow: boolean
  /** Share of where it touches the ground that lies beyond the boundary: 0 all within, 1 all beyond. */
  readonly overShare: number
}

export interface SightQuery extends Moment {
  readonly cameraId: string
  readonly zones: readonly Outline[]
  readonly foot: Point
  /** Where it touches the ground. */
  readonly feet: readonly Point[]
}

/** Of the points that are valid today: the one it stands in, an open one first; else the one it reaches; else the nearest. */
export function permitSight(permits: readonly PermittedPoint[], query: SightQuery): PermitSight | null {
  const { cameraId, zones, foot, feet, wallMs, offsetMinutes } = query
  const today = localDay(wallMs, offsetMinutes)
  const ground = feet.length > 0 ? feet : [foot]
  const sights = permits.flatMap((permit) => {
    const outlines = outlinesOf(permit, zones)
    const inWindow = isOpen(permit, query)
    const valid = inWindow || between(today, permit.validFrom, permit.validTo)
    if (!valid || outlines.length === 0 || !isOn(permit, cameraId)) return []
    const beyond = ground.filter((point) => !isInside(permit, zones, point)).length
    const inside = isInside(permit, zones, foot)
    return {
      ...{ permit, inside, inWindow, overShare: beyond / ground.length },
      away: Math.min(...outlines.map((polygon) => distanceTo(polygon, foot))),
    }
  })
  sights.sort(
    (a, b) =>
      Number(b.inside && b.inWindow) - Number(a.inside && a.inWindow) ||
      Number(b.inside) - Number(a.inside) ||
      a.overShare - b.overShare ||
      a.away - b.away,
  )
  return sights[0] ?? null
}

/** Whether its hours are now, with the time to set up and to clear away. */
function isOpen(permit: PermittedPoint, moment: Moment): boolean {
  return withinHours(permit, moment, { before: permit.setupGraceMin, after: permit.cleanupGraceMin })
}

function isOn({ camera }: PermittedPoint, cameraId: string): boolean {
  return camera === undefined || camera === cameraId
}

function isInOutline({ polygon }: PermittedPoint, point: Point): boolean {
  return polygon === undefined || contains(polygon, point)
}

/** Within the outline that was drawn, and within one of the zones when some are named. */
function isInside(permit: PermittedPoint, zones: readonly Outline[], point: Point): boolean {
  if (!isInOutline(permit, point)) return false
  if (permit.zoneIds.length === 0) return true
  return zones.some(({ id, polygon }) => permit.zoneIds.includes(id) && contains(polygon, point))
}

function outlinesOf({ polygon, zoneIds }: PermittedPoint, zones: readonly Outline[]): Polygon[] {
  const named = zones.filter(({ id }) => zoneIds.includes(id)).map((zone) => zone.polygon)
  if (zoneIds.length > 0 && named.length === 0) return []
  return polygon === undefined ? named : [polygon]
}

/** From a point to the nearest edge, in fractions of the picture; 0 inside. */
function distanceTo(polygon: Polygon, point: Point): number {
  if (contains(polygon, point)) return 0
  const [x, y] = point
  const edges = polygon.map(([x1, y1], at) => {
    const [x2, y2] = polygon[(at + 1) % polygon.length]!
    const [dx, dy] = [x2 - x1, y2 - y1]
    const length2 = dx * dx + dy * dy
    const share = length2 === 0 ? 0 : Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / length2))
    return Math.hypot(x - x1 - share * dx, y - y1 - share * dy)
  })
  return Math.min(...edges)
}
