/** Live views that are converted: one ffmpeg a camera, from the first viewer to the last, a few cameras at once. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../gateway/kit/log.ts'
import { LiveRoom } from '../../gateway/live-room.ts'
import type { RawSample, StreamInfo } from '../../gateway/streams/gop.ts'
import { type LiveNote, LiveView } from '../../gateway/streams/live.ts'
import { Mpeg1View, type Mpeg1Viewer } from '../../gateway/streams/mpeg1.ts'
import { fragments, parse, workshop } from './feed-media.ts'

const { clip, path } = workshop()
let info: Omit<StreamInfo, 'connection'>
let samples: readonly Omit<RawSample, 'connection'>[]
beforeAll(async () => {
  const options = '-c:v libx265 -preset ultrafast -x265-params log-level=error:keyint=25:bframes=0'
  const { init, samples: parsed } = parse(await fragments(await clip('hevc.mp4', options)), 65_536)
  info = { codec: 'hevc', width: 320, height: 180, init: init.bytes }
  samples = parsed
})

class Seat implements Mpeg1Viewer {
  readonly notes: LiveNote[] = []
  readonly chunks: Uint8Array[] = []
  ended = false
  send(bytes: Uint8Array): boolean {
    this.chunks.push(bytes)
    return true
  }
  tell(note: LiveNote): void {
    this.notes.push(note)
  }
  end(): void {
    this.ended = true
  }
  get bytes(): Buffer {
    return Buffer.concat(this.chunks)
  }
}

/** What ffprobe finds in it. */
function codecOf(bytes: Buffer): string {
  const args = [
    '-v',
    'error',
    '-f',
    'mpegts',
    '-i',
    '-',
    '-show_entries',
    'stream=codec_name,width',
    '-of',
    'csv=p=0',
  ]
  return execFileSync('ffprobe', args, { input: bytes }).toString().trim().split('\n')[0]!
}

function roomOf(max = 2) {
  const live = new LiveView()
  const room = new LiveRoom({
    ...{ viewOf: (id) => (id.startsWith('cam') ? live : null), log: silentLog },
    options: { liveConversionsMax: max },
  })
  onTestFinished(() => room.close())
  return { live, room }
}

/** What a camera sends: its init segment and its samples. */
function play(live: LiveView, connection = 1): void {
  live.begin({ ...info, connection })
  push(live, connection)
}

function push(live: LiveView, connection: number): void {
  for (const sample of samples)
    live.push({ ...sample, connection, ...{ timeMs: timeMsOf(sample), wallMs: 0 } })
}

const timeMsOf = ({ pts }: Pick<RawSample, 'pts'>) => 5_000 + pts / 90

test('H.265 comes out as MPEG-1 for both viewers of a camera, with what is told beside it', async () => {
  const { live, room } = roomOf()
  const [first, second] = [new Seat(), new Seat()]
  const leave = room.attach('cam-1', 'mpeg1', first)!
  room.attach('cam-1', 'mpeg1', second)
  play(live)
  live.tell(timeMsOf(samples[4]!), { type: 'seen' })
  await expect.poll(() => second.bytes.length, { timeout: 20_000 }).toBeGreaterThan(60_000)
  expect(codecOf(first.bytes)).toBe('mpeg1video,320')
  expect(first.notes).toMatchObject([
    { type: 'stream', codec: 'hevc', width: 320, height: 180 },
    { type: 'seen', atSec: expect.closeTo(samples[4]!.pts / 90_000), connection: 1 },
  ])
  leave()
  expect(live.viewers).toBe(1)
})

test('the last viewer ends the process, the next one begins another', async () => {
  const live = new LiveView()
  const emptied: string[] = []
  const open = () =>
    new Mpeg1View({ cameraId: 'cam-1', live, log: silentLog, onEmpty: () => emptied.push('cam-1') })
  const view = open()
  const leave = view.attach(new Seat())
  play(live)
  await expect.poll(() => view.pid).toBeDefined()
  const { pid } = view
  leave()
  expect([view.pid, emptied, live.viewers]).toEqual([undefined, ['cam-1'], 0])
  await expect.poll(() => isAlive(pid!)).toBe(false)
})

test('a killed process is begun anew with the camera’s next keyframe', async () => {
  const live = new LiveView()
  const view = new Mpeg1View({ cameraId: 'cam-1', live, log: silentLog, onEmpty: () => {} })
  onTestFinished(() => view.close())
  const seat = new Seat()
  view.attach(seat)
  play(live)
  await expect.poll(() => seat.bytes.length, { timeout: 20_000 }).toBeGreaterThan(10_000)
  const { pid } = view
  process.kill(pid!, 'SIGKILL')
  await expect.poll(() => view.pid).toBeUndefined()
  const before = seat.bytes.length
  push(live, 1)
  await expect.poll(() => seat.bytes.length, { timeout: 20_000 }).toBeGreaterThan(before + 10_000)
  expect(view.pid).not.toBe(pid)
})

test('a camera that comes back is another film', async () => {
  const { live, room } = roomOf()
  const seat = new Seat()
  room.attach('cam-1', 'mpeg1', seat)
  play(live)
  await expect.poll(() => seat.bytes.length, { timeout: 20_000 }).toBeGreaterThan(10_000)
  const before = seat.bytes.length
  play(live, 2)
  await expect.poll(() => seat.bytes.length, { timeout: 20_000 }).toBeGreaterThan(before + 10_000)
  expect(seat.notes.map(({ connection }) => connection)).toEqual([1, 2])
})

test('no more cameras are converted than the option says; their own film is not counted', () => {
  const { room } = roomOf(1)
  const leave = room.attach('cam-1', 'mpeg1', new Seat())!
  expect(() => room.attach('cam-2', 'mpeg1', new Seat())).toThrow(/No more than 1 cameras are converted/)
  expect(room.attach('cam-2', 'own', new Seat())).toBeTypeOf('function')
  expect(room.attach('elsewhere', 'mpeg1', new Seat())).toBeNull()
  leave()
  expect(room.attach('cam-2', 'mpeg1', new Seat())).toBeTypeOf('function')
})

test('without an ffmpeg the viewers are told that there is nothing more, and the gateway lives', async () => {
  const live = new LiveView()
  const ffmpeg = path('missing')
  const view = new Mpeg1View({ cameraId: 'cam-1', live, log: silentLog, onEmpty: () => {}, ffmpeg })
  const seat = new Seat()
  view.attach(seat)
  play(live)
  const ended = () => {
    push(live, 1)
    return seat.ended
  }
  await expect.poll(ended).toBe(true)
  expect(live.viewers).toBe(0)
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ')
  } catch {
    return false
  }
}
