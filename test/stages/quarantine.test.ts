/** Into quarantine by the ledger, and out of it by people: nothing is lost, what was wrong stays readable. */
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { BodyCamRecording } from '../../devices/bodycam/recording.ts'
import { isoTime } from '../../gateway/kit/clock.ts'
import { MINUTE_MS, record, recordAlone, SECONDS } from './bodycam-fixture.ts'
import { type Running, startServer } from './http-fixture.ts'

const ago = (minutes: number) => isoTime(Date.now() - minutes * MINUTE_MS)
const shift = ({ bodycams: { desk } }: Running, from: number, to: number | null, person = 'p-2') => {
  desk.checkOut('DSJ-0002', 'keeper', { to: person, at: ago(from), note: '' })
  if (to !== null) desk.checkIn('DSJ-0002', 'keeper', { at: ago(to), note: '' })
}
const codeOf = ({ status, quarantine }: BodyCamRecording) => quarantine?.code ?? status

/** Shifts and recordings in minutes before now; the margin is 15. */
test.each([
  ['inside the shift', [60, 5], 40, 'ACCEPTED'],
  ['brought back not yet', [60, null], 40, 'ACCEPTED'],
  ['within the margin before it', [60, 5], 74, 'ACCEPTED'],
  ['before it', [60, 5], 76, 'BODYCAM_OUTSIDE_DUTY'],
  ['within the margin after it', [120, 60], 46, 'ACCEPTED'],
  ['after it', [120, 60], 44, 'BODYCAM_OUTSIDE_DUTY'],
] as const)('[R63] a recording %s', async (_, [from, to], started, code) => {
  const running = await startServer()
  shift(running, from, to)
  const recording = await recordAlone(running, { startAt: ago(started) })
  expect(codeOf(recording)).toBe(code)
  expect(running.analysed).toHaveLength(code === 'ACCEPTED' ? 1 : 0)
})

test('[R63] a recording while somebody else had the recorder, or after the planned end', async () => {
  const running = await startServer()
  shift(running, 120, 60, 'p-2')
  running.bodycams.desk.checkOut('DSJ-0002', 'keeper', { to: 'p-3', at: ago(59), until: ago(40), note: '' })
  const other = await recordAlone(running, { startAt: ago(90), userNo: '310003' })
  expect(other.quarantine).toMatchObject({
    code: 'BODYCAM_OUTSIDE_DUTY',
    en: expect.stringContaining('it was with p-2'),
    zh: expect.stringContaining('由 p-2 持有'),
  })
  expect(codeOf(await recordAlone(running, { startAt: ago(20), userNo: '310003' }))).toBe(
    'BODYCAM_OUTSIDE_DUTY',
  )
  expect(codeOf(await recordAlone(running, { startAt: ago(50), userNo: '310003' }))).toBe('ACCEPTED')
})

test('[R63] a recorder that was never handed out is asked for a shift only where that is required', async () => {
  expect(codeOf(await recordAlone(await startServer()))).toBe('ACCEPTED')
  const strict = await startServer({ devices: { ledger: { duty: 'required' } } })
  expect(codeOf(await recordAlone(strict))).toBe('BODYCAM_OUTSIDE_DUTY')
})

test.each(['RETIRED', 'LOST'] as const)('[R62] a recorder that is %s: kept in quarantine', async (status) => {
  const running = await startServer()
  running.bodycams.desk.maintain('DSJ-0002', 'keeper', { kind: 'STATUS', status, reason: 'x' })
  const recording = await recordAlone(running)
  expect(recording).toMatchObject({ status: 'QUARANTINED', quarantine: { code: 'BODYCAM_OUT_OF_SERVICE' } })
  expect(recording.file).toContain('/quarantine/')
})

test('[R62] released by a person it goes on, and what was wrong stays readable and limits it', async () => {
  const running = await startServer()
  shift(running, 120, 100, 'p-3')
  const held = await record(running, { deviceSerial: 'DSJ-0002', startAt: ago(20) })
  const [recordingId, bytes] = [held.recordingId, readFileSync(held.file)]
  running.bodycams.desk.release({ recordingId, by: 'legal', reason: '值班表漏记' })
  await running.recordings.settled()
  const released = running.recordings.get(recordingId)!
  expect(released).toMatchObject({
    ...{ status: 'ACCEPTED', quarantine: null, sha256: held.sha256, personId: 'p-1' },
    ...{ evidenceCap: 'LEAD', capReasons: ['BODYCAM_OUTSIDE_DUTY'] },
    quarantineHistory: [
      {
        ...{ action: 'RELEASED', code: 'BODYCAM_OUTSIDE_DUTY', by: 'legal', reason: '值班表漏记' },
        ...{ en: held.quarantine!.en, zh: held.quarantine!.zh },
      },
    ],
  })
  expect([released.file.includes('/accepted/'), readFileSync(released.file).equals(bytes)]).toEqual([
    true,
    true,
  ])
  expect(running.analysed.map((one) => one.recordingId)).toEqual([recordingId])
  expect(running.bodycams.desk.get('DSJ-0002', 1).entries).toMatchObject([
    {
      kind: 'RECORDING',
      by: 'legal',
      facts: { recordingId, action: 'RELEASED', code: 'BODYCAM_OUTSIDE_DUTY' },
    },
  ])
  const again = () => running.bodycams.desk.release({ recordingId, by: 'legal', reason: 'x' })
  expect(again).toThrow(expect.objectContaining({ code: 'RECORDING_NOT_QUARANTINED' }))
})

