/**
 * Every message of the gateway, once: topic, direction, QoS, retain, type and payload. The publisher, the command
 * desk, the simulated platform and the generated descriptions all read this table.
 *
 *     out   what the gateway tells         in   what it is told
 */
import { z } from 'zod'
import { ALERT_STATES } from '../alerts/lifecycle.ts'
import { DELIVERY_STATUSES, PERSUASION_RESULTS, type PersuasionRecord } from '../alerts/persuasion-record.ts'
import { LANGUAGES } from '../alerts/scripts.ts'
import { ROLES } from '../detections/detections.ts'
import { HELD_KINDS, SEAL_PURPOSES } from '../evidence/package.ts'
import type { ManifestSummary } from '../evidence/summary.ts'
import { TOKEN_STATES } from '../evidence/token.ts'
import { ActFields, Escalation } from '../violations/act-fields.ts'
import { PERSUASION_CHANNELS } from '../violations/catalogue.ts'
import { DETECTION_STATES, PERMIT_RESULTS, RULE_IDS, type ViolationEvent } from '../violations/event.ts'

const Time = z.iso.datetime({ offset: true })
const Fraction = z.number().min(0).max(1)
const Grade = z.enum(['G0', 'G1', 'G2', 'G3', 'G4'])
const Tier = z.enum(['SERVICE', 'MANAGEMENT', 'ENFORCEMENT'])

const ActObject = z.object({
  class: z.string(),
  role: z.enum(['attendant', ...ROLES]),
  confidence: Fraction.exactOptional(),
})

const Interval = z.tuple([z.number(), z.number()]).describe('At least and at most.')
const Measured = z.object({
  distanceM: Interval.nullable().describe('Metres beyond the shopfront line; null: unknown.'),
  areaM2: Interval.nullable().describe('Square metres of ground that are taken; null: unknown.'),
  groundShare: Fraction.describe('Share of where the goods touch the ground that lies beyond the line.'),
})

const GradeFact = z.object({ code: z.string(), value: z.union([z.string(), z.number()]).exactOptional() })
const Discretion = z.object({
  durationSec: Interval,
  areaM2: Interval.exactOptional(),
  extensionM: Interval.exactOptional().describe('Metres beyond the shopfront line.'),
  blockingWidthM: Interval.exactOptional().describe('Metres of the way that are taken.'),
  placeType: z.string().exactOptional().describe('What the ground is.'),
  firstAtPlace: z.boolean().exactOptional().describe('No earlier act here that a person has verified.'),
  repeatCount: z.int().min(0).exactOptional(),
  repeatDays: z.int().min(1).exactOptional().describe('Days over which earlier acts are counted.'),
  correctionSec: Interval.exactOptional().describe('From the first notice to the end of the act.'),
})
const Leniency = z.object({
  candidate: z.boolean().describe('One of the lists may fit; people decide.'),
  reasons: z.array(z.string()),
  listVersion: z.string(),
})
const GradeChange = z.object({
  from: Grade.describe('What the box makes of the facts.'),
  by: z.string(),
  reason: z.string(),
  at: Time,
})
const MajorIncident = z.object({
  declaredAt: Time,
  by: z.string(),
  reason: z.string(),
  told: z
    .array(z.object({ to: z.string(), at: Time, receivedAt: Time.nullable() }))
    .describe('Who was told, step by step upward, and when each has said that he knows.'),
})
const PermitCheck = z.object({
  nearestPointId: z
    .string()
    .nullable()
    .describe('The permitted point that matters most to it; null: none is known.'),
  inside: z.boolean().describe('Whether it stands in the place.'),
  inWindow: z.boolean().describe('Whether the hours are now, with the time to set up and to clear away.'),
  result: z.enum(PERMIT_RESULTS),
})

const PropertyQuality = z.object({
  score: Fraction.nullable().describe('Of its weakest check; null: nothing could be measured.'),
  passed: z.boolean().nullable().describe('null: something that matters was not measured.'),
  reasons: z.array(z.string()).describe('Codes of what failed or was not measured.'),
})
const QualitySummary = z.object({
  true: PropertyQuality.describe('真实: bytes, chain, signature.'),
  clear: PropertyQuality.describe('清晰: pixels on target, sharpness, exposure, contrast, occlusion.'),
  complete: PropertyQuality.describe('完整: plan, stills and their interval, clip, place.'),
  accurate: PropertyQuality.describe('准确: clock, view, zones.'),
})

