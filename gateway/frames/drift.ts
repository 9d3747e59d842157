/**
 * Does a camera still look where its zones were drawn? A turned or zoomed camera makes every zone lie wrong.
 *
 *     looks ─▶ mean of eight ─▶ against the commissioning picture ─▶ FITS │ MOVED │ UNLIKE, three times alike ─▶ said
 *              once a minute        (view-move.ts)                  └ too dark, too flat: says nothing
 *
 *     MOVED    a shift or zoom makes one picture of the other, and it is told how far and which way
 *     UNLIKE   none does: turned away, or something large stands before it; a fog would look so, so it must last longer
 *
 * Wind and hands shake a camera by up to 2 % of its picture; that is no move.
 */
import { z } from 'zod'
import type { Frame } from './frame.ts'
import { type Outlook, OutlookMean } from './outlook.ts'
import { edgeOf, type ViewMove, viewMove } from './view-move.ts'

export const DriftOptions = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether it is looked for at all.'),
  everySec: z
    .int()
    .min(5)
    .max(3_600)
    .default(60)
    .describe('Seconds of media time between two comparisons, 2 ms each, 75 ms while the view does not fit.'),
  shiftShareMax: z
    .number()
    .min(0.02)
    .max(0.2)
    .default(0.03)
    .describe(
      'Share of the picture that a view may be shifted by. Zones are drawn about as exactly as that.',
    ),
  zoomShareMax: z
    .number()
    .min(0.02)
    .max(0.2)
    .default(0.04)
    .describe('Share by which things may be larger or smaller than at commissioning.'),
  movedChecks: z
    .int()
    .min(1)
    .max(60)
    .default(3)
    .describe('Comparisons in a row that must say so before a camera counts as moved, or as back.'),
  unlikeChecks: z
    .int()
    .min(1)
    .max(600)
    .default(30)
    .describe('The same for a view that is like the commissioning picture nowhere: fog goes again.'),
})
export type DriftOptions = z.infer<typeof DriftOptions>

export type DriftState = 'UNKNOWN' | 'FITS' | 'MOVED' | 'UNLIKE'

export interface DriftView {
  readonly state: DriftState
  /** Of the last comparison; null before the first. */
  readonly move: ViewMove | null
  /** Wall time since which the state holds, and of the last comparison. */
  readonly sinceWallMs: number | null
  readonly checkedWallMs: number | null
}

const NOTHING: DriftView = { state: 'UNKNOWN', move: null, sinceWallMs: null, checkedWallMs: null }
/** Looks a comparison; who passes fades in them. */
const LOOKS = 8
/** Below this no shift makes one picture out of the other, and this much better than in place must it be. */
const LIKENESS_MIN = 0.3
const GAIN_MIN = 0.1
/** A picture with less than this share of the edges that were there at commissioning says nothing. */
const EDGE_SHARE_MIN = 0.4

export class Drift {
  readonly #options: DriftOptions
  readonly #present = new OutlookMean(LOOKS)
  #view = NOTHING
  #saying: DriftState = 'UNKNOWN'
  #said = 0
  #checkedMs = Number.NEGATIVE_INFINITY

  constructor(options: DriftOptions) {
    this.#options = options
  }

  get view(): DriftView {
    return this.#view
  }

  /** Zones may lie wrong. */
  get isOff(): boolean {
    return this.#view.state === 'MOVED' || this.#view.state === 'UNLIKE'
  }

  /** @param outlook of commissioning; null: not commissioned yet. @returns whether another state holds now */
  take(frame: Pick<Frame, 'yuv' | 'timeMs' | 'wallMs'>, outlook: Outlook | null): boolean {
    const { enabled, everySec } = this.#options
    if (!enabled || outlook === null || frame.wallMs < outlook.sinceWallMs) return false
    if (Math.abs(frame.timeMs - this.#checkedMs) < 1_000 * everySec) return false
    this.#present.take(frame)
    if (this.#present.looks < LOOKS) return false
    const now = this.#present.luma
    this.#present.clear()
    this.#checkedMs = frame.timeMs
    if (edgeOf(now) < EDGE_SHARE_MIN * edgeOf(outlook.luma)) return false
    const move = viewMove(outlook.luma, now)
    return this.#hear(this.#stateOf(move), move, frame.wallMs)
  }

  /** Another commissioning picture: what was said of the old one is over. */
  reset(): void {
    this.#view = NOTHING
    this.#saying = 'UNKNOWN'
    this.#said = 0
    this.#checkedMs = Number.NEGATIVE_INFINITY
    this.#present.clear()
  }

  /** Goes on saying what was said before the gateway was started anew. */
  restore(view: DriftView | null): void {
    if (view !== null) this.#view = view
  }

  #stateOf({ x, y, zoom, likeness, likenessInPlace }: ViewMove): DriftState {
    const { shiftShareMax, zoomShareMax } = this.#options
    const isFar = Math.max(Math.abs(x), Math.abs(y)) > shiftShareMax || Math.abs(zoom - 1) > zoomShareMax
    if (isFar && likeness >= LIKENESS_MIN && likeness - likenessInPlace >= GAIN_MIN) return 'MOVED'
    return likeness < LIKENESS_MIN ? 'UNLIKE' : 'FITS'
  }

  #hear(state: DriftState, move: ViewMove, wallMs: number): boolean {
    this.#said = state === this.#saying ? this.#said + 1 : 1
    this.#saying = state
    const { movedChecks, unlikeChecks } = this.#options
    const before = this.#view
    const isSure = this.#said >= (state === 'UNLIKE' ? unlikeChecks : movedChecks)
    // The first view that fits is believed at once: nothing is alarmed by it.
    const isNew = state !== before.state && (isSure || (state === 'FITS' && before.state === 'UNKNOWN'))
    const told = isNew ? state : before.state
    this.#view = {
      ...{ state: told, move: state === told ? move : before.move },
      ...{ sinceWallMs: isNew ? wallMs : before.sinceWallMs, checkedWallMs: wallMs },
    }
    return isNew
  }
}
