/**
 * The rule catalogue: what may be watched at all, on which legal basis, where, and how patiently.
 *
 *     zone rule ─▶ entry of the catalogue ─▶ basis in force in the camera's district today?  ─no─▶ does not run
 *                                                 ├─▶ can it be judged in such a zone?         ─no─▶ does not run
 *                                                 ├─▶ does a loaded model know what it needs?  ─no─▶ does not run
 *                                                 └─yes─▶ dwell and clearing times, floors applied
 *
 * Without a law, regulation or government rule in force at the place, nothing is watched: a document below the
 * rank of a rule (规章) is no basis. What expires stops by itself, because the question is asked again for every day.
 */
import { z } from 'zod'
import type { Role } from '../detections/detections.ts'
import { between, Day, localDay, Span } from '../kit/calendar.ts'
import { type Fault, fault } from '../kit/errors.ts'
import { RULE_IDS, type RuleId } from './event.ts'
import { RULES, rolesMissing } from './rules/index.ts'
import type { Terms } from './rules/rule.ts'
import { hasPublicSide } from './shopfront.ts'
import type { Zone } from './zone.ts'

/** Ranks that can carry a rule, highest first. */
const BASIS_LEVELS = ['法律', '行政法规', '地方性法规', '部门规章', '地方政府规章'] as const

const LegalBasis = z.strictObject({
  title: z.string().min(1).max(120).describe('Title of the instrument.'),
  level: z.enum(BASIS_LEVELS).describe('Its rank. Anything below a government rule (规章) is refused.'),
  article: z.string().min(1).max(80).describe('Article, paragraph and item.'),
  text: z.string().min(1).max(600).describe('What it says, short.'),
  effectiveFrom: Day.describe('First day in force.'),
  effectiveTo: Day.optional().describe('Last day in force; absent while it goes on.'),
  districts: z
    .array(z.string().regex(/^\d{2,12}$/, '2 … 12 digits'))
    .default([])
    .describe('Where it holds: first digits of division codes, `31` for all of Shanghai. Empty: everywhere.'),
  source: z.string().min(1).max(300).describe('Where it was published. What is unpublished is no basis.'),
})
export type LegalBasis = z.infer<typeof LegalBasis>

export const PERSUASION_CHANNELS = ['SPEAKER', 'SMS', 'CALL', 'ONSITE'] as const

const LadderStep = z.strictObject({
  channel: z.enum(PERSUASION_CHANNELS).describe('How the notice is brought.'),
  scriptId: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/)
    .describe('Script of the library.'),
  correctionMin: z
    .number()
    .min(0.05)
    .max(10_080)
    .describe('Minutes to correct in; then the box looks again.'),
})
export type LadderStep = z.infer<typeof LadderStep>

const Sla = z.strictObject({
  review: Span.optional().describe('Until a person has verified or rejected it.'),
  persuade: Span.optional().describe('From verified to the first notice.'),
  dispatch: Span.optional().describe('From persisting to dispatched.'),
  onSite: Span.optional().describe('From dispatched to on site.'),
  close: Span.optional().describe('From detected to closed.'),
})
export type Sla = z.infer<typeof Sla>

