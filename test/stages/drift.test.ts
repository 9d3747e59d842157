/**
 * A camera that was moved is told from one that was not: on real streets where the data lies beside, on made ones
 * always.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Drift, DriftOptions, type DriftState } from '../../gateway/frames/drift.ts'
import { FRAME_BYTES, FRAME_HEIGHT, FRAME_WIDTH } from '../../gateway/frames/frame.ts'
import { Commissioning } from '../../gateway/frames/outlook.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { seededRandom } from '../../gateway/kit/random.ts'
import { ffmpeg } from './feed-media.ts'

const DATA = packagePath('..', 'shared', 'data')
const LUMA = FRAME_WIDTH * FRAME_HEIGHT
/** Looks of a minute at two a second; a comparison every five seconds, three of them a verdict. */
const OPTIONS = DriftOptions.parse({ everySec: 5, unlikeChecks: 3 })

async function looksOf(file: string, filter = ''): Promise<Uint8Array[]> {
  const scale = `fps=2,${filter}scale=${FRAME_WIDTH}:${FRAME_HEIGHT}:flags=area,format=gray`
  const bytes = await ffmpeg(['-i', file, '-vf', scale, '-f', 'rawvideo', '-'])
  return Array.from({ length: Math.floor(bytes.length / LUMA) }, (_, at) => {
    const yuv = new Uint8Array(FRAME_BYTES)
    yuv.set(bytes.subarray(at * LUMA, (at + 1) * LUMA))
    return yuv
  })
}

/** Commissioned on the first, then shown the others, again and again, for as long as verdicts take. */
function watch(first: readonly Uint8Array[], then: readonly Uint8Array[]) {
  const commissioning = new Commissioning('zones')
  for (const yuv of first.slice(0, 32)) commissioning.take({ yuv, wallMs: 0 })
  const drift = new Drift(OPTIONS)
  const states = new Set<DriftState>()
  for (let at = 0; at < 120; at++) {
    const [yuv, timeMs] = [then[at % then.length]!, at * 500]
    drift.take({ yuv, timeMs, wallMs: timeMs }, commissioning.outlook)
    states.add(drift.view.state)
  }
  return { drift, states: [...states] }
}

const STREETS = [
  ['composed/lot_stall_120s.mp4', 'day, and a stall is set up'],
  ['composed/lot_goods_only_100s.mp4', 'day, and goods are left'],
  ['videos/aboda_video4.avi', 'in the open, people pass'],
  ['videos/bgs_video02.avi', 'a motorway'],
  ['videos/bgs_video03.avi', 'a motorway, wind in the camera'],
  ['videos/intel_one_by_one.mp4', 'people stand in the picture'],
  ['videos/intel_person_bicycle_car.mp4', 'a camera that shakes by 2 %'],
  ['videos/rf_example.mp4', 'night, wet ground, billboards that change'],
] as const
/** What happened to the camera, and what is told of it: left, down and zoom of the picture. */
const MOVES = [
  ['5 % to the right', 'crop=0.95*iw:ih:0.05*iw:0,pad=iw/0.95:ih:0:0,', { x: -0.05, y: 0, zoom: 1 }],
  ['15 % to the left', 'crop=0.85*iw:ih:0:0,pad=iw/0.85:ih:0.15*iw:0,', { x: 0.15, y: 0, zoom: 1 }],
  ['6 % up', 'crop=iw:0.94*ih:0:0,pad=iw:ih/0.94:0:0.06*ih,', { x: 0, y: 0.06, zoom: 1 }],
  ['in by a tenth', 'crop=iw/1.1:ih/1.1,', { x: 0, y: 0, zoom: 1.1 }],
] as const

