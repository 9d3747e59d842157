/**
 * A recording, from its upload to the evidence of its act: real register, desk, room and files.
 *
 *     upload ─▶ accepted ─▶ linked ─▶ supplement package: whole, or an excerpt of the very packets
 */
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { BodyCamRegistry } from '../../devices/bodycam/registry.ts'
import { EvidenceOptions } from '../../gateway/evidence/keeper.ts'
import { Locker, makeStorageKey } from '../../gateway/evidence/locker.ts'
import { exportPackage } from '../../gateway/evidence/redacted/export.ts'
import { RedactionOptions } from '../../gateway/evidence/redacted/profiles.ts'
import { StorageOptions } from '../../gateway/evidence/vault.ts'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { EvidenceRoom } from '../../gateway/evidence-room.ts'
import { isoTime } from '../../gateway/kit/clock.ts'
import { Closing } from '../../gateway/kit/closing.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { MESSAGES } from '../../gateway/mqtt/messages.ts'
import { RecordingLinks } from '../../gateway/recording-links.ts'
import { DELIVERS_NOTHING, STREET, wrap } from './evidence-footage.ts'
import { act, camera, setUpOffice } from './office-fixture.ts'
import { SAMPLE_WALL_MS } from './sample-event.ts'

const HOME = { lon: 121.48, lat: 31.236 }
const PEOPLE = [
  {
    ...{ personId: 'p-1', name: '张三', badgeNo: '010001', role: 'OFFICER', certNo: 'Z-1' },
    certValidTo: '2030-01-01',
  },
  { personId: 'p-2', name: '李四', badgeNo: '010002', role: 'AUXILIARY' },
]
const OPTIONS = {
  ...{ cameras: [camera('cam-1', HOME)], people: PEOPLE },
  devices: { bodycams: [{ id: 'bc-1', serial: 'DSJ-1' }] },
}
let films: string
let mp4: string
let avi: string

beforeAll(() => {
  films = mkdtempSync(join(tmpdir(), 'lushao-films-'))
  mp4 = join(films, 'walk.mp4')
  avi = join(films, 'long.avi')
  const input = (seconds: number) =>
    `-v error -f lavfi -i testsrc2=s=640x360:r=25:d=${seconds} -f lavfi -i sine=440:sample_rate=8000:d=${seconds}`
  const run = (line: string, file: string) => execFileSync('ffmpeg', [...line.split(' '), file])
  run(`${input(6)} -c:v libx264 -g 25 -preset veryfast -c:a aac`, mp4)
  // As many recorders write it: MPEG-4 pictures, G.711 sound, AVI.
  run(`${input(60)} -c:v mpeg4 -b:v 1M -g 25 -c:a pcm_alaw`, avi)
})
afterAll(() => rmSync(films, { recursive: true }))

async function box(evidence: object = {}, keyFile?: string) {
  const running = setUpOffice({ options: OPTIONS })
  const { desk, office, outbox, database, folder, clock, time, config } = running
  time.nowMs = SAMPLE_WALL_MS + 60 * 60_000
  const closing = new Closing()
  onTestFinished(() => closing.close())
  const encryption = keyFile === undefined ? undefined : { keyFile }
  const roomConfig = {
    ...DELIVERS_NOTHING,
    evidence: EvidenceOptions.parse({ recordings: evidence }),
    storage: StorageOptions.parse({ folder, freeMinMiB: 0, encryption }),
  }
  const log = silentLog
  const room = await EvidenceRoom.open(
    { config: () => roomConfig, folder, database, outbox, clock, log },
    closing,
  )
  const registry = closing.own(
    new BodyCamRegistry({
      ...{ database, folder: join(folder, 'bodycam'), clock, log, onRecording: async () => {} },
      offsetMinutes: () => 480,
      devices: () => config().devices.bodycams,
      people: () => office.people.all(),
    }),
  )
  const links = closing.own(
    new RecordingLinks({
      ...{ registry, films: office.films, desk, room, clock, log },
      keeper: 'nanjing-road/gw-01',
    }),
  )
  await registry.start()
  links.start()
  const registered = (id: string) => registry.get(id)
  running.lookUp(registered)
  let count = 0
  const upload = async (film: string, details: Record<string, string> = {}) => {
    const file = join(folder, `upload-${++count}`)
    copyFileSync(film, file)
    const metadata = {
      ...{ deviceSerial: 'DSJ-1', userNo: '010001', roleAtRecording: 'OFFICER', clockOffsetMs: '0' },
      ...{ startAt: isoTime(SAMPLE_WALL_MS + 5 * 60_000), filename: `film${extname(film)}`, ...details },
      ...{ lon: String(HOME.lon), lat: String(HOME.lat) },
    }
    const { recordingId } = await registry.take({
      ...{ uploadId: `u-${count}`, file, bytes: statSync(file).size, metadata, channel: 'DOCK', by: 'dock' },
    })
    await registry.settled()
    office.films.work()
    await links.settled()
    return registry.get(recordingId)!
  }
  const packagesOf = (eventId: string) => desk.get(eventId)!.event.evidence?.packages ?? []
  return { ...running, room, registry, links, upload, packagesOf }
}

