/**
 * The recorders of a street come home from their shift, with every fault, while a camera is looked at:
 *
 *     lushao simulate bodycam --shift ─ bad line ─▶ gateway ◀─ RTSP ─ camera, to which nothing is owed
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { packagePath } from '../../gateway/kit/paths.ts'
import { AdminSession } from '../../simulators/bodycam/admin-session.ts'
import type { ShiftReport } from '../../simulators/bodycam/shift.ts'
import { RtspCamera } from '../../simulators/camera/rtsp-camera.ts'
import type { Platform } from '../../simulators/platform/platform.ts'
import { makeClip } from '../fixtures/clip.ts'
import { type BoxPaths, boxPaths, camera, SITE, writeBoxConfig } from './box-config.ts'
import { expectAccessible, hasBrowser, openBrowser } from './console-browser.ts'
import {
  type GatewayProcess,
  listenTo,
  startGatewayProcess,
  startPlatformFor,
  until,
} from './gateway-process.ts'

const OFFICER = { role: 'OFFICER', certValidFrom: '2020-01-01', certValidTo: '2099-12-31' }
const PEOPLE = [
  { ...OFFICER, personId: 'p-1', name: '甲', badgeNo: '010001', certNo: 'Z-1' },
  { ...OFFICER, personId: 'p-2', name: '乙', badgeNo: '010002', certNo: 'Z-2' },
]
const SHIFT_MS = 280_000
/** The films are made on the same machine meanwhile. */
const LOOKED_AT_MIN = 0.95

let folder: string
let paths: BoxPaths
let street: RtspCamera
let gateway: GatewayProcess
let platform: Platform
let heard: ReturnType<typeof listenTo>
let before: ReturnType<typeof cameraStatus>
let after: ReturnType<typeof cameraStatus>
let code: number
let report: ShiftReport
let password: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lushao-shift-'))
  const clip = await makeClip(join(folder, 'clip.mp4'), { seconds: 30, fps: 5, things: [] })
  street = await RtspCamera.start({ streams: { street: { file: clip } } })
  paths = boxPaths(folder)
  writeBoxConfig(paths, {
    cameras: [camera('cam-1', street.urlOf('street'), { lon: 121.48, lat: 31.23 })],
    devices: {
      bodycams: PEOPLE.map(({ personId }, i) => ({ id: `bc-${i}`, serial: `DSJ-00${i}`, personId })),
    },
    people: PEOPLE,
    telemetry: { intervalSec: 1 },
  })
  gateway = await startGatewayProcess(paths.config)
  platform = await startPlatformFor(gateway, paths.storage, SITE)
  heard = listenTo(platform)
  const oneTime = await until('the password', () => /one-time password (\S+)/.exec(gateway.log())?.[1], 5_000)
  const admin = await AdminSession.begin(gateway.consoleUrl, oneTime)
  password = admin.password
  await until('the camera', () => heard.get('cam/cam-1/status')?.['state'] === 'online', 30_000)
  const token = await admin.issueToken('dock', 'bodycam')
  const reader = await admin.issueToken('reader', 'platform')
  before = cameraStatus()
  ;({ code, report } = await simulateShift(token, reader))
  const ended = cameraStatus()
  await until('a word of the camera', () => cameraStatus().owedSec > ended.owedSec, 30_000)
  after = cameraStatus()
}, SHIFT_MS)

afterAll(async () => {
  await platform?.close()
  if (gateway?.child.exitCode === null) await gateway.kill('SIGKILL')
  await street?.close()
  rmSync(folder, { recursive: true, force: true })
}, 30_000)

test('[R61] [R62] every recording is accounted for: accepted, quarantined by its code, or known already', () => {
  expect(report.recordings.filter(({ wrong }) => wrong !== null)).toEqual([])
  expect(code).toBe(0)
  const answers = (fault: string) =>
    report.recordings.filter(({ what }) => what === fault).map(({ answer }) => answer)
  expect(answers('unregistered')).toEqual(['BODYCAM_UNREGISTERED'])
  expect(answers('wrong-user')).toEqual(['BODYCAM_USER_MISMATCH'])
  for (const fault of ['incident', 'answer-lost', 'duplicates', 'wrong-clock', 'auxiliary', 'patrol']) {
    expect([fault, new Set(answers(fault))]).toEqual([fault, new Set(['ACCEPTED'])])
  }
  expect(report.line.cut).toBeGreaterThan(10)
})