/** `satisfies` holds this to the type that the judge's side of the house declares. */
const Alert = z.object({
  eventId: z.string().min(1),
  revision: z.int().min(1).describe('Counts up; the highest of an event is its state.'),
  phase: z.enum(['START', 'UPDATE', 'END']),
  ruleId: z.enum(RULE_IDS),
  site: z.string(),
  gateway: z.string(),
  cameraId: z.string(),
  zoneId: z.string(),
  startedAt: Time.describe('When the act was first seen.'),
  confirmedAt: Time,
  endedAt: Time.nullable().describe('null while it goes on.'),
  durationSec: z.number().min(0),
  media: z.object({ startSec: z.number(), confirmSec: z.number(), endSec: z.number().nullable() }),
  box: z
    .tuple([Fraction, Fraction, Fraction, Fraction])
    .describe('Largest extent in the picture, fractions.'),
  confidence: Fraction.describe('How sure the box is of the facts. Not a probability of guilt.'),
  detectionState: z.enum(DETECTION_STATES),
  alertState: z.enum(ALERT_STATES),
  grade: Grade,
  gradeReasons: z.array(z.string()).describe('In English; `gradeFacts` are the same for machines.'),
  gradeFacts: z.array(GradeFact).exactOptional(),
  gradeChange: GradeChange.exactOptional().describe('A person has changed the grade.'),
  handlingTier: Tier,
  tierUsed: Tier.exactOptional().describe('The tier that was really used, told when it is closed.'),
  leniency: Leniency.exactOptional(),
  discretion: Discretion.exactOptional().describe('Measured facts; absent when unknown.'),
  requiresLegalReview: z.array(z.string()).exactOptional().describe('Why legal reviewers should see it.'),
  majorIncident: MajorIncident.exactOptional(),
  evidenceStatus: z.enum(['LEAD', 'EVIDENCE_CANDIDATE', 'REVIEWED_PASS', 'REVIEWED_FAIL', 'EVIDENCE']),
  evidenceCaps: z.array(z.string()),
  quality: QualitySummary.exactOptional().describe(
    'The four properties of the record as measured, once a package is sealed. Facts, no verdict.',
  ),
  objects: z.array(ActObject),
  measured: Measured.exactOptional().describe(
    'Facts with their uncertainty, where something can be measured.',
  ),
  permitCheck: PermitCheck.exactOptional().describe('How it stands to the nearest permitted point.'),
  governanceMode: z.enum(['production', 'test']),
  legalBasis: z.object({ title: z.string(), article: z.string() }),
  gbCode: z.string(),
  localCode: z.string().exactOptional().describe('The city’s own code, where the catalogue has one.'),
  title: z.string(),
  text: z.string().describe('疑似 …: a suspicion, never a finding.'),
  configVersion: z.string(),
  catalogVersion: z.string(),
  modelDigest: z.string().nullable(),
  evidence: z
    .object({ packageId: z.string(), manifestHash: z.string(), packages: z.array(z.string()) })
    .nullable(),
  ...ActFields.shape,
}) satisfies z.ZodType<ViolationEvent>

const Status = z.object({
  state: z.enum(['online', 'draining', 'offline']),
  session: z
    .string()
    .describe('Of the connection; an `offline` of another session than the last `online` is old.'),
  degraded: z
    .array(z.object({ code: z.string().describe('A code of the error catalogue.'), since: Time }))
    .default([])
    .describe('What is not as it should be although the gateway works on; told within seconds.'),
})

const Birth = z.object({
  version: z.string().describe('Of the gateway.'),
  cameras: z.array(z.object({ id: z.string(), name: z.string(), rules: z.array(z.enum(RULE_IDS)) })),
  configVersion: z.string(),
  catalogVersion: z.string(),
  modelDigest: z.string().nullable(),
  publicKey: z
    .string()
    .nullable()
    .describe('Ed25519 key that signs evidence, PEM; null before there is one.'),
  sm2PublicKey: z.string().exactOptional().describe('The second key, PEM, where it is configured.'),
  revokedKeys: z
    .array(z.object({ keyId: z.string(), revokedAt: Time, reason: z.string() }))
    .exactOptional()
    .describe('Keys of this box that are to be trusted no more.'),
  clock: z.object({ offsetMs: z.number().nullable(), source: z.string() }),
})
export type Birth = z.infer<typeof Birth>

const CameraStatus = z.object({
  state: z.enum(['online', 'stalled', 'frozen', 'dark', 'covered', 'offline', 'disabled']),
  since: Time,
  mode: z.enum(['patrol', 'watch', 'pursue']).nullable(),
  code: z.string().nullable().describe('Why it is not online: a code of the error catalogue.'),
  analysedSec: z.number().min(0).describe('Seconds since its start in which somebody looked.'),
  owedSec: z.number().min(0).describe('Seconds since its start in which somebody should have looked.'),
})
export type CameraStatus = z.infer<typeof CameraStatus>

