/**
 * What must never have happened, as predicates over the whole past of an alert. Written from the domain, by hand, and
 * without a look at the gateway's tables: nothing here imports them.
 */
import type { AlertHistory, Transition } from '../../gateway/alerts/records.ts'
import type { ViolationEvent } from '../../gateway/violations/event.ts'

const MINOR = ['G0', 'G1']
const NOTICE = ['PERSUADING', 'AUTO_PERSUADING']
const CASE = ['CASE_SUGGESTED', 'FILED', 'NOT_FILED', 'SERVED', 'ENFORCING']
/** What the box may say by itself. */
const BOXES = [
  ...['DETECTED', 'PENDING_REVIEW', 'AUTO_PERSUADING', 'PERSUADING', 'RECHECKING'],
  ...['SELF_CORRECTED', 'PERSISTING', 'EXPIRED', 'ARCHIVED'],
]
const DISMISSALS = [
  ...['NOT_A_VIOLATION', 'PERMITTED', 'OBJECT_MISTAKEN', 'PLACE_MISTAKEN', 'DUPLICATE'],
  ...['PICTURE_UNUSABLE', 'CAMERA_FAULT', 'TEST', 'OTHER'],
]
/** In January 2026. */
const CERTIFIED = ['officer-1', 'officer-2']
const VALID_CERTIFICATES = ['cert-1', 'cert-2']
const NEVER_MORE_THAN_HELP = ['helper', 'expired']

/** A transition with what stood when it was made. */
interface Moment extends Transition {
  readonly before: readonly Transition[]
  /** The event as it was told just before. */
  readonly told: ViolationEvent
}

type Predicate = [never: string, is: (moment: Moment) => boolean]

const entered = ({ before }: Moment, ...states: string[]) => before.some(({ to }) => states.includes(to))
const isMinor = ({ told }: Moment) =>
  MINOR.includes(told.grade) || (told.gradeChange !== undefined && MINOR.includes(told.gradeChange.from))
const isOver = ({ told }: Moment) => told.phase === 'END'

/** A notice with its deadline, a look after the deadline, and that it persisted, in this order. */
function warnedAndSeen({ before }: Moment): boolean {
  for (const [at, notice] of before.entries()) {
    if (!NOTICE.includes(notice.to)) continue
    const deadlineMs = Date.parse(notice.details['deadlineAt'] ?? '')
    const look = before.findIndex(
      ({ to, atMs }, later) => later > at && to === 'RECHECKING' && atMs >= deadlineMs,
    )
    if (look >= 0 && before.some(({ to }, later) => later > look && to === 'PERSISTING')) return true
  }
  return false
}

