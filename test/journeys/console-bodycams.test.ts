/**
 * The desk for body-cams in a real browser, by keyboard: an upload seen while it comes, a recording held back and decided
 * about, a recorder taken back and handed out, a film played to its mark, a link made and undone. LOOK_AT keeps pictures.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { Detections } from '../../gateway/detections/detections.ts'
import type { DetectorPool } from '../../gateway/detections/detector.ts'
import type { Frame } from '../../gateway/frames/frame.ts'
import { isoTime } from '../../gateway/kit/clock.ts'
import { uploadRecording } from '../../simulators/bodycam/upload.ts'
import { makeClip } from '../fixtures/clip.ts'
import { PASSWORD, type Running, startServer } from '../stages/http-fixture.ts'
import { act } from '../stages/office-fixture.ts'
import { buildConsole, expectAccessible, hasBrowser, openBrowser, removeFolder } from './console-browser.ts'

const SECONDS = 40
const MARK_SEC = 12
const SAID = {
  'zh-CN': {
    tabs: ['执法记录', '正在接收', '隔离', '记录仪', '全部记录'],
    ...{
      keep: '继续隔离',
      kept: 'p-1 决定继续隔离：来源待查',
      release: '放行',
      empty: '没有被隔离的记录。',
    },
    ...{ back: '归还', out: '领用', ledger: '已自检', open: '打开 DSJ-0001', purpose: '查看画面' },
    ...{ link: '关联', unlink: '取消关联', linked: '已关联', unlinked: '已取消', alert: '打开告警' },
    ...{ recording: '打开记录', unseen: '未分析', arrived: '已到' },
  },
  'en-GB': {
    tabs: ['Recordings', 'Coming in', 'Quarantine', 'Recorders', 'All recordings'],
    ...{
      keep: 'Keep it there',
      kept: 'kept by p-1: 来源待查',
      release: 'Release',
      empty: 'Nothing is held back.',
    },
    ...{
      back: 'Take back',
      out: 'Hand out',
      ledger: '已自检',
      open: 'Open the recording of DSJ-0001',
      purpose: 'Show pictures',
    },
    ...{ link: 'Link', unlink: 'Unlink', linked: 'linked', unlinked: 'withdrawn', alert: 'Open the alert' },
    ...{ recording: 'Open the recording', unseen: 'not looked at', arrived: ' of ' },
  },
} as const
type Locale = keyof typeof SAID

/** Sees a person from the tenth to the twentieth second, and is given up in the last ten. */
const DETECTOR = {
  manifest: { name: 'street' },
  modelDigest: 'sha256:00',
  detectAll: async ({ timeMs }: Frame) => {
    const isSeen = timeMs >= 10_000 && timeMs < 20_000
    if (timeMs >= 30_000) return null
    return new Detections({
      boxes: Float32Array.from(isSeen ? [0.1, 0.1, 0.2, 0.2] : []),
      scores: Float32Array.from(isSeen ? [0.9] : []),
      classIds: Int32Array.from(isSeen ? [0] : []),
      ...{ classes: ['person'], roles: ['person'] as const },
    })
  },
} as unknown as DetectorPool

