/** Recorded files of every kind an officer, a recorder or a phone may hand in. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type FileFeed, type FileFeedOptions, openFileFeed } from '../../gateway/frames/file-feed.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { ffmpeg, shownTimes, workshop } from './feed-media.ts'

const { clip, path } = workshop()
const H264 = '-c:v libx264 -preset ultrafast -pix_fmt yuv420p'

function open(file: string, options: Partial<FileFeedOptions> = {}): Promise<FileFeed> {
  return openFileFeed({ path: file, cameraId: 'cam', startWallMs: 1e12, samplesPerSec: 2, ...options })
}

async function watch(file: string, options: Partial<FileFeedOptions> = {}) {
  const feed = await open(file, options)
  const times: number[] = []
  const means: number[] = []
  const hash = createHash('sha256')
  for await (const frame of feed.frames()) {
    times.push(frame.timeMs)
    hash.update(frame.yuv)
    means.push(frame.yuv.subarray(0, 640 * 360).reduce((sum, value) => sum + value, 0) / (640 * 360))
    expect(frame.wallMs).toBe(1e12 + frame.timeMs)
    expect(frame.connection).toBe(feed.info.connection)
  }
  return { feed, times, means, digest: hash.digest('hex'), report: feed.report() }
}

/**
 * What the rule says, from the times a player would show: the first, then each at least 1/rate − 0.01 s
 * later.
 */
function chosen(shown: readonly number[], rate: number): number[] {
  const out: number[] = []
  for (const time of shown)
    if (out.length === 0 || time - out.at(-1)! >= 1 / rate - 0.01 - 1e-6) out.push(time)
  return out.map((time) => (time - shown[0]!) * 1000)
}

const KINDS: [what: string, name: string, options: string, source?: string][] = [
  ['H.264, B-frames', 'b.mp4', `${H264} -bf 3 -g 250`],
  ['H.264 in Matroska', 'b.mkv', `${H264} -bf 2 -g 50`],
  ['H.264 in MPEG-TS', 'b.ts', `${H264} -bf 2 -g 50`],
  ['H.264 in AVI, no B-frames', 'n.avi', `${H264} -bf 0 -g 50`],
  ['H.265', 'h.mp4', '-c:v libx265 -preset ultrafast -x265-params keyint=50:bframes=2:log-level=error'],
  [
    'H.265, 10 bit',
    'h10.mp4',
    '-c:v libx265 -preset ultrafast -pix_fmt yuv420p10le -x265-params log-level=error',
  ],
  ['MPEG-4 ASP', 'asp.avi', '-c:v mpeg4 -bf 0 -g 50'],
  ['MJPEG', 'm.avi', '-c:v mjpeg -q:v 3'],
  ['MPEG-2', 'm2.mpg', '-c:v mpeg2video -bf 2'],
  ['VP9', 'v.webm', '-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 50'],
  [
    'a variable rate',
    'vfr.mp4',
    `${H264} -bf 2 -vf select='not(mod(n\\,3))+lt(mod(n\\,50)\\,20)' -fps_mode vfr`,
  ],
  [
    'an odd time base',
    'odd.avi',
    '-c:v mpeg4 -bf 0',
    'testsrc2=size=320x180:rate=214748359/3579125:duration=4',
  ],
]

test.each(KINDS)('%s: every chosen picture, at its own time', async (_, name, options, source) => {
  const file = await clip(name, options, source)
  const { times, feed, report } = await watch(file)
  const wanted = chosen(await shownTimes(file), 2)
  expect(times[0]).toBe(0)
  expect(times).toHaveLength(wanted.length)
  for (const [i, time] of times.entries()) expect(Math.abs(time - wanted[i]!)).toBeLessThan(1.1)
  expect(feed.info.transcoded).toBeNull()
  expect(report).toMatchObject({ truncated: null, frames: times.length })
  expect(Math.abs(feed.durationSec - report.readSec)).toBeLessThan(0.001)
})

