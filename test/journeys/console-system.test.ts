/**
 * The system page in a real browser, of a real gateway: a camera and a broker that go and come back, a file that is broken and
 * mended, the log. LOOK_AT=folder keeps pictures of it.
 */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Aedes } from 'aedes'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '../../config/loader.ts'
import { makeLog } from '../../gateway/kit/log.ts'
import { LogRing } from '../../gateway/kit/log-ring.ts'
import { type RunningGateway, startGateway } from '../../gateway/main.ts'
import { RtspCamera } from '../../simulators/camera/rtsp-camera.ts'
import { makeClip } from '../fixtures/clip.ts'
import { PASSWORD, Visitor } from '../stages/http-fixture.ts'
import { boxPaths, camera, writeBoxConfig } from './box-config.ts'
import { buildConsole, expectAccessible, hasBrowser, openBrowser, removeFolder } from './console-browser.ts'

const HAN = /\p{Script=Han}/u

describe.skipIf(!hasBrowser)('system page (skipped without Chromium)', () => {
  let browser: Browser
  let consoleFolder: string
  let folder: string
  let street: RtspCamera
  beforeAll(async () => {
    consoleFolder = await buildConsole()
    browser = await openBrowser()
    folder = mkdtempSync(join(tmpdir(), 'lushao-system-'))
    const streams = await makeClip(join(folder, 'a.mp4'), { seconds: 5, fps: 10, things: [] })
    street = await RtspCamera.start({ streams })
  })
  afterAll(async () => {
    await browser?.close()
    await street?.close()
    for (const one of [consoleFolder, folder]) removeFolder(one)
  })

  async function open(locale: 'zh-CN' | 'en-GB', more: object = {}) {
    const paths = boxPaths(mkdtempSync(join(folder, 'box-')))
    writeBoxConfig(paths, {
      cameras: [camera('north', street.url)],
      feed: { stream: { stallSec: 1, retryFirstMs: 200, retryMaxMs: 400 } },
      ...more,
    })
    const logs = new LogRing()
    const log = makeLog('info', logs.before(process.stderr))
    const gateway = await startGateway(loadConfig(paths.config).config!, { version: '0.0.1', log, logs })
    onTestFinished(() => gateway.close())
    await enter(gateway)
    const context = await browser.newContext({ locale, viewport: { width: 1440, height: 1000 } })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    // The page as it was built for this test, the rest from the gateway.
    await page.route(/\/(assets\/[^/]+)?$/, (route) => {
      const path = new URL(route.request().url()).pathname
      return route.fulfill({ path: join(consoleFolder, path === '/' ? 'index.html' : path) })
    })
    await page.goto(gateway.consoleUrl)
    await page.fill('[name=name]', 'admin')
    await page.fill('[name=password]', PASSWORD)
    await page.keyboard.press('Enter')
    await page.click(`nav .tab:text-matches("^(系统|System)$")`)
    await page.waitForSelector('.system-part')
    return { page, paths, gateway }
  }
  const part = (page: Page, name: string) => page.locator(`.system-part[aria-label="${name}"]`)

  test('each room says how it is; a camera that is gone needs somebody, until it is back', async () => {
    const { page } = await open('en-GB')
    const cameras = part(page, 'Cameras')
    await cameras.locator('.health.is-good').waitFor({ timeout: 30_000 })
    expect(await page.locator('.system-part').count()).toBe(10)
    expect(await part(page, 'Versions').textContent()).toMatch(/Lushao0\.0\.1.*lushao-patches/)
    expect(await part(page, 'Outbox and broker').locator('.health').textContent()).toBe('well')
    expect(await part(page, 'Clock').textContent()).toContain('not measured')
    await expectAccessible(page, 'system')
    await look(page, 'system-en')

    street.dropConnections()
    street.hang(true)
    await cameras.locator('.health.is-bad').waitFor({ timeout: 30_000 })
    await cameras.locator('.problem', { hasText: 'CAMERA_' }).waitFor({ timeout: 30_000 })
    expect(await page.locator('.system-part').first().getAttribute('aria-label')).toBe('Cameras')
    street.hang(false)
    await cameras.locator('.health.is-good').waitFor({ timeout: 60_000 })
    expect(await page.locator('main.system').textContent()).not.toMatch(HAN)
  }, 120_000)

  test('a file that the loader refuses is said with what to do, and is well again when it is mended', async () => {
    const { page, paths } = await open('zh-CN')
    const config = part(page, '配置')
    await config.locator('.health.is-good').waitFor()
    const good = readFileSync(paths.config, 'utf8')
    writeFileSync(paths.config, good.replace('"minDwellSec":4', '"minDwellSec":"soon"'))
    await config.locator('.problem').waitFor({ timeout: 30_000 })
    expect(await config.locator('.problem').textContent()).toContain('minDwellSec')
    await look(page, 'system-broken')
    writeFileSync(paths.config, good)
    await config.locator('.health.is-good').waitFor({ timeout: 30_000 })
  }, 120_000)

  test('a broker that goes is said with why and what to do, until it is back; its password is never shown', async () => {
    const broker = await openBroker(0)
    const { port } = broker
    const url = `mqtt://box:hunter2@127.0.0.1:${port}`
    const { page } = await open('zh-CN', { mqtt: { url, reconnectFirstSec: 0.2, reconnectMaxSec: 1 } })
    const outbox = part(page, '消息发件箱')
    await outbox.locator('.health.is-good').waitFor({ timeout: 30_000 })
    expect(await outbox.textContent()).toContain(`mqtt://***@127.0.0.1:${port}`)
    await broker.close()
    const problem = outbox.locator('.problem', { hasText: 'BROKER_UNREACHABLE' })
    await problem.waitFor({ timeout: 30_000 })
    expect(await problem.textContent()).toContain('告警在磁盘上等待')
    await expectAccessible(page, 'broker gone')
    await look(page, 'system-broker')
    expect(await page.content()).not.toContain('hunter2')

    const again = await openBroker(port)
    onTestFinished(() => again.close())
    await outbox.locator('.health.is-good').waitFor({ timeout: 30_000 })
    expect(await problem.count()).toBe(0)
  }, 120_000)

  test('the log, by keyboard: from a level up, by words, kept up; looking is logged', async () => {
    const { page, gateway } = await open('en-GB')
    await page.locator('.log button').focus()
    await page.keyboard.press('Enter')
    await page.waitForSelector('.log-lines tr.info')
    await page.fill('.log input[type=search]', 'camera online')
    await expect.poll(() => page.locator('.log-lines tbody tr').count()).toBe(1)
    await expectAccessible(page, 'log')
    await look(page, 'system-log-en')
    street.dropConnections()
    await expect
      .poll(() => page.locator('.log-lines tbody tr').count(), { timeout: 30_000 })
      .toBeGreaterThan(1)
    await page.selectOption('.log select', 'error')
    await page.waitForSelector('.log .hint')
    const visitor = new Visitor(gateway.consoleUrl)
    await visitor.login('admin', PASSWORD)
    const { entries } = (await (await visitor.send('GET', '/api/v1/audit')).json()) as {
      entries: { action: string }[]
    }
    expect(entries.filter(({ action }) => action === 'log.read').length).toBeLessThanOrEqual(16)
    expect(entries.some(({ action }) => action === 'log.read')).toBe(true)
  }, 120_000)
})

/** A broker of the street's own, which admits everybody. */
async function openBroker(wanted: number) {
  const aedes = await Aedes.createBroker()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    aedes.handle(socket)
  })
  await new Promise<void>((done) => server.listen(wanted, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const close = async () => {
    server.close()
    for (const socket of sockets) socket.destroy()
    await new Promise<void>((done) => aedes.close(done))
  }
  return { port, close }
}

async function enter({ consoleUrl, firstLogin }: RunningGateway): Promise<void> {
  const visitor = new Visitor(consoleUrl)
  const { name, oneTimePassword } = firstLogin!
  await visitor.login(name, oneTimePassword)
  await visitor.send('PUT', '/api/v1/session/password', { password: oneTimePassword, next: PASSWORD })
}

async function look(page: Page, name: string): Promise<void> {
  const to = process.env['LOOK_AT']
  if (to === undefined) return
  mkdirSync(to, { recursive: true })
  await page.screenshot({ path: join(to, `${name}.png`), fullPage: true })
}
