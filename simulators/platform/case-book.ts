/**
 * What the simulated platform does with each event: review it, and once the act is over, see it through to the end.
 *
 *     PENDING_REVIEW ─review▶ VERIFIED ─┐ (END) ─▶ DISPATCHED ─▶ ON_SITE ─▶ CORRECTED ─▶ CLOSED
 *                         └─▶ REJECTED ─┘ (END) ─────────────────────────────────────▶ CLOSED
 *
 * It only ever answers what the gateway has told it: the next command follows from the latest revision.
 */

/** What the platform reads of an alert; all else it only stores. */
export interface Alert {
  readonly eventId: string
  readonly revision: number
  readonly phase: 'START' | 'UPDATE' | 'END'
  readonly alertState: string
  readonly ruleId: string
  readonly cameraId: string
  readonly title: string
  readonly durationSec: number
  /** [x1, y1, x2, y2] in shares of the picture. */
  readonly box: readonly [number, number, number, number]
  readonly evidence: { readonly packageId: string; readonly manifestHash: string } | null
}

export interface Step {
  readonly command: 'review' | 'disposition'
  readonly args: Readonly<Record<string, unknown>>
}

const CLOSING: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  VERIFIED: { to: 'DISPATCHED', details: { unitId: 'simulated-unit' } },
  DISPATCHED: { to: 'ON_SITE', details: { recordingId: 'simulated-recording' } },
  ON_SITE: { to: 'CORRECTED', details: { afterItemId: 'simulated-picture' } },
  CORRECTED: { to: 'CLOSED' },
  REJECTED: { to: 'CLOSED' },
}

export class CaseBook {
  readonly #verdict: 'VERIFIED' | 'REJECTED'
  readonly #latest = new Map<string, Alert>()
  /** `eventId state` for which a command was given. */
  readonly #asked = new Set<string>()

  constructor(verdict: 'VERIFIED' | 'REJECTED') {
    this.#verdict = verdict
  }

  get alerts(): readonly Alert[] {
    return [...this.#latest.values()]
  }

  /** Takes a revision, in whatever order; returns what to ask for next, once. */
  take(alert: Alert): Step | null {
    const known = this.#latest.get(alert.eventId)
    if (known && known.revision >= alert.revision) return null
    this.#latest.set(alert.eventId, alert)
    const step = this.#stepFor(alert)
    const question = `${alert.eventId} ${alert.alertState}`
    if (!step || this.#asked.has(question)) return null
    this.#asked.add(question)
    return step
  }

  #stepFor({ eventId, alertState, phase }: Alert): Step | null {
    if (alertState === 'PENDING_REVIEW') {
      const reason = this.#verdict === 'REJECTED' ? { reasonCode: 'NOT_A_VIOLATION' } : {}
      return { command: 'review', args: { eventId, verdict: this.#verdict, ...reason } }
    }
    const next = phase === 'END' ? CLOSING[alertState] : undefined
    return next ? { command: 'disposition', args: { eventId, ...next } } : null
  }
}
