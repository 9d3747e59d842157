/**
 * What the simulated platform asks for, told as the states that it hears; `!` after a state: the act is over by then.
 *
 *     command      review  persuade  →STATE
 */
import { expect, test } from 'vitest'
import { type Alert, CaseBook, type Step } from '../../simulators/platform/case-book.ts'

const HABITS = { verdict: 'VERIFIED', noticesMax: 2, certNo: 'Z-1', awaitsProof: false } as const
const NOTICES = 'PERSUADING RECHECKING PERSISTING'

function told(revision: number, word: string): Alert {
  const [, alertState = '', over] = /^(\w+)(!)?$/.exec(word) ?? []
  return {
    ...{ eventId: 'e-1', revision, alertState, phase: over ? 'END' : revision === 1 ? 'START' : 'UPDATE' },
    ...{ ruleId: 'street-vending', cameraId: 'cam-1', title: '', durationSec: 1, box: [0, 0, 1, 1] },
    evidence: null,
  }
}

const wordOf = (step: Step | null) =>
  step === null ? [] : [step.command === 'disposition' ? `→${step.args['to']}` : step.command]

test.each([
  [
    '[R15] leaves at the first notice',
    'PENDING_REVIEW VERIFIED PERSUADING RECHECKING! SELF_CORRECTED! CLOSED!',
    'review →CLOSED',
  ],
  [
    'leaves at the second',
    `PENDING_REVIEW VERIFIED ${NOTICES} PERSUADING RECHECKING! SELF_CORRECTED!`,
    'review persuade →CLOSED',
  ],
  [
    '[R6] leaves when ordered, after two notices',
    `PENDING_REVIEW VERIFIED ${NOTICES} ${NOTICES} DISPATCHED ON_SITE ORDERED ORDERED! CORRECTED! CLOSED!`,
    'review persuade →DISPATCHED →ON_SITE →ORDERED →CORRECTED →CLOSED',
  ],
  [
    'over before anybody spoke',
    'PENDING_REVIEW VERIFIED VERIFIED! DISPATCHED! ON_SITE! CORRECTED!',
    'review →DISPATCHED →ON_SITE →CORRECTED →CLOSED',
  ],
  [
    'the box sees it go while somebody is on the way',
    'PENDING_REVIEW VERIFIED! DISPATCHED! ON_SITE!',
    'review →DISPATCHED →ON_SITE →CORRECTED',
  ],
  [
    'nothing that is not its turn',
    'DETECTED PERSUADING RECHECKING SUSPENDED EXPIRED TRANSFERRED! ARCHIVED!',
    '',
  ],
])('%s', (_, states, asked) => {
  const book = new CaseBook(HABITS)
  const steps = states.split(' ').flatMap((word, i) => wordOf(book.take(told(i + 1, word))))
  expect(steps.join(' ')).toBe(asked)
})

test('a wrong suspicion is rejected, and closed when the act is over', () => {
  const book = new CaseBook({ ...HABITS, verdict: 'REJECTED' })
  expect(book.take(told(1, 'PENDING_REVIEW'))?.args).toMatchObject({
    verdict: 'REJECTED',
    reasonCode: 'NOT_A_VIOLATION',
  })
  expect(book.take(told(2, 'REJECTED'))).toBeNull()
  expect(wordOf(book.take(told(3, 'REJECTED!')))).toEqual(['→CLOSED'])
})

test('old revisions and repetitions ask for nothing', () => {
  const book = new CaseBook(HABITS)
  expect(book.take(told(4, 'PENDING_REVIEW'))).not.toBeNull()
  expect(book.take(told(4, 'PENDING_REVIEW'))).toBeNull()
  expect(book.take(told(3, 'PERSISTING'))).toBeNull()
  expect(book.take(told(5, 'PENDING_REVIEW'))).toBeNull()
  expect(book.statesOf('e-1')).toEqual(['PENDING_REVIEW'])
  expect(book.statesOf('e-2')).toEqual([])
})

test('[R61] it waits for the proof: a recording before on site, the cleared place before corrected', () => {
  const book = new CaseBook({ ...HABITS, awaitsProof: true })
  expect(book.take(told(1, 'DISPATCHED'))).toBeNull()
  expect(book.noteRecording('r-1').map(({ args }) => args['details'])).toEqual([{ recordingId: 'r-1' }])
  expect(book.noteRecording('r-2')).toEqual([])
  expect(book.take(told(2, 'ON_SITE'))?.args).toMatchObject({ to: 'ORDERED', details: { certNo: 'Z-1' } })
  expect(book.take(told(3, 'ORDERED!'))).toBeNull()
  expect(book.noteAfter('e-1', '04-after')?.args).toMatchObject({ details: { afterItemId: '04-after' } })
  expect(book.noteAfter('e-2', '04-after')).toBeNull()
})

test('what persists is left to others where it is told so', () => {
  const book = new CaseBook({ ...HABITS, noticesMax: null })
  expect(book.take(told(1, 'PERSISTING'))).toBeNull()
})

test('where nobody can be spoken to, somebody is sent', () => {
  const book = new CaseBook(HABITS)
  const step = book.take(told(1, 'PERSISTING'))!
  expect(wordOf(step)).toEqual(['persuade'])
  expect(wordOf(book.noteRefusal(step))).toEqual(['→DISPATCHED'])
  expect(book.noteRefusal({ command: 'review', args: { eventId: 'e-1' } })).toBeNull()
})
