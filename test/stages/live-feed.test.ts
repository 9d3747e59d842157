/** One camera from its RTSP port to frames: modes, losses, health. Real ffmpeg, real RTSP. */
import { expect, type TestContext, test } from 'vitest'
import type { CameraStatus } from '../../devices/device.ts'
import { FRAME_BYTES, type Frame } from '../../gateway/frames/frame.ts'
import { type FeedCamera, FeedOptions, LiveFeed } from '../../gateway/frames/live-feed.ts'
import { PrivacyMask } from '../../gateway/frames/mask.ts'
import { systemClock } from '../../gateway/kit/clock.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { RtspCamera, type RtspCameraOptions } from '../../simulators/camera/rtsp-camera.ts'
import { until, workshop } from './feed-media.ts'

const { make } = workshop()

const H264 = '-c:v libx264 -preset ultrafast -g 25 -pix_fmt yuv420p'
const H265 = '-c:v libx265 -preset ultrafast -pix_fmt yuv420p -x265-params keyint=25:log-level=error'
const NOISE = 'testsrc2=size=320x180:rate=25:duration=6,noise=alls=20:allf=t'

async function cameraOf(t: TestContext, options: RtspCameraOptions): Promise<RtspCamera> {
  const camera = await RtspCamera.start(options)
  t.onTestFinished(() => camera.close())
  return camera
}

const DEFAULTS = FeedOptions.parse({ stream: { retryFirstMs: 50, retryMaxMs: 400, stallSec: 2 } })

interface Watched {
  readonly feed: LiveFeed
  readonly frames: Omit<Frame, 'yuv'>[]
  readonly statuses: CameraStatus[]
}

function watch(
  t: TestContext,
  camera: Partial<FeedCamera> & { url: string },
  options: Partial<FeedOptions> = {},
  onFrame: (frame: Frame) => void | Promise<void> = () => undefined,
): Watched {
  const frames: Omit<Frame, 'yuv'>[] = []
  const statuses: CameraStatus[] = []
  const feed = new LiveFeed({
    camera: { id: 'cam-1', ...camera },
    options: { ...DEFAULTS, ...options },
    clock: systemClock,
    log: silentLog,
    onFrame: (frame) => {
      const { yuv, ...rest } = frame
      expect(yuv).toHaveLength(FRAME_BYTES)
      frames.push(rest)
      return onFrame(frame)
    },
    onStatus: (status) => statuses.push(status),
  })
  t.onTestFinished(() => feed.close())
  return { feed, frames, statuses }
}

/** Straight to patrol: the shipped options would watch for 25 s first. */
const patrolling = {
  mode: { ...DEFAULTS.mode, startWatchMs: 0, motionWatchMs: 0, calmMs: 0, patrolStepMs: 900 },
}

test.concurrent('watch: two frames a second, each at the time of a packet in the ring, in order', async (t) => {
  const camera = await cameraOf(t, { streams: await make(`${H264} -bf 2`, NOISE) })
  const { feed, frames, statuses } = watch(t, { url: camera.url })
  await until('10 frames', () => frames.length >= 10)
  for (const [i, frame] of frames.entries()) {
    expect(feed.ring.find(frame.connection, frame.pts)).toMatchObject({
      timeMs: frame.timeMs,
      wallMs: frame.wallMs,
    })
    if (i > 0) expect(frame.timeMs).toBeGreaterThan(frames[i - 1]!.timeMs)
  }
  const settled = frames.slice(2)
  const meanMs = (settled.at(-1)!.timeMs - settled[0]!.timeMs) / (settled.length - 1)
  expect(Math.abs(meanMs - 500)).toBeLessThan(60)
  expect(Math.abs(frames.at(-1)!.wallMs - Date.now())).toBeLessThan(2_000)
  expect(statuses[0]).toMatchObject({ camera: 'cam-1', state: 'online', mode: 'watch', code: null })
  const { owedSec, analysedSec, samples, framesDecoded } = feed.counters()
  expect(analysedSec).toBeGreaterThan(3)
  expect(analysedSec).toBeLessThanOrEqual(owedSec)
  expect(samples).toBeGreaterThan(framesDecoded)
})

