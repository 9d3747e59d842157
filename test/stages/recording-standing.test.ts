/** What a recording is worth by who made it, and what lifts a limit: named, shown by an own recording, confirmed. */
import { expect, test } from 'vitest'
import type { BodyCamPerson, BodyCamRecording } from '../../devices/bodycam/recording.ts'
import { judgedAgain } from '../../devices/bodycam/rejudge.ts'
import { standingOf } from '../../devices/bodycam/standing.ts'
import { REASON_WORDS } from '../../gateway/evidence/quality/words.ts'
import { isoTime } from '../../gateway/kit/clock.ts'
import { AUXILIARY, MINUTE_MS, record, recordAlone, SECONDS } from './bodycam-fixture.ts'
import { startServer } from './http-fixture.ts'

const OFFICER: BodyCamPerson = {
  ...{ personId: 'p-1', name: '王', role: 'OFFICER', certNo: 'C1' },
  ...{ certValidFrom: '2026-01-01', certValidTo: '2026-06-30' },
}
const HELPER: BodyCamPerson = { personId: 'p-2', name: '李', role: 'AUXILIARY' }
const EXACT = { offsetMs: 0, uncertaintyMs: 50 }

function judged(at: string, person: BodyCamPerson | null, more: object = {}) {
  return standingOf({
    details: { roleAtRecording: person?.role ?? 'OFFICER', coPresent: [] },
    ...{ person, people: [OFFICER, HELPER], startMs: Date.parse(at), offsetMinutes: 480 },
    ...{ clock: EXACT, extra: [], ...more },
  })
}

/** Days are those of the street, whatever offset a time is written in. */
test.each([
  ['the first second of the first day', '2025-12-31T16:00:00Z', true],
  ['the last second before it', '2025-12-31T15:59:59Z', false],
  ['the last second of the last day', '2026-06-30T15:59:59Z', true],
  ['the first second after it', '2026-06-30T16:00:00Z', false],
  ['written with an offset of its own', '2026-07-01T03:00:00+12:00', true],
])('[R53, R54] a certificate is in force on the day of the recording: %s', (_, at, isValid) => {
  const { certValid, rank, capReasons, evidenceCap } = judged(at, OFFICER)
  expect({ certValid, rank, capReasons, evidenceCap }).toEqual(
    isValid
      ? { certValid: true, rank: 'OFFICER', capReasons: [], evidenceCap: 'CANDIDATE' }
      : {
          ...{ certValid: false, rank: 'AUXILIARY', evidenceCap: 'LEAD' },
          capReasons: ['CERTIFICATE_NOT_IN_FORCE'],
        },
  )
})

const NOON = '2026-03-02T12:00:00+08:00'

test.each([
  ['never checked', null, ['CLOCK_UNCHECKED']],
  ['a second off at most', { offsetMs: 1_000, uncertaintyMs: 10 }, []],
  ['more than a second off', { offsetMs: -1_001, uncertaintyMs: 10 }, ['CLOCK_OFF']],
  ['checked too long ago', { offsetMs: 0, uncertaintyMs: 1_001 }, ['CLOCK_CHECK_OLD']],
])('a clock %s', (_, clock, reasons) => {
  expect(judged(NOON, OFFICER, { clock }).capReasons).toEqual(reasons)
})

test('other limits stay when an officer lifts those that hang on who recorded, and each has words', () => {
  const beside = { details: { roleAtRecording: 'AUXILIARY', coPresent: ['p-1', 'p-1', 'p-2'] } }
  const standing = judged(NOON, HELPER, { ...beside, clock: null, extra: ['PEOPLE_STALE'] })
  expect(standing).toMatchObject({
    capReasons: ['CLOCK_UNCHECKED', 'PEOPLE_STALE'],
    capLifts: [{ code: 'OFFICER_NAMED', personId: 'p-1', name: '王', lifted: ['AUXILIARY_ALONE'] }],
  })
  expect(standing.capLifts).toHaveLength(1)
  const said = [...standing.capReasons, 'AUXILIARY_ALONE', 'BODYCAM_OUTSIDE_DUTY', 'BODYCAM_OUT_OF_SERVICE']
  expect(said.filter((reason) => !(reason in REASON_WORDS))).toEqual([])
})

test('[R48] nobody vouches for himself, nor somebody whose certificate has run out', () => {
  const alone = { details: { roleAtRecording: 'OFFICER', coPresent: ['p-1'] } }
  expect(judged('2026-07-02T12:00:00+08:00', OFFICER, alone)).toMatchObject({
    ...{ capReasons: ['CERTIFICATE_NOT_IN_FORCE'], capLifts: [] },
  })
})

const ago = (minutes: number, moreMs = 0) => isoTime(Date.now() - minutes * MINUTE_MS + moreMs)
const PLACE = { lon: '121.480300', lat: '31.236300' }
const NEAR = { lon: '121.480900', lat: '31.236300' } // 57 m
const FAR = { lon: '121.482300', lat: '31.236300' } // 190 m

