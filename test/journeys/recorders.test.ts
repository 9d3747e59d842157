/**
 * Recorders of a running box, as a platform sees it: a stranger's recording waits in quarantine until the recorder is
 * registered; hand-overs come by command, and a recording outside its shift is let in by a person's.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isoTime } from '../../gateway/kit/clock.ts'
import { AdminSession } from '../../simulators/bodycam/admin-session.ts'
import { uploadRecording } from '../../simulators/bodycam/upload.ts'
import type { Platform } from '../../simulators/platform/platform.ts'
import { makeClip } from '../fixtures/clip.ts'
import { type BoxPaths, boxPaths, SITE, writeBoxConfig } from './box-config.ts'
import { type GatewayProcess, startGatewayProcess, startPlatformFor, until } from './gateway-process.ts'

const CERTIFIED = { role: 'OFFICER', certValidFrom: '2025-01-01', certValidTo: '2099-01-01' }
const PEOPLE = [
  { personId: 'p-1', name: '张三', badgeNo: '010001', certNo: 'Z-1', ...CERTIFIED },
  { personId: 'p-2', name: '李四', role: 'AUXILIARY' },
]
const KNOWN = { id: 'bc-1', serial: 'DSJ-001' }

let folder: string
let paths: BoxPaths
let gateway: GatewayProcess
let platform: Platform
let token: string
let films = 0

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lushao-recorders-'))
  paths = boxPaths(folder)
  writeBoxConfig(paths, { devices: { bodycams: [KNOWN] }, people: PEOPLE })
  gateway = await startGatewayProcess(paths.config)
  platform = await startPlatformFor(gateway, paths.storage, SITE)
  const secret = () => /one-time password (\S+)/.exec(gateway.log())?.[1]
  const admin = await AdminSession.begin(gateway.consoleUrl, await until('the password', secret, 5_000))
  token = await admin.issueToken('dock', 'bodycam')
})

afterAll(async () => {
  await platform?.close()
  if (gateway?.child.exitCode === null) await gateway.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

test('[R62] a stranger’s recording is told, kept, and taken once the recorder is registered', async () => {
  await upload('DSJ-002')
  const held = await told('dsj-002', 'quarantined')
  expect(held).toMatchObject({ quarantine: { code: 'BODYCAM_UNREGISTERED' } })
  writeBoxConfig(paths, { devices: { bodycams: [KNOWN, { id: 'bc-2', serial: 'DSJ-002' }] }, people: PEOPLE })
  gateway.child.kill('SIGHUP')
  const taken = await told('dsj-002', 'accepted')
  expect(taken).toMatchObject({
    ...{ recordingId: held['recordingId'], sha256: held['sha256'], status: 'ACCEPTED' },
    quarantineHistory: [{ action: 'RE_EXAMINED', code: 'BODYCAM_UNREGISTERED', by: 'box' }],
  })
  expect(changes('dsj-002').slice(0, 3)).toEqual(['quarantined', 're-examined', 'accepted'])
})

test('[R63] handed out by command; outside the shift in quarantine; released by a person, not by an auxiliary', async () => {
  const by = (who: string, name: string, args: object) => platform.command('gw', name, args, who)
  const out = { action: 'check-out', serial: 'DSJ-001', to: 'p-2' }
  expect(await by('p-2', 'bodycam', out)).toMatchObject({ ok: false, code: 'ROLE_NOT_ALLOWED' })
  expect(await by('p-1', 'bodycam', out)).toMatchObject({ ok: true })
  await upload('DSJ-001')
  const { quarantine, recordingId } = await told('dsj-001', 'quarantined')
  expect(quarantine).toMatchObject({ code: 'BODYCAM_OUTSIDE_DUTY' })
  const release = { action: 'release', recordingId, reason: '临时换机，已核实' }
  expect(await by('p-2', 'recording', release)).toMatchObject({ ok: false, code: 'ROLE_NOT_ALLOWED' })
  expect(await by('p-1', 'recording', release)).toMatchObject({ ok: true })
  expect(await told('dsj-001', 'accepted')).toMatchObject({
    ...{ recordingId, evidenceCap: 'LEAD', capReasons: expect.arrayContaining(['BODYCAM_OUTSIDE_DUTY']) },
    quarantineHistory: [{ action: 'RELEASED', by: 'p-1', reason: '临时换机，已核实' }],
  })
})

test('the box ends with 0', async () => {
  expect(await gateway.kill('SIGTERM')).toBe(0)
})

async function upload(deviceSerial: string): Promise<void> {
  const clip = { seconds: 2, fps: 5, seed: ++films, things: [], width: 320, height: 180 }
  const startAt = isoTime(Date.now() - 60_000)
  const metadata = { deviceSerial, userNo: '010001', roleAtRecording: 'OFFICER', startAt }
  const file = await makeClip(join(folder, `film-${films}.mp4`), clip)
  const url = `${gateway.consoleUrl}/bodycam/uploads`
  await uploadRecording({ url, token, file, chunkBytes: 1 << 18, metadata })
}

const messages = (device: string) =>
  platform
    .received()
    .filter(({ topic }) => topic.endsWith(`/bodycam/${device}`))
    .map(({ data }) => data as Record<string, unknown>)
const changes = (device: string) => messages(device).map(({ change }) => change)

/** The message of that change, as soon as it is there. */
const told = (device: string, change: string) =>
  until(change, () => messages(device).find((one) => one['change'] === change), 30_000)
