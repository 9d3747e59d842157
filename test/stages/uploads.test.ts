import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { uploadRecording } from '../../simulators/bodycam/upload.ts'
import { type Running, startServer, Visitor } from './http-fixture.ts'

let folder: string
let film: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lushao-film-'))
  film = join(folder, 'walk.mp4')
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=25', '-f', 'lavfi', '-i', 'sine=440']
  const encoding = ['-c:v', 'mpeg4', '-b:v', '2M', '-c:a', 'aac']
  execFileSync('ffmpeg', ['-v', 'error', ...picture, '-t', '4', ...encoding, film])
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const DETAILS = {
  deviceSerial: 'DSJ-0001',
  userNo: '310001',
  roleAtRecording: 'OFFICER',
  startAt: '2026-01-01T10:00:00.000+08:00',
  clockOffsetMs: '120',
}

async function upload(running: Running, details: Record<string, string> = {}, file = film) {
  const token =
    running.accounts.tokens.list().length === 0 ? running.accounts.issueToken('dock-1', 'bodycam') : ''
  const result = await uploadRecording({
    url: `${running.url}/bodycam/uploads`,
    token,
    file,
    metadata: { ...DETAILS, ...details },
    chunkBytes: 100_000,
  })
  await running.recordings.settled()
  return { result, token, recording: running.recordings.list(1)[0]! }
}
const sha256 = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')

test('an upload broken off is resumed, also by a server started anew, and arrives byte for byte', async () => {
  const first = await startServer()
  const token = first.accounts.issueToken('dock-1', 'bodycam')
  const parts = { token, file: film, metadata: DETAILS, chunkBytes: 100_000 }
  const broken = await uploadRecording({
    ...parts,
    url: `${first.url}/bodycam/uploads`,
    killAfterBytes: 200_000,
  })
  expect(broken.complete).toBe(false)
  expect(first.recordings.list(10)).toEqual([])
  await first.close()

  const second = await startServer({ folder: first.folder })
  const resumeFrom = new URL(new URL(broken.uploadUrl).pathname, second.url).href
  const done = await uploadRecording({ ...parts, url: `${second.url}/bodycam/uploads`, resumeFrom })
  expect(done.complete).toBe(true)
  expect(done.startedAtBytes).toBeGreaterThanOrEqual(200_000)
  await second.recordings.settled()
  const [recording] = second.recordings.list(10)
  expect(recording).toMatchObject({
    status: 'ACCEPTED',
    sha256: sha256(film),
    fileName: 'walk.mp4',
    evidenceCap: 'CANDIDATE',
  })
  expect(sha256(recording!.file)).toBe(sha256(film))
  expect(second.analysed.map((one) => one.recordingId)).toEqual([recording!.recordingId])
  expect(readdirSync(join(second.folder, 'uploads'))).toEqual([])
})

test('a film whose last byte arrived before the power went is taken at the next start', async () => {
  const first = await startServer()
  const token = first.accounts.issueToken('dock-1', 'bodycam')
  const url = `${first.url}/bodycam/uploads`
  const size = readFileSync(film).length
  const broken = await uploadRecording({
    url,
    token,
    file: film,
    metadata: DETAILS,
    chunkBytes: 100_000,
    killAfterBytes: 100_000,
  })
  await first.close()
  const id = broken.uploadUrl.split('/').at(-1)!
  writeFileSync(join(first.folder, 'uploads', id), readFileSync(film))

  const second = await startServer({ folder: first.folder })
  await second.recordings.settled()
  expect(second.recordings.list(10)).toMatchObject([
    { status: 'ACCEPTED', bytes: size, sha256: sha256(film) },
  ])
})

test('[R61] facts of the film and the person are in the record', async () => {
  const running = await startServer()
  const { recording } = await upload(running)
  expect(recording).toMatchObject({
    personId: 'p-1',
    certValidAtRecording: true,
    // Its clock was 120 ms ahead: both times are kept.
    deviceStartAt: '2026-01-01T10:00:00.000+08:00',
    startAt: '2026-01-01T09:59:59.880+08:00',
    deviceClockSource: 'UPLOAD',
    endAt: expect.stringMatching(/^2026-01-01T10:00:0[34]/),
    video: { codec: 'mpeg4', width: 640, height: 360, hasAudio: true },
    uploadedBy: 'dock-1',
    sm3: expect.stringMatching(/^[0-9a-f]{64}$/),
    deviceClockOffsetMs: 120,
  })
  const officer = await Visitor.as(running, 'OFFICER')
  const listed = (await (await officer.get('/api/v1/recordings')).json()) as { recordings: unknown[] }
  expect(listed.recordings).toHaveLength(1)
})

test.each([
  ['an officer with a certificate', {}, 'CANDIDATE', []],
  [
    'auxiliary staff alone',
    { deviceSerial: 'DSJ-0002', userNo: '310002', roleAtRecording: 'AUXILIARY' },
    'LEAD',
    ['AUXILIARY_ALONE'],
  ],
  [
    'auxiliary staff who say they are officers',
    { deviceSerial: 'DSJ-0002', userNo: '310002' },
    'LEAD',
    ['AUXILIARY_ALONE'],
  ],
  [
    'auxiliary staff beside an officer',
    { deviceSerial: 'DSJ-0002', userNo: '310002', roleAtRecording: 'AUXILIARY', coPresent: '310001' },
    'CANDIDATE',
    [],
  ],
  [
    'auxiliary staff beside an expired certificate',
    { deviceSerial: 'DSJ-0002', userNo: '310002', roleAtRecording: 'AUXILIARY', coPresent: '310003' },
    'LEAD',
    ['AUXILIARY_ALONE'],
  ],
  [
    'an expired certificate',
    { deviceSerial: 'DSJ-0002', userNo: '310003' },
    'LEAD',
    ['CERTIFICATE_NOT_IN_FORCE'],
  ],
  ['a clock two seconds off', { clockOffsetMs: '-2000' }, 'LEAD', ['CLOCK_OFF']],
] as const)('[R48, R53, R54] what a recording is worth: %s', async (_, details, cap, reasons) => {
  const { recording } = await upload(await startServer(), details)
  expect([recording.status, recording.evidenceCap, recording.capReasons]).toEqual([
    'ACCEPTED',
    cap,
    [...reasons],
  ])
})

