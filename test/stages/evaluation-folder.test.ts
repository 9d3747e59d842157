/** A folder of truths and a folder of events, read as `lushao eval` reads them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { evaluatePaths, figures, table } from '../../gateway/cli/eval.ts'

const folder = mkdtempSync(join(tmpdir(), 'lushao-eval-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const truths = join(folder, 'truth')
const events = join(folder, 'events')

type Span = [rule: string, startSec: number, endSec: number | null]

function clip(name: string, condition: string, acts: Span[], found: Span[], supported = true): void {
  const story = name.split('-')[0]
  mkdirSync(truths, { recursive: true })
  mkdirSync(join(events, name), { recursive: true })
  const spans = acts.map(([rule, startSec, endSec]) => ({
    rule,
    zoneId: 'kerb',
    startSec,
    endSec,
    box: [0, 0, 1, 1],
  }))
  const scene = { story, condition, seed: 1, supported, digest: '' }
  const truth = {
    video: `${name}.mp4`,
    fps: 8,
    width: 640,
    height: 360,
    durationSec: 90,
    zones: [],
    events: spans,
    scene,
  }
  writeFileSync(
    join(truths, `${name}.json`),
    JSON.stringify({ ...truth, nonEvents: [{ why: 'waits', startSec: 60, endSec: 80 }] }),
  )
  const lines = found.flatMap(([ruleId, startSec, endSec], i) =>
    // Two revisions: the last one counts.
    [null, endSec].map((end) =>
      JSON.stringify({ eventId: `e${i}`, ruleId, zoneId: 'kerb', media: { startSec, endSec: end } }),
    ),
  )
  writeFileSync(join(events, name, 'events.ndjson'), lines.map((line) => `${line}\n`).join(''))
}

test('per rule, story and condition; what is not supported is listed, not counted', () => {
  clip(
    'cart-rain',
    'rain',
    [['street-vending', 10, 50]],
    [
      ['street-vending', 12, 30],
      ['street-vending', 31, 50],
    ],
  )
  clip('cart-night', 'night', [['street-vending', 10, 50]], [])
  clip(
    'boxes-rain',
    'rain',
    [['piling', 10, 50]],
    [
      ['piling', 10.5, 51],
      ['street-vending', 61, 79],
    ],
  )
  clip('grill-rain', 'rain', [['barbecue', 10, 50]], [], false)
  const result = figures(evaluatePaths(truths, events))

  expect(result.clips).toHaveLength(4)
  expect(result.all).toMatchObject({ right: 1, false: 3, missed: 2, splits: 1, merges: 0 })
  expect(result.rules['piling']).toMatchObject({
    right: 1,
    false: 0,
    startErrorSecMedian: 0.5,
    endErrorSecMedian: 1,
  })
  expect(result.rules['street-vending']).toMatchObject({ right: 0, false: 3, missed: 2, splits: 1 })
  expect(result.rules['barbecue']).toBeUndefined()
  expect(result.stories['cart']).toMatchObject({ missed: 2, false: 2 })
  expect(result.conditions['night']).toMatchObject({ missed: 1, precision: null })
  expect(result.falseDuring).toEqual({ 'the act itself': 2, waits: 1 })

  const lines = table(result.clips)
  expect(lines.find((line) => line.includes('grill-rain'))).toContain('not counted')
  expect(lines.filter((line) => line.startsWith('| cart |'))).toHaveLength(1)
})
