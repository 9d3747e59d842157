/**
 * The rule catalogue: what may be watched at all, on which legal basis, where, and how patiently.
 *
 *     zone rule ─▶ entry of the catalogue ─▶ basis in force in the camera's district today?  ─no─▶ does not run
 *                                                 ├─▶ can it be judged in such a zone?         ─no─▶ does not run
 *                                                 ├─▶ does a loaded model know what it needs?  ─no─▶ does not run
 *                                                 ├─▶ has its keeper suspended it?             ─yes─▶ does not run
 *                                                 └─yes─▶ dwell and clearing times, floors applied
 *
 * Without a law, regulation or government rule in force at the place, nothing is watched: a document below the
 * rank of a rule (规章) is no basis. What expires stops by itself, because the question is asked again for every day;
 * so does an approval to go below a floor. [R18, R27, R28, R29, R31, R36, R40, R104]
 */
import { z } from 'zod'
import type { Role } from '../detections/detections.ts'
import { between, Day, localDay, Span } from '../kit/calendar.ts'
import { type Fault, fault } from '../kit/errors.ts'
import { RULE_IDS, type RuleId } from './event.ts'
import { rolesMissing, TRADES } from './rules/index.ts'
import type { Terms } from './rules/rule.ts'
import { hasPublicSide } from './shopfront.ts'
import { type Governance, graceThreshold, STRICT, settled, threshold } from './thresholds.ts'
import { ZONE_TYPES, type Zone } from './zone.ts'

/** Ranks that can carry a rule, highest first. */
const BASIS_LEVELS = ['法律', '行政法规', '地方性法规', '部门规章', '地方政府规章'] as const

const DivisionPrefix = z.string().regex(/^\d{2,12}$/, '2 … 12 digits')

