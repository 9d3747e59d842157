/**
 * The rule catalogue: what may be watched at all, on which legal basis, where, and how patiently.
 *
 *     zone rule ─▶ entry of the catalogue ─▶ basis in force in the camera's district today?  ─no─▶ does not run
 *                                                      └─yes─▶ dwell and clearing times, floors applied
 *
 * Without a law, regulation or government rule in force at the place, nothing is watched: a document below the
 * rank of a rule (规章) is no basis. What expires stops by itself, because the question is asked again for every day.
 */
import { z } from 'zod'
import { RULE_IDS, type RuleId } from './event.ts'
import { RULES } from './rules/index.ts'
import { between, Day, localDay, type Zone } from './zone.ts'

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
  defaultGrade: z.enum(['G0', 'G1', 'G2', 'G3', 'G4']).describe('Grade of an act with no uplifting facts.'),
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

/** A rule that runs in a zone today, with its times settled and its basis at hand. */
export interface WatchedRule {
  readonly ruleId: RuleId
  readonly minDwellSec: number
  readonly clearSec: number
  readonly entry: RuleEntry
  readonly basis: LegalBasis
}

export interface Place {
  /** Administrative division code of the camera. */
  readonly districtCode: string
  readonly wallMs: number
  readonly offsetMinutes: number
}

/** The rules of a zone that this build can judge and that have a basis in force at the place and time. */
export function watchedRules(catalogue: RuleCatalogue, zone: Zone, place: Place): WatchedRule[] {
  return zone.rules.flatMap(({ rule, minDwellSec, clearSec }) => {
    const entry = entryOf(catalogue, rule)
    const basis = entry === undefined ? null : basisFor(entry, place)
    if (entry === undefined || basis === null || !SUPPORTED_RULES.has(rule)) return []
    return {
      ruleId: rule,
      minDwellSec: minDwellSec ?? entry.minDwellSec.default,
      clearSec: clearSec ?? entry.clearSec,
      entry,
      basis,
    }
  })
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
