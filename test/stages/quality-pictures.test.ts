/**
 * What is measured on real pictures: the drawn street as its camera sees it, then out of focus, in fog, at night, small,
 * turned away. Each picture is spoilt in one way, and one check must say so.
 */
import sharp, { type Sharp } from 'sharp'
import { expect, test } from 'vitest'
import type { Picture } from '../../gateway/evidence/picture.ts'
import { clearChecks, type SeenStill } from '../../gateway/evidence/quality/clear.ts'
import { coveredShare, passersBefore } from '../../gateway/evidence/quality/occlusion.ts'
import { QualityOptions } from '../../gateway/evidence/quality/options.ts'
import { measure } from '../../gateway/evidence/quality/still.ts'
import { LIKENESS_MIN, movedBetween, outlookOf } from '../../gateway/frames/moved.ts'
import { Commissioning, OUTLOOK_HEIGHT, OUTLOOK_WIDTH } from '../../gateway/frames/outlook.ts'
import type { Box } from '../../gateway/kit/geometry.ts'
import type { Track } from '../../gateway/tracks/track.ts'
import { STREET_HEIGHT, STREET_WIDTH, streetPicture } from '../fixtures/street-picture.ts'

const BOX: Box = [0.35, 0.37, 0.73, 0.86]
const OPTIONS = QualityOptions.parse({})
const STREET = streetPicture('vendor', 40)
const NIGHT = streetPicture('vendor-night', 40)

const edit = async ({ width, height, rgb }: Picture, how: (image: Sharp) => Sharp): Promise<Picture> => {
  const image = sharp(rgb, { raw: { width, height, channels: 3 } })
  const { data, info } = await how(image).raw().toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, rgb: data }
}

/** Only inside the box: the street stays as it is. */
async function editBox(picture: Picture, how: (image: Sharp) => Sharp): Promise<Picture> {
  const left = Math.round(BOX[0] * picture.width)
  const top = Math.round(BOX[1] * picture.height)
  const size = {
    width: Math.round((BOX[2] - BOX[0]) * picture.width),
    height: Math.round((BOX[3] - BOX[1]) * picture.height),
  }
  const part = await edit(picture, (image) => how(image.extract({ left, top, ...size })))
  const rgb = Buffer.from(picture.rgb)
  for (let y = 0; y < part.height; y++)
    part.rgb.copy(rgb, ((top + y) * picture.width + left) * 3, y * part.width * 3, (y + 1) * part.width * 3)
  return { ...picture, rgb }
}

function still(
  picture: Picture | null,
  itemId: string,
  kind: SeenStill['kind'],
  covered: number | null = 0,
): SeenStill {
  return { itemId, kind, atWallMs: 0, quality: picture === null ? null : measure(picture, BOX), covered }
}

/** Codes of what failed or was not measured, when every still of the act looks like this. */
function found(picture: Picture | null, covered: number | null = 0, minPixels = 2_500) {
  const stills = (['START', 'PERSIST', 'CONFIRM'] as const).map((kind, at) =>
    still(picture, `0${at}`, kind, covered),
  )
  const checks = clearChecks(stills, minPixels, OPTIONS)
  return checks.filter(({ passed }) => passed !== true).map(({ id, reason, passed }) => [id, reason, passed])
}

