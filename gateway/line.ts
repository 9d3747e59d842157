/**
 * The line of one camera: its stages put together from the configuration, and what it must remember.
 *
 *     config ─▶ zones with the rules that have a basis today ─▶ Occupancy, Judge, Tracker, CaseFile ─▶ Pipeline
 *
 * A line is fed frames and packets by whoever reads the camera, the file or the recording. Its snapshot is the state
 * of all its stages at one instant; restored after kill -9, an act goes on under the same id with its dwell.
 */
import type { Config } from '../config/loader.ts'
import type { CameraOptions } from '../config/schema.ts'
import { gradeAct } from './alerts/grading.ts'
import { CaseFile, type EventSink, type FootageSource, type Instant } from './case-file.ts'
import type { Role } from './detections/detections.ts'
import type { Eyes } from './detections/eyes.ts'
import { viewsOf } from './detections/views.ts'
import type { EvidenceKeeper } from './evidence/keeper.ts'
import type { ClockFacts } from './evidence/package.ts'
import type { Frame } from './frames/frame.ts'
import { assert } from './kit/assert.ts'
import { localDay } from './kit/calendar.ts'
import type { Point } from './kit/geometry.ts'
import type { Log } from './kit/log.ts'
import type { LineMemory } from './memory.ts'
import { Occupancy } from './occupancy/occupancy.ts'
import { Pipeline } from './pipeline.ts'
import { Baseline } from './tracks/baseline.ts'
import { Tracker, TrackerOptions } from './tracks/tracker.ts'
import { blindRules, type Place, type WatchedRule, watchedRules } from './violations/catalogue.ts'
import type { Act } from './violations/event.ts'
import type { EventContext, Grading } from './violations/event-book.ts'
import { Judge, type JudgedZone, JudgeOptions } from './violations/judge.ts'
import { permittedAt } from './violations/permit.ts'
import { silencing } from './violations/rules/index.ts'
import { inForce } from './violations/zone.ts'

export interface LineParts {
  readonly config: Config
  readonly camera: CameraOptions
  readonly source: FootageSource
  readonly evidence: EvidenceKeeper
  readonly sink: EventSink
  readonly eyes: Eyes
  /** Files: every frame that is due is looked at. Cameras: a newer frame takes the place of one that waits. */
  readonly nothingDropped: boolean
  readonly aspect: () => number
  readonly clockFacts: () => ClockFacts
  readonly startWallMs: number
  readonly mediaZeroMs: () => number
  readonly extraCaps?: readonly string[]
  readonly log: Log
}

/** The state of the stages at one instant; `memory.ts` keeps it. */
export type LineSnapshot = Pick<
  LineMemory,
  'zonesVersion' | 'cases' | 'baseline' | 'trackers' | 'occupancy' | 'judge'
>

export class Line {
  readonly pipeline: Pipeline
  readonly caseFile: CaseFile
  readonly occupancy: Occupancy
  readonly judge: Judge
  readonly baseline: Baseline
  /** Zones and rules that are watched; a change of them outdates the judge's memory. */
  readonly zonesVersion: string
  readonly #parts: LineParts
  readonly #trackers = { detector: new Tracker(TrackerOptions.parse({})), namer: new Tracker(NAMED) }
  #last: Instant | null = null
  #changed = false