test.each([
  ['AAC', 'a.mp4', '-c:a aac'],
  ['A-law in MOV', 'a.mov', '-c:a pcm_alaw -ar 8000 -ac 1'],
  ['A-law in AVI', 'a.avi', '-c:a pcm_alaw -ar 8000 -ac 1'],
  ['mu-law in Matroska', 'a.mkv', '-c:a pcm_mulaw -ar 8000 -ac 1'],
])('sound is passed over: %s', async (_, name, audio) => {
  const silent = await clip(`silent-${name}`, `${H264} -bf 0 -t 4`)
  await ffmpeg([
    ...[
      '-i',
      silent,
      '-f',
      'lavfi',
      '-i',
      'sine=duration=4',
      '-c:v',
      'copy',
      ...audio.split(' '),
      path(name),
    ],
  ])
  const { times } = await watch(path(name))
  expect(times).toHaveLength((await watch(silent)).times.length)
})

test('no presentation times at all: a raw stream with B-frames still comes in order', async () => {
  const file = await clip('raw.h264', `${H264} -bf 2 -g 50 -f h264`)
  const { times, report } = await watch(file, { samplesPerSec: 25 })
  expect(report.samples).toBe(150)
  expect(times.length).toBeGreaterThan(140)
  for (let i = 1; i < times.length; i++) expect(times[i]).toBeGreaterThan(times[i - 1]!)
})

test('a codec that MP4 cannot carry is transcoded for analysis, and says so', async () => {
  const file = await clip('old.avi', '-c:v msmpeg4v2 -q:v 3')
  const { feed, times } = await watch(file)
  expect(feed.info).toMatchObject({ transcoded: 'msmpeg4v2', codec: 'h264' })
  const wanted = chosen(await shownTimes(file), 2)
  expect(times).toHaveLength(wanted.length)
})

test('held upright: the picture is turned as a player would, and its shape is the turned one', async () => {
  const flat = await clip(
    'flat.mp4',
    `${H264} -t 2`,
    'color=white:size=320x180:rate=10:duration=2,drawbox=h=90:color=black:t=fill',
  )
  await ffmpeg(['-i', flat, '-c', 'copy', '-metadata:s:v:0', 'rotate=90', path('upright.mp4')])
  const feed = await open(path('upright.mp4'))
  expect(feed.info).toMatchObject({ rotation: 270, width: 180, height: 320 })
  for await (const { yuv } of feed.frames()) {
    const at = (x: number, y: number) => yuv[y * 640 + x]!
    // The black upper half has become a black right or left half.
    expect(Math.abs(at(80, 20) - at(80, 340))).toBeLessThan(20)
    expect(Math.abs(at(80, 180) - at(560, 180))).toBeGreaterThan(150)
  }
})

test('pictures an edit list hides are not analysed: zero is the first one shown', async () => {
  const whole = await clip('whole.mp4', `${H264} -bf 0 -g 250`)
  await ffmpeg(['-ss', '2.2', '-i', whole, '-c', 'copy', path('trimmed.mp4')])
  const { times, means } = await watch(path('trimmed.mp4'), { samplesPerSec: 5 })
  const reference = await watch(whole, { samplesPerSec: 5 })
  expect(times[0]).toBe(0)
  expect(times.at(-1)).toBeLessThan(3_900)
  // 2.2 s is the 12th picture of five a second.
  expect(means[0]).toBeCloseTo(reference.means[11]!, 3)
})

test('the same file at the same rate gives the same frames, however slow the consumer', async () => {
  const file = await clip('same.mp4', `${H264} -bf 2 -g 50`)
  const first = await watch(file, { samplesPerSec: 5 })
  const feed = await open(file, { samplesPerSec: 5 })
  const hash = createHash('sha256')
  for await (const frame of feed.frames()) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    hash.update(frame.yuv)
  }
  expect(hash.digest('hex')).toBe(first.digest)
})

test('back-pressure: reading waits for a consumer that thinks, and the ring holds what it thinks about', async () => {
  const noise = 'testsrc2=size=640x360:rate=25:duration=30,noise=alls=40:allf=t'
  const file = await clip('long.mp4', `${H264} -bf 2 -g 50 -qp 20`, noise)
  const feed = await open(file, { ringSeconds: 4 })
  let looked = 0
  let bytesMax = 0
  for await (const frame of feed.frames()) {
    if (looked++ === 3) await new Promise((resolve) => setTimeout(resolve, 700))
    bytesMax = Math.max(bytesMax, feed.ring.bytes)
    expect(feed.ring.find(1, frame.pts)?.timeMs).toBeCloseTo(frame.timeMs, 6)
    expect(feed.ring.span!.startMs).toBeLessThanOrEqual(Math.max(0, frame.timeMs - 4_000))
    expect(feed.ring.still(frame.timeMs)!.endMs).toBeGreaterThan(frame.timeMs - 130)
  }
  expect(looked).toBe(58)
  const wholeBytes = readFileSync(file).length
  expect(bytesMax).toBeLessThan(wholeBytes * 0.6)
}, 120_000)

