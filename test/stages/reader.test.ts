/** A camera over real RTSP, with real faults: what is read, what is said when nothing can be. */
import { Writable } from 'node:stream'
import { expect, type TestContext, test } from 'vitest'
import { systemClock } from '../../gateway/kit/clock.ts'
import { makeLog } from '../../gateway/kit/log.ts'
import { diagnose } from '../../gateway/streams/diagnosis.ts'
import type { RawSample, StreamInfo } from '../../gateway/streams/gop.ts'
import { StreamOptions } from '../../gateway/streams/options.ts'
import { type ReaderState, StreamReader } from '../../gateway/streams/reader.ts'
import { RtspCamera, type RtspCameraOptions } from '../../simulators/camera/rtsp-camera.ts'
import { ffmpeg, fragments, parse, until, workshop } from './feed-media.ts'

const { make } = workshop()

const H264 = '-c:v libx264 -preset ultrafast -g 25 -pix_fmt yuv420p'
const H265 = '-c:v libx265 -preset ultrafast -pix_fmt yuv420p -x265-params'

async function cameraOf(t: TestContext, options: RtspCameraOptions): Promise<RtspCamera> {
  const camera = await RtspCamera.start(options)
  t.onTestFinished(() => camera.close())
  return camera
}

interface Reading {
  readonly reader: StreamReader
  readonly samples: RawSample[]
  readonly infos: StreamInfo[]
  readonly states: ReaderState[]
  readonly lines: string[]
}

