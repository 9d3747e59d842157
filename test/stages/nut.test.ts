import { createHash } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { NutReader } from '../../gateway/frames/nut.ts'
import { isFault } from '../../gateway/kit/errors.ts'
import { seededRandom } from '../../gateway/kit/random.ts'
import { ffmpeg } from './feed-media.ts'

const BYTES = (64 * 48 * 3) / 2
/** 40 frames at irregular times, as the decoder's command line writes them. */
const FRAMES =
  'testsrc2=size=64x48:rate=25:duration=4,settb=1/90000,select=not(mod(n*n\\,5))+lt(mod(n\\,7)\\,2),setpts=PTS+13*mod(N\\,3)'
const RAW =
  '-pix_fmt yuv420p -fps_mode passthrough -enc_time_base 1:90000 -c:v rawvideo -flags +global_header'

let nut: Buffer
let wanted: { pts: number; md5: string }[]

beforeAll(async () => {
  const input = ['-f', 'lavfi', '-i', FRAMES, ...RAW.split(' ')]
  nut = await ffmpeg([...input, '-f', 'nut', 'pipe:1'])
  const listing = (await ffmpeg([...input, '-f', 'framemd5', 'pipe:1'])).toString()
  wanted = listing
    .split('\n')
    .filter((line) => line.startsWith('0,'))
    .map((line) => line.split(',').map((field) => field.trim()))
    .map(([, , pts, , , md5]) => ({ pts: Number(pts), md5: md5! }))
})

function read(bytes: Buffer, chunkBytes: number): { pts: number; md5: string }[] {
  const slot = new Uint8Array(BYTES)
  const out: { pts: number; md5: string }[] = []
  const reader = new NutReader(BYTES, {
    slot: () => slot,
    frame: (pts) => out.push({ pts, md5: createHash('md5').update(slot).digest('hex') }),
  })
  for (let at = 0; at < bytes.length; at += chunkBytes) reader.push(bytes.subarray(at, at + chunkBytes))
  return out
}

test.each([1, 7, 1000, 65_536, 1 << 24])('in chunks of %i: every picture with its own time', (chunkBytes) => {
  expect(wanted.length).toBeGreaterThan(30)
  expect(read(nut, chunkBytes)).toEqual(wanted)
})

test('frames of another size are refused, not mistaken', () => {
  const reader = new NutReader(BYTES / 2, { slot: () => new Uint8Array(BYTES / 2), frame: () => undefined })
  expect(() => reader.push(nut)).toThrow('malformed')
})

test('hostile bytes: 400 streams with flipped bytes never crash or hang the reader', () => {
  const random = seededRandom(11)
  let refused = 0
  for (let round = 0; round < 400; round++) {
    const broken = Buffer.from(nut.subarray(0, 30_000))
    for (let i = 0; i < 1 + random() * 6; i++) {
      broken[Math.floor(random() * (random() < 0.7 ? 600 : broken.length))] = Math.floor(random() * 256)
    }
    try {
      read(broken, 4096)
    } catch (error) {
      if (!isFault(error, 'STREAM_MALFORMED')) throw error
      refused++
    }
  }
  expect(refused).toBeGreaterThan(20)
})
