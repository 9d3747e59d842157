/**
 * What the simulated platform does with each event: review it, see whether a notice helps, send somebody if not.
 *
 *     PENDING_REVIEW ─review▶ VERIFIED ── the box speaks by itself ──▶ PERSUADING ⇄ RECHECKING ─▶ SELF_CORRECTED ─▶ CLOSED
 *              └─▶ REJECTED      │ over already                              └─▶ PERSISTING ─persuade▶ … once more, then
 *                     └▶ CLOSED  └──────────▶ DISPATCHED ─▶ ON_SITE ─▶ ORDERED ─ over ─▶ CORRECTED ─▶ CLOSED
 *
 * It only ever answers what the gateway has told it: the next command follows from the latest revision, and from what
 * has come in besides, a recording or an after picture. It never suggests a case.
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
  readonly command: 'review' | 'persuade' | 'disposition'
  readonly args: Readonly<Record<string, unknown>> & { readonly eventId: string }
}

export interface CaseHabits {
  readonly verdict: 'VERIFIED' | 'REJECTED'
  /** Notices before somebody is sent; null: what persists is left to others. */
  readonly noticesMax: number | null
  /** Certificate of the officer who orders on site. */
  readonly certNo: string
  /** Waits for a body-cam recording and for the picture of the cleared place; otherwise it makes up their ids. */
  readonly awaitsProof: boolean
}

interface Case {
  latest: Alert
  /** States in the order in which they were told. */
  readonly entered: string[]
  /** Of `entered`, how many have been answered by a command. */
  answered: number
  afterItemId: string | undefined
}

export class CaseBook {
  readonly #habits: CaseHabits
  readonly #cases = new Map<string, Case>()
  #recordingId: string | undefined

  constructor(habits: CaseHabits) {
    this.#habits = habits
  }

  get alerts(): readonly Alert[] {
    return [...this.#cases.values()].map(({ latest }) => latest)
  }

  /** States of an event in the order in which they were told. */
  statesOf(eventId: string): readonly string[] {
    return this.#cases.get(eventId)?.entered ?? []
  }

  /** Takes a revision, in whatever order; returns what to ask for next, once. */
  take(alert: Alert): Step | null {
    const known = this.#cases.get(alert.eventId)
    if (known && known.latest.revision >= alert.revision) return null
    const case_ = known ?? { latest: alert, entered: [], answered: 0, afterItemId: undefined }
    case_.latest = alert
    if (case_.entered.at(-1) !== alert.alertState) case_.entered.push(alert.alertState)
    this.#cases.set(alert.eventId, case_)
    return this.#answer(case_)
  }

  /** A body-cam recording has come in: whoever waited for one is on site. */
  noteRecording(recordingId: string): Step[] {
    this.#recordingId = recordingId
    return [...this.#cases.values()].flatMap((case_) => this.#answer(case_) ?? [])
  }

  /** A picture of the place after the act has been sealed. */
  noteAfter(eventId: string, afterItemId: string): Step | null {
    const case_ = this.#cases.get(eventId)
    if (case_) case_.afterItemId = afterItemId
    return case_ ? this.#answer(case_) : null
  }

  /** A command was refused: what cannot be said is not waited for, somebody is sent. */
  noteRefusal({ command, args }: Step): Step | null {
    return command === 'persuade' ? this.#dispatch(args.eventId) : null
  }

  #answer(case_: Case): Step | null {
    if (case_.answered >= case_.entered.length) return null
    const step = this.#stepFor(case_)
    if (step) case_.answered = case_.entered.length
    return step
  }

  #stepFor(case_: Case): Step | null {
    const { eventId, alertState, phase } = case_.latest
    const { verdict, noticesMax, certNo } = this.#habits
    const over = phase === 'END'
    switch (alertState) {
      case 'PENDING_REVIEW': {
        const reason = verdict === 'REJECTED' ? { reasonCode: 'NOT_A_VIOLATION' } : {}
        return { command: 'review', args: { eventId, verdict, ...reason } }
      }
      case 'VERIFIED':
        return over ? this.#dispatch(eventId) : null
      case 'PERSISTING': {
        if (noticesMax === null) return null
        const notices = case_.entered.filter((state) => state === 'PERSISTING').length
        return notices < noticesMax ? { command: 'persuade', args: { eventId } } : this.#dispatch(eventId)
      }
      case 'DISPATCHED':
        return this.#proven(eventId, 'ON_SITE', { recordingId: this.#recordingId })
      case 'ON_SITE':
        return over ? this.#corrected(case_) : dispose(eventId, 'ORDERED', { certNo })
      case 'ORDERED':
        return over ? this.#corrected(case_) : null
      case 'SELF_CORRECTED':
      case 'CORRECTED':
        return dispose(eventId, 'CLOSED')
      case 'REJECTED':
        return over ? dispose(eventId, 'CLOSED') : null
      default:
        return null
    }
  }

  #corrected({ latest, afterItemId }: Case): Step | null {
    return this.#proven(latest.eventId, 'CORRECTED', { afterItemId })
  }

  /** With the proof that has come in; while it has not, made up or waited for. */
  #proven(eventId: string, to: string, proof: Readonly<Record<string, string | undefined>>): Step | null {
    const [[name, id]] = Object.entries(proof) as [[string, string | undefined]]
    if (id === undefined && this.#habits.awaitsProof) return null
    return dispose(eventId, to, { [name]: id ?? `simulated-${name}` })
  }

  #dispatch(eventId: string): Step {
    return dispose(eventId, 'DISPATCHED', { unitId: 'simulated-unit' })
  }
}

function dispose(eventId: string, to: string, details?: Readonly<Record<string, string>>): Step {
  return { command: 'disposition', args: { eventId, to, ...(details && { details }) } }
}
