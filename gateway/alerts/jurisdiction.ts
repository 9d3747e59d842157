/**
 * Whose act it is: exactly one agency handles it, the others concerned get copies [R37, R39, R46].
 *
 *     places of the act ─▶ areas of the rule's level ─┬─ one        ─▶ its agency
 *                                                     ├─ several    ─▶ cross-boundary: the level above, the city at last
 *                                                     └─ none       ─▶ the level above
 *
 * What is whose is the government's to say, so all of it is configuration [R40]. A place so near to a boundary that the
 * act may lie on either side counts as lying on both. All events of one act go to the agency of its primary event.
 */
import { z } from 'zod'
import { type Clock, isoTime } from '../kit/clock.ts'
import type { MapPoint } from '../kit/earth.ts'
import { fault } from '../kit/errors.ts'
import { contains, type Point } from '../kit/geometry.ts'
import { type ActFields, LEVELS, type Level } from '../violations/act-fields.ts'
import type { Grade, RuleId, ViolationEvent } from '../violations/event.ts'
import type { AlertRecord, Annex, DeskTransition } from './desk.ts'
import { type CameraPlace, metresFrom } from './place.ts'

const MapPolygon = z
  .array(z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]))
  .min(3)
  .max(2_000)
  .describe('Corners in order, [longitude, latitude], WGS-84.')

const Area = z.strictObject({
  code: z.string().min(1).max(40).describe('Division, street or grid code; cameras may name it.'),
  level: z.enum([...LEVELS, 'GRID']).describe('What it is. A GRID has no agency of its own.'),
  name: z.string().min(1).max(80).describe('Name for people.'),
  agency: z.string().max(80).optional().describe('Id of the agency that handles acts there.'),
  polygon: MapPolygon.optional(),
})

export const JurisdictionOptions = z
  .strictObject({
    cityAgency: z
      .string()
      .min(1)
      .max(80)
      .optional()
      .describe('Agency of the city: gets what crosses boundaries and what no area covers.'),
    areas: z.array(Area).max(2_000).default([]).describe('Who is responsible where.'),
    boundaryM: z
      .number()
      .min(0)
      .max(500)
      .default(15)
      .describe('Metres from a boundary within which a place may lie on either side.'),
    shared: z
      .enum(['LEVEL_ABOVE', 'FIRST_FINDER'])
      .default('LEVEL_ABOVE')
      .describe('Who handles what lies in several areas: the level above, or whoever found it first.'),
    cityFromGrade: z
      .enum(['G2', 'G3', 'G4'])
      .optional()
      .describe('From this grade on the city handles it (重大复杂). Absent: no grade alone decides that.'),
  })
  .refine(({ areas, cityAgency }) => areas.length === 0 || cityAgency !== undefined, {
    error: 'cityAgency, when there are areas',
    path: ['cityAgency'],
  })
  .refine(({ areas }) => areas.every(({ level, agency }) => level === 'GRID' || agency !== undefined), {
    error: 'an agency for every area but grids',
    path: ['areas'],
  })
export type JurisdictionOptions = z.infer<typeof JurisdictionOptions>
type Area = z.infer<typeof Area>

/** Where an event was, as far as it is known. */
export interface EventPlace {
  readonly camera: CameraPlace | null
  readonly at: MapPoint | null
  readonly districtCode: string
}

export interface JurisdictionParts {
  readonly options: () => JurisdictionOptions
  readonly levelOf: (ruleId: RuleId) => Level
  readonly placeOf: (eventId: string) => EventPlace
  /** Events of the same act, the primary one first. */
  readonly membersOf: (eventId: string) => readonly string[]
  readonly offsetMinutes: () => number
  readonly clock: Clock
}

export class Jurisdiction implements Annex {
  readonly #parts: JurisdictionParts

  constructor(parts: JurisdictionParts) {
    this.#parts = parts
  }

  /** [R41] What is passed on names whom it goes to, why, and the evidence that goes with it. */
  admit({ eventId, event }: AlertRecord, { to, details, reasonCode }: DeskTransition): void {
    if (to !== 'TRANSFERRED') return
    const missing = [
      ...(details?.['unitId'] ? [] : ['unitId']),
      ...(reasonCode ? [] : ['reasonCode']),
      ...(event.evidence === null ? ['evidence'] : []),
    ]
    if (missing.length > 0)
      throw fault('TRANSFER_INCOMPLETE', { event: eventId, missing: missing.join(', ') })
    if (details!['unitId'] !== event.jurisdiction?.primaryAgency) return
    throw fault('TRANSFER_INCOMPLETE', {
      event: eventId,
      missing: 'an agency other than the one that has it',
    })
  }

