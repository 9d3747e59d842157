/**
 * The life of an alert as a table: which state may follow which, who may enter it, and what must come with it.
 *
 *     DETECTED ─▶ PENDING_REVIEW ─▶ VERIFIED ─▶ PERSUADING ─▶ RECHECKING ─▶ SELF_CORRECTED ─▶ CLOSED ─▶ ARCHIVED
 *        │           │     │           │            ▲            └─▶ PERSISTING ─▶ DISPATCHED ─▶ ON_SITE ─▶ …
 *        │           │     └▶ EXPIRED  └─▶ DISPATCHED, TRANSFERRED
 *        │           └─▶ REJECTED ─▶ CLOSED
 *        └─▶ AUTO_PERSUADING ─▶ RECHECKING
 *
 * This is one of three state machines that are never merged: what the box sees (`violations/detection.ts`), what
 * people make of it (here), what the pictures are worth (`evidence-status.ts`). `admission.ts` keeps the guards
 * [R6, R74]. The surprising fact: the box may enter only eight of the states, and none in which anybody is accused.
 * What it spoke to before a person looked must be verified by one before anybody is sent [R15, R41].
 */
export type Owner = 'box' | 'person' | 'platform'

/** What must come with a transition: a key of its details, or a fact of the alert. */
export type Need =
  | 'reasonCode'
  | 'persuasionId'
  | 'deadlineAt'
  | 'afterItemId'
  | 'unitId'
  | 'recordingId'
  | 'certNo'
  | 'approvedBy'
  | 'filingNo'
  | 'reviewAt'
  | 'caseNo'
  | 'deadline passed'
  | 'not verified yet'
  | 'verified'
  | 'clear confirmed'
  | 'still there'
  | 'warned and re-checked'
  | 'complete'
  | 'education recorded'

export interface StateRule {
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
const NOTICE: readonly Need[] = ['persuasionId', 'deadlineAt']

export const ALERT_LIFECYCLE = {
  DETECTED: state('已发现', ['box'], [], ['PENDING_REVIEW', 'AUTO_PERSUADING', ...ANY_TIME]),
  /** Back here from persuasion when nobody has verified the act yet and the box can say no more. */
  PENDING_REVIEW: state(
    '待核实',
    ['box', 'platform'],
    ['not verified yet'],
    ['VERIFIED', 'REJECTED', 'EXPIRED', ...ANY_TIME],
  ),
  REJECTED: state('作废', ['person'], ['reasonCode'], ['CLOSED']),
  VERIFIED: state('已核实', ['person'], [], ['PERSUADING', 'DISPATCHED', 'TRANSFERRED', ...ANY_TIME]),
  /** Spoken to by policy before a person has looked. A person may still say that there was nothing. */
  AUTO_PERSUADING: state('自动劝导中', ['box'], NOTICE, [
    'RECHECKING',
    'PENDING_REVIEW',
    'REJECTED',
    ...ANY_TIME,
  ]),
  PERSUADING: state('劝导中', ['box', 'person'], NOTICE, ['RECHECKING', ...ANY_TIME]),
  RECHECKING: state(
    '复查中',
    ['box'],
    ['deadline passed'],
    ['SELF_CORRECTED', 'PERSISTING', 'PENDING_REVIEW', ...ANY_TIME],
  ),
  SELF_CORRECTED: state('已自行整改', ['box', 'person'], ['clear confirmed', 'afterItemId'], ['CLOSED']),
  PERSISTING: state(
    '逾期未改',
    ['box'],
    ['still there'],
    ['PERSUADING', 'DISPATCHED', 'PENDING_REVIEW', ...ANY_TIME],
  ),
  DISPATCHED: state('已派遣', ['platform'], ['verified', 'unitId'], ['ON_SITE', 'RETURNED', ...ANY_TIME]),
  RETURNED: state('退回', ['platform'], ['reasonCode'], ['DISPATCHED', 'TRANSFERRED', ...ANY_TIME]),
  ON_SITE: state('现场处置', ['platform'], ['recordingId'], ['ORDERED', 'CORRECTED', ...ANY_TIME]),
  ORDERED: state('责令改正', ['person'], ['certNo'], ['CORRECTED', 'CASE_SUGGESTED', ...ANY_TIME]),
  CORRECTED: state('已改正', ['person'], ['afterItemId'], ['CLOSED']),
  CASE_SUGGESTED: state(
    '建议立案',
    ['platform'],
    ['warned and re-checked', 'complete'],
    ['FILED', 'NOT_FILED', 'NO_PENALTY', ...ANY_TIME],
  ),
  NOT_FILED: state('不予立案', ['platform'], ['reasonCode'], ['CLOSED']),
  FILED: state('立案', ['platform'], ['caseNo'], ['SERVED', 'NO_PENALTY', 'CLOSED', ...ANY_TIME]),
  SERVED: state('送达', ['platform'], [], ['ENFORCING', 'CLOSED', ...ANY_TIME]),
  ENFORCING: state('执行', ['platform'], [], ['CLOSED', ...ANY_TIME]),
  NO_PENALTY: state('不予处罚', ['platform'], ['reasonCode', 'education recorded'], ['CLOSED']),
  TRANSFERRED: state('移送', ['platform'], ['unitId', 'reasonCode'], ['CLOSED']),
  /** Leads back to where it stood; see `admission.ts`. */
  SUSPENDED: state('暂缓', ['platform'], ['reasonCode', 'approvedBy', 'filingNo', 'reviewAt'], ['REVOKED']),
  REVOKED: state('撤销', ['platform'], ['reasonCode'], ['CLOSED']),
  EXPIRED: state('超时未核', ['box'], [], ['VERIFIED', 'REJECTED', ...ANY_TIME]),
  CLOSED: state('办结', ['person', 'platform'], [], ['ARCHIVED']),
  ARCHIVED: state('归档', ['box', 'platform'], [], []),
} as const satisfies Record<string, StateRule>

export type AlertState = keyof typeof ALERT_LIFECYCLE
export const ALERT_STATES = Object.keys(ALERT_LIFECYCLE) as [AlertState, ...AlertState[]]

export const isAlertState = (word: string): word is AlertState => Object.hasOwn(ALERT_LIFECYCLE, word)

/** A dismissal gives one of these; statistics are kept by them [R75, R76]. */
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
