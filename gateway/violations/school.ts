/**
 * How far a school gate is, and whether the ground counts as its surroundings.
 *
 *     the gate is in the picture, with a scale ─▶ from the act's foot, metres
 *     else gates and camera are on the map     ─▶ from the camera: off by as far as the camera sees
 *
 * Some places forbid stalls within a distance of a school gate (Henan: 50 m); there a stall is judged as at the gate:
 * by the dwell and on the basis of such ground, the zone's middle standing for all of it. [R20]
 */
import { z } from 'zod'
import { metresApart } from '../kit/earth.ts'
import type { Point, Polygon } from '../kit/geometry.ts'
import { planeOf } from './ground-scale.ts'
import type { Zone } from './zone.ts'

export const SchoolOptions = z.strictObject({
  withinM: z
    .number()
    .min(0)
    .max(1_000)
    .default(50)
    .describe(
      'Metres from a gate within which a stall is judged as at the gate; 50 as in Henan, an example.',
    ),
  gates: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(80).describe('Name of the school, and of the gate when it has several.'),
        lon: z.number().min(-180).max(180).describe('Longitude, WGS-84, degrees.'),
        lat: z.number().min(-90).max(90).describe('Latitude, WGS-84, degrees.'),
      }),
    )
    .max(1_000)
    .default([])
    .describe('Gates of primary and middle schools.'),
})
export type SchoolOptions = z.infer<typeof SchoolOptions>

/** Graver ground than the surroundings of a gate. */
const GRAVER: readonly Zone['type'][] = ['FIRE_LANE', 'SCHOOL_GATE', 'IGNORE']

/** What the ground of a zone is for a stall: at the gate, when one is near and the ground is not graver still. */
export function groundOf(
  schools: SchoolOptions,
  camera: Spot['camera'],
  zone: Pick<Zone, 'type' | 'polygon' | 'schoolGate' | 'groundScale'>,
  foot: Point = middleOf(zone.polygon),
): Zone['type'] {
  if (GRAVER.includes(zone.type)) return zone.type
  const metres = distanceToSchoolM(schools, { camera, zone, foot })
  return metres !== null && metres <= schools.withinM ? 'SCHOOL_GATE' : zone.type
}

function middleOf(polygon: Polygon): Point {
  const mean = (at: 0 | 1) => polygon.reduce((sum, point) => sum + point[at], 0) / polygon.length
  return [mean(0), mean(1)]
}

interface Spot {
  readonly camera: { readonly lon?: number | undefined; readonly lat?: number | undefined }
  readonly zone: Pick<Zone, 'schoolGate' | 'groundScale'>
  /** Where the act stands in the picture. */
  readonly foot: Point
}

/** Metres to the nearest gate; null when nothing is known. */
export function distanceToSchoolM({ gates }: SchoolOptions, { camera, zone, foot }: Spot): number | null {
  return inPicture(zone, foot) ?? onMap(gates, camera)
}

function inPicture({ schoolGate, groundScale }: Spot['zone'], foot: Point): number | null {
  if (schoolGate === undefined || groundScale === undefined) return null
  const plane = planeOf(groundScale)
  const [gate, stall] = [plane?.metresAt(schoolGate) ?? null, plane?.metresAt(foot) ?? null]
  return gate === null || stall === null ? null : Math.hypot(gate[0] - stall[0], gate[1] - stall[1])
}

function onMap(gates: SchoolOptions['gates'], { lon, lat }: Spot['camera']): number | null {
  if (lon === undefined || lat === undefined || gates.length === 0) return null
  return Math.min(...gates.map((gate) => metresApart(gate, { lon, lat })))
}