  note(event: ViolationEvent, wish: DeskTransition | null): ViolationEvent {
    const place = this.#placeOf(event)
    const jurisdiction = this.#jurisdictionOf(event)
    const { jurisdiction: _, ...bare } = event
    return {
      ...bare,
      place,
      ...(jurisdiction === null ? {} : { jurisdiction }),
      ...(wish?.to === 'TRANSFERRED' ? { transfer: this.#transferOf(event, wish) } : {}),
    }
  }

  /** [R46] Street and grid stand on every event: as the camera says, else as the map says. */
  #placeOf({ eventId, zoneId }: ViolationEvent): NonNullable<ActFields['place']> {
    const { camera, at, districtCode } = this.#parts.placeOf(eventId)
    const onMap = (level: Area['level']) => this.#areasAt(at, level)[0]?.code ?? null
    return {
      address: camera?.address ?? null,
      lon: at?.lon ?? null,
      lat: at?.lat ?? null,
      districtCode,
      streetCode: camera?.streetCode ?? onMap('STREET'),
      gridCode: camera?.gridCode ?? onMap('GRID'),
      shopId: camera?.zones.find(({ id }) => id === zoneId)?.shopId ?? null,
    }
  }

  #jurisdictionOf({ eventId, ruleId, grade }: ViolationEvent): NonNullable<ActFields['jurisdiction']> | null {
    const { options, membersOf, levelOf, placeOf } = this.#parts
    const { areas, cityAgency, shared, cityFromGrade } = options()
    if (areas.length === 0 || cityAgency === undefined) return null
    const places = membersOf(eventId).map(placeOf)
    const wanted = isFrom(grade, cityFromGrade) ? 'CITY' : levelOf(ruleId)
    const upwards = LEVELS.slice(0, LEVELS.indexOf(wanted) + 1).toReversed()
    const concerned = new Set<string>()
    let crossRegion = false
    for (const level of upwards) {
      const found = this.#areasOf(places, level)
      const agencies = agenciesOf(found)
      for (const agency of agencies) concerned.add(agency)
      if (agencies.length === 1) return handledBy(agencies[0]!, level, crossRegion, concerned)
      if (agencies.length === 0) continue
      crossRegion = true
      const finder = shared === 'FIRST_FINDER' ? this.#finderOf(places, agencies, level) : undefined
      if (finder !== undefined) return handledBy(finder, level, crossRegion, concerned)
    }
    return handledBy(cityAgency, 'CITY', crossRegion, concerned)
  }

  /** Whose camera saw it first; else who alone is responsible where it was seen first (Penalty Law Art. 25). */
  #finderOf(places: readonly EventPlace[], agencies: readonly string[], level: Level): string | undefined {
    const operators = places.map(({ camera }) => camera?.operatorOrg)
    const operator = operators.find((one) => one !== undefined && agencies.includes(one))
    const first = agenciesOf(this.#areasOf(places.slice(0, 1), level))
    return operator ?? (first.length === 1 ? first[0] : undefined)
  }

  /** Areas of the level that any of the places lies in, in the order of the places: who found it first is first. */
  #areasOf(places: readonly EventPlace[], level: Level): Area[] {
    return places.flatMap(({ camera, at, districtCode }) => {
      const onMap = this.#areasAt(at, level)
      if (onMap.length > 0) return onMap
      const codes = { CITY: districtCode.slice(0, 4), DISTRICT: districtCode, STREET: camera?.streetCode }
      // Where the map can tell, a code does not say otherwise.
      return this.#parts
        .options()
        .areas.filter(
          ({ code, polygon, ...area }) =>
            area.level === level && code === codes[level] && (at === null || polygon === undefined),
        )
    })
  }

  #areasAt(at: MapPoint | null, level: Area['level']): Area[] {
    if (at === null) return []
    const { areas, boundaryM } = this.#parts.options()
    return areas.filter(
      ({ polygon, ...area }) =>
        area.level === level &&
        polygon !== undefined &&
        reaches(polygon, at, level === 'GRID' ? 0 : boundaryM),
    )
  }

  #transferOf({ evidence }: ViolationEvent, wish: DeskTransition): NonNullable<ActFields['transfer']> {
    const { packageId, manifestHash } = evidence! // `admit` has seen to it.
    const { clock, offsetMinutes } = this.#parts
    const at = isoTime(clock.wallMs(), offsetMinutes())
    return { to: wish.details!['unitId']!, reasonCode: wish.reasonCode!, packageId, manifestHash, at }
  }
}

function handledBy(
  primaryAgency: string,
  level: Level,
  crossRegion: boolean,
  concerned: ReadonlySet<string>,
): NonNullable<ActFields['jurisdiction']> {
  const copies = [...concerned].filter((agency) => agency !== primaryAgency)
  return { primaryAgency, level, crossRegion, copies }
}

const agenciesOf = (areas: readonly Area[]): string[] => [...new Set(areas.map(({ agency }) => agency!))]

const isFrom = (grade: Grade, least: Grade | undefined): boolean => least !== undefined && grade >= least

/** Inside, or so near to the outline that nobody can tell. */
function reaches(polygon: readonly Point[], at: MapPoint, withinM: number): boolean {
  if (contains(polygon, [at.lon, at.lat])) return true
  const corners = polygon.map(([lon, lat]) => metresFrom(at, { lon, lat }))
  return corners.some((corner, index) => distance(corner, corners[(index + 1) % corners.length]!) < withinM)
}

/** From [0, 0] to a segment. */
function distance([ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay]
  const lengthSquared = dx * dx + dy * dy
  const share = lengthSquared === 0 ? 0 : Math.max(0, Math.min(1, -(ax * dx + ay * dy) / lengthSquared))
  return Math.hypot(ax + share * dx, ay + share * dy)
}
