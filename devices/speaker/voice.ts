/**
 * The voice: makes a WAV of a sentence, by espeak-ng where it is installed, else by what somebody has recorded.
 *
 *     text ─ espeak-ng -v cmn | en ─▶ WAV          no espeak-ng ─▶ {recordings}/{script}@{version}.{language}.wav
 *                                                               └▶ neither: VOICE_MISSING
 *
 * A recording says what was recorded, not what was composed: its transcript (`….txt` beside it) is what the record
 * then keeps, and a recording without one is not played. The only file that knows which program speaks.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { fault, reasonOf } from '../../gateway/kit/errors.ts'

const execute = promisify(execFile)

export const VoiceOptions = z.strictObject({
  program: z
    .string()
    .min(1)
    .max(300)
    .default('espeak-ng')
    .describe('Speech program, called as espeak-ng is.'),
  prefer: z
    .enum(['speech', 'recording'])
    .default('speech')
    .describe('What is used where both are there. A recording names no place and no nearest point.'),
  recordings: z
    .string()
    .max(300)
    .optional()
    .describe('Folder of recordings `script@version.zh.wav`, each with its transcript as `.txt`.'),
  wordsPerMin: z.int().min(80).max(300).default(150).describe('Pace of the speech program, words a minute.'),
})
export type VoiceOptions = z.infer<typeof VoiceOptions>

export interface Sentence {
  readonly text: string
  readonly language: 'zh' | 'en'
  /** `script@version`; recordings are named by it. */
  readonly script: string
}

export interface Spoken {
  readonly wav: Buffer
  /** What is said in it. */
  readonly text: string
  readonly source: 'speech' | 'recording'
}

const VOICE = { zh: 'cmn', en: 'en' } as const
const SPEECH_MS_MAX = 30_000

export class Voice {
  readonly #options: VoiceOptions

  constructor(options: VoiceOptions) {
    this.#options = options
  }

  /** Throws VOICE_MISSING when neither program nor recording is there. */
  async speak(sentence: Sentence): Promise<Spoken> {
    const { prefer } = this.#options
    const recorded = await this.#recorded(sentence)
    if (recorded !== null && prefer === 'recording') return recorded
    try {
      return await this.#spoken(sentence)
    } catch (error) {
      if (recorded !== null) return recorded
      const { program } = this.#options
      throw fault('VOICE_MISSING', { program, script: sentence.script, reason: reasonOf(error) }, error)
    }
  }

  async #recorded({ script, language }: Sentence): Promise<Spoken | null> {
    const { recordings } = this.#options
    if (recordings === undefined) return null
    try {
      const name = join(recordings, `${script}.${language}`)
      const [wav, text] = await Promise.all([readFile(`${name}.wav`), readFile(`${name}.txt`, 'utf8')])
      return { wav, text: text.trim(), source: 'recording' }
    } catch {
      return null // Not recorded; whether anybody can speak is asked next.
    }
  }

  /** Into a file, because only there can the program write the length into the header. */
  async #spoken({ text, language }: Sentence): Promise<Spoken> {
    const { program, wordsPerMin } = this.#options
    const folder = await mkdtemp(join(tmpdir(), 'lushao-voice-'))
    try {
      const file = join(folder, 'said.wav')
      const words = ['-v', VOICE[language], '-s', String(wordsPerMin), '-w', file, '--', text]
      await execute(program, words, { timeout: SPEECH_MS_MAX })
      return { wav: await readFile(file), text, source: 'speech' }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
}
