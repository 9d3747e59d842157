/**
 * Faults under the box itself: no room for evidence, a bug of ours.
 *
 * An alert is worth more than its picture; a process in an unknown state is worth nothing.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RtspCamera } from '../../simulators/camera/rtsp-camera.ts'
import type { Platform } from '../../simulators/platform/platform.ts'
import { makeClip } from '../fixtures/clip.ts'
import { boxPaths, camera, SITE, writeBoxConfig } from './box-config.ts'
import {
  type GatewayProcess,
  revisionsIn,
  startGatewayProcess,
  startPlatformFor,
  until,
} from './gateway-process.ts'

let folder: string
let street: RtspCamera
let gateway: GatewayProcess | null = null
let platform: Platform | null = null

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lushao-storage-'))
  const things = [{ fromSec: 8, toSec: 22, box: [0.4, 0.5, 0.55, 0.75], luma: 200 }] as const
  const clip = await makeClip(join(folder, 'clip.mp4'), { seconds: 60, fps: 10, things })
  street = await RtspCamera.start({ streams: { street: { file: clip } } })
})

afterAll(async () => {
  await platform?.close()
  if (gateway?.child.exitCode === null) await gateway.kill('SIGKILL')
  await street?.close()
  rmSync(folder, { recursive: true, force: true })
})

test('without room for evidence the alert goes out all the same and says so, from START to END', async () => {
  const paths = boxPaths(folder)
  writeBoxConfig(paths, {
    cameras: [camera('cam', street.url)],
    storage: { folder: paths.storage, freeMinMiB: 1_000_000_000 },
  })
  gateway = await startGatewayProcess(paths.config)
  platform = await startPlatformFor(gateway, paths.storage, SITE)
  const heard = platform
  const end = await until('the end', () => revisionsIn(heard).find(({ phase }) => phase === 'END'), 60_000)
  const revisions = revisionsIn(heard).filter(({ eventId }) => eventId === end.eventId)
  expect(revisions[0]).toMatchObject({ phase: 'START', revision: 1 })
  for (const { evidence, evidenceCaps } of revisions) {
    expect([evidence, evidenceCaps]).toEqual([
      null,
      expect.arrayContaining(['EVIDENCE_INCOMPLETE', 'NO_FOOTAGE']),
    ])
  }
  const status = await retainedStatus(gateway.brokerUrl, paths.storage)
  expect(status).toMatchObject({ state: 'online', degraded: [{ code: 'STORAGE_FULL' }] })
  expect(gateway.codes().map(({ code }) => code)).toContain('EVIDENCE_NOT_KEPT')
  expect(gateway.log()).toContain('STORAGE_FULL')
  expect(await gateway.kill('SIGTERM')).toBe(0)
  expect(readdirSync(join(paths.storage, 'pending'))).toEqual([])
  expect(readdirSync(join(paths.storage, 'evidence'))).toEqual(['chain.json'])
}, 90_000)

test('a bug of ours ends the process with 1 and a line that names it; the next start is an ordinary one', async () => {
  const paths = boxPaths(folder, 'second')
  writeBoxConfig(paths, { cameras: [camera('cam', street.url)] })
  const bug = `process.on('SIGUSR2', () => { Promise.reject(new Error('rtsp://u:secret-4k2@host broke')) })`
  gateway = await startGatewayProcess(paths.config, ['--import', `data:text/javascript,${bug}`])
  expect(await gateway.kill('SIGUSR2')).toBe(1)
  expect(gateway.codes().at(-1)?.code).toBe('GATEWAY_BUG')
  expect(gateway.log()).not.toContain('secret-4k2')
  gateway = await startGatewayProcess(paths.config)
  expect(await gateway.kill('SIGTERM')).toBe(0)
})

test('a box whose log nobody reads any more goes on, and ends with 0', async () => {
  const paths = boxPaths(folder, 'unread')
  writeBoxConfig(paths, { cameras: [camera('cam', street.url)] })
  gateway = await startGatewayProcess(paths.config)
  gateway.child.stderr!.destroy()
  gateway.child.stdout!.destroy()
  const connected = street.stats().requests
  writeBoxConfig(paths, { cameras: [camera('cam', street.url, { name: 'new name' })] })
  gateway.child.kill('SIGHUP')
  await until('the camera to be read anew', () => street.stats().requests > connected, 20_000)
  expect(await gateway.kill('SIGTERM')).toBe(0)
})

/** What anybody hears who asks the broker how the box is. */
async function retainedStatus(url: string, storage: string): Promise<unknown> {
  const { username, password } = JSON.parse(readFileSync(join(storage, 'broker-platform.json'), 'utf8'))
  const client = await connectAsync(url, { username, password })
  const heard = new Promise<unknown>((resolve) =>
    client.once('message', (_topic, payload) => resolve(JSON.parse(payload.toString()).data)),
  )
  await client.subscribeAsync('ume/v1/+/+/status', { qos: 1 })
  return heard.finally(() => client.endAsync())
}
