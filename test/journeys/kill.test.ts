/**
 * kill -9 in mid-act, twice:
 *
 *     thing  ........████████████████████████........     (8 s … 34 s of the film)
 *     kills          ^ candidate   ^ confirmed
 *     event          └─ one id, start at the first second of the thing, END when it is gone
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { RtspCamera } from '../../simulators/camera/rtsp-camera.ts'
import type { Platform } from '../../simulators/platform/platform.ts'
import { makeClip } from '../fixtures/clip.ts'
import { type GatewayProcess, startGatewayProcess, startPlatformFor, until } from './gateway-process.ts'

const FROM_SEC = 8
const TO_SEC = 34
const DWELL_SEC = 12
/** A whole look at the slowest mode that a candidate is looked at. */
const LOOK_SEC = 1

let folder: string
let camera: RtspCamera
let gateway: GatewayProcess | null = null
let platform: Platform | null = null

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lushao-kill-'))
  const things = [{ fromSec: FROM_SEC, toSec: TO_SEC, box: [0.4, 0.5, 0.55, 0.75], luma: 200 }] as const
  const clip = await makeClip(join(folder, 'clip.mp4'), { seconds: 60, fps: 10, things })
  camera = await RtspCamera.start({ streams: { street: { file: clip } } })
})

afterAll(async () => {
  await platform?.close()
  if (gateway?.child.exitCode === null) await gateway.kill('SIGTERM')
  await camera.close()
  rmSync(folder, { recursive: true, force: true })
})

test('[R38] killed as a candidate and again as an event: same id, dwell right, nothing lost', {
  timeout: 180_000,
}, async () => {
  const storage = join(folder, 'box')
  const config = join(folder, 'gateway.yaml')
  writeFileSync(config, configOf(camera.urlOf('street'), storage))

  gateway = await startGatewayProcess(config)
  const candidate = await until('a candidate', () => readdirSync(join(storage, 'pending'))[0], 40_000)
  const bornMs = statSync(join(storage, 'pending', candidate)).birthtimeMs
  const memory = join(storage, 'memory', 'cam.bin')
  await until(
    'the memory of it',
    () => (statSync(memory, { throwIfNoEntry: false })?.mtimeMs ?? 0) > bornMs,
    10_000,
  )
  await gateway.kill('SIGKILL')

  gateway = await startGatewayProcess(config)
  platform = await startPlatformFor(gateway, storage, 'kill-street')
  const told = platform
  const opened = await until('the event', () => told.alerts()[0], 40_000)
  expect(opened.eventId).toBe(candidate)
  await platform.close()
  const killedMs = Date.now()
  await gateway.kill('SIGKILL')

  gateway = await startGatewayProcess(config)
  const looksAgainMs = await until(
    'that it looks again',
    () => {
      const { mtimeMs } = statSync(memory)
      return mtimeMs > killedMs ? mtimeMs : null
    },
    40_000,
  )
  platform = await startPlatformFor(gateway, storage, 'kill-street')
  const again = platform
  const ended = await until('its end', () => again.alerts().find(({ phase }) => phase === 'END'), 60_000)
  expect(ended.eventId).toBe(candidate)
  expect(again.alerts()).toHaveLength(1)
  const [earliest, latest] = endSeen(startOf(storage, ended.evidence!.packageId), killedMs, looksAgainMs)
  expect(ended.durationSec).toBeGreaterThanOrEqual(earliest - 2 * LOOK_SEC)
  expect(ended.durationSec).toBeLessThanOrEqual(latest + 2 * LOOK_SEC)
  expect((await verifyPackages([join(storage, 'evidence')])).ok).toBe(true)
  expect(await gateway.kill('SIGTERM')).toBe(0)
})

/** As the sealed record has it. */
function startOf(storage: string, packageId: string): number {
  const record = readFileSync(join(storage, 'evidence', packageId, 'data', 'evidence.json'), 'utf8')
  return Date.parse((JSON.parse(record) as { startedAt: string }).startedAt)
}

/** Nobody sees the thing go while the gateway is down: on a slow machine its restart may outlast the thing. */
function endSeen(startedMs: number, downMs: number, upMs: number): [earliestSec: number, latestSec: number] {
  const lasts = TO_SEC - FROM_SEC
  const goneMs = startedMs + lasts * 1000
  if (goneMs < downMs || goneMs > upMs) return [lasts, lasts]
  return [Math.min(lasts, (downMs - startedMs) / 1000), (upMs - startedMs) / 1000]
}

function configOf(url: string, storage: string): string {
  return JSON.stringify({
    ...{ site: 'kill-street', gateway: 'gw', region: '310101', governance: { mode: 'test' } },
    cameras: [
      {
        ...{ id: 'cam', url },
        zones: [
          {
            ...{ id: 'kerb', type: 'NO_VENDING' },
            polygon: [
              [0, 0.2],
              [1, 0.2],
              [1, 1],
              [0, 1],
            ],
            rules: [{ rule: 'piling', minDwellSec: DWELL_SEC }],
          },
        ],
      },
    ],
    ...{ storage: { folder: storage }, http: { port: 0 }, mqtt: { embedded: { port: 0 } } },
  })
}
