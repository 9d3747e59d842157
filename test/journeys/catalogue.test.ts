/**
 * The catalogue of a running gateway is replaced: taken up without a word from anybody, refused whole when it is wrong,
 * and only the cameras that watch for what changed are opened anew.
 */
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { packagePath } from '../../gateway/kit/paths.ts'
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
let pile: RtspCamera
let stall: RtspCamera
let gateway: GatewayProcess
let platform: Platform
let heard: ReturnType<typeof listenTo>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lushao-catalogue-'))
  const clip = await makeClip(join(folder, 'clip.mp4'), { seconds: 20, fps: 10, things: [] })
  pile = await RtspCamera.start({ streams: { street: { file: clip } } })
  stall = await RtspCamera.start({ streams: { street: { file: clip } } })
  paths = boxPaths(folder)
  writeCatalogue(() => {})
  writeBoxConfig(paths, {
    rules: 'rules.yaml',
    cameras: [
      camera('pile', pile.url),
      camera('stall', stall.url, { zones: [{ ...KERB, rules: [{ rule: 'street-vending' }] }] }),
    ],
  })
  gateway = await startGatewayProcess(paths.config)
  platform = await startPlatformFor(gateway, paths.storage, SITE)
  heard = listenTo(platform)
  for (const id of ['pile', 'stall']) await until(`${id} online`, () => isOnline(id), 20_000)
})

afterAll(async () => {
  await platform?.close()
  if (gateway?.child.exitCode === null) await gateway.kill('SIGKILL')
  for (const one of [pile, stall]) await one?.close()
  rmSync(folder, { recursive: true, force: true })
})

test('[R29] a faulty catalogue is refused whole; the old one stays in force', async () => {
  const before = [pile.stats().requests, stall.stats().requests]
  writeCatalogue(([first]) => void Object.assign(first!.legalBases[0]!, { level: '规范性文件' }))
  await until('the refusal', () => gateway.log().includes('configuration refused'), 20_000)
  expect(gateway.codes().map(({ code }) => code)).toContain('BASIS_LEVEL_REFUSED')
  expect([pile.stats().requests, stall.stats().requests]).toEqual(before)
})

test('[R29] a rule that is suspended stops by itself, and no other camera is disturbed', async () => {
  const before = { pile: pile.stats().requests, stall: stall.stats().requests }
  const version = heard.get('birth')?.['catalogVersion']
  writeCatalogue((rules) => {
    for (const rule of rules)
      if (rule.ruleId === 'street-vending') Object.assign(rule, { status: 'SUSPENDED' })
  })
  const birth = await until(
    'the announcement',
    () => (heard.get('birth')?.['catalogVersion'] === version ? null : heard.get('birth')),
    20_000,
  )
  expect(birth['cameras']).toMatchObject([
    { id: 'pile', rules: ['piling'] },
    { id: 'stall', rules: [] },
  ])
  await until('the camera anew', () => stall.stats().requests > before.stall, 20_000)
  expect(pile.stats()).toMatchObject({ requests: before.pile, playing: 1 })
})

interface Rule {
  readonly ruleId: string
  readonly legalBases: object[]
}

/** Put there whole, under its name, as a careful keeper does. */
function writeCatalogue(change: (rules: Rule[]) => void): void {
  const catalogue = parse(readFileSync(packagePath('config', 'catalogue', 'sample.yaml'), 'utf8')) as {
    rules: Rule[]
  }
  change(catalogue.rules)
  writeFileSync(join(folder, 'rules.new'), stringify(catalogue))
  renameSync(join(folder, 'rules.new'), join(folder, 'rules.yaml'))
}

const isOnline = (id: string) => heard.get(`cam/${id}/status`)?.['state'] === 'online'
