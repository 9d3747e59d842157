import { expect, test } from 'vitest'
import { type Actor, admitTransition, type TransitionFacts } from '../../gateway/alerts/admission.ts'
import { isMinor } from '../../gateway/alerts/grading.ts'
import {
  ALERT_LIFECYCLE,
  ALERT_STATES,
  type AlertState,
  isAlertState,
} from '../../gateway/alerts/lifecycle.ts'
import { type DeskPerson, Register } from '../../gateway/alerts/people.ts'
import { reasonOf } from '../../gateway/kit/errors.ts'
import type { Grade } from '../../gateway/violations/event.ts'

const NOW_MS = Date.parse('2026-01-01T12:00:00+08:00')
const ACTORS: Record<string, Actor> = {
  box: { id: 'box', roles: ['box'] },
  person: { id: 'p-1', roles: ['person'] },
  platform: { id: 'p-1', roles: ['person', 'platform'] },
}
const PEOPLE: DeskPerson[] = [
  {
    personId: 'p-1',
    role: 'OFFICER',
    certNo: 'cert-1',
    certValidFrom: '2024-01-01',
    certValidTo: '2026-12-31',
  },
  { personId: 'p-2', role: 'LEGAL' },
  { personId: 'late', role: 'OFFICER', certNo: 'cert-late', certValidTo: '2025-12-31' },
  {
    personId: 'helper',
    badgeNo: '0042',
    role: 'AUXILIARY',
    certNo: 'cert-helper',
    certValidTo: '2026-12-31',
  },
  { personId: 'auditor', role: 'AUDITOR' },
]
const REGISTER = new Register(
  () => PEOPLE,
  () => 480,
)
/** Everything a guard could ask for. */
const DETAILS = {
  persuasionId: 'n-1',
  deadlineAt: '2026-01-01T12:30:00+08:00',
  filingNo: '2026-7',
  reviewAt: '2026-01-08T11:00:00+08:00',
  afterItemId: 'after-1',
  unitId: 'unit-1',
  recordingId: 'rec-1',
  certNo: 'cert-1',
  approvedBy: 'p-2',
  caseNo: 'case-1',
  educationRef: 'talk-1',
}

function past(...states: AlertState[]): TransitionFacts['past'] {
  return states.map((to) => ({ to, details: { deadlineAt: '2026-01-01T11:00:00+08:00' } }))
}

/** path, who, which details are given, reason code; then the refusal's words, or '' when admitted. */
function attempt(
  path: AlertState[],
  to: string,
  who: string,
  details: Partial<typeof DETAILS> = DETAILS,
  {
    reasonCode = 'NOT_A_VIOLATION',
    grade = 'G2' as Grade,
    act = null as TransitionFacts['act'] | null,
    nowMs = NOW_MS,
    lacking = [] as string[],
    recused = [] as string[],
    delivered = false,
  } = {},
): string {
  try {
    const facts: TransitionFacts = {
      ...{ grade, minor: isMinor(grade), nowMs, past: past(...path), register: REGISTER },
      act: act ?? (to === 'PERSISTING' ? 'going on' : 'cleared'),
      ...{ recused: new Set(recused), lacking: () => lacking, delivered: () => delivered },
    }
    const actor = ACTORS[who] ?? { id: who, roles: ['person', 'platform'] }
    const wish = { to, actor, details: details as Record<string, string>, reasonCode }
    return admitTransition('e', wish, facts) === to ? '' : 'admitted as something else'
  } catch (error) {
    return reasonOf(error)
  }
}

