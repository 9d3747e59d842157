/**
 * The whole of `gateway.yaml`, put together from the options that each room declares above the code they tune.
 *
 *     this file: which camera, zone, permit, person        gateway/<room>: how that room works
 *
 * Bounds stand on the fields; what must hold between sections stands in `checks.ts`, one function each.
 * Example file, JSON Schema and reference are generated from here; nothing is declared twice.
 */
import { z } from 'zod'
import { DockFolderOptions } from '../devices/bodycam/dock-folder.ts'
import { LedgerOptions } from '../devices/bodycam/duty.ts'
import { IdentityOptions } from '../devices/bodycam/identity.ts'
import { CameraSetupOptions } from '../devices/camera/address.ts'
import { ClockOptions } from '../devices/clock/clock-watch.ts'
import { SpeakerAdapter } from '../devices/speaker/speaker.ts'
import { VoiceOptions } from '../devices/speaker/voice.ts'
import { WebhookOptions } from '../devices/speaker/webhook.ts'
import { DutyOptions } from '../gateway/alerts/duty.ts'
import { FilmLinkOptions } from '../gateway/alerts/film-score.ts'
import { GradingOptions } from '../gateway/alerts/grading.ts'
import { JurisdictionOptions } from '../gateway/alerts/jurisdiction.ts'
import { SpeakerLimits } from '../gateway/alerts/notice-limits.ts'
import { RANKS } from '../gateway/alerts/people.ts'
import { PersuasionOptions } from '../gateway/alerts/persuasion-options.ts'
import { Adjacency, SameActOptions } from '../gateway/alerts/same-act.ts'
import { TicketOptions } from '../gateway/alerts/tickets.ts'
import { ModelOptions } from '../gateway/detections/detector.ts'
import { NamingOptions } from '../gateway/detections/eyes.ts'
import { EvidenceOptions } from '../gateway/evidence/keeper.ts'
import { RedactionOptions } from '../gateway/evidence/redacted/profiles.ts'
import { RetentionOptions } from '../gateway/evidence/retention.ts'
import { StorageOptions } from '../gateway/evidence/vault.ts'
import { DriftOptions } from '../gateway/frames/drift.ts'
import { FeedOptions } from '../gateway/frames/live-feed.ts'
import { HttpOptions } from '../gateway/http/options.ts'
import { CalendarOptions, Day } from '../gateway/kit/calendar.ts'
import { MqttOptions } from '../gateway/mqtt/options.ts'
import { OccupancyOptions } from '../gateway/occupancy/occupancy.ts'
import { DeliveryOptions } from '../gateway/outbox/delivery-options.ts'
import { OutboxOptions } from '../gateway/outbox/outbox.ts'
import { TelemetryOptions } from '../gateway/telemetry/options.ts'
import { BaselineOptions } from '../gateway/tracks/baseline.ts'
import { Exemption } from '../gateway/violations/exemption.ts'
import { PermittedPoint } from '../gateway/violations/permit.ts'
import { SchoolOptions } from '../gateway/violations/school.ts'
import { Id, PolygonShape, Zone } from '../gateway/violations/zone.ts'

const DivisionCode = z.string().regex(/^\d{6}(\d{3}){0,2}$/, '6 | 9 | 12 digits')

const PrivacyMask = z.strictObject({
  polygon: PolygonShape,
  reason: z
    .string()
    .max(120)
    .optional()
    .describe('What is hidden there: the windows of dwellings, a clinic.'),
})

