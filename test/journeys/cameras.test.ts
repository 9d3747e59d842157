/**
 * One street, five cameras, four of them wrong, each in its own way: every fault has its code and its status, and the
 * good camera does not notice.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createHttpServer, type Server } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RtspCamera } from '../../simulators/camera/rtsp-camera.ts'
import type { Platform } from '../../simulators/platform/platform.ts'
import { makeClip } from '../fixtures/clip.ts'
import { boxPaths, camera, SITE, writeBoxConfig } from './box-config.ts'
import {
  type GatewayProcess,
  listenTo,
  startGatewayProcess,
  startPlatformFor,
  until,
} from './gateway-process.ts'

const RIGHT = { user: 'admin', password: 'right-9f3kq' }
const WRONG = { user: 'admin', password: 'wrong-7d2xz' }
const CODES = {
  absent: 'CAMERA_UNREACHABLE',
  refused: 'CAMERA_REFUSED',
  unknown: 'CAMERA_NOT_FOUND',
  page: 'CAMERA_NOT_VIDEO',
} as const
const BAD = Object.keys(CODES) as (keyof typeof CODES)[]

let folder: string
let good: RtspCamera
let locked: RtspCamera
let page: Server
let gateway: GatewayProcess
let platform: Platform
let heard: ReturnType<typeof listenTo>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lushao-cameras-'))
  const things = [{ fromSec: 8, toSec: 50, box: [0.4, 0.5, 0.55, 0.75], luma: 200 }] as const
  const clip = await makeClip(join(folder, 'clip.mp4'), { seconds: 60, fps: 10, things })
  good = await RtspCamera.start({ streams: { street: { file: clip } } })
  locked = await RtspCamera.start({ streams: { street: { file: clip } }, auth: RIGHT })
  page = createHttpServer((_, response) => response.end('<h1>a page</h1>')).listen(0, '127.0.0.1')
  const paths = boxPaths(folder)
  writeBoxConfig(paths, {
    cameras: [
      camera('good', good.urlOf('street')),
      camera('absent', `rtsp://${WRONG.user}:${WRONG.password}@127.0.0.1:${await closedPort()}/street`),
      camera('refused', locked.urlOf('street', WRONG)),
      camera('unknown', good.urlOf('street').replace('/street', '/alley')),
      camera('page', `rtsp://127.0.0.1:${(page.address() as AddressInfo).port}/street`),
    ],
    telemetry: { intervalSec: 1 },
  })
  gateway = await startGatewayProcess(paths.config)
  platform = await startPlatformFor(gateway, paths.storage, SITE)
  heard = listenTo(platform)
})

afterAll(async () => {
  await platform?.close()
  if (gateway?.child.exitCode === null) await gateway.kill('SIGKILL')
  page?.close()
  await Promise.all([good?.close(), locked?.close()])
  rmSync(folder, { recursive: true, force: true })
})

test('[R1, R3] each wrong camera is told by its code; the good one gives its alert', async () => {
  await until('the alert', () => platform.alerts()[0], 40_000)
  expect(platform.alerts().map(({ cameraId }) => cameraId)).toEqual(['good'])
  for (const id of BAD) {
    await until(`the code of ${id}`, () => gateway.codes().some((line) => line.camera === id), 10_000)
    expect([id, ...new Set(codesOf(id))]).toEqual([id, CODES[id]])
  }
})

test('[R4] what nobody could see is owed and grows, and nothing of it is claimed', async () => {
  for (const id of BAD) {
    expect(status(id)).toMatchObject({ state: 'offline', mode: null, code: CODES[id], analysedSec: 0 })
    const owedSec = Number(status(id)['owedSec'])
    await until(`more owed by ${id}`, () => Number(status(id)['owedSec']) >= owedSec + 1, 5_000)
    expect(status(id)['analysedSec']).toBe(0)
  }
  expect(status('good')).toMatchObject({ state: 'online', code: null })
  expect(Number(status('good')['analysedSec'])).toBeGreaterThan(5)
})

test('a camera that stalls is stalled within seconds, and comes back', async () => {
  good.stall('street')
  await until('stalled', () => status('good')['state'] === 'stalled', 8_000)
  expect(status('good')).toMatchObject({ code: 'CAMERA_STALLED', mode: null })
  good.resume('street')
  await until('online again', () => status('good')['state'] === 'online', 20_000)
})

test('no password is in the log, and the box ends with 0', async () => {
  expect(await gateway.kill('SIGTERM')).toBe(0)
  expect(gateway.log()).toContain('CAMERA_REFUSED')
  for (const { password } of [RIGHT, WRONG]) expect(gateway.log()).not.toContain(password)
})

function codesOf(id: string): string[] {
  return gateway.codes().flatMap(({ code, camera }) => (camera === id ? [code] : []))
}

function status(id: string): Readonly<Record<string, unknown>> {
  return heard.get(`cam/${id}/status`) ?? {}
}

/** One that nobody listens on. */
function closedPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