/** The table of the domain, written down once more by hand: owner, and what may follow. */
const DOMAIN: Record<string, [owners: string, to: string]> = {
  DETECTED: ['box', 'PENDING_REVIEW AUTO_PERSUADING'],
  PENDING_REVIEW: ['box platform', 'VERIFIED REJECTED EXPIRED'],
  REJECTED: ['person', 'CLOSED'],
  VERIFIED: ['person', 'PERSUADING DISPATCHED TRANSFERRED'],
  PERSUADING: ['box person', 'RECHECKING'],
  RECHECKING: ['box', 'SELF_CORRECTED PERSISTING'],
  SELF_CORRECTED: ['box person', 'CLOSED'],
  PERSISTING: ['box', 'PERSUADING DISPATCHED'],
  DISPATCHED: ['platform', 'ON_SITE RETURNED'],
  ON_SITE: ['platform', 'ORDERED CORRECTED'],
  ORDERED: ['person', 'CORRECTED CASE_SUGGESTED'],
  CORRECTED: ['person', 'CLOSED'],
  CASE_SUGGESTED: ['platform', 'FILED NOT_FILED'],
  NO_PENALTY: ['platform', 'CLOSED'],
  TRANSFERRED: ['platform', 'CLOSED'],
  REVOKED: ['platform', 'CLOSED'],
  EXPIRED: ['box', ''],
}
/** What this house adds, each with its reason in the table's comments. */
const ADDED: Record<string, string> = {
  // What was spoken to by policy goes to a person when the box can say no more.
  RECHECKING: 'PENDING_REVIEW',
  PERSISTING: 'PENDING_REVIEW',
  CASE_SUGGESTED: 'NO_PENALTY',
  EXPIRED: 'VERIFIED REJECTED',
}

test('[R74] owners and successors are those of the domain, and what is added is named', () => {
  const words = (text: string) => text.split(' ').filter(Boolean).sort()
  for (const [name, [owners, to]] of Object.entries(DOMAIN)) {
    const rule = ALERT_LIFECYCLE[name as AlertState]
    const anyTime: readonly string[] = ['SUSPENDED', 'REVOKED']
    const follows = (rule.to as readonly string[]).filter((next) => !anyTime.includes(next))
    expect([name, [...rule.owners].sort()]).toEqual([name, words(owners)])
    expect([name, [...follows].sort()]).toEqual([name, words(`${to} ${ADDED[name] ?? ''}`)])
  }
})

test('every state that may follow exists, every state can be reached, every path ends in CLOSED', () => {
  const reached = new Set<string>(['DETECTED'])
  for (const from of reached) {
    for (const to of ALERT_LIFECYCLE[from as AlertState].to) {
      expect(isAlertState(to), `${from} → ${to}`).toBe(true)
      reached.add(to)
    }
  }
  expect([...reached].sort()).toEqual([...ALERT_STATES].sort())
  for (const start of ALERT_STATES) {
    if (start === 'ARCHIVED') continue
    const ahead = new Set<string>([start])
    for (const from of ahead) for (const to of ALERT_LIFECYCLE[from as AlertState].to) ahead.add(to)
    expect(ahead.has('CLOSED'), `${start} can be closed`).toBe(true)
  }
})

test('the table is the law: whatever it does not name is refused, from every state, for everybody', () => {
  for (const from of ALERT_STATES) {
    if (from === 'SUSPENDED') continue
    for (const to of ALERT_STATES) {
      const named = (ALERT_LIFECYCLE[from].to as readonly string[]).includes(to)
      for (const who of Object.keys(ACTORS)) {
        const owned = ALERT_LIFECYCLE[to].owners.some((owner) => ACTORS[who]!.roles.includes(owner))
        // A person has looked, before people are sent.
        const path: AlertState[] = to === 'DISPATCHED' ? ['VERIFIED', from] : [from]
        const fits = !(from === 'VERIFIED' && to === 'PENDING_REVIEW')
        expect(attempt(path, to, who) === '', `${from} → ${to} by ${who}`).toBe(named && owned && fits)
      }
    }
  }
})

