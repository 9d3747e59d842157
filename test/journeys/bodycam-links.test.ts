/**
 * Three acts at one time before three cameras of one street, and an officer's film from one of them.
 *
 *     cam-1 ▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓        cam-2 ▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓        cam-3 ▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓
 *       0 m                          50 m  ▲                       150 m
 *                               officer ───┘ 12 m off
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { AdminSession } from '../../simulators/bodycam/admin-session.ts'
import { uploadRecording } from '../../simulators/bodycam/upload.ts'
import { RtspCamera } from '../../simulators/camera/rtsp-camera.ts'
import type { Platform } from '../../simulators/platform/platform.ts'
import { makeClip } from '../fixtures/clip.ts'
import { boxPaths, camera, KERB, SITE, writeBoxConfig } from './box-config.ts'
import {
  type GatewayProcess,
  revisionsIn,
  startGatewayProcess,
  startPlatformFor,
  until,
} from './gateway-process.ts'

const CAMERAS = ['cam-1', 'cam-2', 'cam-3'] as const
const OFFICER = { personId: 'p-1', name: '张三', badgeNo: '010001', role: 'OFFICER', certNo: 'Z-1' }
const east = (metres: number) => ({ lon: 121.48 + metres / (111_320 * 0.855), lat: 31.236 })

let folder: string
let street: RtspCamera
let gateway: GatewayProcess
let platform: Platform

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lushao-links-'))
  const things = [{ fromSec: 6, toSec: 110, box: [0.4, 0.5, 0.55, 0.75], luma: 200 }] as const
  const clip = await makeClip(join(folder, 'clip.mp4'), { seconds: 120, fps: 5, things })
  const streams = Object.fromEntries(CAMERAS.map((id) => [id, { file: clip }]))
  street = await RtspCamera.start({ streams })
  const paths = boxPaths(folder)
  writeBoxConfig(paths, {
    cameras: CAMERAS.map((id, at) => camera(id, street.urlOf(id), east([0, 50, 150][at]!))),
    devices: { bodycams: [{ id: 'bc-1', serial: 'DSJ-001', personId: 'p-1', zones: [KERB] }] },
    people: [{ ...OFFICER, certValidFrom: '2025-01-01', certValidTo: '2035-01-01' }],
  })
  gateway = await startGatewayProcess(paths.config)
  platform = await startPlatformFor(gateway, paths.storage, SITE, { reviewAfterMs: null })
})

afterAll(async () => {
  await platform?.close()
  if (gateway?.child.exitCode === null) await gateway.kill('SIGKILL')
  await street?.close()
  rmSync(folder, { recursive: true, force: true })
})

test('[R61] [R67] the film links to the right one of three, joins its evidence, and all of it verifies', {
  timeout: 180_000,
}, async () => {
  const started = await until(
    'an alert of each camera',
    () => {
      const begun = new Map(revisionsIn(platform).map((event) => [event.cameraId, event]))
      return begun.size === CAMERAS.length && begun
    },
    90_000,
  )
  const seen = started.get('cam-2')!
  const film = await makeClip(join(folder, 'film.mp4'), { seconds: 20, fps: 10, seed: 7, things: [] })
  const password = await until(
    'the password',
    () => /one-time password (\S+)/.exec(gateway.log())?.[1],
    5_000,
  )
  const admin = await AdminSession.begin(gateway.consoleUrl, password)
  const token = await admin.issueToken('dock', 'bodycam')
  const { lon, lat } = east(62)
  await uploadRecording({
    ...{ url: `${gateway.consoleUrl}/bodycam/uploads`, token, file: film, chunkBytes: 1 << 18 },
    metadata: {
      ...{ deviceSerial: 'DSJ-001', userNo: '010001', roleAtRecording: 'OFFICER', clockOffsetMs: '40' },
      ...{ startAt: seen.startedAt, lon: String(lon), lat: String(lat) },
    },
  })
  const linked = await until(
    'the link',
    () => told('bodycam').find(({ change }) => change === 'linked'),
    60_000,
  )
  expect(linked['linkedEventIds']).toEqual([seen.eventId])
  const supplement = await until(
    'its package',
    () => told('evidence').find(({ purpose }) => purpose === 'supplement'),
    30_000,
  )
  expect(supplement).toMatchObject({ eventId: seen.eventId, evidenceCaps: [] })
  expect(supplement['items']).toMatchObject([{ kind: 'BODYCAM', isOriginal: true, sha256: linked['sha256'] }])
  const event = await until(
    'the alert with both',
    () =>
      revisionsIn(platform).findLast(
        ({ eventId, filmed, evidence }) =>
          eventId === seen.eventId &&
          filmed !== undefined &&
          evidence?.packages.includes(String(supplement['packageId'])),
      ),
    10_000,
  )
  expect(event.filmed).toMatchObject([{ recordingId: linked['recordingId'], by: 'box', personId: 'p-1' }])
  const others = revisionsIn(platform).filter(({ eventId }) => eventId !== seen.eventId)
  expect(others.filter(({ filmed }) => filmed !== undefined)).toEqual([])
  expect(await gateway.kill('SIGTERM')).toBe(0)
  expect((await verifyPackages([join(boxPaths(folder).storage, 'evidence')])).ok).toBe(true)
})

/** What was said on topics of a kind, in order. */
function told(kind: string): Readonly<Record<string, unknown>>[] {
  return platform
    .received()
    .filter(({ topic }) => topic.split('/')[4] === kind)
    .map(({ data }) => data as Record<string, unknown>)
}