const NEVER: readonly Predicate[] = [
  [
    'a case from a minor act without notice and re-check',
    (m) => m.to === 'CASE_SUGGESTED' && isMinor(m) && !warnedAndSeen(m),
  ],
  ['a case without an order to correct', (m) => CASE.includes(m.to) && !entered(m, 'ORDERED')],
  [
    'a case that was never suggested',
    (m) => CASE.includes(m.to) && m.to !== 'CASE_SUGGESTED' && !entered(m, 'CASE_SUGGESTED'),
  ],
  ['a case without a sealed package', (m) => m.to === 'CASE_SUGGESTED' && m.told.evidence === null],
  ['a case made in test mode', (m) => m.to === 'CASE_SUGGESTED' && m.told.governanceMode === 'test'],
  ['an execution that was not served', (m) => m.to === 'ENFORCING' && !entered(m, 'SERVED')],
  ['people sent before a person has looked', (m) => m.to === 'DISPATCHED' && !entered(m, 'VERIFIED')],
  [
    'an order without a valid certificate',
    (m) =>
      m.to === 'ORDERED' && !VALID_CERTIFICATES.includes(m.details['certNo'] ?? '') && m.from !== 'SUSPENDED',
  ],
  ['an order by one who was not there', (m) => m.to === 'ORDERED' && !entered(m, 'ON_SITE')],
  [
    'the box passing judgement',
    (m) => m.actor.id === 'box' && String(m.actor.roles) === 'box' && !BOXES.includes(m.to),
  ],
  [
    'auxiliary staff doing more than help',
    (m) =>
      NEVER_MORE_THAN_HELP.includes(m.actor.id) &&
      !(m.to === 'PERSUADING' || (m.to === 'REJECTED' && isMinor(m))),
  ],
  ['an auditor changing something', (m) => m.actor.id === 'auditor'],
  [
    'a dismissal without a reason of the list',
    (m) => m.to === 'REJECTED' && !DISMISSALS.includes(m.reasonCode ?? ''),
  ],
  [
    'a notice without a deadline',
    (m) =>
      NOTICE.includes(m.to) &&
      m.from !== 'SUSPENDED' &&
      Number.isNaN(Date.parse(m.details['deadlineAt'] ?? '')),
  ],
  ['a correction that goes on', (m) => m.to === 'SELF_CORRECTED' && m.from !== 'SUSPENDED' && !isOver(m)],
  [
    'a correction nobody saw',
    (m) =>
      m.to === 'SELF_CORRECTED' && m.told.detectionState !== 'CLEARED' && !m.actor.roles.includes('person'),
  ],
  ['a persistence of what is over', (m) => m.to === 'PERSISTING' && m.from !== 'SUSPENDED' && isOver(m)],
  ['life after the archive', (m) => entered(m, 'ARCHIVED')],
  ['a closed alert opened again', (m) => entered(m, 'CLOSED') && m.to !== 'ARCHIVED'],
  ['a dismissed alert taken up again', (m) => m.from === 'REJECTED' && m.to !== 'CLOSED'],
  [
    'a suspension that leads elsewhere',
    (m) =>
      m.from === 'SUSPENDED' &&
      m.to !== 'REVOKED' &&
      m.to !== m.before.findLast(({ to }) => to !== 'SUSPENDED')?.to,
  ],
  [
    'a suspension approved by whoever asked for it',
    (m) => m.to === 'SUSPENDED' && (m.details['approvedBy'] ?? m.actor.id) === m.actor.id,
  ],
  [
    'a no-penalty without education',
    (m) => m.to === 'NO_PENALTY' && !entered(m, ...NOTICE) && !m.details['educationRef'],
  ],
  ['a transition back in time', (m) => m.before.length > 0 && m.before.at(-1)!.atMs > m.atMs],
  ['a deed of nobody', (m) => m.actor.id === '' || m.atMs <= 0],
  ['a step from where it did not stand', (m) => m.from !== (m.before.at(-1)?.to ?? null)],
]

/** Everything that is wrong with the past of one alert, given what was raised last and what went out. */
export function wrongIn(
  history: AlertHistory,
  raised: ViolationEvent,
  sent: readonly ViolationEvent[],
): string[] {
  const { revisions, transitions, entries } = history
  const wrong: string[] = []
  const id = raised.eventId
  const never = (what: string, is: boolean) => {
    if (is) wrong.push(`${id}: ${what}`)
  }
  // Revisions: gap-free, each sent once and in order, over stays over, the last word is the judge's and the people's.
  never(
    'a gap in its revisions',
    revisions.some(({ revision }, at) => revision !== at + 1),
  )
  never('a revision that did not go out as it was kept', !sameMessages(revisions, sent))
  never(
    'an act that is over going on',
    revisions.some(({ phase }, at) => phase !== 'END' && revisions[at - 1]?.phase === 'END'),
  )
  const last = revisions.at(-1)!
  never('an end that was lost', raised.phase === 'END' && last.phase !== 'END')
  never('a state that is told and is not', last.alertState !== transitions.at(-1)!.to)
  const commands = [...transitions, ...entries].flatMap(({ commandId }) => commandId ?? [])
  never('a command that was done twice', new Set(commands).size !== commands.length)

  const told = toldBefore(revisions, transitions)
  never('a transition that was not told, or told and not made', told === null)
  for (const [at, transition] of (told === null ? [] : transitions).entries()) {
    const moment = { ...transition, before: transitions.slice(0, at), told: told![at]! }
    const { from, to, actor } = transition
    for (const [what, is] of NEVER) never(`${what} (${from} → ${to} by ${actor.id})`, is(moment))
  }
  wrong.push(...wrongEntries(history, id))
  return wrong
}