/** An act that a camera has sealed a package of. */
async function sealedAct({ desk, room }: Awaited<ReturnType<typeof box>>) {
  const event = act('a', 0, 20)
  const { eventId, ruleId, cameraId, zoneId } = event
  await room.keeper.hold(eventId, 'START', wrap(STREET, 12))
  const sealed = await room.keeper.seal({
    ...{ eventId, ruleId, cameraId, zoneId, box: event.box, startedAtWallMs: SAMPLE_WALL_MS },
    ...{
      confirmedAtWallMs: null,
      endedAtWallMs: null,
      proofObject: '疑似',
      evidenceStatus: 'LEAD',
      evidenceCaps: [],
    },
    ...{ clock: { source: 'ntp', offsetMs: 1, checkedAtWallMs: null }, privacyMasks: [], purpose: 'confirm' },
    producedAtWallMs: SAMPLE_WALL_MS,
  })
  const { packageId, manifestHash } = sealed
  desk.raise({ ...event, evidence: { packageId, manifestHash, packages: [packageId] } })
  return { eventId, packageId }
}

test('[R61] [R70] a linked recording is sealed whole, byte for byte, beside what cameras showed; it verifies', async () => {
  const running = await box()
  const { room, outbox, folder, packagesOf } = running
  const { eventId, packageId: first } = await sealedAct(running)
  await room.keeper.hold(eventId, 'AFTER', wrap(STREET, 12))
  const recording = await running.upload(mp4)
  expect(recording).toMatchObject({ status: 'ACCEPTED', linkedEventIds: [eventId] })
  const added = packagesOf(eventId).filter((id) => id !== first)
  expect(added).toHaveLength(1)
  const sealed = await room.keeper.vault.read(added[0]!)
  expect(sealed).toMatchObject({
    purpose: 'supplement',
    evidenceStatus: 'EVIDENCE_CANDIDATE',
    evidenceCaps: [],
  })
  expect(sealed.items).toMatchObject([
    {
      kind: 'BODYCAM',
      isOriginal: true,
      cameraId: 'bodycam-dsj-1',
      mime: 'video/mp4',
      sha256: recording.sha256,
    },
  ])
  expect(readFileSync(join(sealed.path, sealed.items[0]!.path)).equals(readFileSync(mp4))).toBe(true)
  expect(sealed.document.recording).toMatchObject({
    ...{ recordingId: recording.recordingId, personId: 'p-1', certValidAtRecording: true },
    link: { by: 'box', fromSec: 0, reasons: expect.arrayContaining([{ code: 'PLACE_NEAR', value: 0 }]) },
  })
  expect((await verifyPackages([join(folder, 'evidence')])).ok).toBe(true)
  // What waits for the act's own next package still waits.
  expect(readdirSync(join(folder, 'pending', eventId))).toContain('02-after.mp4')
  expect(existsSync(join(folder, 'staged'))).toBe(true)
  expect(readdirSync(join(folder, 'staged'))).toEqual([])
  expect(room.custody.of(added[0]!).map(({ action }) => action)).toEqual(['SEALED'])
  const told = outbox.due(50).filter(({ topic }) => topic === `evidence/${eventId}`)
  expect(MESSAGES.evidence.data.parse(told.at(-1)!.data)).toMatchObject({ purpose: 'supplement' })
  // Nobody may see it who may not see the original: there is no redacted copy of it.
  const to = join(folder, 'copy')
  const { items, leftOut } = await exportPackage({
    ...{ from: sealed.path, to, profile: 'PUBLIC', wholePersons: false, sound: false, purpose: 'a test' },
    ...{
      detector: null,
      options: RedactionOptions.parse({}),
      wallMs: 0,
      onFault: () => {},
      onProgress: () => {},
    },
  })
  expect([items, leftOut.map(({ code }) => code)]).toEqual([[], ['NOT_REDACTABLE']])
})

