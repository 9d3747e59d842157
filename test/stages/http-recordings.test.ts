/** Recordings over HTTP: what comes in, what waits, one recording, its film byte by byte, and what people decide. */

import { readFileSync, rmSync, utimesSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { IntakeView } from '../../gateway/http/routes/recordings.ts'
import { isoTime } from '../../gateway/kit/clock.ts'
import { MINUTE_MS, record, recordAlone, SECONDS } from './bodycam-fixture.ts'
import { codeOf, type Running, startServer, Visitor } from './http-fixture.ts'

const intakeOf = async (visitor: Visitor) =>
  (await (await visitor.get('/api/v1/recordings/intake')).json()) as IntakeView
const TUS = { 'tus-resumable': '1.0.0' }
const text64 = (text: string) => Buffer.from(text).toString('base64')

/** Begins an upload of 1000 bytes and sends so many. */
async function beginUpload(running: Running, details: Record<string, string>, sent: number) {
  const name = `dock-${running.accounts.tokens.list().length}`
  const authorization = `Bearer ${running.accounts.issueToken(name, 'bodycam')}`
  const metadata = Object.entries(details).map(([key, value]) => `${key} ${text64(value)}`)
  const begun = await fetch(`${running.url}/bodycam/uploads`, {
    method: 'POST',
    headers: { authorization, ...TUS, 'upload-length': '1000', 'upload-metadata': metadata.join(',') },
  })
  const address = new URL(begun.headers.get('location')!, running.url)
  const send = (from: number, count: number) =>
    fetch(address, {
      method: 'PATCH',
      headers: {
        ...{ authorization, ...TUS, 'upload-offset': String(from) },
        'content-type': 'application/offset+octet-stream',
      },
      body: Buffer.alloc(count),
    })
  if (sent > 0) await send(0, sent)
  return { id: address.pathname.split('/').at(-1)!, name, send }
}

test('an upload under way: how much of how much, whose, and whether it still moves; a conflict is ahead', async () => {
  const running = await startServer()
  const officer = await Visitor.as(running, 'OFFICER')
  const details = { deviceSerial: 'DSJ-0001', userNo: '310001', filename: 'walk.mp4' }
  const { id, name, send } = await beginUpload(running, details, 400)
  await beginUpload(running, { deviceSerial: 'DSJ-0002', priority: 'CONFLICT' }, 0)
  const { uploads } = await intakeOf(officer)
  expect(uploads.count).toBe(2)
  expect(uploads.first).toMatchObject([
    { deviceSerial: 'DSJ-0002', arrivedBytes: 0, bytes: 1000, isIncident: true, isStalled: false },
    {
      ...{ way: 'TUS', by: name, deviceSerial: 'DSJ-0001', userNo: '310001', fileName: 'walk.mp4' },
      ...{ arrivedBytes: 400, bytes: 1000, isIncident: false, isStalled: false },
    },
  ])
  const longAgo = new Date(Date.now() - 2 * MINUTE_MS)
  utimesSync(join(running.folder, 'uploads', id), longAgo, longAgo)
  const stalled = (await intakeOf(officer)).uploads.first[1]!
  expect([stalled.isStalled, Date.parse(stalled.movedAt)]).toEqual([true, longAgo.getTime()])
  expect((await send(400, 600)).status).toBe(204)
  expect((await intakeOf(officer)).uploads.first.map(({ deviceSerial }) => deviceSerial)).toEqual([
    'DSJ-0002',
  ])
  expect((await (await Visitor.as(running, 'AUXILIARY')).get('/api/v1/recordings/intake')).status).toBe(403)
})

test('a form is under way while it comes, and gone when it breaks off', async () => {
  const running = await startServer()
  const officer = await Visitor.as(running, 'OFFICER')
  const authorization = `Bearer ${running.accounts.issueToken('dock-form', 'bodycam')}`
  const boundary = 'cut'
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n`
  const form = httpRequest(`${running.url}/bodycam/form`, {
    method: 'POST',
    headers: {
      authorization,
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': 1_000_000,
    },
  })
  form.on('error', () => {})
  onTestFinished(() => void form.destroy())
  form.write(head)
  form.write(Buffer.alloc(200_000))
  await vi.waitFor(async () =>
    expect((await intakeOf(officer)).uploads.first).toMatchObject([
      { way: 'FORM', by: 'dock-form', bytes: 1_000_000, arrivedBytes: expect.any(Number) },
    ]),
  )
  form.destroy()
  await vi.waitFor(async () => expect((await intakeOf(officer)).uploads.count).toBe(0))
})

test('[R66] a conflict is examined ahead of what came before it; what waits is told in its order', async () => {
  const running = await startServer()
  const officer = await Visitor.as(running, 'OFFICER')
  const order: string[] = []
  running.recordings.onChange(({ recordingId }) => void order.push(recordingId))
  const take = async (uploadId: string, metadata: Record<string, string>) =>
    (
      await running.recordings.take({
        ...{ uploadId, metadata, file: '/nowhere', bytes: 1, channel: 'DOCK', by: 'dock' },
      })
    ).recordingId
  const taken = [take('a', {}), take('b', {}), take('c', { priority: 'CONFLICT' })]
  const { examining } = running.recordings.queues()
  const ids = await Promise.all(taken)
  expect(examining.waiting).toEqual([ids[2], ...[ids[0]!, ids[1]!].sort()])
  await running.recordings.settled()
  expect(order).toEqual([ids[2], ...[ids[0]!, ids[1]!].sort()])
  expect(await intakeOf(officer)).toMatchObject({ examining: { count: 0 }, analysing: { count: 0 } })
})

test('the film comes as it lies, whole or in ranges, for a purpose; one look is one line of the log', async () => {
  const running = await startServer()
  const { recordingId, file } = await record(running)
  const bytes = readFileSync(file)
  const officer = await Visitor.as(running, 'OFFICER')
  const path = `/api/v1/recordings/${recordingId}/film`
  const silent = await officer.get(path)
  expect([silent.status, await codeOf(silent)]).toEqual([400, 'PURPOSE_MISSING'])
  const whole = await officer.get(`${path}?purpose=review`)
  expect(whole.headers.get('content-type')).toBe('video/mp4')
  expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true)
  const range = (header: string, purpose: string) =>
    officer.send('GET', `${path}?purpose=${purpose}`, undefined, { range: header })
  const part = await range('bytes=100-199', 'review')
  expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 100-199/${bytes.length}`])
  expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(100, 200))).toBe(true)
  await range('bytes=0-9', 'legal')
  expect((await officer.get(`${path}?purpose=review&copy=salvaged`)).status).toBe(404)
  const said = running.accessLog
    .list(10)
    .filter(({ action }) => action === 'recording.play')
    .map(({ outcome, purpose, object }) => `${outcome} ${purpose} ${object}`)
  expect(said).toEqual([
    `refused review ${recordingId}/salvaged`,
    `granted legal ${recordingId}/original`,
    `granted review ${recordingId}/original`,
    `refused  ${recordingId}/original`,
  ])
  expect((await (await Visitor.as(running, 'AUXILIARY')).get(`${path}?purpose=review`)).status).toBe(403)
  rmSync(file)
  expect((await officer.get(`${path}?purpose=review`)).status).toBe(404)
})

