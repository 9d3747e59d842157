/**
 * Takes the packets of a file apart, once, with ffmpeg: their bytes on one pipe, their times on another.
 *
 *     ffmpeg -i FILE ─┬─ -c copy -f data      fd 1: packet bytes, back to back
 *                     └─ -c copy -f framecrc  fd 3: a line a packet: stream, dts, pts, duration, size, …
 *
 * Both outputs carry the same packets through the same bitstream filter, so the sizes of one cut the bytes of the
 * other. ffmpeg's `tee` would need one output only, but rounds the times to the nominal frame rate.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { assert } from '../../gateway/kit/assert.ts'
import { fault, reasonOf } from '../../gateway/kit/errors.ts'

export interface Packet {
  readonly dtsSec: number
  /** Undefined where the container has none, as in a bare elementary stream with B-frames. */
  readonly ptsSec: number | undefined
  readonly durationSec: number
  readonly bytes: Buffer
}

export interface StreamInfo {
  readonly codec: string
  readonly profile: string
  readonly sampleRate: number
  readonly channels: number
  readonly hasBFrames: boolean
}

/** ffmpeg's largest signed number stands for "no timestamp". */
const NO_PTS = '-9223372036854775808'

export async function inspect(file: string): Promise<{ video?: StreamInfo; audio?: StreamInfo }> {
  const entries = 'stream=codec_type,codec_name,profile,sample_rate,channels,has_b_frames'
  const args = ['-loglevel', 'error', '-show_entries', entries, '-of', 'json', '-i', file]
  const [printed] = await run('ffprobe', args, file)
  const streams = (JSON.parse(printed.toString()) as { streams: Record<string, string | number>[] }).streams
  const first = (kind: string): StreamInfo | undefined => {
    const found = streams.find((stream) => stream['codec_type'] === kind)
    if (!found) return undefined
    return {
      codec: String(found['codec_name']),
      profile: String(found['profile'] ?? ''),
      sampleRate: Number(found['sample_rate'] ?? 0),
      channels: Number(found['channels'] ?? 0),
      hasBFrames: Number(found['has_b_frames'] ?? 0) > 0,
    }
  }
  const video = first('video')
  const audio = first('audio')
  return { ...(video && { video }), ...(audio && { audio }) }
}

/** @param select ffmpeg's stream specifier; @param filter bitstream filter options */
export async function demux(file: string, select: string, filter: readonly string[]): Promise<Packet[]> {
  const output = ['-map', select, '-c', 'copy', ...filter]
  const args = ['-nostdin', '-loglevel', 'error', '-i', file, ...output, '-f', 'data', 'pipe:1']
  const [bytes, lines] = await run('ffmpeg', [...args, ...output, '-f', 'framecrc', 'pipe:3'], file)
  return cut(bytes, lines)
}

/** Calls `use` with a file of the same pictures or sound in another codec, which is gone afterwards. */
export async function transcoded<T>(
  file: string,
  select: string,
  codec: readonly string[],
  use: (file: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'lushao-camera-'))
  try {
    const made = join(folder, 'made.mp4')
    await run('ffmpeg', ['-nostdin', '-loglevel', 'error', '-i', file, '-map', select, ...codec, made], file)
    return await use(made)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function cut(bytes: Buffer, lines: string): Packet[] {
  const packets: Packet[] = []
  let tick = 0
  let at = 0
  for (const line of lines.split('\n')) {
    const base = /^#tb 0: (\d+)\/(\d+)/.exec(line)
    if (base) tick = Number(base[1]) / Number(base[2])
    if (line === '' || line.startsWith('#')) continue
    const [, dts, pts, duration, size] = line.split(',').map((field) => field.trim())
    const end = at + Number(size)
    packets.push({
      dtsSec: Number(dts) * tick,
      ptsSec: pts === NO_PTS ? undefined : Number(pts) * tick,
      durationSec: Number(duration) * tick,
      bytes: bytes.subarray(at, end),
    })
    at = end
  }
  assert(at === bytes.length, 'both outputs of the demuxer carry the same packets')
  return packets
}

async function run(program: string, args: readonly string[], file: string): Promise<[Buffer, string]> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
  const done = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  try {
    const pipes = [buffer(child.stdout!), text(child.stdio[3] as NodeJS.ReadableStream), text(child.stderr!)]
    const [[bytes, lines, complaint], code] = await Promise.all([Promise.all(pipes), done])
    if (code !== 0) throw new Error(String(complaint).trim().split('\n').at(-1) || `${program} exit ${code}`)
    return [bytes as Buffer, lines as string]
  } catch (error) {
    throw fault('SIMULATOR_SOURCE_UNREADABLE', { path: file, reason: reasonOf(error) }, error)
  }
}