const SPOILT: [
  what: string,
  make: () => Promise<Picture | null>,
  expected: unknown[],
  covered?: number | null,
][] = [
  ['by day', async () => STREET, []],
  ['by night, lamps on', async () => NIGHT, []],
  [
    'out of focus',
    () => edit(STREET, (image) => image.blur(2)),
    [
      ['SHARPNESS', 'BLURRED', false],
      ['TARGET_SHARPNESS', 'TARGET_BLURRED', false],
    ],
  ],
  [
    'sharp, but what stands there is smeared',
    () => editBox(STREET, (image) => image.blur(4)),
    [['TARGET_SHARPNESS', 'TARGET_BLURRED', false]],
  ],
  [
    'fog so thick that little is left',
    () => edit(STREET, (image) => image.linear(0.15, 160)),
    [['CONTRAST', 'CONTRAST_LOW', false]],
  ],
  [
    'the lamp is broken',
    () => editBox(STREET, (image) => image.linear(0.34, -40)),
    [['DARKNESS', 'TOO_DARK', false]],
  ],
  [
    'the sun in the lens',
    () => editBox(STREET, (image) => image.linear(1.6, 120)),
    [['BRIGHTNESS', 'TOO_BRIGHT', false]],
  ],
  [
    '640×360',
    () => edit(STREET, (image) => image.resize(640, 360)),
    [['RESOLUTION', 'RESOLUTION_LOW', false]],
  ],
  ['somebody stands in front', async () => STREET, [['OCCLUSION', 'TARGET_COVERED', false]], 0.6],
  ['nobody looks for people', async () => STREET, [['OCCLUSION', 'NO_TRACKS', null]], null],
]
for (const [what, make, expected, covered] of SPOILT) {
  test(`clear: ${what}`, async () => expect(found(await make(), covered)).toEqual(expected))
}

test('clear: without a picture nothing is measured, and nothing has passed', () => {
  const checks = found(null)
  expect(checks.length).toBeGreaterThan(6)
  expect(checks.every(([, , passed]) => passed === null)).toBe(true)
})

test('clear: too few pixels for the rule', () => {
  expect(found(STREET, 0, 1_000_000)).toEqual([['TARGET_PIXELS', 'TARGET_SMALL', false]])
})

test('two stills of the act must be good, not all of them; the place before and after shows no act', async () => {
  const blurred = await edit(STREET, (image) => image.blur(3))
  const pick = (good: number) => {
    const acts = (['START', 'PERSIST', 'CONFIRM'] as const).map((kind, at) =>
      still(at < good ? STREET : blurred, `act-${at}`, kind),
    )
    const places = [still(blurred, 'before', 'SCENE_BEFORE'), still(blurred, 'after', 'AFTER')]
    return clearChecks([...places, ...acts], 2_500, OPTIONS).find(({ id }) => id === 'TARGET_SHARPNESS')
  }
  expect(pick(2)).toMatchObject({ passed: true, item: expect.stringMatching(/^act-[01]$/) })
  expect(pick(1)).toMatchObject({ passed: false, item: expect.stringMatching(/^act-[12]$/) })
})

test('a package of the end alone is judged by its picture of the place', async () => {
  const blurred = await edit(STREET, (image) => image.blur(3))
  const ids = (picture: Picture) =>
    clearChecks([still(picture, 'after', 'AFTER', null)], 2_500, OPTIONS).map(({ id, passed }) => [
      id,
      passed,
    ])
  expect(ids(STREET)).toEqual([
    ['RESOLUTION', true],
    ['SHARPNESS', true],
  ])
  expect(ids(blurred)).toContainEqual(['SHARPNESS', false])
})

/** Pixels by which the camera is turned, right and down. */
const TURNS: [dx: number, dy: number][] = [
  [0, 0],
  [8, 0],
  [-26, 12],
  [64, -40],
]
for (const [dx, dy] of TURNS) {
  test(`the view has moved by ${dx}, ${dy} px: found to a pixel, by day and by night`, async () => {
    const before = outlookOf(STREET)
    for (const picture of [STREET, NIGHT]) {
      const turned = await edit(picture, (image) =>
        image
          .extract({
            ...{ left: Math.max(0, dx), top: Math.max(0, dy) },
            ...{ width: STREET_WIDTH - Math.abs(dx), height: STREET_HEIGHT - Math.abs(dy) },
          })
          .extend({
            ...{
              left: Math.max(0, -dx),
              right: Math.max(0, dx),
              top: Math.max(0, -dy),
              bottom: Math.max(0, dy),
            },
          }),
      )
      const move = movedBetween(before, outlookOf(turned))
      expect(Math.abs(move.x * STREET_WIDTH + dx)).toBeLessThan(2.5)
      expect(Math.abs(move.y * STREET_WIDTH + dy)).toBeLessThan(2.5)
      expect(move.likeness).toBeGreaterThan(LIKENESS_MIN)
    }
  })
}

