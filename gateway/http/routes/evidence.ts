/**
 * Sealed evidence, file by file, byte by byte as it lies in the bag. Nothing is shown without a purpose, and
 * every look is in the access log before the first byte leaves.
 *
 *     packageId ─▶ folder ─▶ path without `..`, links resolved, still inside ─▶ log ─▶ bytes (ranges too)
 */
import { realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isPackageId } from '../../evidence/bag.ts'
import { fault } from '../../kit/errors.ts'
import type { AccessLog } from '../access-log.ts'
import { whoOf } from '../gatekeeper.ts'
import type { App } from '../schema.ts'

const Purpose = z.string().trim().min(2).max(200)
const PackageId = z.string().refine(isPackageId, 'a ULID')
const tags = ['evidence']
const WHY = 'Why it is looked at; logged with who and when. Or header `x-purpose`.'
/** Checked in the handler, so that an attempt without one can be logged. */
const Asked = z.strictObject({ purpose: z.string().max(200).optional().describe(WHY) })

export function evidenceRoutes(
  app: App,
  { evidenceFolder, accessLog }: { evidenceFolder: string; accessLog: AccessLog },
): void {
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
    const folder = join(evidenceFolder, packageId)
    const file = await fileInside(folder, path)
    accessLog.add({ ...entry, purpose: asked.data, outcome: file === null ? 'refused' : 'granted' })
    if (file === null) throw fault('NOT_FOUND', { what: entry.object })
    return { folder: await realpath(folder), file }
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
      const { folder, file } = await open(
        request,
        request.params.packageId,
        'data/evidence.json',
        request.query.purpose,
      )
      return reply.header('cache-control', 'no-store').sendFile(file, folder, { cacheControl: false })
    },
  )

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
      const { folder, file } = await open(
        request,
        request.params.packageId,
        request.params['*'],
        request.query.purpose,
      )
      // A clip or picture opens in the page; anything else, also by a name that lies, is only ever saved.
      if (!/\.(mp4|jpe?g|png|json|txt)$/i.test(file)) reply.header('content-disposition', 'attachment')
      return reply.header('cache-control', 'no-store').sendFile(file, folder, { cacheControl: false })
    },
  )
}

/** The path below the folder with links resolved, or null when there is no such file in there. */
async function fileInside(folder: string, path: string): Promise<string | null> {
  const parts = path.split('/')
  if (parts.some((part) => part === '' || part.startsWith('.') || /[\\\0]/.test(part))) return null
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
