/** What people say of an alert beside its state: grade, recusal, evidence status, major incident, a case. */
import { expect, test } from 'vitest'
import { admitEvidence, EVIDENCE_LIFECYCLE } from '../../gateway/alerts/evidence-status.ts'
import type { EvidenceStatus, ViolationEvent } from '../../gateway/violations/event.ts'
import { BOX, OFFICER, openDesk, PLATFORM, REGISTER, SEALED } from './desk-fixture.ts'
import { SAMPLE_WALL_MS, sampleEvent } from './sample-event.ts'

const end = (event: ViolationEvent, changes: Partial<ViolationEvent> = {}): ViolationEvent => ({
  ...event,
  ...{ revision: event.revision + 1, phase: 'END', detectionState: 'CLEARED' },
  endedAt: '2026-01-01T10:05:00.000+08:00',
  ...changes,
})
const EVIDENCE_CAPABLE = { evidence: SEALED, evidenceCaps: [], governanceMode: 'production' } as const

test('[R10] a person changes the grade with a reason; the judge goes on below it', () => {
  const { desk, messages } = openDesk()
  const { eventId } = desk.raise(sampleEvent('a'))
  const wish = { eventId, grade: 'G3', actor: OFFICER, commandId: 'c-1' }
  expect(() => desk.regrade(wish)).toThrow(/a reason is required/)
  expect(() => desk.regrade({ ...wish, grade: 'G7', note: 'x' })).toThrow(/no grade G7/)
  expect(desk.regrade({ ...wish, note: 'blocks the ramp' }).event).toMatchObject({
    ...{ revision: 2, grade: 'G3', handlingTier: 'ENFORCEMENT', phase: 'UPDATE' },
    gradeReasons: ['somebody is there to be spoken to', 'changed by officer-1'],
    gradeChange: {
      from: 'G1',
      by: 'officer-1',
      reason: 'blocks the ramp',
      at: '2026-01-01T10:03:20.000+08:00',
    },
  })
  expect(desk.regrade({ ...wish, note: 'again' }).revision, 'the same command').toBe(2)
  // The judge has new facts: they are told, the person's word stands.
  const next = { ...sampleEvent('a'), revision: 2, grade: 'G2' as const, gradeReasons: ['cluster of 7'] }
  expect(desk.raise(next)).toMatchObject({
    ...{ revision: 3, grade: 'G3', gradeReasons: ['cluster of 7', 'changed by officer-1'] },
    gradeChange: { from: 'G2', by: 'officer-1' },
  })
  expect(messages().map(({ grade }) => grade)).toEqual(['G1', 'G3', 'G3'])
  expect(desk.history(eventId).entries).toMatchObject([
    { kind: 'REGRADED', actor: { id: 'officer-1', rank: 'OFFICER' }, details: { from: 'G1', to: 'G3' } },
  ])
})

test('[R10] of several changes the last word stands, beside the facts of the box', () => {
  const { desk } = openDesk()
  const facts = { gradeReasons: ['cluster of 7'], gradeFacts: [{ code: 'CLUSTER', value: 7 }] }
  for (const known of [facts, { gradeReasons: facts.gradeReasons }]) {
    const { eventId } = desk.raise(sampleEvent(JSON.stringify(known), known))
    desk.regrade({ eventId, grade: 'G3', note: 'a', actor: OFFICER })
    desk.regrade({ eventId, grade: 'G2', note: 'b', actor: PLATFORM })
    const { event } = desk.declareMajor({ eventId, note: 'a fight', actor: PLATFORM })
    expect(event.gradeReasons).toEqual(['cluster of 7', 'major incident: a fight'])
    expect(event.gradeFacts!.map(({ code }) => code).at(-1)).toBe('MAJOR_INCIDENT')
    expect([event.grade, event.gradeChange?.from]).toEqual(['G4', 'G1'])
  }
})

test.each([
  ['helper', /auxiliary staff/],
  ['expired', /auxiliary staff/],
  ['auditor', /changes nothing/],
])('[R49, R53, R98] %s changes no grade', (id, refusal) => {
  const { desk } = openDesk()
  const { eventId } = desk.raise(sampleEvent('a'))
  const actor = { id, roles: ['person', 'platform'] } as const
  expect(() => desk.regrade({ eventId, grade: 'G3', note: 'x', actor })).toThrow(refusal)
  expect(desk.history(eventId).entries).toEqual([])
})