const RuleEntry = z.strictObject({
  ruleId: z.enum(RULE_IDS),
  nameZh: z.string().min(1).max(40).describe('Name in Chinese, as officers say it.'),
  nameEn: z.string().min(1).max(80).describe('Name in English.'),
  gbMajor: z
    .string()
    .regex(/^\d{2}$/)
    .describe('Major class of digital urban management events (大类).'),
  gbMinor: z
    .string()
    .regex(/^\d{2}$/)
    .describe('Minor class (小类).'),
  localCode: z.string().max(40).optional().describe('The city’s own code for it.'),
  powerListItemCode: z.string().max(80).optional().describe('Item of the published power list (权责清单).'),
  legalBases: z.array(LegalBasis).max(60).describe('Every basis, national and local.'),
  nonSiteEligible: z.boolean().describe('Whether it may be enforced from video alone where that is allowed.'),
  correctionPrecondition: z
    .enum(['NONE', 'ORDER_THEN_REFUSE', 'ORDER_THEN_OVERDUE', 'REPEATED_PERSUASION'])
    .describe('What must have happened before a penalty is possible at all.'),
  leniency: z
    .strictObject({
      minorNoPenalty: z.boolean().describe('On the list of minor acts without penalty (轻微不罚).'),
      firstTimeWaiver: z.boolean().describe('On the list of first-time waivers (首违免罚).'),
      listVersion: z.string().max(40).describe('Version of these lists.'),
    })
    .describe('Facts for the people who decide; the box decides nothing by them.'),
  minDwellSec: z
    .strictObject({
      default: z
        .number()
        .min(1)
        .max(86_400)
        .describe('Seconds an act must last, unless the zone says otherwise.'),
      floor: z.number().min(1).max(86_400).describe('The least a zone may ask for without an approval.'),
    })
    .refine((dwell) => dwell.default >= dwell.floor, {
      error: '≥ floor',
      path: ['default'],
    }),
  clearSec: z.number().min(1).max(3_600).describe('Seconds of absence after which an act is over.'),
  minDistanceM: z
    .number()
    .min(0)
    .max(20)
    .default(0.5)
    .describe('Beyond a shopfront: metres that the lower end of the measured distance must exceed.'),
  unloadingGraceSec: z
    .number()
    .min(0)
    .max(7_200)
    .default(600)
    .describe(
      'Beyond a shopfront: seconds of unloading, somebody there and a vehicle close by, that do not count.',
    ),
  groupMin: z
    .int()
    .min(2)
    .max(100)
    .default(3)
    .describe(
      'Road occupation: carriers at one place that make a market of stalls. A single stall is vending.',
    ),
  attendedCounts: z
    .boolean()
    .default(true)
    .describe('Parked things: whether minutes in which somebody stays with them count.'),
  defaultGrade: z.enum(['G0', 'G1', 'G2', 'G3', 'G4']).describe('Grade of an act with no uplifting facts.'),
  ladder: z
    .array(LadderStep)
    .max(8)
    .default([])
    .describe('Notices in order, the mildest first; the next one when the act persists at the re-check.'),
  sla: Sla.prefault({}).describe('Time limits of its handling; what is absent has none.'),
  primaryLevel: z
    .enum(['CITY', 'DISTRICT', 'STREET'])
    .default('DISTRICT')
    .describe('Which level handles it, unless it crosses a boundary.'),
  mergeWindowSec: z
    .number()
    .min(0)
    .max(86_400)
    .default(600)
    .describe('An act of the same rule that begins so soon after one at the same place is the same act.'),
  version: z.string().min(1).max(40).describe('Version of this entry.'),
})
export type RuleEntry = z.infer<typeof RuleEntry>

export const RuleCatalogue = z.strictObject({
  catalogue: z.string().min(1).max(80).describe('Name of the catalogue.'),
  version: z.string().min(1).max(40).describe('Version, chosen by its keepers.'),
  sample: z
    .boolean()
    .default(false)
    .describe('True for the catalogue shipped as a sample: not checked by a lawyer.'),
  complaintChannel: z
    .string()
    .max(120)
    .optional()
    .describe('Where the public may complain; part of the public view.'),
  rules: z.array(RuleEntry).min(1).max(RULE_IDS.length),
})
export type RuleCatalogue = z.infer<typeof RuleCatalogue>

/** What this build can judge; the other rules are accepted, named at start and in `doctor`, and never run. */
export const SUPPORTED_RULES: ReadonlySet<RuleId> = new Set(RULES.keys())

/** What may be watched in any view, without knowing what the ground is: for body-cams without zones of their own. */
export const RULES_ANYWHERE: readonly RuleId[] = ['street-vending', 'piling']

/** Ground that people walk or drive on: where a stall is road occupation. */
const ROADS: readonly Zone['type'][] = ['ROADWAY', 'SIDEWALK', 'TACTILE', 'FIRE_LANE']

