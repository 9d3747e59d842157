/**
 * The network that comes with the gateway: its file is what the manifest says, and it knows people and cars.
 * The scenes are drawn afresh from seeds that no training has seen.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PatchCutter } from '../../gateway/detections/patches.ts'
import { FRAME_BYTES, FRAME_HEIGHT, FRAME_WIDTH } from '../../gateway/frames/frame.ts'
import type { Box } from '../../gateway/kit/geometry.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { Cast, PAINTS } from '../../simulators/street/cast.ts'
import type { Raster } from '../../simulators/street/raster.ts'
import type { SceneScript, Step } from '../../simulators/street/script.ts'
import { Stage } from '../../simulators/street/stage.ts'

const FILE = packagePath('models', 'default', 'lushao-patches.onnx')
const PIXELS = 3 * 48 * 48
const bytes = readFileSync(FILE)
const manifest = JSON.parse(readFileSync(FILE.replace('.onnx', '.json'), 'utf8')) as {
  sha256: string
  classes: string[]
}
let session: InferenceSession

beforeAll(async () => {
  session = await InferenceSession.create(bytes, { intraOpNumThreads: 1 })
})
afterAll(() => session.release())

async function scoresOf(patches: Float32Array): Promise<number[][]> {
  const count = patches.length / PIXELS
  const { scores } = await session.run({ patches: new Tensor('float32', patches, [count, 3, 48, 48]) })
  const classes = manifest.classes.length
  expect(scores!.dims).toEqual([count, classes])
  const all = [...(scores!.data as Float32Array)]
  return Array.from({ length: count }, (_, i) => all.slice(i * classes, (i + 1) * classes))
}

test('a megabyte at most, and the bytes that the manifest vouches for', () => {
  expect(bytes.length).toBeLessThanOrEqual(1024 * 1024)
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(manifest.sha256)
})

test.each([1, 7])('%i patches get as many rows of probabilities', async (count) => {
  const patches = Float32Array.from({ length: count * PIXELS }, (_, i) => (i * 37) % 256)
  for (const row of await scoresOf(patches)) {
    expect(row.every((score) => score >= 0 && score <= 1)).toBe(true)
    expect(row.reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 4)
  }
})

test('the same patch is named the same alone and in company', async () => {
  const patches = Float32Array.from({ length: 2 * PIXELS }, (_, i) => (i * 91) % 256)
  const [, together] = await scoresOf(patches)
  const [alone] = await scoresOf(patches.slice(PIXELS))
  for (const [at, score] of together!.entries()) expect(alone![at]).toBeCloseTo(score, 4)
})

test('people and vehicles of freshly drawn streets are named', async () => {
  const found = bodiesOf(3001)
  const rows = await scoresOf(Float32Array.from(found.flatMap(({ patch }) => [...patch])))
  const named = rows.map((row) => manifest.classes[row.indexOf(Math.max(...row))])
  for (const kind of ['person', 'vehicle']) {
    const right = named.filter((name, at) => found[at]!.kind === kind && name === kind).length
    const all = found.filter((one) => one.kind === kind).length
    expect(all, `patches of a ${kind}`).toBeGreaterThanOrEqual(6)
    expect(right / all, `share of ${kind} named so`).toBeGreaterThanOrEqual(0.9)
  }
})

interface Found {
  readonly kind: 'person' | 'vehicle'
  readonly patch: Float32Array
}

/** One after the other, each alone on the street for two seconds. */
function streetOf(seed: number): SceneScript {
  const cast = new Cast(seed, 40, false)
  for (let atSec = 0; atSec < 40; atSec += 2) {
    const isCar = atSec % 4 === 0
    const [x, z] = isCar
      ? [cast.between(2.5, 8), cast.between(-4.5, -2.5)]
      : [cast.between(0, 7), cast.between(-5, -2)]
    const heading = isCar ? cast.pick([0, Math.PI]) : cast.between(-Math.PI, Math.PI)
    const steps = [0, 1.9].map(
      (afterSec): Step => ({ atSec: atSec + afterSec, x, z, heading, gesture: 'stand' }),
    )
    if (!isCar) cast.person(steps)
    else
      cast.vehicle({ vehicle: cast.pick(['car', 'van']), color: cast.pick(PAINTS), rider: undefined, steps })
  }
  return {
    ...{ name: 'one by one', about: 'somebody, then a car, then somebody', seconds: 40, weather: 'cloudy' },
    ...{ mood: 'steady', shakePx: 0, actors: cast.actors, acts: [], nonEvents: [] },
  }
}

/** The patches of everybody who is wholly in the picture. */
function bodiesOf(seed: number): Found[] {
  const stage = new Stage(streetOf(seed), FRAME_WIDTH, FRAME_HEIGHT, seed)
  const cutter = new PatchCutter(48)
  const found: Found[] = []
  for (let second = 1; second < 40; second += 2) {
    stage.show(second)
    const yuv = i420Of(stage.picture)
    for (const { actor, extent } of stage.seen) {
      const box = stage.view.fractions(extent)
      if (actor.kind === 'prop' || !isWhole(box)) continue
      const patch = new Float32Array(PIXELS)
      cutter.cut(yuv, FRAME_WIDTH / FRAME_HEIGHT, box, patch, 0)
      found.push({ kind: actor.kind, patch })
    }
  }
  return found
}

function isWhole([left, top, right, bottom]: Box): boolean {
  return left > 0.02 && top > 0.02 && right < 0.98 && bottom < 0.98 && bottom - top > 0.06
}

/** In the colours of video (BT.601), one U and V for four pixels. */
function i420Of({ rgb }: Raster): Uint8Array {
  const yuv = new Uint8Array(FRAME_BYTES)
  const luma = FRAME_WIDTH * FRAME_HEIGHT
  for (let at = 0; at < luma; at++) {
    yuv[at] = 16 + 0.257 * rgb[3 * at]! + 0.504 * rgb[3 * at + 1]! + 0.098 * rgb[3 * at + 2]!
  }
  for (let y = 0, out = luma; y < FRAME_HEIGHT; y += 2) {
    for (let x = 0; x < FRAME_WIDTH; x += 2, out++) {
      const places = [0, 1, FRAME_WIDTH, FRAME_WIDTH + 1].map((step) => 3 * (y * FRAME_WIDTH + x + step))
      const mean = (channel: number) => places.reduce((sum, place) => sum + rgb[place + channel]! / 4, 0)
      const [r, g, b] = [mean(0), mean(1), mean(2)]
      yuv[out] = 128 - 0.148 * r - 0.291 * g + 0.439 * b
      yuv[out + luma / 4] = 128 + 0.439 * r - 0.368 * g - 0.071 * b
    }
  }
  return yuv
}