test('[R57] who is recused changes nothing about this alert, and all about another', () => {
  const { desk } = openDesk()
  const [a, b] = [desk.raise(sampleEvent('a')).eventId, desk.raise(sampleEvent('b')).eventId]
  desk.recuse({ eventId: a, personId: 'officer-1', actor: PLATFORM, note: 'a relative' })
  const review = { verdict: 'VERIFIED', by: 'officer-1' } as const
  expect(() => desk.review({ ...review, eventId: a, commandId: 'c-1' })).toThrow(/officer-1 is recused/)
  expect(desk.review({ ...review, eventId: b, commandId: 'c-2' }).state).toBe('VERIFIED')
  const helper = { id: 'helper', roles: ['person'] } as const
  expect(() => desk.recuse({ eventId: b, personId: 'officer-1', actor: helper })).toThrow(
    /nobody but themselves/,
  )
  desk.recuse({ eventId: b, personId: 'helper', actor: helper })
  expect(desk.get(a)!.revision, 'whom it concerns is nobody else’s business').toBe(1)
})

test('[R48, R53] past the candidate go only two certified officers, and no cap', () => {
  const { desk } = openDesk()
  const { eventId } = desk.raise(sampleEvent('a', EVIDENCE_CAPABLE))
  const to = (status: string, reviewers: string[] = [], actor: typeof PLATFORM | typeof BOX = PLATFORM) =>
    desk.judgeEvidence({ eventId, to: status, actor, reviewers }).event.evidenceStatus
  const both = ['officer-1', 'officer-2']
  expect(() => to('EVIDENCE', both)).toThrow(/only EVIDENCE_CANDIDATE may follow/)
  expect(to('EVIDENCE_CANDIDATE')).toBe('EVIDENCE_CANDIDATE')
  expect(() => to('REVIEWED_PASS', both, BOX)).toThrow(/only platform may say so/)
  expect(() => to('REVIEWED_PASS', ['officer-1', 'officer-1'])).toThrow(/2 reviewers are needed/)
  expect(() => to('REVIEWED_PASS', ['officer-1', '0001'])).toThrow(/2 reviewers are needed/)
  expect(() => to('REVIEWED_PASS', ['officer-1', 'expired'])).toThrow(/expired is no officer/)
  expect(() => to('REVIEWED_PASS', ['officer-1', 'helper'])).toThrow(/helper is no officer/)
  expect(() => to('REVIEWED_FAIL', both)).toThrow(/a reason code is required/)
  expect([to('REVIEWED_PASS', both), to('EVIDENCE', both)]).toEqual(['REVIEWED_PASS', 'EVIDENCE'])
  // The judge knows nothing of it and says LEAD.
  const event = sampleEvent('a', EVIDENCE_CAPABLE)
  expect(desk.raise(end(event)).evidenceStatus).toBe('EVIDENCE')
  expect(desk.history(eventId).entries.map(({ details }) => [details['from'], details['to']])).toEqual([
    ['LEAD', 'EVIDENCE_CANDIDATE'],
    ['EVIDENCE_CANDIDATE', 'REVIEWED_PASS'],
    ['REVIEWED_PASS', 'EVIDENCE'],
  ])
})

test('[R48] the table of evidence status: whatever it does not name is refused, for everybody', () => {
  const facts = {
    caps: [],
    sealed: true,
    nowMs: SAMPLE_WALL_MS,
    register: REGISTER,
    recused: new Set<string>(),
  }
  const statuses = Object.keys(EVIDENCE_LIFECYCLE) as EvidenceStatus[]
  for (const status of statuses) {
    for (const to of statuses) {
      for (const role of ['box', 'person', 'platform'] as const) {
        const wish = { to, roles: [role], reasonCode: 'x', reviewers: ['officer-1', 'officer-2'] }
        const { owners } = EVIDENCE_LIFECYCLE[to]
        const legal = EVIDENCE_LIFECYCLE[status].to.includes(to) && owners.includes(role)
        const admit = () => admitEvidence('e', wish, { ...facts, status })
        if (legal) expect(admit()).toBe(to)
        else expect(admit, `${status} → ${to} by ${role}`).toThrow(/cannot go from/)
      }
    }
  }
  // The domain's line: nobody but the platform is past the candidate.
  for (const past of ['REVIEWED_PASS', 'REVIEWED_FAIL', 'EVIDENCE'] as const) {
    expect(EVIDENCE_LIFECYCLE[past].owners).toEqual(['platform'])
    expect(EVIDENCE_LIFECYCLE[past].needs).toContain('two certified reviewers')
  }
})

