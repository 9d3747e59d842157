/** What may be tuned about reporting. Prometheus needs nothing: it asks at `/metrics`. */
import { z } from 'zod'

export const TelemetryOptions = z.strictObject({
  influx: z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/ })
        .describe('Address of the server, for example http://127.0.0.1:8086.'),
      database: z
        .string()
        .min(1)
        .max(64)
        .default('lushao')
        .describe('Database; made when the server lets us.'),
      username: z.string().max(64).optional().describe('User of an InfluxDB 1.x server.'),
      password: z.string().max(200).optional().describe('Password of that user.'),
      token: z
        .string()
        .max(200)
        .optional()
        .describe('Token of a server that takes tokens; instead of user and password.'),
    })
    .optional()
    .describe(
      'Send points to InfluxDB 1.x or a server with its write protocol. Absent: nothing leaves the box.',
    ),
  intervalSec: z
    .int()
    .min(1)
    .max(3600)
    .default(15)
    .describe('How often a point of each camera and of the box is taken, seconds.'),
  spoolMax: z
    .int()
    .min(100)
    .max(1_000_000)
    .default(20_000)
    .describe(
      'Points kept while the server is away, 0.4 kB each. 16 cameras at 15 s: five hours. The oldest go first.',
    ),
  writeWithinMs: z
    .int()
    .min(100)
    .max(60_000)
    .default(5000)
    .describe('How long the server may take to answer a write, milliseconds.'),
})
export type TelemetryOptions = z.infer<typeof TelemetryOptions>
