/**
 * What an event says besides what the judge saw: where it belongs, what it is one with, who waits for what.
 *
 *     camera ─▶ place ─▶ jurisdiction      earlier act, other view ─▶ sameActAs, mergedFrom      hotline ─▶ externalTickets
 *     rule × state ─▶ dueAt, escalation    platform ─▶ mirror, legalHold                         other authority ─▶ transfer
 *
 * Every member is optional and noted by the desk's annexes when a revision is kept; the judge never fills one in.
 */
import { z } from 'zod'

const Time = z.iso.datetime({ offset: true })

export const LEVELS = ['CITY', 'DISTRICT', 'STREET'] as const
export type Level = (typeof LEVELS)[number]

/** Stages of a case as the platform runs them; the box only mirrors what it is told [R7]. */
export const STAGES = [
  'ORDER_TO_CORRECT',
  'INVESTIGATION',
  'LEGAL_REVIEW',
  'PENALTY_NOTICE',
  'PENALTY',
  'NO_PENALTY',
  'SERVICE',
  'ENFORCEMENT',
  'CLOSED',
] as const
export type Stage = (typeof STAGES)[number]

const SLA_STEPS = ['review', 'persuade', 'dispatch', 'onSite', 'close'] as const
export type SlaStep = (typeof SLA_STEPS)[number]

const Place = z.object({
  address: z.string().nullable(),
  lon: z.number().nullable().describe('WGS-84, of the camera or the body-cam.'),
  lat: z.number().nullable(),
  districtCode: z.string().nullable(),
  streetCode: z.string().nullable(),
  gridCode: z.string().nullable().describe('Unit grid (单元网格).'),
  shopId: z.string().nullable(),
})

const Jurisdiction = z.object({
  primaryAgency: z.string().describe('The one agency that handles it; others get copies.'),
  level: z.enum(LEVELS),
  crossRegion: z.boolean().describe('Lies in, or too near to, more than one area of its level.'),
  copies: z.array(z.string()).describe('Agencies that are told, and do not handle it.'),
})

const Ticket = z.object({ source: z.string(), ticketNo: z.string(), at: Time })

export const Escalation = z.object({
  step: z.enum(SLA_STEPS),
  level: z.int().min(1),
  name: z.string(),
  to: z.array(z.string()).describe('Ids of the people on duty; empty: nobody was.'),
  at: Time,
})

const Mirror = z.object({
  stage: z.enum(STAGES).nullable(),
  eventNo: z.string().nullable().describe('Number in the event and coordination system.'),
  caseNo: z.string().nullable().describe('Number in the case system; never the same field as eventNo.'),
  firstFiledAt: Time.nullable().describe('When the case was first filed, by whichever agency.'),
})

const Transfer = z.object({
  to: z.string().describe('The agency that gets it.'),
  reasonCode: z.string(),
  packageId: z.string().describe('Evidence that goes with it: a BagIt package anybody can verify.'),
  manifestHash: z.string(),
  at: Time,
})

const Filmed = z.object({
  recordingId: z.string(),
  personId: z.string().nullable().describe('Who carried the recorder.'),
  from: Time.describe('True time, corrected by the offset of the recorder’s clock where it is known.'),
  to: Time,
  fromSec: z.number().min(0).describe('Seconds into the film.'),
  toSec: z.number().min(0),
  evidenceCap: z.enum(['LEAD', 'CANDIDATE']).describe('What the recording may be at most.'),
  capReasons: z.array(z.string()),
  by: z.string().describe('`box`, or the person who linked it.'),
  score: z.number().min(0).max(1).describe('How well time, place and officer fit.'),
  reasons: z.array(z.string()),
})

export const ActFields = z.object({
  place: Place.exactOptional(),
  jurisdiction: Jurisdiction.exactOptional(),
  sameActAs: z
    .array(z.string())
    .exactOptional()
    .describe('The primary event of the same act. Counted there, handled there.'),
  mergedFrom: z.array(z.string()).exactOptional().describe('On the primary event: the others of the act.'),
  externalTickets: z.array(Ticket).exactOptional().describe('Tickets of 12345 and kin about it.'),
  dueAt: Time.exactOptional().describe('When the present step must be done.'),
  dueStep: z.enum(SLA_STEPS).exactOptional(),
  escalation: Escalation.exactOptional().describe('Overdue: whom it was last taken to.'),
  legalHold: z.literal(true).exactOptional().describe('Its evidence may not be purged.'),
  mirror: Mirror.exactOptional().describe('What the platform said of its case.'),
  transfer: Transfer.exactOptional(),
  filmed: z
    .array(Filmed)
    .exactOptional()
    .describe('On-site segments: parts of body-cam recordings that show the act, or how it was dealt with.'),
})
export type ActFields = Readonly<z.infer<typeof ActFields>>
