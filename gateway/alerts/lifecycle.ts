/**
 * The life of an alert: which state may follow which, who may say so, and what must come with it.
 *
 *     DETECTED ─▶ PENDING_REVIEW ─▶ VERIFIED ─▶ PERSUADING ⇄ RECHECKING ─▶ SELF_CORRECTED ─▶ CLOSED ─▶ ARCHIVED
 *                    │     │           │            ▲            └─▶ PERSISTING ─▶ DISPATCHED ─▶ ON_SITE ─▶ …
 *                    │     └▶ EXPIRED  └─▶ DISPATCHED, TRANSFERRED
 *                    └─▶ REJECTED ─▶ CLOSED
 *
 * This is one of three state machines that are never merged: what the box sees (detection), what people make of it
 * (here), what the pictures are worth (evidence). The surprising fact: the box may enter only six of the states.
 * It suspects; a person verifies, rejects and corrects; the platform dispatches and files.
 */
import { fault } from '../kit/errors.ts'
import type { Grade } from '../violations/event.ts'

export type Owner = 'box' | 'person' | 'platform'

/** Who acts. A platform's command carries a person's name over an authenticated link: it has both roles. */
export interface Actor {
  readonly id: string
  readonly roles: readonly Owner[]
}

/** What must come with a transition: a key of its details, or a fact of the alert's past. */
type Need =
  | 'reasonCode'
  | 'deadlineAt'
  | 'afterItemId'
  | 'unitId'
  | 'recordingId'
  | 'certNo'
  | 'approvedBy'
  | 'reviewAt'
  | 'caseNo'
  | 'deadline passed'
  | 'act over'
  | 'warned and re-checked'

interface StateRule {
  readonly zh: string
  /** Who may enter the state. */
  readonly owners: readonly Owner[]
  readonly needs: readonly Need[]
  readonly to: readonly string[]
}

const state = (
  zh: string,
  owners: readonly Owner[],
  needs: readonly Need[],
  to: readonly string[],
): StateRule => ({ zh, owners, needs, to })

/** In every row of work in progress: the record may turn out wrong, or a superior may put it off. */
const ANY_TIME = ['SUSPENDED', 'REVOKED'] as const

export const ALERT_LIFECYCLE = {
  DETECTED: state('已发现', ['box'], [], ['PENDING_REVIEW', 'PERSUADING', ...ANY_TIME]),
  PENDING_REVIEW: state('待核实', ['box', 'platform'], [], ['VERIFIED', 'REJECTED', 'EXPIRED', ...ANY_TIME]),
  REJECTED: state('作废', ['person'], ['reasonCode'], ['CLOSED']),
  VERIFIED: state('已核实', ['person'], [], ['PERSUADING', 'DISPATCHED', 'TRANSFERRED', ...ANY_TIME]),
  PERSUADING: state('劝导中', ['box', 'person'], ['deadlineAt'], ['RECHECKING', ...ANY_TIME]),
  RECHECKING: state('复查中', ['box'], ['deadline passed'], ['SELF_CORRECTED', 'PERSISTING', ...ANY_TIME]),
  SELF_CORRECTED: state('已自行整改', ['box', 'person'], ['act over', 'afterItemId'], ['CLOSED']),
  PERSISTING: state('逾期未改', ['box'], [], ['PERSUADING', 'DISPATCHED', ...ANY_TIME]),
  DISPATCHED: state('已派遣', ['platform'], ['unitId'], ['ON_SITE', 'RETURNED', ...ANY_TIME]),
  RETURNED: state('退回', ['platform'], ['reasonCode'], ['DISPATCHED', 'TRANSFERRED', ...ANY_TIME]),
  ON_SITE: state('现场处置', ['platform'], ['recordingId'], ['ORDERED', 'CORRECTED', ...ANY_TIME]),
  ORDERED: state('责令改正', ['person'], ['certNo'], ['CORRECTED', 'CASE_SUGGESTED', ...ANY_TIME]),
  CORRECTED: state('已改正', ['person'], ['afterItemId'], ['CLOSED']),
  CASE_SUGGESTED: state(
    '建议立案',
    ['platform'],
    ['warned and re-checked'],
    ['FILED', 'NOT_FILED', 'NO_PENALTY', ...ANY_TIME],
  ),
  NOT_FILED: state('不予立案', ['platform'], ['reasonCode'], ['CLOSED']),
  FILED: state('立案', ['platform'], ['caseNo'], ['SERVED', 'NO_PENALTY', 'CLOSED', ...ANY_TIME]),
  SERVED: state('送达', ['platform'], [], ['ENFORCING', 'CLOSED', ...ANY_TIME]),
  ENFORCING: state('执行', ['platform'], [], ['CLOSED', ...ANY_TIME]),
  NO_PENALTY: state('不予处罚', ['platform'], ['reasonCode'], ['CLOSED']),
  TRANSFERRED: state('移送', ['platform'], ['unitId', 'reasonCode'], ['CLOSED']),
  SUSPENDED: state('暂缓', ['platform'], ['approvedBy', 'reviewAt'], ['REVOKED']), // or back, see below
  REVOKED: state('撤销', ['platform'], ['reasonCode'], ['CLOSED']),
  EXPIRED: state('超时未核', ['box'], [], ['VERIFIED', 'REJECTED', ...ANY_TIME]),
  CLOSED: state('办结', ['person', 'platform'], [], ['ARCHIVED']),
  ARCHIVED: state('归档', ['box', 'platform'], [], []),
} as const satisfies Record<string, StateRule>

