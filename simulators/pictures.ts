/**
 * `npm run pictures`: the pictures of the docs, taken anew from the street of the demo and a real browser.
 *
 *     street at work ─▶ first alert ─┬─▶ alert.jpg: the confirming picture of its package, zone and outline drawn over
 *                                    └─▶ console, both languages: login, desk, live, wall, and each page behind them
 *
 * Nobody at the platform reviews here, so that the desk shows an alert that waits for a verdict. Needs Chromium, at
 * /usr/bin/chromium or where $CHROMIUM says.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import sharp from 'sharp'
import { Closing } from '../gateway/kit/closing.ts'
import { packagePath } from '../gateway/kit/paths.ts'
import { AdminSession } from './bodycam/admin-session.ts'
import { PAVEMENT } from './demo/config.ts'
import {
  DEMO_WISHES,
  type DemoStreet,
  demoFolder,
  startDemoStreet,
  uploadFromBodyCam,
} from './demo/street.ts'
import type { Alert } from './platform/case-book.ts'

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking']
const OUT = packagePath('docs', 'pictures')
const VIEWPORT = { width: 1600, height: 1000 }
const ALERT_WITHIN_MS = 300_000
const PAGE_WITHIN_MS = 60_000
/** Colours of a palette: fewer, and the street shows bands. */
const COLOURS = 256
const LANGUAGES = [
  { language: 'zh', suffix: '' },
  { language: 'en', suffix: '-en' },
] as const
/** The pages behind the desk: name of the picture, tab in both languages, and what shows that the page is all there. */
const PAGES: readonly [name: string, tab: string, ready: string][] = [
  ['recordings', '执法记录|Recordings', '.bodycams tbody tr'],
  ['access-log', '访问日志|Access log', '.page tbody tr'],
  ['accounts', '账户|Accounts', '.page tbody tr'],
  ['statistics', '统计|Statistics', '.page'],
  ['system', '系统|System', '.system-part'],
]

const say = (line: string) => void process.stdout.write(`${line}\n`)

async function main(): Promise<void> {
  const closing = new Closing()
  try {
    mkdirSync(OUT, { recursive: true })
    const street = await startDemoStreet(
      closing,
      { ...DEMO_WISHES, folder: demoFolder(), reviewAfterMs: null },
      say,
    )
    const alerted = firstAlert(street, closing)
    const browser = closing.own(await chromium.launch({ executablePath: CHROMIUM, args: FLAGS }))
    const context = await browser.newContext({ viewport: VIEWPORT, locale: 'zh-CN', colorScheme: 'dark' })
    context.setDefaultTimeout(PAGE_WITHIN_MS)
    const page = await takeLogin(context, street)
    await uploadFromBodyCam(street, await AdminSession.resume(street.consoleUrl, await enter(page, street)))
    say('Waiting for the first alert')
    await drawAlert(street, await alerted)
    for (const { language, suffix } of LANGUAGES) {
      await speak(page, language)
      await takeDesk(page, suffix)
      for (const [name, tab, ready] of PAGES) {
        await openTab(page, tab)
        await page.waitForSelector(ready)
        await take(page, name + suffix)
      }
      await takeWall(page, suffix)
      await takeBodyCams(page, suffix)
      await takePlaces(page, suffix)
      await takeSetup(page, suffix)
    }
  } finally {
    await closing.close()
  }
}

