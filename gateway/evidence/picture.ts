/**
 * The last displayed picture of a piece of footage, at the camera's own resolution.
 *
 *     original.mp4 ─▶ ffmpeg (decodes all, writes only from sample N−1 on) ─▶ PPM ─▶ width × height × RGB
 *
 * A still's instant is the last picture, so everything from the keyframe on has to be decoded, but only one picture
 * is converted and piped. Should the decoder give fewer pictures than the file has samples (a lost reference), the
 * file is decoded once more and the last picture of all is taken.
 */
import { spawn } from 'node:child_process'
import { constants, setPriority } from 'node:os'
import { fault, reasonOf } from '../kit/errors.ts'

export interface Picture {
  readonly width: number
  readonly height: number
  /** Three bytes a pixel. */
  readonly rgb: Buffer
}

/** A decoder that hangs is worth no more than this. 720p costs about 3 ms a picture, a GOP has 25 to 250. */
const DECODE_TIMEOUT_MS = 20_000

export async function lastPicture(
  file: string,
  sampleCount: number,
  ffmpeg: string,
  when: 'now' | 'ahead' = 'now',
): Promise<Picture> {
  try {
    const picture =
      (await decode(file, sampleCount - 1, ffmpeg, when)) ?? (await decode(file, 0, ffmpeg, when))
    if (picture !== null) return picture
  } catch (error) {
    throw fault('STILL_UNDECODABLE', { file, reason: reasonOf(error) }, error)
  }
  throw fault('STILL_UNDECODABLE', { file, reason: 'no picture came out' })
}

/**
 * `bitexact` and `accurate_rnd`: the same colours on every processor. `ignore_editlist`: no sample is hidden.
 * One thread: two gained nothing, as stills of a package are decoded side by side (250 ms a seal, 265 with two).
 */
function decode(
  file: string,
  firstShown: number,
  ffmpeg: string,
  when: 'now' | 'ahead',
): Promise<Picture | null> {
  const filter = `select=gte(n\\,${Math.max(0, firstShown)}),scale=flags=bicubic+accurate_rnd+full_chroma_int+bitexact,format=rgb24`
  const input = ['-threads', '1', '-noautorotate', '-ignore_editlist', '1', '-protocol_whitelist', 'file']
  const output = [
    '-map',
    '0:v:0',
    '-vf',
    filter,
    '-fps_mode',
    'passthrough',
    '-c:v',
    'ppm',
    '-f',
    'image2pipe',
  ]
  const args = ['-nostdin', '-loglevel', 'error', ...input, '-f', 'mp4', '-i', `file:${file}`, ...output]
  return new Promise((resolve, reject) => {
    const child = spawn(ffmpeg, [...args, 'pipe:1'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: DECODE_TIMEOUT_MS,
      killSignal: 'SIGKILL',
    })
    if (when === 'ahead' && child.pid !== undefined) yieldTo(child.pid)
    const reader = new LastPpm()
    let complaint = ''
    child.stdout.on('data', (chunk: Buffer) => reader.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => {
      if (complaint.length < 500) complaint += chunk.toString()
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      // Damaged footage makes ffmpeg complain and go on: what came out is judged, not the exit code.
      if (reader.last !== null) resolve(reader.last)
      else if (signal !== null) reject(new Error(`ffmpeg ended by ${signal}`))
      else if (code === 0) resolve(null)
      else reject(new Error(complaint.trim().slice(0, 300) || `ffmpeg ended with ${code}`))
    })
  })
}

function yieldTo(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // It ended already, or the system forbids it: then it runs like the rest.
  }
}

/** Keeps the last whole picture of a row of binary PPMs. */
class LastPpm {
  last: Picture | null = null
  #head = Buffer.alloc(0)
  #filling: Picture | null = null
  #filled = 0

  push(chunk: Buffer): void {
    for (let rest = chunk; rest.length > 0; )
      rest = this.#filling === null ? this.#begin(rest) : this.#fill(rest)
  }

  #begin(chunk: Buffer): Buffer {
    this.#head = Buffer.concat([this.#head, chunk])
    const header = /^P6\s(\d+)\s(\d+)\s255\s/.exec(this.#head.subarray(0, 40).toString('latin1'))
    if (header === null) return Buffer.alloc(0)
    const rest = this.#head.subarray(header[0].length)
    const [width, height] = [Number(header[1]), Number(header[2])]
    this.#filling = { width, height, rgb: Buffer.allocUnsafe(width * height * 3) }
    this.#filled = 0
    this.#head = Buffer.alloc(0)
    return rest
  }

  #fill(chunk: Buffer): Buffer {
    const { rgb } = this.#filling!
    const part = chunk.subarray(0, rgb.length - this.#filled)
    rgb.set(part, this.#filled)
    this.#filled += part.length
    if (this.#filled === rgb.length) {
      this.last = this.#filling
      this.#filling = null
    }
    return chunk.subarray(part.length)
  }
}
