/**
 * A permitted point: where the authority lets people trade, and when.
 *
 *     inside the place and inside the hours  ─▶ nothing is reported, whatever stands there
 *     outside either                         ─▶ the ordinary rules; overtime and overreach are rules of their own
 *
 * The grace minutes belong to the permit: a stall is set up before its hours and cleared away after them. Works with
 * a permit to occupy the road (施工占道) are a place of type CONSTRUCTION with `rules: [piling]`: their cones and fences
 * are no pile, trade among them is told all the same.
 */
import { z } from 'zod'
import { Day } from '../kit/calendar.ts'
import { contains, type Point } from '../kit/geometry.ts'
import { RULE_IDS } from './event.ts'
import { Id, PolygonShape, Window, withinHours } from './zone.ts'

const POINT_TYPES = [
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
    capacity: z.int().min(1).max(10_000).optional().describe('Stalls allowed at once.'),
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

export interface PermitQuery {
  readonly cameraId: string
  readonly zoneId: string
  readonly ruleId: (typeof RULE_IDS)[number]
  /** Where the act stands: the foot of its box, fractions. */
  readonly foot: Point
  readonly wallMs: number
  readonly offsetMinutes: number
}

/** The permit that covers an act at this place and time, or null. */
export function permittedAt(permits: readonly PermittedPoint[], query: PermitQuery): PermittedPoint | null {
  return permits.find((permit) => coversPlace(permit, query) && coversTime(permit, query)) ?? null
}

function coversPlace(permit: PermittedPoint, { cameraId, zoneId, ruleId, foot }: PermitQuery): boolean {
  if (!permit.rules.includes(ruleId)) return false
  if (permit.camera !== undefined && permit.camera !== cameraId) return false
  if (permit.zoneIds.length > 0 && !permit.zoneIds.includes(zoneId)) return false
  return permit.polygon === undefined || contains(permit.polygon, foot)
}

function coversTime(permit: PermittedPoint, { wallMs, offsetMinutes }: PermitQuery): boolean {
  const marginMin = { before: permit.setupGraceMin, after: permit.cleanupGraceMin }
  return withinHours(permit, wallMs, offsetMinutes, marginMin)
}
