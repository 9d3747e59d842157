/**
 * The console in a real browser, against a real server: the first login, an alert that arrives live, a
 * verdict given by keyboard; both languages, both colour schemes, nothing for axe to complain about.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Role } from '../../gateway/http/permissions.ts'
import type { LiveSource } from '../../gateway/http/views.ts'
import { startSpeaker } from '../fixtures/speaker.ts'
import { PASSWORD, type Running, startServer } from '../stages/http-fixture.ts'
import { setUp } from '../stages/persuasion-fixture.ts'
import { sampleEvent } from '../stages/sample-event.ts'
import {
  alertWithPictures,
  buildConsole,
  expectAccessible,
  hasBrowser,
  liveFilm,
  openBrowser,
  removeFolder,
} from './console-browser.ts'

const HAN = /\p{Script=Han}/u

describe.skipIf(!hasBrowser)('console (skipped without Chromium: set CHROMIUM or install it)', () => {
  let browser: Browser
  let consoleFolder: string
  beforeAll(async () => {
    consoleFolder = await buildConsole()
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    removeFolder(consoleFolder)
  })

  async function openPage(
    running: Running,
    locale: 'zh-CN' | 'en-GB',
    colorScheme: 'dark' | 'light' = 'dark',
  ) {
    const context = await browser.newContext({ locale, colorScheme, viewport: { width: 1440, height: 900 } })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    const failures: string[] = []
    page.on('pageerror', (error) => failures.push(error.message))
    page.on('console', (line) => {
      if (/Content Security Policy/.test(line.text())) failures.push(line.text())
    })
    await page.goto(running.url)
    await page.waitForSelector('form')
    return { page, failures }
  }

  async function logIn(page: Page, name: string, password: string): Promise<void> {
    await page.fill('[name=name]', name)
    await page.fill('[name=password]', password)
    await page.keyboard.press('Enter')
  }

  /** An account past its first login, and a page that shows the desk. */
  async function atDesk(
    running: Running,
    role: Role,
    locale: 'zh-CN' | 'en-GB',
    colorScheme: 'dark' | 'light' = 'dark',
  ) {
    const once = await running.accounts.create('li', role)
    await running.accounts.changePassword('li', once, PASSWORD)
    const opened = await openPage(running, locale, colorScheme)
    await logIn(opened.page, 'li', PASSWORD)
    await opened.page.waitForSelector('.desk')
    return opened
  }
  const showPictures = async (page: Page) => {
    await page.click('.purpose [type=submit]')
    await page.waitForSelector('.picture.wide img')
  }

  test('all of it is small enough for a poor line', () => {
    const files = readdirSync(consoleFolder, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    )
    const bytes = files.map((file) => gzipSync(readFileSync(join(file.parentPath, file.name))).length)
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(150_000)
  })

  test('from the one-time password to a verdict by keyboard, with an alert that arrives live', async () => {
    const running = await startServer({ consoleFolder })
    const first = await running.accounts.ensureAdministrator()
    const { page, failures } = await openPage(running, 'zh-CN')
    await expectAccessible(page, 'login')
    await logIn(page, 'admin', 'wrong')
    await page.waitForSelector('[role=alert]')
    expect(await page.textContent('[role=alert]')).toContain('用户名或密码错误')
    await logIn(page, 'admin', first!.oneTimePassword)

    await page.waitForSelector('[name=again]')
    await expectAccessible(page, 'password change')
    await page.fill('[name=password]', first!.oneTimePassword)
    await page.fill('[name=next]', PASSWORD)
    await page.fill('[name=again]', `${PASSWORD}?`)
    await page.keyboard.press('Enter')
    await page.waitForSelector('[role=alert]')
    await page.fill('[name=again]', PASSWORD)
    await page.keyboard.press('Enter')

    await page.waitForSelector('.nothing')
    await page.waitForSelector('.link.on')
    await expectAccessible(page, 'empty desk')
    const { eventId } = running.desk.raise(alertWithPictures(running.folder))
    await page.waitForSelector('.card')
    expect(await page.textContent('.card')).toContain('疑似无照经营游商')
    expect(await page.textContent('[aria-live]')).toContain('新告警')
    running.desk.raise(
      sampleEvent('second', { startedAt: '2026-01-01T11:00:00.000+08:00', ruleId: 'piling' }),
    )
    await page.waitForSelector('.card .fresh')
    await page.keyboard.press('ArrowDown')

    await showPictures(page)
    await page.waitForFunction(() =>
      [...document.images].every((image) => image.complete && image.naturalWidth > 0),
    )
    await expectAccessible(page, 'alert with pictures')
    await page.keyboard.press('c')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.review .state.VERIFIED')
    expect(running.desk.get(eventId)).toMatchObject({ state: 'VERIFIED' })
    expect(running.desk.history(eventId).transitions.at(-1)?.actor.id).toBe('admin')
    await page.waitForFunction(() => document.querySelector('.history')?.textContent?.includes('admin'))
    expect(failures).toEqual([])

    const looks = running.accessLog.list(50).filter((entry) => entry.action === 'evidence.read')
    expect(looks.length).toBeGreaterThanOrEqual(3)
    expect(looks.every((entry) => entry.purpose === 'review' && entry.outcome === 'granted')).toBe(true)
  })

  test('a rejection by keyboard: R, the digit of the reason, Enter', async () => {
    const running = await startServer({ consoleFolder })
    const { eventId } = running.desk.raise(sampleEvent('a'))
    const { page } = await atDesk(running, 'DISPATCHER', 'en-GB')
    await page.waitForSelector('.card')
    await page.keyboard.press('r')
    await page.waitForSelector('[name=reason]')
    await page.keyboard.press('4')
    await expectAccessible(page, 'reject form')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.review .state.REJECTED')
    expect(running.desk.history(eventId).transitions.at(-1)).toMatchObject({
      reasonCode: 'OBJECT_MISTAKEN',
      details: { observed: 'PARKED_CARGO_TRICYCLE' },
    })
    await page.waitForFunction(
      () => document.querySelector('.history .told')?.textContent === 'Parked cargo tricycle only',
    )
  })

  test('[R5] a notice by a person: asked for, heard, shown with its words and its time to correct', async () => {
    const speaker = await startSpeaker()
    const house: { box?: ReturnType<typeof setUp> } = {}
    const running = await startServer({
      consoleFolder,
      notices: (parts) => {
        const box = setUp(speaker.url, { house: parts, nowMs: Date.now(), persuasion: { quietHours: [] } })
        house.box = box
        return {
          versions: (eventId) => box.store.versions(eventId),
          given: (eventId) => box.store.given(eventId),
          persuade: (wish) => box.persuasion.persuade(wish),
          recheck: (eventId) => box.recheck.recheck(eventId),
          audio: async () => null,
        }
      },
    })
    const { eventId } = running.desk.raise(sampleEvent('a'))
    running.desk.review({ eventId, verdict: 'VERIFIED', by: 'p-1', commandId: 'c-1' })
    const { page, failures } = await atDesk(running, 'AUXILIARY', 'zh-CN')
    await page.click('.filters [aria-pressed=false]')
    await page.waitForSelector('.notices form')
    await expectAccessible(page, 'notice form')
    await page.fill('.notices textarea', '赶紧滚开')
    await page.click('.notices [type=submit]')
    await page.waitForSelector('.notices [role=alert]')
    expect(await page.textContent('.notices [role=alert]')).toContain('执法忌语')
    await page.fill('.notices textarea', '')
    await page.click('.notices [type=submit]')
    await page.waitForSelector('.notices .state.DELIVERED')
    await page.waitForSelector('.review .state.PERSUADING')
    expect(await page.textContent('.notices')).toContain('录音 greet-and-guide@1')
    expect(await page.textContent('.notices')).toContain('改正期限')
    await page.waitForSelector('.card .noticed:text-is("已劝导 1 次")')
    expect(await page.textContent('.review .last-notice')).toContain('最近一次')
    await expectAccessible(page, 'notice given')
    expect(house.box!.latest(eventId)).toMatchObject({ operatorId: 'li', deliveryStatus: 'DELIVERED' })
    expect(speaker.heard).toHaveLength(1)
    expect(failures).toEqual([])
  })

  test('single keys can be switched off, and do nothing while somebody types', async () => {
    const running = await startServer({ consoleFolder })
    running.desk.raise(sampleEvent('a'))
    const { page } = await atDesk(running, 'OFFICER', 'en-GB')
    await page.waitForSelector('.card')
    await page.keyboard.press('r')
    await page.fill('[name=note]', '')
    await page.type('[name=note]', 'c3')
    expect(await page.inputValue('[name=note]')).toBe('c3')
    expect(await page.isChecked('[value=MOVING_VENDOR]')).toBe(true)
    await page.click('text=Cancel')
    await page.uncheck('.keys input')
    await page.keyboard.press('c')
    expect(await page.isVisible('.step')).toBe(false)
  })

  test('another person’s verdict shows without reloading', async () => {
    const running = await startServer({ consoleFolder })
    const { eventId } = running.desk.raise(sampleEvent('a'))
    const { page } = await atDesk(running, 'OFFICER', 'zh-CN')
    await page.waitForSelector('.review .state.PENDING_REVIEW')
    running.desk.review({ eventId, verdict: 'VERIFIED', by: 'somebody', commandId: 'c-9' })
    await page.waitForSelector('.review .state.VERIFIED')
  })

  test.each(['dark', 'light'] as const)('in English no Chinese is left on any page (%s)', async (scheme) => {
    const running = await startServer({ consoleFolder })
    running.cameras[0] = { ...running.cameras[0]!, name: 'Bridge' }
    running.desk.raise(alertWithPictures(running.folder))
    const { page } = await atDesk(running, 'ADMIN', 'zh-CN', scheme)
    expect(await page.getAttribute('html', 'lang')).toBe('zh-CN')
    await page.click('.language')
    await page.waitForSelector('html[lang=en]')
    await showPictures(page)
    for (const tab of ['Alerts', 'Recordings', 'Access log', 'Accounts', 'Statistics']) {
      await page.click(`nav >> text=${tab}`)
      await page.waitForFunction(
        (wanted) => document.querySelector('nav [aria-current]')?.textContent === wanted,
        tab,
      )
      if (tab === 'Access log' || tab === 'Accounts') await page.waitForSelector('tbody tr')
      if (tab === 'Statistics') await page.waitForSelector('.numbers')
      await expectAccessible(page, `${tab} (${scheme})`)
      const text = (await page.innerText('body')).replace('中文', '')
      expect([tab, HAN.exec(text)?.[0] ?? null]).toEqual([tab, null])
    }
    await page.reload()
    await page.waitForSelector('.desk')
    await page.waitForSelector('html[lang=en]')
  })

  test('the clip plays as it is; a codec the browser lacks is said, with the file to download', async () => {
    const running = await startServer({ consoleFolder })
    running.desk.raise(alertWithPictures(running.folder))
    const { page } = await atDesk(running, 'OFFICER', 'en-GB')
    await showPictures(page)
    await page.click('.moment:last-child')
    const playable = await page.evaluate(
      () => document.createElement('video').canPlayType('video/mp4; codecs="avc1.640028"') !== '',
    )
    if (playable) {
      await page.waitForFunction(() => (document.querySelector('video')?.readyState ?? 0) >= 2)
      await expectAccessible(page, 'clip')
    }
    const later = { startedAt: '2026-01-01T11:00:00.000+08:00' }
    running.desk.raise({ ...alertWithPictures(running.folder, 'mpeg4', 'old camera'), ...later })
    await page.click('.card .fresh')
    await page.waitForSelector('.picture.wide img')
    await page.click('.moment:last-child')
    expect(await page.textContent('.clip')).toContain('cannot play mpeg4')
    expect(await page.getAttribute('.clip a', 'href')).toMatch(/i4\.mp4\?purpose=review$/)
  })

  test.each([
    [
      'zh-CN',
      'dark',
      ['真实 各项达标', '清晰 2 项未达标 · 1 项未测量', '目标模糊', '前景 (当时的码流已不在缓存中)'],
    ],
    [
      'en-GB',
      'light',
      ['True all checks met', 'Clear 2 not met · 1 not measured', 'target blurred', 'Before (its packets'],
    ],
  ] as const)('the four properties are shown with what failed, %s', async (locale, scheme, words) => {
    const running = await startServer({ consoleFolder })
    running.desk.raise(alertWithPictures(running.folder))
    const { page, failures } = await atDesk(running, 'OFFICER', locale, scheme)
    await page.waitForSelector('.card')
    await showPictures(page)
    await page.waitForSelector('.quality .property')
    await page.click('.quality summary')
    await page.waitForSelector('.quality[open] .properties li')
    const said = (await page.innerText('.quality')).replace(/\s+/g, ' ')
    for (const word of words) expect(said).toContain(word)
    if (locale === 'en-GB') expect(said).not.toMatch(HAN)
    await expectAccessible(page, 'four properties')
    expect(failures).toEqual([])
  })

  test('the live view plays the camera’s own fragments, for a purpose', async () => {
    let film: Buffer[] = []
    let viewers = 0
    const attach: LiveSource['attach'] = (cameraId, _way, { send, tell }) => {
      if (cameraId !== 'cam-1') return null
      viewers++
      tell({ type: 'stream', connection: 1, codec: 'h264', width: 640, height: 360 })
      film.forEach(send)
      return () => void viewers--
    }
    const running = await startServer({ consoleFolder, live: { attach } })
    film = liveFilm(running.folder)
    const { page, failures } = await atDesk(running, 'DISPATCHER', 'en-GB')
    await page.click('.camera button')
    await page.click('.live .purpose [type=submit]')
    await page.waitForSelector('.live video', { state: 'attached' })
    const playable = await page.evaluate(() => MediaSource.isTypeSupported('video/mp4; codecs="avc1.42c01e"'))
    if (playable) await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0)
    else await page.waitForSelector('text=cannot play')
    await expectAccessible(page, 'live view')
    expect(running.accessLog.list(1)).toMatchObject([
      { action: 'live.view', object: 'cam-1', purpose: 'review' },
    ])
    if (playable) {
      expect(viewers).toBe(1)
      await page.keyboard.press('Escape')
      await page.waitForSelector('.live', { state: 'detached' })
      await expect.poll(() => viewers).toBe(0)
    }
    expect(failures).toEqual([])
  })

  test('[R49] auxiliary staff see the alert, neither its pictures nor the verdict buttons', async () => {
    const running = await startServer({ consoleFolder })
    running.desk.raise(alertWithPictures(running.folder))
    const { page } = await atDesk(running, 'AUXILIARY', 'zh-CN')
    await page.waitForSelector('.card')
    expect(await page.textContent('.evidence')).toContain('您的角色不能查看证据画面')
    expect(await page.textContent('.review')).toContain('不能核实')
    expect(await page.locator('.verdicts').count()).toBe(0)
    await page.keyboard.press('c')
    expect(await page.locator('.step').count()).toBe(0)
    expect(await page.locator('nav button').allInnerTexts()).toEqual(['告警', '点位与区域'])
  })

  test('an administrator makes an account; the one-time password is shown once', async () => {
    const running = await startServer({ consoleFolder })
    const { page } = await atDesk(running, 'ADMIN', 'zh-CN')
    await page.click('nav >> text=账户')
    await page.fill('.inline [name=name]', '王伟')
    await page.selectOption('.inline [name=role]', 'OFFICER')
    await page.click('.inline [type=submit]')
    await page.waitForSelector('.once code')
    const password = (await page.textContent('.once code')) ?? ''
    await expectAccessible(page, 'accounts')
    expect((await running.accounts.login('王伟', password)).person.changeDue).toBe(true)
  })

  test('a login that was ended elsewhere brings the page back to the door', async () => {
    const running = await startServer({ consoleFolder })
    const { page } = await atDesk(running, 'OFFICER', 'zh-CN')
    await page.waitForSelector('.link.on')
    running.accounts.setDisabled('li', true)
    await page.waitForSelector('.door')
    expect(await page.locator('.desk').count()).toBe(0)
  })
})