function sameMessages(kept: readonly ViolationEvent[], sent: readonly ViolationEvent[]): boolean {
  const same = (one: ViolationEvent, other: ViolationEvent | undefined) =>
    one === other || JSON.stringify(one) === JSON.stringify(other)
  return kept.length === sent.length && kept.every((one, at) => same(one, sent[at]))
}

/**
 * The revision that stood before each transition. Those with which an alert begins are told with its first revision;
 * each later one is told by a revision of its own. Null when the two do not match.
 */
function toldBefore(
  revisions: readonly ViolationEvent[],
  transitions: readonly Transition[],
): ViolationEvent[] | null {
  const first = revisions[0]!
  const opening = first.alertState === 'DETECTED' ? 1 : 2
  const changed = revisions.flatMap(({ alertState }, at) =>
    at > 0 && alertState !== revisions[at - 1]!.alertState
      ? [{ alertState, before: revisions[at - 1]! }]
      : [],
  )
  const later = transitions.slice(opening)
  const fits = changed.length === later.length && later.every(({ to }, at) => changed[at]!.alertState === to)
  return fits
    ? [...transitions.slice(0, opening).map(() => first), ...changed.map(({ before }) => before)]
    : null
}

function wrongEntries({ revisions, transitions, entries }: AlertHistory, id: string): string[] {
  const wrong: string[] = []
  const recusedAt = new Map<string, number>()
  for (const entry of entries) {
    const { kind, actor, details, atMs } = entry
    if (kind === 'RECUSED')
      recusedAt.set(details['personId']!, Math.min(atMs, recusedAt.get(details['personId']!) ?? atMs))
    if (actor.id === 'auditor') wrong.push(`${id}: an auditor made an entry`)
    const more = kind === 'REGRADED' || kind === 'EVIDENCE_STATUS' || kind === 'MAJOR_TOLD'
    if (more && NEVER_MORE_THAN_HELP.includes(actor.id)) wrong.push(`${id}: auxiliary staff made a ${kind}`)
    if (
      kind !== 'EVIDENCE_STATUS' ||
      !['REVIEWED_PASS', 'REVIEWED_FAIL', 'EVIDENCE'].includes(details['to']!)
    )
      continue
    const reviewers = new Set(details['reviewers']!.split(','))
    if (!actor.roles.includes('platform')) wrong.push(`${id}: evidence by somebody else than the platform`)
    if (reviewers.size < 2 || [...reviewers].some((one) => !CERTIFIED.includes(one))) {
      wrong.push(`${id}: evidence without two certified reviewers`)
    }
  }
  for (const { actor, atMs, to } of transitions) {
    if ((recusedAt.get(actor.id) ?? Number.POSITIVE_INFINITY) < atMs)
      wrong.push(`${id}: ${actor.id} is recused, and did ${to}`)
  }
  const path = revisions
    .map(({ evidenceStatus }) => evidenceStatus)
    .filter((status, at, all) => status !== all[at - 1])
  const skipped = path.some((status, at) => status === 'EVIDENCE' && path[at - 1] !== 'REVIEWED_PASS')
  if (path[0] !== 'LEAD' || skipped) wrong.push(`${id}: evidence that skipped a step: ${path.join(' ')}`)
  const capped = revisions.some(({ evidenceStatus: now, evidenceCaps }, at) => {
    const before = revisions[at - 1]?.evidenceStatus ?? 'LEAD'
    return now !== before && now !== 'LEAD' && now !== 'REVIEWED_FAIL' && evidenceCaps.length > 0
  })
  if (capped) wrong.push(`${id}: a capped record was raised`)
  return wrong
}
