/**
 * The page that checks evidence, in a real browser without a network, from a file: whole packages and changed ones,
 * as folders and as ZIPs, in both languages, by keyboard, with nothing for axe to complain about.
 */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { flip, SealedBox, START } from '../stages/verify-fixture.ts'
import { expectAccessible, hasBrowser, openBrowser, removeFolder } from './console-browser.ts'
import { buildVerifier, zipOf } from './verifier-page.ts'

const box = await SealedBox.make()
const zips = mkdtempSync(join(tmpdir(), 'lushao-zips-'))
afterAll(() => rmSync(zips, { recursive: true }))

describe.skipIf(!hasBrowser)('verifier page (skipped without Chromium: set CHROMIUM or install it)', () => {
  let browser: Browser
  let folder: string
  beforeAll(async () => {
    folder = await buildVerifier()
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    removeFolder(folder)
  })

  async function openPage(locale: 'zh-CN' | 'en-GB' = 'en-GB', colorScheme: 'dark' | 'light' = 'light') {
    const context = await browser.newContext({ locale, colorScheme, offline: true })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    const failures: string[] = []
    page.on('pageerror', (error) => failures.push(error.message))
    page.on('console', (line) => line.type() === 'error' && failures.push(line.text()))
    page.on('request', (request) => request.url().startsWith('file:') || failures.push(request.url()))
    await page.goto(pathToFileURL(join(folder, 'lushao-verify.html')).href)
    await page.waitForSelector('h1')
    return { page, failures }
  }
  const verdicts = async (page: Page) => {
    await page.waitForSelector('.results')
    return page.$$eval('[data-verdict]', (cards) =>
      cards.map(
        (card) => `${card.getAttribute('data-verdict')} ${card.querySelector('.verdict')?.textContent}`,
      ),
    )
  }

  test('[R44] it is one file, and no larger than a picture', () => {
    const page = join(folder, 'lushao-verify.html')
    expect(statSync(page).size).toBeLessThan(750_000)
  })

  test('[R44] a whole package: consistent without a key, whole with it, both languages, offline from a file', async () => {
    const { page, failures } = await openPage('zh-CN')
    await expectAccessible(page, 'empty')
    await page.setInputFiles('#folder', box.first)
    expect(await verdicts(page)).toEqual([
      'unpinned 前后一致，但未核对密钥。没有发现改动；谁签署的，要用设备公钥才能确定。',
    ])
    await page.fill('#keys', box.signer.publicKeyPem)
    await page.getByRole('button', { name: '重新核验' }).click()
    await page.waitForSelector('[data-verdict=good]')
    await expectAccessible(page, 'whole')
    await page.getByRole('button', { name: 'English' }).click()
    expect(await verdicts(page)).toEqual([
      'good Whole. Nothing was changed since it was sealed, and the key you gave signed it.',
    ])
    expect(await page.textContent('.facts')).toContain('no timestamp token')
    await expectAccessible(page, 'whole, English')
    await page.fill('#keys', 'nonsense')
    await page.getByRole('button', { name: 'Check again' }).click()
    expect(await page.textContent('[role=alert]')).toContain('nonsense')
    expect(failures).toEqual([])
  })

  test('[R44] a changed file, a missing one and a foreign key are told by name, by fingerprint too', async () => {
    flip(join(box.packageOf(0), START), 4000)
    rmSync(join(box.packageOf(1), START))
    const { page, failures } = await openPage('en-GB', 'dark')
    await page.fill('#keys', box.signer.fingerprint.toUpperCase().replace(/../g, '$&:').slice(0, -1))
    await page.setInputFiles('#folder', join(box.folder, 'evidence'))
    expect(await verdicts(page)).toEqual([
      `bad Not whole, or changed: ${START} was changed (sha256).`,
      `bad Not whole, or changed: ${START} is missing.`,
      'good Whole. Nothing was changed since it was sealed, and the key you gave signed it.',
    ])
    await expectAccessible(page, 'changed, dark')
    await page.fill('#keys', '0'.repeat(64))
    await page.getByRole('button', { name: 'Check again' }).click()
    await page.waitForSelector('text=is none of the trusted keys')
    expect(failures).toEqual([])
  })

  test('[R44] ZIPs, stored and deflated, with a folder in them or without; a chain with a gap', async () => {
    const { page, failures } = await openPage()
    await page.fill('#keys', box.signer.publicKeyPem)
    const stored = await zipOf(box.packageOf(0), join(zips, 'stored.zip'), 0, `${box.ids[0]}/`)
    const bare = await zipOf(box.packageOf(1), join(zips, 'bare.zip'), 6)
    await page.setInputFiles('#zip', [stored, bare])
    expect((await verdicts(page)).map((line) => line.slice(0, 11))).toEqual(['good Whole.', 'good Whole.'])

    rmSync(box.packageOf(1), { recursive: true })
    await page.setInputFiles('#zip', await zipOf(box.folder, join(zips, 'box.zip'), 6))
    await page.waitForSelector('text=package no. 2 of nanjing-road/gw-01 is missing')
    await page.getByLabel('These are all packages').uncheck()
    await page.getByRole('button', { name: 'Check again' }).click()
    await page.waitForSelector('.chain-good')

    const torn = join(zips, 'torn.zip')
    writeFileSync(torn, 'PK no archive')
    await page.setInputFiles('#zip', torn)
    expect(await page.textContent('[role=alert]')).toContain('torn.zip is no ZIP')
    expect(failures).toEqual([])
  })

  test('a folder that is dragged in shows its empty folders too', async () => {
    mkdirSync(join(box.first, 'data', 'more'))
    const { page } = await openPage()
    const { x, y } = (await page.locator('.drop').boundingBox())!
    const session = await page.context().newCDPSession(page)
    const data = { items: [], files: [box.first], dragOperationsMask: 1 }
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
      await session.send('Input.dispatchDragEvent', { type, x: x + 20, y: y + 20, data })
    expect(await verdicts(page)).toEqual(['bad Not whole, or changed: data/more is an empty folder.'])
    expect(await page.textContent('h3')).toBe(basename(box.first))
  })

  test('by keyboard alone: key, folder chooser, verdict', async () => {
    const { page } = await openPage()
    const chooser = page.waitForEvent('filechooser')
    await page.keyboard.press('Tab') // language
    await page.keyboard.press('Tab')
    await page.keyboard.insertText(box.signer.publicKeyPem)
    for (const _ of ['key file', 'more', 'folder']) await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await (await chooser).setFiles(box.first)
    expect((await verdicts(page))[0]).toMatch(/^good/)
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('results-title')
  })
})