/** Why a rule cannot be judged in a zone as it is drawn, in the words of the configuration; null when it can. */
export function misplaced(ruleId: RuleId, { type, polygon, shopfrontLine }: Zone): string | null {
  if (ruleId === 'road-occupation' && !ROADS.includes(type)) return `type: ${type}; ${ROADS.join(' | ')}`
  if (ruleId !== 'beyond-shopfront') return null
  if (type !== 'SHOPFRONT') return `type: ${type}; SHOPFRONT`
  if (shopfrontLine === undefined) return 'shopfrontLine: ?'
  return hasPublicSide(shopfrontLine, polygon) ? null : 'shopfrontLine ∥ polygon'
}

/** A rule that runs in a zone today, with its times settled and its basis at hand. */
export interface WatchedRule {
  readonly ruleId: RuleId
  readonly minDwellSec: number
  readonly clearSec: number
  readonly terms: Terms
  readonly entry: RuleEntry
  readonly basis: LegalBasis
}

export interface Place {
  /** Administrative division code of the camera. */
  readonly districtCode: string
  readonly wallMs: number
  readonly offsetMinutes: number
}

/**
 * The rules of a zone that have a basis in force at the place and time, and that this build, the zone as it is drawn
 * and the loaded models (`roles`: what they know) can judge.
 */
export function watchedRules(
  catalogue: RuleCatalogue,
  zone: Zone,
  place: Place,
  roles: ReadonlySet<Role>,
): WatchedRule[] {
  return zone.rules.flatMap(({ rule, minDwellSec, clearSec }) => {
    const entry = entryOf(catalogue, rule)
    const basis = entry === undefined ? null : basisFor(entry, place)
    if (entry === undefined || basis === null || !SUPPORTED_RULES.has(rule)) return []
    if (misplaced(rule, zone) !== null || rolesMissing(rule, roles).length > 0) return []
    return {
      ruleId: rule,
      minDwellSec: minDwellSec ?? entry.minDwellSec.default,
      clearSec: clearSec ?? entry.clearSec,
      terms: termsOf(entry),
      entry,
      basis,
    }
  })
}

/** What no loaded model can see, camera by camera: such a rule does not run, and says so. */
export function blindRules(
  { id, zones }: { readonly id: string; readonly zones: readonly Zone[] },
  roles: ReadonlySet<Role>,
): Fault[] {
  return zones.flatMap((zone) =>
    zone.rules.flatMap(({ rule }) => {
      const missing = rolesMissing(rule, roles)
      if (missing.length === 0) return []
      return fault('RULE_BLIND', { camera: id, zone: zone.id, rule, roles: missing.join(' ') })
    }),
  )
}

function termsOf({ minDistanceM, unloadingGraceSec, groupMin, attendedCounts }: RuleEntry): Terms {
  return { minDistanceM, unloadingGraceMs: 1000 * unloadingGraceSec, groupMin, attendedCounts }
}

export function entryOf(catalogue: RuleCatalogue, ruleId: RuleId): RuleEntry | undefined {
  return catalogue.rules.find((entry) => entry.ruleId === ruleId)
}

/** The basis in force at the place on that day: the most local one, then the one written first; null when none is. */
export function basisFor(
  entry: RuleEntry,
  { districtCode, wallMs, offsetMinutes }: Place,
): LegalBasis | null {
  const day = localDay(wallMs, offsetMinutes)
  const inForce = entry.legalBases
    .filter((basis) => between(day, basis.effectiveFrom, basis.effectiveTo))
    .map((basis) => ({ basis, reach: reach(basis, districtCode) }))
    .filter(({ reach }) => reach >= 0)
    .sort((a, b) => b.reach - a.reach)
  return inForce[0]?.basis ?? null
}

/** How many digits of the district's code the basis names; 0 everywhere, -1 elsewhere. */
function reach(basis: LegalBasis, districtCode: string): number {
  if (basis.districts.length === 0) return 0
  return Math.max(...basis.districts.map((prefix) => (districtCode.startsWith(prefix) ? prefix.length : -1)))
}
