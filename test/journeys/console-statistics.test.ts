/**
 * The statistics page in a real browser: a period by keyboard, numbers, bars, reports to open, open alerts and their
 * hand-over; what is overdue shows on the card. LOOK_AT=folder keeps pictures of it.
 */
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { isoTime } from '../../gateway/kit/clock.ts'
import { PASSWORD, type Running, startServer } from '../stages/http-fixture.ts'
import { sampleEvent } from '../stages/sample-event.ts'
import { buildConsole, expectAccessible, hasBrowser, openBrowser, removeFolder } from './console-browser.ts'

const HOUR_MS = 3_600_000

describe.skipIf(!hasBrowser)('statistics page (skipped without Chromium)', () => {
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

  /** Acts of the last two days at changing hours, some dismissed, two of them one. */
  function fill({ desk, office }: Running): void {
    const nowMs = Date.now()
    const ids: string[] = []
    for (let i = 0; i < 30; i++) {
      const startedMs = nowMs - 40 * HOUR_MS + i * HOUR_MS
      const { eventId } = desk.raise(
        sampleEvent(`s${i}`, {
          ...{ startedAt: isoTime(startedMs), confirmedAt: isoTime(startedMs + 180_000) },
          ...{ endedAt: isoTime(startedMs + 300_000), phase: 'END', durationSec: 300 },
          ...{ ruleId: i % 3 === 0 ? 'piling' : 'street-vending', cameraId: i % 4 === 0 ? 'cam-2' : 'cam-1' },
          handlingTier: i % 5 === 0 ? 'MANAGEMENT' : 'SERVICE',
        }),
      )
      ids.push(eventId)
      const verdict = i % 6 === 0 ? 'REJECTED' : 'VERIFIED'
      const reasonCode = verdict === 'REJECTED' ? 'PERMITTED' : undefined
      if (i < 26) desk.review({ eventId, verdict, reasonCode, by: 'li', commandId: `c${i}` })
    }
    const wish = { by: 'li', reason: 'one stall', commandId: 'm' }
    office.sameAct.merge({ eventId: ids[5]!, into: ids[4]!, ...wish })
  }

  async function open(running: Running, locale: string, colorScheme: 'dark' | 'light'): Promise<Page> {
    const once = await running.accounts.create('li', 'DISPATCHER')
    await running.accounts.changePassword('li', once, PASSWORD)
    const context = await browser.newContext({ locale, colorScheme, viewport: { width: 1440, height: 1000 } })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    await page.goto(running.url)
    await page.fill('[name=name]', 'li')
    await page.fill('[name=password]', PASSWORD)
    await page.keyboard.press('Enter')
    await page.waitForSelector('.desk')
    return page
  }

  async function look(page: Page, name: string): Promise<void> {
    const folder = process.env['LOOK_AT']
    if (folder !== undefined)
      await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' })
  }

  test.each([
    ['zh-CN', 'dark', '统计'],
    ['en-GB', 'light', 'Statistics'],
  ] as const)(
    '[R9] [R94] numbers, bars and reports of a period, by keyboard (%s, %s)',
    async (locale, scheme, tab) => {
      const running = await startServer({ consoleFolder })
      fill(running)
      const page = await open(running, locale, scheme)
      await page.locator(`nav >> text=${tab}`).focus()
      await page.keyboard.press('Enter')
      await page.waitForSelector('.numbers')
      const from = isoTime(Date.now() - 60 * HOUR_MS).slice(0, 10)
      await page.fill('[name=from]', from)
      await page.focus('[name=to]')
      await page.keyboard.press('Enter')
      await page.waitForFunction(() => document.querySelector('.numbers b')?.textContent === '29')
      await expectAccessible(page, `statistics ${locale}`)
      await look(page, `statistics-${locale}`)
      expect(await page.locator('.bars .count').allInnerTexts()).toContain('20')
      expect(await page.getAttribute('.hours', 'aria-label')).toMatch(/\d+:00 \d/)
      const href = (await page.locator('.reports a').last().getAttribute('href')) ?? ''
      expect(href).toMatch(
        /^\/api\/v1\/reports\/hotspots\?from=\d{4}-\d\d-\d\d&to=\S+&format=csv&lang=(zh|en)$/,
      )
      const report = await page.context().newPage()
      await report.goto(running.url + (await page.locator('.reports a').nth(4).getAttribute('href')))
      expect(await report.locator('h1').innerText()).toBe(locale === 'zh-CN' ? '高发点位分析' : 'Hot spots')
      expect(await report.evaluate(() => getComputedStyle(document.querySelector('rect')!).fill)).toBe(
        'rgb(11, 92, 186)',
      )
      await look(report, `report-${locale}`)
    },
  )

  test('[R58] [R79] what is overdue shows on the card and in the list, and the list is handed over', async () => {
    const running = await startServer({
      consoleFolder,
      rule: { sla: { review: { amount: 1, unit: 'MINUTE' } } },
    })
    const { eventId } = running.desk.raise(sampleEvent('late', { grade: 'G1' }))
    // The clock is the machine's: the limit is made old in the store, as if a minute had passed.
    running.database.exec(`UPDATE sla_due SET dueMs = dueMs - 120000, nextMs = nextMs - 120000`)
    running.office.sla.check()
    const page = await open(running, 'en-GB', 'dark')
    // It is overdue, and waits among what is to be reviewed all the same.
    await page.waitForSelector('.card .overdue')
    expect(await page.textContent('.card .overdue')).toBe('Overdue')
    expect(await page.textContent('.side')).toContain('Due')
    await look(page, 'overdue')
    await page.click('nav >> text=Statistics')
    await page.waitForSelector('td.refused')
    expect(await page.textContent('td.refused')).toMatch(/overdue/)
    await page.fill('[name=handTo]', 'wang')
    await page.keyboard.press('Enter')
    await page.waitForSelector('text=Handed over to wang')
    expect(running.office.duty.handovers(1)).toMatchObject([{ from: 'li', to: 'wang', eventIds: [eventId] }])
  })
})