const LegalBasis = z.strictObject({
  ref: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/)
    .optional()
    .describe('Short name within the entry, for leniency entries to refer to.'),
  title: z.string().min(1).max(120).describe('Title of the instrument.'),
  level: z.enum(BASIS_LEVELS).describe('Its rank. Anything below a government rule (规章) is refused.'),
  article: z.string().min(1).max(80).describe('Article, paragraph and item.'),
  text: z.string().min(1).max(600).describe('What it says, short.'),
  effectiveFrom: Day.describe('First day in force.'),
  effectiveTo: Day.optional().describe('Last day in force; absent while it goes on.'),
  districts: z
    .array(DivisionPrefix)
    .default([])
    .describe('Where it holds: first digits of division codes, `31` for all of Shanghai. Empty: everywhere.'),
  grounds: z
    .array(z.enum(ZONE_TYPES))
    .default([])
    .describe('Types of zone in which it holds, `SCHOOL_GATE` for one about school gates. Empty: all.'),
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

/** What is kept of an act. Every still comes with its whole picture and its close-up. */
const PLANNED_KINDS = [
  ...(['SCENE_BEFORE', 'START', 'PERSIST', 'CONFIRM', 'CLIP'] as const),
  ...(['PERSUASION_AUDIO', 'RECHECK', 'AFTER'] as const),
] as const
/** Without these nothing shows that it was there, and that it stayed. */
const KINDS_NEEDED = ['START', 'CONFIRM'] as const

const LeniencyEntry = z.strictObject({
  legalBasisRef: z
    .string()
    .min(1)
    .max(40)
    .describe('`ref` of the legal basis of this entry that it is about.'),
  firstTimeRequired: z.boolean().describe('Only when it is seen for the first time (首次被发现).'),
  correctionWithinMin: z
    .number()
    .min(0)
    .max(100_000)
    .nullable()
    .describe('Only when corrected within so many minutes of the notice; null: the list sets no limit.'),
  harmExcluded: z.boolean().describe('Only when no harm was done (没有造成危害后果).'),
  listVersion: z.string().min(1).max(40).describe('Version of the list it stands on.'),
})
export type LeniencyEntry = z.infer<typeof LeniencyEntry>

const RuleEntryShape = z.strictObject({
  ruleId: z.enum(RULE_IDS),
  status: z
    .enum(['ACTIVE', 'SUSPENDED'])
    .default('ACTIVE')
    .describe('A suspended rule runs nowhere, whatever its basis.'),
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
  localCodes: z
    .array(
      z.strictObject({
        division: DivisionPrefix.describe('First digits of division codes; the longest that fits is used.'),
        code: z.string().min(1).max(40).describe('What the city there calls it.'),
      }),
    )
    .max(200)
    .default([])
    .describe('The cities’ own codes for it.'),
  powerListItemCode: z.string().max(80).optional().describe('Item of the published power list (权责清单).'),
  powerListVersion: z.string().max(40).optional().describe('Version of that list.'),
  legalBases: z.array(LegalBasis).max(60).describe('Every basis, national and local.'),
  nonSiteEligible: z.boolean().describe('Whether it may be enforced from video alone where that is allowed.'),
  nonSiteListVersion: z
    .string()
    .max(40)
    .optional()
    .describe('Version of the published list of such matters (非现场执法事项清单).'),
  correctionPrecondition: z
    .enum(['NONE', 'ORDER_THEN_REFUSE', 'ORDER_THEN_OVERDUE', 'REPEATED_PERSUASION'])
    .describe('What must have happened before a penalty is possible at all.'),
  leniency: z
    .strictObject({
      minorNoPenalty: z.boolean().describe('On the list of minor acts without penalty (轻微不罚).'),
      firstTimeWaiver: z.boolean().describe('On the list of first-time waivers (首违免罚).'),
      listVersion: z.string().max(40).describe('Version of these lists.'),
      entries: z
        .array(LeniencyEntry)
        .max(40)
        .default([])
        .describe('What the lists say of it, basis by basis: the facts that people ask for.'),
    })
    .describe('Facts for the people who decide; the box decides nothing by them.'),
  minDwellSec: z
    .strictObject({
      default: z
        .number()
        .min(1)
        .max(86_400)
        .describe('Seconds an act must last, unless the zone says otherwise.'),
      sensitive: z
        .number()
        .min(1)
        .max(86_400)
        .optional()
        .describe('The same at school gates and in fire lanes.'),
      floor: z.number().min(1).max(86_400).describe('The least a zone may ask for without an approval.'),
    })
    .refine((dwell) => dwell.default >= dwell.floor, {
      error: '≥ floor',
      path: ['default'],
    })
    .refine((dwell) => (dwell.sensitive ?? dwell.floor) >= dwell.floor, {
      error: '≥ floor',
      path: ['sensitive'],
    }),
  clearSec: z.number().min(1).max(3_600).describe('Seconds of absence after which an act is over.'),
  minDistanceM: threshold(0, 20, { default: 0.5, floor: 0.3 }).describe(
    'Beyond a shopfront: metres that the lower end of the measured distance must exceed.',
  ),
  unloadingGraceSec: graceThreshold(0, 7_200, { default: 600, floor: 300, ceiling: 1_800 }).describe(
    'Beyond a shopfront: seconds of unloading, somebody there and a vehicle close by, that do not count.',
  ),
  groupMin: threshold(2, 100, { default: 3, floor: 2 }).describe(
    'Road occupation: carriers at one place that make a market of stalls. A single stall is vending.',
  ),
  overShareMin: threshold(0.05, 0.95, { default: 0.3, floor: 0.2 }).describe(
    'Permit overreach: share of where a stall touches the ground that must lie beyond the boundary.',
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
  evidencePlan: z
    .array(z.enum(PLANNED_KINDS))
    .max(PLANNED_KINDS.length)
    .refine((plan) => KINDS_NEEDED.every((kind) => plan.includes(kind)), {
      error: KINDS_NEEDED.join(' and '),
    })
    .default([...PLANNED_KINDS])
    .describe('What is kept of an act, before, while and after it; nothing else is.'),
  minPixels: z
    .int()
    .min(64)
    .max(10_000_000)
    .default(2_500)
    .describe('Pixels in the act’s box on a still, below which nobody can tell what it is: 50 × 50.'),
  version: z.string().min(1).max(40).describe('Version of this entry.'),
  approvedBy: z
    .array(z.string().min(1).max(80))
    .max(10)
    .default([])
    .describe('Who signed this version: two people at least, in a catalogue that is no sample.'),
})
const RuleEntry = RuleEntryShape.refine(
  ({ leniency, legalBases }) =>
    leniency.entries.every(({ legalBasisRef }) => legalBases.some(({ ref }) => ref === legalBasisRef)),
  { error: '`ref` of one of its legalBases', path: ['leniency', 'entries'] },
)
export type RuleEntry = z.infer<typeof RuleEntry>

export const RuleCatalogue = z.strictObject({
  catalogue: z.string().min(1).max(80).describe('Name of the catalogue.'),
  version: z.string().min(1).max(40).describe('Version, chosen by its keepers.'),
  sample: z
    .boolean()
    .default(false)
    .describe('True for the catalogue shipped as a sample: not checked by a lawyer.'),
  agency: z.string().max(120).optional().describe('Who enforces; part of the public view.'),
  complaintChannel: z
    .string()
    .max(120)
    .optional()
    .describe('Where the public may complain; part of the public view.'),
  procedure: z
    .strictObject({ zh: z.string().max(2_000), en: z.string().max(2_000) })
    .optional()
    .describe('How a case goes on after the box, in both languages; part of the public view.'),
  rules: z.array(RuleEntry).min(1).max(RULE_IDS.length),
})
export type RuleCatalogue = z.infer<typeof RuleCatalogue>

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
  /** The city’s own code for it. */
  readonly localCode?: string
}

export interface Place {
  /** Administrative division code of the camera. */
  readonly districtCode: string
  readonly wallMs: number
  readonly offsetMinutes: number
  /** What the ground is for a stall; absent: what the zone says. */
  readonly ground?: Zone['type']
}

/** Ground on which an act needs less time to be told. */
const SENSITIVE: readonly Zone['type'][] = ['SCHOOL_GATE', 'FIRE_LANE']

/**
 * The rules of a zone that have a basis in force at the place and time, and that this build, the zone as it is drawn
 * and the loaded models (`roles`: what they know) can judge. What is asked for below a floor without leave has the floor.
 */
export function watchedRules(
  catalogue: RuleCatalogue,
  zone: Zone,
  place: Place,
  roles: ReadonlySet<Role>,
  governance: Governance = STRICT,
): WatchedRule[] {
  return zone.rules.flatMap((asked) => {
    const { rule, clearSec } = asked
    const entry = entryOf(catalogue, rule)
    const ground = groundFor(rule, zone, place)
    const basis = entry === undefined ? null : basisFor(entry, { ...place, ground })
    if (entry === undefined || basis === null || entry.status === 'SUSPENDED') return []
    if (misplaced(rule, zone) !== null || rolesMissing(rule, roles).length > 0) return []
    const day = localDay(place.wallMs, place.offsetMinutes)
    const dwell = entry.minDwellSec
    const usualSec = SENSITIVE.includes(ground) ? (dwell.sensitive ?? dwell.default) : dwell.default
    const bounds = { ...entry, minDwellSec: { ...dwell, default: usualSec } }
    const { minDwellSec, unloadingGraceSec, ...terms } = settled(bounds, asked, governance, day)
    const localCode = localCodeOf(entry, place.districtCode)
    return {
      ruleId: rule,
      minDwellSec,
      clearSec: clearSec ?? entry.clearSec,
      terms: { ...terms, unloadingGraceMs: 1000 * unloadingGraceSec, attendedCounts: entry.attendedCounts },
      entry,
      basis,
      ...(localCode === null ? {} : { localCode }),
    }
  })
}

/** What the ground is for a rule: near a school gate for whoever trades there, not for what is parked or piled. */
export function groundFor(rule: RuleId, zone: Zone, place: Pick<Place, 'ground'>): Zone['type'] {
  return TRADES.includes(rule) ? (place.ground ?? zone.type) : zone.type
}

/** What the city at the place calls it: the entry with the longest prefix. */
function localCodeOf({ localCodes }: RuleEntry, districtCode: string): string | null {
  const fitting = localCodes.filter(({ division }) => districtCode.startsWith(division))
  fitting.sort((a, b) => b.division.length - a.division.length)
  return fitting[0]?.code ?? null
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

export function entryOf(catalogue: RuleCatalogue, ruleId: RuleId): RuleEntry | undefined {
  return catalogue.rules.find((entry) => entry.ruleId === ruleId)
}

/** The basis in force at the place on that day: the most local one, then the one written first; null when none is. */
export function basisFor(
  entry: RuleEntry,
  { districtCode, wallMs, offsetMinutes, ground }: Place,
): LegalBasis | null {
  const day = localDay(wallMs, offsetMinutes)
  const inForce = entry.legalBases
    .filter((basis) => between(day, basis.effectiveFrom, basis.effectiveTo))
    .filter(({ grounds }) => grounds.length === 0 || (ground !== undefined && grounds.includes(ground)))
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
