/**
 * The envelope of every message: CloudEvents 1.0, structured JSON, under 64 KiB.
 *
 *     { specversion, id, source, type, subject, time, [sequence, late], session, data }
 *
 * `id` is the idempotency key; `sequence` counts the outbox's messages of this gateway without a gap and survives
 * restarts; `session` names the connection, so that a late will of an older one can be ignored; `late` says that
 * the message waited for a connection.
 */
import { z } from 'zod'
import { assert } from '../kit/assert.ts'
import { fault } from '../kit/errors.ts'

/** 64 KiB is too much already. */
export const PAYLOAD_BYTES_MAX = 64 * 1024 - 1

export const Envelope = z.object({
  specversion: z.literal('1.0'),
  id: z.string().min(1).max(64).describe('ULID; the same message sent again has the same id.'),
  source: z
    .string()
    .regex(/^\/ume\/[a-z0-9-]+\/[a-z0-9-]+$/)
    .describe('/ume/{site}/{gateway}'),
  type: z
    .string()
    .regex(/^cn\.lushao\.[a-z]+\.v1$/)
    .describe('What `data` is.'),
  subject: z.string().min(1).describe('What it is about: event, camera, command …'),
  time: z.iso.datetime({ offset: true }).describe('When it happened (capture time), with offset.'),
  datacontenttype: z.literal('application/json'),
  sequence: z
    .int()
    .min(1)
    .optional()
    .describe('Gap-free count of this gateway; only what waits for an ack has it.'),
  session: z.string().describe('ULID of the connection it was sent by.'),
  late: z.boolean().optional().describe('It waited for a connection before it could be sent.'),
  data: z.unknown(),
})
export type Envelope = z.infer<typeof Envelope>

export function sealEnvelope(parts: Omit<Envelope, 'specversion' | 'datacontenttype'>): Buffer {
  const payload = Buffer.from(
    JSON.stringify({ specversion: '1.0', datacontenttype: 'application/json', ...parts }),
  )
  assert(payload.length <= PAYLOAD_BYTES_MAX, `a message of type ${parts.type} is under 64 KiB`)
  return payload
}

/**
 * `data` of an incoming message, which may come bare or in an envelope.
 * Throws MESSAGE_MALFORMED; whatever a broker delivers, nothing else is thrown.
 */
export function openMessage<T>(topic: string, payload: Buffer, schema: z.ZodType<T>): T {
  const refuse = (reason: string) => fault('MESSAGE_MALFORMED', { topic, reason })
  if (payload.length > PAYLOAD_BYTES_MAX) throw refuse(`${payload.length} bytes`)
  let body: unknown
  try {
    body = JSON.parse(payload.toString('utf8'))
  } catch {
    // The parser's words would quote the payload.
    throw refuse('it is not JSON')
  }
  const parsed = schema.safeParse(isEnvelope(body) ? body.data : body)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw refuse(`${issue!.path.join('.') || 'payload'}: ${issue!.message}`)
}

function isEnvelope(body: unknown): body is { data: unknown } {
  return typeof body === 'object' && body !== null && 'specversion' in body && 'data' in body
}