/** The first that names its evidence. */
function firstAlert({ platform }: DemoStreet, closing: Closing): Promise<Alert> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no alert within ${ALERT_WITHIN_MS / 1000} s`)),
      ALERT_WITHIN_MS,
    )
    closing.own({ close: () => clearTimeout(timer) })
    platform.on('acknowledged', (alert) => {
      if (alert.evidence) resolve(alert)
    })
  })
}

async function takeLogin(context: BrowserContext, { consoleUrl }: DemoStreet): Promise<Page> {
  const page = await context.newPage()
  await page.goto(consoleUrl)
  for (const { language, suffix } of LANGUAGES) {
    await speak(page, language)
    await page.waitForSelector('form')
    await take(page, `login${suffix}`)
  }
  return page
}

/** By the one-time password and its change; @returns the new one. */
async function enter(page: Page, { oneTimePassword }: DemoStreet): Promise<string> {
  const password = `Demo-${randomBytes(9).toString('base64url')}`
  await page.fill('[name=name]', 'admin')
  await page.fill('[name=password]', oneTimePassword)
  await page.keyboard.press('Enter')
  await page.waitForSelector('[name=again]')
  await page.fill('[name=password]', oneTimePassword)
  for (const name of ['next', 'again']) await page.fill(`[name=${name}]`, password)
  await page.keyboard.press('Enter')
  await page.waitForSelector('.desk')
  return password
}

async function speak(page: Page, language: string): Promise<void> {
  await page.evaluate((chosen) => localStorage.setItem('lushao.language', chosen), language)
  await page.reload()
}

async function takeDesk(page: Page, suffix: string): Promise<void> {
  await page.locator('.card').last().click()
  await page.waitForSelector('.purpose, .picture')
  if ((await page.locator('.purpose').count()) > 0) await page.click('.purpose [type=submit]')
  await page.waitForSelector('.picture.wide img')
  await page.waitForFunction(() =>
    [...document.images].every((image) => image.complete && image.naturalWidth > 0),
  )
  await page.waitForSelector('.link.on')
  await take(page, `console${suffix}`)
  await page.locator('.moment').last().click()
  await playing(page, '.clip')
  await take(page, `clip${suffix}`)
  await page.locator('.strip button').first().click()
  await playing(page, '.live')
  await take(page, `live${suffix}`)
  await page.keyboard.press('Escape')
}

const playing = (page: Page, where: string) =>
  page.waitForFunction(
    (selector) => (document.querySelector<HTMLVideoElement>(`${selector} video`)?.currentTime ?? 0) > 1,
    where,
  )

/** A recording with its film, and the first recorder with its ledger. */
async function takeBodyCams(page: Page, suffix: string): Promise<void> {
  await openTab(page, '执法记录|Recordings')
  await page.locator('.bodycams tbody .plain').first().click()
  await page.waitForSelector('.purpose, .player')
  if ((await page.locator('.purpose').count()) > 0) await page.click('.purpose [type=submit]')
  await page.waitForFunction(
    () => (document.querySelector<HTMLVideoElement>('.player video')?.readyState ?? 0) > 1,
  )
  await take(page, `recording${suffix}`)
  await page.locator('.bodycams .head .quiet').click()
  await page.locator('.bodycams .head .tab').last().click()
  await page.locator('.bodycams tbody .plain').first().click()
  await page.waitForSelector('.detail .past, .detail .hint')
  await take(page, `recorders${suffix}`)
  await page.locator('nav .tab').first().click()
}

/** With the first zone chosen, so that its corners show. */
async function takePlaces(page: Page, suffix: string): Promise<void> {
  await openTab(page, '点位与区域|Places')
  await page.locator('.shapes button').first().click()
  await page.waitForFunction(
    () => (document.querySelector<HTMLImageElement>('.canvas img')?.naturalWidth ?? 0) > 0,
  )
  await take(page, `places${suffix}`)
  await page.locator('nav .tab').first().click()
}

/** When something is suspected, so that it is seen how it is drawn. */
async function takeWall(page: Page, suffix: string): Promise<void> {
  await openTab(page, '实时监看|Live')
  await playing(page, '.tile')
  // Of two cameras: each is told when it is looked at next.
  await page.locator('.tile:has(.act-label)').nth(1).waitFor()
  await take(page, `wall${suffix}`)
}

const openTab = (page: Page, tab: string) => page.click(`nav .tab:text-matches("^(${tab})$")`)

/** What the camera showed when its zones were drawn, and what the models see now. */
async function takeSetup(page: Page, suffix: string): Promise<void> {
  await openTab(page, '摄像机设置|Camera set-up')
  await page.waitForFunction(
    () => (document.querySelector<HTMLImageElement>('.commissioned img')?.naturalWidth ?? 0) > 0,
  )
  await page.locator('.trial-models button').first().click()
  await page.waitForSelector('.models figure img')
  await page.setViewportSize({ ...VIEWPORT, height: 1400 })
  await take(page, `setup${suffix}`)
  await page.setViewportSize(VIEWPORT)
  await page.locator('nav .tab').first().click()
}

async function take(page: Page, name: string): Promise<void> {
  const file = join(OUT, `${name}.png`)
  const shot = await page.screenshot({ animations: 'disabled' })
  const { size } = await sharp(shot)
    .png({ palette: true, colours: COLOURS, effort: 10, compressionLevel: 9 })
    .toFile(file)
  say(`${file}  ${Math.round(size / 1024)} KiB`)
}

/** The confirming picture with what the console draws over it: the zone, and the extent of the act. */
async function drawAlert({ folder }: DemoStreet, { evidence, box }: Alert): Promise<void> {
  const bag = join(folder, 'box', 'evidence', evidence!.packageId)
  const { items } = JSON.parse(readFileSync(join(bag, 'data', 'evidence.json'), 'utf8')) as {
    items: { itemId: string; kind: string; path: string; derivedFrom?: string }[]
  }
  const confirm = items.find(({ kind }) => kind === 'CONFIRM')
  const wide = items.find(({ kind, derivedFrom }) => kind === 'WIDE' && derivedFrom === confirm?.itemId)
  if (!wide) throw new Error(`package ${evidence!.packageId} has no confirming picture`)
  const picture = sharp(join(bag, wide.path))
  const { width, height } = await picture.metadata()
  const [x1, y1, x2, y2] = box
  const zone = PAVEMENT.map(([x, y]) => `${x * width},${y * height}`).join(' ')
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" fill="none">
    <polygon points="${zone}" stroke="#ffd166" stroke-width="2" stroke-dasharray="10 8" opacity="0.8"/>
    <rect x="${x1 * width}" y="${y1 * height}" width="${(x2 - x1) * width}" height="${(y2 - y1) * height}"
      stroke="#ff7a45" stroke-width="4" rx="3"/></svg>`
  const file = join(OUT, 'alert.jpg')
  const { size } = await picture
    .composite([{ input: Buffer.from(drawing) }])
    .jpeg({ quality: 86, mozjpeg: true })
    .toFile(file)
  say(`${file}  ${Math.round(size / 1024)} KiB`)
}

await main()
process.exit()