const GUARDS: [why: string, refused: string, says: RegExp][] = [
  [
    '[R75, R76] a dismissal gives a reason',
    attempt(['PENDING_REVIEW'], 'REJECTED', 'person', {}, { reasonCode: '' }),
    /reason code is required/,
  ],
  [
    '[R75] of the closed list',
    attempt(['PENDING_REVIEW'], 'REJECTED', 'person', {}, { reasonCode: 'BORED' }),
    /BORED is none of/,
  ],
  ['the box does not verify', attempt(['PENDING_REVIEW'], 'VERIFIED', 'box'), /only person may enter it/],
  ['a person does not dispatch', attempt(['VERIFIED'], 'DISPATCHED', 'person'), /only platform may enter it/],
  [
    'nobody is sent before a person has looked',
    attempt(['AUTO_PERSUADING', 'PERSISTING'], 'DISPATCHED', 'platform'),
    /no person has verified it/,
  ],
  [
    'what the box spoke to by itself goes to a person',
    attempt(['AUTO_PERSUADING', 'PERSISTING'], 'PENDING_REVIEW', 'box'),
    /^$/,
  ],
  [
    'who has looked need not look again',
    attempt(['VERIFIED', 'PERSUADING', 'PERSISTING'], 'PENDING_REVIEW', 'box'),
    /verified it already/,
  ],
  ['persuasion names its notice', attempt(['VERIFIED'], 'PERSUADING', 'box', {}), /persuasionId is missing/],
  [
    'and sets a deadline',
    attempt(['VERIFIED'], 'PERSUADING', 'box', { persuasionId: 'n-1' }),
    /deadlineAt is missing/,
  ],
  [
    'that lies ahead',
    attempt(['VERIFIED'], 'PERSUADING', 'box', { ...DETAILS, deadlineAt: '2026-01-01T11:00:00+08:00' }),
    /lies in the past/,
  ],
  [
    'unless the notice was brought before the verdict',
    attempt(
      ['VERIFIED'],
      'PERSUADING',
      'box',
      { ...DETAILS, deadlineAt: '2026-01-01T11:00:00+08:00' },
      { delivered: true },
    ),
    /^$/,
  ],
  [
    're-check waits for it',
    attempt(
      ['VERIFIED', 'PERSUADING'],
      'RECHECKING',
      'box',
      {},
      { nowMs: NOW_MS - 7_200_000, act: 'going on' },
    ),
    /has not passed/,
  ],
  [
    '[R15] but not for somebody who has corrected early',
    attempt(
      ['VERIFIED', 'PERSUADING'],
      'RECHECKING',
      'box',
      {},
      { nowMs: NOW_MS - 7_200_000, act: 'cleared' },
    ),
    /^$/,
  ],
  [
    '[R15] no self-correction while it goes on',
    attempt(['RECHECKING'], 'SELF_CORRECTED', 'box', DETAILS, { act: 'going on' }),
    /still goes on/,
  ],
  [
    '[R15] out of sight is not cleared',
    attempt(['RECHECKING'], 'SELF_CORRECTED', 'box', DETAILS, { act: 'out of sight' }),
    /is not cleared/,
  ],
  [
    '[R15] a person may have seen it where the box could not',
    attempt(['RECHECKING'], 'SELF_CORRECTED', 'platform', DETAILS, { act: 'out of sight' }),
    /^$/,
  ],
  [
    '[R15] nor without the picture after',
    attempt(['RECHECKING'], 'SELF_CORRECTED', 'box', {}),
    /afterItemId is missing/,
  ],
  [
    'what is out of sight does not persist',
    attempt(['RECHECKING'], 'PERSISTING', 'box', {}, { act: 'out of sight' }),
    /nobody sees it persist/,
  ],
  ['[R53] an order needs a certificate', attempt(['ON_SITE'], 'ORDERED', 'person', {}), /certNo is missing/],
  [
    '[R53] of somebody the register knows',
    attempt(['ON_SITE'], 'ORDERED', 'person', { certNo: 'cert-9' }),
    /knows no officer/,
  ],
  [
    '[R53] of an officer, whatever auxiliary staff carry',
    attempt(['ON_SITE'], 'ORDERED', 'person', { certNo: 'cert-helper' }),
    /knows no officer/,
  ],
  [
    '[R53] that is in force on the day',
    attempt(['ON_SITE'], 'ORDERED', 'person', { certNo: 'cert-late' }),
    /cert-late is not in force/,
  ],
  [
    '[R53] an expired certificate makes an officer auxiliary',
    attempt(['PENDING_REVIEW'], 'VERIFIED', 'late'),
    /may not enter VERIFIED/,
  ],
  ['[R49] auxiliary staff do not verify', attempt(['PENDING_REVIEW'], 'VERIFIED', 'helper'), /may not enter/],
  ['[R49] known by badge too', attempt(['PENDING_REVIEW'], 'VERIFIED', '0042'), /may not enter/],
  ['[R49] nor order', attempt(['ON_SITE'], 'ORDERED', 'helper'), /may not enter/],
  ['[R49] nor suggest a case', attempt(['ORDERED'], 'CASE_SUGGESTED', 'helper'), /may not enter/],
  [
    '[R49] nor dismiss above G1',
    attempt(['PENDING_REVIEW'], 'REJECTED', 'helper', {}, { grade: 'G2' }),
    /dismiss nothing above G1/,
  ],
  [
    '[R49] they dismiss what is minor',
    attempt(['PENDING_REVIEW'], 'REJECTED', 'helper', {}, { grade: 'G1' }),
    /^$/,
  ],
  ['[R49] and persuade', attempt(['VERIFIED'], 'PERSUADING', 'helper'), /^$/],
  ['[R98] an auditor changes nothing', attempt(['PENDING_REVIEW'], 'VERIFIED', 'auditor'), /changes nothing/],
  [
    '[R57] who is recused keeps out',
    attempt(['PENDING_REVIEW'], 'VERIFIED', 'person', {}, { recused: ['p-1'] }),
    /p-1 is recused/,
  ],
  [
    '[R57] his certificate too',
    attempt(['ON_SITE'], 'ORDERED', 'p-2', { certNo: 'cert-1' }, { recused: ['p-1'] }),
    /p-1 is recused/,
  ],
  [
    '[R6] no case from a minor act without notice',
    attempt(['ORDERED'], 'CASE_SUGGESTED', 'platform', {}, { grade: 'G1' }),
    /a notice and a re-check first/,
  ],
  [
    '[R6] a notice that was heeded is not enough',
    attempt(['PERSUADING', 'ORDERED'], 'CASE_SUGGESTED', 'platform', {}, { grade: 'G1' }),
    /re-check first/,
  ],
  [
    '[R6] notice and re-check are',
    attempt(['PERSUADING', 'PERSISTING', 'ORDERED'], 'CASE_SUGGESTED', 'platform', {}, { grade: 'G1' }),
    /^$/,
  ],
  [
    '[R35] what a case lacks is said, all of it',
    attempt(['ORDERED'], 'CASE_SUGGESTED', 'platform', {}, { lacking: ['notice', 'integrity'] }),
    /not complete: notice; integrity/,
  ],
  [
    '[R17] no penalty without education',
    attempt(['FILED'], 'NO_PENALTY', 'platform', {}),
    /no education is recorded/,
  ],
  [
    '[R41] a transfer names the department',
    attempt(['VERIFIED'], 'TRANSFERRED', 'platform', {}),
    /unitId is missing/,
  ],
  [
    '[R41] and why',
    attempt(['VERIFIED'], 'TRANSFERRED', 'platform', DETAILS, { reasonCode: '' }),
    /reason code is required/,
  ],
  ['[R72] suspension gives its reason', suspended({}, ''), /reason code is required/],
  ['[R72] and its approver', suspended({ approvedBy: '' }), /approvedBy is missing/],
  ['[R72] who is somebody else', suspended({ approvedBy: 'p-1' }), /nobody approves his own/],
  ['[R72] and may', suspended({ approvedBy: 'helper' }), /helper may not approve/],
  ['[R72] its filing number', suspended({ filingNo: '' }), /filingNo is missing/],
  ['[R72] and until when', suspended({ reviewAt: '' }), /reviewAt is missing/],
  ['[R72] which lies ahead', suspended({ reviewAt: '2025-12-31T00:00:00+08:00' }), /lies in the past/],
  ['[R72] with all of it', suspended({}), /^$/],
  [
    'a suspension leads back to where it stood',
    attempt(['RECHECKING', 'SUSPENDED'], 'RECHECKING', 'platform', {}),
    /^$/,
  ],
  [
    'and nowhere else',
    attempt(['RECHECKING', 'SUSPENDED'], 'CLOSED', 'platform'),
    /only RECHECKING, REVOKED may follow/,
  ],
  [
    '[R10] a tier is one of three',
    attempt(['CORRECTED'], 'CLOSED', 'person', { tierUsed: 'QUOTA' } as never),
    /tierUsed is none of/,
  ],
  ['a closed alert is only archived', attempt(['CLOSED'], 'VERIFIED', 'person'), /only ARCHIVED may follow/],
  ['what is archived stays', attempt(['ARCHIVED'], 'CLOSED', 'platform'), /nothing follows/],
  ['unknown words', attempt(['DETECTED'], 'constructor', 'box'), /there is no such state/],
]
for (const [why, refused, says] of GUARDS) {
  test(`guard: ${why}`, () => expect(refused).toMatch(says))
}

function suspended(changes: Partial<typeof DETAILS>, reasonCode = 'KEY_CASE'): string {
  return attempt(['DISPATCHED'], 'SUSPENDED', 'platform', { ...DETAILS, ...changes }, { reasonCode })
}