function read(t: TestContext, url: string, options: Partial<StreamOptions> = {}): Reading {
  const lines: string[] = []
  const sink = new Writable({
    write(chunk, _, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const reader = new StreamReader({
    camera: 'cam-1',
    url,
    options: StreamOptions.parse({
      retryFirstMs: 50,
      retryMaxMs: 400,
      refusedRetryMs: 100,
      stallSec: 2,
      ...options,
    }),
    clock: systemClock,
    log: makeLog('debug', sink),
  })
  const reading: Reading = { reader, samples: [], infos: [], states: [], lines }
  reader.on('info', (info) => reading.infos.push(info))
  reader.on('sample', (sample) => reading.samples.push(sample))
  reader.on('state', (state) => reading.states.push(state))
  reader.start()
  t.onTestFinished(() => reader.close())
  return reading
}

/** The slices of a sample, without parameter sets and without the zeros a parser may leave behind them. */
function slices(codec: string, data: Buffer): string[] {
  const out: string[] = []
  for (let at = 0; at + 4 < data.length; ) {
    const end = at + 4 + data.readUInt32BE(at)
    let last = end
    while (data[last - 1] === 0) last--
    const type = codec === 'h264' ? data[at + 4]! & 31 : (data[at + 4]! >> 1) & 63
    if (codec === 'h264' ? type >= 1 && type <= 5 : type < 32) out.push(data.toString('base64', at + 4, last))
    at = end
  }
  return out
}

test.concurrent.for([
  ['h264', 'tcp', `${H264} -bf 0`],
  ['h264', 'tcp', `${H264} -bf 2`],
  ['h264', 'udp', `${H264} -bf 0`],
  ['hevc', 'tcp', `${H265} keyint=25:bframes=0:log-level=error`],
  ['hevc', 'tcp', `${H265} keyint=25:bframes=2:open-gop=1:log-level=error`],
] as const)('%s over %s (%s): the bytes and times of the source', async ([codec, transport, options], t) => {
  const file = await make(options)
  const camera = await cameraOf(t, { streams: file })
  const { samples, infos } = read(t, camera.url, { transport })
  await until('60 samples', () => samples.length >= 60)
  expect(infos[0]).toMatchObject({ codec, width: 320, height: 180, connection: 1 })

  const source = parse(await fragments(file), 65_536).samples
  const bySlices = new Map(source.map((each) => [slices(codec, each.data).join(), each]))
  const offsets: number[] = []
  for (const sample of samples.slice(0, 60)) {
    const origin = bySlices.get(slices(codec, sample.data).join())
    expect(origin).toBeDefined()
    expect(sample.key).toBe(origin!.key)
    if (sample.timeDoubtful !== true) offsets.push(sample.pts - origin!.pts)
  }
  // One constant apart, but for a tick of rounding and the first packet of a connection.
  const middle = [...offsets].sort((a, b) => a - b)[offsets.length >> 1]!
  for (const offset of offsets.slice(1)) expect(Math.abs(offset - middle)).toBeLessThanOrEqual(3)
  if (codec === 'hevc') expect(offsets.length).toBeLessThan(60)
})

test.concurrent('sound beside the picture changes nothing', async (t) => {
  const silent = await make(`${H264} -bf 0`)
  const both = silent.replace('made', 'both')
  await ffmpeg(['-i', silent, '-f', 'lavfi', '-i', 'sine=duration=6', '-c:v', 'copy', '-c:a', 'aac', both])
  const camera = await cameraOf(t, { streams: both })
  const { samples } = read(t, camera.url)
  await until('30 samples', () => samples.length >= 30)
  for (let i = 2; i < 30; i++)
    expect(Math.abs(samples[i]!.dts - samples[i - 1]!.dts - 3600)).toBeLessThanOrEqual(2)
})

test.concurrent('nothing for two seconds is a stall, whatever the connection pretends; then it comes back', async (t) => {
  const camera = await cameraOf(t, { streams: await make(`${H264} -bf 0`) })
  const { samples, states, reader } = read(t, camera.url)
  await until('samples', () => samples.length > 10)
  camera.stall()
  await until('stalled', () => states.at(-1)?.state === 'stalled')
  expect(states.at(-1)).toMatchObject({ code: 'CAMERA_STALLED' })
  camera.resume()
  const before = samples.length
  await until('online again', () => samples.length > before + 25 && states.at(-1)?.state === 'online')
  expect(samples.at(-1)!.connection).toBe(reader.connections)
  expect(samples.at(-1)!.connection).toBeGreaterThan(1)
})

test.concurrent('a camera that hangs up, then is away, then returns', async (t) => {
  const camera = await cameraOf(t, { streams: await make(`${H264} -bf 0`) })
  const { reader, samples, states, infos, lines } = read(t, camera.url)
  await until('samples', () => samples.length > 10)
  await camera.refuse(true)
  camera.dropConnections()
  await until('unreachable', () => states.at(-1)?.code === 'CAMERA_UNREACHABLE')
  expect(states.map(({ code }) => code)).toContain('CAMERA_CLOSED')
  await until('more attempts', () => reader.connections >= 5)
  await camera.refuse(false)
  await until('online again', () => states.at(-1)?.state === 'online')
  expect(infos).toHaveLength(2)
  expect(infos[1]!.connection).toBeGreaterThanOrEqual(5)
  // Repeats are counted, not printed.
  expect(lines.filter((line) => line.includes('CAMERA_UNREACHABLE'))).toHaveLength(1)
})

test.concurrent('the reader is killed: the next one reads on', async (t) => {
  const camera = await cameraOf(t, { streams: await make(`${H264} -bf 0`) })
  const { samples, reader } = read(t, camera.url)
  await until('samples', () => samples.length > 10)
  process.kill(reader.pid!, 'SIGKILL')
  await until('the next connection', () => samples.at(-1)!.connection === 2)
})

test.concurrent('a wrong password is said as such, and never printed', async (t) => {
  const auth = { user: 'admin', password: 'right-pass' }
  const camera = await cameraOf(t, { streams: await make(`${H264} -bf 0`), auth })
  const { states, lines } = read(t, camera.urlOf('main', { user: 'admin', password: 'hunter2-wrong' }))
  await until('refused', () => states.at(-1)?.code === 'CAMERA_REFUSED')
  expect(lines.join('')).not.toContain('hunter2')
  expect(JSON.stringify(states)).not.toContain('hunter2')
  const good = read(t, camera.urlOf('main', auth))
  await until('samples', () => good.samples.length > 5)
  expect(good.lines.join('')).not.toContain('right-pass')
})

test.concurrent('a path that is not there', async (t) => {
  const camera = await cameraOf(t, { streams: await make(`${H264} -bf 0`) })
  const { states } = read(t, camera.url.replace(/main$/, 'elsewhere'))
  await until('not found', () => states.at(-1)?.code === 'CAMERA_NOT_FOUND')
})

test.concurrent('a camera that takes the connection and never answers', async (t) => {
  const camera = await cameraOf(t, { streams: await make(`${H264} -bf 0`) })
  camera.hang(true)
  const { states, samples } = read(t, camera.url, { connectSec: 2 })
  await until('offline', () => states.at(-1)?.state === 'offline')
  expect(states.at(-1)!.code).toBe('CAMERA_UNREACHABLE')
  camera.hang(false)
  await until('samples', () => samples.length > 5)
})

test.concurrent('another picture size in mid-stream is another connection', async (t) => {
  const small = await make(`${H264} -t 2 -f h264`, undefined, 'h264')
  const large = await make(`${H264} -t 2 -s 640x360 -f h264`, undefined, 'h264')
  const both = small.replace('made', 'both')
  await ffmpeg(['-i', `concat:${small}|${large}`, '-c', 'copy', '-f', 'h264', both])
  const { states, infos } = read(t, `file:${both}`)
  await until('the change', () => states.some(({ code }) => code === 'CAMERA_CHANGED'))
  await until('the next connection', () => infos.length > 1)
})

test.concurrent('close ends the process and says nothing more', async (t) => {
  const camera = await cameraOf(t, { streams: await make(`${H264} -bf 0`) })
  const { samples, reader } = read(t, camera.url)
  await until('samples', () => samples.length > 5)
  const pid = reader.pid!
  reader.close()
  const count = samples.length
  await until('the process is gone', () => !isAlive(pid))
  expect(samples).toHaveLength(count)
})

test.each([
  ['CAMERA_REFUSED', false, 'method DESCRIBE failed: 401 Unauthorized'],
  ['CAMERA_REFUSED', false, 'Server returned 403 Forbidden (access denied)'],
  ['CAMERA_NOT_FOUND', false, 'method DESCRIBE failed: 404 Not Found'],
  ['CAMERA_TRANSPORT', false, 'Nonmatching transport in server reply'],
  ['CAMERA_TRANSPORT', false, 'method SETUP failed: 461 Unsupported Transport'],
  ['CAMERA_UNREACHABLE', false, 'Connection to tcp://10.0.0.1:554?timeout=5000000 failed: No route to host'],
  ['CAMERA_UNREACHABLE', false, 'rtsp://a:b@10.0.0.1/: Connection timed out'],
  ['CAMERA_NOT_VIDEO', false, "Stream map '0:v:0' matches no streams."],
  ['CAMERA_NOT_VIDEO', false, 'Could not find tag for codec pcm_alaw in stream #0'],
  ['CAMERA_NOT_VIDEO', false, 'main: Not yet implemented in FFmpeg, patches welcome'],
  ['CAMERA_NOT_VIDEO', false, 'JPEG-LS is new. Update your FFmpeg version to the newest one from Git.'],
  ['CAMERA_CLOSED', true, ''],
  ['CAMERA_CLOSED', true, 'Invalid data found when processing input'],
] as const)('%s (was online: %s): %s', (code, wasOnline, line) => {
  const said = diagnose([line], wasOnline)
  expect(said.code).toBe(code)
  expect(said.reason).not.toContain('a:b@')
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