/** The officer's own recording comes second or first. */
test.each([
  ['second', false],
  ['first', true],
])(
  '[R48] an officer’s own recording of the same time lifts the limit, when it comes %s',
  async (_, isFirst) => {
    const running = await startServer()
    const startAt = ago(10)
    const officer = () => record(running, { startAt, ...NEAR })
    const early = isFirst ? await officer() : null
    const limited = await recordAlone(running, { startAt, ...PLACE })
    const { recordingId: officersId } = early ?? (await officer())
    const lifted = running.recordings.get(limited.recordingId)!
    expect(lifted).toMatchObject({
      ...{ evidenceCap: 'CANDIDATE', capReasons: [], coPresentOfficerIds: ['p-1'] },
      capLifts: [
        {
          code: 'PAIRED_RECORDING',
          personId: 'p-1',
          recordingId: officersId,
          lifted: ['AUXILIARY_ALONE'],
          from: limited.startAt,
        },
      ],
    })
    expect(running.recordings.get(officersId)).toMatchObject({ capLifts: [], evidenceCap: 'CANDIDATE' })
  },
)

test.each([
  ['elsewhere', { ...FAR }],
  ['at another time', { startAt: ago(11) }],
  ['before it, by a second more than it lasts', { startAt: ago(10, -(SECONDS + 1) * 1000) }],
  ['by an auxiliary', { ...AUXILIARY, deviceSerial: 'DSJ-0003', userNo: '310004' }],
  ['with a certificate that has run out', { deviceSerial: 'DSJ-0003', userNo: '310003' }],
  ['by a clock that nobody checked', { clockOffsetMs: '' }],
  ['in quarantine', { deviceSerial: 'DSJ-9999' }],
  ['by the same recorder', { deviceSerial: 'DSJ-0002' }],
])('[R48] a recording %s lifts nothing', async (_, details) => {
  const bodycams = ['1', '2', '3'].map((one) => ({ id: `bc-${one}`, serial: `DSJ-000${one}` }))
  const people = [{ personId: 'p-4', name: '孙', badgeNo: '310004', role: 'AUXILIARY' }]
  const running = await startServer({ devices: { bodycams }, people })
  const startAt = ago(10)
  const limited = await recordAlone(running, { startAt, ...PLACE })
  const { clockOffsetMs = '120', ...rest }: Record<string, string> = details
  const clock = clockOffsetMs === '' ? {} : { clockOffsetMs }
  await record(running, { startAt, ...PLACE, ...rest, ...clock }, clockOffsetMs === '')
  expect(running.recordings.list(10)).toHaveLength(2)
  expect(running.recordings.get(limited.recordingId)).toMatchObject({
    ...{ evidenceCap: 'LEAD', capReasons: ['AUXILIARY_ALONE'], capLifts: [] },
  })
})

test('[R48, R53] an officer who was there confirms it afterwards, certified then and now', async () => {
  const own = { certNo: 'C5', certValidTo: '2099-12-31' }
  const officer = { name: '周', role: 'OFFICER', ...own }
  const people = [
    { personId: 'p-5', ...officer, badgeNo: '310005', certValidFrom: '2020-01-01' },
    { personId: 'p-6', ...officer, certNo: 'C6', certValidFrom: isoTime(Date.now()).slice(0, 10) },
  ]
  const running = await startServer({ people })
  const { recordingId } = await recordAlone(running, { startAt: ago(2 * 24 * 60) })
  const { desk } = running.bodycams
  const confirm = (by: string) => () => desk.confirmPresence({ recordingId, by, reason: '当时在场' })
  const refused = (code: string) => expect.objectContaining({ code })
  expect(confirm('p-3'), 'run out').toThrow(refused('PRESENCE_NOT_CERTIFIED'))
  expect(confirm('p-6'), 'not yet then').toThrow(refused('PRESENCE_NOT_CERTIFIED'))
  expect(confirm('somebody')).toThrow(refused('PRESENCE_NOT_CERTIFIED'))
  expect(confirm('310005')()).toMatchObject({ evidenceCap: 'CANDIDATE', capReasons: [] })
  expect(running.recordings.get(recordingId)).toMatchObject({
    coPresentOfficerIds: ['p-5'],
    capLifts: [
      {
        code: 'OFFICER_CONFIRMED',
        personId: 'p-5',
        name: '周',
        reason: '当时在场',
        lifted: ['AUXILIARY_ALONE'],
      },
    ],
  })
  expect(confirm('p-1'), 'once is enough').toThrow(refused('PRESENCE_NOT_NEEDED'))
  expect(desk.get('DSJ-0002', 1).entries).toMatchObject([
    { by: 'p-5', facts: { action: 'PRESENCE_CONFIRMED' } },
  ])
})

test('[R48] who made a recording cannot vouch for it, and what is in quarantine is released first', async () => {
  const running = await startServer()
  const confirm = (recordingId: string, by: string) => () =>
    running.bodycams.desk.confirmPresence({ recordingId, by, reason: 'r' })
  const own = await record(running, { roleAtRecording: 'AUXILIARY' })
  expect(own.capReasons).toEqual(['AUXILIARY_ALONE'])
  expect(confirm(own.recordingId, 'p-1')).toThrow(expect.objectContaining({ code: 'PRESENCE_OWN' }))
  const held = await recordAlone(running, { deviceSerial: 'DSJ-9999' })
  expect(confirm(held.recordingId, 'p-1')).toThrow(expect.objectContaining({ code: 'PRESENCE_NOT_NEEDED' }))
})