export const CameraOptions = z.strictObject({
  id: Id,
  name: z.string().max(80).optional().describe('Name for people.'),
  enabled: z.boolean().default(true).describe('False: the camera is not read and says `disabled`.'),
  url: z
    .string()
    .regex(/^(rtsps?:\/\/\S+|file:.+)$/, 'rtsp://… | rtsps://… | file:…')
    .describe(
      'Evidence stream, rtsp, its password as an environment variable. A `file:` path starts at this file’s folder.',
    ),
  login: z
    .strictObject({
      user: z.string().min(1).max(64).describe('User of the camera.'),
      password: z.string().max(128).describe('Its password, as {file: …}; the console writes such a file.'),
    })
    .optional()
    .describe('User and password of the camera, when they do not stand in `url`.'),
  analysisUrl: z
    .string()
    .regex(/^rtsps?:\/\/\S+$/, 'rtsp://… | rtsps://…')
    .optional()
    .describe('Cheaper stream of the same camera, looked at instead of the evidence stream.'),
  transport: z
    .enum(['tcp', 'udp'])
    .optional()
    .describe('Instead of `feed.stream.transport`, for this camera.'),
  zones: z.array(Zone).max(64).default([]).describe('What is watched in the picture.'),
  privacyMasks: z
    .array(PrivacyMask)
    .max(64)
    .default([])
    .describe(
      'Hidden before analysis and in every derived picture. A faulty mask keeps the whole camera out.',
    ),
  jurisdictionCode: DivisionCode.optional().describe(
    'Administrative division of the camera; `region` by default.',
  ),
  streetCode: z.string().max(20).optional().describe('Street or town.'),
  gridCode: z.string().max(40).optional().describe('Unit grid (单元网格).'),
  address: z.string().max(200).optional().describe('Where it hangs, for people.'),
  lon: z.number().min(-180).max(180).optional().describe('Longitude, WGS-84, degrees.'),
  lat: z.number().min(-90).max(90).optional().describe('Latitude, WGS-84, degrees.'),
  gbDeviceId: z
    .string()
    .regex(/^\d{20}$/, '20 digits')
    .optional()
    .describe('National device id (GB/T 28181).'),
  operatorOrg: z.string().max(80).optional().describe('Who runs the camera.'),
  deviceKind: z
    .enum(['FIXED', 'PTZ', 'VEHICLE', 'UAV'])
    .default('FIXED')
    .describe('What it is, for the list that is filed with the police.'),
  policeFilingNo: z
    .string()
    .max(80)
    .optional()
    .describe('Number of the filing with the police (公安备案号).'),
  recorderRetentionDays: z
    .int()
    .min(30)
    .max(3_650)
    .optional()
    .describe(
      'How long (days) its recorder keeps all it shows, as its operator says. 30 at least: 公共安全视频图像信息系统管理条例 Art. 17.',
    ),
  legalReviewNo: z
    .string()
    .max(80)
    .optional()
    .describe('Number of the legal review (法制审核) of the device.'),
  technicalReviewNo: z.string().max(80).optional().describe('Number of the technical review (技术审核).'),
  reviewValidFrom: Day.optional().describe('First day of both reviews; absent: they cover all days before.'),
  reviewValidUntil: Day.optional().describe(
    'Last day of both reviews. Without them its pictures stay leads.',
  ),
  locationPublishedAt: Day.optional().describe('Since when its location is published.'),
  locationPublishedRef: z.string().max(300).optional().describe('Where the location is published.'),
  signagePhotoRef: z
    .string()
    .max(300)
    .optional()
    .describe('Photograph of the sign (标识) that announces the camera: a file name or an address.'),
})
export type CameraOptions = z.infer<typeof CameraOptions>

const Approval = z.strictObject({
  id: Id,
  by: z
    .array(z.string().min(1).max(80))
    .min(2)
    .max(10)
    .refine((people) => new Set(people).size === people.length, { error: 'different people' })
    .describe('Who signed: two people at least.'),
  reason: z.string().min(1).max(300).describe('Why the floor may be undercut.'),
  until: Day.describe('Last day of the approval.'),
})

const Governance = z.strictObject({
  mode: z
    .enum(['production', 'test'])
    .default('production')
    .describe('`test`: dwell floors are not enforced, and every event says that it was made in test mode.'),
  approvals: z.array(Approval).default([]).describe('Approvals of thresholds below the catalogue’s floors.'),
})

const Speaker = z.strictObject({
  id: Id,
  name: z.string().max(80).optional().describe('Name for people.'),
  cameras: z.array(Id).min(1).describe('Cameras in whose picture it can be heard.'),
  adapter: SpeakerAdapter.optional(),
  ...SpeakerLimits,
})

const Contact = z.strictObject({
  shopId: z.string().min(1).max(64).describe('The shop, as zones name it.'),
  contactRef: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'a name, not a number')
    .describe('Name under which whoever sends the message knows the number. Numbers stay there.'),
})

const Notices = z.strictObject({
  sms: WebhookOptions.optional().describe('Who sends short messages.'),
  call: WebhookOptions.optional().describe('Who calls and reads the text out.'),
  contacts: z.array(Contact).max(10_000).default([]).describe('Whom a notice about a shop is sent to.'),
})

const BodyCam = z.strictObject({
  id: Id,
  serial: z.string().min(1).max(40).describe('Serial number, as the recorder writes it into its files.'),
  type: z
    .enum(['BODYCAM', 'HANDHELD', 'VEHICLE'])
    .default('BODYCAM')
    .describe('What it is: worn, held in the hand (执法手持终端), or in a vehicle.'),
  model: z.string().max(80).optional().describe('Model.'),
  unitNo: z.string().max(20).optional().describe('Unit number in the recorder’s identity block.'),
  personId: z.string().max(64).optional().describe('Who carries it; an entry of `people`.'),
  custodian: z.string().max(80).optional().describe('Who keeps it (专人保管).'),
  zones: z
    .array(Zone)
    .min(1)
    .max(64)
    .optional()
    .describe(
      'What is watched in its recordings, for a recorder that stands still (tripod, parked vehicle). Absent: it is worn and moves; its recordings are searched for people, carriers and goods, and no event is made of them.',
    ),
})

/** No sex, age, education, political status or hours of training: an unknown key is refused [R56]. */
const Person = z.strictObject({
  personId: z.string().min(1).max(64).describe('Id on the platform.'),
  name: z.string().min(1).max(40).describe('Name.'),
  badgeNo: z.string().max(40).optional().describe('Badge or enforcement number (执法编号).'),
  role: z.enum(RANKS).describe('What the person may do. Footage of auxiliary staff stays a lead.'),
  certNo: z.string().max(40).optional().describe('Number of the enforcement certificate.'),
  certValidFrom: Day.optional().describe('First day of the certificate.'),
  certValidTo: Day.optional().describe('Last day of the certificate.'),
  orgId: z.string().max(64).optional().describe('Unit.'),
})