test('none is lost, none is let in twice, and each lies there byte for byte', () => {
  const lying = { accepted: filmsIn('accepted'), quarantine: filmsIn('quarantine') }
  for (const { sha256, answer } of report.recordings) {
    const where = answer === 'ACCEPTED' ? 'accepted' : 'quarantine'
    const times = lying[where].filter((hash) => hash === sha256).length
    expect([answer, times]).toEqual([answer, where === 'accepted' ? 1 : Math.max(1, times)])
  }
  const sent = new Set(report.recordings.map(({ sha256 }) => sha256))
  expect([...lying.accepted, ...lying.quarantine].filter((hash) => !sent.has(hash))).toEqual([])
})

test('the camera was looked at all the while: nothing is owed to it', () => {
  const owedSec = after.owedSec - before.owedSec
  expect(owedSec).toBeGreaterThan(10)
  expect((after.analysedSec - before.analysedSec) / owedSec).toBeGreaterThan(LOOKED_AT_MIN)
  expect(after.state).toBe('online')
  expect(gateway.codes().filter((one) => one.camera === 'cam-1')).toEqual([])
})

/** LOOK_AT keeps pictures of it. */
test.skipIf(!hasBrowser)(
  '[R61] [R66] the desk shows the shift: what plays, what does not, what is held back',
  async () => {
    const browser = await openBrowser()
    onTestFinished(() => browser.close())
    const page = await browser.newPage({ locale: 'en-GB', viewport: { width: 1440, height: 1000 } })
    await page.goto(gateway.consoleUrl)
    await page.fill('[name=name]', 'admin')
    await page.fill('[name=password]', password)
    await page.keyboard.press('Enter')
    await page.click('.tab:text-is("Recordings")')
    const look = async (name: string) => {
      await expectAccessible(page, name)
      const at = process.env['LOOK_AT']
      if (at !== undefined) await page.screenshot({ path: join(at, `shift-${name}.png`) })
    }
    await page.locator('tbody tr .incident').waitFor()
    await look('recordings')
    await page
      .locator('tr', { has: page.locator('.incident') })
      .locator('.plain')
      .click()
    await page.click('.purpose [type=submit]')
    await page.waitForFunction(() => (document.querySelector('video')?.readyState ?? 0) >= 2)
    await page.locator('.point').first().waitFor()
    await page.getByText('Report on the conflict').waitFor()
    await look('incident')
    await page.click('.head .quiet')
    const rows = await page.evaluate(async () => {
      const { recordings } = await (await fetch('/api/v1/recordings?limit=200')).json()
      return recordings as { salvage?: object; video: { codec: string } | null }[]
    })
    const open = (at: number) => page.locator('tbody tr').nth(at).locator('.plain').click()
    await open(rows.findIndex(({ video }) => video?.codec === 'mjpeg'))
    await page.getByText('This browser cannot play mjpeg').waitFor()
    await look('mjpeg')
    await page.click('.head .quiet')
    const torn = rows.findIndex(({ salvage }) => salvage !== undefined)
    if (torn >= 0) {
      await open(torn)
      await page.getByText('a salvaged copy plays; the original').waitFor()
      await page.waitForFunction(() => (document.querySelector('video')?.readyState ?? 4) >= 2)
      await look('salvaged')
      await page.click('.head .quiet')
    }
    await page.click('.tab:text-is("Quarantine")')
    const held = new Set(
      report.recordings.filter(({ answer }) => answer !== 'ACCEPTED').map(({ sha256 }) => sha256),
    )
    await page.locator('.case').first().waitFor()
    expect(await page.locator('.case').count()).toBeGreaterThanOrEqual(held.size)
    await look('quarantine')
  },
)

/** Hashes of the originals there. */
function filmsIn(name: string): string[] {
  const folder = join(paths.storage, 'bodycam', name)
  const originals = readdirSync(folder).filter((file) => /^[0-9A-Z]{26}\.(mp4|ts|avi)$/.test(file))
  return originals.map((file) =>
    createHash('sha256')
      .update(readFileSync(join(folder, file)))
      .digest('hex'),
  )
}

function cameraStatus() {
  const { state, owedSec, analysedSec } = heard.get('cam/cam-1/status') ?? {}
  return { state, owedSec: Number(owedSec), analysedSec: Number(analysedSec) }
}

async function simulateShift(token: string, reader: string): Promise<{ code: number; report: ShiftReport }> {
  const lushao = ['--import', 'tsx', packagePath('gateway', 'cli', 'lushao.ts')]
  const shift = ['simulate', 'bodycam', '--shift', paths.config, '--url', gateway.consoleUrl, '--json']
  const child = spawn(process.execPath, [...lushao, ...shift], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: packagePath(),
    env: { ...process.env, LUSHAO_BODYCAM_TOKEN: token, LUSHAO_PLATFORM_TOKEN: reader },
  })
  const [said, [exit]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  return { code: Number(exit), report: JSON.parse(said) as ShiftReport }
}
