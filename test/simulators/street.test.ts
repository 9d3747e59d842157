/** Drawn scenes: the same for the same seed, true to their truth. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { renderScene } from '../../simulators/street/render.ts'
import { namedScene, SCENE_NAMES } from '../../simulators/street/scenes.ts'
import { Stage } from '../../simulators/street/stage.ts'

const folder = mkdtempSync(join(tmpdir(), 'lushao-scenes-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const SMALL = { width: 192, height: 108, fps: 5 }

test('the same seed gives the same film, another seed another', async () => {
  const film = async (seed: number, name: string) => {
    const script = namedScene('crowd', { seed })
    const { video } = await renderScene(script, { seed, seconds: 4, ...SMALL }, join(folder, name))
    return readFileSync(video)
  }
  const first = await film(3, 'a.mp4')
  expect(first.length).toBeGreaterThan(5_000)
  expect((await film(3, 'b.mp4')).equals(first)).toBe(true)
  expect((await film(4, 'c.mp4')).equals(first)).toBe(false)
})

test('the truth file fits the film', async () => {
  const script = namedScene('goods-left', { seed: 5 })
  const made = await renderScene(script, { seed: 5, seconds: 20, ...SMALL }, join(folder, 'goods.mp4'))
  const truth = JSON.parse(readFileSync(made.truthFile, 'utf8'))

  expect(truth).toEqual(made.truth)
  expect(truth).toMatchObject({ video: 'goods.mp4', durationSec: 20, ...SMALL })
  expect(truth.events).toHaveLength(1)
  expect(truth.events[0]).toMatchObject({ rule: 'piling', zoneId: 'kerb', startSec: 12, endSec: 20 })
  const [x1, y1, x2, y2] = truth.events[0].box
  expect(x2 - x1).toBeGreaterThan(0.05)
  expect(y2 - y1).toBeGreaterThan(0.05)
  for (const [x, y] of truth.zones[0].polygon) {
    expect(x).toBeGreaterThan(0)
    expect(x).toBeLessThan(1)
    expect(y).toBeGreaterThan(0)
    expect(y).toBeLessThan(1)
  }
})

test.each(SCENE_NAMES)('%s: everything happens inside the film, and nobody is left at its end', (name) => {
  for (const seed of [1, 2, 3]) {
    for (const seconds of [60, 90]) {
      const script = namedScene(name, { seed, seconds })
      expect(script.seconds).toBe(seconds)
      for (const span of [...script.acts, ...script.nonEvents]) {
        expect(span.startSec).toBeGreaterThanOrEqual(0)
        expect(span.endSec).toBeGreaterThan(span.startSec)
        expect(span.endSec).toBeLessThanOrEqual(seconds)
      }
      for (const actor of script.actors) {
        if (actor.kind === 'vehicle') continue
        const times = actor.steps.map((step) => step.atSec)
        expect(times).toEqual(times.toSorted((a, b) => a - b))
        expect(times.at(-1)).toBeLessThan(seconds)
      }
    }
  }
})

test('the picture changes where and when the truth says', () => {
  const script = namedScene('vendor', { seed: 2 })
  const { width, height } = SMALL
  const stage = new Stage(script, width, height, 2)
  const pictureAt = (timeSec: number) => {
    stage.show(timeSec)
    return Buffer.from(stage.picture.rgb)
  }
  const [empty, during, after] = [pictureAt(0), pictureAt(40), pictureAt(script.seconds - 0.5)]
  const [act] = script.acts
  expect(act).toMatchObject({ rule: 'street-vending', startSec: 15, endSec: 61 })
  const [x1, y1, x2, y2] = stage.boxOf(0)
  const changed = (a: Buffer, b: Buffer, inside: boolean) => {
    let count = 0
    let of = 0
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const within = x >= x1 * width && x < x2 * width && y >= y1 * height && y < y2 * height
        if (within !== inside) continue
        const at = (y * width + x) * 3
        of++
        if (Math.abs(a[at]! - b[at]!) + Math.abs(a[at + 1]! - b[at + 1]!) > 40) count++
      }
    }
    return count / of
  }
  expect(changed(empty, during, true)).toBeGreaterThan(0.2)
  expect(changed(empty, during, false)).toBeLessThan(0.06)
  // Clean again: the film can begin anew without a jump.
  expect(changed(empty, after, true)).toBe(0)
  expect(changed(empty, after, false)).toBeLessThan(0.03)
})

test('whoever is drawn is named with what he covers', () => {
  const { width, height } = SMALL
  const script = namedScene('vendor', { seed: 2 })
  const stage = new Stage(script, width, height, 2)
  stage.show(40)
  const [x1, y1, x2, y2] = stage.boxOf(0)
  const stall = stage.seen.filter(({ actor }) => actor.act === 0)
  expect(stall.map(({ actor }) => (actor.kind === 'prop' ? actor.prop : actor.kind)).sort()).toEqual([
    'cart',
    'crates',
    'person',
    'table',
    'umbrella',
  ])
  for (const { extent } of stall) {
    expect(extent.x1 / width).toBeGreaterThanOrEqual(x1 - 0.01)
    expect(extent.y1 / height).toBeGreaterThanOrEqual(y1 - 0.01)
    expect(extent.x2 / width).toBeLessThanOrEqual(x2 + 0.01)
    expect(extent.y2 / height).toBeLessThanOrEqual(y2 + 0.01)
  }
})

test('night is dark, a lit shop is not; the billboard changes', () => {
  const { width, height } = SMALL
  const meanOf = (name: 'passers' | 'night-billboards', timeSec: number) => {
    const stage = new Stage(namedScene(name, { seed: 1 }), width, height, 1)
    stage.show(timeSec)
    return stage.picture.rgb.reduce((sum, value) => sum + value, 0) / stage.picture.rgb.length
  }
  expect(meanOf('night-billboards', 1)).toBeLessThan(0.6 * meanOf('passers', 1))
  expect(meanOf('night-billboards', 1)).not.toBeCloseTo(meanOf('night-billboards', 6), 1)
})
