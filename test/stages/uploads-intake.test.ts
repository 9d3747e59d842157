/** What tus and forms promise a dock: checked pieces, known recordings, bound tokens, quotas, forms that are whole. */
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { uploadRecording } from '../../simulators/bodycam/upload.ts'
import { makeClip } from '../fixtures/clip.ts'
import { codeOf, type Running, startServer, Visitor } from './http-fixture.ts'

const DETAILS = {
  ...{ deviceSerial: 'DSJ-0001', userNo: '310001', roleAtRecording: 'OFFICER' },
  ...{ startAt: '2026-01-01T10:00:00.000+08:00', clockOffsetMs: '120' },
}
let folder: string
let film: string
let bytes: Buffer<ArrayBuffer>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lushao-intake-'))
  const things = [{ fromSec: 1, toSec: 4, box: [0.4, 0.5, 0.55, 0.75], luma: 200 }] as const
  film = await makeClip(join(folder, 'walk.mp4'), { seconds: 4, fps: 10, things })
  bytes = Buffer.from(readFileSync(film))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const digest = (algorithm: string, data: Uint8Array) => createHash(algorithm).update(data).digest('base64')
const sha256 = () => createHash('sha256').update(bytes).digest('hex')
const encoded = (details: Record<string, string>) =>
  Object.entries(details)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',')

/** A client of nothing but HTTP. */
function client(running: Running, token = running.accounts.issueToken('dock-1', 'bodycam')) {
  const headers = { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0' }
  return {
    token,
    begin: (details: Record<string, string> = {}, length = bytes.length, more = {}) =>
      fetch(`${running.url}/bodycam/uploads`, {
        method: 'POST',
        headers: {
          ...headers,
          'upload-length': String(length),
          'upload-metadata': encoded({ filename: 'walk.mp4', ...DETAILS, ...details }),
          ...more,
        },
      }),
    send: (location: string, offset: number, body: Buffer<ArrayBuffer>, more = {}) =>
      fetch(new URL(location, running.url), {
        method: 'PATCH',
        headers: {
          ...headers,
          'upload-offset': String(offset),
          'content-type': 'application/offset+octet-stream',
          ...more,
        },
        body,
      }),
    ask: (location: string, method: string) => fetch(new URL(location, running.url), { method, headers }),
    track: (location: string, body: string) =>
      fetch(new URL(`${location}/track`, running.url), {
        method: 'PUT',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/gpx+xml' },
        body,
      }),
    form: (form: FormData) =>
      fetch(`${running.url}/bodycam/form`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: form,
      }),
  }
}
const uploads = (running: Running) => readdirSync(join(running.folder, 'uploads'))

test('the checksum extension is announced', async () => {
  const dock = client(await startServer())
  const answer = await dock.ask('/bodycam/uploads', 'OPTIONS')
  expect(answer.status).toBe(204)
  expect(answer.headers.get('tus-checksum-algorithm')).toBe('sha256,sha1,md5')
  expect(answer.headers.get('tus-extension')?.split(',')).toEqual(
    expect.arrayContaining(['creation', 'checksum', 'termination', 'expiration']),
  )
})

