/**
 * A suspected violation (疑似违法事件): one continuing act is one event, told in revisions.
 *
 * The box suspects; people decide. Nothing here is a finding. Names follow the domain's tables.
 */
import type { Role } from '../detections/detections.ts'
import type { Box } from '../kit/geometry.ts'
import type { ActFields } from './act-fields.ts'

export const RULE_IDS = [
  'street-vending',
  'scrap-buying',
  'beyond-shopfront',
  'piling',
  'barbecue',
  'road-occupation',
  'permit-overtime',
  'permit-overreach',
  'vehicle-occupation',
  'bicycle-occupation',
] as const
export type RuleId = (typeof RULE_IDS)[number]

export const DETECTION_STATES = [
  'IDLE',
  'CANDIDATE',
  'CONFIRMING',
  'ACTIVE',
  'CLEARING',
  'CLEARED',
  'SUPPRESSED',
  'LOST',
] as const
export type DetectionState = (typeof DETECTION_STATES)[number]

export type Phase = 'START' | 'UPDATE' | 'END'
export type Grade = 'G0' | 'G1' | 'G2' | 'G3' | 'G4'
export type HandlingTier = 'SERVICE' | 'MANAGEMENT' | 'ENFORCEMENT'
export type EvidenceStatus = 'LEAD' | 'EVIDENCE_CANDIDATE' | 'REVIEWED_PASS' | 'REVIEWED_FAIL' | 'EVIDENCE'

/** What was measured of one of the four properties of a record; a fact, no verdict. */
export interface PropertyQuality {
  /** 0..1, of the weakest check; null: nothing could be measured. */
  readonly score: number | null
  /** Null: something that matters was not measured. */
  readonly passed: boolean | null
  /** Codes of what failed, or was not measured. */
  readonly reasons: readonly string[]
}

/** 真实、清晰、完整、准确, of the packages sealed so far. */
export interface QualitySummary {
  readonly true: PropertyQuality
  readonly clear: PropertyQuality
  readonly complete: PropertyQuality
  readonly accurate: PropertyQuality
}

/** Something that takes part in an act. `class` is the detector's word, or `unknown`. */
export interface ActObject {
  readonly class: string
  readonly role: 'attendant' | 'carrier' | 'goods' | Role
  readonly confidence?: number
}

/** What was measured of an act, with its uncertainty. Facts for the people who decide. */
export interface Measured {
  /** Metres beyond the shopfront line, at least and at most; null: unknown, the zone has no scale. */
  readonly distanceM: readonly [low: number, high: number] | null
  /** Square metres of ground that are taken; null likewise. */
  readonly areaM2: readonly [low: number, high: number] | null
  /** Share of where the goods touch the ground that lies beyond the line. */
  readonly groundShare: number
}

/** At least and at most. */
export type Interval = readonly [low: number, high: number]

/** A fact that the grade rests on: a code of a closed list, and the number or word that goes with it. */
export interface GradeFact {
  readonly code: string
  readonly value?: string | number
}

/** Facts for whoever weighs discretion (裁量) [R32, R33]: measured with their uncertainty, absent when unknown. */
export interface Discretion {
  readonly durationSec: Interval
  /** 占用面积, square metres of ground. */
  readonly areaM2?: Interval
  /** 超出距离, metres beyond the shopfront line. */
  readonly extensionM?: Interval
  /** 影响通行, metres of the way that are taken. */
  readonly blockingWidthM?: Interval
  /** 地段, what the ground is. */
  readonly placeType?: string
  /** 是否首次: no earlier act of the rule at this place, within the window, that a person has verified. */
  readonly firstAtPlace?: boolean
  readonly repeatCount?: number
  readonly repeatDays?: number
  /** 改正用时, from the first notice to the end of the act. */
  readonly correctionSec?: Interval
}

/** Whether one of the lists (轻微不罚, 首违免罚) may fit, and why or why not. People decide [R17]. */
export interface Leniency {
  readonly candidate: boolean
  readonly reasons: readonly string[]
  readonly listVersion: string
}

/** That a person has changed the grade. The latest change; all of them stand in the history. */
export interface GradeChange {
  /** What the box makes of the facts. */
  readonly from: Grade
  readonly by: string
  readonly reason: string
  readonly at: string
}

