/** SIGHUP: a faulty file changes nothing at all, a good one only the cameras that it changes. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RtspCamera } from '../../simulators/camera/rtsp-camera.ts'
import type { Platform } from '../../simulators/platform/platform.ts'
import { makeClip } from '../fixtures/clip.ts'
import { type BoxPaths, boxPaths, camera, KERB, SITE, writeBoxConfig } from './box-config.ts'
import {
  type GatewayProcess,
  listenTo,
  startGatewayProcess,
  startPlatformFor,
  until,
} from './gateway-process.ts'

let folder: string
let paths: BoxPaths
/** A camera each, so that its requests tell who was opened anew. */
let kept: RtspCamera
let changed: RtspCamera
let added: RtspCamera
let gateway: GatewayProcess
let platform: Platform
let heard: ReturnType<typeof listenTo>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lushao-reload-'))
  const clip = await makeClip(join(folder, 'clip.mp4'), { seconds: 20, fps: 10, things: [] })
  const start = () => RtspCamera.start({ streams: { street: { file: clip } } })
  ;[kept, changed, added] = [await start(), await start(), await start()]
  paths = boxPaths(folder)
  writeBoxConfig(paths, { cameras: [keptCamera(), camera('changed', changed.url)] })
  gateway = await startGatewayProcess(paths.config)
  platform = await startPlatformFor(gateway, paths.storage, SITE)
  heard = listenTo(platform)
  for (const id of ['kept', 'changed']) await until(`${id} online`, () => isOnline(id), 20_000)
})

afterAll(async () => {
  await platform?.close()
  if (gateway?.child.exitCode === null) await gateway.kill('SIGKILL')
  for (const one of [kept, changed, added]) await one?.close()
  rmSync(folder, { recursive: true, force: true })
})

test('a file with several faults is refused whole, each fault by its code', async () => {
  const before = [kept.stats().requests, changed.stats().requests]
  const birth = heard.get('birth')
  writeBoxConfig(paths, {
    colour: 'green',
    cameras: [
      keptCamera(),
      camera('changed', changed.url, { name: 'new name' }),
      camera('changed', added.url),
      {
        ...camera('wide', added.url),
        zones: [
          {
            ...KERB,
            polygon: [
              [0, 0],
              [1.5, 0],
              [1, 1],
            ],
          },
        ],
      },
    ],
  })
  gateway.child.kill('SIGHUP')
  await until('the refusal', () => gateway.log().includes('configuration refused'), 5_000)
  const codes = gateway.codes().map(({ code }) => code)
  expect(codes).toEqual(
    expect.arrayContaining(['CONFIG_UNKNOWN_KEY', 'CONFIG_DUPLICATE_ID', 'ZONE_OUTSIDE_PICTURE']),
  )
  expect([kept.stats().requests, changed.stats().requests]).toEqual(before)
  expect(heard.get('birth')).toEqual(birth)
})

test('[R29] a good file restarts what it changes, starts what it adds, and is announced', async () => {
  const before = { kept: kept.stats().requests, changed: changed.stats().requests }
  const version = heard.get('birth')?.['configVersion']
  writeBoxConfig(paths, {
    cameras: [keptCamera(), camera('changed', changed.url, { name: 'new name' }), camera('added', added.url)],
  })
  gateway.child.kill('SIGHUP')
  const birth = await until(
    'the announcement',
    () => (heard.get('birth')?.['configVersion'] === version ? null : heard.get('birth')),
    10_000,
  )
  expect(birth['cameras']).toMatchObject([
    { id: 'kept' },
    { id: 'changed', name: 'new name' },
    { id: 'added' },
  ])
  await until('the added camera', () => isOnline('added'), 20_000)
  await until('the changed camera', () => changed.stats().requests > before.changed, 20_000)
  expect(kept.stats()).toMatchObject({ requests: before.kept, playing: 1 })
})

test('a camera that is taken out is let go of, and its status says so', async () => {
  writeBoxConfig(paths, { cameras: [keptCamera(), camera('changed', changed.url, { name: 'new name' })] })
  gateway.child.kill('SIGHUP')
  await until('the last status', () => heard.get('cam/added/status')?.['state'] === 'disabled', 10_000)
  await until('the connection to end', () => added.stats().connections === 0, 10_000)
})

test('an option that is read at the start only is named, and no camera is disturbed', async () => {
  const before = [kept.stats().requests, changed.stats().requests]
  writeBoxConfig(paths, {
    cameras: [keptCamera(), camera('changed', changed.url, { name: 'new name' })],
    telemetry: { intervalSec: 7 },
  })
  gateway.child.kill('SIGHUP')
  await until('the note', () => gateway.codes().some(({ code }) => code === 'RESTART_NEEDED'), 5_000)
  expect([kept.stats().requests, changed.stats().requests]).toEqual(before)
})

test('two hang-ups and the end at once: nothing is opened twice, and it ends with 0', async () => {
  writeBoxConfig(paths, {
    cameras: [keptCamera(), camera('changed', changed.url), camera('added', added.url)],
  })
  gateway.child.kill('SIGHUP')
  gateway.child.kill('SIGHUP')
  expect(await gateway.kill('SIGTERM')).toBe(0)
  expect(gateway.codes().map(({ code }) => code)).not.toContain('GATEWAY_BUG')
})

const keptCamera = () => camera('kept', kept.url)
const isOnline = (id: string) => heard.get(`cam/${id}/status`)?.['state'] === 'online'
