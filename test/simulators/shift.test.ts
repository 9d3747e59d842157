/** A shift's recordings from the dock: each fault as it is told, what the box makes of it, and that a wrong answer is seen. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { metresApart } from '../../gateway/kit/earth.ts'
import { answerTo, type Kept } from '../../simulators/bodycam/answers.ts'
import { dropIntoFolder, sendForm, sendTrack } from '../../simulators/bodycam/forms.ts'
import { type ShiftReport, uploadShift } from '../../simulators/bodycam/shift.ts'
import { planShift, SHIFT_FAULTS, type ShiftWishes } from '../../simulators/bodycam/shift-plan.ts'
import { walkPast, writeTrack } from '../../simulators/bodycam/walk.ts'
import { startServer } from '../stages/http-fixture.ts'

const WISHES: ShiftWishes = {
  recorders: [
    { serial: 'DSJ-0001', userNo: '310001', role: 'OFFICER' },
    { serial: 'DSJ-0002', userNo: '310002', role: 'AUXILIARY' },
  ],
  cameras: [{ lon: 121.48, lat: 31.23 }],
  ...{ faults: new Set(SHIFT_FAULTS), patrols: 1, seed: 7, endMs: Date.now() - 60_000 },
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lushao-shift-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('[R61] [R62] a shift with every fault over a bad line: none lost, none twice, each as its fault has it', async () => {
  const running = await startServer()
  const token = running.accounts.issueToken('dock-1', 'bodycam')
  const readerToken = running.accounts.issueToken('reader', 'platform')
  const plan = planShift(WISHES)
  const report = await uploadShift({
    ...{ plan, folder, seed: WISHES.seed, breaks: 30, withinMs: 60_000 },
    box: { url: running.url, token, readerToken },
  })
  await running.recordings.settled()
  expect(report.recordings.filter(({ wrong }) => wrong !== null)).toEqual([])
  expect(report.ok).toBe(true)
  expect(report.line.cut + report.line.stall + report.line['answer-lost']).toBeGreaterThan(15)
  expect(report.recordings.map(({ way }) => way)).toContain('form')
  expect(answersOf(report, 'unregistered')).toEqual(['BODYCAM_UNREGISTERED'])
  expect(answersOf(report, 'wrong-user')).toEqual(['BODYCAM_USER_MISMATCH'])
  expect(answersOf(report, 'auxiliary')).toEqual(['ACCEPTED'])
  expect(answersOf(report, 'patrol')).toEqual(['ACCEPTED', 'ACCEPTED'])

  const kept = running.recordings.list(200)
  const takenIn = kept.filter(({ status }) => status === 'ACCEPTED')
  expect(takenIn.filter(({ gpsTrack }) => gpsTrack === undefined)).toEqual([])
  const accepted = takenIn.map(({ sha256 }) => sha256)
  expect(new Set(accepted).size).toBe(accepted.length)
  expect(new Set(kept.map(({ sha256 }) => sha256)).size).toBe(plan.length)
  for (const { sha256, recordingIds } of report.recordings) {
    const one = running.recordings.get(recordingIds[0]!)!
    expect(createHash('sha256').update(readFileSync(one.file)).digest('hex')).toBe(sha256)
  }
  const codecs = new Set(kept.map(({ video }) => video?.codec))
  expect([...codecs]).toEqual(expect.arrayContaining(['h264', 'hevc', 'mjpeg']))
  // Only what a lost answer made the dock begin anew may still lie there, and it has no bytes of its own.
  const unfinished = readdirSync(join(running.folder, 'uploads')).filter((name) => name.endsWith('.json'))
  for (const name of unfinished) {
    const { offset } = JSON.parse(readFileSync(join(running.folder, 'uploads', name), 'utf8'))
    expect(offset ?? 0).toBe(0)
  }
}, 300_000)

test('without the last answer the dock sends it once more, and it is kept once', async () => {
  const running = await startServer()
  const token = running.accounts.issueToken('dock-1', 'bodycam')
  const readerToken = running.accounts.issueToken('reader', 'platform')
  const plan = planShift({ ...WISHES, faults: new Set(['answer-lost'] as const), patrols: 0 })
  const report = await uploadShift({
    ...{ plan, folder, seed: WISHES.seed, breaks: 0, withinMs: 60_000 },
    box: { url: running.url, token, readerToken },
  })
  await running.recordings.settled()
  const [lost] = report.recordings.filter(({ what }) => what === 'answer-lost')
  expect(lost).toMatchObject({ wrong: null, answer: 'ACCEPTED', resumes: 1 })
  expect(running.recordings.list(10)).toHaveLength(2)
}, 120_000)

test('the same seed is the same shift, and nobody records while another does', () => {
  const plan = planShift(WISHES)
  expect(planShift(WISHES)).toEqual(plan)
  expect(planShift({ ...WISHES, seed: 6 })).not.toEqual(plan)
  expect(new Set(plan.map(({ name }) => name)).size).toBe(plan.length)
  const starts = plan
    .map(({ details, film }) => ({ atMs: Date.parse(details['startAt']!), seconds: film.seconds }))
    .sort((a, b) => a.atMs - b.atMs)
  for (const [i, { atMs }] of starts.slice(1).entries()) {
    expect(atMs).toBeGreaterThan(starts[i]!.atMs + starts[i]!.seconds * 1000)
  }
  const without = planShift({ ...WISHES, faults: new Set() })
  expect(new Set(without.map(({ what }) => what))).toEqual(new Set(['incident', 'patrol']))
})

test('[R66] an incident comes with its four parts and its marks, and goes first', () => {
  const [first] = planShift(WISHES)
  expect(first!.details).toMatchObject({ sessionType: 'ON_SITE', priority: 'CONFLICT' })
  expect(Object.keys(JSON.parse(first!.details['incident']!))).toEqual([
    'course',
    'cause',
    'handling',
    'lessons',
  ])
  expect(JSON.parse(first!.details['keyMarks']!)[0]).toMatchObject({ label: '证件已出示' })
})

test('a wrong clock shifts what the recorder says; its dock knows by how much, or has to find out', () => {
  const plan = planShift(WISHES)
  const wrong = plan.flatMap((one, at) => (one.what === 'wrong-clock' ? [{ ...one, at }] : []))
  expect(wrong.map(({ comparesClockMs }) => comparesClockMs === null)).toEqual([true, false])
  for (const { at, details, expected } of wrong) {
    expect(Math.abs(expected.clockOffsetMs)).toBeGreaterThanOrEqual(30_000)
    const trueMs = WISHES.endMs - (plan.length - at) * 60_000
    expect(Date.parse(details['startAt']!)).toBe(trueMs + expected.clockOffsetMs)
  }
  expect(Number(wrong[0]!.details['clockOffsetMs'])).toBe(wrong[0]!.expected.clockOffsetMs)
  expect(wrong[1]!.details).not.toHaveProperty('clockOffsetMs')
})

test('a walk leads past the camera, in three ways of writing it down', () => {
  const camera = { lon: 121.48, lat: 31.23 }
  const startMs = Date.parse('2026-03-02T02:00:00.250Z')
  const walk = walkPast(camera, startMs, 60, 3)
  expect(walk).toHaveLength(61)
  expect(metresApart(walk[30]!, camera)).toBeLessThan(5)
  expect(metresApart(walk[0]!, camera)).toBeGreaterThan(30)

  const [first] = writeTrack('nmea', walk).split('\r\n')
  const [, body, sum] = /^\$(GPRMC,.*)\*([0-9A-F]{2})$/.exec(first!)!
  expect(Number.parseInt(sum!, 16)).toBe([...body!].reduce((all, one) => all ^ one.charCodeAt(0), 0))
  const [, time, valid, lat, north, lon, east, , , day] = body!.split(',')
  expect([time, valid, north, east, day]).toEqual(['020000.250', 'A', 'N', 'E', '020326'])
  expect(Number(lat!.slice(0, 2)) + Number(lat!.slice(2)) / 60).toBeCloseTo(walk[0]!.lat, 6)
  expect(Number(lon!.slice(0, 3)) + Number(lon!.slice(3)) / 60).toBeCloseTo(walk[0]!.lon, 6)

  const gpx = [...writeTrack('gpx', walk).matchAll(/<trkpt lat="(\S+)" lon="(\S+)"><time>(\S+)<\/time>/g)]
  expect(gpx.map(([, y, x, at]) => [Number(y), Number(x), Date.parse(at!)])).toEqual(
    walk.map(({ lat: y, lon: x, atMs }) => [y, x, atMs]),
  )
  expect(JSON.parse(writeTrack('gps.json', walk))[60]).toEqual({
    ...{ at: '2026-03-02T02:01:00.250Z', lon: walk[60]!.lon, lat: walk[60]!.lat },
  })
})

test('a form has film, positions and details; a track goes to its upload; 409 means known, anything else is said', async () => {
  const heard: { path: string; parts: Record<string, string> }[] = []
  const server = createServer(async (request, response) => {
    const init = { method: 'POST', headers: request.headers as Record<string, string>, duplex: 'half' }
    const body = new Request('http://box', { ...init, body: Readable.toWeb(request) } as RequestInit)
    const isForm = request.headers['content-type']?.startsWith('multipart/')
    const parts: Record<string, string> = isForm ? {} : { body: await body.text() }
    if (isForm) {
      for (const [name, part] of await body.formData()) {
        parts[name] = typeof part === 'string' ? part : `${part.name} ${part.size}`
      }
    }
    heard.push({ path: `${request.method} ${request.url}`, parts })
    response.writeHead(answers.shift() ?? 500).end()
  })
  const answers = [201, 409, 507, 204]
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const file = join(folder, 'small.mp4')
  writeFileSync(file, 'film')
  const track = { format: 'gpx', text: '<gpx/>' } as const
  const sent = { file, details: { deviceSerial: 'D' }, track }
  expect(await sendForm(url, 'secret', sent)).toBe(true)
  expect(heard[0]).toEqual({
    path: 'POST /bodycam/form',
    parts: { details: '{"deviceSerial":"D"}', track: 'track.gpx 6', file: 'small.mp4 4' },
  })
  expect(await sendForm(url, 'secret', sent)).toBe(false)
  await expect(sendForm(url, 'secret', sent)).rejects.toMatchObject({ code: 'UPLOAD_FAILED' })
  await sendTrack(`${url}/bodycam/uploads/1`, 'secret', track)
  expect(heard[3]).toEqual({ path: 'PUT /bodycam/uploads/1/track', parts: { body: '<gpx/>' } })
})

test('into a dock folder the film comes last, and only under its own name when it is whole', () => {
  const dock = mkdtempSync(join(folder, 'dock-'))
  const file = join(import.meta.dirname, 'shift.test.ts')
  dropIntoFolder(dock, { file, details: { deviceSerial: 'D' }, track: { format: 'nmea', text: '$' } })
  expect(readdirSync(dock).sort()).toEqual(['shift.test.json', 'shift.test.nmea', 'shift.test.ts'])
  expect(readFileSync(join(dock, 'shift.test.ts'))).toEqual(readFileSync(file))
})

const EXPECTED = {
  oneOf: ['ACCEPTED'],
  reasons: ['AUXILIARY_ALONE'],
  clockOffsetMs: 7,
  clockToleranceMs: 2,
} as const
const SENT = { name: 'a.mp4', sha256: 'aa', bytes: 5, expected: EXPECTED }
const KEPT: Kept = {
  ...{ recordingId: 'r', status: 'ACCEPTED', quarantine: null, fileName: 'a.mp4', bytes: 5, sha256: 'aa' },
  ...{ capReasons: ['AUXILIARY_ALONE'], deviceClockOffsetMs: 7 },
}
test.each<[string, Kept[], string]>([
  ['lost', [], 'LOST'],
  ['there twice', [KEPT, KEPT], 'TWICE'],
  ['changed on the way', [{ ...KEPT, sha256: 'bb' }], 'CHANGED'],
  [
    'quarantined though it is good',
    [{ ...KEPT, status: 'QUARANTINED', quarantine: { code: 'BODYCAM_FILE_BAD' } }],
    'BODYCAM_FILE_BAD',
  ],
  ['undecided', [{ ...KEPT, status: 'RECEIVED' }], 'RECEIVED'],
  ['too short', [{ ...KEPT, bytes: 4 }], 'ACCEPTED'],
  ['not capped', [{ ...KEPT, capReasons: [] }], 'ACCEPTED'],
  ['without its clock offset', [{ ...KEPT, deviceClockOffsetMs: null }], 'ACCEPTED'],
])('a box that has it %s is told so', (_what, kept, answer) => {
  expect(answerTo(SENT, [KEPT])).toMatchObject({ answer: 'ACCEPTED', wrong: null })
  const told = answerTo(SENT, kept)
  expect(told.answer).toBe(answer)
  expect(told.wrong).not.toBeNull()
})

test('kept apart twice is not lost, and is not two recordings', () => {
  const bad = { code: 'BODYCAM_FILE_BAD' }
  const apart = { ...KEPT, status: 'QUARANTINED', quarantine: bad }
  const sent = { ...SENT, expected: { ...EXPECTED, oneOf: ['BODYCAM_FILE_BAD'] as const } }
  expect(answerTo(sent, [apart, apart])).toMatchObject({ answer: 'BODYCAM_FILE_BAD', wrong: null })
  expect(answerTo(sent, [apart, KEPT]).answer).toBe('TWICE')
})

const answersOf = ({ recordings }: ShiftReport, fault: string) =>
  recordings.filter(({ what }) => what === fault).map(({ answer }) => answer)
