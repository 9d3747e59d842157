/**
 * From an act on a camera's timeline to revisions of an event with names, times, law and versions.
 *
 *     Act (ms since the machine started) ─┬─ times ─▶ ISO-8601 of the place
 *                                         ├─ rule  ─▶ basis, code and words of the catalogue, always 疑似
 *                                         └─ facts ─▶ grade, caps, evidence
 *
 * The id is derived once, when the act is first seen, and kept with the act: start and place may still be corrected
 * while it is a candidate, the id may not [R19, R104].
 */
import { isoTime } from '../kit/clock.ts'
import { derivedUlid } from '../kit/ids.ts'
import type { WatchedRule } from './catalogue.ts'
import type {
  Act,
  EvidenceRef,
  Grade,
  HandlingTier,
  Measured,
  Phase,
  QualitySummary,
  ViolationEvent,
} from './event.ts'

/** What is the same for every event of a camera. */
export interface EventContext {
  readonly site: string
  readonly gateway: string
  readonly cameraId: string
  readonly offsetMinutes: number
  readonly governanceMode: 'production' | 'test'
  readonly configVersion: string
  readonly catalogVersion: string
  readonly modelDigest: string | null
  readonly evidenceCaps: readonly string[]
}

export interface Grading {
  readonly grade: Grade
  readonly reasons: readonly string[]
  readonly handlingTier: HandlingTier
  /** Facts and hints for people, as far as they are known. */
  readonly facts?: Pick<ViolationEvent, 'gradeFacts' | 'leniency' | 'discretion' | 'requiresLegalReview'>
}

/** An act's times on the wall clock and in media seconds. */
export interface ActTimes {
  readonly startWallMs: number
  readonly confirmWallMs: number
  readonly endWallMs: number | null
  readonly nowWallMs: number
  /** Timeline of media second 0. */
  readonly mediaZeroMs: number
}

export interface RevisionParts {
  readonly eventId: string
  readonly revision: number
  readonly phase: Phase
  readonly act: Act
  readonly rule: WatchedRule
  readonly times: ActTimes
  readonly grading: Grading
  readonly alertState: string
  readonly evidence: EvidenceRef | null
  /** What else holds the record back, beside what holds for all of the camera's. */
  readonly extraCaps?: readonly string[]
  readonly quality?: QualitySummary | null
}

export function newEventId(context: EventContext, act: Act, wallMs: number): string {
  return derivedUlid(
    wallMs,
    context.site,
    context.gateway,
    context.cameraId,
    act.zoneId,
    act.ruleId,
    act.actKey,
  )
}

export function revisionOf(context: EventContext, parts: RevisionParts): ViolationEvent {
  const { act, rule, times, grading } = parts
  const untilWallMs = times.endWallMs ?? times.nowWallMs
  const iso = (wallMs: number) => isoTime(wallMs, context.offsetMinutes)
  const seconds = (ms: number) => Math.round(ms) / 1000
  const durationSec = seconds(untilWallMs - times.startWallMs)
  const caps = [...new Set([...context.evidenceCaps, ...(parts.extraCaps ?? [])])]
  return {
    eventId: parts.eventId,
    revision: parts.revision,
    phase: parts.phase,
    ruleId: act.ruleId,
    site: context.site,
    gateway: context.gateway,
    cameraId: context.cameraId,
    zoneId: act.zoneId,
    startedAt: iso(times.startWallMs),
    confirmedAt: iso(times.confirmWallMs),
    endedAt: times.endWallMs === null ? null : iso(times.endWallMs),
    durationSec,
    media: {
      startSec: seconds(act.startMs - times.mediaZeroMs),
      confirmSec: seconds((act.confirmedMs ?? act.startMs) - times.mediaZeroMs),
      endSec: act.endMs === null ? null : seconds(act.endMs - times.mediaZeroMs),
    },
    box: [rounded(act.box[0]), rounded(act.box[1]), rounded(act.box[2]), rounded(act.box[3])],
    confidence: rounded(act.confidence),
    detectionState: act.state,
    alertState: parts.alertState,
    grade: grading.grade,
    gradeReasons: grading.reasons,
    handlingTier: grading.handlingTier,
    ...grading.facts,
    // The box goes no further, and no cap may be left for it to go so far.
    evidenceStatus: caps.length === 0 && parts.evidence !== null ? 'EVIDENCE_CANDIDATE' : 'LEAD',
    evidenceCaps: caps,
    ...(parts.quality ? { quality: parts.quality } : {}),
    objects: act.objects,
    ...(act.measured === undefined ? {} : { measured: roundedMeasures(act.measured) }),
    ...(act.permitCheck === undefined ? {} : { permitCheck: act.permitCheck }),
    governanceMode: context.governanceMode,
    legalBasis: { title: rule.basis.title, article: rule.basis.article },
    gbCode: `${rule.entry.gbMajor}-${rule.entry.gbMinor}`,
    ...(rule.localCode === null ? {} : { localCode: rule.localCode }),
    title: `疑似${rule.entry.nameZh}`,
    text: `疑似${rule.entry.nameZh}，${measuredText(act.measured)}已持续 ${Math.round(durationSec)} 秒，待人工核实`,
    configVersion: context.configVersion,
    catalogVersion: context.catalogVersion,
    modelDigest: context.modelDigest,
    evidence: parts.evidence,
  }
}

function measuredText(measured: Measured | undefined): string {
  if (measured === undefined) return ''
  if (measured.distanceM === null) return '超出门窗外墙线（距离未知），'
  const [low, high] = measured.distanceM.map((metres) => metres.toFixed(1))
  return `超出门窗外墙线约 ${low}～${high} 米，`
}

function roundedMeasures({ distanceM, areaM2, groundShare }: Measured): Measured {
  const both = (interval: Measured['distanceM']) =>
    interval === null ? null : ([rounded(interval[0]), rounded(interval[1])] as const)
  return { distanceM: both(distanceM), areaM2: both(areaM2), groundShare: rounded(groundShare) }
}

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000