test('one recording, what lies before and after it of the same recorder, and never where it lies', async () => {
  const running = await startServer()
  const officer = await Visitor.as(running, 'OFFICER')
  const nowMs = Math.floor(Date.now() / 1000) * 1000
  const at = (minutes: number) => ({ startAt: isoTime(nowMs - minutes * MINUTE_MS), clockOffsetMs: '0' })
  const first = await record(running, at(30))
  const middle = await record(running, at(20))
  await recordAlone(running, at(19))
  const last = await record(running, at(15))
  const one = await (await officer.get(`/api/v1/recordings/${middle.recordingId}`)).json()
  expect(one).toMatchObject({
    recording: {
      ...{ recordingId: middle.recordingId, status: 'ACCEPTED', deviceSerial: 'DSJ-0001' },
      isReleasable: false,
    },
    before: { recordingId: first.recordingId, gapSec: 600 - SECONDS },
    after: { recordingId: last.recordingId, gapSec: 300 - SECONDS },
  })
  const { recordings } = (await (await officer.get('/api/v1/recordings')).json()) as { recordings: object[] }
  expect([one.recording, ...recordings].filter((shown) => 'file' in shown)).toEqual([])
  expect((await officer.get('/api/v1/recordings/none')).status).toBe(404)
})

test('[R62] quarantine is listed by itself; what is kept there stays, with who said so and why', async () => {
  const running = await startServer()
  await record(running)
  const held = await recordAlone(running, { deviceSerial: 'DSJ-9999' })
  const officer = await Visitor.as(running, 'OFFICER')
  const list = async (query: string) => {
    const answer = await officer.get(`/api/v1/recordings?${query}`)
    return ((await answer.json()) as { recordings: { recordingId: string }[] }).recordings
  }
  expect((await list('status=QUARANTINED')).map(({ recordingId }) => recordingId)).toEqual([held.recordingId])
  expect(await list('status=QUARANTINED&deviceSerial=DSJ-0001')).toEqual([])
  const path = `/api/v1/recordings/${held.recordingId}`
  const keep = (visitor: Visitor) => visitor.send('POST', `${path}/keep`, { reason: '设备来源不明' })
  expect((await keep(await Visitor.as(running, 'DISPATCHER'))).status).toBe(403)
  expect((await keep(officer)).status).toBe(200)
  expect(await (await officer.get(path)).json()).toMatchObject({
    recording: {
      isReleasable: true,
      status: 'QUARANTINED',
      quarantine: { code: 'BODYCAM_UNREGISTERED' },
      quarantineHistory: [
        { action: 'KEPT', by: 'officer', reason: '设备来源不明', code: 'BODYCAM_UNREGISTERED' },
      ],
    },
  })
  expect(running.accessLog.list(1)).toMatchObject([{ action: 'recording.keep', purpose: '设备来源不明' }])
  expect((await officer.send('POST', `${path}/release`, { reason: '已查明' })).status).toBe(200)
  await running.recordings.settled()
  expect((await keep(officer)).status, 'it is in quarantine no more').toBe(409)
})

