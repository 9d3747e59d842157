import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, expect, test } from 'vitest'
import { DecodeAhead } from '../../gateway/evidence/ahead.ts'
import { lastPicture, type Picture } from '../../gateway/evidence/picture.ts'
import { measure } from '../../gateway/evidence/quality/still.ts'
import { applyMasks } from '../../gateway/evidence/redaction.ts'
import { makeStill } from '../../gateway/evidence/stills.ts'
import { encode, HEIGHT, STREET, temporaryFolder, WIDTH } from './evidence-footage.ts'

const folder = temporaryFolder()
afterAll(() => rmSync(folder, { recursive: true }))
const OPTIONS = { jpegQuality: 90, closeupGrow: 0.25 }
const BOX = [0.4, 0.4, 0.7, 0.9] as const

function save(name: string, bytes: Buffer): string {
  const file = join(folder, name)
  writeFileSync(file, bytes)
  return file
}

/** Picture n has luma 30 + 15 n. */
const RAMP = `color=gray:s=${WIDTH}x${HEIGHT}:r=25,geq=lum='30+15*N':cb=128:cr=128`
const luma = ({ rgb }: Picture) => Math.round((rgb.at((rgb.length >> 1) + 1)! * 219) / 255 + 16)

for (const [name, codec] of [
  ['no B-frames', ['-bf', '0']],
  ['B-frames', ['-bf', '2', '-x264-params', 'b-adapt=0']],
] as const) {
  test(`the picture is the last one displayed: ${name}`, async () => {
    for (const pictures of [1, 2, 9]) {
      const file = save(`ramp-${pictures}.mp4`, encode(RAMP, pictures, ...codec))
      const picture = await lastPicture(file, pictures, 'ffmpeg')
      expect([picture.width, picture.height]).toEqual([WIDTH, HEIGHT])
      expect(Math.abs(luma(picture) - (30 + 15 * (pictures - 1)))).toBeLessThanOrEqual(2)
    }
  })
}

test('fewer pictures than samples: the last that can be decoded', async () => {
  const picture = await lastPicture(save('fewer.mp4', encode(RAMP, 5)), 8, 'ffmpeg')
  expect(Math.abs(luma(picture) - 90)).toBeLessThanOrEqual(2)
})

test('what is no video is a fault, and so is a missing decoder', async () => {
  const noise = save('noise.mp4', Buffer.alloc(4000, 7))
  await expect(lastPicture(noise, 5, 'ffmpeg')).rejects.toMatchObject({ code: 'STILL_UNDECODABLE' })
  const street = save('street.mp4', STREET)
  await expect(lastPicture(street, 12, 'no-such-ffmpeg')).rejects.toMatchObject({ code: 'STILL_UNDECODABLE' })
})

test('[R4] wide is the whole picture, close-up the box grown by a quarter, both in camera pixels', async () => {
  const picture = await lastPicture(save('street.mp4', STREET), 12, 'ffmpeg')
  const { pictures } = await makeStill(picture, BOX, [], OPTIONS)
  const sizes = await Promise.all(pictures.map(({ jpeg }) => sharp(jpeg).metadata()))
  expect(sizes.map(({ width, height }) => [width, height])).toEqual([
    [WIDTH, HEIGHT],
    [120, 114],
  ])
  const [, closeup] = pictures
  expect(closeup!.box[0]).toBeCloseTo(0.3625, 2)
  expect(closeup!.box[3]).toBeCloseTo(0.9625, 1)
})

/** Boxes at the rim and boxes of nothing still give a close-up inside the picture. */
for (const box of [
  [0, 0, 0.05, 0.05],
  [0.95, 0.9, 1, 1],
  [0.5, 0.5, 0.5, 0.5],
  [0, 0, 1, 1],
] as const) {
  test(`close-up of [${box}]`, async () => {
    const picture = await lastPicture(save('street.mp4', STREET), 12, 'ffmpeg')
    const [, closeup] = (await makeStill(picture, box, [], OPTIONS)).pictures
    const { width, height } = await sharp(closeup!.jpeg).metadata()
    expect([width, height]).toEqual([closeup!.width, closeup!.height])
    expect(Math.min(width, height)).toBeGreaterThanOrEqual(32)
    expect(closeup!.box.every((side) => side >= 0 && side <= 1)).toBe(true)
  })
}