test('[R61] a recorder that knows where it was says so, and half a place is none', async () => {
  const running = await startServer()
  const { recording } = await upload(running, { lon: '121.4803', lat: '31.2363' })
  expect(recording.place).toEqual({ lon: 121.4803, lat: 31.2363 })
  const half = await upload(await startServer(), { lon: '121.4803' })
  expect(half.recording.place).toBeUndefined()
})

test.each([
  ['a device nobody registered', { deviceSerial: 'DSJ-9999' }, 'BODYCAM_UNREGISTERED'],
  ['a device assigned to somebody else', { userNo: '310002' }, 'BODYCAM_USER_MISMATCH'],
  ['a person nobody knows', { deviceSerial: 'DSJ-0002', userNo: '999' }, 'BODYCAM_USER_MISMATCH'],
  ['a start that is no time', { startAt: 'this morning' }, 'BODYCAM_METADATA_BAD'],
  ['a start in the future', { startAt: '2999-01-01T00:00:00+08:00' }, 'BODYCAM_METADATA_BAD'],
  ['a role that does not exist', { roleAtRecording: 'MAYOR' }, 'BODYCAM_METADATA_BAD'],
])('[R62] kept in quarantine and not analysed: %s', async (_, details, code) => {
  const running = await startServer()
  const { recording } = await upload(running, details)
  expect(recording).toMatchObject({
    status: 'QUARANTINED',
    quarantine: { code },
    sha256: sha256(film),
    evidenceCap: 'LEAD',
  })
  expect(recording.file).toContain('/quarantine/')
  expect(running.analysed).toEqual([])
})

test.each([
  ['noise', Buffer.alloc(300_000, 'noise ')],
  [
    'a playlist that names another file',
    Buffer.from('#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n'),
  ],
])('a file that is no film goes into quarantine: %s', async (_, bytes) => {
  const file = join(folder, 'bad.mp4')
  writeFileSync(file, bytes)
  const running = await startServer()
  const { recording } = await upload(running, {}, file)
  expect(recording).toMatchObject({ status: 'QUARANTINED', quarantine: { code: 'BODYCAM_FILE_BAD' } })
  // In words for people: no command line, no place on the disk, no address in memory.
  expect(recording.quarantine?.en).not.toMatch(/-of json|Command failed|0x[0-9a-f]|\/quarantine|lushao-/)
  expect(sha256(recording.file)).toBe(sha256(file))
})

test('the same film sent twice is kept once', async () => {
  const running = await startServer()
  const { token } = await upload(running)
  await uploadRecording({
    url: `${running.url}/bodycam/uploads`,
    token,
    file: film,
    metadata: DETAILS,
    chunkBytes: 5_000_000,
  })
  await running.recordings.settled()
  expect(running.recordings.list(10)).toHaveLength(1)
  expect(running.analysed).toHaveLength(1)
  expect(readdirSync(join(running.folder, 'uploads'))).toEqual([])
})

const begin = (running: Running, token: string, bytes: number) =>
  fetch(`${running.url}/bodycam/uploads`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0', 'upload-length': String(bytes) },
  })

test('limits: size, number of unfinished uploads, and whose upload it is', async () => {
  const running = await startServer({ options: { uploadBytesMax: 1_000_000, uploadsUnfinishedMax: 1 } })
  const token = running.accounts.issueToken('dock-1', 'bodycam')
  const stranger = running.accounts.issueToken('dock-2', 'bodycam')
  expect((await begin(running, token, 1_000_001)).status).toBe(413)
  const begun = await begin(running, token, 1_000_000)
  expect(begun.status).toBe(201)
  const refused = await begin(running, token, 10)
  expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([503, 'UPLOADS_FULL'])
  const address = new URL(begun.headers.get('location')!, running.url)
  const look = (bearer: string) =>
    fetch(address, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${bearer}`, 'tus-resumable': '1.0.0' },
    })
  expect((await look(token)).status).toBe(200)
  expect((await look(stranger)).status).toBe(404)
  expect((await look(running.accounts.issueToken('prometheus', 'metrics'))).status).toBe(403)
})

test('an upload may not name its own place on the disk', async () => {
  const running = await startServer()
  const token = running.accounts.issueToken('dock-1', 'bodycam')
  const headers = {
    authorization: `Bearer ${token}`,
    'tus-resumable': '1.0.0',
    'upload-offset': '0',
    'content-type': 'application/offset+octet-stream',
  }
  for (const id of ['..%2f..%2fgateway.db', '%2e%2e', 'x.json']) {
    const answer = await fetch(`${running.url}/bodycam/uploads/${id}`, {
      method: 'PATCH',
      headers,
      body: 'x',
    })
    expect(answer.status).toBe(404)
  }
  expect(existsSync(join(running.folder, 'x.json'))).toBe(false)
})
