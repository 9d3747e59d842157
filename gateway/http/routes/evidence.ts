/**
 * Sealed evidence, file by file, byte by byte as it lies in the bag. Nothing is shown without a purpose, and
 * every look is in the access log before the first byte leaves.
 *
 *     packageId ─▶ folder ─▶ path without `..`, links resolved, still inside ─▶ log ─▶ bytes (ranges too)
 */
import { realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isPackageId } from '../../evidence/bag.ts'
import { type Custody, CustodyEntry } from '../../evidence/custody.ts'
import type { PackageKey } from '../../evidence/lock.ts'
import { keptFile, LOCK_FILE } from '../../evidence/locker.ts'
import { type Clock, isoTime } from '../../kit/clock.ts'
import { fault } from '../../kit/errors.ts'
import type { AccessLog } from '../access-log.ts'
import { whoOf } from '../gatekeeper.ts'
import { sendLocked } from '../locked-file.ts'
import type { App } from '../schema.ts'
import type { EvidenceVault } from '../views.ts'

const Purpose = z.string().trim().min(2).max(200)
const PackageId = z.string().refine(isPackageId, 'a ULID')
const tags = ['evidence']
const WHY = 'Why it is looked at; logged with who and when. Or header `x-purpose`.'
/** Checked in the handler, so that an attempt without one can be logged. */
const Asked = z.strictObject({
  purpose: z.string().max(200).optional().describe(WHY),
  orderRef: z
    .string()
    .max(100)
    .optional()
    .describe('Number of the order by which a state organ retrieves it; or header `x-order-ref`.'),
  unit: z.string().max(100).optional().describe('Unit of whoever asks; or header `x-unit`.'),
  requester: z.string().max(100).optional().describe('Whom a machine asks for; or header `x-requester`.'),
})

interface Opened {
  readonly folder: string
  readonly file: string
  /** Null: the package lies open. */
  readonly key: PackageKey | null
}

interface EvidenceParts {
  readonly evidenceVault: EvidenceVault
  readonly accessLog: AccessLog
  readonly custody: Custody
  readonly clock: Clock
}

export function evidenceRoutes(app: App, { evidenceVault, accessLog, custody, clock }: EvidenceParts): void {
  const open = async (
    request: FastifyRequest,
    packageId: string,
    path: string,
    purpose: string | undefined,
  ) => {
    const asked = Purpose.safeParse(purpose ?? request.headers['x-purpose'])
    const entry = { ...whoOf(request), action: 'evidence.read', object: `${packageId}/${path}` }
    if (!asked.success) {
      accessLog.add({ ...entry, purpose: '', outcome: 'refused' })
      throw fault('PURPOSE_MISSING')
    }
    const folder = join(evidenceVault.evidence, packageId)
    const file = await fileInside(folder, path)
    accessLog.add({ ...entry, purpose: asked.data, outcome: file === null ? 'refused' : 'granted' })
    if (file === null) throw fault('NOT_FOUND', { what: entry.object })
    custody.noteLook({ packageId, actor: entry.actor, reason: asked.data, at: isoTime(clock.wallMs()) })
    return { folder: await realpath(folder), file, key: await evidenceVault.keyOf(packageId) }
  }
  const send = async (request: FastifyRequest, reply: FastifyReply, { folder, file, key }: Opened) => {
    if (key !== null) return sendLocked(request, reply, await keptFile(folder, file, key), file)
    return reply.header('cache-control', 'no-store').sendFile(file, folder, { cacheControl: false })
  }

  app.get(
    '/api/v1/evidence/:packageId',
    {
      config: { permission: 'evidence:read' },
      schema: {
        tags,
        summary: 'what is in a package: data/evidence.json',
        params: z.object({ packageId: PackageId }),
        querystring: Asked,
      },
    },
    async (request, reply) => {
      const opened = await open(
        request,
        request.params.packageId,
        'data/evidence.json',
        request.query.purpose,
      )
      return send(request, reply, opened)
    },
  )

  custodyRoute(app, { accessLog, custody })

  app.get(
    '/api/v1/evidence/:packageId/*',
    {
      config: { permission: 'evidence:read' },
      schema: {
        tags,
        summary: 'one file of a package, whole or a range of it',
        params: z.object({ packageId: PackageId, '*': z.string().min(1).max(300) }),
        querystring: Asked,
      },
    },
    async (request, reply) => {
      const opened = await open(request, request.params.packageId, request.params['*'], request.query.purpose)
      // A clip or picture opens in the page; anything else, also by a name that lies, is only ever saved.
      if (!/\.(mp4|jpe?g|png|json|txt)$/i.test(opened.file)) reply.header('content-disposition', 'attachment')
      return send(request, reply, opened)
    },
  )
}

/** Also of a package that was purged: what became of it is what is asked for then. */
function custodyRoute(app: App, { accessLog, custody }: Pick<EvidenceParts, 'accessLog' | 'custody'>): void {
  app.get(
    '/api/v1/evidence/:packageId/custody',
    {
      config: { permission: 'evidence:read' },
      schema: {
        tags,
        summary: 'who did what with a package since it was sealed; `format=ndjson` as it goes with an export',
        params: z.object({ packageId: PackageId }),
        querystring: z.strictObject({ ...Asked.shape, format: z.enum(['json', 'ndjson']).default('json') }),
        response: { 200: z.object({ packageId: z.string(), entries: z.array(CustodyEntry) }) },
      },
    },
    async (request, reply) => {
      const { packageId } = request.params
      const asked = Purpose.safeParse(request.query.purpose ?? request.headers['x-purpose'])
      const entry = { ...whoOf(request), action: 'evidence.custody', object: packageId }
      const entries = custody.of(packageId)
      const granted = asked.success && entries.length > 0
      accessLog.add({ ...entry, purpose: asked.data ?? '', outcome: granted ? 'granted' : 'refused' })
      if (!asked.success) throw fault('PURPOSE_MISSING')
      if (!granted) throw fault('NOT_FOUND', { what: `${packageId}/custody` })
      if (request.query.format === 'json') return { packageId, entries }
      return reply
        .header('content-type', 'application/x-ndjson; charset=utf-8')
        .serializer((text: string) => text)
        .send(custody.export(packageId))
    },
  )
}

/** The path below the folder with links resolved, or null when there is no such file in there. */
async function fileInside(folder: string, path: string): Promise<string | null> {
  const parts = path.split('/')
  if (path === LOCK_FILE || parts.some((part) => part === '' || part.startsWith('.') || /[\\\0]/.test(part)))
    return null
  try {
    const root = await realpath(folder)
    const file = await realpath(join(root, ...parts))
    const inside = relative(root, file)
    if (inside.startsWith('..') || inside === '' || !(await stat(file)).isFile()) return null
    return inside.split(sep).join('/')
  } catch {
    return null // Not there: the caller answers 404 and logs the attempt.
  }
}
