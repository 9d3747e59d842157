/**
 * How sealed evidence reaches the platform: pushed by tus, in parts over MQTT where there is no HTTP path, or fetched
 * from the box with a grant. Without an address nothing is pushed; what is owed is counted all the same.
 */
import { z } from 'zod'
import { Window } from '../violations/zone.ts'

/** What of a package is sent without being asked for. Records and manifests always are. */
export const SELECTIONS = ['all', 'originals', 'derived', 'stills', 'manifest'] as const
export type Selection = (typeof SELECTIONS)[number]

const HttpUrl = z.string().regex(/^https?:\/\/\S+$/, 'http://… | https://…')

const Parts = z.strictObject({
  enabled: z
    .boolean()
    .default(false)
    .describe('Send evidence as MQTT messages where `url` is absent, or has not answered for long.'),
  unreachableMin: z
    .number()
    .min(0)
    .max(10_080)
    .default(60)
    .describe('With a `url`: minutes without an answer after which parts take over.'),
  items: z
    .enum(SELECTIONS)
    .default('stills')
    .describe('What is sent in parts unasked. A clip takes hundreds of messages; the platform asks for it.'),
  kibPerSecMax: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(64)
    .describe('Evidence in parts, KiB a second at most. Alerts go first whatever is set here.'),
  packageMaxKiB: z
    .int()
    .min(64)
    .max(10_000_000)
    .default(4_096)
    .describe('KiB of one package sent in parts unasked; files beyond wait until they are asked for.'),
  askedMaxKiB: z
    .int()
    .min(64)
    .max(10_000_000)
    .default(65_536)
    .describe('KiB of one package sent in parts when the platform asks.'),
  windowParts: z
    .int()
    .min(1)
    .max(1_000)
    .default(16)
    .describe(
      'Parts sent and not yet acknowledged by the platform: what a silent platform piles up at most.',
    ),
  resendSec: z
    .number()
    .min(0.1)
    .max(86_400)
    .default(60)
    .describe(
      'Seconds after which a part that nobody acknowledged is sent again; doubles up to 64 times that.',
    ),
})

export const DeliveryOptions = z.strictObject({
  url: HttpUrl.optional().describe('tus 1.0 address of the platform where uploads begin. Absent: no upload.'),
  token: z.string().min(16).max(4_096).optional().describe('Bearer token for it, as a secret.'),
  statusUrl: HttpUrl.optional().describe(
    'Asked with `?packageId=…` for a receipt when none has come by MQTT; answers like `evidence-received`.',
  ),
  ca: z
    .string()
    .min(1)
    .optional()
    .describe(
      'File with the authorities that may have signed its certificate (PEM). Absent: the usual ones.',
    ),
  items: z
    .enum(SELECTIONS)
    .default('all')
    .describe('What is uploaded unasked. The rest stays owed until it is asked for.'),
  parallel: z.int().min(1).max(8).default(1).describe('Packages uploaded at once.'),
  kibPerSecMax: z
    .int()
    .min(0)
    .max(10_000_000)
    .default(0)
    .describe('KiB a second at most, of all uploads together; 0: as fast as the line goes.'),
  hours: z
    .array(Window)
    .max(20)
    .default([])
    .describe('Hours in which uploads run. Empty: always. What the platform has asked for goes at any hour.'),
  oldestEvery: z
    .int()
    .min(2)
    .max(1_000)
    .default(4)
    .describe('The newest goes first, but every so many turns the oldest, so that nothing waits for ever.'),
  retryFirstSec: z.number().min(0.01).max(3_600).default(1).describe('First wait after a break, seconds.'),
  retryMaxSec: z.number().min(0.01).max(86_400).default(300).describe('Longest wait after a break, seconds.'),
  stallSec: z
    .number()
    .min(1)
    .max(3_600)
    .default(120)
    .describe('Seconds without a byte or an answer after which a connection is given up.'),
  chunkKiB: z
    .int()
    .min(64)
    .max(65_536)
    .default(1_024)
    .describe(
      'Piece that carries a checksum of its own, where the far end offers that; otherwise a file is one.',
    ),
  refusalsMax: z
    .int()
    .min(1)
    .max(100)
    .default(3)
    .describe(
      'How often a file is sent anew at once when the far end says that its hash is wrong, before the alarm.',
    ),
  receiptFirstSec: z
    .number()
    .min(0.1)
    .max(86_400)
    .default(600)
    .describe('Seconds to wait for the receipt before asking again; the wait doubles.'),
  receiptMaxSec: z
    .number()
    .min(0.1)
    .max(30 * 86_400)
    .default(86_400)
    .describe('Longest wait for a receipt, seconds.'),
  alarmAgeHours: z
    .number()
    .min(0.01)
    .max(24 * 365)
    .default(24)
    .describe('Age of the oldest package on its way (hours) at which the alarm is raised.'),
  fetchUrl: HttpUrl.optional().describe(
    'How the platform reaches this box by HTTP; stands before the paths of a grant. Absent: paths alone.',
  ),
  grantMaxMin: z
    .number()
    .min(0.01)
    .max(15)
    .default(15)
    .describe('Longest life of a grant to fetch evidence from the box, minutes.'),
  parts: Parts.prefault({}).describe('Evidence as MQTT messages, where no HTTP path exists.'),
})
export type DeliveryOptions = z.infer<typeof DeliveryOptions>