test('[R53, R63] who has a recorder, whether certified, and what came in of the shift', async () => {
  const running = await startServer()
  const officer = await Visitor.as(running, 'OFFICER')
  const nowMs = Math.floor(Date.now() / 1000) * 1000
  const ago = (minutes: number) => isoTime(nowMs - minutes * MINUTE_MS)
  const { desk } = running.bodycams
  desk.checkOut('DSJ-0001', 'keeper', { to: '310001', at: ago(60), note: '' })
  desk.checkOut('DSJ-0002', 'keeper', { to: 'p-3', at: ago(60), until: ago(10), note: '' })
  const { bodycams } = (await (await officer.get('/api/v1/bodycams')).json()) as { bodycams: object[] }
  expect(bodycams).toMatchObject([
    { holder: { personId: 'p-1', name: '王', role: 'OFFICER', isCertified: true, isOverdue: false } },
    { holder: { personId: 'p-3', name: '赵', isCertified: false, isOverdue: true } },
  ])
  for (const minutes of [50, 40]) await record(running, { startAt: ago(minutes), clockOffsetMs: '0' })
  const one = async (serial: string) =>
    ((await (await officer.get(`/api/v1/bodycams/${serial}`)).json()) as { shift: object }).shift
  expect(await one('DSJ-0001')).toEqual({
    ...{ personId: 'p-1', from: ago(60), to: null, recordings: 2, filmedSec: 2 * SECONDS },
    ...{ firstAfterSec: 600, pauseCount: 1, pauses: [{ from: expect.any(String), sec: 600 - SECONDS }] },
  })
  expect(await one('DSJ-0002')).toMatchObject({ recordings: 0, firstAfterSec: null })
  const takers = await officer.get('/api/v1/bodycam-people')
  expect(await takers.json()).toMatchObject({
    people: [
      { personId: 'p-1', isCertified: true },
      { personId: 'p-2', isCertified: false },
      { personId: 'p-3', isCertified: false },
    ],
  })
  expect((await (await Visitor.as(running, 'AUDITOR')).get('/api/v1/bodycam-people')).status).toBe(403)
})
