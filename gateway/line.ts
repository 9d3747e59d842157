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
import { CaseFile, type CaseKeeper, type EventSink, type FootageSource, type Instant } from './case-file.ts'
import type { Role } from './detections/detections.ts'
import type { Eyes } from './detections/eyes.ts'
import { viewsOf } from './detections/views.ts'
import type { ClockFacts } from './evidence/package.ts'
import { coveredShare, passersBefore } from './evidence/quality/occlusion.ts'
import { Drift } from './frames/drift.ts'
import type { Frame } from './frames/frame.ts'
import { Commissioning } from './frames/outlook.ts'
import { type ActHistory, gradingOf } from './grading-facts.ts'
import type { Box } from './kit/geometry.ts'
import type { Log } from './kit/log.ts'
import type { LineMemory } from './memory.ts'
import { Occupancy } from './occupancy/occupancy.ts'
import { Pipeline } from './pipeline.ts'
import { Places } from './places.ts'
import { standingOf } from './standing.ts'
import { Baseline } from './tracks/baseline.ts'
import { Tracker, TrackerOptions } from './tracks/tracker.ts'
import { blindRules, type Place, type WatchedRule, watchedRules } from './violations/catalogue.ts'
import type { Act } from './violations/event.ts'
import type { EventContext } from './violations/event-book.ts'
import { Judge, type JudgedZone, JudgeOptions } from './violations/judge.ts'
import { groundOf } from './violations/school.ts'

export interface LineParts {
  readonly config: Config
  readonly camera: CameraOptions
  readonly source: FootageSource
  readonly evidence: CaseKeeper
  readonly sink: EventSink
  readonly eyes: Eyes
  /** Files: every frame that is due is looked at. Cameras: a newer frame takes the place of one that waits. */
  readonly nothingDropped: boolean
  readonly aspect: () => number
  readonly clockFacts: () => ClockFacts
  readonly startWallMs: number
  readonly mediaZeroMs: () => number
  readonly extraCaps?: readonly string[]
  /** What was before, and what was said to it; absent where nobody keeps count. */
  readonly history?: ActHistory | undefined
  /** Another state of the view holds: the camera was moved, or is back. */
  readonly onDrift?: () => void
  readonly log: Log
}

/** The state of the stages at one instant; `memory.ts` keeps it. */
export type LineSnapshot = Pick<
  LineMemory,
  'zonesVersion' | 'cases' | 'baseline' | 'commissioning' | 'drift' | 'trackers' | 'occupancy' | 'judge'
>

export class Line {
  readonly pipeline: Pipeline
  readonly caseFile: CaseFile
  readonly occupancy: Occupancy
  readonly judge: Judge
  readonly baseline: Baseline
  readonly commissioning: Commissioning
  readonly drift: Drift
  /** Zones and rules that are watched; a change of them outdates the judge's memory. */
  readonly zonesVersion: string
  readonly #parts: LineParts
  readonly #law: string
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
    this.#law = lawOf(watched.rules)
    const places = new Places(config, camera)
    this.commissioning = new Commissioning(
      JSON.stringify(camera.zones.map(({ id, polygon }) => [id, polygon])),
    )
    this.drift = new Drift(config.drift)
    this.occupancy = new Occupancy(config.occupancy)
    this.baseline = new Baseline(config.baseline, parts.eyes.detector?.modelDigest ?? 'none')
    this.judge = new Judge({
      cameraId: camera.id,
      zones: watched.zones,
      silenced: (zoneId, foot, wallMs, ruleId) => places.silenced({ zoneId, foot, wallMs, ruleId }),
      permit: (foot, feet, wallMs) => places.permit(foot, feet, wallMs),
      onHushed: (act) => parts.sink.suppressed?.(places.suppressed(act)),
      options: JudgeOptions.parse({}),
    })
    this.caseFile = new CaseFile({
      context: contextOf(parts),
      rule: (zoneId, ruleId) => watched.rules.get(`${zoneId}/${ruleId}`),
      grade: (act, rule, eventId, times) => gradingOf({ ...parts, places }, { act, rule, eventId, times }),
      source: parts.source,
      evidence: parts.evidence,
      sink: parts.sink,
      plan: config.evidence,
      standing: (rule, times) => standingOf(config, camera, this.#view(), rule, times),
      covered: (box, { timeMs }) => this.#covered(box, timeMs),
      soundsPlayed: (eventId) =>
        (parts.history?.notices(eventId) ?? []).filter(({ isSound }) => isSound === true).length,
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
      onLooked: (frame) => this.caseFile.persist(this.judge.acts(), frame),
    })
  }

