/**
 * Goods in the street, spoken to, killed in the middle of it, spoken to again, gone:
 *
 *     goods    ......████████████████████████████████████████████████████............
 *     alert          └─ VERIFIED ▸ PERSUADING ✂ kill -9 ▸ RECHECKING ▸ PERSISTING ▸ PERSUADING ▸ SELF_CORRECTED
 *     speaker            ♪ by policy                                     ♪ by command, at the broker
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import type { PersuasionRecord } from '../../gateway/alerts/persuasion-record.ts'
import { digestOf } from '../../gateway/evidence/disk.ts'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { RtspCamera } from '../../simulators/camera/rtsp-camera.ts'
import type { Platform } from '../../simulators/platform/platform.ts'
import { makeClip } from '../fixtures/clip.ts'
import { startSpeaker } from '../fixtures/speaker.ts'
import { SILENCE } from '../stages/persuasion-fixture.ts'
import { boxPaths, camera, DWELL_SEC, KERB, SITE, writeBoxConfig } from './box-config.ts'
import {
  type GatewayProcess,
  revisionsIn,
  startGatewayProcess,
  startPlatformFor,
  until,
} from './gateway-process.ts'

const ZONE = { ...KERB, rules: [{ rule: 'piling', minDwellSec: DWELL_SEC, clearSec: 5 }] }

let folder: string
let street: RtspCamera
let gateway: GatewayProcess | null = null
let platform: Platform | null = null

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lushao-persuade-'))
  const things = [{ fromSec: 6, toSec: 55, box: [0.4, 0.5, 0.55, 0.75], luma: 200 }] as const
  const clip = await makeClip(join(folder, 'clip.mp4'), { seconds: 150, fps: 10, things })
  street = await RtspCamera.start({ streams: { street: { file: clip } } })
})

afterAll(async () => {
  await platform?.close()
  if (gateway?.child.exitCode === null) await gateway.kill('SIGTERM')
  await street.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The shipped catalogue with a ladder for what the clip shows. */
function writeCatalogue(): void {
  const catalogue = parse(readFileSync(packagePath('config', 'catalogue', 'sample.yaml'), 'utf8'))
  const ladder = [
    { channel: 'SPEAKER', scriptId: 'greet-and-guide', correctionMin: 0.2 },
    { channel: 'SPEAKER', scriptId: 'second-notice', correctionMin: 3 },
  ]
  const rules = catalogue.rules.map((rule: { ruleId: string }) => ({
    ...rule,
    ladder: rule.ruleId === 'piling' ? ladder : [],
  }))
  writeFileSync(join(folder, 'catalogue.yaml'), stringify({ ...catalogue, rules }))
}

function writeRecordings(): void {
  for (const script of ['greet-and-guide@1.zh', 'second-notice@1.zh', 'free-text@1.zh']) {
    writeFileSync(join(folder, `${script}.wav`), SILENCE)
    writeFileSync(join(folder, `${script}.txt`), `录音 ${script}`)
  }
}

/** Asks as the platform does, and waits for the answer. */
async function command(storage: string, name: string, args: object): Promise<Record<string, never>> {
  const user = JSON.parse(readFileSync(join(storage, 'broker-platform.json'), 'utf8'))
  const client = await mqtt.connectAsync(gateway!.brokerUrl, { ...user, protocolVersion: 4 })
  const root = `ume/v1/${SITE}/gw`
  const id = `cmd-${name}-${Date.now()}`
  await client.subscribeAsync(`${root}/res/${id}`, { qos: 1 })
  const answer = new Promise<Record<string, never>>((done) =>
    client.on('message', (_, payload) => done(JSON.parse(String(payload)).data)),
  )
  const expiresAt = new Date(Date.now() + 60_000).toISOString()
  await client.publishAsync(`${root}/cmd/${name}`, JSON.stringify({ id, by: 'p-1', expiresAt, args }), {
    qos: 1,
  })
  const result = await answer
  await client.endAsync(true)
  return result
}

const notices = (from: Platform): PersuasionRecord[] =>
  from
    .received()
    .flatMap(({ topic, data }) => (topic.split('/')[4] === 'persuasion' ? [data as PersuasionRecord] : []))

