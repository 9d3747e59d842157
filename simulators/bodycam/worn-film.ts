/**
 * Films as a worn recorder makes them: somebody walks, sways, and talks.
 *
 *     street, drawn once, wide ─▶ cut out of it, at each step up and down ─┬─▶ H.264, AAC in MP4
 *                     a voice that says nothing ───────────────────────────┼─▶ H.265, AAC in MPEG-TS
 *                                                                          └─▶ MJPEG, G.711 in AVI
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { assert } from '../../gateway/kit/assert.ts'
import { isoTime } from '../../gateway/kit/clock.ts'
import { fault, reasonOf } from '../../gateway/kit/errors.ts'
import { seededRandom } from '../../gateway/kit/random.ts'
import { renderScene } from '../street/render.ts'
import { namedScene, SCENE_SECONDS_MIN } from '../street/scenes.ts'

export const FILM_KINDS = {
  h264: 'mp4',
  /** The same with its index in front: cut short, it can still be read as far as it goes. */
  'h264-index-first': 'mp4',
  h265: 'ts',
  mjpeg: 'avi',
} as const
export type FilmKind = keyof typeof FILM_KINDS

const AAC = ['-c:a', 'aac', '-b:a', '32k', '-ar', '16000']
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '28', '-g', '30', ...AAC]
const ENCODINGS: Readonly<Record<FilmKind, readonly string[]>> = {
  h264: H264,
  'h264-index-first': [...H264, '-movflags', '+faststart'],
  h265: ['-c:v', 'libx265', '-preset', 'ultrafast', '-crf', '28', '-x265-params', 'log-level=error', ...AAC],
  mjpeg: ['-c:v', 'mjpeg', '-q:v', '7', '-c:a', 'pcm_alaw', '-ar', '8000'],
}
const STREET = { width: 960, height: 540, fps: 6, seconds: 36 } as const
/** Before that the street is empty. */
const BEGINS_SEC = 8
const FILM_SECONDS_MAX = STREET.seconds - BEGINS_SEC - 1
const FPS = 15

/** @returns the film of the street that the others are cut from; drawn but once in a folder */
export async function drawStreet(
  folder: string,
  seed: number,
  onProgress?: (share: number) => void,
): Promise<string> {
  const file = join(folder, `street-${seed}.mp4`)
  if (existsSync(file)) return file
  const script = namedScene('vendor', { seed, seconds: SCENE_SECONDS_MIN })
  await renderScene(script, { seed, ...STREET, ...(onProgress && { onProgress }) }, file)
  return file
}

export interface WornFilm {
  readonly kind: FilmKind
  readonly seconds: number
  readonly seed: number
  /** Written into the film, like its start. */
  readonly title: string
  readonly startMs: number
}

/** The same wish gives the same film; another title gives other bytes. */
export async function filmWorn(street: string, out: string, film: WornFilm): Promise<void> {
  const { kind, seconds, seed, title, startMs } = film
  assert(seconds <= FILM_SECONDS_MAX, 'the street’s film is longer than what is cut from it')
  const random = seededRandom(seed)
  const number = (low: number, high: number) => (low + random() * (high - low)).toFixed(3)
  const begin = number(BEGINS_SEC, STREET.seconds - 1 - seconds)
  const [steps, phase] = [number(1.6, 2.1), number(0, 6)]
  const roll = `rotate=a='${number(0.01, 0.03)}*sin(PI*${steps}*t+${phase})':fillcolor=gray`
  const across = `160+${number(60, 120)}*sin(0.4*t+${phase})+9*sin(PI*${steps}*t)`
  const down = `90+${number(20, 50)}*sin(0.3*t)+14*abs(sin(PI*${steps}*t+${phase}))`
  const picture = `fps=${FPS},${roll},crop=640:360:x='${across}':y='${down}',format=yuv420p`
  const pitch = number(110, 240)
  const voice = `aevalsrc='0.3*sin(2*PI*${pitch}*t+4*sin(5*t))*max(0,sin(2*PI*3*t))':s=16000:d=${seconds}`
  const input = ['-ss', begin, '-t', String(seconds), '-i', street, '-f', 'lavfi', '-i', voice]
  const said = ['-metadata', `creation_time=${isoTime(startMs)}`, '-metadata', `title=${title}`]
  const streams = ['-map', '0:v', '-map', '1:a', '-vf', picture, '-threads', '1', ...ENCODINGS[kind], ...said]
  try {
    await promisify(execFile)('ffmpeg', [
      '-nostdin',
      '-v',
      'error',
      '-y',
      ...input,
      ...streams,
      '-shortest',
      out,
    ])
  } catch (error) {
    throw fault('SIMULATOR_SCENE_FAILED', { path: out, reason: reasonOf(error).slice(-200) }, error)
  }
}