  constructor(parts: LineParts) {
    this.#parts = parts
    const { config, camera } = parts
    const { roles } = parts.eyes
    const watched = watchedZones(config, camera, parts.startWallMs, roles)
    for (const blind of blindRules(camera, roles)) parts.log.warn({ code: blind.code }, blind.message)
    this.zonesVersion = JSON.stringify(watched.zones)
    this.occupancy = new Occupancy(config.occupancy)
    this.baseline = new Baseline(config.baseline, parts.eyes.detector?.modelDigest ?? 'none')
    this.judge = new Judge({
      cameraId: camera.id,
      zones: watched.zones,
      permitted: (zoneId, foot, wallMs, ruleId) => silenced(config, camera, { zoneId, foot, wallMs, ruleId }),
      options: JudgeOptions.parse({}),
    })
    this.caseFile = new CaseFile({
      context: contextOf(parts),
      rule: (zoneId, ruleId) => watched.rules.get(`${zoneId}/${ruleId}`),
      grade: (act, rule, wallMs) => gradingOf(config, camera, act, rule, wallMs),
      source: parts.source,
      evidence: parts.evidence,
      sink: parts.sink,
      clip: { beforeSec: config.evidence.clipBeforeSec, sceneBeforeSec: config.evidence.beforeSec },
      clock: parts.clockFacts,
      privacyMasks: camera.privacyMasks.map((mask) => mask.polygon),
      mediaZeroMs: parts.mediaZeroMs,
      log: parts.log,
    })
    this.pipeline = new Pipeline({
      occupancy: this.occupancy,
      eyes: parts.eyes,
      baseline: this.baseline,
      trackers: this.#trackers,
      views: viewsOf(watched.zones.filter((zone) => zone.rules.length > 0).map((zone) => zone.polygon)),
      nothingDropped: parts.nothingDropped,
      judge: this.judge,
      aspect: parts.aspect,
      onChange: (change, frame) => {
        this.#changed = true
        return this.caseFile.take(change, frame)
      },
      onLooked: (frame) => this.caseFile.persist(this.judge.candidates(), frame),
    })
  }

  look(frame: Frame): Promise<void> {
    this.#last = { timeMs: frame.timeMs, wallMs: frame.wallMs }
    return this.pipeline.look(frame)
  }

  /** Whether acts have changed since the last call. */
  takeChanged(): boolean {
    const changed = this.#changed
    this.#changed = false
    return changed
  }

  snapshot(): LineSnapshot {
    return {
      zonesVersion: this.zonesVersion,
      cases: this.caseFile.snapshot(),
      baseline: this.baseline.snapshot(),
      trackers: {
        detector: this.#trackers.detector.snapshot(),
        namer: this.#trackers.namer.snapshot(),
      },
      occupancy: this.occupancy.snapshot(),
      judge: this.judge.snapshot(),
    }
  }

  /** A changed configuration makes the judge's memory meaningless; the background is kept all the same. */
  restore({ zonesVersion, cases, baseline, trackers, occupancy, judge }: LineSnapshot): void {
    this.baseline.restore(baseline)
    this.#trackers.detector.restore(trackers.detector)
    this.#trackers.namer.restore(trackers.namer)
    if (!this.occupancy.restore(occupancy)) return
    if (zonesVersion === this.zonesVersion && this.judge.restore(judge)) this.caseFile.restore(cases)
  }

