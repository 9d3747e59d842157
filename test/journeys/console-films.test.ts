/** Recordings of an alert in a real browser: a suggestion with its reasons, settled by a person. LOOK_AT keeps pictures. */
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { BodyCamRecording } from '../../devices/bodycam/recording.ts'
import { RecordingStore } from '../../devices/bodycam/store.ts'
import { PASSWORD, type Running, startServer } from '../stages/http-fixture.ts'
import { act } from '../stages/office-fixture.ts'
import { buildConsole, expectAccessible, hasBrowser, openBrowser, removeFolder } from './console-browser.ts'

/** A film of whoever was sent to both of two acts: the box cannot tell which. */
function fill({ desk, office, database }: Running): string {
  const platform = { id: 'p-9', roles: ['person', 'platform', 'box'] } as const
  const acts = [act('a', 0), act('b', 0, undefined, { cameraId: 'cam-2' })]
  for (const { eventId } of acts.map((event) => desk.raise(event))) {
    desk.transition({ eventId, to: 'VERIFIED', actor: platform })
    desk.transition({
      ...{ eventId, to: 'DISPATCHED', actor: platform, details: { unitId: 'u-1', officers: 'p-1' } },
    })
  }
  const [startAt, endAt] = [new Date(Date.now() - 240_000).toISOString(), new Date().toISOString()]
  const recording = {
    ...{ recordingId: 'r-1', status: 'ACCEPTED', deviceSerial: 'DSJ-1', personId: 'p-1', sha256: 'ab' },
    ...{ startAt, endAt, deviceClockOffsetMs: 0, coPresentOfficerIds: [], evidenceCap: 'LEAD' },
    ...{ capReasons: ['AUXILIARY_ALONE'], linkedEventIds: [], file: 'none' },
  } as unknown as BodyCamRecording
  const upload = {
    uploadId: 'u-1',
    file: 'none',
    bytes: 1,
    metadata: {},
    channel: 'DOCK',
    by: 'dock',
  } as const
  new RecordingStore(database).add(recording, upload)
  office.films.offer('r-1')
  office.films.work()
  return acts[0]!.eventId
}

describe.skipIf(!hasBrowser)('recordings of an alert (skipped without Chromium)', () => {
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

  test.each([
    ['zh-CN', 'dark', '建议关联', '关联', '已关联'],
    ['en-GB', 'light', 'suggested', 'Link', 'linked'],
  ] as const)('[R61] a suggestion says why, and a person settles it (%s, %s)', async (...row) => {
    const [locale, colorScheme, suggested, link, linked] = row
    const running = await startServer({ consoleFolder })
    const eventId = fill(running)
    const once = await running.accounts.create('li', 'DISPATCHER')
    await running.accounts.changePassword('li', once, PASSWORD)
    const context = await browser.newContext({ locale, colorScheme, viewport: { width: 1440, height: 1400 } })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    await page.goto(running.url)
    await page.fill('[name=name]', 'li')
    await page.fill('[name=password]', PASSWORD)
    await page.keyboard.press('Enter')
    await page.waitForSelector('.desk')
    await page.click('.filters [aria-pressed=false]')
    const panel = page.locator('section[aria-labelledby=films-title]')
    await panel.waitFor()
    expect(await panel.innerText()).toContain(suggested)
    await expectAccessible(page, `recordings ${locale}`)
    await panel.locator('input').fill('seen in it')
    await panel.locator(`button:text-is("${link}")`).focus()
    await page.keyboard.press('Enter')
    await panel.locator(`.state:text-is("${linked}")`).waitFor()
    expect(await panel.innerText()).toContain('seen in it')
    const look = process.env['LOOK_AT']
    if (look !== undefined) await page.screenshot({ path: join(look, `films-${locale}.png`), fullPage: true })
    const told = [eventId, act('b', 0).eventId].flatMap((id) => running.office.films.links.nowOfEvent(id))
    expect(told.find(({ state }) => state === 'LINKED')).toMatchObject({ actor: 'li', reason: 'seen in it' })
  })
})
