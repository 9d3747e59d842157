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
import { DeskStore } from '../../gateway/alerts/desk-store.ts'
import { isoTime } from '../../gateway/kit/clock.ts'
import { derivedUlid } from '../../gateway/kit/ids.ts'
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

/** Straight into the desk's own store: what the rooms beside the desk make of an act is not asked about here. */
function fill({ database }: Running): void {
  const store = new DeskStore(database)
  const firstMs = Date.parse('2026-01-01T00:00:00+08:00')
  const stepMs = (DAYS * 86_400_000) / ALERTS
  const deed = { actor: 'p-1', roles: ['person'], rank: null }
  for (let n = 0; n < ALERTS; n += 1000) {
    store.transaction(() => {
      for (let at = n; at < Math.min(ALERTS, n + 1000); at++) {
        const atMs = firstMs + at * stepMs
        const place = { cameraId: `cam-${at % 16}`, zoneId: `zone-${at % 5}`, ruleId: RULE_IDS[at % 10]! }
        const facts = { grade: GRADES[(at % 7) % 4]!, alertState: STATES[(at % 9) % 4]! }
        const event = sampleEvent(`n-${at}`, { ...place, ...facts, startedAt: isoTime(atMs, 480) })
        store.addRevision(event, derivedUlid(atMs, `m-${at}`), null, atMs)
        store.addTransition({ ...deed, eventId: event.eventId, from: null, to: facts.alertState, atMs })
      }
    })
  }
}

const percentile = (list: readonly number[], share: number): number =>
  [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))] ?? Number.NaN
const say = (line: string): unknown => process.stdout.write(`${line}\n`)
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
    const endMs = last + 90_000
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
  const running = await serve({ consoleFolder, folder })
  const browser = await openBrowser()
  try {
    say(`${machine()}, load ${loadAverage()}`)
    const began = performance.now()
    fill(running)
    say(`${ALERTS} alerts kept in ${((performance.now() - began) / 1000).toFixed(0)} s`)
    const files = readdirSync(consoleFolder, { recursive: true, withFileTypes: true }).filter((f) =>
      f.isFile(),
    )
    const weight = files.map((file) => gzipSync(readFileSync(join(file.parentPath, file.name))).length)
    say(`page weight ${(weight.reduce((a, b) => a + b, 0) / 1000).toFixed(1)} KB gzip`)

    const once = await running.accounts.create('li', 'DISPATCHER')
    await running.accounts.changePassword('li', once, PASSWORD)
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.goto(running.url)
    await page.fill('[name=name]', 'li')
    await page.fill('[name=password]', PASSWORD)
    await page.keyboard.press('Enter')
    await page.waitForSelector('.card')
    const opened = await openings(page, running.url)
    say(`to the first card: median ${ms(percentile(opened, 0.5))}, longest ${ms(Math.max(...opened))}`)

    const cookie = await cookieOf(page)
    for (const query of QUERIES) {
      const times: number[] = []
      for (let n = 0; n < ASKED_TIMES; n++) {
        const asked = performance.now()
        await (await fetch(`${running.url}/api/v1/alerts?limit=100&${query}`, { headers: { cookie } })).text()
        times.push(performance.now() - asked)
      }
      say(`list ${query || '(all)'}: p50 ${ms(percentile(times, 0.5))}, p95 ${ms(percentile(times, 0.95))}`)
    }

    await page.click('.filters [aria-pressed=false]')
    await page.waitForSelector('.card')
    const { rows, frames, long } = await scrolling(page)
    const over50 = frames.filter((frame) => frame > 50).length
    say(
      `${rows} rows scrolled in ${frames.length} frames: p50 ${ms(percentile(frames, 0.5))}, p95 ` +
        `${ms(percentile(frames, 0.95))}, longest ${ms(Math.max(...frames))}, ${over50} over 50 ms; ` +
        `${long.length} long tasks, longest ${ms(Math.max(0, ...long))}`,
    )
    say(`load ${loadAverage()}`)
  } finally {
    await browser.close()
    await running.close()
    removeFolder(consoleFolder)
    rmSync(folder, { recursive: true, force: true })
  }
}

await main()
