/**
 * A redacted copy of a package as a ZIP: who may have which profile, what for, and the wait until it is made. [R73]
 *
 *     GET …/export?profile=PUBLIC&purpose=…  ─▶ role, purpose ─▶ log ─▶ 200 the file │ 202 still made, ask again
 */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { z } from 'zod'
import { isPackageId } from '../../evidence/bag.ts'
import type { Custody } from '../../evidence/custody.ts'
import { Profile } from '../../evidence/redacted/profiles.ts'
import { type Clock, isoTime } from '../../kit/clock.ts'
import { fault } from '../../kit/errors.ts'
import type { AccessLog } from '../access-log.ts'
import { personOf, whoOf } from '../gatekeeper.ts'
import { type Permission, roleMay } from '../permissions.ts'
import type { App } from '../schema.ts'
import type { ExportsView } from '../views.ts'

const NEEDS: Readonly<Record<Profile, Permission>> = {
  EVIDENCE: 'evidence:export-evidence',
  INTERNAL: 'evidence:export-internal',
  PUBLIC: 'evidence:export-public',
}
const Purpose = z.string().trim().min(2).max(200)
const Flag = z.enum(['true', 'false']).optional()
const Asked = z.strictObject({
  profile: Profile.describe('Who will see it: what is hidden follows from that.'),
  purpose: z
    .string()
    .max(200)
    .optional()
    .describe('What for; logged with who and when. Or header `x-purpose`.'),
  wholePersons: Flag.describe('Hide people whole, not only their heads.'),
  sound: Flag.describe('Sounds of notices go along although the profile leaves them out.'),
})
const ASK_AGAIN_SEC = 5

interface ExportParts {
  readonly exports: ExportsView
  readonly accessLog: AccessLog
  readonly custody: Custody
  readonly clock: Clock
}

export function exportRoutes(app: App, { exports, accessLog, custody, clock }: ExportParts): void {
  app.get(
    '/api/v1/evidence/:packageId/export',
    {
      config: { permission: 'evidence:export' },
      schema: {
        tags: ['evidence'],
        summary: 'a redacted copy of a package as ZIP; 202 with the progress while it is made',
        params: z.object({ packageId: z.string().refine(isPackageId, 'a ULID') }),
        querystring: Asked,
      },
    },
    async (request, reply) => {
      const { packageId } = request.params
      const { profile, wholePersons, sound } = request.query
      const asked = Purpose.safeParse(request.query.purpose ?? request.headers['x-purpose'])
      const entry = {
        ...whoOf(request),
        action: 'evidence.export',
        object: `${packageId} ${profile}`,
        purpose: asked.success ? asked.data : '',
      }
      const { name, role } = personOf(request)
      if (!roleMay(role, NEEDS[profile])) {
        accessLog.add({ ...entry, outcome: 'refused' })
        throw fault('NOT_PERMITTED', { who: name, role, permission: NEEDS[profile] })
      }
      if (!asked.success || !(await exports.has(packageId))) {
        accessLog.add({ ...entry, outcome: 'refused' })
        throw asked.success ? fault('NOT_FOUND', { what: packageId }) : fault('PURPOSE_MISSING')
      }
      accessLog.add({ ...entry, outcome: 'granted' })
      const wish = { profile, wholePersons: wholePersons === 'true', sound: sound === 'true' }
      const answer = await exports.request(packageId, wish)
      if (answer.state !== 'ready') {
        return reply.status(202).header('retry-after', String(ASK_AGAIN_SEC)).send(answer)
      }
      const at = isoTime(clock.wallMs())
      custody.note({
        packageId,
        action: 'EXPORTED',
        actor: entry.actor,
        reason: `${profile}: ${asked.data}`,
        at,
      })
      const { size } = await stat(answer.file)
      return reply
        .header('content-type', 'application/zip')
        .header('content-length', size)
        .header('content-disposition', `attachment; filename="${basename(answer.file)}"`)
        .header('cache-control', 'no-store')
        .send(createReadStream(answer.file))
    },
  )
}
