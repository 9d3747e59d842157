import { writeFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import type { Sample, StreamInfo } from '../../gateway/streams/gop.ts'
import { GopRing } from '../../gateway/streams/gop-ring.ts'
import { ffmpeg, fragments, parse, shownTimes, workshop } from './feed-media.ts'

const { clip, path } = workshop()
const streams: Record<string, { info: StreamInfo; samples: Sample[] }> = {}

/** 10 s at 25/s, a keyframe a second, on a timeline that begins at 5 000 ms. */
beforeAll(async () => {
  for (const [name, options] of [
    ['plain', '-bf 0'],
    ['reordered', '-bf 3 -b_strategy 0'],
  ] as const) {
    const file = await clip(
      `${name}.mp4`,
      `-c:v libx264 -preset ultrafast -g 25 -sc_threshold 0 ${options} -pix_fmt yuv420p`,
      'testsrc2=size=320x180:rate=25:duration=10',
    )
    const { init, samples } = parse(await fragments(file), 65_536)
    const { codec, width, height } = init.tracks[0]!
    const base = samples[0]!.pts
    streams[name] = {
      info: { codec, width, height, init: init.bytes, connection: 1 },
      samples: samples.map(({ track: _, ...sample }) => {
        const timeMs = 5000 + (sample.pts - base) / 90
        return { connection: 1, ...sample, timeMs, wallMs: 1e12 + timeMs }
      }),
    }
  }
}, 120_000)

function filled(name: string, options: Partial<{ seconds: number; bytes: number }> = {}): GopRing {
  const ring = new GopRing({ seconds: 30, bytes: 64 << 20, ...options })
  const { info, samples } = streams[name]!
  ring.begin(info)
  for (const sample of samples) ring.push(sample)
  return ring
}

test('whole GOPs leave, and what is promised in seconds stays', () => {
  const { startMs, endMs } = filled('plain', { seconds: 3 }).span!
  expect(endMs).toBe(14_960)
  // 3 s back from 14 960 is 11 960: the GOP that begins at 11 000 must stay, the one before it must not.
  expect(startMs).toBe(11_000)
})

test('bytes are bounded whatever the seconds', () => {
  const whole = filled('plain').bytes
  const ring = filled('plain', { bytes: 1 << 20 })
  const small = new GopRing({ seconds: 30, bytes: Math.floor(whole / 3) })
  const { info, samples } = streams['plain']!
  small.begin(info)
  for (const sample of samples) {
    small.push(sample)
    expect(small.bytes).toBeLessThanOrEqual(whole / 3)
  }
  expect(small.span!.endMs).toBe(ring.span!.endMs)
  expect(small.bytes).toBeGreaterThan(0)
})

test('a GOP larger than the ring is let go, counted, and the next one begins clean', () => {
  const { info, samples } = streams['plain']!
  const ring = new GopRing({ seconds: 30, bytes: 20_000 })
  ring.begin(info)
  for (const sample of samples) {
    ring.push(sample)
    expect(ring.bytes).toBeLessThanOrEqual(20_000)
    expect(ring.latestKeyframe?.key ?? true).toBe(true)
  }
  expect(ring.gopsTooLarge).toBeGreaterThan(0)
})

test('a ring that is held keeps the seconds before the instant analysed', () => {
  const { info, samples } = streams['plain']!
  const ring = new GopRing({ seconds: 2, bytes: 64 << 20 })
  ring.begin(info)
  ring.hold(7_000)
  for (const sample of samples) ring.push(sample)
  expect(ring.span!.startMs).toBe(5_000)
})

test.each(['plain', 'reordered'])(
  'footage (%s): the very packets, from a keyframe, starting at zero',
  async (name) => {
    const ring = filled(name)
    const cut = ring.footage(7_500, 10_300)!
    expect(cut).toMatchObject({ startMs: 7_000, startWallMs: 1e12 + 7_000, gapSec: 0 })
    expect(cut.endMs).toBeGreaterThanOrEqual(10_280)
    const { samples } = parse(cut.bytes, 5_000)
    const sources = streams[name]!.samples
    const first = sources.findIndex((sample) => sample.timeMs === 7_000)
    expect(cut.sampleCount).toBe(samples.length)
    expect(samples[0]!.dts).toBe(0)
    for (const [i, sample] of samples.entries()) {
      const source = sources[first + i]!
      expect(sample.data.equals(source.data)).toBe(true)
      expect(sample.dts).toBe(source.dts - cut.baseTicks)
      expect(sample.pts).toBe(source.pts - cut.baseTicks)
    }
    writeFileSync(path(`${name}-cut.mp4`), cut.bytes)
    await ffmpeg(['-xerror', '-i', path(`${name}-cut.mp4`), '-fps_mode', 'passthrough', '-f', 'null', '-'])
    expect(await shownTimes(path(`${name}-cut.mp4`))).toHaveLength(samples.length)
  },
)

test('still, no B-frames: the last picture shown is the one of that instant', async () => {
  const still = filled('plain').still(9_333)!
  expect(still).toMatchObject({ startMs: 9_000, endMs: 9_320, sampleCount: 9 })
  writeFileSync(path('still.mp4'), still.bytes)
  expect((await shownTimes(path('still.mp4'))).at(-1)).toBeCloseTo(0.32, 3)
})

test('still, B-frames: nothing later than the instant is shown, and `endMs` is what is shown last', async () => {
  const ring = filled('reordered')
  for (const atMs of [9_000, 9_080, 9_160, 9_200, 9_333]) {
    const still = ring.still(atMs)!
    expect(still.endMs).toBeLessThanOrEqual(atMs)
    expect(still.endMs).toBeGreaterThan(atMs - 4 * 40)
    writeFileSync(path('still.mp4'), still.bytes)
    const shown = await shownTimes(path('still.mp4'))
    expect(shown).toHaveLength(still.sampleCount)
    expect(shown.at(-1)! - shown[0]!).toBeCloseTo((still.endMs - still.startMs) / 1000, 3)
  }
})

test('what is not there is null, and connections are never mixed in one clip', () => {
  const ring = filled('plain')
  expect(ring.footage(0, 4_000)).toBeNull()
  expect(ring.still(4_000)).toBeNull()
  const { info, samples } = streams['plain']!
  ring.begin({ ...info, connection: 2 })
  for (const sample of samples.slice(0, 50)) {
    ring.push({ ...sample, connection: 2, timeMs: sample.timeMs + 12_000, wallMs: sample.wallMs + 12_000 })
  }
  const cut = ring.footage(14_000, 18_000)!
  expect(cut.info.connection).toBe(2)
  expect(cut.startMs).toBe(17_000)
  expect(ring.find(1, samples[30]!.pts)!.timeMs).toBe(samples[30]!.timeMs)
  expect(ring.find(2, samples[30]!.pts)!.timeMs).toBe(samples[30]!.timeMs + 12_000)
})

test('samples that are missing are said in seconds', () => {
  const { info, samples } = streams['plain']!
  const ring = new GopRing({ seconds: 30, bytes: 64 << 20 })
  ring.begin(info)
  for (const sample of samples) if (sample.timeMs < 7_000 || sample.timeMs >= 9_000) ring.push(sample)
  expect(ring.footage(6_000, 10_000)!.gapSec).toBeCloseTo(2, 6)
})