/** A major incident (重大事件) and who was told of it, step by step upward [R80]. */
export interface MajorIncident {
  readonly declaredAt: string
  readonly by: string
  readonly reason: string
  readonly told: readonly { readonly to: string; readonly at: string; readonly receivedAt: string | null }[]
}

export const PERMIT_RESULTS = [
  'PERMITTED',
  'OUTSIDE_HOURS',
  'BEYOND_BOUNDARY',
  'OVER_CAPACITY',
  'OUTSIDE_PLACE',
  'NO_POINT',
] as const

/** How an act stands to the nearest permitted point (许可核验). */
export interface PermitCheck {
  /** null: none is known. */
  readonly nearestPointId: string | null
  readonly inside: boolean
  /** Its hours, with the time to set up and to clear away. */
  readonly inWindow: boolean
  readonly result: (typeof PERMIT_RESULTS)[number]
}

/**
 * An act as the judge sees it, on the camera's timeline (ms). The pipeline turns changes of an act into event
 * revisions with wall times, versions and evidence.
 */
export interface Act {
  /** Unique on this camera, also across restarts; the event id is derived from it. */
  readonly actKey: string
  readonly ruleId: RuleId
  readonly zoneId: string
  /** When the act was first seen, not when it was confirmed. */
  readonly startMs: number
  readonly confirmedMs: number | null
  /** When it was over; null while it goes on. */
  readonly endMs: number | null
  /** Largest extent in the picture, fractions. */
  readonly box: Box
  /** 0..1: how sure the box is that the rule's facts hold. Not a probability of guilt. */
  readonly confidence: number
  readonly state: DetectionState
  readonly objects: readonly ActObject[]
  readonly measured?: Measured
  readonly permitCheck?: PermitCheck
}

/** `confirmed` opens an event, `updated` revises it, `cleared` ends it; `candidate` and `dropped` never leave the box. */
export interface ActChange {
  readonly kind: 'candidate' | 'confirmed' | 'updated' | 'cleared' | 'dropped'
  readonly act: Act
}

/** One line of `events.ndjson` and the `data` of alert messages. Times are ISO-8601 with offset. */
export interface ViolationEvent extends ActFields {
  readonly eventId: string
  readonly revision: number
  readonly phase: Phase
  readonly ruleId: RuleId
  readonly site: string
  readonly gateway: string
  readonly cameraId: string
  readonly zoneId: string
  readonly startedAt: string
  readonly confirmedAt: string
  readonly endedAt: string | null
  readonly durationSec: number
  /** Seconds of media time (file: from its first picture); what `lushao eval` compares with truth. */
  readonly media: { readonly startSec: number; readonly confirmSec: number; readonly endSec: number | null }
  readonly box: Box
  readonly confidence: number
  readonly detectionState: DetectionState
  readonly alertState: string
  readonly grade: Grade
  readonly gradeReasons: readonly string[]
  /** The facts behind `gradeReasons`, for machines and for words in another language. */
  readonly gradeFacts?: readonly GradeFact[]
  readonly gradeChange?: GradeChange
  readonly handlingTier: HandlingTier
  /** The tier that was really used, once it is closed [R10]. */
  readonly tierUsed?: HandlingTier
  readonly leniency?: Leniency
  readonly discretion?: Discretion
  /** Why the legal reviewers (法制审核) should see it; absent when no trigger fits [R71]. */
  readonly requiresLegalReview?: readonly string[]
  readonly majorIncident?: MajorIncident
  readonly evidenceStatus: EvidenceStatus
  readonly evidenceCaps: readonly string[]
  /** Absent until a package is sealed. */
  readonly quality?: QualitySummary
  readonly objects: readonly ActObject[]
  readonly measured?: Measured
  readonly permitCheck?: PermitCheck
  readonly governanceMode: 'production' | 'test'
  readonly legalBasis: { readonly title: string; readonly article: string }
  readonly gbCode: string
  /** The city’s own code for it, where the catalogue has one for the place. */
  readonly localCode?: string
  readonly title: string
  readonly text: string
  readonly configVersion: string
  readonly catalogVersion: string
  readonly modelDigest: string | null
  readonly evidence: EvidenceRef | null
}

/** The sealed packages of an event so far: the latest named as the contract says, all of them in `packages`. */
export interface EvidenceRef {
  readonly packageId: string
  /** sha256 of `manifest-sha256.txt`. */
  readonly manifestHash: string
  readonly packages: readonly string[]
}
