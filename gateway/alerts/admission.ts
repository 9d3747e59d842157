/**
 * The guard before every state: says why a transition may not be, or lets it in.
 *
 *     wish ─▶ may it follow? ─▶ may this person? ─▶ recused? ─▶ is all there that it needs? ─▶ state
 *                 no: ALERT_TRANSITION_REFUSED with the reason, and nothing has changed [R74]
 *
 * Auxiliary staff (协管) persuade and may dismiss what is minor; they verify, order and suggest nothing [R49, R50].
 * An officer whose certificate has expired counts as auxiliary [R53]. An auditor changes nothing [R98].
 */
import { fault } from '../kit/errors.ts'
import type { Grade, HandlingTier } from '../violations/event.ts'
import {
  ALERT_LIFECYCLE,
  type AlertState,
  isAlertState,
  type Need,
  type Owner,
  REJECT_REASONS,
  type StateRule,
} from './lifecycle.ts'
import type { Rank, Register } from './people.ts'

/** Who acts. A platform's command carries a person's name over an authenticated link: it has both roles. */
export interface Actor {
  readonly id: string
  readonly roles: readonly Owner[]
  /** As the console's login says. The register of people has the last word. */
  readonly rank?: Rank | undefined
}

/** What the guards look at. */
export interface TransitionFacts {
  /** As it is told now. */
  readonly grade: Grade
  /** G0 or G1, now or by the box's own facts: that a person has changed the grade opens no short cut. */
  readonly minor: boolean
  readonly act: 'going on' | 'cleared' | 'out of sight'
  readonly nowMs: number
  /** States entered so far, oldest first, each with its details. */
  readonly past: readonly { readonly to: AlertState; readonly details: Readonly<Record<string, string>> }[]
  readonly register: Register
  /** People who must keep out of this alert [R57]. */
  readonly recused: ReadonlySet<string>
  /** Whether a notice of this id was brought; asked for only when a transition names one. */
  readonly delivered: (persuasionId: string) => boolean
  /** What a case would lack, in words; asked for only then. */
  readonly lacking: (details: Readonly<Record<string, string>>) => readonly string[]
}

export interface TransitionWish {
  readonly to: string
  readonly actor: Actor
  readonly reasonCode?: string | undefined
  readonly details?: Readonly<Record<string, string>> | undefined
}

const TIERS: readonly HandlingTier[] = ['SERVICE', 'MANAGEMENT', 'ENFORCEMENT']

/** Throws ALERT_TRANSITION_REFUSED with the reason; returns the state that may be entered. */
export function admitTransition(eventId: string, wish: TransitionWish, facts: TransitionFacts): AlertState {
  const from = facts.past.at(-1)!.to
  const refuse = (reason: string) =>
    fault('ALERT_TRANSITION_REFUSED', { event: eventId, from, to: wish.to, reason })

  if (!isAlertState(wish.to)) throw refuse('there is no such state')
  const next = successors(from, facts)
  if (!next.includes(wish.to)) {
    throw refuse(next.length > 0 ? `only ${next.join(', ')} may follow` : 'nothing follows')
  }
  // Who may suspend may take up again, and what the state asked for was given when it was entered first.
  const resumed = from === 'SUSPENDED' && wish.to !== 'REVOKED'
  const { owners, needs }: StateRule = ALERT_LIFECYCLE[resumed ? 'SUSPENDED' : wish.to]
  if (!owners.some((owner) => wish.actor.roles.includes(owner))) {
    throw refuse(`only ${owners.join(' or ')} may enter it, not ${wish.actor.roles.join(', ')}`)
  }
  const unfit = unfitness(wish.actor, facts) ?? beyondRank(wish.to, wish.actor, facts)
  if (unfit !== null) throw refuse(unfit)
  for (const need of resumed ? [] : needs) {
    const missing = missingFor(need, wish, facts)
    if (missing !== null) throw refuse(missing)
  }
  const tier = wish.to === 'CLOSED' ? wish.details?.['tierUsed'] : undefined
  if (tier !== undefined && !(TIERS as readonly string[]).includes(tier)) {
    throw refuse(`tierUsed is none of ${TIERS.join(', ')}`)
  }
  return wish.to
}

/** The rank that counts: the register's, else the one of the login. */
export function rankOf(actor: Actor, { register, nowMs }: Pick<TransitionFacts, 'register' | 'nowMs'>) {
  return register.rankOf(actor.id, nowMs) ?? actor.rank ?? null
}

/** Why this person may change nothing at all about this alert; null when he may. */
export function unfitness(
  actor: Actor,
  facts: Pick<TransitionFacts, 'register' | 'nowMs' | 'recused'>,
): string | null {
  if (facts.recused.has(actor.id)) return `${actor.id} is recused from this alert`
  return rankOf(actor, facts) === 'AUDITOR' ? 'an auditor changes nothing' : null
}

function beyondRank(to: AlertState, actor: Actor, facts: TransitionFacts): string | null {
  if (rankOf(actor, facts) !== 'AUXILIARY') return null
  if (to === 'PERSUADING' || (to === 'REJECTED' && facts.minor)) return null
  return to === 'REJECTED'
    ? 'auxiliary staff dismiss nothing above G1'
    : `auxiliary staff, or an officer without a certificate in force, may not enter ${to}`
}