export const GatewayOptions = z.strictObject({
  site: Id.describe('Street or square this box watches; second level of every topic.'),
  gateway: Id.describe('This box; third level of every topic.'),
  region: DivisionCode.describe('Administrative division code of the place, 6, 9 or 12 digits.'),
  utcOffsetMinutes: z
    .int()
    .min(-720)
    .max(840)
    .default(480)
    .describe('Offset of local time from UTC, minutes. Hours of zones and permits are local time.'),
  governance: Governance.prefault({}).describe('Who may lower a threshold, and whether this is a test.'),
  cameras: z.array(CameraOptions).max(256).default([]).describe('The cameras.'),
  permits: z.array(PermittedPoint).max(1_000).default([]).describe('Where and when trading is permitted.'),
  exemptions: z
    .array(Exemption)
    .max(1_000)
    .default([])
    .describe('Who is spared, why, by whose word and until when. What they silence is kept for audit.'),
  schools: SchoolOptions.prefault({}).describe('School gates, near which a stall is graver.'),
  rules: z
    .string()
    .min(1)
    .optional()
    .describe(
      'The rule catalogue, from this file’s folder on. Absent: the sample that is shipped, for trials only.',
    ),
  calendar: CalendarOptions.prefault({}).describe('Working hours and public holidays of the place.'),
  devices: z
    .strictObject({
      speakers: z
        .array(Speaker)
        .max(256)
        .default([])
        .describe('Loudspeakers: where they are heard, how they are reached, when they keep silent.'),
      notices: Notices.prefault({}).describe('Notices by short message and telephone, through webhooks.'),
      voice: VoiceOptions.prefault({}).describe('Who speaks the words: espeak-ng, or recordings.'),
      bodycams: z.array(BodyCam).max(1_000).default([]).describe('Registered body-worn recorders.'),
      dockFolders: z
        .array(DockFolderOptions)
        .max(16)
        .default([])
        .describe('Folders into which docks put recordings; read at the start of the gateway.'),
      identity: IdentityOptions.prefault({}).describe('How recordings say whose they are.'),
      ledger: LedgerOptions.prefault({}).describe('Hand-over of recorders, and what hangs on it.'),
    })
    .prefault({})
    .describe('What else stands in the street.'),
  people: z.array(Person).max(10_000).default([]).describe('People, synced from the platform.'),
  jurisdictions: JurisdictionOptions.prefault({}).describe('Which agency handles what happens where.'),
  sameAct: SameActOptions.prefault({}).describe('When two events are one act.'),
  recordingLinks: FilmLinkOptions.prefault({}).describe(
    'When a body-cam recording belongs to an event: by time, place and officer.',
  ),
  adjacency: z.array(Adjacency).max(128).default([]).describe('Cameras whose pictures show the same place.'),
  tickets: TicketOptions.prefault({}).describe('How complaints of hotlines find the alerts that are meant.'),
  duty: DutyOptions.prefault({}).describe('Whom overdue alerts are taken to.'),
  clock: ClockOptions.prefault({}).describe('Whether the clock of the box is right.'),
  feed: FeedOptions.prefault({}).describe('How cameras are read and how often they are looked at.'),
  model: ModelOptions.optional().describe(
    'The detector. Without it occupancy works alone, and rules that need it say so.',
  ),
  naming: NamingOptions.prefault({}).describe('The network that comes with the gateway.'),
  baseline: BaselineOptions.prefault({}).describe(
    'What the detector says about a street on which nothing happens.',
  ),
  cameraSetup: CameraSetupOptions.prefault({}).describe(
    'How a camera is asked what it offers, from the console.',
  ),
  drift: DriftOptions.prefault({}).describe('Whether a camera was moved since its zones were drawn.'),
  occupancy: OccupancyOptions.prefault({}).describe('What stands where nothing stood.'),
  grading: GradingOptions.prefault({}).describe('From which facts on an act is how grave. Never a quota.'),
  evidence: EvidenceOptions.prefault({}).describe('What is kept of an act.'),
  redaction: RedactionOptions.prefault({}).describe(
    'Redacted copies of evidence, for people who must not see the originals.',
  ),
  storage: StorageOptions.prefault({}).describe('Where it is kept.'),
  retention: RetentionOptions.prefault({}).describe('How long it is kept, at least and at most.'),
  persuasion: PersuasionOptions.prefault({}).describe('Notices before anything else, and the re-check.'),
  outbox: OutboxOptions.prefault({}).describe('Alerts that wait for the back end.'),
  delivery: DeliveryOptions.prefault({}).describe('Sealed evidence on its way to the platform.'),
  mqtt: MqttOptions.prefault({}).describe('Alerts out, acknowledgements and commands in.'),
  http: HttpOptions.prefault({}).describe('Console, API and uploads.'),
  telemetry: TelemetryOptions.prefault({}).describe('Figures about the gateway itself.'),
})
export type GatewayOptions = z.infer<typeof GatewayOptions>
