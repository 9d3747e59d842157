/**
 * What a camera's pictures may be at most: a lead, or evidence once two reviewers have passed it.
 *
 *     reviews in force · place published · sign photographed ─ authorisation of the rule in the district ─▶ caps
 *
 * Asked for the days of the act, first to last: a review that expires while an act goes on does not cover it, a place
 * published afterwards was not published. Default is the lead; only what the authority has on record lifts that.
 */
import { z } from 'zod'
import { between, Day } from '../kit/calendar.ts'
import { RULE_IDS } from '../violations/event.ts'
import type { Reason } from './quality/words.ts'

export const Authorisation = z.strictObject({
  ref: z
    .string()
    .min(1)
    .max(160)
    .describe('The record (授权依据): title or number of the document, and its article.'),
  issuedBy: z.string().min(1).max(120).describe('Who issued it.'),
  rules: z.array(z.enum(RULE_IDS)).min(1).max(RULE_IDS.length).describe('For which rules.'),
  districts: z
    .array(z.string().regex(/^\d{2,12}$/, '2 … 12 digits'))
    .min(1)
    .max(100)
    .describe('Where: first digits of division codes.'),
  from: Day.describe('First day.'),
  until: Day.optional().describe('Last day; absent while it goes on.'),
})
export type Authorisation = z.infer<typeof Authorisation>

/** What is on record of a camera. */
export interface Registered {
  readonly legalReviewNo?: string | undefined
  readonly technicalReviewNo?: string | undefined
  readonly reviewValidFrom?: string | undefined
  readonly reviewValidUntil?: string | undefined
  readonly locationPublishedAt?: string | undefined
  readonly signagePhotoRef?: string | undefined
}

/** First and last day of an act. */
export interface Days {
  readonly from: string
  readonly to: string
}

export function deviceCaps(camera: Registered, days: Days): Reason[] {
  const caps: Reason[] = []
  const { legalReviewNo, technicalReviewNo, reviewValidFrom, reviewValidUntil, locationPublishedAt } = camera
  const reviewed = legalReviewNo !== undefined && technicalReviewNo !== undefined
  if (!reviewed || days.from < (reviewValidFrom ?? '')) caps.push('DEVICE_NOT_REVIEWED')
  else if (days.to > (reviewValidUntil ?? '9999-12-31')) caps.push('DEVICE_REVIEW_EXPIRED')
  if (locationPublishedAt === undefined || days.from < locationPublishedAt)
    caps.push('LOCATION_NOT_PUBLISHED')
  if (camera.signagePhotoRef === undefined) caps.push('SIGN_NOT_RECORDED')
  return caps
}

/** The record that covers a rule at a place from the first day of an act to its last; null when none does. */
export function authorisationFor(
  records: readonly Authorisation[],
  rule: string,
  districtCode: string,
  days: Days,
): Authorisation | null {
  const covers = ({ rules, districts, from, until }: Authorisation) =>
    rules.some((each) => each === rule) &&
    districts.some((prefix) => districtCode.startsWith(prefix)) &&
    between(days.from, from, until) &&
    between(days.to, from, until)
  return records.find(covers) ?? null
}

export interface Capability {
  readonly evidenceCapability: 'LEAD_ONLY' | 'EVIDENCE_CAPABLE'
  readonly evidenceCapabilityReasons: readonly Reason[]
}

interface CapabilityAsked {
  readonly camera: Registered & {
    readonly zones: readonly { readonly rules: readonly { readonly rule: string }[] }[]
  }
  readonly districtCode: string
  readonly authorisations: readonly Authorisation[]
  readonly hasTimeServer: boolean
  readonly isTest: boolean
  /** The day that is asked about. */
  readonly day: string
}

/** Of a camera as it is configured, before anything happens: what its best record could be today. */
export function capabilityOf(asked: CapabilityAsked): Capability {
  const { camera, districtCode, authorisations, hasTimeServer, isTest, day } = asked
  const days = { from: day, to: day }
  const reasons = deviceCaps(camera, days)
  const rules = camera.zones.flatMap((zone) => zone.rules.map(({ rule }) => rule))
  if (!rules.some((rule) => authorisationFor(authorisations, rule, districtCode, days) !== null))
    reasons.push('NO_AUTHORISATION_RECORD')
  if (!hasTimeServer) reasons.push('NO_TIME_SERVER')
  if (isTest) reasons.push('TEST_MODE')
  return {
    evidenceCapability: reasons.length === 0 ? 'EVIDENCE_CAPABLE' : 'LEAD_ONLY',
    evidenceCapabilityReasons: reasons,
  }
}
