import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { tornIn } from '../../devices/bodycam/file.ts'
import { agingFiles } from '../../gateway/aging-files.ts'
import { RetentionOptions } from '../../gateway/evidence/retention.ts'
import { filmFacts } from '../../gateway/film-facts.ts'
import { isoTime } from '../../gateway/kit/clock.ts'
import { MINUTE_MS, record } from './bodycam-fixture.ts'
import { type Running, startServer, Visitor } from './http-fixture.ts'

const REPORT = { course: '当事人阻挠', cause: '误解', handling: '劝离', lessons: '两人同行' }
const startMs = () => Math.floor(Date.now() / 1000) * 1000 - 10 * MINUTE_MS

test('a clock that was wrong is set right, and both times are kept', async () => {
  const running = await startServer()
  const deviceStartAt = isoTime(startMs())
  const { deviceClockSource, startAt, endAt, ...rest } = await record(running, {
    ...{ startAt: deviceStartAt, clockOffsetMs: '-95000' },
  })
  expect(rest).toMatchObject({ deviceStartAt, deviceClockOffsetMs: -95_000, capReasons: ['CLOCK_OFF'] })
  expect(deviceClockSource).toBe('UPLOAD')
  expect(Date.parse(startAt) - Date.parse(deviceStartAt)).toBe(95_000)
  expect(Date.parse(endAt!) - Date.parse(startAt)).toBe(2_000)
})

test('a clock nobody asked about is no clock', async () => {
  const running = await startServer()
  const recording = await record(running, {}, true)
  expect(recording).toMatchObject({ deviceClockSource: 'NONE', capReasons: ['CLOCK_UNCHECKED'] })
})