  /** Whether other rules have a legal basis, or other reviews are valid, than when the line was put together. */
  outdated(wallMs: number): boolean {
    const { config, camera, startWallMs } = this.#parts
    const caps = (atMs: number) => String(capsOf(camera, atMs, config.utcOffsetMinutes))
    if (caps(wallMs) !== caps(startWallMs)) return true
    const { zones } = watchedZones(config, camera, wallMs, this.#parts.eyes.roles)
    return JSON.stringify(zones) !== this.zonesVersion
  }

  /** No picture came: what nobody could see for too long is told to be out of sight. */
  async lapse(now: Instant): Promise<void> {
    for (const change of this.judge.lapse(now.timeMs)) {
      this.#changed = true
      await this.caseFile.take(change, now)
    }
  }

  /** End of the input: what is seen to be over is told, what goes on stays open. */
  async end(): Promise<void> {
    if (this.#last === null) return
    for (const change of this.judge.finish(this.#last.timeMs)) await this.caseFile.take(change, this.#last)
  }
}

/** What is proposed changes its box from look to look; only a sure name follows it. */
const NAMED = TrackerOptions.parse({ sureScoreMin: 0.6, faintScoreMin: 0.55 })

interface WatchedZones {
  readonly zones: readonly JudgedZone[]
  readonly rules: ReadonlyMap<string, WatchedRule>
}

function watchedZones(
  config: Config,
  camera: CameraOptions,
  wallMs: number,
  roles: ReadonlySet<Role>,
): WatchedZones {
  const rules = new Map<string, WatchedRule>()
  const zones = camera.zones.map((zone) => {
    const watched = watchedRules(config.catalogue, zone, placeOf(config, camera, wallMs), roles)
    for (const rule of watched) rules.set(`${zone.id}/${rule.ruleId}`, rule)
    const { id, type, polygon, shopfrontLine, groundScale } = zone
    const judged = watched.map(({ ruleId, minDwellSec, clearSec, terms }) => ({
      ...{ rule: ruleId, minDwellSec, clearSec },
      ...terms,
    }))
    return { id, type, polygon, shopfrontLine, groundScale, rules: judged }
  })
  return { zones, rules }
}

interface Asked {
  readonly zoneId: string
  readonly ruleId: Act['ruleId']
  readonly foot: Point
  readonly wallMs: number
}

/**
 * Nothing is reported outside the zone's hours, nor inside a permit of the rule or of one watched here that covers it.
 */
function silenced(config: Config, camera: CameraOptions, { zoneId, ruleId, foot, wallMs }: Asked): boolean {
  const zone = camera.zones.find(({ id }) => id === zoneId)
  assert(zone !== undefined, 'the judge asks about zones that it was given')
  const offsetMinutes = config.utcOffsetMinutes
  if (!inForce(zone, wallMs, offsetMinutes)) return true
  const query = { cameraId: camera.id, zoneId, foot, wallMs, offsetMinutes }
  const watched = zone.rules.map(({ rule }) => rule)
  const covering = silencing(ruleId).filter((rule) => watched.includes(rule))
  return covering.some((rule) => permittedAt(config.permits, { ...query, ruleId: rule }) !== null)
}

function placeOf(config: Config, camera: CameraOptions, wallMs: number): Place {
  const districtCode = camera.jurisdictionCode ?? config.region
  return { districtCode, wallMs, offsetMinutes: config.utcOffsetMinutes }
}

function contextOf({ config, camera, eyes, startWallMs, extraCaps = [] }: LineParts): EventContext {
  return {
    site: config.site,
    gateway: config.gateway,
    cameraId: camera.id,
    offsetMinutes: config.utcOffsetMinutes,
    governanceMode: config.governance.mode,
    configVersion: config.configVersion,
    catalogVersion: config.catalogVersion,
    modelDigest: eyes.modelDigest,
    evidenceCaps: [...capsOf(camera, startWallMs, config.utcOffsetMinutes), ...extraCaps],
  }
}

/** What holds the camera's pictures below evidence: reviews and publication are the authority's to show. */
function capsOf(camera: CameraOptions, wallMs: number, offsetMinutes: number): string[] {
  const caps: string[] = []
  const reviewed = camera.legalReviewNo !== undefined && camera.technicalReviewNo !== undefined
  if (!reviewed) caps.push('DEVICE_NOT_REVIEWED')
  else if ((camera.reviewValidUntil ?? '9999-12-31') < localDay(wallMs, offsetMinutes))
    caps.push('DEVICE_REVIEW_EXPIRED')
  if (camera.locationPublishedAt === undefined) caps.push('LOCATION_NOT_PUBLISHED')
  caps.push('NO_AUTHORISATION_RECORD')
  return caps
}

function gradingOf(
  config: Config,
  camera: CameraOptions,
  act: Act,
  rule: WatchedRule,
  wallMs: number,
): Grading {
  const zone = camera.zones.find(({ id }) => id === act.zoneId)
  const today = localDay(wallMs, config.utcOffsetMinutes)
  const { grade, gradeReasons, handlingTier } = gradeAct({
    ruleId: rule.ruleId,
    zoneType: zone?.type ?? 'NO_VENDING',
    educationOnly: zone?.educationOnlyUntil !== undefined && today <= zone.educationOnlyUntil,
    attended: act.objects.some(({ role }) => role === 'attendant'),
    objectCount: act.objects.length,
    noticesBefore: 0,
  })
  return { grade, reasons: gradeReasons, handlingTier }
}