test('[R48] [R53] what holds the recording back holds its package back, and is said', async () => {
  const running = await box()
  const { eventId } = await sealedAct(running)
  await running.upload(mp4, { userNo: '010002', roleAtRecording: 'AUXILIARY' })
  const sealed = await running.room.keeper.vault.read(running.packagesOf(eventId).at(-1)!)
  expect(sealed).toMatchObject({ evidenceStatus: 'LEAD', evidenceCaps: ['AUXILIARY_ALONE'] })
  expect(sealed.document.recording).toMatchObject({ evidenceCap: 'LEAD', capReasons: ['AUXILIARY_ALONE'] })
  expect(running.desk.get(eventId)!.event.filmed).toMatchObject([{ evidenceCap: 'LEAD' }])
})

test('[R70] of a large one the very packets around the act are sealed; the whole is named, and where it lies', async () => {
  const running = await box({ wholeMaxMiB: 1, excerptBesideSec: 5 })
  expect(statSync(avi).size).toBeGreaterThan(2 ** 20)
  const { eventId } = await sealedAct(running)
  // The act is over half a minute into the film.
  const recording = await running.upload(avi, { startAt: isoTime(SAMPLE_WALL_MS + 19.5 * 60_000) })
  const sealed = await running.room.keeper.vault.read(running.packagesOf(eventId).at(-1)!)
  const { sha256, sm3, bytes, recordingId } = recording
  expect(sealed.document.elsewhere).toEqual([
    {
      itemId: '01-bodycam',
      kind: 'BODYCAM',
      keptAt: `nanjing-road/gw-01/bodycam/${recordingId}`,
      bytes,
      sha256,
      sm3,
    },
  ])
  expect(sealed.items).toMatchObject([
    { kind: 'BODYCAM', isOriginal: false, derivedFrom: '01-bodycam', codec: 'mpeg4' },
  ])
  expect(sealed.evidenceCaps).not.toContain('NO_FOOTAGE')
  const excerpt = packets(join(sealed.path, sealed.items[0]!.path))
  const whole = packets(avi)
  for (const [stream, hashes] of excerpt) {
    const at = whole.get(stream)!.indexOf(hashes[0]!)
    expect(at).toBeGreaterThanOrEqual(0)
    expect(whole.get(stream)!.slice(at, at + hashes.length)).toEqual(hashes)
  }
  expect([...excerpt.keys()]).toEqual(['0', '1'])
  // 30 seconds and five after, at 25 pictures a second; the film goes on for 25 more.
  expect(excerpt.get('0')!.length).toBeGreaterThanOrEqual(34 * 25)
  expect(excerpt.get('0')!.length).toBeLessThan(40 * 25)
  expect((await verifyPackages([join(running.folder, 'evidence')])).ok).toBe(true)
})

test('a withdrawn link leaves the package as it is; custody says when it was withdrawn and made again', async () => {
  const running = await box()
  const { office, room, folder, registry } = running
  const { eventId } = await sealedAct(running)
  const { recordingId } = await running.upload(mp4)
  const supplement = running.packagesOf(eventId).at(-1)!
  const wish = { recordingId, eventId, by: 'p-5', reason: 'another street' }
  office.films.unlink({ ...wish, commandId: 'c-1' })
  expect(registry.get(recordingId)!.linkedEventIds).toEqual([])
  office.films.link({ ...wish, reason: 'it was after all', commandId: 'c-2' })
  await running.links.settled()
  expect(room.custody.of(supplement).map(({ action, actor, reason }) => [action, actor, reason])).toEqual([
    ['SEALED', expect.any(String), 'supplement'],
    ['LINK_WITHDRAWN', 'p-5', 'another street'],
    ['LINK_RESTORED', 'p-5', 'it was after all'],
  ])
  expect(running.packagesOf(eventId)).toHaveLength(2)
  expect((await verifyPackages([join(folder, 'evidence')])).ok).toBe(true)
})

