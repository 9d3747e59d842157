/**
 * What people see of recorders in a real browser: a limit and who lifted it, a release with its reason, and beside the
 * cameras that the list of people was not synced in time. LOOK_AT=folder keeps pictures of it.
 */
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { record, recordAlone } from '../stages/bodycam-fixture.ts'
import { PASSWORD, startServer } from '../stages/http-fixture.ts'
import { buildConsole, expectAccessible, hasBrowser, openBrowser, removeFolder } from './console-browser.ts'

describe.skipIf(!hasBrowser)('recorders in the console (skipped without Chromium)', () => {
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

  const SAID = {
    'zh-CN': {
      stale: '人员名单未及时同步，证件有效期可能已变（自',
      recordings: '执法记录',
      lift: '持证执法人员事后确认在场 王 · 不受限：协管人员单独拍摄',
      released: 'legal 放行：值班表漏记',
      cap: '记录仪未登记，经人工放行',
    },
    'en-GB': {
      stale: 'The list of people was not synced in time; certificates may have changed (since',
      recordings: 'Recordings',
      lift: 'a certified officer confirmed to have been there 王 · lifts: recorded by auxiliary staff alone',
      released: 'released by legal: 值班表漏记',
      cap: 'recorder not registered, released by a person',
    },
  }

  test.each(['zh-CN', 'en-GB'] as const)('[R48, R55, R62] in words, %s', async (locale) => {
    const time = { nowMs: Date.now() }
    const officeClock = { wallMs: () => time.nowMs, monotonicMs: () => time.nowMs }
    const running = await startServer({ consoleFolder, officeClock })
    const { desk } = running.bodycams
    running.office.people.sync([], 'platform')
    const alone = await recordAlone(running)
    desk.confirmPresence({ recordingId: alone.recordingId, by: 'p-1', reason: '当时在场' })
    const held = await record(running, { deviceSerial: 'DSJ-9999' })
    desk.release({ recordingId: held.recordingId, by: 'legal', reason: '值班表漏记' })
    await running.recordings.settled()
    time.nowMs += 49 * 3_600_000

    const once = await running.accounts.create('li', 'LEGAL')
    await running.accounts.changePassword('li', once, PASSWORD)
    const context = await browser.newContext({ locale, viewport: { width: 1440, height: 1000 } })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    await page.goto(running.url)
    await page.fill('[name=name]', 'li')
    await page.fill('[name=password]', PASSWORD)
    await page.keyboard.press('Enter')
    const said = SAID[locale]
    await page.getByText(said.stale).waitFor()
    await expectAccessible(page, 'desk')
    const look = async (name: string) => {
      const folder = process.env['LOOK_AT']
      if (folder !== undefined) await page.screenshot({ path: join(folder, `${locale}-${name}.png`) })
    }
    await look('desk')
    await page
      .getByRole('link', { name: said.recordings })
      .or(page.getByRole('button', { name: said.recordings }))
      .click()
    for (const words of [said.lift, said.released, said.cap]) await page.getByText(words).waitFor()
    await expectAccessible(page, 'recordings')
    await look('recordings')
    expect(await page.getByText(said.lift).count()).toBe(1)
  })
})