test('a piece is kept when its checksum fits, and not when not', async () => {
  const running = await startServer()
  const dock = client(running)
  const location = (await dock.begin()).headers.get('location')!
  const [first, second, rest] = [
    bytes.subarray(0, 9_000),
    bytes.subarray(9_000, 17_000),
    bytes.subarray(17_000),
  ]
  const offset = async () => (await dock.ask(location, 'HEAD')).headers.get('upload-offset')

  const good = await dock.send(location, 0, first, { 'upload-checksum': `sha256 ${digest('sha256', first)}` })
  expect([good.status, await offset()]).toEqual([204, '9000'])
  const bad = await dock.send(location, 9_000, second, { 'upload-checksum': `md5 ${digest('md5', first)}` })
  expect([bad.status, await codeOf(bad), await offset()]).toEqual([460, 'UPLOAD_CHECKSUM_WRONG', '9000'])
  const odd = await dock.send(location, 9_000, second, { 'upload-checksum': 'crc32 AAAA' })
  expect([odd.status, await codeOf(odd), await offset()]).toEqual([400, 'UPLOAD_CHECKSUM_UNKNOWN', '9000'])
  const short = await dock.send(location, 9_000, second, { 'upload-checksum': 'sha1 AAAA' })
  expect([short.status, await offset()]).toEqual([400, '9000'])
  const md5 = await dock.send(location, 9_000, second, { 'upload-checksum': `md5 ${digest('md5', second)}` })
  expect([md5.status, await offset()]).toEqual([204, '17000'])
  // A wrong last piece must not make a recording.
  const last = await dock.send(location, 17_000, rest, { 'upload-checksum': `sha1 ${digest('sha1', first)}` })
  expect([last.status, running.recordings.list(9)]).toEqual([460, []])
  const right = await dock.send(location, 17_000, rest, { 'upload-checksum': `sha1 ${digest('sha1', rest)}` })
  expect(right.status).toBe(204)
  await running.recordings.settled()
  expect(running.recordings.list(9)).toMatchObject([{ status: 'ACCEPTED', sha256: sha256() }])
  expect(uploads(running)).toEqual([])
})

