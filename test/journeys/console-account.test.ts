/**
 * The second factor in a real browser: set up from one's own account, asked at the login, a lost phone. LOOK_AT=folder
 * keeps pictures of it.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Secret, TOTP } from 'otpauth'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { PASSWORD, type Running, startServer } from '../stages/http-fixture.ts'
import { buildConsole, expectAccessible, hasBrowser, openBrowser, removeFolder } from './console-browser.ts'

const codeOf = (secret: string, atMs: number) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: atMs })

describe.skipIf(!hasBrowser)('my account (skipped without Chromium)', () => {
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

  async function openAs(running: Running, role: 'OFFICER' | 'ADMIN', locale: 'zh-CN' | 'en-GB') {
    const name = `li-${role.toLowerCase()}`
    await running.accounts.changePassword(name, await running.accounts.create(name, role), PASSWORD)
    const context = await browser.newContext({ locale, viewport: { width: 1280, height: 900 } })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    await page.goto(running.url)
    return { page, name }
  }
  async function logIn(page: Page, name: string): Promise<void> {
    await page.fill('[name=name]', name)
    await page.fill('[name=password]', PASSWORD)
    await page.keyboard.press('Enter')
  }
  /** @returns the secret that was shown, and the recovery codes */
  async function setUp(page: Page, locale: string) {
    await page.fill('[name=factor-password]', PASSWORD)
    await page.keyboard.press('Enter')
    const secret = (await page.textContent('.factor-secret'))!
    expect(
      await page.locator('.factor-qr').evaluate((image) => (image as HTMLImageElement).naturalWidth > 0),
    ).toBe(true)
    await look(page, `factor-${locale}`)
    await expectAccessible(page, 'second factor')
    await page.fill('[name=factor-code]', codeOf(secret, Date.now() - 30_000))
    await page.keyboard.press('Enter')
    await page.waitForSelector('.factor-codes li')
    const codes = await page.locator('.factor-codes li').allTextContents()
    await look(page, `factor-codes-${locale}`)
    await expectAccessible(page, 'recovery codes')
    await page.locator('.factor-codes button').focus()
    await page.keyboard.press('Enter')
    return { secret, codes }
  }

  test.each(['zh-CN', 'en-GB'] as const)(
    'set up by keyboard, asked at the next login, a lost phone (%s)',
    async (locale) => {
      const running = await startServer({ consoleFolder })
      const { page, name } = await openAs(running, 'OFFICER', locale)
      await logIn(page, name)
      await page.locator('button.person').focus()
      await page.keyboard.press('Enter')
      const { secret, codes } = await setUp(page, locale)
      await page.waitForSelector('.factor >> text=10')
      expect(codes).toHaveLength(10)
      await page.keyboard.press('Escape')
      await page.locator('.who button').last().click()

      await logIn(page, name)
      await page.waitForSelector('[name=code]')
      await expectAccessible(page, 'login with a code')
      await look(page, `login-code-${locale}`)
      await page.keyboard.type('000000')
      await page.keyboard.press('Enter')
      await page.waitForSelector(locale === 'zh-CN' ? 'text=验证码不正确' : 'text=The code does not fit')
      await page.fill('[name=code]', codeOf(secret, Date.now()))
      await page.keyboard.press('Enter')
      await page.waitForSelector('.desk')
      await page.locator('.who button').last().click()

      await logIn(page, name)
      await page.waitForSelector('[name=code]')
      await page.keyboard.type(codes[0]!)
      await page.keyboard.press('Enter')
      await page.waitForSelector('.desk')
      const actions = running.accessLog.list(20).map(({ action, outcome }) => `${action} ${outcome}`)
      expect(actions).toEqual(
        expect.arrayContaining(['second-factor.on granted', 'login refused', 'login granted']),
      )
    },
  )

  test('a role that must have one sets it up before anything is shown', async () => {
    const running = await startServer({ consoleFolder, options: { secondFactorFor: ['ADMIN'] } })
    const { page, name } = await openAs(running, 'ADMIN', 'en-GB')
    await logIn(page, name)
    await page.waitForSelector('.door .factor')
    await expectAccessible(page, 'second factor is due')
    expect(await page.locator('.desk').count()).toBe(0)
    await setUp(page, 'due')
    await page.waitForSelector('.desk')
    await page.click('nav >> text=Accounts')
    await page.waitForSelector('td >> text=on')
    await expectAccessible(page, 'accounts')
  })
})

async function look(page: Page, name: string): Promise<void> {
  const to = process.env['LOOK_AT']
  if (to === undefined) return
  mkdirSync(to, { recursive: true })
  await page.screenshot({ path: join(to, `${name}.png`) })
}
