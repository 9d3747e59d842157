/**
 * Shifts of a recorder, and whether a recording lies in one of its user's.
 *
 *     CHECK_OUT  p-1 ├──────────────┤ CHECK_IN        one holder at any instant, or none
 *     recording        ├────┤                         on duty
 *     recording                  ├────────┤           it goes on longer than the margin: outside duty [R63]
 */
import { z } from 'zod'
import type { LedgerEntry } from './ledger.ts'

export const LedgerOptions = z.strictObject({
  duty: z
    .enum(['when-used', 'required'])
    .default('when-used')
    .describe(
      '`required`: a recording of a recorder that was not checked out to its user is quarantined. `when-used`: only of recorders that were ever checked out.',
    ),
  handOverMin: z
    .number()
    .min(0)
    .max(240)
    .default(15)
    .describe(
      'Minutes that a recording may lie outside its shift. Handing out a whole squad’s recorders takes about ten.',
    ),
  clockCheckHours: z
    .number()
    .min(1)
    .max(24 * 366)
    .default(72)
    .describe(
      'How far (hours) from a recording the comparison of clocks at the dock may lie. A quartz drifts about a second in 14 hours.',
    ),
  pairedWithinM: z
    .number()
    .min(1)
    .max(5_000)
    .default(100)
    .describe(
      'Metres between two recordings of the same minutes that still show people at one place. Positions among houses err by tens of metres.',
    ),
})
export type LedgerOptions = z.infer<typeof LedgerOptions>

export interface Shift {
  readonly personId: string
  readonly fromMs: number
  /** Null: not brought back yet. */
  readonly toMs: number | null
  /** Planned end, when one was said. */
  readonly untilMs: number | null
}

/** @param entries check-outs and check-ins of one device, in the order of the ledger */
export function shiftsOf(entries: readonly LedgerEntry[]): Shift[] {
  const shifts: Shift[] = []
  for (const { kind, at, facts } of entries) {
    const atMs = Date.parse(at)
    if (kind === 'CHECK_OUT') {
      const untilMs = typeof facts['until'] === 'string' ? Date.parse(facts['until']) : null
      shifts.push({ personId: String(facts['personId']), fromMs: atMs, toMs: null, untilMs })
    } else if (kind === 'CHECK_IN') {
      const open = shifts.pop()
      if (open !== undefined) shifts.push({ ...open, toMs: atMs })
    }
  }
  return shifts
}

export function holderAt(shifts: readonly Shift[], wallMs: number): Shift | null {
  return shifts.find(({ fromMs, toMs }) => fromMs <= wallMs && (toMs === null || wallMs < toMs)) ?? null
}

/** The device was with this person for the whole of it, but for the margin. */
export function isOnDuty(
  shifts: readonly Shift[],
  { personId, startMs, endMs }: { personId: string; startMs: number; endMs: number },
  marginMs: number,
): boolean {
  return shifts.some((shift) => {
    const endsMs = Math.min(shift.toMs ?? Number.POSITIVE_INFINITY, shift.untilMs ?? Number.POSITIVE_INFINITY)
    const fits = startMs >= shift.fromMs - marginMs && endMs <= endsMs + marginMs
    return shift.personId === personId && fits
  })
}
