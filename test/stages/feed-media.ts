/** Small real videos, made by ffmpeg into a folder of the test's own. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll } from 'vitest'
import { type Fmp4Init, Fmp4Parser, type Fmp4Sample } from '../../gateway/streams/fmp4.ts'

export const execute = promisify(execFile)

export interface Workshop {
  readonly folder: string
  readonly path: (name: string) => string
  /** Runs ffmpeg on a moving test picture; `name` ends in what the container is. */
  readonly clip: (name: string, options: string, source?: string) => Promise<string>
  /** The same, named by number; asked twice for the same, made once. */
  readonly make: (options: string, source?: string, kind?: string) => Promise<string>
}

const MOVING = 'testsrc2=size=320x180:rate=25:duration=6'

export function workshop(): Workshop {
  const folder = mkdtempSync(join(tmpdir(), 'lushao-feed-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const path = (name: string) => join(folder, name)
  const clip: Workshop['clip'] = async (name, options, source = MOVING) => {
    await ffmpeg(['-f', 'lavfi', '-i', source, ...options.split(' '), path(name)])
    return path(name)
  }
  const made = new Map<string, Promise<string>>()
  const make: Workshop['make'] = (options, source = MOVING, kind = 'mp4') => {
    const key = [options, source, kind].join()
    const file = made.get(key) ?? clip(`made-${made.size}.${kind}`, options, source)
    made.set(key, file)
    return file
  }
  return { folder, path, clip, make }
}

export async function ffmpeg(args: readonly string[]): Promise<Buffer> {
  const child = spawn('ffmpeg', ['-nostdin', '-y', '-loglevel', 'error', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const out: Buffer[] = []
  let complaint = ''
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString()
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`ffmpeg ${args.join(' ')}: ${complaint}`)
  return Buffer.concat(out)
}

/** A file as the reader sees it: fragmented MP4, a sample a fragment. */
export function fragments(file: string): Promise<Buffer> {
  const flags = '-movflags frag_every_frame+empty_moov+default_base_moof -f mp4 pipe:1'
  return ffmpeg([
    ...['-i', file, '-map', '0:V:0', '-c', 'copy', '-video_track_timescale', '90000'],
    ...flags.split(' '),
  ])
}

export function parse(bytes: Buffer, chunkBytes: number): { init: Fmp4Init; samples: Fmp4Sample[] } {
  const samples: Fmp4Sample[] = []
  let init: Fmp4Init | null = null
  const parser = new Fmp4Parser({
    init: (found) => {
      init = found
    },
    sample: (sample) => samples.push(sample),
  })
  for (let at = 0; at < bytes.length; at += chunkBytes) parser.push(bytes.subarray(at, at + chunkBytes))
  if (init === null) throw new Error('no init segment')
  return { init, samples }
}

/** Presentation times, seconds, of the pictures a player would show. */
export async function shownTimes(file: string): Promise<number[]> {
  const { stdout } = await execute('ffprobe', [
    ...['-v', 'error', '-select_streams', 'V:0', '-show_entries', 'frame=best_effort_timestamp_time'],
    ...['-of', 'csv=p=0', file],
  ])
  return stdout
    .split('\n')
    .map((line) => line.split(',')[0]!)
    .filter((text) => text !== '')
    .map(Number)
}

/** Waits for a condition, with a bound: never a measure of time. */
export async function until(what: string, condition: () => boolean, boundMs = 30_000): Promise<void> {
  const endMs = Date.now() + boundMs
  while (!condition()) {
    if (Date.now() > endMs) throw new Error(`never came: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
