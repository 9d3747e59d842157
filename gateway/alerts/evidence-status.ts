/**
 * What the pictures are worth: the third state machine, kept apart from what is seen and from what people make of it.
 *
 *     LEAD 线索 ⇄ EVIDENCE_CANDIDATE 候选证据 ─▶ REVIEWED_PASS 审核通过 ─▶ EVIDENCE 证据
 *                        └────────────────────▶ REVIEWED_FAIL 审核不通过 ◀────┘
 *
 * The box makes leads. Past the candidate only the platform goes, by two certified reviewers [R48, R53]. A cap (device
 * not reviewed, auxiliary staff alone, clock, integrity, no authorisation) keeps a record below, whoever signs; one that
 * turns up later brings a candidate back down.
 */
import { fault } from '../kit/errors.ts'
import type { EvidenceStatus } from '../violations/event.ts'
import type { Owner } from './lifecycle.ts'
import type { Register } from './people.ts'

type EvidenceNeed = 'sealed' | 'uncapped' | 'two certified reviewers' | 'reasonCode'

interface EvidenceRule {
  readonly owners: readonly Owner[]
  readonly needs: readonly EvidenceNeed[]
  readonly to: readonly EvidenceStatus[]
}

const reviewed: readonly EvidenceNeed[] = ['sealed', 'uncapped', 'two certified reviewers']

export const EVIDENCE_LIFECYCLE: Record<EvidenceStatus, EvidenceRule> = {
  LEAD: { owners: ['box', 'platform'], needs: ['reasonCode'], to: ['EVIDENCE_CANDIDATE'] },
  EVIDENCE_CANDIDATE: {
    owners: ['box', 'platform'],
    needs: ['sealed', 'uncapped'],
    to: ['REVIEWED_PASS', 'REVIEWED_FAIL', 'LEAD'],
  },
  REVIEWED_PASS: { owners: ['platform'], needs: reviewed, to: ['EVIDENCE', 'REVIEWED_FAIL'] },
  REVIEWED_FAIL: { owners: ['platform'], needs: ['two certified reviewers', 'reasonCode'], to: [] },
  EVIDENCE: { owners: ['platform'], needs: reviewed, to: ['REVIEWED_FAIL'] },
}

const REVIEWERS_MIN = 2

export interface EvidenceFacts {
  readonly status: EvidenceStatus
  readonly caps: readonly string[]
  /** A package of it stands on disk, hashed and signed. */
  readonly sealed: boolean
  readonly nowMs: number
  readonly register: Register
  readonly recused: ReadonlySet<string>
}

export interface EvidenceWish {
  readonly to: string
  readonly roles: readonly Owner[]
  readonly reasonCode?: string | undefined
  /** Ids of the people who reviewed the record. */
  readonly reviewers?: readonly string[] | undefined
}

/** Throws EVIDENCE_STATUS_REFUSED with the reason; returns the status that may be entered. */
export function admitEvidence(eventId: string, wish: EvidenceWish, facts: EvidenceFacts): EvidenceStatus {
  const from = facts.status
  const refuse = (reason: string) =>
    fault('EVIDENCE_STATUS_REFUSED', { event: eventId, from, to: wish.to, reason })
  const next = EVIDENCE_LIFECYCLE[from].to
  const to = next.find((one) => one === wish.to)
  if (to === undefined)
    throw refuse(next.length > 0 ? `only ${next.join(', ')} may follow` : 'nothing follows')
  const { owners, needs } = EVIDENCE_LIFECYCLE[to]
  if (!owners.some((owner) => wish.roles.includes(owner)))
    throw refuse(`only ${owners.join(' or ')} may say so`)
  for (const need of needs) {
    const missing = missingFor(need, wish, facts)
    if (missing !== null) throw refuse(missing)
  }
  return to
}

function missingFor(need: EvidenceNeed, wish: EvidenceWish, facts: EvidenceFacts): string | null {
  switch (need) {
    case 'sealed':
      return facts.sealed ? null : 'no sealed package stands behind it'
    case 'uncapped':
      return facts.caps.length === 0 ? null : `held back by ${facts.caps.join(', ')}`
    case 'reasonCode':
      return wish.reasonCode ? null : 'a reason code is required'
    case 'two certified reviewers':
      return missingReviewers(new Set(wish.reviewers), facts)
  }
}

function missingReviewers(reviewers: ReadonlySet<string>, facts: EvidenceFacts): string | null {
  const { register, nowMs, recused } = facts
  // By one name: an id and the badge of one person are no two reviewers.
  const people = new Map([...reviewers].map((id) => [register.standing(id, nowMs)?.personId ?? id, id]))
  if (people.size < REVIEWERS_MIN) return `${REVIEWERS_MIN} reviewers are needed`
  for (const [personId, id] of people) {
    if (recused.has(id) || recused.has(personId)) return `${id} is recused from this alert`
    if (register.rankOf(id, nowMs) !== 'OFFICER') return `${id} is no officer with a certificate in force`
  }
  return null
}
