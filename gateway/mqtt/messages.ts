/**
 * Every message of the gateway, once: topic, direction, QoS, retain, type and payload. The publisher, the command
 * desk, the simulated platform and the generated descriptions all read this table.
 *
 *     out   what the gateway tells         in   what it is told
 */
import { z } from 'zod'
import { ALERT_STATES } from '../alerts/lifecycle.ts'
import { ROLES } from '../detections/detections.ts'
import { ActFields, Escalation } from '../violations/act-fields.ts'
import { DETECTION_STATES, RULE_IDS, type ViolationEvent } from '../violations/event.ts'

const Time = z.iso.datetime({ offset: true })
const Fraction = z.number().min(0).max(1)

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
  grade: z.enum(['G0', 'G1', 'G2', 'G3', 'G4']),
  gradeReasons: z.array(z.string()),
  handlingTier: z.enum(['SERVICE', 'MANAGEMENT', 'ENFORCEMENT']),
  evidenceStatus: z.enum(['LEAD', 'EVIDENCE_CANDIDATE', 'REVIEWED_PASS', 'REVIEWED_FAIL', 'EVIDENCE']),
  evidenceCaps: z.array(z.string()),
  objects: z.array(ActObject),
  measured: Measured.exactOptional().describe(
    'Facts with their uncertainty, where something can be measured.',
  ),
  governanceMode: z.enum(['production', 'test']),
  legalBasis: z.object({ title: z.string(), article: z.string() }),
  gbCode: z.string(),
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

const Evidence = z.object({
  eventId: z.string(),
  packageId: z.string(),
  manifestHash: z.string(),
  items: z.array(z.object({ path: z.string(), bytes: z.int().min(0), sha256: z.string() })),
  signature: z.string().nullable().describe('Ed25519 over the seal, base64.'),
  fetch: z.string().describe('Path on the box where the package is fetched.'),
})

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
  persuasion: message('out', 'persuasion/{eventId}', Open),
  escalation: message('out', 'escalation/{eventId}', EscalationMessage),
  bodycam: message('out', 'bodycam/{device}', Open),
  telemetry: message('out', 'telemetry/{group}', Open, { qos: 0 }),
  result: message('out', 'res/{id}', Result),
  ack: message('in', 'ack', Ack),
  command: message('in', 'cmd/{name}', Command),
  backend: message('in', '../_backend/state', BackendState, { retain: true }),
} as const

/** `cam/{cam}/status` → cam, `../_backend/state` → backend. */
function topicKind(topic: string): string {
  return topic.replace(/^\.\.\/_/, '').split('/')[0]!
}
