/** A dock's folder: every recording once, whole, with what lies beside it; nothing lost, nothing told twice. */
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { DockFolder, DockFolderOptions } from '../../devices/bodycam/dock-folder.ts'
import { identified } from '../../devices/bodycam/identity.ts'
import type { BodyCamPerson, RecordingUpload } from '../../devices/bodycam/recording.ts'
import { BodyCamRegistry } from '../../devices/bodycam/registry.ts'
import { systemClock } from '../../gateway/kit/clock.ts'
import { Database } from '../../gateway/kit/database.ts'
import { makeLog, silentLog } from '../../gateway/kit/log.ts'
import { makeClip } from '../fixtures/clip.ts'

const PEOPLE: readonly BodyCamPerson[] = [
  {
    ...{ personId: 'p-1', name: '王', badgeNo: '310001', role: 'OFFICER', certNo: 'C1' },
    certValidTo: '2099-12-31',
  },
]
const SIDECAR = { serial: 'DSJ0001', 警号: '310001', startTime: '2026-01-05 10:00:00', clockOffsetMs: 0 }
let clips: string
let film: string

beforeAll(async () => {
  clips = mkdtempSync(join(tmpdir(), 'lushao-dock-clips-'))
  film = await makeClip(join(clips, 'walk.mp4'), { seconds: 2, fps: 10, things: [] })
})
afterAll(() => rmSync(clips, { recursive: true, force: true }))