test('the same footage gives the same bytes', async () => {
  const file = save('street.mp4', STREET)
  const make = async () => makeStill(await lastPicture(file, 12, 'ffmpeg'), BOX, [], OPTIONS)
  const [one, two] = [await make(), await make()]
  expect(one.pictures.map(({ jpeg }) => jpeg.toString('hex'))).toEqual(
    two.pictures.map(({ jpeg }) => jpeg.toString('hex')),
  )
  expect(one.quality).toEqual(two.quality)
})

test('a masked window is black in wide and close-up, its neighbourhood is not', async () => {
  const gray = encode(`color=0xB0B0B0:s=${WIDTH}x${HEIGHT}:r=25`, 2)
  const picture = await lastPicture(save('gray.mp4', gray), 2, 'ffmpeg')
  const window = [
    [0.5, 0.5],
    [0.6, 0.5],
    [0.6, 0.7],
    [0.5, 0.7],
  ] as const // Inside the box.
  const { pictures } = await makeStill(picture, BOX, [window], OPTIONS)
  for (const { jpeg, box, width, height } of pictures) {
    const { data } = await sharp(jpeg).greyscale().raw().toBuffer({ resolveWithObject: true })
    const at = (x: number, y: number) => {
      const px = Math.floor(((x - box[0]) / (box[2] - box[0])) * width)
      const py = Math.floor(((y - box[1]) / (box[3] - box[1])) * height)
      return data[py * width + px]!
    }
    expect(at(0.55, 0.6)).toBeLessThan(12)
    expect(at(0.45, 0.6)).toBeGreaterThan(150)
    expect(at(0.55, 0.8)).toBeGreaterThan(150)
  }
})

test('a mask fills exactly the pixels whose middle it holds', () => {
  const picture: Picture = { width: 8, height: 4, rgb: Buffer.alloc(8 * 4 * 3, 255) }
  applyMasks(picture, [
    [
      [0.25, 0],
      [0.75, 0],
      [0.75, 0.5],
      [0.25, 0.5],
    ],
  ])
  const rows = Array.from({ length: 4 }, (_, y) =>
    Array.from({ length: 8 }, (_, x) => (picture.rgb[(y * 8 + x) * 3] === 0 ? '#' : '.')).join(''),
  )
  expect(rows).toEqual(['..####..', '..####..', '........', '........'])
})

test('a mask larger than the picture covers all of it', () => {
  const picture: Picture = { width: 8, height: 4, rgb: Buffer.alloc(8 * 4 * 3, 255) }
  applyMasks(picture, [
    [
      [-1, -1],
      [2, -1],
      [2, 2],
      [-1, 2],
    ],
  ])
  expect(picture.rgb.every((value) => value === 0)).toBe(true)
})

test('quality is measured: blur lowers the Laplacian, exposure is counted, the target has its pixels', async () => {
  const sharpPicture = await lastPicture(save('street.mp4', STREET), 12, 'ffmpeg')
  const blurred = await sharp(sharpPicture.rgb, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .blur(3)
    .raw()
    .toBuffer()
  const before = measure(sharpPicture, BOX)
  const after = measure({ ...sharpPicture, rgb: blurred }, BOX)
  expect(after.laplacianVariance).toBeLessThan(before.laplacianVariance / 5)
  expect(before).toMatchObject({ width: WIDTH, height: HEIGHT, targetPixels: 96 * 90, targetShortSidePx: 90 })

  const flat = (value: number) =>
    measure({ width: 64, height: 64, rgb: Buffer.alloc(64 * 64 * 3, value) }, BOX)
  expect(flat(0)).toMatchObject({ darkShare: 1, brightShare: 0, laplacianVariance: 0 })
  expect(flat(255)).toMatchObject({ darkShare: 0, brightShare: 1 })
})

test('decoding ahead hands a finished picture over once, and forgets at its limit', async () => {
  const file = save('street.mp4', STREET)
  const original = (name: string) => ({
    file: save(name, STREET),
    sampleCount: 12,
    width: WIDTH,
    height: HEIGHT,
  })
  const ahead = new DecodeAhead(2 * WIDTH * HEIGHT * 3, 'ffmpeg')
  for (const name of ['a.mp4', 'b.mp4', 'c.mp4']) ahead.begin('act', original(name))
  await ahead.idle()
  expect(ahead.take(join(folder, 'a.mp4'))).toBeNull()
  expect(ahead.take(join(folder, 'b.mp4'))?.rgb).toEqual((await lastPicture(file, 12, 'ffmpeg')).rgb)
  expect(ahead.take(join(folder, 'b.mp4'))).toBeNull()
  ahead.forget('act')
  expect(ahead.take(join(folder, 'c.mp4'))).toBeNull()
})
