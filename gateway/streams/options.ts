/** How a camera is read. */
import { z } from 'zod'

export const StreamOptions = z.strictObject({
  transport: z
    .enum(['tcp', 'udp'])
    .default('tcp')
    .describe('RTP inside the RTSP connection, or beside it. UDP loses pictures on busy networks.'),
  stallSec: z
    .number()
    .min(1)
    .max(60)
    .default(3)
    .describe('Seconds without a picture after which the connection counts as stalled and is opened anew.'),
  connectSec: z
    .number()
    .min(2)
    .max(120)
    .default(15)
    .describe(
      'Seconds a new connection may take to bring its first picture: long GOPs and slow cameras need some.',
    ),
  retryFirstMs: z
    .int()
    .min(50)
    .max(60_000)
    .default(500)
    .describe('Milliseconds before the first new attempt.'),
  retryMaxMs: z
    .int()
    .min(100)
    .max(600_000)
    .default(30_000)
    .describe('Milliseconds between attempts at most; waits double from the first and are jittered.'),
  refusedRetryMs: z
    .int()
    .min(100)
    .max(3_600_000)
    .default(60_000)
    .describe('Milliseconds between attempts at least after a refused password: cameras lock accounts.'),
})
export type StreamOptions = z.infer<typeof StreamOptions>