test('[R64] a recording without an offset of its own takes what the dock measured', async () => {
  const running = await startServer()
  const { desk } = running.bodycams
  const t1 = Date.now() + 400
  const { exchange, t2, t3 } = desk.askClock('DSJ-0001', t1)
  desk.tellClock({ exchange, t4: t3 + 400, set: false, by: 'dock' })
  const recording = await record(running, {}, true)
  expect(recording).toMatchObject({ evidenceCap: 'CANDIDATE', capReasons: [] })
  expect(recording.deviceClockOffsetMs).toBe(Math.round((t1 - t2 + 400) / 2))
  const unchecked = await record(running, { deviceSerial: 'DSJ-0002' }, true)
  expect(unchecked).toMatchObject({ deviceClockOffsetMs: null, capReasons: ['CLOCK_UNCHECKED'] })
})

const P1 = { personId: 'p-1', name: '王', role: 'OFFICER', badgeNo: '310001', certNo: 'C1' }

/** What the platform says of the officer's certificate when it speaks again. */
test.each([
  ['is in force as before', '2099-12-31', 'CANDIDATE', []],
  ['had ended before the recording', '2026-01-31', 'LEAD', ['CERTIFICATE_NOT_IN_FORCE']],
])(
  '[R53, R55] by a list that was not synced in time: a lead until it is; the certificate %s',
  async (...row) => {
    const [, certValidTo, cap, reasons] = row
    const time = { nowMs: Date.now() }
    const running = await startServer({
      officeClock: { wallMs: () => time.nowMs, monotonicMs: () => time.nowMs },
    })
    const { people } = running.office
    people.sync([], 'platform')
    expect((await record(running)).capReasons).toEqual([])
    time.nowMs += 49 * 3_600_000
    const stale = await record(running)
    expect(stale).toMatchObject({ evidenceCap: 'LEAD', capReasons: ['PEOPLE_STALE'] })
    running.bodycams.peopleChanged()
    expect(running.recordings.get(stale.recordingId), 'still stale').toEqual(stale)
    people.sync([{ ...P1, certValidTo }], 'platform')
    running.bodycams.peopleChanged()
    const isValid = reasons.length === 0
    expect(running.recordings.get(stale.recordingId)).toMatchObject({
      ...{ evidenceCap: cap, capReasons: reasons, certValidAtRecording: isValid },
      rankAtRecording: isValid ? 'OFFICER' : 'AUXILIARY',
    })
  },
)

test('[R55] a list that was synced just before the box went down is judged by at the next start', async () => {
  const time = { nowMs: Date.now() }
  const officeClock = { wallMs: () => time.nowMs, monotonicMs: () => time.nowMs }
  const first = await startServer({ officeClock })
  first.office.people.sync([], 'platform')
  time.nowMs += 49 * 3_600_000
  const { recordingId } = await record(first)
  first.office.people.sync([], 'platform')
  expect(first.recordings.get(recordingId)?.capReasons).toEqual(['PEOPLE_STALE'])
  await first.close()
  const second = await startServer({ folder: first.folder, officeClock })
  expect(second.recordings.get(recordingId)?.capReasons).toEqual([])
})

test('[R48, R53] judged again: who had no certificate after all lifts nothing, who renewed his is an officer', () => {
  const base = { startAt: NOON, personId: 'p-2', roleAtRecording: 'AUXILIARY', rankAtRecording: 'AUXILIARY' }
  const lift = { code: 'OFFICER_NAMED', personId: 'p-1', name: '王', lifted: ['AUXILIARY_ALONE'] }
  const limits = { capReasons: ['PEOPLE_STALE'], capLifts: [lift], coPresentOfficerIds: ['p-1'] }
  const again = (recording: object, people: readonly BodyCamPerson[]) =>
    judgedAgain(recording as BodyCamRecording, people, 480)
  const beside = { ...base, ...limits }
  expect(again(beside, [HELPER, OFFICER])).toMatchObject({
    capReasons: [],
    capLifts: [lift],
    evidenceCap: 'CANDIDATE',
  })
  expect(again(beside, [HELPER, { ...OFFICER, certValidTo: '2026-03-01' }])).toMatchObject({
    ...{ capReasons: ['AUXILIARY_ALONE'], capLifts: [], coPresentOfficerIds: [], evidenceCap: 'LEAD' },
  })
  const renewed = {
    ...{ ...base, personId: 'p-1', roleAtRecording: 'OFFICER', coPresentOfficerIds: [] },
    capReasons: ['CERTIFICATE_NOT_IN_FORCE', 'PEOPLE_STALE'],
  }
  expect(again(renewed, [OFFICER])).toMatchObject({
    ...{ capReasons: [], rankAtRecording: 'OFFICER', certValidAtRecording: true, evidenceCap: 'CANDIDATE' },
  })
})