/** Two acts that want the same film, one that is held back, one half way, and a recorder that is out. */
async function fill(running: Running, film: string, other: string): Promise<void> {
  const { desk, office, bodycams } = running
  const platform = { id: 'p-9', roles: ['person', 'platform', 'box'] } as const
  for (const event of [act('a', 0), act('b', 0, undefined, { cameraId: 'cam-2' })]) {
    const { eventId } = desk.raise(event)
    desk.transition({ eventId, to: 'VERIFIED', actor: platform })
    const details = { unitId: 'u-1', officers: 'p-1' }
    desk.transition({ eventId, to: 'DISPATCHED', actor: platform, details })
  }
  bodycams.desk.checkOut('DSJ-0002', 'keeper', { to: '310002', note: '夜班' })
  const startMs = Math.floor(Date.now() / 1000) * 1000 - 10_000
  const token = running.accounts.issueToken('dock-1', 'bodycam')
  const send = (file: string, details: Record<string, string>, more: { killAfterBytes?: number } = {}) =>
    uploadRecording({
      ...{ url: `${running.url}/bodycam/uploads`, token, file, chunkBytes: 20_000, ...more },
      metadata: {
        ...{ deviceSerial: 'DSJ-0001', userNo: '310001', roleAtRecording: 'OFFICER' },
        ...{ startAt: isoTime(startMs), clockOffsetMs: '120', ...details },
      },
    })
  const marks = [{ at: isoTime(startMs + MARK_SEC * 1000), label: '证件已出示' }]
  await send(film, { keyMarks: JSON.stringify(marks) })
  await running.recordings.settled()
  const accepted = running.recordings.list(1)[0]!
  office.films.offer(accepted.recordingId)
  office.films.work()
  await send(other, { deviceSerial: 'DSJ-9999' })
  await running.recordings.settled()
  await send(film, { deviceSerial: 'DSJ-0002', userNo: '310002' }, { killAfterBytes: 40_000 })
}

