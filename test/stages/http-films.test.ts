/** Links between recordings and alerts, as people see and change them over HTTP. */
import { expect, test } from 'vitest'
import type { BodyCamRecording } from '../../devices/bodycam/recording.ts'
import { RecordingStore } from '../../devices/bodycam/store.ts'
import { startServer, Visitor } from './http-fixture.ts'
import { act } from './office-fixture.ts'

interface Told {
  now: {
    recordingId: string
    state: string
    by: string
    reasons: { code: string; en: string; zh: string }[]
  }[]
  records: { state: string; by: string; reason: string; score: number }[]
}

async function setUp() {
  const running = await startServer()
  const { eventId } = running.desk.raise(act('a', 0, 20))
  const { startedAt: startAt, endedAt: endAt } = running.desk.get(eventId)!.event
  const recording = {
    ...{ recordingId: 'r-1', status: 'ACCEPTED', deviceSerial: 'DSJ-1', personId: 'p-1', sha256: 'ab' },
    ...{ startAt, endAt, deviceClockOffsetMs: 0, coPresentOfficerIds: [], evidenceCap: 'CANDIDATE' },
    ...{ capReasons: [], linkedEventIds: [], file: 'none' },
  } as unknown as BodyCamRecording
  const upload = {
    uploadId: 'u-1',
    file: 'none',
    bytes: 1,
    metadata: {},
    channel: 'DOCK',
    by: 'dock',
  } as const
  new RecordingStore(running.database).add(recording, upload)
  running.office.films.offer('r-1')
  const said = async (visitor: Visitor, verb: string, recordingId = 'r-1', reason = 'seen in it') =>
    (await visitor.send('POST', `/api/v1/alerts/${eventId}/recordings/${recordingId}/${verb}`, { reason }))
      .status
  const read = async (visitor: Visitor, path: string) => (await (await visitor.get(path)).json()) as Told
  return { ...running, eventId, said, read }
}

test('[R61] an officer links and unlinks with a reason; all of it stays readable, in both languages', async () => {
  const running = await setUp()
  const { eventId, said, read } = running
  const officer = await Visitor.as(running, 'OFFICER')
  expect(await said(officer, 'link')).toBe(200)
  const { now } = await read(officer, `/api/v1/alerts/${eventId}/recordings`)
  expect(now).toMatchObject([{ recordingId: 'r-1', state: 'LINKED' }])
  expect(now[0]!.reasons).toContainEqual({
    ...{ code: 'PLACE_UNKNOWN', en: 'no place to compare', zh: '没有可比对的位置' },
  })
  expect(await said(officer, 'unlink', 'r-1', 'another street')).toBe(200)
  const { records } = await read(officer, '/api/v1/recordings/r-1/alerts')
  expect(records.map(({ state, reason }) => [state, reason])).toEqual([
    ['LINKED', 'seen in it'],
    ['UNLINKED', 'another street'],
  ])
  const trace = await (await officer.get(`/api/v1/alerts/${eventId}/trace`)).json()
  expect((trace as { recordings: unknown[] }).recordings).toHaveLength(2)
  const auditor = await Visitor.as(running, 'AUDITOR')
  const { entries } = (await (await auditor.get('/api/v1/audit')).json()) as { entries: { action: string }[] }
  expect(entries.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['recording.link', 'recording.unlink']),
  )
})

test('[R49] auxiliary staff may not; what is not there is refused by its code', async () => {
  const running = await setUp()
  const auxiliary = await Visitor.as(running, 'AUXILIARY')
  expect(await running.said(auxiliary, 'link')).toBe(403)
  const officer = await Visitor.as(running, 'OFFICER')
  expect(await running.said(officer, 'unlink')).toBe(409)
  expect(await running.said(officer, 'link', 'r-9')).toBe(409)
  expect((await officer.get('/api/v1/alerts/none/recordings')).status).toBe(404)
  expect((await officer.get('/api/v1/recordings/none/alerts')).status).toBe(404)
})
