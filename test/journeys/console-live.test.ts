/**
 * The live wall in a real browser, on real cameras: H.264 as it comes, H.265 converted, zones and a suspected pile drawn
 * where they are. LOOK_AT=folder keeps pictures of it.
 */
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page, WebSocket } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '../../config/loader.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { type RunningGateway, startGateway } from '../../gateway/main.ts'
import { RtspCamera } from '../../simulators/camera/rtsp-camera.ts'
import { makeClip } from '../fixtures/clip.ts'
import { PASSWORD, Visitor } from '../stages/http-fixture.ts'
import { boxPaths, camera, writeBoxConfig } from './box-config.ts'
import { buildConsole, expectAccessible, hasBrowser, openBrowser, removeFolder } from './console-browser.ts'

const FPS = 10
const H265 = [
  '-c:v',
  'libx265',
  '-preset',
  'ultrafast',
  '-x265-params',
  `log-level=error:keyint=${FPS}:bframes=0`,
]
const PILE = [0.4, 0.5, 0.55, 0.75] as const
const HAN = /\p{Script=Han}/u

describe.skipIf(!hasBrowser)('live wall (skipped without Chromium)', () => {
  let browser: Browser
  let consoleFolder: string
  let folder: string
  let street: RtspCamera
  let gateway: RunningGateway
  beforeAll(async () => {
    consoleFolder = await buildConsole()
    browser = await openBrowser()
    folder = mkdtempSync(join(tmpdir(), 'lushao-live-wall-'))
    const clip = { seconds: 60, fps: FPS, things: [{ fromSec: 8, toSec: 58, box: PILE, luma: 200 }] }
    const [plain, hevc] = [join(folder, 'plain.mp4'), join(folder, 'hevc.mp4')]
    await makeClip(plain, clip)
    await makeClip(hevc, { ...clip, encoder: H265 })
    street = await RtspCamera.start({ streams: { plain: { file: plain }, hevc: { file: hevc } } })
    const paths = boxPaths(folder)
    writeBoxConfig(paths, {
      cameras: [
        camera('plain', street.urlOf('plain'), { name: 'North gate' }),
        camera('hevc', street.urlOf('hevc'), { name: 'South gate' }),
        camera('away', 'rtsp://127.0.0.1:9/none', { name: 'East gate' }),
      ],
    })
    gateway = await startGateway(loadConfig(paths.config).config!, { version: 'test', log: silentLog })
    const visitor = new Visitor(gateway.consoleUrl)
    const { name, oneTimePassword } = gateway.firstLogin!
    await visitor.login(name, oneTimePassword)
    await visitor.send('PUT', '/api/v1/session/password', { password: oneTimePassword, next: PASSWORD })
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await gateway?.close()
    await street?.close()
    for (const one of [consoleFolder, folder]) removeFolder(one)
  })

  async function openWall(
    locale: 'zh-CN' | 'en-GB',
    tab: string,
    onSocket: (socket: WebSocket) => void = () => {},
  ): Promise<Page> {
    const context = await browser.newContext({ locale, viewport: { width: 1440, height: 900 } })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    page.on('websocket', (socket) => socket.url().includes('/live/') && onSocket(socket))
    // The page as it was built for this test, the rest from the gateway.
    await page.route(/\/(assets\/[^/]+)?$/, (route) => {
      const path = new URL(route.request().url()).pathname
      return route.fulfill({ path: join(consoleFolder, path === '/' ? 'index.html' : path) })
    })
    await page.goto(gateway.consoleUrl)
    await page.fill('[name=name]', 'admin')
    await page.fill('[name=password]', PASSWORD)
    await page.keyboard.press('Enter')
    await page.click(`nav >> text=${tab}`)
    await page.waitForSelector('.wall-ask .purpose')
    await page.keyboard.press('Tab')
    await page.click('.wall-ask [type=submit]')
    await page.waitForSelector('.tile')
    return page
  }
  const tile = (page: Page, name: string) => page.locator('.tile', { hasText: name })

  test('two codecs play, each act is drawn where it is, and who is away says why', async () => {
    const page = await openWall('en-GB', 'Live')
    const plain = tile(page, 'North gate')
    const hevc = tile(page, 'South gate')
    await plain.locator('video').waitFor()
    await expect.poll(() => timeOf(page), { timeout: 30_000 }).toBeGreaterThan(1)
    await expect.poll(() => plain.locator('.tile-state').count()).toBe(0)

    await hevc.locator('.converted').waitFor({ timeout: 30_000 })
    await expect.poll(() => brightness(page, 'South gate'), { timeout: 30_000 }).toBeGreaterThan(10)

    const act = plain.locator('.act-label')
    await act.waitFor({ timeout: 60_000 })
    expect(await act.textContent()).toMatch(/^Suspected .+ · .+/)
    await hevc.locator('.act-label').waitFor({ timeout: 60_000 })
    // As it is seen, not as it is written: style sheets move rectangles, too.
    const drawn = await plain.locator('rect.live-act').evaluate((rect) => {
      const box = rect.getBoundingClientRect()
      const picture = rect.closest('.tile-picture')!.getBoundingClientRect()
      const [x, y] = [(box.left - picture.left) / picture.width, (box.top - picture.top) / picture.height]
      return [x, y, x + box.width / picture.width, y + box.height / picture.height]
    })
    for (const [at, edge] of PILE.entries()) expect(Math.abs(drawn[at]! - edge)).toBeLessThan(0.06)
    expect(await plain.locator('polygon.live-zone').count()).toBe(1)

    await tile(page, 'East gate').locator('.tile-trouble').waitFor({ timeout: 30_000 })
    expect(await tile(page, 'East gate').locator('.tile-trouble').textContent()).toContain(
      'cannot be reached',
    )
    expect(await page.locator('main.wall').textContent()).not.toMatch(HAN)
    await expectAccessible(page, 'live wall')
    await look(page, 'live-wall-en')
  }, 120_000)

  test('by keyboard: fewer pictures, the next screen, one picture large; what is not shown is not fetched', async () => {
    const opened: WebSocket[] = []
    const page = await openWall('zh-CN', '实时监看', (socket) => opened.push(socket))
    const sockets = () => opened.filter((socket) => !socket.isClosed()).length
    await expect.poll(sockets).toBe(3)
    await page.locator('.layouts button', { hasText: /^1$/ }).focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => page.locator('.tile').count()).toBe(1)
    await expect.poll(sockets).toBe(1)
    await page.locator('.screens button').last().focus()
    await page.keyboard.press('Enter')
    await page.waitForSelector('.tile >> text=South gate')
    await page.locator('.layouts button', { hasText: /^4$/ }).focus()
    await page.keyboard.press('Enter')
    await page.locator('.tile', { hasText: 'North gate' }).locator('.tile-head button').focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => page.locator('.tile').count()).toBe(1)
    await expect.poll(() => timeOf(page), { timeout: 30_000 }).toBeGreaterThan(1)
    await expectAccessible(page, 'one camera large')
    await look(page, 'live-large')
    await page.locator('.wall-bar input[type=checkbox]').focus()
    await page.keyboard.press('Space')
    expect(await page.locator('.live-drawing').count()).toBe(0)
  }, 120_000)

  test('a camera that goes and comes back is shown again by itself', async () => {
    const page = await openWall('en-GB', 'Live')
    await expect.poll(() => timeOf(page), { timeout: 30_000 }).toBeGreaterThan(1)
    const before = street.stats().requests
    street.dropConnections('plain')
    await expect.poll(() => street.stats().requests, { timeout: 30_000 }).toBeGreaterThan(before)
    const at = await timeOf(page)
    await expect.poll(async () => Math.abs((await timeOf(page)) - at), { timeout: 30_000 }).toBeGreaterThan(1)
    await expect.poll(() => tile(page, 'North gate').locator('.tile-state').count()).toBe(0)
  }, 120_000)
})

const timeOf = (page: Page) =>
  page
    .locator('.tile video')
    .first()
    .evaluate((video) => (video as HTMLVideoElement).currentTime)

/** Mean of the converted picture's pixels. */
const brightness = (page: Page, name: string) =>
  page
    .locator('.tile', { hasText: name })
    .locator('canvas')
    .evaluate((element) => {
      const canvas = element as HTMLCanvasElement
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
      return data.reduce((sum, value, at) => (at % 4 === 0 ? sum + value : sum), 0) / (data.length / 4)
    })

async function look(page: Page, name: string): Promise<void> {
  const folder = process.env['LOOK_AT']
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`) })
}