export type AlertState = keyof typeof ALERT_LIFECYCLE
export const ALERT_STATES = Object.keys(ALERT_LIFECYCLE) as [AlertState, ...AlertState[]]

export const isAlertState = (word: string): word is AlertState => Object.hasOwn(ALERT_LIFECYCLE, word)

/** A dismissal gives one of these; statistics are kept by them. */
export const REJECT_REASONS = [
  'NOT_A_VIOLATION',
  'PERMITTED',
  'OBJECT_MISTAKEN',
  'PLACE_MISTAKEN',
  'DUPLICATE',
  'PICTURE_UNUSABLE',
  'CAMERA_FAULT',
  'TEST',
  'OTHER',
] as const

/** What the guards look at. */
export interface TransitionFacts {
  readonly grade: Grade
  readonly actOver: boolean
  readonly nowMs: number
  /** States entered so far, oldest first, each with its details. */
  readonly past: readonly { readonly to: AlertState; readonly details: Readonly<Record<string, string>> }[]
}

interface TransitionWish {
  readonly to: string
  readonly actor: Actor
  readonly reasonCode?: string | undefined
  readonly details?: Readonly<Record<string, string>> | undefined
}

/** Throws ALERT_TRANSITION_REFUSED with the reason; returns the state that may be entered. */
export function admitTransition(eventId: string, wish: TransitionWish, facts: TransitionFacts): AlertState {
  const from = facts.past.at(-1)!.to
  const refuse = (reason: string) =>
    fault('ALERT_TRANSITION_REFUSED', { event: eventId, from, to: wish.to, reason })

  if (!isAlertState(wish.to)) throw refuse('there is no such state')
  const rule: StateRule = ALERT_LIFECYCLE[wish.to]
  const next = successors(from, facts)
  if (!next.includes(wish.to)) {
    throw refuse(next.length > 0 ? `only ${next.join(', ')} may follow` : 'nothing follows')
  }
  // Who may suspend may take up again, and what the state asked for was given when it was entered first.
  const resumed = from === 'SUSPENDED' && wish.to !== 'REVOKED'
  const { owners } = resumed ? ALERT_LIFECYCLE.SUSPENDED : rule
  if (!owners.some((owner) => wish.actor.roles.includes(owner))) {
    throw refuse(`only ${owners.join(' or ')} may enter it, not ${wish.actor.roles.join(', ')}`)
  }
  for (const need of resumed ? [] : rule.needs) {
    const missing = missingFor(need, wish, facts)
    if (missing !== null) throw refuse(missing)
  }
  return wish.to
}

/** From a suspension, work goes on where it stood. */
function successors(from: AlertState, facts: TransitionFacts): readonly string[] {
  const { to } = ALERT_LIFECYCLE[from]
  const before = from === 'SUSPENDED' && facts.past.findLast((entry) => entry.to !== 'SUSPENDED')
  return before ? [before.to, ...to] : to
}

/** Why the guard does not hold; null when it does. */
function missingFor(need: Need, wish: TransitionWish, facts: TransitionFacts): string | null {
  switch (need) {
    case 'reasonCode':
      return missingReason(wish)
    case 'act over':
      return facts.actOver ? null : 'the act still goes on'
    case 'deadline passed':
      // [R15] Whoever corrects early has corrected: an act that is over is looked at once more at once.
      if (facts.actOver) return null
      return facts.nowMs >= lastDeadlineMs(facts) ? null : 'the deadline to correct has not passed'
    case 'warned and re-checked': {
      if (facts.grade !== 'G0' && facts.grade !== 'G1') return null
      const warned = facts.past.some((entry) => entry.to === 'PERSUADING')
      const persisted = facts.past.some((entry) => entry.to === 'PERSISTING')
      return warned && persisted ? null : 'a minor act needs a notice and a re-check first'
    }
    case 'deadlineAt':
    case 'reviewAt':
      return Number.isNaN(Date.parse(wish.details?.[need] ?? '')) ? `the time ${need} is missing` : null
    default:
      return wish.details?.[need] ? null : `${need} is missing`
  }
}

function missingReason(wish: TransitionWish): string | null {
  if (!wish.reasonCode) return 'a reason code is required'
  const closedList = wish.to === 'REJECTED'
  return !closedList || (REJECT_REASONS as readonly string[]).includes(wish.reasonCode)
    ? null
    : `the reason code ${wish.reasonCode} is none of ${REJECT_REASONS.join(', ')}`
}

function lastDeadlineMs(facts: TransitionFacts): number {
  const notice = facts.past.findLast((entry) => entry.to === 'PERSUADING')
  return Date.parse(notice?.details['deadlineAt'] ?? '') || 0
}