test('[R48] a cap keeps a record a lead, and one that turns up later brings a candidate back', () => {
  const { desk } = openDesk()
  const candidate = (eventId: string) =>
    desk.judgeEvidence({ eventId, to: 'EVIDENCE_CANDIDATE', actor: PLATFORM }).event.evidenceStatus
  const capped = desk.raise(sampleEvent('a', { ...EVIDENCE_CAPABLE, evidenceCaps: ['AUXILIARY_ALONE'] }))
  expect(() => candidate(capped.eventId)).toThrow(/held back by AUXILIARY_ALONE/)
  const bare = desk.raise(sampleEvent('b', { ...EVIDENCE_CAPABLE, evidence: null }))
  expect(() => candidate(bare.eventId)).toThrow(/no sealed package/)
  const { eventId } = desk.raise(sampleEvent('c', EVIDENCE_CAPABLE))
  expect(candidate(eventId)).toBe('EVIDENCE_CANDIDATE')
  const found = desk.raise(end(sampleEvent('c', EVIDENCE_CAPABLE), { evidenceCaps: ['INTEGRITY_FAILED'] }))
  expect(found.evidenceStatus).toBe('LEAD')
  expect(desk.history(eventId).entries.at(-1)).toMatchObject({
    ...{ kind: 'EVIDENCE_STATUS', actor: { id: 'box' }, reasonCode: 'INTEGRITY_FAILED' },
    details: { from: 'EVIDENCE_CANDIDATE', to: 'LEAD' },
  })
})

test('[R80] a major incident is told upward one step after the other, each with its receipt', () => {
  const { desk } = openDesk()
  const { eventId } = desk.raise(sampleEvent('a'))
  expect(() => desk.tellMajor({ eventId, tellTo: 'chief', actor: PLATFORM })).toThrow(/no major incident/)
  expect(() => desk.declareMajor({ eventId, actor: PLATFORM })).toThrow(/a reason is required/)
  expect(desk.declareMajor({ eventId, actor: PLATFORM, note: 'a fight' }).event).toMatchObject({
    ...{ grade: 'G4', gradeReasons: ['somebody is there to be spoken to', 'major incident: a fight'] },
    majorIncident: { by: 'seat', reason: 'a fight', told: [] },
  })
  desk.tellMajor({ eventId, tellTo: 'leader', actor: PLATFORM })
  expect(() => desk.tellMajor({ eventId, tellTo: 'chief', actor: PLATFORM })).toThrow(
    /leader has not said that he knows/,
  )
  const says = (id: string) => desk.receiveMajor({ eventId, actor: { id, roles: ['person'] } })
  expect(() => says('chief')).toThrow(/chief was not told/)
  says('leader')
  const { event } = desk.tellMajor({ eventId, tellTo: 'chief', actor: PLATFORM })
  expect(event.majorIncident!.told.map(({ to, receivedAt }) => [to, receivedAt !== null])).toEqual([
    ['leader', true],
    ['chief', false],
  ])
})

const CASE = {
  ...{ evidence: SEALED, governanceMode: 'production', grade: 'G1' },
} as const satisfies Partial<ViolationEvent>
const TO_ORDERED = ['VERIFIED', 'PERSUADING', 'RECHECKING', 'PERSISTING', 'DISPATCHED', 'ON_SITE', 'ORDERED']