test.each([
  ['its beginning in UTC', 0, []],
  ['its beginning in local time that it takes for UTC', 480, []],
  ['two hours earlier', -120, ['START_DISPUTED']],
])('what the file itself says of its time: %s', async (_, laterMin, capReasons) => {
  const running = await startServer()
  const atMs = startMs()
  const folder = mkdtempSync(join(tmpdir(), 'lushao-made-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'a.mp4')
  const made = ['-metadata', `creation_time=${new Date(atMs + laterMin * MINUTE_MS).toISOString()}`]
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=160x90:rate=10', '-t', '2', '-c:v', 'mpeg4']
  execFileSync('ffmpeg', ['-v', 'error', ...picture, ...made, file])
  const { recordingId } = await running.recordings.take({
    ...{ uploadId: 'u', file, bytes: readFileSync(file).length, channel: 'DOCK', by: 'dock' },
    metadata: { ...OFFICERS, startAt: isoTime(atMs), filename: 'a.mp4' },
  })
  await running.recordings.settled()
  expect(running.recordings.get(recordingId)).toMatchObject({ status: 'ACCEPTED', capReasons })
})

const OFFICERS = {
  ...{ deviceSerial: 'DSJ-0001', userNo: '310001', roleAtRecording: 'OFFICER', clockOffsetMs: '0' },
}

test('bytes that do not add up to what the recorder says wait; a person lets them in, and the limit stays', async () => {
  const running = await startServer()
  const recording = await record(running, { integrityId: `md5:${'0'.repeat(32)}` })
  expect(recording).toMatchObject({
    status: 'QUARANTINED',
    quarantine: { code: 'BODYCAM_INTEGRITY_DIFFERS' },
  })
  const declared = await record(running, { sha256: 'f'.repeat(64) })
  expect(declared.quarantine?.code).toBe('BODYCAM_INTEGRITY_DIFFERS')
  running.recordings.desk.release({
    recordingId: recording.recordingId,
    by: 'p-9',
    reason: 'seen on the recorder',
  })
  await running.recordings.settled()
  expect(running.recordings.get(recording.recordingId)).toMatchObject({
    ...{ status: 'ACCEPTED', evidenceCap: 'LEAD', capReasons: ['BODYCAM_INTEGRITY_DIFFERS'] },
    integrity: { result: 'DIFFERS', algorithm: 'md5' },
  })
})

test('[R54] key marks and [R61] the way come along; a way that cannot be read is kept and said', async () => {
  const running = await startServer()
  const mark = { at: isoTime(startMs()), label: '证件已出示' }
  const marked = await record(running, { keyMarks: JSON.stringify([mark]) })
  expect(marked.keyMarks).toEqual([mark])
  const bad = await record(running, { keyMarks: '[{"at":"noon"}]' })
  expect(bad.quarantine?.code).toBe('BODYCAM_METADATA_BAD')
  const [good, broken] = [await withTrack(running, track()), await withTrack(running, 'no way')]
  expect(good).toMatchObject({ place: { lon: 121.47, lat: 31.23 }, gpsTrack: { format: 'JSON', points: 2 } })
  const beside = (name: string) => join(dirname(good.file), name)
  const kept = readFileSync(beside(good.gpsTrack!.name))
  expect(createHash('sha256').update(kept).digest('hex')).toBe(good.gpsTrack!.sha256)
  expect(readFileSync(beside(`${good.recordingId}.track.txt`), 'utf8')).toBe(track())
  // Its clock was a minute ahead, and so were its positions.
  expect(JSON.parse(kept.toString()).points[0].wallMs).toBe(TRACK_MS - 60_000)
  expect(broken).toMatchObject({ status: 'ACCEPTED', remarks: expect.arrayContaining(['TRACK_UNREADABLE']) })
  expect(readFileSync(join(dirname(broken.file), `${broken.recordingId}.track.txt`), 'utf8')).toBe('no way')
  await running.recordings.purge(good.recordingId)
  expect(existsSync(beside(good.gpsTrack!.name)) || existsSync(good.file)).toBe(false)
})

const TRACK_MS = Date.parse('2026-01-05T10:00:00+08:00')
const track = () =>
  JSON.stringify([0, 10].map((sec) => ({ at: isoTime(TRACK_MS + 1000 * sec), lon: 121.47, lat: 31.23 })))

test('satellites tell the time themselves, and another datum is no place', async () => {
  const running = await startServer()
  const body = 'GNRMC,020000.00,A,3114.1000,N,12128.2000,E,1.0,90.0,050126,,,A'
  const xor = [...body].reduce((sum, char) => sum ^ char.charCodeAt(0), 0)
  const nmea = await withTrack(running, `$${body}*${xor.toString(16).padStart(2, '0')}`)
  const way = readFileSync(join(dirname(nmea.file), nmea.gpsTrack!.name), 'utf8')
  expect(JSON.parse(way).points[0].wallMs).toBe(Date.parse('2026-01-05T02:00:00Z'))
  const other = await withTrack(running, `${track()} `, { datum: 'GCJ-02' })
  expect(other.place).toBeUndefined()
  expect(other).toMatchObject({
    gpsTrack: { datum: 'GCJ-02' },
    remarks: expect.arrayContaining(['DATUM_NOT_WGS84']),
  })
  expect(filmFacts().track(other)).toBeNull()
  expect(filmFacts().track(nmea)).not.toBeNull()
})

test('what waits in quarantine keeps its way beside it, has no copy that nobody plays, and goes whole', async () => {
  const running = await startServer()
  const strange = await withTrack(running, `${track()}  `, { deviceSerial: 'DSJ-9' })
  const aside = join(dirname(strange.file), `${strange.recordingId}.track.txt`)
  expect(strange.status).toBe('QUARANTINED')
  expect(readFileSync(aside, 'utf8')).toBe(`${track()}  `)
  running.recordings.desk.release({ recordingId: strange.recordingId, by: 'p-9', reason: 'seen' })
  await running.recordings.settled()
  const released = running.recordings.get(strange.recordingId)!
  expect(released).toMatchObject({ status: 'ACCEPTED', gpsTrack: { points: 2 } })
  const broken = await withTrack(running, 'no way at all')
  await running.recordings.purge(broken.recordingId)
  expect(readdirSync(dirname(broken.file)).filter((name) => name.startsWith(broken.recordingId))).toEqual([])
})

test('[R66] the same bytes once more, as a conflict and with a way: the first one is raised, and nothing of it is lost', async () => {
  const running = await startServer()
  const first = await withTrack(running, 'no way at first')
  const again = join(mkdtempSync(join(tmpdir(), 'lushao-again-')), 'a.ts')
  onTestFinished(() => rmSync(dirname(again), { recursive: true, force: true }))
  writeFileSync(again, readFileSync(first.file))
  writeFileSync(`${again}.gps`, track())
  const metadata = {
    ...OFFICERS,
    priority: 'CONFLICT',
    keyMarks: '[]',
    startAt: isoTime(TRACK_MS),
    filename: 'b.ts',
  }
  const { recordingId } = await running.recordings.take({
    ...{ uploadId: 'again', file: again, bytes: first.bytes, channel: '4G', by: 'car-7' },
    ...{ trackFile: `${again}.gps`, metadata },
  })
  await running.recordings.settled()
  const raised = running.recordings.get(first.recordingId)!
  expect(raised).toMatchObject({
    isIncident: true,
    alsoUploaded: [{ uploadId: 'again', by: 'car-7', metadata }],
  })
  expect(raised.remarks).toContain('INCIDENT_REPORT_INCOMPLETE')
  const way = join(dirname(first.file), `${first.recordingId}.${recordingId}.track.txt`)
  expect(readFileSync(way, 'utf8')).toBe(track())
  await running.recordings.purge(first.recordingId)
  expect(existsSync(way)).toBe(false)
})

test('a film that nobody could read through is not whole: without ffmpeg, or with one that is killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lushao-torn-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = process.env['PATH']
  onTestFinished(() => {
    process.env['PATH'] = path
  })
  process.env['PATH'] = folder
  await expect(tornIn('/dev/null')).rejects.toMatchObject({ code: 'ENOENT' })
  writeFileSync(join(folder, 'ffmpeg'), '#!/bin/sh\nkill -9 $$\n', { mode: 0o755 })
  await expect(tornIn('/dev/null')).rejects.toMatchObject({ signal: 'SIGKILL' })
})

async function withTrack(running: Running, text: string, details: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'lushao-way-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const [file, trackFile] = [join(folder, 'a.ts'), join(folder, 'a.gps')]
  const picture = ['-f', 'lavfi', '-i', `testsrc2=size=160x90:rate=10`, '-t', '2', '-c:v', 'mpeg2video']
  execFileSync('ffmpeg', ['-v', 'error', ...picture, '-metadata', `title=${text.length}`, file])
  writeFileSync(trackFile, text)
  const { recordingId } = await running.recordings.take({
    ...{ uploadId: `u-${text}`, file, bytes: readFileSync(file).length, channel: 'DOCK', by: 'dock' },
    ...{
      trackFile,
      metadata: {
        ...OFFICERS,
        clockOffsetMs: '60000',
        startAt: isoTime(TRACK_MS),
        filename: 'a.ts',
        ...details,
      },
    },
  })
  await running.recordings.settled()
  return running.recordings.get(recordingId)!
}

test('[R66] a conflict comes in at once, its report may follow in versions, and it is kept for long', async () => {
  const running = await startServer()
  const recording = await record(running, { priority: 'CONFLICT' })
  expect(recording).toMatchObject({ status: 'ACCEPTED', isIncident: true })
  expect(recording.remarks).toContain('INCIDENT_REPORT_INCOMPLETE')
  const path = `/api/v1/recordings/${recording.recordingId}/incident`
  const auxiliary = await Visitor.as(running, 'AUXILIARY')
  expect((await auxiliary.send('PUT', path, REPORT)).status).toBe(403)
  const officer = await Visitor.as(running, 'OFFICER')
  expect((await officer.send('PUT', path, { course: '一' })).status).toBe(200)
  expect(running.recordings.get(recording.recordingId)!.remarks).toContain('INCIDENT_REPORT_INCOMPLETE')
  expect((await officer.send('PUT', path, REPORT)).status).toBe(200)
  const reported = running.recordings.get(recording.recordingId)!
  expect(reported.remarks).not.toContain('INCIDENT_REPORT_INCOMPLETE')
  expect(reported.incident).toMatchObject([{ course: '一', lessons: '' }, REPORT])
  const whole = await record(running, { incident: JSON.stringify(REPORT) })
  expect(whole).toMatchObject({ isIncident: true, incident: [REPORT] })
  const [files] = agingFiles({
    ...{ registry: running.recordings, lifeOf: () => null, options: () => RetentionOptions.parse({}) },
    ...{
      outbox: { owes: () => false } as never,
      persuading: { store: {}, notices: { archive: {} } } as never,
    },
  })
  expect((await files!.find(whole.recordingId))!.class).toBe('incident')
})
