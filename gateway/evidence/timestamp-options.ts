/** Which time-stamping authorities are asked, and how patiently. */
import { z } from 'zod'

const AuthorityOptions = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .describe(
      'Where it answers RFC 3161 queries. User and password in it are sent as HTTP Basic. Only a hash is ever sent.',
    ),
  caFile: z
    .string()
    .min(1)
    .describe('PEM file with the certificates whose tokens are accepted; any other token is refused.'),
  policy: z
    .string()
    .regex(/^\d+(\.\d+)+$/)
    .exactOptional()
    .describe('OID of the rules the token must be made by; absent: the usual ones of the authority.'),
})
export type AuthorityOptions = z.infer<typeof AuthorityOptions>

export const TimestampOptions = z.strictObject({
  authorities: z
    .array(AuthorityOptions)
    .max(8)
    .default([])
    .describe(
      'Time-stamping authorities, asked in this order until one answers; none: no tokens are obtained.',
    ),
  timeoutSec: z
    .number()
    .min(0.1)
    .max(300)
    .default(20)
    .describe('How long (s) an authority may take to answer.'),
  retryFirstSec: z
    .number()
    .min(0.05)
    .max(3_600)
    .default(30)
    .describe('Wait (s) after no authority answered. It doubles with every failure.'),
  retryMaxSec: z
    .number()
    .min(0.05)
    .max(86_400)
    .default(1_800)
    .describe('The longest wait (s). Packages wait for days without harm, but every hour later proves less.'),
})
export type TimestampOptions = z.infer<typeof TimestampOptions>