test.concurrent.for([
  ['H.264', `${H264} -bf 0`],
  ['H.264 with B-frames', `${H264} -bf 2`],
  ['H.265', `${H265}:bframes=0`],
  ['H.265, open GOPs with B-frames', `${H265}:bframes=2:open-gop=1`],
] as const)(
  'patrol (%s): keyframes come out at once and nothing else; pursue and back loses none',
  async ([, options], t) => {
    const camera = await cameraOf(t, { streams: await make(options, NOISE) })
    const { feed, frames } = watch(t, { url: camera.url }, patrolling)
    await until('4 keyframes', () => frames.length >= 4)
    const lateMs = systemClock.monotonicMs() - frames.at(-1)!.timeMs
    // A decoder that waits to reorder would be two GOPs late.
    expect(lateMs).toBeLessThan(1_000)
    for (const { connection, pts } of frames) expect(feed.ring.find(connection, pts)!.key).toBe(true)

    const patrolled = frames.length
    feed.setAttention('pursue')
    await until('pursue', () => frames.length >= patrolled + 8)
    const pursued = frames.slice(patrolled + 2, patrolled + 8)
    for (let i = 1; i < pursued.length; i++) {
      expect(Math.abs(pursued[i]!.timeMs - pursued[i - 1]!.timeMs - 200)).toBeLessThan(45)
    }
    feed.setAttention('patrol')
    await until('patrol', () => feed.status().mode === 'patrol')
    const before = frames.length
    await until('keyframes again', () => frames.length >= before + 3)
    for (const { connection, pts } of frames.slice(-2))
      expect(feed.ring.find(connection, pts)!.key).toBe(true)
    expect(feed.counters()).toMatchObject({ decoderRestarts: 0, droppedSamples: 0 })
  },
)

test.concurrent('a camera whose every picture is a keyframe is thinned in patrol', async (t) => {
  const camera = await cameraOf(t, { streams: await make(`${H264} -g 1 -bf 0`, NOISE) })
  const { feed, frames } = watch(t, { url: camera.url }, patrolling)
  await until('4 frames', () => frames.length >= 4)
  for (let i = 2; i < 4; i++) expect(frames[i]!.timeMs - frames[i - 1]!.timeMs).toBeGreaterThan(850)
  expect(feed.counters().framesDecoded).toBeLessThan(10)
})

test.concurrent('an encoder that begins with a few keyframes is not taken for one that makes nothing else', async (t) => {
  const options = `-c:v libx264 -preset ultrafast -g 100 -force_key_frames expr:lt(n,3) -bf 0 -pix_fmt yuv420p`
  const camera = await cameraOf(t, { streams: await make(options, NOISE) })
  const { frames } = watch(t, { url: camera.url })
  await until('5 frames', () => frames.length >= 5)
  for (let i = 1; i < 5; i++) expect(frames[i]!.timeMs - frames[i - 1]!.timeMs).toBeLessThan(1_000)
})

test.concurrent('keyframes too far apart for patrol: everything is decoded, at the pace of patrol', async (t) => {
  const camera = await cameraOf(t, { streams: await make(`${H264} -g 50 -bf 0`, NOISE) })
  const decoder = { ...DEFAULTS.decoder, patrolGapMs: 1_000 }
  const { feed, frames } = watch(t, { url: camera.url }, { ...patrolling, decoder })
  await until('8 frames', () => frames.length >= 8)
  const between = frames.filter(({ connection, pts }) => feed.ring.find(connection, pts)?.key === false)
  expect(between.length).toBeGreaterThan(1)
})

