/**
 * How one revision of an event follows from another: what the judge says anew, and what people have said that stays.
 *
 *     the judge's word ─┬─▶ first: opened, waits for a person (or for the box to speak)
 *                       └─▶ later: continued; over stays over, grade and evidence status of people stay theirs
 */
import type { GradeChange, GradeFact, ViolationEvent } from '../violations/event.ts'
import type { TransitionFacts } from './admission.ts'
import { sentencesOf, tierOf } from './grading.ts'
import type { AlertState } from './lifecycle.ts'
import type { AlertRecord } from './records.ts'

/** A message stays under 64 KiB; of a crowd the first so many are listed. */
const OBJECTS_MAX = 64

export function opened(event: ViolationEvent, autoPersuades: boolean): ViolationEvent {
  const alertState = autoPersuades ? 'DETECTED' : 'PENDING_REVIEW'
  return { ...event, objects: event.objects.slice(0, OBJECTS_MAX), alertState }
}

export function continued(event: ViolationEvent, last: AlertRecord): ViolationEvent {
  const { event: before, revision, state } = last
  const over = before.phase === 'END' && event.phase !== 'END'
  return {
    ...event,
    ...(over ? { endedAt: before.endedAt, durationSec: before.durationSec, media: before.media } : {}),
    ...(over ? { detectionState: before.detectionState } : {}),
    objects: event.objects.slice(0, OBJECTS_MAX),
    revision: Math.max(event.revision, revision + 1),
    phase: over || event.phase === 'END' ? 'END' : 'UPDATE',
    alertState: state,
    ...saidByPeople(event, before),
  }
}

/** What people have said stays said, whatever the judge says next. */
function saidByPeople(event: ViolationEvent, before: ViolationEvent): Partial<ViolationEvent> {
  const { evidenceStatus, gradeChange, majorIncident, tierUsed } = before
  const capped = evidenceStatus === 'EVIDENCE_CANDIDATE' && event.evidenceCaps.length > 0
  // The last word on an event that nobody goes on with repeats what was told, change and all.
  const told = event.gradeChange !== undefined
  return {
    evidenceStatus: capped ? 'LEAD' : evidenceStatus,
    ...(majorIncident === undefined ? {} : { majorIncident }),
    ...(tierUsed === undefined ? {} : { tierUsed }),
    ...(gradeChange === undefined || told ? {} : regraded(event, before.grade, gradeChange, majorIncident)),
  }
}

/** The grade as a person says, with the facts that the box has for its own. */
export function regraded(
  event: ViolationEvent,
  grade: ViolationEvent['grade'],
  { by, reason, at }: Omit<GradeChange, 'from'>,
  majorIncident: ViolationEvent['majorIncident'] = event.majorIncident,
): Partial<ViolationEvent> {
  const said: GradeFact = majorIncident
    ? { code: 'MAJOR_INCIDENT', value: majorIncident.reason }
    : { code: 'CHANGED_BY', value: by }
  const isOwn = ({ code }: GradeFact) => code === 'MAJOR_INCIDENT' || code === 'CHANGED_BY'
  const facts = event.gradeFacts ?? []
  // One word of people stands at a time; the facts of the box stay, also of an event that has them in words only.
  const earlier = sentencesOf(facts.filter(isOwn))
  const reasons = event.gradeReasons.filter((reason) => !earlier.includes(reason))
  return {
    grade,
    gradeReasons: [...reasons, ...sentencesOf([said])],
    gradeFacts: [...facts.filter((fact) => !isOwn(fact)), said],
    gradeChange: { from: event.gradeChange?.from ?? event.grade, by, reason, at },
    handlingTier: tierOf(grade),
  }
}

/** What the guards want to know of an act. */
export function actOf({ phase, detectionState }: ViolationEvent): TransitionFacts['act'] {
  // A permit that began, or a view that was lost, is no correction.
  if (detectionState === 'LOST' || detectionState === 'SUPPRESSED') return 'out of sight'
  return phase === 'END' ? 'cleared' : 'going on'
}

const NOTHING_DONE: readonly AlertState[] = ['REJECTED', 'REVOKED', 'TRANSFERRED', 'NOT_FILED']
const ENFORCED: readonly AlertState[] = ['ORDERED', 'CASE_SUGGESTED', 'FILED', 'SERVED', 'ENFORCING']
const MANAGED: readonly AlertState[] = ['DISPATCHED', 'ON_SITE', 'CORRECTED']

/** The tier that was really used: as whoever closes it says, else by what was done. None when nothing was. */
export function closedBy(
  past: TransitionFacts['past'],
  details: Readonly<Record<string, string>> = {},
): Pick<ViolationEvent, 'tierUsed'> {
  const entered = (states: readonly AlertState[]) => past.some(({ to }) => states.includes(to))
  const said = details['tierUsed'] as ViolationEvent['tierUsed']
  if (said !== undefined) return { tierUsed: said }
  if (entered(NOTHING_DONE)) return {}
  if (entered(ENFORCED)) return { tierUsed: 'ENFORCEMENT' }
  return { tierUsed: entered(MANAGED) ? 'MANAGEMENT' : 'SERVICE' }
}
