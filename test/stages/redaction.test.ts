/** Frame by frame: no head and no plate in a redacted clip, and nothing of them in what is painted over them. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { DetectorPool, ModelOptions } from '../../gateway/detections/detector.ts'
import { writeClip } from '../../gateway/evidence/redacted/clip.ts'
import { type FootageJob, openRedaction } from '../../gateway/evidence/redacted/footage.ts'
import { type Canvas, coarseCells, MaskPainter, paint } from '../../gateway/evidence/redacted/paint.ts'
import { markBox, TILES } from '../../gateway/evidence/redacted/plane.ts'
import type { Profile } from '../../gateway/evidence/redacted/profiles.ts'
import { headOf, riderOf, type Sighting, Ways } from '../../gateway/evidence/redacted/ways.ts'
import { contains, type Polygon } from '../../gateway/kit/geometry.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { seededRandom } from '../../gateway/kit/random.ts'
import { streetScene, tellScene } from '../../simulators/street/test-street.ts'
import { makeClip } from '../fixtures/clip.ts'
import { makeFolder, writeModel, yoloxGraph } from '../fixtures/models.ts'
import { coverageOf, decoded, filmPrivate } from '../fixtures/private-street.ts'

const folder = makeFolder()
afterAll(folder.remove)
const at = (name: string) => join(folder.path, name)

/** A piece of street on which people walk and a car passes. */
const STREET = { width: 640, height: 360, fps: 8, fromSec: 20, seconds: 4, seed: 7000 }
const { script } = tellScene(streetScene('passers', 'day', 7020))
const street = await filmPrivate(script, STREET, at('street.mp4'))

async function redact(change: Partial<FootageJob>, name: string) {
  const redacted = await openRedaction({
    ...{
      file: street.file,
      profile: 'PUBLIC',
      masks: [],
      still: false,
      seconds: STREET.seconds,
      samples: null,
    },
    ...{ detector: null, looksPerSec: 5, wholePersons: false, onProgress: () => undefined },
    ...change,
  })
  rmSync(at(name), { force: true })
  await writeClip(redacted, at(name))
  return { ...redacted, share: redacted.hiddenShare(), file: at(name) }
}

test.each(['INTERNAL', 'PUBLIC'] as const)(
  '[R73] %s: no pixel of a head is to be seen in any picture, nor of a plate',
  async (profile) => {
    const redacted = await redact({ profile }, `${profile}.mp4`)
    const { pictures, heads, plates } = coverageOf(street, redacted.file, redacted.coarse)
    expect(pictures).toBe(STREET.seconds * STREET.fps)
    expect(heads.pictures).toBeGreaterThan(20)
    expect(plates.pictures).toBeGreaterThan(0)
    expect([heads.firstBare, heads.picturesCovered]).toEqual([null, heads.pictures])
    expect([plates.firstBare, plates.picturesCovered]).toEqual([null, plates.pictures])
    expect(redacted.share).toBeLessThan(0.4)
  },
)

test('what looks for heads sees them where nothing is hidden', async () => {
  const { file } = await redact({ profile: 'EVIDENCE' }, 'bare.mp4')
  const { heads, plates } = coverageOf(street, file, false)
  expect(heads.picturesCovered).toBe(0)
  expect(plates.picturesCovered).toBe(0)
})

test('a privacy mask is black in every profile, to its last pixel, and no coarse cell has a share of it', async () => {
  const mask: Polygon = [
    [0.1, 0.1],
    [0.4, 0.15],
    [0.3, 0.5],
  ]
  const { width, height } = STREET
  for (const profile of ['EVIDENCE', 'PUBLIC'] as const) {
    const yuv = decoded((await redact({ profile, masks: [mask] }, `masked-${profile}.mp4`)).file)
    let brightest = 0
    for (let picture = 0; picture < street.truth.length; picture++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          if (!contains(mask, [(x + 0.5) / width, (y + 0.5) / height])) continue
          brightest = Math.max(brightest, yuv[(picture * width * height * 3) / 2 + y * width + x]!)
        }
      }
    }
    // Black is 16, and an encoder rings.
    expect([profile, brightest < 40]).toEqual([profile, true])
  }
})

test('[R83] somebody who never moves is hidden where a detector sees him; nothing else is', async () => {
  const file = await makeClip(at('still.mp4'), { seconds: 2, fps: 8, things: [] })
  const model = writeModel(folder, yoloxGraph())
  const options = ModelOptions.parse({ file: model, workersMax: 1, patienceMs: 60_000 })
  const detector = await DetectorPool.open(options, silentLog)
  try {
    const job = { file, seconds: 2, detector, profile: 'INTERNAL' as Profile }
    const redacted = await redact(job, 'still-hidden.mp4')
    expect([redacted.looks > 5, redacted.coarse]).toEqual([true, false])
    const [before, after] = [decoded(file), decoded(redacted.file)]
    const size = (640 * 360 * 3) / 2
    const unlike = (x: number, y: number) =>
      [0, 7, 15].map((picture) => {
        const at = picture * size + Math.round(y * 360) * 640 + Math.round(x * 640)
        return Math.abs(before[at]! - after[at]!) > 8 || isHiddenGrey(after[at]!)
      })
    // The model's person stands at x 0.19 to 0.44, from 0.33 down; his head is in the upper part.
    expect(unlike(0.3, 0.45)).toEqual([true, true, true])
    expect(redacted.share).toBeGreaterThan(0.05)
    expect(redacted.share).toBeLessThan(0.75)
    expect(unlike(0.98, 0.05)).toEqual([false, false, false])
  } finally {
    await detector.close()
  }
})