/** By the Tab key alone. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.first().waitFor()
  for (let steps = 0; steps < 150; steps++) {
    if (await target.first().evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  expect.unreachable(`the Tab key never came to ${target}`)
}
async function press(page: Page, target: Locator, key = 'Enter'): Promise<void> {
  await tabTo(page, target)
  await page.keyboard.press(key)
}
async function type(page: Page, target: Locator, text: string): Promise<void> {
  await tabTo(page, target)
  await page.keyboard.insertText(text)
}

describe.skipIf(!hasBrowser)('the desk for body-cams (skipped without Chromium)', () => {
  let browser: Browser
  let consoleFolder: string
  let folder: string
  let film: string
  let other: string
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lushao-bodycams-'))
    film = await makeClip(join(folder, 'walk.mp4'), { seconds: SECONDS, fps: 5, things: [] })
    other = await makeClip(join(folder, 'other.mp4'), { seconds: 5, fps: 5, seed: 7, things: [] })
    consoleFolder = await buildConsole()
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    removeFolder(consoleFolder)
    rmSync(folder, { recursive: true, force: true })
  })

  async function enter(locale: Locale, colorScheme: 'dark' | 'light') {
    const running = await startServer({ consoleFolder, detector: DETECTOR })
    await fill(running, film, other)
    const once = await running.accounts.create('310001', 'OFFICER')
    await running.accounts.changePassword('310001', once, PASSWORD)
    const context = await browser.newContext({ locale, colorScheme, viewport: { width: 1440, height: 1000 } })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    page.setDefaultTimeout(10_000)
    await page.goto(running.url)
    await page.fill('[name=name]', '310001')
    await page.fill('[name=password]', PASSWORD)
    await page.keyboard.press('Enter')
    await page.waitForSelector('.desk')
    const look = async (name: string) => {
      await expectAccessible(page, `${name} ${locale}`)
      const at = process.env['LOOK_AT']
      if (at !== undefined) await page.screenshot({ path: join(at, `bodycams-${name}-${locale}.png`) })
    }
    return { running, page, look }
  }

  test.each([
    ['zh-CN', 'dark'],
    ['en-GB', 'light'],
  ] as const)(
    '[R61, R62, R63] a shift at the desk, by keyboard (%s, %s)',
    { timeout: 120_000 },
    async (locale, scheme) => {
      const said = SAID[locale]
      const { running, page, look } = await enter(locale, scheme)
      const tab = (at: number) => page.locator(`.tab:text-is("${said.tabs[at]}")`)
      const button = (name: string) => page.locator(`button:text-is("${name}")`)
      await press(page, tab(0))
      await page.locator('tbody tr').nth(1).waitFor()
      await look('recordings')

      await press(page, tab(1))
      await page.locator('progress').waitFor()
      expect(await page.locator('tbody').innerText()).toContain(said.arrived)
      await look('intake')

      await press(page, tab(2))
      await type(page, page.locator('.case input'), '来源待查')
      await press(page, button(said.keep))
      await page.getByText(said.kept).waitFor()
      await look('quarantine')
      await type(page, page.locator('.case input'), '借用他队设备')
      await press(page, button(said.release))
      await page.getByText(said.empty).waitFor()

      await press(page, tab(3))
      await press(page, page.locator('button:text-is("DSJ-0002")'))
      await press(page, page.locator(`.handover button:text-is("${said.back}")`))
      await page.locator('.handover select').waitFor()
      await tabTo(page, page.locator('.handover select'))
      await page.keyboard.press('ArrowDown')
      await type(page, page.locator('.handover [name=note]'), '已自检')
      await press(page, page.locator(`.handover button:text-is("${said.out}")`))
      await page.locator('.past').getByText(said.ledger).waitFor()
      await look('recorders')
      const [, device] = running.bodycams.desk.list() as { holder: { personId: string } | null }[]
      expect(device?.holder?.personId).toBe('p-2')
    },
  )

  test.each([
    ['zh-CN', 'light'],
    ['en-GB', 'dark'],
  ] as const)(
    '[R61, R67] a film, its marks and its acts (%s, %s)',
    { timeout: 120_000 },
    async (locale, scheme) => {
      const said = SAID[locale]
      const { running, page, look } = await enter(locale, scheme)
      await press(page, page.locator(`.tab:text-is("${said.tabs[0]}")`))
      await press(page, page.getByRole('button', { name: said.open }))
      await press(page, page.locator(`button:text-is("${said.purpose}")`))
      const video = page.locator('video')
      await page.waitForFunction(() => (document.querySelector('video')?.readyState ?? 0) >= 2)
      await tabTo(page, video)
      await page.keyboard.press('Space')
      await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.2)
      await page.keyboard.press('Space')
      await page.waitForFunction(() => document.querySelector('video')?.paused)
      await page.keyboard.press('n')
      const at = () => video.evaluate((element: HTMLVideoElement) => element.currentTime)
      expect(await at()).toBeCloseTo(MARK_SEC, 1)
      await page.keyboard.press('ArrowRight')
      expect(await at()).toBeCloseTo(MARK_SEC + 5, 1)
      await press(page, page.locator('.point'))
      expect(await at()).toBeCloseTo(MARK_SEC, 1)
      const lane = page.locator('svg.lane').first()
      await lane.locator('rect.seen').waitFor({ state: 'attached' })
      expect(
        await lane.locator('rect').evaluateAll((bars) => bars.map((bar) => bar.getAttribute('class'))),
      ).toEqual(['none', 'seen', 'none', 'unknown'])
      expect(await page.locator('.legend').innerText()).toContain(said.unseen)
      await look('film')

      const acts = page.locator('section[aria-labelledby=acts-title]')
      await type(page, acts.locator('input'), '画面可见')
      await press(page, acts.locator(`button:text-is("${said.link}")`))
      await acts.locator(`.state:text-is("${said.linked}")`).waitFor()
      expect(await acts.innerText()).toContain('画面可见')
      const linked = acts.locator('li', { has: page.locator('.state.LINKED') })
      await type(page, linked.locator('input'), '看错')
      await press(page, linked.locator(`button:text-is("${said.unlink}")`))
      await acts.locator('.state.UNLINKED').waitFor()
      await look('acts')
      await press(page, acts.locator(`button:text-is("${said.alert}")`))
      await press(page, page.locator(`.side button:text-is("${said.recording}")`))
      await video.waitFor()
      const plays = running.accessLog.list(100).filter(({ action }) => action === 'recording.play')
      expect(plays).toMatchObject([{ outcome: 'granted', actor: '310001', purpose: 'review' }])
    },
  )
})