test('[R35] a case that lacks nothing may be suggested', () => {
  const { desk, lead } = openDesk()
  const { eventId } = desk.raise(sampleEvent('a', CASE))
  expect(lead(eventId, ...TO_ORDERED, 'CASE_SUGGESTED', 'FILED', 'CLOSED')).toMatchObject({
    ...{ state: 'CLOSED', event: { tierUsed: 'ENFORCEMENT' } },
  })
})

test('[R35] one that lacks something is told all of it at once', () => {
  const { desk, lead } = openDesk({ basisInForce: () => false, notices: () => [] })
  const lacking = {
    evidence: null,
    evidenceCaps: ['CLOCK_OFF'],
    objects: [{ class: 'unknown', role: 'goods' }],
  }
  const { eventId } = desk.raise(sampleEvent('a', { ...lacking, grade: 'G1' } as Partial<ViolationEvent>))
  lead(eventId, ...TO_ORDERED)
  expect(() => lead(eventId, 'CASE_SUGGESTED')).toThrow(
    /time: .*; act: .*test mode.*; actor: .*; basis: .*; notice: .*; integrity: /,
  )
  expect(desk.get(eventId)!.state, 'nothing has changed').toBe('ORDERED')
})

test('[R6] to call it graver is no way round the notice', () => {
  const { desk, lead } = openDesk()
  const { eventId } = desk.raise(sampleEvent('a', CASE))
  lead(eventId, 'VERIFIED', 'DISPATCHED', 'ON_SITE', 'ORDERED')
  desk.regrade({ eventId, grade: 'G3', note: 'said the driver', actor: PLATFORM })
  expect(() => lead(eventId, 'CASE_SUGGESTED')).toThrow(/a minor act needs a notice and a re-check first/)
})

test('[R35] of a graver act the order is the notice, and somebody looks again', () => {
  const { desk, lead } = openDesk()
  const { eventId } = desk.raise(sampleEvent('a', { ...CASE, grade: 'G3' }))
  lead(eventId, 'VERIFIED', 'DISPATCHED', 'ON_SITE', 'ORDERED')
  const suggest = (details: Record<string, string>) =>
    desk.transition({ eventId, to: 'CASE_SUGGESTED', actor: PLATFORM, details }).state
  expect(() => suggest({})).toThrow(/not complete: re-check: nobody has seen it persist/)
  expect(suggest({ recheckItemId: 'i-7' })).toBe('CASE_SUGGESTED')
})

test.each([
  [['VERIFIED', 'PERSUADING', 'RECHECKING', 'SELF_CORRECTED', 'CLOSED'], 'SERVICE'],
  [['VERIFIED', 'DISPATCHED', 'ON_SITE', 'CORRECTED', 'CLOSED'], 'MANAGEMENT'],
  [['VERIFIED', 'DISPATCHED', 'ON_SITE', 'ORDERED', 'CORRECTED', 'CLOSED'], 'ENFORCEMENT'],
  [['REJECTED', 'CLOSED'], undefined],
])('[R10] %s used the tier %s', (states, tierUsed) => {
  const { desk, lead } = openDesk()
  const event = sampleEvent('a')
  desk.raise(event)
  desk.raise(end(event))
  expect(lead(event.eventId, ...states).event.tierUsed).toBe(tierUsed)
})

test('[R5, R6] what policy speaks to waits as detected, then is persuaded without a verdict', () => {
  const { desk, lead } = openDesk({ autoPersuades: ({ grade }) => grade === 'G1' })
  const { eventId, alertState } = desk.raise(sampleEvent('a'))
  expect(alertState).toBe('DETECTED')
  expect(desk.raise(sampleEvent('b', { grade: 'G2' })).alertState).toBe('PENDING_REVIEW')
  expect(() => lead(eventId, 'VERIFIED')).toThrow(/only PENDING_REVIEW, AUTO_PERSUADING/)
  lead(eventId, 'AUTO_PERSUADING', 'RECHECKING', 'PERSISTING')
  expect(() => lead(eventId, 'DISPATCHED')).toThrow(/no person has verified it/)
  expect(lead(eventId, 'PENDING_REVIEW', 'VERIFIED', 'DISPATCHED').state).toBe('DISPATCHED')
  expect(desk.notices(eventId)).toMatchObject([{ persuasionId: 'n-1' }])
})