test('of an act without a package of its own the film’s is named', async () => {
  const running = await box()
  const { eventId } = running.desk.raise(act('a', 0, 20))
  await running.upload(mp4)
  const { evidence } = running.desk.get(eventId)!.event
  const { manifestHash, purpose } = await running.room.keeper.vault.read(evidence!.packageId)
  expect([purpose, evidence]).toEqual([
    ...['supplement', { packageId: evidence!.packageId, manifestHash, packages: [evidence!.packageId] }],
  ])
})

test('a package that was owed when the box stopped is sealed after it, once', async () => {
  const running = await box()
  const { eventId } = await sealedAct(running)
  const { room, registry, desk, office, clock, packagesOf } = running
  await running.links.close()
  await running.upload(mp4)
  const next = async () => {
    const parts = { registry, films: office.films, desk, room, clock, log: silentLog, keeper: 'box' }
    const links = new RecordingLinks(parts)
    links.start()
    office.films.work()
    await links.settled()
    await links.close()
    return packagesOf(eventId)
  }
  const packages = await next()
  expect(packages).toHaveLength(2)
  expect(await next()).toEqual(packages)
  expect(room.custody.of(packages.at(-1)!)).toHaveLength(1)
})

test('a recording that is not what was received joins nothing, and a quarantined one is never linked', async () => {
  const running = await box()
  const { office, registry } = running
  const quarantined = await running.upload(mp4, { deviceSerial: 'DSJ-9' })
  const { eventId } = await sealedAct(running)
  expect(quarantined).toMatchObject({ status: 'QUARANTINED', linkedEventIds: [] })
  office.films.work()
  expect(office.films.links.nowOfEvent(eventId)).toEqual([])
  const { recordingId, file } = await running.upload(mp4, { startAt: isoTime(SAMPLE_WALL_MS + 40 * 60_000) })
  appendFileSync(file, 'a byte more')
  office.films.link({ ...{ recordingId, eventId, by: 'p-5', reason: 'seen in it' }, commandId: 'c-1' })
  await running.links.settled()
  expect(running.packagesOf(eventId)).toHaveLength(1)
  expect(office.films.owed()).toHaveLength(1)
  expect(registry.get(recordingId)!.linkedEventIds).toEqual([eventId])
})

test('in a storage that is locked the package is locked, and the recording in the register stays as it is', async () => {
  const keyFile = join(mkdtempSync(join(tmpdir(), 'lushao-key-')), 'storage.key')
  await makeStorageKey(keyFile)
  const running = await box({}, keyFile)
  const { eventId } = await sealedAct(running)
  const { file, sha256 } = await running.upload(mp4)
  const path = join(running.room.keeper.vault.evidence, running.packagesOf(eventId).at(-1)!)
  expect(readFileSync(join(path, 'data/original/01-bodycam.mp4')).equals(readFileSync(mp4))).toBe(false)
  expect(readFileSync(file).equals(readFileSync(mp4))).toBe(true)
  const locker = await Locker.open({ cipher: 'aes-256-gcm', keyFile })
  const { ok, packages } = await verifyPackages([join(running.folder, 'evidence')], { locker })
  expect([ok, packages.length]).toEqual([true, 2])
  expect(sha256).toHaveLength(64)
})

/** Hash of every packet, by stream. */
function packets(file: string): Map<string, string[]> {
  const args = ['-v', 'error', '-i', file, '-map', '0', '-c', 'copy', '-f', 'framemd5', '-']
  const found = new Map<string, string[]>()
  for (const line of execFileSync('ffmpeg', args, { encoding: 'utf8' }).split('\n')) {
    const [stream = '', ...rest] = line.split(',').map((one) => one.trim())
    if (line.startsWith('#') || rest.length === 0) continue
    found.set(stream, [...(found.get(stream) ?? []), rest.at(-1)!])
  }
  return found
}