const EvidenceItem = z.object({
  itemId: z.string(),
  kind: z.enum([...HELD_KINDS, 'WIDE', 'CLOSEUP']),
  isOriginal: z.boolean(),
  derivedFrom: z.string().nullable(),
  mime: z.string(),
  bytes: z.int().min(0),
  sha256: z.string(),
  sm3: z.string(),
  capturedAt: Time,
  fetch: z.string().describe('Path on the box where it is fetched.'),
})
const Evidence = z.object({
  packageId: z.string(),
  eventId: z.string(),
  purpose: z.enum(SEAL_PURPOSES),
  sequence: z.int().min(1).describe('Place in the chain of all packages of the box.'),
  manifestHash: z.string(),
  prevManifestHash: z.string().nullable().describe('Of the package before it.'),
  tagmanifestHash: z.string().describe('What the signature is over.'),
  signature: z.object({ alg: z.literal('Ed25519'), keyId: z.string(), value: z.string() }),
  sm2Signature: z
    .object({ alg: z.literal('SM2'), keyId: z.string(), value: z.string() })
    .nullable()
    .describe('With SM3; null where it is not configured.'),
  timestamp: z
    .enum(TOKEN_STATES)
    .describe(
      'ABSENT: no time-stamping authority has signed it yet; once one has, this message comes again.',
    ),
  timestamps: z.array(
    z.object({
      type: z.literal('RFC3161'),
      status: z.enum(TOKEN_STATES),
      tokenTime: Time.nullable().describe('The authority’s, beside `producedAt`, which is the box’s.'),
      tsa: z.string().nullable().describe('Who signed it, as its certificate says.'),
      policy: z.string().nullable(),
      serial: z.string().nullable(),
      sha256: z.string().describe('Of the token.'),
      fetch: z.string(),
    }),
  ),
  evidenceStatus: z.string(),
  evidenceCaps: z.array(z.string()),
  producedAt: Time,
  bytes: z.int().min(0),
  fetch: z.string().describe('Path on the box where the package is fetched.'),
  items: z.array(EvidenceItem),
  itemsOmitted: z.int().min(0).describe('Items that did not fit; the package’s manifest names them.'),
}) satisfies z.ZodType<ManifestSummary>

const EvidenceHead = z.object({
  producer: z.object({ site: z.string(), gateway: z.string() }),
  day: z.string().describe('Local day that it closes.'),
  sealedAt: Time,
  reason: z.enum(['MIDNIGHT', 'STOP', 'START']),
  sequence: z.int().min(0).describe('Number of the newest package; 0: there is none.'),
  packageId: z.string().nullable(),
  manifestHash: z.string().nullable(),
  packages: z.int().min(0).describe('By how many the chain grew since the last head of an earlier day.'),
  prevHeadHash: z.string().nullable(),
  custody: z
    .object({ entry: z.int(), hash: z.string() })
    .nullable()
    .describe('Newest entry of the custody log.'),
  hash: z.string().describe('SHA-256 of the line in `heads.ndjson`; the next head names it.'),
  statement: z.string().describe('The same as it was signed. Keep it: `lushao verify --heads` reads it.'),
  signature: z.object({ alg: z.literal('Ed25519'), keyId: z.string(), value: z.string() }),
})
const EvidencePart = z.object({
  packageId: z.string(),
  eventId: z.string(),
  manifestHash: z.string(),
  tagmanifestHash: z.string(),
  path: z.string().describe('Of the file, inside the package.'),
  sha256: z.string().describe('Of the whole file.'),
  fileBytes: z.int().min(0),
  from: z.int().min(0).describe('First byte of the part in the file.'),
  bytes: z.int().min(0),
  base64: z.string(),
})
export type EvidencePart = z.infer<typeof EvidencePart>

const AudioRef = z.object({
  sha256: z.string(),
  sm3: z.string(),
  bytes: z.int().min(0),
  durationSec: z.number().min(0),
  source: z.enum(['speech', 'recording']),
})

