/** The feed by keyboard alone: filtered, kept over a reload, a verdict given and taken back, others seen looking. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { PASSWORD, type Running, startServer } from '../stages/http-fixture.ts'
import { sampleEvent } from '../stages/sample-event.ts'
import {
  alertWithPictures,
  buildConsole,
  expectAccessible,
  hasBrowser,
  openBrowser,
  removeFolder,
} from './console-browser.ts'

const MANY = 400

describe.skipIf(!hasBrowser)('feed (skipped without Chromium: set CHROMIUM or install it)', () => {
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

  async function enter(running: Running, name: string, locale: 'zh-CN' | 'en-GB' = 'zh-CN') {
    const once = await running.accounts.create(name, 'DISPATCHER')
    await running.accounts.changePassword(name, once, PASSWORD)
    const context = await browser.newContext({ locale, viewport: { width: 1440, height: 900 } })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    await page.goto(running.url)
    await page.fill('[name=name]', name)
    await page.fill('[name=password]', PASSWORD)
    await page.keyboard.press('Enter')
    await page.waitForSelector('.link.on')
    return page
  }

  test('hundreds of alerts are a window of rows that follows the keyboard and loads on', async () => {
    const running = await startServer({ consoleFolder })
    for (let n = 0; n < MANY; n++) {
      const startedAt = new Date(Date.parse('2026-01-01T02:00:00Z') + n * 1000).toISOString()
      running.desk.raise(sampleEvent(`n-${n}`, { startedAt }))
    }
    const page = await enter(running, 'li')
    await page.waitForSelector(`.count:text-is("${MANY}")`)
    expect(await page.locator('.card').count()).toBeLessThan(40)
    await page.waitForSelector('li[aria-posinset="1"] .card[aria-current]')
    for (let n = 0; n < 12; n++) await page.keyboard.press('ArrowDown')
    await page.waitForSelector('li[aria-posinset="13"] .card[aria-current]')
    expect(await page.isVisible('li[aria-posinset="13"]')).toBe(true)
    await expect
      .poll(async () => {
        await page.evaluate(() => document.querySelector('.cards')?.scrollBy(0, 1e6))
        return page.locator(`li[aria-posinset="${MANY}"]`).count()
      })
      .toBe(1)
    expect(await page.locator('.card').count()).toBeLessThan(40)
  })

  test.each(['zh-CN', 'en-GB'] as const)('filters by keyboard outlive a reload (%s)', async (locale) => {
    const running = await startServer({ consoleFolder })
    running.desk.raise(sampleEvent('a', { grade: 'G1' }))
    running.desk.raise(sampleEvent('b', { grade: 'G3', ruleId: 'piling' }))
    const page = await enter(running, 'li', locale)
    await page.waitForSelector('li[aria-setsize="2"]')
    await page.keyboard.press('f')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.more-filters[open]')
    await page.click('.alarm summary')
    await expectAccessible(page, 'filters')
    await page.selectOption('.more-grid select >> nth=2', 'G3')
    // What is open stays in the list until another is chosen.
    await page.click('.card:has(.grade.G3)')
    await page.waitForSelector('li[aria-setsize="1"]')
    await page.reload()
    await page.waitForSelector('li[aria-setsize="1"] .grade.G3')
    await page.click('.filters > .quiet')
    await page.waitForSelector('li[aria-setsize="2"]')
  })

  test('[R60] a verdict is taken back by U; both records are in the history', async () => {
    const running = await startServer({ consoleFolder })
    const { eventId } = running.desk.raise(alertWithPictures(running.folder))
    const page = await enter(running, 'li')
    await page.waitForSelector('.card')
    await page.keyboard.press('c')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.review .state.VERIFIED')
    await expectAccessible(page, 'verdict that can be taken back')
    await page.keyboard.press('u')
    await page.waitForSelector('.review .state.PENDING_REVIEW')
    await page.waitForFunction(() =>
      document.querySelector('.history')?.textContent?.includes('本人撤回结论'),
    )
    expect(
      running.desk
        .history(eventId)
        .transitions.map(({ to }) => to)
        .slice(-2),
    ).toEqual(['VERIFIED', 'PENDING_REVIEW'])
  })

  test('two people see each other at one alert, until one has gone', async () => {
    const running = await startServer({ consoleFolder })
    running.desk.raise(sampleEvent('a'))
    const one = await enter(running, 'li')
    await one.waitForSelector('.review')
    const other = await enter(running, 'wang')
    await one.waitForSelector('.lookers:has-text("wang")')
    await other.waitForSelector('.lookers:has-text("li")')
    await expectAccessible(one, 'somebody else looks')
    await other.context().close()
    await one.waitForFunction(() => document.querySelector('.lookers')?.textContent === '')
  })
})