test('a consumer that leaves early leaves no process behind', async () => {
  const file = await clip('leave.mp4', `${H264} -g 50`)
  const feed = await open(file)
  for await (const frame of feed.frames()) if (frame.timeMs >= 1_000) break
  expect(feed.report().truncated).toBeNull()
  await expect(feed.frames().next()).rejects.toThrow('read once')
})

describe('files that are none', () => {
  const bad: [what: string, code: string, make: () => Promise<string>][] = [
    ['nothing there', 'FILE_UNREADABLE', async () => path('absent.mp4')],
    ['a folder', 'FILE_UNREADABLE', async () => path('.')],
    ['no bytes', 'FILE_EMPTY', async () => write('empty.mp4', '')],
    ['a letter', 'FILE_NOT_VIDEO', async () => write('letter.mp4', 'Dear Sir,\n'.repeat(500))],
    ['zeros', 'FILE_NOT_VIDEO', async () => write('zeros.mp4', Buffer.alloc(100_000))],
    [
      'sound only',
      'FILE_NO_VIDEO_TRACK',
      async () => clip('sound.wav', '-t 1 -c:a pcm_s16le', 'sine=duration=1'),
    ],
    [
      'a playlist that names others',
      'FILE_NOT_VIDEO',
      async () => write('list.mp4', '#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n'),
    ],
    ['never finished', 'FILE_UNFINISHED', async () => cutShort('whole-unfinished.mp4', '', 0.6)],
  ]
  test.each(bad)('%s: %s', async (_, code, make) => {
    const file = await make()
    await expect(open(file)).rejects.toMatchObject({ code })
  })

  test('a frame of rubbish in the right container: FILE_UNDECODABLE', async () => {
    const file = await clip('rubbish.mp4', `${H264} -t 2 -movflags faststart`)
    const bytes = readFileSync(file)
    bytes.fill(0x55, bytes.indexOf('mdat', 0, 'latin1') + 4)
    writeFileSync(path('rubbish.mp4'), bytes)
    await expect(watch(path('rubbish.mp4'))).rejects.toMatchObject({ code: 'FILE_UNDECODABLE' })
  })

  test.each([
    ['cut.mp4', '-movflags faststart'],
    ['cut.avi', ''],
  ])('%s ends early: what is there is analysed, and the report says so', async (name, options) => {
    const file = await cutShort(name, options, 0.5)
    const { times, report } = await watch(file)
    expect(times.length).toBeGreaterThan(3)
    expect(report.truncated?.code).toBe('FILE_TRUNCATED')
    expect(report.readSec).toBeLessThan(5)
  })

  async function cutShort(name: string, options: string, share: number): Promise<string> {
    const file = await clip(name, `${H264} -bf 0 -g 25 ${options}`.trim())
    truncateSync(file, Math.floor(readFileSync(file).length * share))
    return file
  }

  function write(name: string, content: string | Buffer): string {
    writeFileSync(path(name), content)
    return path(name)
  }
})

test('a name like an option or an address is only a name', async () => {
  const file = await clip('plain.mp4', `${H264} -t 1`)
  await copyFile(file, path('-i http:x %d.mp4'))
  expect((await watch(path('-i http:x %d.mp4'))).times.length).toBeGreaterThan(1)
})

const data = packagePath('..', 'shared', 'data')
const recordings = ['videos', 'composed'].flatMap((folder) =>
  existsSync(join(data, folder))
    ? readdirSync(join(data, folder)).map((name) => join(data, folder, name))
    : [],
)
const real = recordings.filter((file) => /\.(mp4|avi)$/.test(file))

test.skipIf(real.length === 0)(
  'real recordings, where they lie beside the project',
  async () => {
    for (const file of real) {
      const { times, report, feed } = await watch(file)
      expect(times[0]).toBe(0)
      for (let i = 1; i < times.length; i++) expect(times[i]! - times[i - 1]!).toBeGreaterThanOrEqual(489)
      expect(report.truncated).toBeNull()
      expect(Math.abs(times.at(-1)! / 1000 - feed.info.declaredSec!)).toBeLessThan(1)
    }
  },
  120_000,
)