test('another street, and one turned on its side, are like at no shift', async () => {
  const sideways = await edit(STREET, (image) =>
    image.rotate(90).resize(STREET_WIDTH, STREET_HEIGHT, { fit: 'fill' }),
  )
  const upsideDown = await edit(STREET, (image) => image.flip())
  for (const picture of [sideways, upsideDown])
    expect(movedBetween(outlookOf(STREET), outlookOf(picture)).likeness).toBeLessThan(LIKENESS_MIN)
})

/** Columns of the act's box, `#` covered, by boxes at these columns of ten. */
const PASSERS: [what: string, spans: [from: number, to: number][], share: number][] = [
  ['..........', [], 0],
  ['####......', [[0, 4]], 0.4],
  [
    'two in one place hide it once',
    [
      [2, 7],
      [2, 7],
    ],
    0.5,
  ],
  [
    'two side by side',
    [
      [0, 2],
      [8, 10],
    ],
    0.4,
  ],
  ['a lorry', [[-5, 15]], 1],
]
for (const [what, spans, share] of PASSERS) {
  test(`occlusion: ${what}`, () => {
    const boxes = spans.map(([from, to]): Box => [0.2 + from * 0.05, 0, 0.2 + to * 0.05, 1])
    expect(Math.abs(coveredShare([0.2, 0.4, 0.7, 0.8], boxes) - share)).toBeLessThan(0.03)
  })
}

const ACT: Box = [0.4, 0.4, 0.6, 0.8]
const WALKERS: [what: string, track: Partial<Track>, passes: boolean][] = [
  ['walks in front', {}, true],
  ['rides in front', { role: 'two-wheeler' }, true],
  ['stands there', { stationarySinceMs: 1_000 }, false],
  ['walks behind', { box: [0.4, 0.2, 0.5, 0.7] }, false],
  ['was there three seconds ago', { lastSeenMs: 7_000 }, false],
  ['is goods', { role: 'goods' }, false],
]
for (const [what, track, passes] of WALKERS) {
  test(`occlusion: who ${what} ${passes ? 'hides it' : 'does not'}`, () => {
    const usual = { role: 'person', stationarySinceMs: null, lastSeenMs: 10_000, box: [0.4, 0.3, 0.5, 0.95] }
    expect(passersBefore([{ ...usual, ...track } as Track], ACT, 10_000)).toHaveLength(passes ? 1 : 0)
  })
}

function look(picture: Picture, wallMs: number) {
  const yuv = new Uint8Array(640 * 360 * 1.5)
  for (let y = 0; y < 360; y++)
    for (let x = 0; x < 640; x++) {
      const at = (y * 2 * STREET_WIDTH + x * 2) * 3
      yuv[y * 640 + x] = 16 + ((picture.rgb[at]! + picture.rgb[at + 1]! + picture.rgb[at + 2]!) * 219) / 765
    }
  return { yuv, wallMs }
}

test('commissioning: made of the first looks, fixed then, kept over a restart, made anew when zones are drawn anew', () => {
  const camera = new Commissioning('kerb')
  for (let sec = 0; sec < 7; sec++) camera.take(look(STREET, 1_000 * sec))
  expect(camera.outlook).toBeNull()
  for (let sec = 7; sec < 60; sec++)
    camera.take(look(sec < 32 ? STREET : { ...STREET, rgb: Buffer.alloc(STREET.rgb.length) }, 1_000 * sec))
  const { luma, sinceWallMs } = camera.outlook!
  expect([luma.length, sinceWallMs]).toEqual([OUTLOOK_WIDTH * OUTLOOK_HEIGHT, 0])
  expect(movedBetween(luma, outlookOf(STREET)).likeness).toBeGreaterThan(0.9)

  const again = new Commissioning('kerb')
  expect(again.restore(JSON.parse(JSON.stringify(camera.snapshot())))).toBe(true)
  expect(again.outlook).toEqual(camera.outlook)
  const redrawn = new Commissioning('other')
  expect([redrawn.restore(camera.snapshot()), redrawn.outlook]).toEqual([false, null])
  expect(redrawn.restore({ ...camera.snapshot(), zones: 'other', sums: 'cut' })).toBe(false)
})
