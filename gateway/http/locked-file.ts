/**
 * A file that lies locked, sent as it was before: whole, or the range a player asks for. What was changed on disk ends
 * the answer in the middle; nothing that is not authentic leaves.
 */
import { extname } from 'node:path'
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { KeptFile } from '../evidence/locker.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.mp4': 'video/mp4',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.wav': 'audio/wav',
  '.json': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
}

export function sendLocked(
  request: FastifyRequest,
  reply: FastifyReply,
  kept: KeptFile,
  name: string,
): FastifyReply {
  reply.header('cache-control', 'no-store').header('accept-ranges', 'bytes')
  reply.type(TYPES[extname(name).toLowerCase()] ?? 'application/octet-stream')
  const range = rangeOf(request.headers.range, kept.bytes)
  if (range === 'beyond') return reply.status(416).header('content-range', `bytes */${kept.bytes}`).send()
  const [start, end] = range ?? [0, kept.bytes]
  if (range !== null) reply.status(206).header('content-range', `bytes ${start}-${end - 1}/${kept.bytes}`)
  return reply
    .header('content-length', end - start)
    .send(Readable.from(kept.read(start, end), { objectMode: false }))
}

/** From, and up to but not including; null: all of it is asked for, or in a way that need not be understood. */
function rangeOf(header: string | undefined, bytes: number): [number, number] | 'beyond' | null {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (first === '' && last === '') return null
  if (first === '') return Number(last) === 0 ? 'beyond' : [Math.max(0, bytes - Number(last)), bytes]
  const end = last === '' ? bytes : Math.min(bytes, Number(last) + 1)
  return Number(first) < end ? [Number(first), end] : 'beyond'
}
