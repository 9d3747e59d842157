/**
 * From an act and its place to the facts that its grade, its leniency hint and its discretion facts rest on.
 *
 *     act ─ zone, catalogue, options ─ desk's history ─▶ GradingFacts ─▶ grade, reasons, hints
 *
 * A file that is analysed has no history: then nothing is said about first or repeated, rather than a guess.
 */
import type { Config } from '../config/loader.ts'
import type { CameraOptions } from '../config/schema.ts'
import type { AlertDesk } from './alerts/desk.ts'
import { discretionOf, leniencyOf } from './alerts/discretion.ts'
import { gradeAct, sentencesOf } from './alerts/grading.ts'
import { localDay } from './kit/calendar.ts'
import { foot, type Point } from './kit/geometry.ts'
import { basisFor, entryOf, type WatchedRule } from './violations/catalogue.ts'
import type { Act, Interval, RuleId, ViolationEvent } from './violations/event.ts'
import type { ActTimes, Grading } from './violations/event-book.ts'
import { planeOf } from './violations/ground-scale.ts'
import { groundOf } from './violations/school.ts'
import type { Zone } from './violations/zone.ts'

/** What the desk remembers. */
export type ActHistory = Pick<AlertDesk, 'notices' | 'verifiedBefore'>

interface GradedPlaces {
  readonly config: Config
  readonly camera: CameraOptions
  /** What is known of the ground beyond the zone's own type: schools near by. */
  readonly places?: Ground | undefined
  readonly history?: ActHistory | undefined
}

interface Graded {
  readonly act: Act
  readonly rule: WatchedRule
  readonly eventId: string
  readonly times: ActTimes
}

interface Ground {
  groundType(zoneId: string, ruleId: RuleId, foot: Point): Zone['type']
  distanceToSchoolM(zoneId: string, foot: Point): number | null
}

/** What a zone may say about how grave an act is there, beside its type. */
type GradedZone = Zone & { readonly severityUplift?: number | undefined }

const MS_PER_DAY = 86_400_000
const FIRE = ['fire', 'flame', 'smoke']
/** The box of an act goes round people and goods: a sixth too wide at worst, beside the error of the scale. */
const BOX_ERROR_SHARE = 0.15

export function gradingOf({ config, camera, places, history }: GradedPlaces, graded: Graded): Grading {
  const { act, rule, eventId, times } = graded
  const zone: GradedZone | undefined = camera.zones.find(({ id }) => id === act.zoneId)
  const stands = foot(act.box)
  const zoneType = zone?.type ?? 'NO_VENDING'
  const schoolM = places?.distanceToSchoolM(act.zoneId, stands) ?? null
  const today = localDay(times.nowWallMs, config.utcOffsetMinutes)
  const delivered = (history?.notices(eventId) ?? []).filter(({ deliveredAtMs }) => deliveredAtMs !== null)
  const repeatCount = history === undefined ? null : repeatsOf(config, camera, history, graded)
  const blockingWidthM = widthOf(act, zone)
  const { grade, facts, handlingTier, requiresLegalReview } = gradeAct(
    {
      ...{ ruleId: rule.ruleId, ruleGrade: rule.entry.defaultGrade, zoneType },
      severityUplift: zone?.severityUplift ?? 0,
      schoolNearM: schoolM !== null && schoolM <= config.schools.withinM ? schoolM : null,
      educationOnly: zone?.educationOnlyUntil !== undefined && today <= zone.educationOnlyUntil,
      attended: act.objects.some(({ role }) => role === 'attendant'),
      objectCount: act.objects.length,
      fireOrSmoke: act.objects.some((object) => FIRE.includes(object.class)),
      blockedM: blockingWidthM?.[0] ?? null,
      // Who leaves at a notice does not go on after it.
      noticesBefore: delivered.filter(({ correctionDeadlineMs }) => correctionDeadlineMs <= until(times))
        .length,
      repeatCount,
    },
    config.grading,
  )
  const measured = {
    ...{ act, startWallMs: times.startWallMs, endWallMs: times.endWallMs, nowWallMs: times.nowWallMs },
    ...{
      placeType: places?.groundType(act.zoneId, act.ruleId, stands) ?? zoneType,
      blockingWidthM,
      notices: delivered,
      repeatCount,
    },
  }
  return {
    grade,
    reasons: sentencesOf(facts),
    handlingTier,
    facts: {
      gradeFacts: facts,
      discretion: discretionOf(measured, config.grading),
      leniency: leniencyOf({ ...measured, grade, lists: rule.entry.leniency }),
      ...(requiresLegalReview.length > 0 ? { requiresLegalReview } : {}),
    },
  }
}

/** Whether the basis that an event names was in force at its place on its day: asked again before a case is made. */
export function basisInForce(config: Config, event: ViolationEvent): boolean {
  const { ruleId, cameraId, startedAt, legalBasis, zoneId } = event
  const camera = config.cameras.find(({ id }) => id === cameraId)
  const zone = camera?.zones.find(({ id }) => id === zoneId)
  const entry = entryOf(config.catalogue, ruleId)
  const basis =
    entry &&
    basisFor(entry, {
      ...(camera && zone ? { ground: groundOf(config.schools, camera, zone) } : {}),
      districtCode: camera?.jurisdictionCode ?? config.region,
      ...{ wallMs: Date.parse(startedAt), offsetMinutes: config.utcOffsetMinutes },
    })
  return basis?.title === legalBasis.title && basis.article === legalBasis.article
}

const until = ({ endWallMs, nowWallMs }: ActTimes): number => endWallMs ?? nowWallMs

function repeatsOf(config: Config, { id }: CameraOptions, history: ActHistory, graded: Graded): number {
  const { act, eventId, times } = graded
  return history.verifiedBefore({
    ...{ eventId, cameraId: id, zoneId: act.zoneId, ruleId: act.ruleId, box: act.box },
    sinceMs: times.startWallMs - config.grading.repeatDays * MS_PER_DAY,
    beforeMs: times.startWallMs,
  })
}

/** Metres of ground between the feet of the act's box; null without a scale. */
function widthOf({ box: [x1, , x2, y2] }: Act, zone: Zone | undefined): Interval | null {
  const plane = zone?.groundScale === undefined ? null : planeOf(zone.groundScale)
  const [left, right] = [plane?.metresAt([x1, y2]), plane?.metresAt([x2, y2])]
  if (!plane || !left || !right) return null
  const width = Math.hypot(right[0] - left[0], right[1] - left[1])
  const error = Math.min(1, plane.errorShare + BOX_ERROR_SHARE)
  return [width * (1 - error), width * (1 + error)].map((metres) => Math.round(metres * 10) / 10) as [
    number,
    number,
  ]
}
