/**
 * Knows how far the box's clock is off, and since when that is known.
 *
 *     every `everyMin` ─▶ a few questions ─▶ the one with the shortest way ─▶ facts()   in every evidence package
 *
 * The clock itself is not set: that is the operating system's work. What evidence needs is to say how good the time
 * in it is; an offset that was never measured is said as such, and an old one keeps the time of its measuring.
 */
import { z } from 'zod'
import type { Clock } from '../../gateway/kit/clock.ts'
import { fault, isFault } from '../../gateway/kit/errors.ts'
import type { Log } from '../../gateway/kit/log.ts'
import { type ClockOffset, measureOffset } from './sntp.ts'

const MS_PER_MIN = 60_000
/** The shortest way of a few has the smallest error. */
const QUESTIONS = 3

export const ClockOptions = z.strictObject({
  server: z
    .string()
    .regex(/^[\w.-]+(:\d{1,5})?$/, 'host | host:port')
    .optional()
    .describe('Time server (SNTP over UDP) to compare the clock with. Absent: the offset stays unknown.'),
  everyMin: z
    .number()
    .min(1)
    .max(1_440)
    .default(15)
    .describe('Minutes between comparisons. Quartz drifts about 50 ms in that time.'),
  offsetMsMax: z
    .number()
    .min(10)
    .max(60_000)
    .default(1_000)
    .describe('Offset (ms) above which the clock is said to be wrong; pictures are then no evidence.'),
})
export type ClockOptions = z.infer<typeof ClockOptions>

/** What evidence says about the time in it. */
export interface ClockState {
  readonly source: string
  /** Theirs minus ours, ms; null: never measured. */
  readonly offsetMs: number | null
  readonly checkedAtWallMs: number | null
}

export class ClockWatch {
  readonly #options: ClockOptions
  readonly #clock: Pick<Clock, 'wallMs'>
  readonly #log: Log
  #state: ClockState
  #timer: NodeJS.Timeout | undefined

  constructor(options: ClockOptions, clock: Pick<Clock, 'wallMs'>, log: Log) {
    this.#options = options
    this.#clock = clock
    this.#log = log
    const source = options.server === undefined ? 'SYSTEM' : `SNTP ${options.server}`
    this.#state = { source, offsetMs: null, checkedAtWallMs: null }
  }

  /** The last comparison; never waits. */
  facts(): ClockState {
    return this.#state
  }

  /** Compares now and from then on every `everyMin`. */
  async start(): Promise<void> {
    if (this.#options.server === undefined) return
    this.#timer = setInterval(() => void this.compare(), this.#options.everyMin * MS_PER_MIN)
    this.#timer.unref()
    await this.compare()
  }

  /** One comparison; a server that does not answer leaves the last one standing. */
  async compare(): Promise<ClockState> {
    const { server, offsetMsMax } = this.#options
    if (server === undefined) return this.#state
    try {
      const { offsetMs } = await compareWith(server)
      this.#state = { ...this.#state, offsetMs: Math.round(offsetMs), checkedAtWallMs: this.#clock.wallMs() }
      if (Math.abs(offsetMs) > offsetMsMax) this.#warn(clockOff(server, offsetMs, offsetMsMax))
    } catch (error) {
      this.#warn(error)
    }
    return this.#state
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #warn(error: unknown): void {
    if (!isFault(error)) throw error
    this.#log.warn({ code: error.code }, error.message)
  }
}

/** @throws Fault CLOCK_UNREACHABLE */
export async function compareWith(server: string): Promise<ClockOffset> {
  let best = await measureOffset(server)
  for (let question = 1; question < QUESTIONS; question++) {
    const next = await measureOffset(server).catch(() => best) // One answer is enough.
    if (next.delayMs < best.delayMs) best = next
  }
  return best
}

export function clockOff(server: string, offsetMs: number, offsetMsMax: number) {
  return fault('CLOCK_OFF', { server, offsetMs: Math.round(offsetMs), offsetMsMax })
}
