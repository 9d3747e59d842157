import { createHash } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { isFault } from '../../gateway/kit/errors.ts'
import { seededRandom } from '../../gateway/kit/random.ts'
import { Fmp4Parser, retime } from '../../gateway/streams/fmp4.ts'
import { execute, ffmpeg, fragments, parse, workshop } from './feed-media.ts'

const { clip } = workshop()
let file: string
let bytes: Buffer

beforeAll(async () => {
  file = await clip('b.mp4', '-c:v libx264 -preset ultrafast -bf 2 -g 25 -pix_fmt yuv420p')
  bytes = await fragments(file)
})

const digest = (data: Buffer) => createHash('md5').update(data).digest('hex')

test('a sample is the packet of the source, with its times and its keyframe flag, whatever the chunks', async () => {
  const { stdout } = await execute('ffprobe', [
    ...['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'packet=pts_time,flags,size,data_hash'],
    ...['-show_data_hash', 'md5', '-of', 'csv=p=0', file],
  ])
  const source = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(','))
  for (const chunkBytes of [7, 1000, 65_536, bytes.length]) {
    const { init, samples } = parse(bytes, chunkBytes)
    expect(init.tracks).toMatchObject([{ kind: 'vide', codec: 'h264', width: 320, height: 180 }])
    expect(samples).toHaveLength(150)
    const firstSec = Number(source[0]![0])
    for (const [i, sample] of samples.entries()) {
      const [time, size, flags, hash] = source[i]!
      expect(sample.data.length).toBe(Number(size))
      expect(hash).toBe(`MD5:${digest(sample.data)}`)
      expect(sample.key).toBe(flags!.startsWith('K'))
      expect(sample.pts - samples[0]!.pts).toBeCloseTo((Number(time) - firstSec) * 90_000, 0)
      expect(sample.dts).toBeLessThanOrEqual(sample.pts)
    }
  }
})

test('a sample keeps nothing else alive: its boxes have memory of their own', () => {
  for (const { moof, mdat } of parse(bytes, 65_536).samples) {
    expect(moof.buffer.byteLength).toBe(moof.length)
    expect(mdat.buffer.byteLength).toBe(mdat.length)
  }
})

test('retime moves a fragment in time and changes nothing else', async () => {
  const { init, samples } = parse(bytes, 65_536)
  const far = 2 ** 33 + 12_345
  const moved = samples.map(({ moof, mdat, dts }) => Buffer.concat([retime(moof, dts + far), mdat]))
  const again = parse(Buffer.concat([init.bytes, ...moved]), 4096).samples
  expect(again.map(({ dts }) => dts)).toEqual(samples.map(({ dts }) => dts + far))
  expect(again.map(({ data }) => digest(data))).toEqual(samples.map(({ data }) => digest(data)))
})

test.each([
  ['hevc', '-c:v libx265 -preset ultrafast -x265-params log-level=error', 'x.mp4'],
  ['mpeg4', '-c:v mpeg4 -bf 2', 'x.avi'],
  ['mjpeg', '-c:v mjpeg', 'x.avi'],
  ['mpeg2video', '-c:v mpeg2video', 'x.ts'],
])('the init segment names %s', async (codec, options, name) => {
  const source = await clip(`${codec}-${name}`, `-t 1 ${options}`)
  const raw = await ffmpeg([
    ...['-fflags', '+genpts', '-i', source, '-c', 'copy', '-video_track_timescale', '90000'],
    ...['-movflags', 'frag_every_frame+empty_moov+default_base_moof', '-f', 'mp4', 'pipe:1'],
  ])
  const { init, samples } = parse(raw, 65_536)
  expect(init.tracks[0]).toMatchObject({ codec, width: 320, height: 180 })
  expect(samples).toHaveLength(25)
})

/** Pushes what must be refused or read to its end; anything but a fault of ours is a bug. */
function survives(input: Buffer): 'read' | 'refused' {
  const parser = new Fmp4Parser({ init: () => undefined, sample: () => undefined })
  try {
    parser.push(input)
    return 'read'
  } catch (error) {
    if (isFault(error, 'STREAM_MALFORMED')) return 'refused'
    throw error
  }
}

test('hostile bytes: sizes that lie are refused, not followed', () => {
  const head = (size: number, type: string, body = 0) => {
    const box = Buffer.alloc(8 + body)
    box.writeUInt32BE(size, 0)
    box.write(type, 4, 'latin1')
    return box
  }
  expect(survives(head(0, 'ftyp'))).toBe('refused')
  expect(survives(head(7, 'ftyp'))).toBe('refused')
  expect(survives(head(0xffffffff, 'moov'))).toBe('refused')
  expect(survives(head(16, 'moof', 8))).toBe('refused')
  expect(survives(head(16, 'moov', 8))).toBe('refused')
  expect(survives(Buffer.concat(Array.from({ length: 20 }, () => head(8, 'free'))))).toBe('refused')
})

test('hostile bytes: 400 streams with flipped bytes never crash or hang the parser', () => {
  const random = seededRandom(7)
  const start = bytes.subarray(0, 40_000)
  const results = { read: 0, refused: 0 }
  for (let round = 0; round < 400; round++) {
    const broken = Buffer.from(start)
    const flips = 1 + Math.floor(random() * 8)
    // Most of the structure lies in the first 2 KB.
    for (let i = 0; i < flips; i++) {
      const reach = random() < 0.7 ? 2_000 : broken.length
      broken[Math.floor(random() * reach)] = Math.floor(random() * 256)
    }
    results[survives(broken)]++
  }
  expect(results.read + results.refused).toBe(400)
  expect(results.refused).toBeGreaterThan(20)
})