test('[R5] [R15] spoken to, killed while the time to correct runs, spoken to again by command, gone, sealed', {
  timeout: 240_000,
}, async () => {
  const speaker = await startSpeaker()
  const paths = boxPaths(folder)
  writeCatalogue()
  writeRecordings()
  writeBoxConfig(paths, {
    rules: 'catalogue.yaml',
    cameras: [camera('cam', street.urlOf('street'), { address: '测试路 1 号', zones: [ZONE] })],
    devices: {
      speakers: [{ id: 'pole', cameras: ['cam'], minGapSec: 0, adapter: { kind: 'http', url: speaker.url } }],
      voice: { recordings: folder, prefer: 'recording' },
    },
    people: [{ personId: 'p-1', name: '李', role: 'AUXILIARY' }],
    persuasion: { quietHours: [], eventGapSec: 0, recheck: { watchSec: 5, againSec: 2 } },
  })

  gateway = await startGatewayProcess(paths.config)
  platform = await startPlatformFor(gateway, paths.storage, SITE)
  await speaker.times(1)
  const first = platform
  const delivered = await until(
    'the first notice at the platform',
    () => notices(first).find(({ deliveryStatus }) => deliveryStatus === 'DELIVERED'),
    30_000,
  )
  const { eventId } = delivered
  expect(delivered).toMatchObject({
    trigger: 'AUTO_POLICY',
    scriptId: 'greet-and-guide',
    isOrderToCorrect: false,
  })
  expect(delivered.audioRef!.sha256).toBe(digestOf(speaker.heard[0]!.body).sha256)
  await platform.close()
  expect(Date.now()).toBeLessThan(Date.parse(delivered.correctionDeadline!))
  await gateway.kill('SIGKILL')

  gateway = await startGatewayProcess(paths.config)
  platform = await startPlatformFor(gateway, paths.storage, SITE)
  const second = platform
  const state = (wanted: string) => () => revisionsIn(second).find(({ alertState }) => alertState === wanted)
  const persisting = await until('the re-check after the crash', state('PERSISTING'), 40_000)
  expect(persisting.eventId).toBe(eventId)
  expect(notices(second).at(-1)).toMatchObject({ persuasionId: delivered.persuasionId, result: 'IGNORED' })
  // Nobody was spoken to twice because the box died.
  expect(speaker.heard).toHaveLength(1)

  expect(await command(paths.storage, 'persuade', { eventId, text: '滚开' })).toMatchObject({
    code: 'TEXT_FORBIDDEN',
  })
  expect(await command(paths.storage, 'persuade', { eventId, order: true })).toMatchObject({
    code: 'PERSUASION_REFUSED',
  })
  const asked = await command(paths.storage, 'persuade', { eventId })
  expect(asked).toMatchObject({ ok: true, result: { eventId, channel: 'SPEAKER', deliveryStatus: 'QUEUED' } })
  await speaker.times(2)
  expect(speaker.heard[1]!.headers['x-script']).toBe('second-notice@1')
  expect(await command(paths.storage, 'recheck', { eventId })).toMatchObject({
    ok: true,
    result: { looks: true },
  })

  const corrected = await until('the goods are gone', state('SELF_CORRECTED'), 90_000)
  expect(corrected).toMatchObject({ eventId, phase: 'END', detectionState: 'CLEARED' })
  const last = await until(
    'the result',
    () => notices(second).find(({ result }) => result === 'CORRECTED'),
    10_000,
  )
  expect(last).toMatchObject({ rung: 1, trigger: 'OPERATOR', operatorId: 'p-1' })

  // Sound and pictures of the re-check lie sealed beside the rest, and everything holds.
  const kinds = kindsIn(join(paths.storage, 'evidence'))
  for (const kind of ['CONFIRM', 'RECHECK', 'AFTER', 'PERSUASION_AUDIO']) expect(kinds).toContain(kind)
  expect((await verifyPackages([join(paths.storage, 'evidence')])).ok).toBe(true)
  expect(await gateway.kill('SIGTERM')).toBe(0)
})

function kindsIn(evidence: string): string[] {
  return readdirSync(evidence)
    .filter((name) => /^[0-9A-Z]{26}$/.test(name))
    .flatMap((name) => {
      const { items } = JSON.parse(readFileSync(join(evidence, name, 'data', 'evidence.json'), 'utf8'))
      return (items as { kind: string }[]).map(({ kind }) => kind)
    })
}
