import { expect, test } from 'vitest'
import {
  type Actor,
  ALERT_LIFECYCLE,
  ALERT_STATES,
  type AlertState,
  admitTransition,
  isAlertState,
  type TransitionFacts,
} from '../../gateway/alerts/lifecycle.ts'
import { reasonOf } from '../../gateway/kit/errors.ts'
import type { Grade } from '../../gateway/violations/event.ts'

const NOW_MS = Date.parse('2026-01-01T12:00:00+08:00')
const ACTORS: Record<string, Actor> = {
  box: { id: 'box', roles: ['box'] },
  person: { id: 'p-1', roles: ['person'] },
  platform: { id: 'p-1', roles: ['person', 'platform'] },
}
/** Everything a guard could ask for. */
const DETAILS = {
  deadlineAt: '2026-01-01T11:00:00+08:00',
  reviewAt: '2026-01-08T11:00:00+08:00',
  afterItemId: 'after-1',
  unitId: 'unit-1',
  recordingId: 'rec-1',
  certNo: 'cert-1',
  approvedBy: 'p-2',
  caseNo: 'case-1',
}

function past(...states: AlertState[]): TransitionFacts['past'] {
  return states.map((to) => ({ to, details: { deadlineAt: DETAILS.deadlineAt } }))
}

/** path, who, which details are given, reason code; then the refusal's words, or '' when admitted. */
function attempt(
  path: AlertState[],
  to: string,
  who: string,
  details: Partial<typeof DETAILS> = DETAILS,
  { reasonCode = 'NOT_A_VIOLATION', grade = 'G2' as Grade, actOver = true, nowMs = NOW_MS } = {},
): string {
  try {
    const facts = { grade, actOver, nowMs, past: past(...path) }
    const wish = { to, actor: ACTORS[who]!, details: details as Record<string, string>, reasonCode }
    return admitTransition('e', wish, facts) === to ? '' : 'admitted as something else'
  } catch (error) {
    return reasonOf(error)
  }
}

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
        expect(attempt([from], to, who) === '', `${from} → ${to} by ${who}`).toBe(named && owned)
      }
    }
  }
})

const GUARDS: [why: string, refused: string, says: RegExp][] = [
  [
    'a dismissal gives a reason',
    attempt(['PENDING_REVIEW'], 'REJECTED', 'person', {}, { reasonCode: '' }),
    /reason code is required/,
  ],
  [
    'of the closed list',
    attempt(['PENDING_REVIEW'], 'REJECTED', 'person', {}, { reasonCode: 'BORED' }),
    /BORED is none of/,
  ],
  ['the box does not verify', attempt(['PENDING_REVIEW'], 'VERIFIED', 'box'), /only person may enter it/],
  ['a person does not dispatch', attempt(['VERIFIED'], 'DISPATCHED', 'person'), /only platform may enter it/],
  ['persuasion sets a deadline', attempt(['VERIFIED'], 'PERSUADING', 'box', {}), /deadlineAt is missing/],
  [
    're-check waits for it',
    attempt(
      ['VERIFIED', 'PERSUADING'],
      'RECHECKING',
      'box',
      {},
      { nowMs: NOW_MS - 7_200_000, actOver: false },
    ),
    /has not passed/,
  ],
  [
    'but not for somebody who has corrected early [R15]',
    attempt(
      ['VERIFIED', 'PERSUADING'],
      'RECHECKING',
      'box',
      {},
      { nowMs: NOW_MS - 7_200_000, actOver: true },
    ),
    /^$/,
  ],
  [
    'no self-correction while it goes on',
    attempt(['RECHECKING'], 'SELF_CORRECTED', 'box', DETAILS, { actOver: false }),
    /still goes on/,
  ],
  [
    'nor without the picture after',
    attempt(['RECHECKING'], 'SELF_CORRECTED', 'box', {}),
    /afterItemId is missing/,
  ],
  ['an order needs a certificate', attempt(['ON_SITE'], 'ORDERED', 'person', {}), /certNo is missing/],
  [
    'no case from a minor act without notice',
    attempt(['ORDERED'], 'CASE_SUGGESTED', 'platform', {}, { grade: 'G1' }),
    /a notice and a re-check first/,
  ],
  [
    'a notice that was heeded is not enough',
    attempt(['PERSUADING', 'ORDERED'], 'CASE_SUGGESTED', 'platform', {}, { grade: 'G1' }),
    /re-check first/,
  ],
  [
    'notice and re-check are',
    attempt(['PERSUADING', 'PERSISTING', 'ORDERED'], 'CASE_SUGGESTED', 'platform', {}, { grade: 'G1' }),
    /^$/,
  ],
  [
    'suspension names who and until when',
    attempt(['DISPATCHED'], 'SUSPENDED', 'platform', { approvedBy: 'p-2' }),
    /reviewAt is missing/,
  ],
  [
    'and leads back to where it stood',
    attempt(['RECHECKING', 'SUSPENDED'], 'RECHECKING', 'platform', {}),
    /^$/,
  ],
  [
    'and nowhere else',
    attempt(['RECHECKING', 'SUSPENDED'], 'CLOSED', 'platform'),
    /only RECHECKING, REVOKED may follow/,
  ],
  ['a closed alert is only archived', attempt(['CLOSED'], 'VERIFIED', 'person'), /only ARCHIVED may follow/],
  ['what is archived stays', attempt(['ARCHIVED'], 'CLOSED', 'platform'), /nothing follows/],
  ['unknown words', attempt(['DETECTED'], 'constructor', 'box'), /there is no such state/],
]
for (const [why, refused, says] of GUARDS) {
  test(`guard: ${why}`, () => expect(refused).toMatch(says))
}
