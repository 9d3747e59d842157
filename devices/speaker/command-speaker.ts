/**
 * The loudspeaker of the box itself: a program that plays a WAV file and ends with 0.
 *
 *     [aplay, -q, "{file}"]      [ffplay, -nodisp, -autoexit, -volume, "{volume}", "{file}"]
 *
 * Nothing goes through a shell: each word is one argument, and only `{file}` and `{volume}` are filled in.
 */
import { spawn } from 'node:child_process'
import { z } from 'zod'
import { fault } from '../../gateway/kit/errors.ts'
import {
  type Announcement,
  type Played,
  type Speaker,
  type SpeakerParts,
  wavSeconds,
} from './announcement.ts'

export const CommandSpeakerOptions = z.strictObject({
  kind: z.literal('command'),
  command: z
    .array(z.string().min(1).max(300))
    .min(1)
    .max(20)
    .refine((words) => words.some((word) => word.includes('{file}')), { error: 'a word with {file}' })
    .describe(
      'Program and arguments, `{file}` for the WAV and `{volume}` for 0 … 100: [aplay, -q, "{file}"].',
    ),
  timeoutSec: z.number().min(1).max(300).default(60).describe('Seconds after which it is ended.'),
})

const COMPLAINT_CHARS_MAX = 200

export class CommandSpeaker implements Speaker {
  readonly #options: z.infer<typeof CommandSpeakerOptions>
  readonly #parts: SpeakerParts

  constructor(options: z.infer<typeof CommandSpeakerOptions>, parts: SpeakerParts) {
    this.#options = options
    this.#parts = parts
  }

  play({ file, volume, wav }: Announcement): Promise<Played> {
    const { command, timeoutSec } = this.#options
    const { id, wallMs } = this.#parts
    const filled = command.map((word) =>
      word.replaceAll('{file}', file).replaceAll('{volume}', String(Math.round(volume))),
    )
    const [program = '', ...words] = filled
    const playedAtMs = wallMs()
    return new Promise((done, failed) => {
      const refuse = (reason: string) => failed(fault('SPEAKER_FAILED', { speaker: id, reason }))
      const child = spawn(program, words, {
        stdio: ['ignore', 'ignore', 'pipe'],
        timeout: timeoutSec * 1000,
        killSignal: 'SIGKILL',
      })
      let complaint = ''
      child.stderr.on('data', (data) => {
        complaint = (complaint + String(data)).slice(-COMPLAINT_CHARS_MAX)
      })
      child.once('error', (error) => refuse(error.message))
      child.once('close', (code, signal) => {
        if (code === 0) done({ playedAtMs, durationSec: wavSeconds(wav) })
        else refuse(`${program}: ${signal ?? `exit ${code}`} ${complaint.trim()}`.trim())
      })
    })
  }

  async close(): Promise<void> {}
}