test('a checked piece that breaks off is not kept, and a box that went down in one cuts it off', async () => {
  const running = await startServer()
  const dock = client(running)
  const location = (await dock.begin()).headers.get('location')!
  const id = location.split('/').at(-1)!
  const { hostname, port } = new URL(running.url)
  const socket = connect(Number(port), hostname)
  const head = [
    `PATCH ${location} HTTP/1.1`,
    ...['Host: box', `Authorization: Bearer ${dock.token}`, 'Tus-Resumable: 1.0.0', 'Upload-Offset: 0'],
    ...['Content-Type: application/offset+octet-stream', `Content-Length: ${bytes.length}`],
    `Upload-Checksum: sha256 ${digest('sha256', bytes)}`,
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  socket.write(bytes.subarray(0, 5_000))
  const written = () => statSync(join(running.folder, 'uploads', id)).size
  await expect.poll(written).toBe(5_000)
  socket.destroy()
  await expect
    .poll(async () => [
      (await dock.ask(location, 'HEAD')).headers.get('upload-offset'),
      uploads(running).includes(`${id}.unchecked`),
    ])
    .toEqual(['0', false])
  await running.close()

  writeFileSync(join(running.folder, 'uploads', id), bytes)
  writeFileSync(join(running.folder, 'uploads', `${id}.unchecked`), '6000')
  const second = await startServer({ folder: running.folder })
  const asked = await client(second, dock.token).ask(location, 'HEAD')
  expect(asked.headers.get('upload-offset')).toBe('6000')
  expect(second.recordings.list(9)).toEqual([])
})

test('a device may give up its own unfinished upload', async () => {
  const running = await startServer()
  const dock = client(running)
  const other = client(running, running.accounts.issueToken('dock-2', 'bodycam'))
  const location = (await dock.begin()).headers.get('location')!
  expect((await dock.track(location, '<gpx/>')).status).toBe(204)
  expect((await other.ask(location, 'DELETE')).status).toBe(404)
  expect((await other.track(location, 'x')).status).toBe(404)
  expect((await dock.ask(location, 'DELETE')).status).toBe(204)
  expect((await dock.ask(location, 'HEAD')).status).toBe(404)
  await expect.poll(() => uploads(running)).toEqual([])
})

test('[R61] positions that are sent along stay with the recording', async () => {
  const running = await startServer()
  const dock = client(running)
  const location = (await dock.begin()).headers.get('location')!
  expect((await dock.track(location, 'x'.repeat(4 * 1024 * 1024 + 1))).status).toBe(413)
  expect((await dock.track(location, '<gpx>1</gpx>')).status).toBe(204)
  const tracks: string[] = []
  const take = running.recordings.take.bind(running.recordings)
  running.recordings.take = (upload) => {
    tracks.push(readFileSync(upload.trackFile ?? '', 'utf8'))
    return take(upload)
  }
  expect((await dock.send(location, 0, bytes)).status).toBe(204)
  expect(tracks).toEqual(['<gpx>1</gpx>'])
  expect((await dock.track(location, 'late')).status).toBe(404)
})

test('what is known already is answered before a byte is sent, and names the recording', async () => {
  const running = await startServer()
  const dock = client(running)
  const parts = { url: `${running.url}/bodycam/uploads`, token: dock.token, file: film, chunkBytes: 5_000 }
  await uploadRecording({ ...parts, metadata: { ...DETAILS, sha256: sha256() } })
  await running.recordings.settled()
  const [recording] = running.recordings.list(1)
  for (const hash of [sha256(), sha256().toUpperCase()]) {
    const again = await dock.begin({ sha256: hash })
    const { code, recordingId } = (await again.json()) as Record<string, string>
    expect([again.status, code, recordingId]).toEqual([409, 'UPLOAD_KNOWN', recording!.recordingId])
  }
  expect(uploads(running)).toEqual([])
  expect((await dock.begin({ sha256: '0'.repeat(64) })).status).toBe(201)
})

test('[R62] a token for one device serves no other', async () => {
  const running = await startServer()
  const admin = await Visitor.as(running, 'ADMIN')
  const issue = (name: string, scope: string, deviceSerial?: string) =>
    admin.send('POST', '/api/v1/tokens', { name, scope, deviceSerial })
  expect((await issue('m', 'metrics', 'DSJ-0001')).status).toBe(400)
  const { token } = (await (await issue('bound', 'bodycam', 'DSJ-0001')).json()) as { token: string }
  const listed = (await (await admin.get('/api/v1/tokens')).json()) as { tokens: unknown[] }
  expect(listed.tokens).toMatchObject([{ name: 'bound', deviceSerial: 'DSJ-0001' }])
  const device = client(running, token)
  expect((await device.begin()).status).toBe(201)
  const other = await device.begin({ deviceSerial: 'DSJ-0002' })
  expect([other.status, await codeOf(other)]).toEqual([403, 'UPLOAD_OTHER_DEVICE'])
  const form = new FormData()
  for (const [key, value] of Object.entries({ ...DETAILS, deviceSerial: 'DSJ-0002' })) form.set(key, value)
  form.set('file', new Blob([bytes]), 'walk.mp4')
  expect((await device.form(form)).status).toBe(403)
  expect(uploads(running).filter((name) => !name.endsWith('.json'))).toHaveLength(1)
})

test('[R66] a device has a quota a day, and a conflict incident passes it and every queue', async () => {
  const options = { deviceUploadsPerDay: 2, uploadsUnfinishedMax: 3 }
  const running = await startServer({ options })
  const dock = client(running)
  const location = (await dock.begin()).headers.get('location')!
  await dock.send(location, 0, bytes)
  await running.recordings.settled()
  expect((await dock.begin()).status).toBe(201)
  const over = await dock.begin()
  expect([over.status, await codeOf(over)]).toEqual([429, 'UPLOAD_OVER_QUOTA'])
  expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(86_000)
  const form = new FormData()
  form.set('details', JSON.stringify(DETAILS))
  form.set('file', new Blob([Buffer.concat([bytes, Buffer.from('other')])]), 'walk.mp4')
  const formOver = await dock.form(form)
  expect([formOver.status, formOver.headers.get('retry-after') !== null]).toEqual([429, true])
  expect((await dock.begin({ deviceSerial: 'DSJ-0002' })).status).toBe(201)
  expect((await dock.begin({ priority: 'CONFLICT' })).status).toBe(201)
  expect((await dock.begin({ deviceSerial: 'DSJ-0002' })).status).toBe(503)
  expect((await dock.begin({ incident: '{"course":"推搡"}' })).status).toBe(201)
  expect((await dock.begin({ incident: ' ' })).status).toBe(503)
})

test('bytes are a quota, too', async () => {
  const running = await startServer({ options: { deviceBytesPerDay: 1_000_000 } })
  const dock = client(running)
  expect((await dock.begin({}, 600_000)).status).toBe(201)
  expect((await dock.begin({}, 400_000)).status).toBe(201)
  expect((await dock.begin({}, 1)).status).toBe(429)
  expect((await dock.begin({ deviceSerial: 'DSJ-0002' }, 1_000_000)).status).toBe(201)
})

test('[R61] a form brings a recording, its details and its positions', async () => {
  const running = await startServer()
  const dock = client(running)
  const form = new FormData()
  form.set('details', JSON.stringify({ ...DETAILS, clockOffsetMs: 120 }))
  form.set('file', new Blob([bytes]), '巡查.mp4')
  form.set('track', new Blob(['$GPGGA']), 'x.nmea')
  const answer = await dock.form(form)
  const told = (await answer.json()) as Record<string, unknown>
  await running.recordings.settled()
  const [recording] = running.recordings.list(1)
  expect([answer.status, told]).toEqual([
    201,
    { recordingId: recording!.recordingId, status: 'RECEIVED', sha256: sha256(), bytes: bytes.length },
  ])
  expect(recording).toMatchObject({
    ...{ status: 'ACCEPTED', fileName: '巡查.mp4', sha256: sha256(), deviceClockOffsetMs: 120 },
  })
  const again = new FormData()
  for (const [key, value] of Object.entries(DETAILS)) again.set(key, value)
  again.set('file', new Blob([bytes]), 'again.mp4')
  expect((await dock.form(again)).status).toBe(409)
})

test.each([
  ['no file', (form: FormData) => form.set('details', '{}'), 400],
  ['details that are no JSON', (form: FormData) => form.set('details', 'serial=1'), 400],
  [
    'two films',
    (form: FormData) => {
      form.append('file', new Blob(['1']), '1.mp4')
      form.append('file', new Blob(['2']), '2.mp4')
    },
    400,
  ],
  ['a file under another name', (form: FormData) => form.set('video', new Blob(['1']), '1.mp4'), 400],
  [
    'a file that is too large',
    (form: FormData) => form.set('file', new Blob([Buffer.alloc(1_000_001)]), 'x'),
    413,
  ],
])('a form that cannot be taken leaves nothing: %s', async (_, fill, status) => {
  const running = await startServer({ options: { uploadBytesMax: 1_000_000 } })
  const form = new FormData()
  fill(form)
  const answer = await client(running).form(form)
  expect(answer.status).toBe(status)
  expect([uploads(running), running.recordings.list(9)]).toEqual([[], []])
})

test('a form that breaks off leaves nothing, and one that was whole when the power went is taken', async () => {
  const running = await startServer()
  const { token } = client(running)
  const { hostname, port } = new URL(running.url)
  const socket = connect(Number(port), hostname)
  const opening = '--b\r\nContent-Disposition: form-data; name="file"; filename="x.mp4"\r\n\r\n'
  const head = [
    ...['POST /bodycam/form HTTP/1.1', 'Host: box', `Authorization: Bearer ${token}`],
    ...['Content-Type: multipart/form-data; boundary=b', 'Content-Length: 900000'],
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n${opening}`)
  socket.write(bytes.subarray(0, 5_000))
  await expect.poll(() => uploads(running).length).toBe(1)
  socket.destroy()
  await expect.poll(() => uploads(running)).toEqual([])
  await running.close()

  const id = 'a'.repeat(32)
  const at = (name: string) => join(running.folder, 'uploads', name)
  writeFileSync(at(`${'b'.repeat(32)}.part`), 'half')
  const details = { ...DETAILS, filename: 'walk.mp4', uploadedBy: 'dock-1' }
  writeFileSync(at(`${id}.json`), JSON.stringify({ id, size: bytes.length, offset: 0, metadata: details }))
  writeFileSync(at(id), bytes)
  const second = await startServer({ folder: running.folder })
  await second.recordings.settled()
  expect(second.recordings.list(9)).toMatchObject([{ status: 'ACCEPTED', sha256: sha256() }])
  expect(existsSync(at(id))).toBe(false)
  expect(uploads(second)).toEqual([])
})
