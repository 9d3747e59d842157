/**
 * Films a scene: frames from the stage through the sensor into ffmpeg, and beside the film its truth.
 *
 *     script ─Stage─▶ picture ─Sensor─▶ rgb24 ─ffmpeg─▶ vendor.mp4     vendor.truth.json
 *
 * The same script, size and seed give the same film, byte for byte with the same ffmpeg.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { text } from 'node:stream/consumers'
import { assert } from '../../gateway/kit/assert.ts'
import { fault, reasonOf } from '../../gateway/kit/errors.ts'
import type { SceneNote, SceneScript, Truth } from './script.ts'
import { Sensor } from './sensor.ts'
import { type Seen, Stage } from './stage.ts'
import { truthOf } from './truth.ts'

export interface RenderOptions {
  readonly seed: number
  readonly width?: number
  readonly height?: number
  readonly fps?: number
  /** Films only the first seconds of the script. */
  readonly seconds?: number
  /** Where the truth goes; beside the film unless said otherwise. */
  readonly truthFile?: string
  readonly note?: SceneNote
  readonly onProgress?: (share: number) => void
  /** After each frame: who covered what of it, in its pixels. */
  readonly onSeen?: (frame: number, seen: readonly Seen[]) => void
}

export interface Rendered {
  readonly video: string
  readonly truthFile: string
  readonly truth: Truth
  readonly frames: number
}

const GOP_SEC = 2

export async function renderScene(
  script: SceneScript,
  options: RenderOptions,
  out: string,
): Promise<Rendered> {
  const { seed, width = 1280, height = 720, fps = 15, onProgress, onSeen } = options
  assert(width % 2 === 0 && height % 2 === 0, 'H.264 in 4:2:0 has even sizes')
  const durationSec = Math.min(script.seconds, options.seconds ?? script.seconds)
  const frames = Math.round(durationSec * fps)
  const night = script.weather === 'night' || script.weather === 'night-rain'
  const stage = new Stage(script, width, height, seed)
  const rains = script.weather === 'rain' || script.weather === 'night-rain'
  const sensor = new Sensor(width, height, seed, night ? 2.6 : 1.4, rains)

  await mkdir(dirname(out), { recursive: true })
  const encoder = startEncoder(width, height, fps, out)
  for (let frame = 0; frame < frames && encoder.alive(); frame++) {
    const exposure = stage.show(frame / fps)
    onSeen?.(frame, stage.seen)
    await encoder.write(sensor.expose(stage.picture, exposure))
    onProgress?.((frame + 1) / frames)
  }
  await encoder.finish()

  const film = { video: basename(out), fps, width, height, durationSec }
  const told = truthOf(script, stage.view, (act) => stage.boxOf(act), film)
  const truth = options.note === undefined ? told : { ...told, scene: options.note }
  const truthFile = options.truthFile ?? `${out.replace(/\.[^./]+$/, '')}.truth.json`
  await mkdir(dirname(truthFile), { recursive: true })
  await writeFile(truthFile, `${JSON.stringify(truth, null, 1)}\n`)
  return { video: out, truthFile, truth, frames }
}

export function startEncoder(width: number, height: number, fps: number, out: string) {
  // Rates of a street camera, scaled by its pixels: about 2 Mb/s at 720p15.
  const maxKbps = Math.round(((width * height * fps) / (1280 * 720 * 15)) * 2200) + 100
  const input = ['-f', 'rawvideo', '-pixel_format', 'rgb24', '-video_size', `${width}x${height}`]
  const color = ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709']
  const child = spawn(
    'ffmpeg',
    [
      ...['-nostdin', '-loglevel', 'error', '-y', ...input, '-framerate', String(fps), '-i', 'pipe:0'],
      ...['-vf', 'scale=out_color_matrix=bt709:out_range=tv', '-pix_fmt', 'yuv420p', ...color],
      // One thread: the same bytes on every machine, and the painter needs the other core.
      ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '25', '-threads', '1', '-bf', '0'],
      ...['-maxrate', `${maxKbps}k`, '-bufsize', `${maxKbps * 2}k`],
      ...['-g', String(fps * GOP_SEC), '-keyint_min', String(fps * GOP_SEC), '-sc_threshold', '0'],
      ...['-fflags', '+bitexact', '-flags:v', '+bitexact', '-movflags', '+faststart', out],
    ],
    { stdio: ['pipe', 'ignore', 'pipe'] },
  )
  return encoderOf(child, out)
}

function encoderOf(child: ChildProcess, out: string) {
  const stdin = child.stdin!
  const complaint = text(child.stderr!)
  let code: number | null | undefined
  let failure: Error | undefined
  const ended = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      failure = error
      code = null
      resolve()
    })
    child.on('close', (exit) => {
      code ??= exit
      resolve()
    })
  })
  // An encoder that died closes its pipe; its exit code and last words tell why.
  stdin.on('error', () => {})
  return {
    alive: () => code === undefined,
    async write(frame: Uint8Array): Promise<void> {
      // The frame's memory is used again for the next one: it must have left before.
      const gone = new Promise<void>((resolve) => stdin.write(frame, () => resolve()))
      await Promise.race([gone, ended])
    },
    async finish(): Promise<void> {
      stdin.end()
      await ended
      if (code === 0) return
      const reason = failure ? reasonOf(failure) : (await complaint).trim().split('\n').at(-1)
      throw fault('SIMULATOR_SCENE_FAILED', { path: out, reason: reason || `ffmpeg exit ${code}` })
    },
  }
}
