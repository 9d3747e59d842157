/**
 * `npm run bench:feed [-- --alerts 100000]`: does the console stay quick over a full store?
 *
 *     store with 100,000 alerts ─▶ real server ─▶ Chromium: to the first card, frames while scrolling 5,000 rows
 *                                            └─▶ list by each filter, p95        built page ─▶ gzip
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { RULE_IDS } from '../../gateway/violations/event.ts'
import { buildConsole, openBrowser, removeFolder } from '../journeys/console-browser.ts'
import { PASSWORD, type Running, serve } from '../stages/http-fixture.ts'
import { sampleEvent } from '../stages/sample-event.ts'
import { loadAverage, machine } from './process-tree.ts'

const { values } = parseArgs({ options: { alerts: { type: 'string', default: '100000' } } })
const ALERTS = Number(values.alerts)
const OPENINGS = 5
const ROWS = 5000
const ASKED_TIMES = 40
const DAYS = 90
const STATES = ['PENDING_REVIEW', 'VERIFIED', 'REJECTED', 'CLOSED'] as const
const GRADES = ['G1', 'G1', 'G2', 'G3'] as const
const QUERIES = [
  '',
  'state=PENDING_REVIEW,DETECTED,EXPIRED',
  'rule=piling',
  'camera=cam-7',
  'zone=zone-3',
  'grade=G3',
  'grade=G4',
  'from=2026-01-10T00:00:00%2B08:00&to=2026-01-11T00:00:00%2B08:00',
  'idPart=XYZ',
  'rule=piling&grade=G3&state=PENDING_REVIEW,DETECTED,EXPIRED&camera=cam-3',
]

function fill({ desk, database }: Running): void {
  const firstMs = Date.parse('2026-01-01T00:00:00+08:00')
  const stepMs = (DAYS * 86_400_000) / ALERTS
  for (let n = 0; n < ALERTS; n += 1000) {
    database.transaction(() => {
      for (let at = n; at < Math.min(ALERTS, n + 1000); at++) {
        const startedAt = new Date(firstMs + at * stepMs).toISOString()
        const place = { cameraId: `cam-${at % 16}`, zoneId: `zone-${at % 5}`, ruleId: RULE_IDS[at % 10]! }
        const event = { ...place, startedAt, grade: GRADES[at % 4]! }
        const { eventId } = desk.raise(sampleEvent(`n-${at}`, event))
        const state = STATES[at % 4]!
        if (state === 'PENDING_REVIEW') continue
        const wish = { eventId, by: 'p-1', commandId: `c-${at}` }
        if (state === 'VERIFIED') desk.review({ ...wish, verdict: 'VERIFIED' })
        else desk.review({ ...wish, verdict: 'REJECTED', reasonCode: 'PERMITTED' })
      }
    })
  }
}

const percentile = (list: readonly number[], share: number): number =>
  [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))] ?? Number.NaN
const ms = (value: number): string => `${value.toFixed(1)} ms`

async function openings(page: Page, url: string): Promise<number[]> {
  const times: number[] = []
  for (let n = 0; n < OPENINGS; n++) {
    await page.goto('about:blank')
    const began = performance.now()
    await page.goto(url, { waitUntil: 'commit' })
    await page.waitForSelector('.card')
    times.push(performance.now() - began)
  }
  return times
}

/** Scrolls on as a wheel does, a row each frame, and takes the time of each frame. */
const scrolling = (page: Page) =>
  page.evaluate(async (rows) => {
    const cards = document.querySelector('.cards') as HTMLElement
    const row = cards.querySelector('li')!.offsetHeight
    const long: number[] = []
    const watch = new PerformanceObserver((list) => long.push(...list.getEntries().map((e) => e.duration)))
    watch.observe({ type: 'longtask' })
    const frames: number[] = []
    let last = performance.now()
    const endMs = last + 120_000
    while (cards.scrollTop < rows * row && last < endMs) {
      cards.scrollTop += row * 2
      const now = await new Promise<number>(requestAnimationFrame)
      frames.push(now - last)
      last = now
    }
    watch.disconnect()
    return { rows: Math.round(cards.scrollTop / row), frames, long }
  }, ROWS)

async function cookieOf(page: Page): Promise<string> {
  return (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
}

async function main(): Promise<void> {
  const consoleFolder = await buildConsole()
  const folder = mkdtempSync(join(tmpdir(), 'lushao-bench-feed-'))
  const { running, close } = await serve({ consoleFolder, folder })
  const browser = await openBrowser()
  try {
    console.log(`${machine()}, load ${loadAverage()}`)
    const began = performance.now()
    fill(running)
    console.log(`${ALERTS} alerts kept in ${((performance.now() - began) / 1000).toFixed(0)} s`)
    const files = readdirSync(consoleFolder, { recursive: true, withFileTypes: true }).filter((f) => f.isFile())
    const weight = files.map((file) => gzipSync(readFileSync(join(file.parentPath, file.name))).length)
    console.log(`page weight ${(weight.reduce((a, b) => a + b, 0) / 1000).toFixed(1)} KB gzip`)

    const once = await running.accounts.create('li', 'DISPATCHER')
    await running.accounts.changePassword('li', once, PASSWORD)
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.goto(running.url)
    await page.fill('[name=name]', 'li')
    await page.fill('[name=password]', PASSWORD)
    await page.keyboard.press('Enter')
    await page.waitForSelector('.card')
    const opened = await openings(page, running.url)
    console.log(`to the first card: median ${ms(percentile(opened, 0.5))}, longest ${ms(Math.max(...opened))}`)

    const cookie = await cookieOf(page)
    for (const query of QUERIES) {
      const times: number[] = []
      for (let n = 0; n < ASKED_TIMES; n++) {
        const asked = performance.now()
        await (await fetch(`${running.url}/api/v1/alerts?limit=100&${query}`, { headers: { cookie } })).text()
        times.push(performance.now() - asked)
      }
      console.log(`list ${query || '(all)'}: p50 ${ms(percentile(times, 0.5))}, p95 ${ms(percentile(times, 0.95))}`)
    }

    await page.click('.filters [aria-pressed=false]')
    await page.waitForSelector('.card')
    const { rows, frames, long } = await scrolling(page)
    const over50 = frames.filter((frame) => frame > 50).length
    console.log(
      `${rows} rows scrolled in ${frames.length} frames: p50 ${ms(percentile(frames, 0.5))}, p95 ` +
        `${ms(percentile(frames, 0.95))}, longest ${ms(Math.max(...frames))}, ${over50} over 50 ms; ` +
        `${long.length} long tasks, longest ${ms(Math.max(0, ...long))}`,
    )
    console.log(`load ${loadAverage()}`)
  } finally {
    await browser.close()
    await close()
    removeFolder(consoleFolder)
    rmSync(folder, { recursive: true, force: true })
  }
}

await main()