  look(frame: Frame): Promise<void> {
    this.#last = { timeMs: frame.timeMs, wallMs: frame.wallMs }
    this.commissioning.take(frame)
    if (this.drift.take(frame, this.commissioning.outlook)) this.#parts.onDrift?.()
    return this.pipeline.look(frame)
  }

  /** The view as it is now is the one that the zones lie on. */
  recommission(): void {
    this.commissioning.retake()
    this.drift.reset()
    this.#changed = true
  }

  #view() {
    return { outlook: this.commissioning.outlook, isOff: this.drift.isOff }
  }

  /** How much of a box those hide who pass in front of it; null where nobody looks for people. */
  #covered(box: Box, timeMs: number): number | null {
    if (!this.pipeline.searched) return null
    return coveredShare(box, passersBefore(this.pipeline.tracks, box, timeMs))
  }

  /** Wall time of the last look; null before the first. */
  get lookedAtMs(): number | null {
    return this.#last?.wallMs ?? null
  }

  /** Of the last look; null before the first. */
  get lookedAt(): Instant | null {
    return this.#last
  }

  /** How an event's act stands now; null: this camera does not follow it. */
  present(eventId: string): { readonly state: Act['state']; readonly remainingShare: number | null } | null {
    const act = this.#actOf(eventId)
    return act && { state: act.state, remainingShare: this.judge.remainingShare(act.actKey) }
  }

  /** Pictures of a re-check, sealed; the item, or null when there are none. */
  async recheck(eventId: string): Promise<string | null> {
    const act = this.#actOf(eventId)
    if (act === null || this.#last === null) return null
    this.#changed = true
    return this.caseFile.recheck(act, this.#last)
  }

  #actOf(eventId: string): Act | null {
    const actKey = this.caseFile.actKeyOf(eventId)
    return this.judge.acts().find((act) => act.actKey === actKey) ?? null
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
      commissioning: this.commissioning.snapshot(),
      drift: this.drift.view,
      trackers: {
        detector: this.#trackers.detector.snapshot(),
        namer: this.#trackers.namer.snapshot(),
      },
      occupancy: this.occupancy.snapshot(),
      judge: this.judge.snapshot(),
    }
  }

  /** A changed configuration makes the judge's memory meaningless; the background is kept all the same. */
  restore({
    zonesVersion,
    cases,
    baseline,
    commissioning,
    drift,
    trackers,
    occupancy,
    judge,
  }: LineSnapshot): void {
    this.baseline.restore(baseline)
    if (this.commissioning.restore(commissioning)) this.drift.restore(drift)
    this.#trackers.detector.restore(trackers.detector)
    this.#trackers.namer.restore(trackers.namer)
    if (!this.occupancy.restore(occupancy)) return
    if (zonesVersion === this.zonesVersion && this.judge.restore(judge)) this.caseFile.restore(cases)
  }

  /** Whether other rules have a legal basis than when the line was put together. */
  outdated(wallMs: number): boolean {
    const { config, camera } = this.#parts
    const { zones, rules } = watchedZones(config, camera, wallMs, this.#parts.eyes.roles)
    return JSON.stringify(zones) !== this.zonesVersion || lawOf(rules) !== this.#law
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

/** On which bases they are watched: another one may have come into force for the same rules. */
function lawOf(rules: WatchedZones['rules']): string {
  return JSON.stringify([...rules].map(([name, { basis }]) => [name, basis.title, basis.article]))
}

function watchedZones(
  config: Config,
  camera: CameraOptions,
  wallMs: number,
  roles: ReadonlySet<Role>,
): WatchedZones {
  const rules = new Map<string, WatchedRule>()
  const zones = camera.zones.map((zone) => {
    const ground = groundOf(config.schools, camera, zone)
    const place = { ...placeOf(config, camera, wallMs), ground }
    const watched = watchedRules(config.catalogue, zone, place, roles, config.governance)
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

function placeOf(config: Config, camera: CameraOptions, wallMs: number): Place {
  const districtCode = camera.jurisdictionCode ?? config.region
  return { districtCode, wallMs, offsetMinutes: config.utcOffsetMinutes }
}

function contextOf({ config, camera, eyes, extraCaps = [] }: LineParts): EventContext {
  return {
    site: config.site,
    gateway: config.gateway,
    cameraId: camera.id,
    offsetMinutes: config.utcOffsetMinutes,
    governanceMode: config.governance.mode,
    configVersion: config.configVersion,
    catalogVersion: config.catalogVersion,
    modelDigest: eyes.modelDigest,
    evidenceCaps: extraCaps,
  }
}
