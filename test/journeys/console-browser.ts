/** A browser, the console built afresh, and a package of evidence with real pictures and a real clip. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { build } from 'vite'
import { expect } from 'vitest'
import { allOf, atLeast, atMost, notMeasured } from '../../gateway/evidence/quality/check.ts'
import { reportOf } from '../../gateway/evidence/quality.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import type { ViolationEvent } from '../../gateway/violations/event.ts'
import { sampleEvent } from '../stages/sample-event.ts'

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
export const hasBrowser = existsSync(CHROMIUM)

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // Pages that a test serves itself count as the internet's, and may then open no socket to this machine.
      '--disable-features=LocalNetworkAccessChecks',
    ],
  })

/** @returns the folder it was built into */
export async function buildConsole(): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), 'lushao-console-'))
  const root = packagePath('gateway', 'console')
  await build({
    root,
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir, emptyOutDir: true },
  })
  return outDir
}

/** What axe-core has to complain about, one line each. */
export async function complaints(page: Page): Promise<string[]> {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const { axe: run } = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    }
    const { violations } = await run.run()
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`))
  })
}

export async function expectAccessible(page: Page, screen: string): Promise<void> {
  expect([screen, await complaints(page)]).toEqual([screen, []])
}

const BOX = [0.3, 0.3, 0.6, 0.8] as const

/** An alert in English words and ASCII names, so that any Chinese on an English page is the page's own. */
export function alertWithPictures(folder: string, codec = 'h264', name = 'seen'): ViolationEvent {
  const packageId = writePictures(folder, codec)
  return sampleEvent(name, {
    box: BOX,
    zoneId: 'kerb',
    legalBasis: { title: 'City appearance regulation', article: 'Art. 23' },
    evidence: { packageId, manifestHash: 'sha256:00', packages: [packageId] },
    evidenceCaps: ['CLOCK_UNCHECKED'],
  })
}

function writePictures(folder: string, codec: string): string {
  const packageId = codec === 'h264' ? '01KDZRW3FJ5V7V3T0CDVW0YJ6A' : '01KDZRW3FJ5V7V3T0CDVW0YJ6B'
  const bag = join(folder, 'evidence', packageId)
  for (const name of ['original', 'derived']) mkdirSync(join(bag, 'data', name), { recursive: true })
  const make = (file: string, ...options: string[]) => {
    const source = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=10']
    execFileSync('ffmpeg', ['-v', 'error', ...source, ...options, join(bag, 'data', file)])
  }
  const capturedAt = '2026-01-01T10:03:00.000+08:00'
  const still = {
    itemId: 'i1',
    kind: 'CONFIRM',
    isOriginal: true,
    path: 'data/original/i1.mp4',
    capturedAt,
    codec,
  }
  const made = { isOriginal: false, derivedFrom: 'i1', capturedAt }
  make('derived/i2.jpg', '-frames:v', '1')
  make('derived/i3.jpg', '-frames:v', '1', '-vf', 'crop=192:180')
  make(
    'original/i4.mp4',
    '-t',
    '1',
    '-pix_fmt',
    'yuv420p',
    '-movflags',
    'frag_every_frame+empty_moov+default_base_moof',
  )
  const items = [
    still,
    { ...made, itemId: 'i2', kind: 'WIDE', path: 'data/derived/i2.jpg', width: 640, height: 360 },
    { ...made, itemId: 'i3', kind: 'CLOSEUP', path: 'data/derived/i3.jpg', width: 192, height: 180 },
    { ...still, itemId: 'i4', kind: 'CLIP', path: 'data/original/i4.mp4' },
  ]
  const missing = [{ item: 'SCENE_BEFORE', code: 'PLAN_ITEM_MISSING', reason: 'OUT_OF_RING' }]
  const document = { packageId, items, missing, quality: measuredQuality() }
  writeFileSync(join(bag, 'data', 'evidence.json'), JSON.stringify(document))
  return packageId
}

/** True, and not clear; something missing, and the clock never checked. */
function measuredQuality() {
  const good = allOf('HASHES', 5, 5, { unit: 'files', reason: 'INTEGRITY_FAILED' })
  return reportOf({
    true: [good],
    clear: [
      atLeast('TARGET_SHARPNESS', 6.4, 12, { reason: 'TARGET_BLURRED', item: 'i1' }),
      atLeast('TARGET_PIXELS', 1_900, 2_500, { unit: 'px', reason: 'TARGET_SMALL', item: 'i1' }),
      notMeasured('OCCLUSION', 'NO_TRACKS', false),
    ],
    complete: [allOf('PLAN', 4, 5, { unit: 'items', reason: 'FOOTAGE_INCOMPLETE' })],
    accurate: [
      notMeasured('CLOCK_OFFSET', 'CLOCK_UNCHECKED', true),
      atMost('CAMERA_MOVED', 0.002, 0.02, { unit: 'of the width', reason: 'CAMERA_MOVED' }),
    ],
  })
}

/** A camera's stream as the live view sends it: the init segment, then one fragment after the other. */
export function liveFilm(folder: string): Buffer[] {
  const file = join(folder, 'live.mp4')
  const source = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=10', '-t', '6', '-pix_fmt', 'yuv420p']
  const shape = [
    '-c:v',
    'libx264',
    '-profile:v',
    'baseline',
    '-movflags',
    'frag_every_frame+empty_moov+default_base_moof',
  ]
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...source, ...shape, file])
  const bytes = readFileSync(file)
  const cuts: number[] = [0]
  for (let at = 0; at < bytes.length; at += bytes.readUInt32BE(at)) {
    if (bytes.toString('latin1', at + 4, at + 8) === 'moof') cuts.push(at)
  }
  return cuts.map((from, place) => bytes.subarray(from, cuts[place + 1]))
}

export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true })
