/** A shift's recordings from the dock: each fault as it is told, what the box makes of it, and that a wrong answer is seen. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { metresApart } from '../../gateway/kit/earth.ts'
import { answerTo, type Kept } from '../../simulators/bodycam/answers.ts'
import { dropIntoFolder } from '../../simulators/bodycam/forms.ts'
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
  expect(report.line.cut + report.line.stall + report.line['answer-lost']).toBe(30)
  expect(answersOf(report, 'unregistered')).toEqual(['BODYCAM_UNREGISTERED'])
  expect(answersOf(report, 'wrong-user')).toEqual(['BODYCAM_USER_MISMATCH'])
  expect(answersOf(report, 'auxiliary')).toEqual(['ACCEPTED'])
  expect(answersOf(report, 'patrol')).toEqual(['ACCEPTED', 'ACCEPTED'])

  const kept = running.recordings.list(200)
  expect(kept).toHaveLength(plan.length)
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
    .filter(({ what }) => what !== 'wrong-clock')
    .map(({ details, film }) => ({ atMs: Date.parse(details['startAt']!), seconds: film.seconds }))
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

test('a wrong clock shifts what the recorder says, and its dock knows by how much', () => {
  const slots = planShift(WISHES)
  const at = slots.findIndex(({ what }) => what === 'wrong-clock')
  const offsetMs = Number(slots[at]!.details['clockOffsetMs'])
  expect(Math.abs(offsetMs)).toBeGreaterThanOrEqual(5_000)
  const trueMs = WISHES.endMs - (slots.length - at) * 60_000
  expect(Date.parse(slots[at]!.details['startAt']!)).toBe(trueMs + offsetMs)
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

test('into a dock folder the film comes last, and only under its own name when it is whole', () => {
  const dock = mkdtempSync(join(folder, 'dock-'))
  const file = join(import.meta.dirname, 'shift.test.ts')
  dropIntoFolder(dock, { file, details: { deviceSerial: 'D' }, track: { format: 'nmea', text: '$' } })
  expect(readdirSync(dock).sort()).toEqual(['shift.test.json', 'shift.test.nmea', 'shift.test.ts'])
  expect(readFileSync(join(dock, 'shift.test.ts'))).toEqual(readFileSync(file))
})

const EXPECTED = { oneOf: ['ACCEPTED'], reasons: ['AUXILIARY_ALONE'], clockOffsetMs: 7 } as const
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

const answersOf = ({ recordings }: ShiftReport, fault: string) =>
  recordings.filter(({ what }) => what === fault).map(({ answer }) => answer)