test.concurrent('the decoder is killed: reader and ring do not notice, the next frames come, none twice', async (t) => {
  const camera = await cameraOf(t, { streams: await make(`${H264} -bf 2`, NOISE) })
  const { feed, frames } = watch(t, { url: camera.url })
  await until('3 frames', () => frames.length >= 3)
  const { reader, decoder } = feed.pids()
  process.kill(decoder!, 'SIGKILL')
  const before = frames.length
  await until('4 more frames', () => frames.length >= before + 4)
  expect(feed.pids().reader).toBe(reader)
  expect(feed.counters()).toMatchObject({ decoderRestarts: 1, reconnects: 0 })
  for (let i = 1; i < frames.length; i++) expect(frames[i]!.pts).toBeGreaterThan(frames[i - 1]!.pts)
  // Two seconds at most without a look: the decoder was back within a GOP.
  for (let i = 1; i < frames.length; i++)
    expect(frames[i]!.timeMs - frames[i - 1]!.timeMs).toBeLessThan(2_000)
  const { startMs, endMs } = feed.ring.span!
  expect(feed.ring.footage(startMs, endMs)!.gapSec).toBe(0)
})

test.concurrent('the reader is killed: time goes on, nothing steps back', async (t) => {
  const camera = await cameraOf(t, { streams: await make(`${H264} -bf 0`, NOISE) })
  const { feed, frames, statuses } = watch(t, { url: camera.url })
  await until('3 frames', () => frames.length >= 3)
  process.kill(feed.pids().reader!, 'SIGKILL')
  await until(
    'frames of the next connection',
    () => frames.filter(({ connection }) => connection === 2).length >= 3,
  )
  for (let i = 1; i < frames.length; i++) expect(frames[i]!.timeMs).toBeGreaterThan(frames[i - 1]!.timeMs)
  expect(feed.counters().reconnects).toBe(1)
  expect(statuses.map(({ state }) => state)).toEqual(['online', 'offline', 'online'])
  expect(Math.abs(systemClock.monotonicMs() - frames.at(-1)!.timeMs)).toBeLessThan(1_500)
})

test.concurrent('a stall is said, and time that nobody looked is owed', async (t) => {
  const camera = await cameraOf(t, { streams: await make(`${H264} -bf 0`, NOISE) })
  const { feed, frames, statuses } = watch(t, { url: camera.url })
  await until('3 frames', () => frames.length >= 3)
  camera.stall()
  await until('stalled', () => statuses.at(-1)?.state === 'stalled')
  expect(statuses.at(-1)!.code).toBe('CAMERA_STALLED')
  const { owedSec, analysedSec } = feed.counters()
  expect(owedSec - analysedSec).toBeGreaterThan(1.5)
  camera.resume()
  await until('online', () => statuses.at(-1)?.state === 'online')
})

test.concurrent.for([
  ['dark', 'color=black:size=320x180:rate=10:duration=3'],
  ['covered', 'color=gray:size=320x180:rate=10:duration=3'],
  ['frozen', 'testsrc2=size=320x180:rate=10:duration=3'],
] as const)('the picture is %s', async ([state, source], t) => {
  const camera = await cameraOf(t, { streams: await make(`${H264} -bf 0`, source) })
  const health = { ...DEFAULTS.health, darkMs: 1_000, frozenMs: 1_500 }
  const { frames, statuses } = watch(t, { url: camera.url }, { health })
  await until('a frame', () => frames.length > 0)
  if (state === 'frozen') camera.freeze(true)
  await until(state, () => statuses.at(-1)?.state === state)
  expect(statuses.at(-1)!.mode).toBe('watch')
})

test.concurrent('a consumer that is busy gets the newest frame next, one at a time, and the rest is counted', async (t) => {
  const camera = await cameraOf(t, { streams: await make(`${H264} -bf 0`, NOISE) })
  let atOnce = 0
  let most = 0
  const slow = async ({ yuv }: Frame) => {
    most = Math.max(most, ++atOnce)
    const before = yuv.slice(0, 2_000)
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    expect(yuv.slice(0, 2_000)).toEqual(before)
    atOnce--
  }
  const { feed, frames } = watch(t, { url: camera.url }, {}, slow)
  feed.setAttention('pursue')
  await until('5 frames', () => frames.length >= 5)
  expect(most).toBe(1)
  expect(feed.counters().droppedFrames).toBeGreaterThan(8)
  for (let i = 2; i < frames.length; i++)
    expect(frames[i]!.timeMs - frames[i - 1]!.timeMs).toBeGreaterThan(900)
  expect(feed.counters().analysedSec).toBeLessThan(feed.counters().owedSec * 0.7)
})