const isHiddenGrey = (luma: number) => Math.abs(luma - 92) < 6 || Math.abs(luma - 124) < 6

/** A character is a look, five a second: `o` somebody is seen, `.` missed; below it whether his head is hidden. */
const LOOKS: [looks: string, hidden: string][] = [
  ['ooooo', '#####'],
  ['oo.oo', '#####'], // Missed once: no flash.
  ['oo........oo', '############'], // Missed for two seconds.
  ['....o....', '#########'], // Seen once: hidden before and after.
  ['.......o', '...#####'], // Before the first look, backwards.
  ['o.......', '#####...'], // It is over, some time after the last.
]
test.each(LOOKS)('looks %s hide %s', (looks, hidden) => {
  const ways = new Ways()
  const person: Sighting = { sort: 'person', box: [0.4, 0.3, 0.5, 0.8] }
  for (const [i, look] of [...looks].entries()) ways.add(200 * i, look === 'o' ? [person] : [])
  const covered = [...looks].map((_, i) =>
    ways.at(200 * i).some(({ box }) => box[0] <= 0.4 && box[1] <= 0.3) ? '#' : '.',
  )
  expect(covered.join('')).toBe(hidden)
})

test('a body explains what moves only between two looks, without its head, legs and the picture’s edge', () => {
  const bodies = (box: Sighting['box'], stepMs: number) => {
    const ways = new Ways()
    for (const timeMs of [0, stepMs]) ways.add(timeMs, [{ sort: 'person', box }])
    return ways.bodiesAt(stepMs / 2, 16 / 9)
  }
  const [body] = bodies([0.4, 0.3, 0.5, 0.8], 200)
  expect(body![1]).toBeGreaterThan(0.4)
  expect(body![3]).toBeLessThan(0.7)
  expect(bodies([0.4, 0.3, 0.5, 0.8], 900)).toEqual([])
  expect(bodies([0.4, 0.5, 0.5, 1], 200)).toEqual([])
})

test('the head of who sits is a larger part of his box; who rides sits above what he rides', () => {
  expect(headOf([0.4, 0.2, 0.5, 0.8], 1)[3]).toBeCloseTo(0.392)
  expect(headOf([0.4, 0.2, 0.7, 0.6], 1)[3]).toBeCloseTo(0.455)
  expect(riderOf([0.4, 0.5, 0.6, 0.7])[1]).toBeLessThan(0.3)
})

/** A picture of noise, seeded: as unlike as two faces can be. */
function noise(seed: number): Canvas {
  const random = seededRandom(seed)
  const yuv = Uint8Array.from({ length: (320 * 180 * 3) / 2 }, () => 16 + Math.floor(random() * 220))
  return { width: 320, height: 180, yuv }
}

test('nothing of what is hidden is in what is painted over it: heads cannot be told apart any more', () => {
  const hidden = new Uint8Array(TILES)
  markBox(hidden, [0.3, 0.2, 0.6, 0.7])
  const people = Array.from({ length: 12 }, (_, seed) => noise(seed))
  const head = ({ yuv }: Canvas) =>
    Array.from({ length: 80 }, (_, y) => [...yuv.subarray((y + 40) * 320 + 100, (y + 40) * 320 + 190)]).flat()
  const before = people.map(head)
  for (const person of people) paint(person, hidden, false)
  const after = people.map(head)
  // Who looks for the nearest finds his man in the originals, and in the copies twelve who are one.
  expect(new Set(before.map(String)).size).toBe(12)
  expect(new Set(after.map(String)).size).toBe(1)
})

test('a coarse picture has one of 16 levels a cell, and what is hidden has no share in them', () => {
  const hidden = new Uint8Array(TILES)
  markBox(hidden, [0.3, 0.2, 0.6, 0.7])
  const [one, other] = [noise(1), noise(1)]
  // The same street, another face.
  for (let y = 40; y < 120; y++) other.yuv.fill(200, y * 320 + 100, y * 320 + 190)
  for (const canvas of [one, other]) paint(canvas, hidden, true)
  expect(Buffer.compare(one.yuv, other.yuv)).toBe(0)
  const cells = coarseCells(320, 180)
  expect(cells).toHaveLength(18 * 32)
  const last = cells.at(-1)!
  const lumas = new Set<number>()
  for (let y = 2 * last.top; y < 2 * last.bottom; y++) {
    for (let x = 2 * last.left; x < 2 * last.right; x++) lumas.add(one.yuv[y * 320 + x]!)
  }
  expect(lumas.size).toBe(1)
  expect([...lumas][0]! % 16).toBe(8)
})

test('a mask reaches a pixel beyond its outline', () => {
  const canvas = noise(3)
  new MaskPainter(
    [
      [
        [0.25, 0.25],
        [0.5, 0.25],
        [0.5, 0.5],
        [0.25, 0.5],
      ],
    ],
    320,
    180,
  ).paint(canvas)
  const luma = (x: number, y: number) => canvas.yuv[y * 320 + x]
  expect([luma(80, 45), luma(159, 89), luma(79, 44), luma(160, 90)]).toEqual([16, 16, 16, 16])
  expect([luma(76, 45), luma(163, 60)].every((value) => value !== 16)).toBe(true)
})
