/**
 * What may be tuned about the web server. It listens on this machine alone until told otherwise.
 */
import { z } from 'zod'
import { Role } from './permissions.ts'

export const HttpOptions = z.strictObject({
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe(
      'Address to listen on. Loopback unless TLS or a TLS proxy stands in front: passwords pass here.',
    ),
  port: z.int().min(0).max(65_535).default(8480).describe('TCP port; 0 takes any free one (tests).'),
  tls: z
    .strictObject({
      certFile: z.string().min(1).describe('PEM certificate chain.'),
      keyFile: z.string().min(1).describe('PEM private key.'),
    })
    .optional()
    .describe('Serve HTTPS. Without it a listener beyond loopback is warned about at start.'),
  behindProxy: z
    .boolean()
    .default(false)
    .describe(
      'A TLS proxy on this machine is in front: its X-Forwarded headers say who asks and that it was HTTPS.',
    ),
  sessionHours: z
    .int()
    .min(1)
    .max(24)
    .default(12)
    .describe('How long a login lasts, hours. One shift; there is no silent prolonging.'),
  lockAfterFailures: z
    .int()
    .min(3)
    .max(20)
    .default(5)
    .describe('Failed logins under one name, in a row, that lock the name.'),
  lockMinutes: z.int().min(1).max(1440).default(15).describe('How long a locked name stays locked, minutes.'),
  secondFactorFor: z
    .array(Role)
    .default([])
    .describe(
      'Roles that must have a second factor: until it is set up nothing else answers. Everybody else may have one.',
    ),
  undoSec: z
    .int()
    .min(0)
    .max(3600)
    .default(120)
    .describe('How long one’s own verdict can be taken back, seconds; a new record says so. 0: never.'),
  feedsMax: z
    .int()
    .min(1)
    .max(1000)
    .default(32)
    .describe('Live feeds open at once; about 0.1 MB each, and every alert is sent to each.'),
  liveConversionsMax: z
    .int()
    .min(0)
    .max(64)
    .default(2)
    .describe(
      'Cameras converted at once for browsers that cannot play their codec (H.265). Each takes 10 to 30 % of a core while somebody looks; 0: none is.',
    ),
  uploadBytesMax: z
    .int()
    .min(1_000_000)
    .max(1_000_000_000_000)
    .default(8_000_000_000)
    .describe('Largest body-cam recording, bytes. Two hours at 8 Mb/s are 7.2 GB.'),
  uploadsUnfinishedMax: z
    .int()
    .min(1)
    .max(1000)
    .default(64)
    .describe('Uploads begun and not finished at once: a full docking rack holds 20 to 40 devices.'),
  deviceUploadsPerDay: z
    .int()
    .min(1)
    .max(100_000)
    .default(500)
    .describe(
      'Recordings that one body-cam may upload within 24 hours. Two shifts in files of five minutes are 200. Conflict incidents are taken beyond it.',
    ),
  deviceBytesPerDay: z
    .int()
    .min(1_000_000)
    .max(10_000_000_000_000)
    .default(128_000_000_000)
    .describe(
      'Bytes that one body-cam may upload within 24 hours. Two shifts at 8 Mb/s are 58 GB. Conflict incidents are taken beyond it.',
    ),
  uploadKeepHours: z
    .int()
    .min(1)
    .max(720)
    .default(72)
    .describe('How long an unfinished upload may be resumed, hours: a weekend. Then its bytes are removed.'),
})
export type HttpOptions = z.infer<typeof HttpOptions>
