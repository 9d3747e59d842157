/**
 * A camera more, in a real browser and a real gateway: from its address to a camera that runs, by keyboard; its view on
 * record, moved, told, and put right by a person's word. LOOK_AT=folder keeps pictures of it.
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { stringify } from 'yaml'
import { loadConfig } from '../../config/loader.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { type RunningGateway, startGateway } from '../../gateway/main.ts'
import { RtspCamera } from '../../simulators/camera/rtsp-camera.ts'
import { makeClip } from '../fixtures/clip.ts'
import { ffmpeg } from '../stages/feed-media.ts'
import { PASSWORD, Visitor } from '../stages/http-fixture.ts'
import { boxPaths, SITE, writeBoxConfig } from './box-config.ts'
import { buildConsole, expectAccessible, hasBrowser, openBrowser, removeFolder } from './console-browser.ts'
import { listenTo, startPlatformFor, until } from './gateway-process.ts'

const LOGIN = { user: 'admin', password: 'street-corner/9' }
const HAN = /\p{Script=Han}/u
/** Verdicts of seconds instead of minutes. */
const DRIFT = { everySec: 5, movedChecks: 2 }

describe.skipIf(!hasBrowser)('page of camera set-up (skipped without Chromium)', () => {
  let browser: Browser
  let consoleFolder: string
  let folder: string
  let streams: { main: { parts: { name: string; file: string; repeats: boolean }[] } }
  beforeAll(async () => {
    consoleFolder = await buildConsole()
    browser = await openBrowser()
    folder = mkdtempSync(join(tmpdir(), 'lushao-setup-page-'))
    const here = await makeClip(join(folder, 'here.mp4'), { seconds: 8, fps: 8, things: [] })
    const beside = join(folder, 'beside.mp4')
    const turned = 'crop=0.9*iw:ih:0.1*iw:0,pad=iw/0.9:ih:0:0,scale=640:360'
    const encoder = '-c:v libx264 -preset veryfast -g 8 -bf 0 -pix_fmt yuv420p'
    await ffmpeg(['-i', here, '-vf', turned, ...encoder.split(' '), beside])
    const part = (name: string, file: string) => ({ name, file, repeats: true })
    streams = { main: { parts: [part('here', here), part('beside', beside)] } }
  })
  afterAll(async () => {
    await browser?.close()
    for (const one of [consoleFolder, folder]) removeFolder(one)
  })

  async function openPage(gateway: RunningGateway, name: string, locale: string): Promise<Page> {
    const colorScheme = locale === 'zh-CN' ? 'dark' : 'light'
    const context = await browser.newContext({ locale, colorScheme, viewport: { width: 1440, height: 1000 } })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    // The page as it was built for this test, the rest from the gateway.
    await page.route(/\/(assets\/[^/]+)?$/, (route) => {
      const path = new URL(route.request().url()).pathname
      return route.fulfill({ path: join(consoleFolder, path === '/' ? 'index.html' : path) })
    })
    await page.goto(gateway.consoleUrl)
    await page.fill('[name=name]', name)
    await page.fill('[name=password]', PASSWORD)
    await page.keyboard.press('Enter')
    await page.waitForSelector('.desk')
    await page.click('nav .tab:text-matches("摄像机设置|Camera set-up")')
    await page.click('.purpose [value=setup]')
    await page.click('.purpose [type=submit]')
    return page
  }

  async function look(page: Page, name: string): Promise<void> {
    const to = process.env['LOOK_AT']
    if (to === undefined) return
    const size = page.viewportSize()!
    await page.setViewportSize({ ...size, height: 1_900 })
    await page.screenshot({ path: join(to, `${name}.png`), animations: 'disabled' })
    await page.setViewportSize(size)
  }

  /** Tabs on until the focus is where it is wanted: that is how far it can be reached by keyboard. */
  async function tabTo(page: Page, selector: string): Promise<void> {
    for (let pressed = 0; pressed < 120; pressed++) {
      if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return
      await page.keyboard.press('Tab')
    }
    throw new Error(`${selector} cannot be reached by keyboard`)
  }

  async function twoAdministrators({ consoleUrl, firstLogin: first }: RunningGateway): Promise<void> {
    const [admin, qian] = [new Visitor(consoleUrl), new Visitor(consoleUrl)]
    const password = first!.oneTimePassword
    await admin.login('admin', password)
    await admin.send('PUT', '/api/v1/session/password', { password, next: PASSWORD })
    const made = await admin.send('POST', '/api/v1/accounts', { name: 'qian', role: 'ADMIN' })
    const { oneTimePassword: once } = (await made.json()) as { oneTimePassword: string }
    await qian.login('qian', once)
    await qian.send('PUT', '/api/v1/session/password', { password: once, next: PASSWORD })
  }

  async function ask(page: Page, url: string, password: string): Promise<void> {
    await page.fill('.address [name=url]', url)
    await page.fill('.address [name=user]', LOGIN.user)
    await page.fill('.address [name=password]', password)
    await tabTo(page, '.address .primary')
    await page.keyboard.press('Enter')
  }

  test.each(['zh-CN', 'en-GB'] as const)(
    '[R18] from its address to a camera that runs; moved, told, and put right by a word (%s)',
    async (locale) => {
      const camera = await RtspCamera.start({ streams, auth: LOGIN })
      onTestFinished(() => camera.close())
      const paths = boxPaths(folder, `box-${locale}`)
      const cameraSetup = { addressesAllowed: ['127.0.0.1'], probeSec: 3 }
      writeBoxConfig(paths, { cameras: [], cameraSetup, drift: DRIFT })
      writeFileSync(paths.config, stringify(JSON.parse(readFileSync(paths.config, 'utf8'))))
      const { config } = loadConfig(paths.config)
      const gateway = await startGateway(config!, { version: 'test', log: silentLog })
      onTestFinished(() => gateway.close())
      const platform = await startPlatformFor(gateway, paths.storage, SITE)
      onTestFinished(() => platform.close())
      const heard = listenTo(platform)
      await twoAdministrators(gateway)

      const page = await openPage(gateway, 'admin', locale)
      await tabTo(page, '.setup .tab:nth-of-type(2)')
      await page.keyboard.press('Enter')
      await ask(page, camera.url, 'guessed')
      await page.waitForSelector('.add-camera > .notice')
      expect(await page.textContent('.add-camera > .notice')).toMatch(/拒绝了用户名或密码|refused the user/)
      await ask(page, camera.url, LOGIN.password)
      await page.waitForSelector('.settings-form .good', { timeout: 40_000 })
      expect(await page.textContent('.probed')).toMatch(/H\.264.*640×360/s)
      await expectAccessible(page, `probed ${locale}`)
      await look(page, `setup-add-${locale}`)
      await page.locator('.settings-form [name=name]').fill(locale === 'zh-CN' ? '菜市场北门' : 'Market gate')
      await page.waitForSelector('.settings-form .good')
      await tabTo(page, '.settings-form [name=reason]')
      await page.keyboard.type(locale === 'zh-CN' ? '新装' : 'newly hung')
      await page.waitForSelector('.settings-form .primary:enabled')
      await page.keyboard.press('Enter')
      await page.waitForSelector('.settings-form .once')

      const second = await openPage(gateway, 'qian', locale)
      await second.locator('.setup .tab').nth(2).click()
      await tabTo(second, '.change.OPEN .primary')
      expect(await second.textContent('.change.OPEN .diff')).not.toContain(LOGIN.password)
      await second.keyboard.press('Enter')
      await second.waitForSelector('.change.APPROVED')
      await until('the camera runs', () => heard.get('cam/cam-1/status')?.['state'] === 'online', 40_000)
      expect(readFileSync(paths.config, 'utf8')).not.toContain(LOGIN.password)

      await page.locator('.setup .tab').first().click()
      await page.waitForSelector('.commissioned img', { timeout: 60_000 })
      await page.waitForSelector('.camera-setup .state:text-matches("视角未变|as commissioned")', {
        timeout: 60_000,
      })
      await tabTo(page, '.trial-models .second')
      await page.keyboard.press('Enter')
      await page.waitForSelector('.models figure img', { timeout: 60_000 })
      await expectAccessible(page, `tried ${locale}`)
      await look(page, `setup-camera-${locale}`)

      expect(camera.goOn('main')).toBe(true)
      await until('moved', () => heard.get('cam/cam-1/status')?.['code'] === 'CAMERA_MOVED', 90_000)
      await page.waitForSelector('.camera-setup.moved', { timeout: 40_000 })
      expect(await page.textContent('.camera-setup .notice')).toMatch(/-10 ?%|-9 ?%|-11 ?%/)
      await expectAccessible(page, `moved ${locale}`)
      await look(page, `setup-moved-${locale}`)
      if (locale === 'en-GB') expect(HAN.exec(await page.innerText('.setup'))?.[0] ?? null).toBe(null)

      // Tried once more: what was looked at lately is looked at again.
      const again = page.waitForResponse(/\/trial$/)
      await page.locator('.trial-models .second').click()
      const { models } = (await (await again).json()) as { models: { seen: unknown }[] }
      expect(models).toEqual([expect.objectContaining({ seen: expect.any(Array) })])

      await page.selectOption('.say select', 'FITS')
      await tabTo(page, '.say [name=reason]')
      await page.keyboard.type(locale === 'zh-CN' ? '核对过区域' : 'zones looked at')
      await page.keyboard.press('Enter')
      await until('right again', () => heard.get('cam/cam-1/status')?.['code'] === null, 40_000)
      await page.waitForSelector('.camera-setup:not(.moved)', { timeout: 40_000 })
      expect(await page.locator('.camera-setup .beside li').first().textContent()).toMatch(/admin/)
      await look(page, `setup-fits-${locale}`)
    },
    240_000,
  )
})
