/**
 * The duty chain: whom an overdue alert is taken to, step by step, and who of them is on duty now [R58, R79].
 *
 *     overdue ─▶ level 1: desk on duty ─ afterMin ─▶ level 2: squad leader ─ afterMin ─▶ level 3: … ─▶ end of the chain
 */
import { z } from 'zod'
import { type Moment, Window, withinHours } from '../violations/zone.ts'

const OnDuty = z.strictObject({
  personId: z.string().min(1).max(64).describe('Id on the platform.'),
  windows: z
    .array(Window)
    .min(1)
    .max(32)
    .optional()
    .describe('Hours of duty, local time. Absent: always on duty.'),
})

const DutyLevel = z.strictObject({
  name: z.string().min(1).max(80).describe('What this step of the chain is called.'),
  afterMin: z
    .number()
    .min(0)
    .max(10_080)
    .default(30)
    .describe('Minutes after the step before (the first one: after the limit) until it is told.'),
  people: z.array(OnDuty).min(1).max(64).describe('Who takes it; those on duty are told.'),
})

export const DutyOptions = z.strictObject({
  chain: z
    .array(DutyLevel)
    .max(8)
    .default([])
    .describe(
      'Whom an overdue alert is taken to, in order. Empty: it is marked overdue, and nobody is told.',
    ),
  peopleStaleHours: z
    .number()
    .min(1)
    .max(8_760)
    .default(48)
    .describe('Hours after the last sync from which the list of people counts as stale.'),
})
export type DutyOptions = z.infer<typeof DutyOptions>

export interface DutyCall {
  readonly name: string
  /** Empty: nobody of this step is on duty; the next step is told at once. */
  readonly to: readonly string[]
}

/** Step `level` of the chain, counted from 1, as it stands at an instant; null past its end. */
export function calledAt({ chain }: DutyOptions, level: number, moment: Moment): DutyCall | null {
  const step = chain[level - 1]
  if (step === undefined) return null
  const to = step.people
    .filter(({ windows }) => windows === undefined || withinHours({ windows }, moment))
    .map(({ personId }) => personId)
  return { name: step.name, to }
}
