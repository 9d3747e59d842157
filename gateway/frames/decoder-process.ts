/**
 * One ffmpeg that turns fragments on its stdin into 640×360 I420 frames with their camera's own times on its
 * stdout.
 *
 *     init, moof mdat, moof mdat … ─▶ stdin │ decode, select, scale │ stdout ─▶ NUT ─▶ slots
 *
 * Times come through untouched: `-copyts`, `-fps_mode passthrough`, a time base of 1/90 000 and no `fps`
 * filter (it moves times by up to 100 ms). `-threads 1` stands twice: before the input for the decoder, after
 * it for rawvideo's encoder, which otherwise holds one frame back.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { isFault, redact } from '../kit/errors.ts'
import type { Sample, StreamInfo } from '../streams/gop.ts'
import { FRAME_BYTES, FRAME_HEIGHT, FRAME_WIDTH } from './frame.ts'
import { NutReader } from './nut.ts'

interface DecoderRecipe {
  /** Pictures closer than this to the last chosen one are not put out, seconds. 0 puts out all. */
  readonly stepSec: number
  /** No picture before this presentation time, ticks. */
  readonly fromTicks: number
  /**
   * `drop`: when nobody reads, frames are lost and decoding goes on (live). `wait`: nothing is lost (files).
   */
  readonly overflow: 'drop' | 'wait'
}

interface DecoderEvents {
  /** Memory of FRAME_BYTES for the next frame. */
  readonly slot: () => Uint8Array
  /** The slot lent last holds the picture with this presentation time. */
  readonly frame: (pts: number) => void
  /** The process is gone. `killed`: by a signal, so what it held is lost; `problem` is what it said last. */
  readonly exit: (end: { readonly killed: boolean; readonly problem: string | null }) => void
}

export class DecoderProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #events: DecoderEvents
  readonly #nut: NutReader
  #problem: string | null = null
  #problemCount = 0
  #gone = false
  #silent = false

  constructor(info: StreamInfo, recipe: DecoderRecipe, events: DecoderEvents, program = 'ffmpeg') {
    this.#events = events
    this.#nut = new NutReader(FRAME_BYTES, events)
    this.#child = spawn(program, decoderArguments(recipe), { stdio: ['pipe', 'pipe', 'pipe'] })
    const { stdin, stdout, stderr } = this.#child
    // A decoder that dies while it is fed breaks the pipe; `close` below tells what matters.
    stdin.on('error', () => undefined)
    stdout.on('data', (chunk: Buffer) => this.#read(chunk))
    stderr.setEncoding('utf8').on('data', (text: string) => this.#hear(text))
    this.#child.on('error', (error) => this.#hear(error.message))
    this.#child.on('close', (code) => this.#leave(code === null))
    stdin.write(info.init)
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Bytes fed that the process has not taken yet. */
  get backlogBytes(): number {
    return this.#child.stdin.writableLength
  }

  /** Lines on stderr so far: broken pictures, mostly. */
  get problemCount(): number {
    return this.#problemCount
  }

  feed(sample: Sample): void {
    const { stdin } = this.#child
    if (this.#gone || !stdin.writable) return
    stdin.cork()
    stdin.write(sample.moof)
    stdin.write(sample.mdat)
    stdin.uncork()
  }

  /** Resolves when the backlog has gone into the pipe, or the process is gone. */
  async drained(): Promise<void> {
    const { stdin } = this.#child
    if (this.#gone || !stdin.writableNeedDrain) return
    await new Promise<void>((resolve) => {
      const done = () => {
        stdin.off('drain', done)
        this.#child.off('close', done)
        resolve()
      }
      stdin.on('drain', done)
      this.#child.on('close', done)
    })
  }

  pause(): void {
    this.#child.stdout.pause()
  }

  resume(): void {
    this.#child.stdout.resume()
  }

  /** No more samples: the rest comes out, then the process goes. */
  end(): void {
    this.#child.stdin.end()
  }

  /** At once; what is still in the pipe is not looked at. */
  kill(): void {
    this.#silent = true
    this.#child.stdout.resume()
    this.#child.kill('SIGKILL')
  }

  #read(chunk: Buffer): void {
    if (this.#silent) return
    try {
      this.#nut.push(chunk)
    } catch (error) {
      if (!isFault(error)) throw error
      this.#hear(error.message)
      this.kill()
    }
  }

  #hear(text: string): void {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    this.#problemCount += lines.length
    this.#problem = redact(lines.at(-1) ?? '').slice(0, 200) || this.#problem
  }

  #leave(killed: boolean): void {
    if (this.#gone) return
    this.#gone = true
    this.#events.exit({ killed, problem: this.#problem })
  }
}

/** [ffmpeg's documentation: fifo, nut, select] */
function decoderArguments({ stepSec, fromTicks, overflow }: DecoderRecipe): string[] {
  const from = `gte(pts,${Math.round(fromTicks)})`
  // Keyframes pass live at any distance: patrol looks at nothing else, and what comes before one may be
  // patched up.
  const step = `gte(t-prev_selected_t,${stepSec})${overflow === 'drop' ? '+key' : ''}`
  const chosen = stepSec > 0 ? `if(isnan(prev_selected_t),${from},${step})` : from
  const filters = [
    'settb=1/90000',
    `select='${chosen}'`,
    `scale=${FRAME_WIDTH}:${FRAME_HEIGHT}:flags=area`,
    'format=yuv420p',
  ]
  return [
    ...'-nostdin -loglevel error -fpsprobesize 0 -probesize 32 -analyzeduration 0 -threads 1'.split(' '),
    ...(overflow === 'drop' ? ['-flags', 'low_delay'] : []),
    ...'-copyts -f mp4 -i pipe:0 -map 0:v:0'.split(' '),
    '-vf',
    filters.join(','),
    ...'-fps_mode passthrough -enc_time_base 1:90000 -c:v rawvideo -threads 1 -flags +global_header'.split(
      ' ',
    ),
    ...(overflow === 'drop'
      ? '-f fifo -fifo_format nut -drop_pkts_on_overflow 1 -queue_size 6'
      : '-f nut'
    ).split(' '),
    'pipe:1',
  ]
}