const Persuasion = z.object({
  persuasionId: z.string(),
  version: z.int().min(1).describe('Counts up; the highest of a notice is how it stands.'),
  eventId: z.string(),
  cameraId: z.string(),
  channel: z.enum(PERSUASION_CHANNELS),
  rung: z.int().min(0).describe('Place on the ladder of the rule, from 0.'),
  scriptId: z.string().nullable().describe("null: a person's own words."),
  scriptVersion: z.string().nullable(),
  text: z.string().describe('What was said, word for word.'),
  language: z.enum(LANGUAGES),
  trigger: z.enum(['AUTO_POLICY', 'OPERATOR']),
  operatorId: z.string().nullable(),
  requestedAt: Time,
  startedAt: Time.nullable(),
  endedAt: Time.nullable(),
  deliveryStatus: z.enum(DELIVERY_STATUSES),
  reason: z.string().nullable().describe('Why it was withheld, or how it failed.'),
  deviceId: z.string().nullable().describe('Speaker or webhook; null on site.'),
  volume: z.number().min(0).max(100).nullable(),
  receipt: z.string().nullable().describe("The other side's own id of it."),
  audioRef: AudioRef.nullable().describe('What was played; `/api/v1/persuasions/{persuasionId}/audio`.'),
  micLoopbackRef: z.null().describe('Proof that it was audible; none yet.'),
  correctionMin: z.number().min(0),
  correctionDeadline: Time.nullable(),
  result: z.enum(PERSUASION_RESULTS).nullable().describe('Of the re-check; null until then.'),
  resultAt: Time.nullable(),
  remainingShare: Fraction.nullable().describe(
    'Share of the goods that was left; null: it could not be told.',
  ),
  isOrderToCorrect: z.boolean().describe('True only when a certified officer issued it as an order.'),
}) satisfies z.ZodType<PersuasionRecord>

const EscalationMessage = z.object({
  ...Escalation.shape,
  eventId: z.string(),
  state: z.string().describe('State of the alert that was found overdue.'),
  dueAt: Time,
})

const Open = z.record(z.string(), z.unknown())

const Ack = z.union([
  z.strictObject({ ids: z.array(z.string().min(1).max(64)).min(1).max(10_000) }),
  z.strictObject({ upTo: z.int().min(0) }),
])

const Command = z.object({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, _ and -, at most 64'),
  by: z.string().min(1).max(64).describe('Id of the person who wants it.'),
  expiresAt: Time.describe('Not obeyed after this.'),
  args: Open.default({}),
})
export type Command = z.infer<typeof Command>

const Result = z.object({
  id: z.string().describe('The command.'),
  name: z.string(),
  ok: z.boolean(),
  code: z.string().optional().describe('Why not: a code of the error catalogue.'),
  reason: z.string().optional(),
  result: z.unknown().optional(),
  first: z.unknown().optional().describe('Of a repeated command: what was answered the first time.'),
})
export type Result = z.infer<typeof Result>

const BackendState = z.object({ state: z.enum(['online', 'offline']) })

interface Message {
  /** Below the gateway's root. */
  readonly topic: string
  readonly direction: 'out' | 'in'
  readonly qos: 0 | 1
  readonly retain: boolean
  readonly type: string
  readonly data: z.ZodType
}

const message = <T extends z.ZodType>(
  direction: 'out' | 'in',
  topic: string,
  data: T,
  { qos = 1, retain = false }: { qos?: 0 | 1; retain?: boolean } = {},
) => ({ topic, direction, qos, retain, type: `cn.lushao.${topicKind(topic)}.v1`, data }) satisfies Message

export const MESSAGES = {
  status: message('out', 'status', Status, { retain: true }),
  birth: message('out', 'birth', Birth, { retain: true }),
  camera: message('out', 'cam/{cam}/status', CameraStatus, { retain: true }),
  alert: message('out', 'alert/{rule}/{cam}', Alert),
  evidence: message('out', 'evidence/{eventId}', Evidence),
  evidenceHead: message('out', 'evidence-head', EvidenceHead),
  evidencePart: message('out', 'evidence-part/{packageId}', EvidencePart),
  persuasion: message('out', 'persuasion/{eventId}', Persuasion),
  escalation: message('out', 'escalation/{eventId}', EscalationMessage),
  bodycam: message('out', 'bodycam/{device}', Open),
  telemetry: message('out', 'telemetry/{group}', Open, { qos: 0 }),
  result: message('out', 'res/{id}', Result),
  ack: message('in', 'ack', Ack),
  command: message('in', 'cmd/{name}', Command),
  backend: message('in', '../_backend/state', BackendState, { retain: true }),
} as const

/** `cam/{cam}/status` → cam, `../_backend/state` → backend, `evidence-part/…` → evidencepart. */
function topicKind(topic: string): string {
  return topic
    .replace(/^\.\.\/_/, '')
    .split('/')[0]!
    .replaceAll('-', '')
}
