/**
 * A zone is a piece of one camera's picture with what is watched there and when.
 *
 *     picture ─▶ polygon (fractions) ─▶ schedule (weekday, hours) ─▶ rules, each with its dwell
 *
 * Hours are the place's own wall time. A window that ends before it begins runs over midnight and belongs to the
 * day on which it began: `{weekdays: [fri], from: "22:00", to: "02:00"}` ends on Saturday at two.
 */
import { z } from 'zod'
import { between, Day, isoDay, weekdayOf } from '../kit/calendar.ts'
import { crossesItself } from '../kit/geometry.ts'
import { RULE_IDS } from './event.ts'
import { GroundScale } from './ground-scale.ts'

const MS_PER_MIN = 60_000
const MIN_PER_DAY = 1440

/** What a piece of ground is, in the domain's words. */
const ZONE_TYPES = [
  'NO_VENDING',
  'RESTRICTED',
  'PERMITTED',
  'SHOPFRONT',
  'ROADWAY',
  'SIDEWALK',
  'TACTILE',
  'FIRE_LANE',
  'SCHOOL_GATE',
  'LOADING',
  'IGNORE',
] as const

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const

/** Level names of topics, folders and file names: what every id in the configuration may be. */
export const Id = z
  .string()
  .regex(/^[a-z0-9-]{1,64}$/, 'a-z 0-9 -, 1 … 64')
  .describe(
    'Identifier: lower-case letters, digits and hyphens, at most 64. It becomes part of topics and paths.',
  )

export const PolygonShape = z
  .array(z.tuple([z.number().min(0).max(1), z.number().min(0).max(1)]))
  .min(3)
  .max(64)
  .refine((polygon) => !crossesItself(polygon), {
    error: 'an outline that does not cross itself',
    params: { fault: 'ZONE_CROSSES_ITSELF' },
  })
  .describe('Corners in order, as fractions of the picture: [0, 0] is top left, [1, 1] bottom right.')

/** Nearer than this two points are one. */
const POINTS_APART_MIN = 0.005

const ShopfrontLine = z
  .array(z.tuple([z.number().min(0).max(1), z.number().min(0).max(1)]))
  .min(2)
  .max(32)
  .refine(
    (line) =>
      line.every(
        ([x, y], at) =>
          at === 0 || Math.hypot(x - line[at - 1]![0], y - line[at - 1]![1]) >= POINTS_APART_MIN,
      ),
    { error: 'points apart from each other', params: { fault: 'SHOPFRONT_LINE_DEGENERATE' } },
  )
  .describe(
    'Where doors, windows and walls (门窗外墙) meet the ground, point by point, fractions of the picture. The side on which the zone lies is public.',
  )

const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, '"HH:MM", 00:00 … 24:00')

export const Window = z.strictObject({
  weekdays: z
    .array(z.enum(WEEKDAYS))
    .min(1)
    .default([...WEEKDAYS])
    .describe('Days on which the window begins.'),
  from: TimeOfDay.default('00:00').describe('When it begins, local time "HH:MM".'),
  to: TimeOfDay.default('24:00').describe(
    'When it ends, local time "HH:MM". Not after `from` means the next day.',
  ),
})
export type Window = z.infer<typeof Window>

const ZoneRule = z.strictObject({
  rule: z.enum(RULE_IDS).describe('The rule to watch for; see the catalogue.'),
  minDwellSec: z
    .number()
    .min(1)
    .max(86_400)
    .optional()
    .describe('Seconds an act must last before it is reported. Default and floor stand in the catalogue.'),
  clearSec: z
    .number()
    .min(1)
    .max(3_600)
    .optional()
    .describe('Seconds of absence after which an act is over. Default stands in the catalogue.'),
  approval: Id.optional().describe(
    'Entry of `governance.approvals` that allows a dwell below the floor of the catalogue.',
  ),
})

export const Zone = z.strictObject({
  id: Id,
  name: z.string().max(80).optional().describe('Name for people.'),
  type: z.enum(ZONE_TYPES).describe('What the ground is. Inside IGNORE nothing is judged.'),
  polygon: PolygonShape,
  schedule: z
    .strictObject({
      windows: z.array(Window).min(1).describe('Hours in which the zone is in force.'),
      validFrom: Day.optional().describe('First day in force.'),
      validTo: Day.optional().describe('Last day in force.'),
    })
    .optional()
    .describe('When the zone is in force. Without it: always.'),
  educationOnlyUntil: Day.optional().describe(
    'Until this day acts are recorded as observations only: grace for a new road or new shops.',
  ),
  shopfrontLine: ShopfrontLine.optional(),
  groundScale: GroundScale.optional(),
  shopId: z
    .string()
    .max(64)
    .optional()
    .describe('The shop behind a SHOPFRONT zone, as the platform names it.'),
  rules: z.array(ZoneRule).max(10).default([]).describe('What is watched here.'),
})
export type Zone = z.infer<typeof Zone>

/** Whether the zone is watched at this instant. */
export function inForce(zone: Zone, wallMs: number, offsetMinutes: number): boolean {
  return zone.schedule === undefined || withinHours(zone.schedule, wallMs, offsetMinutes)
}

export interface Hours {
  readonly windows: readonly Window[]
  readonly validFrom?: string | undefined
  readonly validTo?: string | undefined
}

/**
 * Whether the instant lies in one of the windows. A window counts by the day on which it begins. The margins open
 * it earlier and close it later (minutes): a permitted stall is set up before its hours and cleared away after.
 */
export function withinHours(
  { windows, validFrom, validTo }: Hours,
  wallMs: number,
  offsetMinutes: number,
  marginMin: { readonly before: number; readonly after: number } = { before: 0, after: 0 },
): boolean {
  const localMin = wallMs / MS_PER_MIN + offsetMinutes
  const today = Math.floor(localMin / MIN_PER_DAY)
  return windows.some((window) => {
    const fromMin = minutesOf(window.from)
    const toMin = minutesOf(window.to)
    const lengthMin = toMin > fromMin ? toMin - fromMin : toMin - fromMin + MIN_PER_DAY
    // Yesterday's window may reach into today, tomorrow's may open early.
    return [today - 1, today, today + 1].some((day) => {
      if (!window.weekdays.includes(weekday(day)) || !between(isoDay(day), validFrom, validTo)) return false
      const beginMin = day * MIN_PER_DAY + fromMin
      return localMin >= beginMin - marginMin.before && localMin < beginMin + lengthMin + marginMin.after
    })
  })
}

function minutesOf(timeOfDay: string): number {
  return Number(timeOfDay.slice(0, 2)) * 60 + Number(timeOfDay.slice(3))
}

function weekday(epochDay: number): (typeof WEEKDAYS)[number] {
  return WEEKDAYS[weekdayOf(epochDay)]!
}
