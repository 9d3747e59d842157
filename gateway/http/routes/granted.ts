/**
 * Evidence for whoever holds a grant: the same bytes as everywhere, resumable, with their hash beside them.
 *
 *     Authorization: Bearer … ─▶ grant ─▶ log ─▶ 200 whole │ 206 a range │ 304 you have it │ 416
 *
 * ETag and Repr-Digest are the hash that the manifest names, so that whoever fetched can check without a manifest.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isPackageId } from '../../evidence/bag.ts'
import { fault } from '../../kit/errors.ts'
import type { Granted, Grants } from '../grants.ts'
import type { App } from '../schema.ts'

const TYPES: Readonly<Record<string, string>> = {
  ...{ mp4: 'video/mp4', jpg: 'image/jpeg', png: 'image/png', wav: 'audio/wav' },
  ...{ json: 'application/json', txt: 'text/plain; charset=utf-8' },
}

export function grantedRoutes(app: App, { grants }: { grants: Pick<Grants, 'open'> }): void {
  app.get(
    '/api/v1/granted/:packageId/*',
    {
      config: { permission: 'grant' },
      schema: {
        tags: ['evidence'],
        summary: 'one file of a package by a grant of the command evidence-grant, whole or a range of it',
        security: [{ bearer: [] }],
        params: z.object({
          packageId: z.string().refine(isPackageId, 'a ULID'),
          '*': z.string().min(1).max(300),
        }),
      },
    },
    async (request, reply) => {
      const token = /^Bearer ([\w-]{20,200})$/i.exec(request.headers.authorization ?? '')?.[1]
      if (token === undefined) throw fault('GRANT_REFUSED')
      const { packageId, '*': path } = request.params
      return send(request, reply, await grants.open(token, packageId, path, request.ip))
    },
  )
}

function send(request: FastifyRequest, reply: FastifyReply, { file, read }: Granted): FastifyReply {
  const etag = `"${file.sha256}"`
  const digest = `sha-256=:${Buffer.from(file.sha256, 'hex').toString('base64')}:`
  reply.headers({
    ...{ etag, 'repr-digest': digest, 'accept-ranges': 'bytes', 'cache-control': 'no-store' },
    'content-type': TYPES[file.path.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
    'content-disposition': 'attachment',
  })
  if (request.headers['if-none-match'] === etag) return reply.status(304).send()
  const ifRange = request.headers['if-range']
  const range = ifRange === undefined || ifRange === etag ? rangeOf(request.headers.range, file.bytes) : null
  if (range === 'beyond') return reply.status(416).header('content-range', `bytes */${file.bytes}`).send()
  const [from, to] = range ?? [0, file.bytes]
  if (range !== null) reply.status(206).header('content-range', `bytes ${from}-${to - 1}/${file.bytes}`)
  reply.header('content-length', to - from)
  return reply.send(read(from, request.method === 'HEAD' ? from : to))
}

/** One range of bytes; several, or another unit, are answered with the whole [RFC 9110, 14.2]. */
function rangeOf(header: string | undefined, bytes: number): readonly [number, number] | 'beyond' | null {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.replace(/\s/g, '') ?? '') ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return null
  if (first === '')
    return Number(last) === 0 || bytes === 0 ? 'beyond' : [Math.max(0, bytes - Number(last)), bytes]
  const from = Number(first)
  if (last !== '' && Number(last) < from) return null
  if (from >= bytes) return 'beyond'
  return [from, last === '' ? bytes : Math.min(Number(last) + 1, bytes)]
}
