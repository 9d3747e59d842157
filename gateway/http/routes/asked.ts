/** A look at evidence for a purpose: asked for, logged before anything leaves, refused and logged without one. */
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isPackageId } from '../../evidence/bag.ts'
import { fault } from '../../kit/errors.ts'
import type { AccessLog } from '../access-log.ts'
import { whoOf } from '../gatekeeper.ts'

const Purpose = z.string().trim().min(2).max(200)
export const PackageId = z.string().refine(isPackageId, 'a ULID')
/** Checked in the handler, so that an attempt without one can be logged. */
export const Asked = z.strictObject({
  purpose: z
    .string()
    .max(200)
    .optional()
    .describe('Why it is looked at; logged with who and when. Or header `x-purpose`.'),
})

/** Who asks, and what for. @throws PURPOSE_MISSING */
export function logPurpose(
  accessLog: AccessLog,
  request: FastifyRequest,
  { action, object, purpose }: { action: string; object: string; purpose: string | undefined },
): { readonly actor: string; readonly reason: string } {
  const asked = Purpose.safeParse(purpose ?? request.headers['x-purpose'])
  const outcome = asked.success ? 'granted' : 'refused'
  const who = whoOf(request)
  accessLog.add({ ...who, action, object, purpose: asked.data ?? '', outcome })
  if (!asked.success) throw fault('PURPOSE_MISSING')
  return { actor: who.actor, reason: asked.data }
}
