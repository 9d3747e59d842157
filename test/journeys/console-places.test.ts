/**
 * The page of places in a real browser: a zone drawn by keyboard, checked as it is drawn, tried on the ring, proposed by
 * one and approved by another. LOOK_AT=folder keeps pictures of it.
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { stringify } from 'yaml'
import { loadConfig } from '../../config/loader.ts'
import { lineDiff } from '../../gateway/config-diff.ts'
import { Eyes } from '../../gateway/detections/eyes.ts'
import { openFileFeed } from '../../gateway/frames/file-feed.ts'
import type { Role } from '../../gateway/http/permissions.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { type RunningGateway, startGateway } from '../../gateway/main.ts'
import type { GopRing } from '../../gateway/streams/gop-ring.ts'
import { RtspCamera } from '../../simulators/camera/rtsp-camera.ts'
import { makeClip } from '../fixtures/clip.ts'
import { PASSWORD, type Running, startServer, Visitor } from '../stages/http-fixture.ts'
import { camera } from '../stages/office-fixture.ts'
import { boxPaths, SITE, writeBoxConfig } from './box-config.ts'
import { buildConsole, expectAccessible, hasBrowser, openBrowser, removeFolder } from './console-browser.ts'
import { listenTo, revisionsIn, startPlatformFor, until } from './gateway-process.ts'

const HAN = /\p{Script=Han}/u

describe.skipIf(!hasBrowser)('page of places (skipped without Chromium)', () => {
  let browser: Browser
  let consoleFolder: string
  let folder: string
  let ring: GopRing
  let eyes: Eyes
  beforeAll(async () => {
    consoleFolder = await buildConsole()
    browser = await openBrowser()
    folder = mkdtempSync(join(tmpdir(), 'lushao-places-page-'))
    const things = [{ fromSec: 8, toSec: 20, box: [0.4, 0.5, 0.55, 0.75] as const, luma: 200 }]
    const path = await makeClip(join(folder, 'clip.mp4'), { seconds: 26, fps: 8, things })
    const startWallMs = Date.parse('2026-01-05T10:00:00+08:00')
    const feed = await openFileFeed({
      path,
      cameraId: 'cam-1',
      startWallMs,
      samplesPerSec: 1,
      ringSeconds: 60,
    })
    for await (const frame of feed.frames()) expect(frame.cameraId).toBe('cam-1')
    ring = feed.ring
    eyes = await Eyes.open(undefined, { enabled: false, everyMs: 900 }, silentLog)
  })
  afterAll(async () => {
    await browser?.close()
    await eyes?.close()
    for (const one of [consoleFolder, folder]) removeFolder(one)
  })

  const start = (mode: 'test' | 'production') =>
    startServer({
      ...{ consoleFolder, ringOf: () => ring, eyes: () => eyes },
      config: { governance: { mode }, cameras: [camera('cam-1', { name: 'Bank' })] },
    })

  async function enter(
    running: Running,
    name: string,
    role: Role,
    locale: string,
    colorScheme: 'dark' | 'light' = 'dark',
  ) {
    const once = await running.accounts.create(name, role)
    await running.accounts.changePassword(name, once, PASSWORD)
    const context = await browser.newContext({ locale, colorScheme, viewport: { width: 1440, height: 1000 } })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    const failures: string[] = []
    page.on('pageerror', (error) => failures.push(error.message))
    page.on('console', (line) => {
      if (/Content Security Policy/.test(line.text())) failures.push(line.text())
    })
    await logIn(page, running.url, name)
    return { page, failures }
  }

  async function logIn(page: Page, url: string, name: string): Promise<void> {
    await page.goto(url)
    await page.fill('[name=name]', name)
    await page.fill('[name=password]', PASSWORD)
    await page.keyboard.press('Enter')
    await page.waitForSelector('.desk')
    await page.click('nav .tab:text-matches("点位与区域|Places")')
  }

  async function showPicture(page: Page): Promise<void> {
    await page.click('.purpose [value=setup]')
    await page.click('.purpose [type=submit]')
    await page.waitForFunction(
      () => (document.querySelector<HTMLImageElement>('.canvas img')?.naturalWidth ?? 0) > 0,
    )
  }

  async function look(page: Page, name: string): Promise<void> {
    const to = process.env['LOOK_AT']
    if (to !== undefined)
      await page.screenshot({ path: join(to, `${name}.png`), animations: 'disabled', fullPage: true })
  }

  /** Tabs on until the focus is where it is wanted: that is how far it can be reached by keyboard. */
  async function tabTo(page: Page, selector: string): Promise<void> {
    for (let pressed = 0; pressed < 120; pressed++) {
      if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return
      await page.keyboard.press('Tab')
    }
    throw new Error(`${selector} cannot be reached by keyboard`)
  }

  const focused = (page: Page) =>
    page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '')

  test.each([
    ['zh-CN', 'dark', '试运行，不产生告警。'],
    ['en-GB', 'light', 'A dry run: no alert is made.'],
  ] as const)(
    '[R18] a zone drawn by keyboard, tried, proposed by one and approved by another (%s, %s)',
    async (locale, scheme, noAlert) => {
      const running = await start('test')
      const { page, failures } = await enter(running, 'zhao', 'ADMIN', locale, scheme)
      await showPicture(page)
      await tabTo(page, '.tools button')
      await page.keyboard.press('Enter')
      await tabTo(page, '.rules input')
      const piling = page
        .locator('.rule', { hasText: locale === 'zh-CN' ? '堆物' : /pil/i })
        .locator('[type=checkbox]')
      await piling.focus()
      await page.keyboard.press('Space')
      await page.locator('.least-dwell input').fill('4')

      // From the first corner on: moved by half percents, one put in, one taken out, all of it undone and done again.
      await page.locator('.corner').first().focus()
      for (let step = 0; step < 4; step++) await page.keyboard.press('ArrowUp')
      expect(await focused(page)).toMatch(/30 ?%.*38 ?%|横 30%，纵 38%/)
      await page.keyboard.press('Insert')
      expect(await page.locator('.corner').count()).toBe(5)
      expect(await focused(page)).toMatch(/corner 2|第 2 点/)
      await page.keyboard.press('Delete')
      expect(await page.locator('.corner').count()).toBe(4)
      await page.keyboard.press('Control+z')
      expect(await page.locator('.corner').count()).toBe(5)
      await page.keyboard.press('Control+y')
      expect(await page.locator('.corner').count()).toBe(4)
      await page.waitForSelector('.checked .good')
      await expectAccessible(page, `drawing ${locale}`)
      await look(page, `places-${locale}`)

      await tabTo(page, '.trial .second')
      await page.keyboard.press('Enter')
      await page.waitForSelector('.both', { timeout: 60_000 })
      expect(await page.textContent('.banner')).toBe(noAlert)
      const [present, proposed] = await page.locator('.both > div').allInnerTexts()
      expect(present).not.toMatch(/zone-1/)
      expect(proposed).toMatch(/zone-1 · [789] s – (19|20|21) s/)
      await expectAccessible(page, `tried ${locale}`)
      await look(page, `places-tried-${locale}`)
      if (locale === 'en-GB') {
        const said = (await page.innerText('.places')).replace('南京路口', '')
        expect(HAN.exec(said)?.[0] ?? null).toBe(null)
      }

      await page.fill('.propose [name=reason]', locale === 'zh-CN' ? '居民反映堆物' : 'residents complain')
      await page.keyboard.press('Enter')
      await page.waitForSelector('.propose .once')
      await page.locator('.places .tab').last().click()
      await page.waitForSelector('.change.OPEN')
      expect(await page.locator('.change.OPEN .primary').count()).toBe(0)
      await expectAccessible(page, `own change ${locale}`)

      const second = await enter(running, 'qian', 'ADMIN', locale, scheme)
      await second.page.click('.purpose [type=submit]')
      await second.page.locator('.places .tab').last().click()
      await second.page.waitForSelector('.change.OPEN .diff .comes')
      await look(second.page, `places-changes-${locale}`)
      await tabTo(second.page, '.change.OPEN .primary')
      await second.page.keyboard.press('Enter')
      await second.page.waitForSelector('.change.APPROVED')
      await expectAccessible(second.page, `versions ${locale}`)
      expect(running.office.book.versions(1)).toMatchObject([{ version: 2, by: 'zhao', approvedBy: 'qian' }])
      expect(running.office.book.current().text).toMatch(/id: zone-1[\s\S]*0\.38[\s\S]*minDwellSec: 4/)
      expect(running.desk.list({ limit: 5 })).toEqual([])
      expect([...failures, ...second.failures]).toEqual([])
    },
  )

  test('[R18] a dwell below the floor is said where it is typed, and cannot be proposed', async () => {
    const running = await start('production')
    const { page } = await enter(running, 'zhao', 'ADMIN', 'en-GB')
    await showPicture(page)
    await page.locator('.shapes button').first().click()
    await page.locator('.least-dwell input').first().fill('5')
    await page.waitForSelector('.checked .fault')
    expect(await page.textContent('.checked .fault')).toMatch(/minDwellSec is 5/)
    expect(await page.locator('.propose [type=submit]').isDisabled()).toBe(true)
    expect(await page.locator('.trial .second').isDisabled()).toBe(true)
    await page.locator('.least-dwell input').first().fill('7200')
    await page.waitForSelector('.checked .good')
    expect(await page.locator('.propose [type=submit]').isDisabled()).toBe(false)

    // Meanwhile somebody else's change comes into force: nothing of it is drawn over.
    const { book } = running.office
    const text = book.current().text.replace('id: kerb', 'id: pavement')
    const { proposal } = book.propose({ text, by: 'sun', reason: 'renamed' })
    book.approve({ proposal, by: 'li' })
    await page.locator('.least-dwell input').first().fill('7300')
    await page.click('.checked button:text("Load the newest configuration")')
    await page.waitForSelector('.shapes button:text("pavement")')
  })

  test('by mouse: a corner is pulled, a shopfront line, a known length and hours are drawn', async () => {
    const running = await start('production')
    const { page } = await enter(running, 'zhao', 'ADMIN', 'zh-CN')
    await showPicture(page)
    await page.locator('.shapes button').first().click()
    const canvas = (await page.locator('.canvas').boundingBox())!
    const corner = (await page.locator('.corner').nth(2).boundingBox())!
    await page.mouse.move(corner.x + 12, corner.y + 12)
    await page.mouse.down()
    await page.mouse.move(canvas.x + canvas.width * 0.8, canvas.y + canvas.height * 0.9, { steps: 5 })
    await page.mouse.up()
    await page.click('text=店面线')
    await page.click('text=地面比例（已知长度）')
    await page.locator('.settings [type=number][step]').fill('3.5')
    await page.click('.hours-editor > .tick')
    await page.locator('.day').nth(6).click()
    await page.locator('.time').first().fill('09:30')
    await page.waitForSelector('.checked .good')
    await expectAccessible(page, 'hours and lines')
    await look(page, 'places-lines')
    expect(await page.locator('.outline').count()).toBe(3)
    await page.fill('.propose [name=reason]', '店面')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.propose .once')
    const [proposal] = running.office.book.proposals(1)
    const said = proposal!.diff.join('\n')
    expect(said).toMatch(/\+ +- - 0\.8\d*\n\+ +- (0\.9|0\.89\d*)\n/)
    expect(said).toMatch(/shopfrontLine: \[\[0\.3, 0\.5\], \[0\.7, 0\.5\]\]/)
    expect(said).toMatch(/metres: 3\.5/)
    expect(said).toMatch(/weekdays: \[mon, tue, wed, thu, fri, sat\]/)
    expect(said).toMatch(/from: "09:30"/)
  })

  test('by finger: a corner of a permitted point is pulled, a mask is removed again', async () => {
    const running = await start('production')
    const { page } = await enter(running, 'zhao', 'ADMIN', 'en-GB')
    await showPicture(page)
    await page.click('text=New permitted point')
    const canvas = (await page.locator('.canvas').boundingBox())!
    const corner = (await page.locator('.corner').first().boundingBox())!
    const finger = await page.context().newCDPSession(page)
    await finger.send('Emulation.setTouchEmulationEnabled', { enabled: true })
    const touch = (
      type: 'touchStart' | 'touchMove' | 'touchEnd',
      ...touchPoints: { x: number; y: number }[]
    ) => finger.send('Input.dispatchTouchEvent', { type, touchPoints })
    const to = { x: canvas.x + canvas.width * 0.1, y: canvas.y + canvas.height * 0.15 }
    await touch('touchStart', { x: corner.x + 12, y: corner.y + 12 })
    for (const share of [0.3, 0.6, 1]) {
      const between = (from: number, end: number) => from + 12 + (end - from - 12) * share
      await touch('touchMove', { x: between(corner.x, to.x), y: between(corner.y, to.y) })
    }
    await touch('touchEnd')
    expect(await page.locator('.corner').first().getAttribute('aria-label')).toMatch(
      /corner 1, (10|9\.9|10\.1) %.* (15|14\.9|15\.1) %/,
    )
    await page.click('text=New mask')
    expect(await page.locator('.outline').count()).toBe(3)
    await page.click('button:text("Remove “Mask 1”")')
    expect(await page.locator('.outline').count()).toBe(2)
    await page.waitForSelector('.checked .good')
    await expectAccessible(page, 'permitted point')
  })

  test('[R98] who may not change anything sees the places and no tools; auxiliary staff see no picture', async () => {
    const running = await start('production')
    const officer = await enter(running, 'li', 'OFFICER', 'en-GB')
    await showPicture(officer.page)
    await officer.page.waitForSelector('.shapes button')
    expect(await officer.page.locator('.tools, .propose, .trial').count()).toBe(0)
    await expectAccessible(officer.page, 'read only')
    const auxiliary = await enter(running, 'wu', 'AUXILIARY', 'en-GB')
    await auxiliary.page.waitForSelector('.canvas .blank')
    expect(await auxiliary.page.locator('.canvas img').count()).toBe(0)
  })

  test('[R18] [R29] drawn by keyboard, approved by another: the camera restarts alone, and the act is told', async () => {
    const things = [{ fromSec: 7, toSec: 17, box: [0.4, 0.5, 0.55, 0.75] as const, luma: 200 }]
    const file = await makeClip(join(folder, 'street.mp4'), { seconds: 21, fps: 5, things })
    const [kept, changed] = [await openCamera(file), await openCamera(file)]
    const paths = boxPaths(folder)
    writeBoxConfig(paths, {
      cameras: [
        { id: 'changed', url: changed.url },
        { id: 'kept', url: kept.url },
      ],
    })
    const written = `# Kept by the second shift.\n${stringify(JSON.parse(readFileSync(paths.config, 'utf8')))}`
    writeFileSync(paths.config, written)
    const { config } = loadConfig(paths.config)
    const gateway = await startGateway(config!, { version: 'test', log: silentLog })
    onTestFinished(() => gateway.close())
    const platform = await startPlatformFor(gateway, paths.storage, SITE)
    onTestFinished(() => platform.close())
    const [zhao, qian] = [await firstLogin(gateway), new Visitor(gateway.consoleUrl)]
    const made = await zhao.send('POST', '/api/v1/accounts', { name: 'qian', role: 'ADMIN' })
    const { oneTimePassword: once } = (await made.json()) as { oneTimePassword: string }
    await qian.login('qian', once)
    await qian.send('PUT', '/api/v1/session/password', { password: once, next: PASSWORD })
    const heard = listenTo(platform)
    const isOnline = (id: string) => heard.get(`cam/${id}/status`)?.['state'] === 'online'
    await until('both online', () => isOnline('kept') && isOnline('changed'), 30_000)

    const context = await browser.newContext({ locale: 'zh-CN', viewport: { width: 1440, height: 1000 } })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    // The page as it was built for this test, the rest from the gateway.
    await page.route(/\/(assets\/[^/]+)?$/, (route) => {
      const path = new URL(route.request().url()).pathname
      return route.fulfill({ path: join(consoleFolder, path === '/' ? 'index.html' : path) })
    })
    await logIn(page, gateway.consoleUrl, 'admin')
    await showPicture(page)
    await tabTo(page, '.tools button')
    await page.keyboard.press('Enter')
    await page.locator('.rule', { hasText: '堆物' }).locator('[type=checkbox]').focus()
    await page.keyboard.press('Space')
    await page.locator('.least-dwell input').fill('4')
    await page.waitForSelector('.checked .good')
    await page.fill('.propose [name=reason]', '居民反映堆物')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.propose .once')
    expect(revisionsIn(platform)).toEqual([])

    const before = changed.stats().requests
    const states = new Set<unknown>()
    platform.on('message', () => states.add(heard.get('cam/kept/status')?.['state']))
    expect((await zhao.send('POST', '/api/v1/config/proposals/1/approve')).status).toBe(422)
    expect((await qian.send('POST', '/api/v1/config/proposals/1/approve')).status).toBe(200)
    const event = await until('the event', () => revisionsIn(platform)[0], 90_000)
    expect(event).toMatchObject({ cameraId: 'changed', zoneId: 'zone-1', ruleId: 'piling' })
    expect(changed.stats().requests).toBeGreaterThan(before)
    expect([...states]).toEqual(['online'])
    expect(kept.stats()).toMatchObject({ connections: 1, playing: 1 })
    const now = readFileSync(paths.config, 'utf8')
    expect(now.startsWith('# Kept by the second shift.\n')).toBe(true)
    expect(lineDiff(written, now).filter((line) => line.startsWith('-'))).toEqual([])
  }, 150_000)

  async function openCamera(file: string): Promise<RtspCamera> {
    const opened = await RtspCamera.start({ streams: { street: { file } } })
    onTestFinished(() => opened.close())
    return opened
  }

  async function firstLogin({ consoleUrl, firstLogin: first }: RunningGateway): Promise<Visitor> {
    const visitor = new Visitor(consoleUrl)
    const password = first!.oneTimePassword
    await visitor.login('admin', password)
    await visitor.send('PUT', '/api/v1/session/password', { password, next: PASSWORD })
    return visitor
  }
})