test.concurrent('packets lost and spoilt on the way: the looking goes on, in order', async (t) => {
  const camera = await cameraOf(t, { streams: await make(`${H264} -bf 2`, NOISE) })
  const { feed, frames } = watch(t, { url: camera.url })
  await until('a frame', () => frames.length > 0)
  camera.lose(0.02)
  camera.corrupt(0.02)
  await until('10 more', () => frames.length > 10)
  for (let i = 1; i < frames.length; i++) expect(frames[i]!.timeMs).toBeGreaterThan(frames[i - 1]!.timeMs)
  expect(camera.stats().packetsSpoilt).toBeGreaterThan(10)
  expect(feed.status().state).toBe('online')
})

test.concurrent.for([3600, -3600])(
  'the camera sets its clock by %i s: the timeline does not go along',
  async (bySec, t) => {
    const camera = await cameraOf(t, { streams: await make(`${H264} -bf 0`, NOISE) })
    const { frames } = watch(t, { url: camera.url })
    await until('3 frames', () => frames.length >= 3)
    camera.jumpTime(bySec)
    const before = frames.length
    await until('6 more', () => frames.length >= before + 6)
    for (let i = 1; i < frames.length; i++) expect(frames[i]!.timeMs).toBeGreaterThan(frames[i - 1]!.timeMs)
    expect(Math.abs(systemClock.monotonicMs() - frames.at(-1)!.timeMs)).toBeLessThan(2_000)
  },
)

test.concurrent('a cheaper stream is looked at, evidence comes from the other, both at the same time', async (t) => {
  const source = 'testsrc2=size=640x360:rate=25:duration=6'
  const main = await make(`${H264} -bf 0`, source)
  const sub = await make(`${H264} -bf 0 -s 160x90`, source)
  const camera = await cameraOf(t, { streams: { main: { file: main }, sub: { file: sub } } })
  const { feed, frames } = watch(t, { url: camera.urlOf('main'), analysisUrl: camera.urlOf('sub') })
  await until('frames and evidence', () => frames.length >= 6 && feed.ring.span !== null)
  const { timeMs } = frames.at(-1)!
  await until('the ring is there', () => feed.ring.span!.endMs >= timeMs)
  const still = feed.ring.still(timeMs)!
  expect(still.info).toMatchObject({ width: 640, height: 360 })
  expect(Math.abs(still.endMs - timeMs)).toBeLessThan(500)
  expect(feed.info).toMatchObject({ width: 640 })
})

test.concurrent('a mask is on the frame before anybody looks', async (t) => {
  const camera = await cameraOf(t, { streams: await make(`${H264} -bf 0`, NOISE) })
  const mask = new PrivacyMask([
    [
      [0, 0],
      [0.5, 0],
      [0.5, 1],
      [0, 1],
    ],
  ])
  const seen: Uint8Array[] = []
  watch(t, { url: camera.url, mask }, {}, ({ yuv }) => void seen.push(yuv.slice(0, 640)))
  await until('a frame', () => seen.length > 0)
  expect(new Set(seen[0]!.subarray(0, 320))).toEqual(new Set([16]))
  expect(new Set(seen[0]!.subarray(324)).size).toBeGreaterThan(3)
})

test.concurrent('a camera that is switched off is not read and owes nothing', async (t) => {
  const camera = await cameraOf(t, { streams: await make(`${H264} -bf 0`) })
  const { feed } = watch(t, { url: camera.url, enabled: false })
  expect(feed.status()).toMatchObject({ state: 'disabled', owedSec: 0 })
  expect(feed.pids()).toEqual({ reader: undefined, decoder: undefined })
  expect(camera.stats().connections).toBe(0)
})

test.concurrent('close leaves no process behind', async (t) => {
  const camera = await cameraOf(t, { streams: await make(`${H264} -bf 0`) })
  const { feed, frames } = watch(t, { url: camera.url })
  await until('a frame', () => frames.length > 0)
  const pids = Object.values(feed.pids())
  feed.close()
  await until('both are gone', () => pids.every((pid) => !isAlive(pid!)))
  expect(feed.pids()).toEqual({ reader: undefined, decoder: undefined })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    // No such process: what was waited for.
    return false
  }
}