/** A box and its dock; time stands still unless it is moved. */
async function openDock(
  options: object = {},
  folder = mkdtempSync(join(tmpdir(), 'lushao-dock-')),
  offsetMinutes = 480,
) {
  const dock = join(folder, 'dock')
  const inbox = join(folder, 'inbox')
  mkdirSync(dock, { recursive: true })
  const database = new Database(join(folder, 'gateway.db'))
  const names = ['{deviceSerial}_{userNo}_{startAt:yyyyMMddHHmmss}']
  const registry = new BodyCamRegistry({
    ...{ database, folder: join(folder, 'bodycam'), clock: systemClock, log: silentLog },
    offsetMinutes: () => offsetMinutes,
    devices: () => [{ id: 'bc-1', serial: 'DSJ0001', personId: 'p-1' }],
    people: () => PEOPLE,
    identify: (details) => identified(details, { names, people: PEOPLE, offsetMinutes }),
    onRecording: async () => {},
  })
  await registry.start()
  let lines = ''
  const sink = new Writable({
    write(line, _encoding, done) {
      lines += String(line)
      done()
    },
  })
  const log = makeLog('info', sink)
  const taken: RecordingUpload[] = []
  let nowMs = 0
  let broken: Error | null = null
  const parts = {
    options: DockFolderOptions.parse({ folder: dock, lookSec: 600, ...options }),
    inbox,
    take: async (upload: RecordingUpload) => {
      if (broken) throw broken
      taken.push(upload)
      await registry.take(upload)
    },
    isTaken: (id: string) => registry.isTaken(id),
    clock: { ...systemClock, monotonicMs: () => nowMs, wallMs: () => systemClock.wallMs() },
    log,
  }
  const folderOf = new DockFolder(parts)
  await folderOf.start()
  let isOpen = true
  const close = async () => {
    if (!isOpen) return
    isOpen = false
    await folderOf.close()
    await registry.close()
    database.close()
  }
  onTestFinished(async () => {
    await close()
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    ...{ folder, dock, inbox, registry, taken, close },
    put: (name: string, from = film) => copyFileSync(from, join(dock, name)),
    write: (name: string, text: string) => writeFileSync(join(dock, name), text),
    /** Looks twice, so many seconds apart. */
    async pass(seconds = 11) {
      await folderOf.look()
      nowMs += seconds * 1000
      await folderOf.look()
      await registry.settled()
    },
    breakTaking: (error: Error | null) => {
      broken = error
    },
    codes: () =>
      lines
        .split('\n')
        .filter(Boolean)
        .map((line) => (JSON.parse(line) as { code?: string }).code),
  }
}
const sha256 = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')

test('[R61] a recording with its sidecar and positions is taken once and put away', async () => {
  const box = await openDock()
  mkdirSync(join(box.dock, 'rack-1'))
  box.put('rack-1/0001.mp4')
  box.write('rack-1/0001.json', JSON.stringify(SIDECAR))
  box.write('rack-1/0001.gpx', '<gpx/>')
  await box.pass()
  expect(box.registry.list(9)).toMatchObject([
    {
      ...{ status: 'ACCEPTED', deviceSerial: 'DSJ0001', userNo: '310001', fileName: '0001.mp4' },
      ...{ startAt: '2026-01-05T10:00:00.000+08:00', uploadChannel: 'DOCK', uploadedBy: 'dock dock' },
      sha256: sha256(film),
    },
  ])
  expect(box.taken.map(({ metadata }) => metadata['sha256'])).toEqual([sha256(film)])
  // The register has the positions beside the film.
  const accepted = join(box.folder, 'bodycam', 'accepted')
  const texts = readdirSync(accepted).map((name) => readFileSync(join(accepted, name), 'latin1'))
  expect([texts.includes('<gpx/>'), readdirSync(box.inbox)]).toEqual([true, []])
  expect(readdirSync(join(box.dock, 'rack-1'))).toEqual([])
  expect(readdirSync(join(box.dock, 'taken', 'rack-1')).sort()).toEqual(['0001.gpx', '0001.json', '0001.mp4'])
  await box.pass()
  expect(box.taken).toHaveLength(1)
})

test('times are those of the street, wherever it lies', async () => {
  const box = await openDock({}, undefined, 60)
  box.put('DSJ0001_310001_20260105100000.mp4')
  await box.pass()
  expect(box.registry.list(1)).toMatchObject([
    { startAt: '2026-01-05T10:00:00.000+01:00', collectedAt: expect.stringMatching(/\+01:00$/) },
  ])
})

test('what still grows, or lies under a name of something unfinished, is left alone', async () => {
  const box = await openDock()
  box.put('DSJ0001_310001_20260105100000.mp4')
  box.put('other.mp4.part')
  box.put('.hidden.mp4')
  await box.pass(9)
  expect(box.taken).toEqual([])
  appendFileSync(join(box.dock, 'DSJ0001_310001_20260105100000.mp4'), 'more')
  await box.pass(9)
  expect(box.taken).toEqual([])
  await box.pass(9)
  expect(box.taken.map(({ metadata }) => metadata['filename'])).toEqual(['DSJ0001_310001_20260105100000.mp4'])
  renameSync(join(box.dock, 'other.mp4.part'), join(box.dock, 'other.mp4'))
  await box.pass()
  expect(box.taken).toHaveLength(2)
})

test.each([
  ['sidecar', 'x.json', JSON.stringify(SIDECAR)],
  ['done', 'x.done', ''],
])('with waitFor: %s it waits for it', async (waitFor, name, text) => {
  const box = await openDock({ waitFor, afterwards: 'remove' })
  box.put('x.mp4')
  await box.pass()
  expect(box.taken).toEqual([])
  box.write(name, text)
  await box.pass()
  expect(box.taken).toHaveLength(1)
  expect(readdirSync(box.dock)).toEqual([])
})

test.each([
  ['a sidecar that is no JSON', 'DSJ0001_310001_20260105100000', '{"serial":'],
  ['a sidecar that the name contradicts', 'DSJ0001_310009_20260105100000', JSON.stringify(SIDECAR)],
  ['a sidecar of hours later', 'DSJ0001_310001_20260105180000', JSON.stringify(SIDECAR)],
])('[R62] quarantined: %s', async (_, stem, text) => {
  const box = await openDock({ afterwards: 'remove' })
  box.put(`${stem}.mp4`)
  box.write(`${stem}.json`, text)
  await box.pass()
  const code = 'BODYCAM_IDENTITY_CONFLICT'
  expect(box.registry.list(9)).toMatchObject([
    { status: 'QUARANTINED', quarantine: { code }, sha256: sha256(film) },
  ])
  // What could not be read is not thrown away either.
  const kept = join(box.dock, 'taken', `${stem}.json`)
  if (text.endsWith('}')) expect(readdirSync(box.dock)).toEqual([])
  else expect(readFileSync(kept, 'utf8')).toBe(text)
})

test('what cannot be taken is said once, stays, and is taken when it can be', async () => {
  const box = await openDock()
  symlinkSync('/etc/hostname', join(box.dock, 'link.mp4'))
  box.put('DSJ0001_310001_20260105100000.mp4')
  box.breakTaking(new Error('the register is away'))
  await box.pass()
  await box.pass()
  expect(box.codes()).toEqual(['DOCK_FILE_UNREADABLE', 'DOCK_FILE_UNREADABLE'])
  expect(existsSync(join(box.dock, 'DSJ0001_310001_20260105100000.mp4'))).toBe(true)
  box.breakTaking(null)
  await box.pass()
  expect(box.registry.list(9)).toMatchObject([{ status: 'ACCEPTED', sha256: sha256(film) }])
  rmSync(box.dock, { recursive: true })
  await box.pass()
  await box.pass()
  expect(box.codes().filter((code) => code === 'DOCK_FOLDER_UNREADABLE')).toHaveLength(1)
})

test('stopped between copy and register, it is handed over at the next start, once', async () => {
  const first = await openDock()
  first.put('DSJ0001_310001_20260105100000.mp4')
  first.breakTaking(new Error('stopped'))
  await first.pass()
  expect(readdirSync(first.inbox)).toHaveLength(2)
  writeFileSync(join(first.inbox, `${'c'.repeat(32)}.part`), 'half')
  await first.close()
  const second = await openDock({}, first.folder)
  await second.registry.settled()
  expect(second.taken).toHaveLength(1)
  await second.pass()
  expect(second.taken).toHaveLength(1)
  expect(second.registry.list(9)).toMatchObject([{ status: 'ACCEPTED' }])
  expect([readdirSync(second.inbox), readdirSync(second.dock)]).toEqual([[], ['taken']])
})

test('[R66] a conflict incident is taken first, and files that are no films are kept apart', async () => {
  const box = await openDock()
  box.write('a.mp4', 'noise')
  box.put('z.mp4')
  box.write('z.json', JSON.stringify({ ...SIDECAR, incident: { course: '推搡' } }))
  await box.pass()
  expect(box.taken.map(({ metadata }) => metadata['filename'])).toEqual(['z.mp4', 'a.mp4'])
  expect(box.taken[0]!.metadata['incident']).toBe('{"course":"推搡"}')
  expect(box.registry.list(9).map(({ status }) => status)).toEqual(['QUARANTINED', 'ACCEPTED'])
})
