/**
 * Somebody who has read nothing: from the first login to a confirmed alert by what the screen says, in words and names
 * alone. LOOK_AT=folder keeps a picture of each step.
 */
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { PASSWORD, startServer } from '../stages/http-fixture.ts'
import {
  alertWithPictures,
  buildConsole,
  expectAccessible,
  hasBrowser,
  openBrowser,
  removeFolder,
} from './console-browser.ts'

/** What each step says of itself, and what it asks to be done. */
const WORDS = {
  'zh-CN': {
    ...{ whence: '首次登录', name: '用户名', password: '密码', logIn: '登录' },
    ...{ own: '设置您自己的密码', atLeast: '至少 12 个字符', once: '一次性密码', next: '新密码' },
    ...{ again: '再次输入新密码', save: '保存并继续' },
    ...{ empty: '没有待处理的告警', alert: /疑似无照经营游商/, waits: '待核实' },
    ...{ why: '每次访问都会记录', purpose: '告警核实', show: '查看画面', picture: '全景' },
    ...{ meaning: '请先查看画面', further: '下一步：劝导' },
    ...{ confirm: /核实确认/, ask: '提交为“已核实”？', submit: /提交/, verified: '已核实', undo: '撤回结论' },
  },
  'en-GB': {
    ...{ whence: 'First time here?', name: 'Name', password: 'Password', logIn: 'Log in' },
    ...{ own: 'Choose a password of your own', atLeast: 'at least 12 characters' },
    ...{ once: 'One-time password', next: 'New password', again: 'New password again' },
    ...{ save: 'Save and go on', empty: 'Nothing waits', alert: /Suspected street vending/ },
    ...{ waits: 'To review', why: 'every look is logged', purpose: 'Review of alerts' },
    ...{ show: 'Show pictures', picture: 'Wide', confirm: /Confirm/, ask: 'mark as verified?' },
    ...{ meaning: 'Look at the pictures first', further: 'Next: a notice' },
    ...{ submit: /Submit/, verified: 'Verified', undo: 'Take the verdict back' },
  },
} as const
type Says = Record<keyof (typeof WORDS)['zh-CN'], string | RegExp>

describe.skipIf(!hasBrowser)('newcomer (skipped without Chromium: set CHROMIUM or install it)', () => {
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

  async function openPage(url: string, locale: string): Promise<Page> {
    const context = await browser.newContext({ locale, viewport: { width: 1440, height: 900 } })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    await page.goto(url)
    return page
  }

  /** Axe has nothing to say, and a picture is kept for whoever wants to look. */
  async function stepDone(page: Page, name: string): Promise<void> {
    await expectAccessible(page, name)
    const folder = process.env['LOOK_AT']
    if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`) })
  }

  async function comeIn(page: Page, oneTimePassword: string, says: Says, suffix: string) {
    const field = (label: string | RegExp) => page.getByLabel(label, { exact: true })
    await page.getByText(says.whence).waitFor()
    await stepDone(page, `1-login-${suffix}`)
    await field(says.name).fill('admin')
    await field(says.password).fill(oneTimePassword)
    await page.getByRole('button', { name: says.logIn, exact: true }).click()

    await page.getByRole('heading', { name: says.own }).waitFor()
    await page.getByText(says.atLeast).waitFor()
    await stepDone(page, `2-own-password-${suffix}`)
    await field(says.once).fill(oneTimePassword)
    await field(says.next).fill(PASSWORD)
    await field(says.again).fill(PASSWORD)
    await page.getByRole('button', { name: says.save }).click()
    await page.getByRole('heading', { name: says.empty }).waitFor()
    await stepDone(page, `3-empty-${suffix}`)
  }

  async function decide(page: Page, says: Says, suffix: string) {
    await page.getByRole('button', { name: says.alert }).click()
    const verdict = page.locator('section', { has: page.getByRole('button', { name: says.confirm }) }).last()
    await verdict.getByText(says.waits).waitFor()
    await page.getByText(says.why).waitFor()
    await verdict.getByText(says.meaning).waitFor()
    await stepDone(page, `4-purpose-${suffix}`)
    await page.getByLabel(says.purpose).check()
    await page.getByRole('button', { name: says.show }).click()
    await page.getByRole('img', { name: says.picture }).first().waitFor()
    await stepDone(page, `5-pictures-${suffix}`)

    await page.getByRole('button', { name: says.confirm }).click()
    await page.getByText(says.ask).waitFor()
    await stepDone(page, `6-asked-${suffix}`)
    await page.getByRole('button', { name: says.submit }).click()
    await page.getByRole('button', { name: says.undo }).waitFor()
    await page.getByText(says.verified, { exact: true }).first().waitFor()
    await page.getByText(says.further).waitFor()
    await stepDone(page, `7-verified-${suffix}`)
  }

  test.each(['zh-CN', 'en-GB'] as const)('from the first login to a confirmed alert (%s)', async (locale) => {
    const running = await startServer({ consoleFolder })
    const first = await running.accounts.ensureAdministrator()
    const page = await openPage(running.url, locale)
    await comeIn(page, first!.oneTimePassword, WORDS[locale], locale)
    const { eventId } = running.desk.raise(alertWithPictures(running.folder))
    await decide(page, WORDS[locale], locale)

    const verdict = running.desk.history(eventId).transitions.at(-1)
    expect(verdict).toMatchObject({ to: 'VERIFIED', actor: { id: 'admin' } })
    const looks = running.accessLog.list(50).filter(({ action }) => action === 'evidence.read')
    expect(looks.length).toBeGreaterThan(0)
    expect(looks.every(({ purpose }) => purpose === 'review')).toBe(true)
  })
})
