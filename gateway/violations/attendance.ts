/**
 * Attendance: whether somebody stays with the goods, from looks that each say alive, quiet or absent.
 *
 *     alive ── quiet, but his place is still taken ── alive          one attendance
 *     alive ── absent for longer than the break ── alive             two
 *     alive for a moment, absent                                     a passer: none
 *
 * Standing still prolongs an attendance, but proves none: dwell counts to the last moment of life, and across no
 * silence that is longer than people stand still.
 * Alive time adds up and leaks while nobody is alive, so that passers, one every half minute, never add up to a
 * vendor.
 */
import { z } from 'zod'

export const AttendanceOptions = z.strictObject({
  staysSec: z
    .number()
    .min(1)
    .max(60)
    .default(4)
    .describe('Alive time after which somebody stays rather than passes (s).'),
  breakSec: z
    .number()
    .min(2)
    .max(120)
    .default(20)
    .describe('Absence that ends an attendance (s): shorter ones are a step aside.'),
  arrivalSec: z
    .number()
    .min(0)
    .max(30)
    .default(3)
    .describe('How long somebody stands before he is seen to be alive (s); attendance is dated back by it.'),
  stillSecMax: z
    .number()
    .min(1)
    .max(120)
    .default(25)
    .describe('How long people stand without any movement (s): a longer silence proves no company.'),
  quietSecMax: z
    .number()
    .min(0)
    .max(600)
    .default(60)
    .describe('How long somebody may stand still in his place and still count as there (s).'),
  leakShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.25)
    .describe('Alive seconds forgotten for each second that nobody is alive.'),
})
export type AttendanceOptions = z.infer<typeof AttendanceOptions>

export type Look = 'alive' | 'quiet' | 'absent'

/** Plain data, so that it survives a restart. Seconds are analysed seconds: a gap in the stream is no absence. */
export interface AttendanceState {
  sinceMs: number
  lastMs: number
  /** When he was last seen alive; since then he stands still, or it is a thing. */
  aliveMs: number
  /** Since when he is seen alive again and again; dwell counts from then. */
  aliveFromMs: number
  aliveSec: number
  quietSec: number
  awaySec: number
  stays: boolean
}

export class AttendanceBook {
  readonly #options: AttendanceOptions
  current: AttendanceState | null = null
  /** End of the last attendance of somebody who stayed. */
  untilMs: number | null = null

  constructor(options: AttendanceOptions) {
    this.#options = options
  }

  look(look: Look, nowMs: number, dtSec: number): void {
    const { staysSec, breakSec, arrivalSec, stillSecMax, quietSecMax, leakShare } = this.#options
    if (look === 'alive') {
      this.current ??= beginAt(nowMs - 1000 * arrivalSec)
      const now = this.current
      now.aliveSec += dtSec
      now.lastMs = nowMs
      if (now.quietSec > stillSecMax) now.aliveFromMs = nowMs - 1000 * arrivalSec
      now.aliveMs = nowMs
      now.quietSec = 0
      now.awaySec = 0
      if (now.aliveSec >= staysSec) now.stays = true
      return
    }
    const now = this.current
    if (now === null) return
    if (!now.stays) now.aliveSec = Math.max(0, now.aliveSec - leakShare * dtSec)
    now.quietSec += dtSec
    // Who never moved again was not there: his place is where something was set down.
    if (now.quietSec > quietSecMax) now.lastMs = now.aliveMs
    if (look === 'quiet' && now.quietSec <= quietSecMax) {
      now.lastMs = nowMs
      now.awaySec = 0
    } else now.awaySec += dtSec
    if (now.awaySec > breakSec || (!now.stays && now.aliveSec === 0)) this.#end(now)
  }

  #end(now: AttendanceState): void {
    if (now.stays) this.untilMs = now.lastMs
    this.current = null
  }
}

function beginAt(sinceMs: number): AttendanceState {
  return {
    sinceMs,
    lastMs: sinceMs,
    aliveMs: sinceMs,
    aliveFromMs: sinceMs,
    aliveSec: 0,
    quietSec: 0,
    awaySec: 0,
    stays: false,
  }
}