/** Entries that anybody on duty may make; the rest is a certified officer's, a dispatcher's or the platform's. */
const ANYBODY = ['RECUSED', 'MAJOR_INCIDENT', 'MAJOR_RECEIVED']

/** Why this person may not make an entry of the kind; null when he may. */
export function beyondEntry(
  kind: string,
  state: AlertState,
  actor: Actor,
  facts: TransitionFacts,
): string | null {
  if (kind === 'REGRADED' && (state === 'CLOSED' || state === 'ARCHIVED')) return 'it is closed'
  const auxiliary = rankOf(actor, facts) === 'AUXILIARY' && !ANYBODY.includes(kind)
  return auxiliary ? 'auxiliary staff, or an officer without a certificate in force, may not' : null
}

/** From a suspension, work goes on where it stood. */
function successors(from: AlertState, facts: TransitionFacts): readonly string[] {
  const { to } = ALERT_LIFECYCLE[from]
  const before = from === 'SUSPENDED' && facts.past.findLast((entry) => entry.to !== 'SUSPENDED')
  return before ? [before.to, ...to] : to
}

/** Why the guard does not hold; null when it does. */
function missingFor(need: Need, wish: TransitionWish, facts: TransitionFacts): string | null {
  const entered = (...states: AlertState[]) => facts.past.some(({ to }) => states.includes(to))
  switch (need) {
    case 'reasonCode':
      return missingReason(wish)
    case 'certNo':
      return missingCertificate(wish, facts)
    case 'approvedBy':
      return missingApproval(wish, facts)
    case 'deadlineAt':
    case 'reviewAt':
      return missingTime(need, wish, facts)
    case 'deadline passed':
      // Whoever corrects early has corrected [R15]: an act that is over is looked at once more at once.
      if (facts.act !== 'going on') return null
      return facts.nowMs >= lastDeadlineMs(facts) ? null : 'the deadline to correct has not passed'
    case 'clear confirmed':
      return notClear(wish, facts)
    case 'still there':
      return facts.act === 'going on' ? null : `the act is ${facts.act}, nobody sees it persist`
    case 'verified':
      return entered('VERIFIED') ? null : 'no person has verified it'
    case 'not verified yet':
      return entered('VERIFIED') ? 'a person has verified it already' : null
    case 'warned and re-checked':
      if (!facts.minor || (entered('PERSUADING', 'AUTO_PERSUADING') && entered('PERSISTING'))) return null
      return 'a minor act needs a notice and a re-check first'
    case 'complete': {
      const lacking = facts.lacking(wish.details ?? {})
      return lacking.length === 0 ? null : `the case is not complete: ${lacking.join('; ')}`
    }
    case 'education recorded':
      if (wish.details?.['educationRef'] || entered('PERSUADING', 'AUTO_PERSUADING')) return null
      return 'no education is recorded: neither a notice nor educationRef'
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

/** An order is a certified officer's, checked on the day it is given [R53]. */
function missingCertificate({ details }: TransitionWish, facts: TransitionFacts): string | null {
  const certNo = details?.['certNo']
  if (!certNo) return 'certNo is missing'
  const holder = facts.register.holderOf(certNo)
  if (holder !== null && facts.recused.has(holder.personId)) return `${holder.personId} is recused`
  return facts.register.faultOfCertificate(certNo, facts.nowMs)
}

/** Whoever puts a case off may not approve it himself [R72]. */
function missingApproval({ details, actor }: TransitionWish, facts: TransitionFacts): string | null {
  const approver = details?.['approvedBy']
  if (!approver) return 'approvedBy is missing'
  if (approver === actor.id) return 'nobody approves his own suspension'
  const rank = facts.register.rankOf(approver, facts.nowMs)
  const unfit = facts.recused.has(approver) || rank === 'AUXILIARY' || rank === 'AUDITOR'
  return unfit ? `${approver} may not approve it` : null
}

function missingTime(need: 'deadlineAt' | 'reviewAt', wish: TransitionWish, facts: TransitionFacts) {
  const atMs = Date.parse(wish.details?.[need] ?? '')
  if (Number.isNaN(atMs)) return `the time ${need} is missing`
  if (atMs > facts.nowMs) return null
  // Spoken to before a person had verified it: the time to correct began with the notice, not with the verdict.
  const running = need === 'deadlineAt' && facts.delivered(wish.details?.['persuasionId'] ?? '')
  return running ? null : `${need} lies in the past`
}

/** The box says so only of what it saw clear; a person may have seen it where the box lost sight. */
function notClear({ actor }: TransitionWish, { act }: TransitionFacts): string | null {
  if (act === 'going on') return 'the act still goes on'
  const seenByPerson = actor.roles.includes('person')
  return act === 'cleared' || seenByPerson ? null : 'the act is out of sight, which is not cleared'
}

function lastDeadlineMs(facts: TransitionFacts): number {
  const notice = facts.past.findLast(({ to }) => to === 'PERSUADING' || to === 'AUTO_PERSUADING')
  return Date.parse(notice?.details['deadlineAt'] ?? '') || 0
}