for (const [name, what] of STREETS) {
  const file = join(DATA, name)
  test.skipIf(!existsSync(file))(
    `a camera that was left alone is never told to be moved: ${what}`,
    async () => {
      const looks = await looksOf(file)
      expect(watch(looks, looks).states).toEqual(expect.not.arrayContaining(['MOVED', 'UNLIKE']))
      const dim = await looksOf(file, 'eq=brightness=-0.2:contrast=0.6,')
      expect(watch(looks, dim).states).toEqual(expect.not.arrayContaining(['MOVED', 'UNLIKE']))
    },
  )
  test.skipIf(!existsSync(file))(`turned or zoomed, it is told how far and which way: ${what}`, async () => {
    const looks = await looksOf(file)
    for (const [how, filter, { x, y, zoom }] of MOVES) {
      const { view } = watch(looks, await looksOf(file, filter)).drift
      expect([how, view.state]).toEqual([how, 'MOVED'])
      expect([how, Math.abs(view.move!.x - x) < 0.025, Math.abs(view.move!.y - y) < 0.025]).toEqual([
        how,
        true,
        true,
      ])
      expect(view.move!.zoom).toBeCloseTo(zoom, 1)
    }
  })
}

/** Patches of a made street, seen from somewhere: `dx` patches to the side. */
function street(seed: number, dx = 0, patch = 12): Uint8Array {
  const random = seededRandom(seed)
  const patches = Float32Array.from({ length: 80 * 30 }, () => 70 + 80 * random())
  const yuv = new Uint8Array(FRAME_BYTES)
  for (let y = 0; y < FRAME_HEIGHT; y++) {
    for (let x = 0; x < FRAME_WIDTH; x++)
      yuv[y * FRAME_WIDTH + x] = patches[Math.floor(y / patch) * 80 + Math.floor(x / patch) + dx]!
  }
  return yuv
}

test('moved, and back again; another street altogether; the dark says nothing', () => {
  const [here, beside, elsewhere] = [[street(1)], [street(1, 4)], [street(2, 0, 31)]]
  const first = Array.from({ length: 8 }, () => here[0]!)
  const moved = watch(first, beside)
  expect(moved.states).toEqual(['UNKNOWN', 'MOVED'])
  expect(moved.drift.view.move).toMatchObject({ zoom: 1, y: 0 })
  expect(moved.drift.view.move!.x).toBeCloseTo(-48 / 640, 2)
  expect(moved.drift.isOff).toBe(true)
  expect(watch(first, elsewhere).states).toEqual(['UNKNOWN', 'UNLIKE'])
  expect(watch(first, [new Uint8Array(FRAME_BYTES).fill(16)]).states).toEqual(['UNKNOWN'])

  const { drift } = moved
  const commissioning = new Commissioning('zones')
  for (const yuv of first) commissioning.take({ yuv, wallMs: 0 })
  const changes = Array.from({ length: 60 }, (_, at) =>
    drift.take({ yuv: here[0]!, timeMs: 70_000 + at * 500, wallMs: 70_000 }, commissioning.outlook),
  )
  expect(changes.filter(Boolean)).toHaveLength(1)
  expect(drift.view.state).toBe('FITS')
})

test('one comparison that differs is no alarm, and what was said outlives a restart', () => {
  const commissioning = new Commissioning('zones')
  for (let look = 0; look < 8; look++) commissioning.take({ yuv: street(1), wallMs: 0 })
  const drift = new Drift(DriftOptions.parse({ everySec: 60 }))
  const look = (yuv: Uint8Array, fromSec: number) => {
    for (let at = 0; at < 16; at++)
      drift.take({ yuv, timeMs: (fromSec + at) * 1_000, wallMs: fromSec * 1_000 }, commissioning.outlook)
  }
  look(street(1), 0)
  look(street(1, 4), 100)
  look(street(1), 200)
  look(street(1, 4), 300)
  look(street(1, 4), 400)
  expect(drift.view.state).toBe('FITS')
  look(street(1, 4), 500)
  expect(drift.view).toMatchObject({ state: 'MOVED', sinceWallMs: 500_000 })
  const again = new Drift(DriftOptions.parse({}))
  again.restore(JSON.parse(JSON.stringify(drift.view)))
  expect(again).toMatchObject({ isOff: true, view: drift.view })
  again.reset()
  expect(again.isOff).toBe(false)
})