test('[R62] a release excuses the one fault that was seen: another one holds it again', async () => {
  const running = await startServer()
  const held = await record(running, { deviceSerial: 'DSJ-9999', userNo: '999' })
  expect(codeOf(held)).toBe('BODYCAM_UNREGISTERED')
  const release = async () => {
    running.bodycams.desk.release({ recordingId: held.recordingId, by: 'legal', reason: 'r' })
    await running.recordings.settled()
    return running.recordings.get(held.recordingId)!
  }
  expect(codeOf(await release())).toBe('BODYCAM_USER_MISMATCH')
  expect(await release()).toMatchObject({
    ...{ status: 'ACCEPTED', personId: null, rankAtRecording: 'AUXILIARY', evidenceCap: 'LEAD' },
    capReasons: ['AUXILIARY_ALONE', 'BODYCAM_UNREGISTERED', 'BODYCAM_USER_MISMATCH'],
  })
})

test('[R49, R53] an officer whose certificate has run out lets nothing out', async () => {
  const running = await startServer()
  const { recordingId } = await record(running, { deviceSerial: 'DSJ-9999' })
  for (const by of ['p-3', '310002']) {
    const wish = { recordingId, by, reason: 'r' }
    expect(() => running.bodycams.desk.release(wish)).toThrow(
      expect.objectContaining({ code: 'ROLE_NOT_ALLOWED' }),
    )
  }
  expect(running.recordings.get(recordingId)?.status).toBe('QUARANTINED')
})

test('what nobody could see is not released: details that are none', async () => {
  const running = await startServer()
  const { recordingId } = await record(running, { startAt: 'this morning' })
  const release = () => running.bodycams.desk.release({ recordingId, by: 'legal', reason: 'r' })
  expect(release).toThrow(expect.objectContaining({ code: 'RECORDING_NOT_RELEASABLE' }))
})

test('[R62] examined once more when the register was corrected, by a person or at the next start', async () => {
  const first = await startServer()
  const held = await record(first, { deviceSerial: 'DSJ-0009' })
  first.bodycams.desk.reexamine({ recordingId: held.recordingId, by: 'keeper', reason: '台账已更正' })
  await first.recordings.settled()
  expect(codeOf(first.recordings.get(held.recordingId)!), 'nothing was corrected').toBe(
    'BODYCAM_UNREGISTERED',
  )
  expect(first.recordings.get(held.recordingId)?.capReasons).toEqual(['BODYCAM_UNREGISTERED'])
  await first.close()

  const bodycams = [{ id: 'bc-9', serial: 'DSJ-0009' }]
  const second = await startServer({ folder: first.folder, devices: { bodycams } })
  await second.recordings.settled()
  const taken = second.recordings.get(held.recordingId)!
  expect(taken).toMatchObject({ status: 'ACCEPTED', evidenceCap: 'CANDIDATE', capReasons: [] })
  expect(taken.quarantineHistory?.map(({ action, by }) => `${action} ${by}`)).toEqual([
    ...['RE_EXAMINED keeper', 'RE_EXAMINED box'],
  ])
})

test('what is purged, or was looked at too often, is left alone when the register is corrected', async () => {
  const first = await startServer()
  const [purged, tired] = [
    await record(first, { deviceSerial: 'DSJ-0009' }),
    await record(first, { deviceSerial: 'DSJ-0009' }),
  ]
  await first.recordings.purge(purged.recordingId)
  const again = () =>
    first.bodycams.desk.reexamine({ recordingId: tired.recordingId, by: 'keeper', reason: 'r' })
  for (let step = 0; step < 16; step++) {
    again()
    await first.recordings.settled()
  }
  expect(again).toThrow(expect.objectContaining({ code: 'RECORDING_NOT_RELEASABLE' }))
  await first.close()
  const bodycams = [{ id: 'bc-9', serial: 'DSJ-0009' }]
  const second = await startServer({ folder: first.folder, devices: { bodycams } })
  await second.recordings.settled()
  expect(second.recordings.list(9).map(codeOf)).toEqual(['BODYCAM_UNREGISTERED', 'BODYCAM_UNREGISTERED'])
})

test('a file that is not as it arrived is never let in', async () => {
  const running = await startServer()
  const held = await record(running, { deviceSerial: 'DSJ-9999' })
  const bytes = readFileSync(held.file)
  bytes[bytes.length - 1]! ^= 1
  writeFileSync(held.file, bytes)
  const { desk } = running.bodycams
  desk.release({ recordingId: held.recordingId, by: 'legal', reason: 'r' })
  await running.recordings.settled()
  const kept = running.recordings.get(held.recordingId)!
  expect([codeOf(kept), kept.sha256]).toEqual(['BODYCAM_BYTES_CHANGED', held.sha256])
  const again = () => desk.release({ recordingId: held.recordingId, by: 'legal', reason: 'r' })
  expect(again).toThrow(expect.objectContaining({ code: 'RECORDING_NOT_RELEASABLE' }))
})

test('the length of the film counts: one that begins in time and goes on too long is outside', async () => {
  const running = await startServer({ devices: { ledger: { handOverMin: 0 } } })
  const begins = Date.now() - 60 * MINUTE_MS
  const iso = (ms: number) => isoTime(begins + ms)
  running.bodycams.desk.checkOut('DSJ-0002', 'keeper', { to: 'p-2', at: iso(0), note: '' })
  running.bodycams.desk.checkIn('DSJ-0002', 'keeper', { at: iso(60_000), note: '' })
  const inTime = await recordAlone(running, { startAt: iso(60_000 - SECONDS * 1000 - 500) })
  const tooLong = await recordAlone(running, { startAt: iso(60_000 - SECONDS * 1000 + 500) })
  expect([codeOf(inTime), codeOf(tooLong)]).toEqual(['ACCEPTED', 'BODYCAM_OUTSIDE_DUTY'])
})
