/**
 * Recordings from a dock into a running box: the good one is judged like a camera, the broken one is kept apart.
 *
 *     film  ........████████████████████████        goods from the 8th second to the end
 */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { AdminSession } from '../../simulators/bodycam/admin-session.ts'
import { uploadRecording } from '../../simulators/bodycam/upload.ts'
import type { Platform } from '../../simulators/platform/platform.ts'
import { makeClip } from '../fixtures/clip.ts'
import { type BoxPaths, boxPaths, KERB, SITE, writeBoxConfig } from './box-config.ts'
import {
  type GatewayProcess,
  revisionsIn,
  startGatewayProcess,
  startPlatformFor,
  until,
} from './gateway-process.ts'

const START = '2026-01-05T10:00:00.000+08:00'
const FROM_SEC = 8
const SECONDS = 24
const OFFICER = { personId: 'p-1', name: '张三', badgeNo: '010001', role: 'OFFICER', certNo: 'Z-1' }

let folder: string
let film: string
let paths: BoxPaths
let gateway: GatewayProcess
let platform: Platform
let token: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lushao-bodycam-'))
  const things = [{ fromSec: FROM_SEC, toSec: SECONDS, box: [0.4, 0.5, 0.55, 0.75], luma: 200 }] as const
  film = await makeClip(join(folder, 'film.mp4'), { seconds: SECONDS, fps: 10, things })
  paths = boxPaths(folder)
  writeBoxConfig(paths, {
    devices: { bodycams: [{ id: 'bc-1', serial: 'DSJ-001', personId: 'p-1', zones: [KERB] }] },
    people: [{ ...OFFICER, certValidFrom: '2025-01-01', certValidTo: '2027-01-01' }],
  })
  gateway = await startGatewayProcess(paths.config)
  platform = await startPlatformFor(gateway, paths.storage, SITE)
  const password = await until(
    'the password',
    () => /one-time password (\S+)/.exec(gateway.log())?.[1],
    5_000,
  )
  const admin = await AdminSession.begin(gateway.consoleUrl, password)
  token = await admin.issueToken('dock', 'bodycam')
})

afterAll(async () => {
  await platform?.close()
  if (gateway?.child.exitCode === null) await gateway.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

test('a broken recording is quarantined by its code', async () => {
  const broken = join(folder, 'broken.mp4')
  copyFileSync(film, broken)
  truncateSync(broken, 40_000)
  await upload(broken)
  const told = await until(
    'the quarantine',
    () => changes().find(({ change }) => change === 'quarantined'),
    20_000,
  )
  expect(told).toMatchObject({ status: 'QUARANTINED', quarantine: { code: 'BODYCAM_FILE_BAD' } })
  expect(platform.alerts()).toEqual([])
})

test('[R61] behind it a good one is accepted, judged, sealed and linked', async () => {
  await upload(film)
  const linked = await until('the link', () => changes().find(({ change }) => change === 'linked'), 40_000)
  const told = changes().map(({ change }) => change)
  expect(told.slice(0, 3)).toEqual(['quarantined', 'accepted', 'linked'])
  const alert = await until(
    'the end',
    () => revisionsIn(platform).find(({ phase }) => phase === 'END'),
    10_000,
  )
  expect(linked['linkedEventIds']).toEqual([alert.eventId])
  expect(alert).toMatchObject({ cameraId: 'bodycam-dsj-001', zoneId: 'kerb', ruleId: 'piling' })
  expect(alert).toMatchObject({ governanceMode: 'test', evidenceStatus: 'LEAD' })
  // It went on when the film ended: out of sight, dated to the last picture.
  expect(alert.detectionState).toBe('LOST')
  expect(Math.abs(secondOf(alert.startedAt) - FROM_SEC)).toBeLessThanOrEqual(1)
  expect(Math.abs(secondOf(alert.endedAt) - SECONDS)).toBeLessThanOrEqual(1)
  const { packages } = await verifyPackages([join(paths.storage, 'evidence')])
  expect(packages.map(({ ok }) => ok)).toEqual([true])
  const document = readFileSync(
    join(paths.storage, 'evidence', alert.evidence!.packageId, 'data/evidence.json'),
    'utf8',
  )
  expect(JSON.parse(document)).toMatchObject({ eventId: alert.eventId, cameraId: 'bodycam-dsj-001' })
})

test('stopped in the middle of one, it is analysed once more, and nothing is told twice', async () => {
  const things = [
    { fromSec: 6, toSec: 16, box: [0.1, 0.5, 0.25, 0.75], luma: 200 },
    { fromSec: 80, toSec: 100, box: [0.6, 0.5, 0.75, 0.75], luma: 200 },
  ] as const
  const known = new Set(revisionsIn(platform).map(({ eventId }) => eventId))
  const fresh = () => revisionsIn(platform).filter(({ eventId }) => !known.has(eventId))
  await upload(await makeClip(join(folder, 'long.mp4'), { seconds: 120, fps: 5, seed: 2, things }))
  await until('the end of its first event', () => fresh().some(({ phase }) => phase === 'END'), 40_000)
  const linkedBefore = changes().filter(({ change }) => change === 'linked').length
  expect(linkedBefore).toBe(1) // It is in the middle.
  expect(await gateway.kill('SIGTERM')).toBe(0)
  await platform.close()
  const told = fresh()

  gateway = await startGatewayProcess(paths.config)
  platform = await startPlatformFor(gateway, paths.storage, SITE)
  /** Each once: what was not acknowledged before the stop comes again after it. */
  const all = () => [
    ...new Map([...told, ...fresh()].map((one) => [`${one.eventId} ${one.revision}`, one])).values(),
  ]
  const linked = await until('the link', () => changes().find(({ change }) => change === 'linked'), 60_000)
  const ids = linked['linkedEventIds'] as string[]
  expect(ids).toHaveLength(2)
  for (const id of ids) {
    const ends = () => all().filter(({ eventId, phase }) => eventId === id && phase === 'END')
    await until('its end', () => ends().length > 0, 10_000)
    expect(all().filter(({ eventId, phase }) => eventId === id && phase === 'START')).toHaveLength(1)
    // Reviews are further revisions, each with a state of its own; so is the word of the film that shows it.
    const states = ends().map(({ alertState, filmed }) => `${alertState} ${filmed?.length ?? 0}`)
    expect(states).toEqual([...new Set(states)])
  }
  expect((await verifyPackages([join(paths.storage, 'evidence')])).ok).toBe(true)
  await until('nothing held', () => readdirSync(join(paths.storage, 'pending')).length === 0, 5_000)
})

test('the box ends with 0', async () => {
  expect(await gateway.kill('SIGTERM')).toBe(0)
})

function upload(file: string) {
  const metadata = { deviceSerial: 'DSJ-001', userNo: '010001', roleAtRecording: 'OFFICER', startAt: START }
  const url = `${gateway.consoleUrl}/bodycam/uploads`
  return uploadRecording({ url, token, file, chunkBytes: 1 << 18, metadata })
}

/** What was said about recordings, in order. */
function changes(): Readonly<Record<string, unknown>>[] {
  return platform
    .received()
    .filter(({ topic }) => topic.endsWith('/bodycam/dsj-001'))
    .map(({ data }) => data as Record<string, unknown>)
}

/** Seconds of the film. */
const secondOf = (time: string | null) => (Date.parse(time ?? '') - Date.parse(START)) / 1000
