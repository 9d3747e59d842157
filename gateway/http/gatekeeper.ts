/**
 * Every request passes here before a route sees it.
 *
 *     cookie  ─▶ person ─┐                      no credential      ─▶ 401
 *     bearer  ─▶ machine ┼─▶ route's permission  not for this role  ─▶ 403, logged
 *     nothing ───────────┘                      change, no CSRF    ─▶ 403
 *
 * Closed by default: an address without a route asks for a login too, and a route that names no permission
 * stops the start. A cookie alone never changes anything: the page must send its CSRF token, and come from
 * this very host.
 */
import { timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { assert } from '../kit/assert.ts'
import { fault } from '../kit/errors.ts'
import type { AccessLog } from './access-log.ts'
import type { Accounts, Person } from './accounts.ts'
import { type RoutePermission, roleMay, scopeMay } from './permissions.ts'
import type { App } from './schema.ts'
import type { Machine, Ticket } from './sessions.ts'

export const SESSION_COOKIE = 'lushao_session'
const CSRF_HEADER = 'x-csrf-token'

export type Visitor = ({ readonly kind: 'person' } & Person) | ({ readonly kind: 'machine' } & Machine)

declare module 'fastify' {
  interface FastifyContextConfig {
    permission?: RoutePermission
  }
  interface FastifyRequest {
    visitor: Visitor | null
  }
}

interface GatekeeperParts {
  readonly accounts: Accounts
  readonly accessLog: AccessLog
}

export function keepGate(app: App, { accounts, accessLog }: GatekeeperParts): void {
  app.decorateRequest('visitor', null)
  app.addHook('onRoute', (route) => {
    assert(route.config?.permission !== undefined, `the route ${route.url} names who may use it`)
  })
  app.addHook('onRequest', async (request) => {
    const permission = request.routeOptions.config?.permission
    if (permission === 'public' || permission === 'grant') return
    const visitor = visitorOf(request, accounts)
    if (!visitor) throw fault('NOT_LOGGED_IN')
    request.visitor = visitor
    if (visitor.kind === 'person') checkOrigin(request, visitor)
    const isNowhere = permission === undefined // The answer will be 404, now that we know who asks.
    if (isNowhere || may(visitor, permission)) return
    if (visitor.kind === 'person' && visitor.changeDue)
      throw fault('PASSWORD_CHANGE_DUE', { who: visitor.name })
    if (visitor.kind === 'person' && visitor.secondFactorDue)
      throw fault('SECOND_FACTOR_DUE', { who: visitor.name })
    const object = `${request.method} ${request.url.split('?')[0]}`
    accessLog.add({ ...whoOf(request), action: permission, object, purpose: '', outcome: 'refused' })
    throw fault('NOT_PERMITTED', { who: visitor.name, role: rankOf(visitor), permission })
  })
}

/** The facts of an access-log entry that come from the request; order and unit as the asker says them, or absent. */
export function whoOf(request: FastifyRequest) {
  const { visitor } = request
  const [unit, requester, orderRef] = [
    said(request, 'unit'),
    said(request, 'requester'),
    said(request, 'orderRef'),
  ]
  return {
    ...{ actor: visitor?.name ?? '-', role: visitor ? rankOf(visitor) : '-', address: request.ip },
    ...(unit === '' ? {} : { unit }),
    ...(requester === '' ? {} : { requester }),
    ...(orderRef === '' ? {} : { orderRef }),
  }
}

/** `?orderRef=…` or header `x-order-ref`, percent-encoded where it is not plain letters. */
function said(request: FastifyRequest, name: 'unit' | 'requester' | 'orderRef'): string {
  const asked = (request.query as Record<string, unknown> | undefined)?.[name]
  if (typeof asked === 'string') return asked.trim()
  const header = request.headers[`x-${name.replace('R', '-r')}`]
  if (typeof header !== 'string') return ''
  try {
    return decodeURIComponent(header).trim()
  } catch {
    return header.trim() // A lone percent sign: taken as it came.
  }
}

/** The person a route with a person's permission was called by. */
export function personOf(request: FastifyRequest): Person {
  assert(request.visitor?.kind === 'person', 'this route lets people in only')
  return request.visitor
}

export function setCookie(request: FastifyRequest, reply: FastifyReply, ticket: Ticket): void {
  reply.setCookie(SESSION_COOKIE, ticket.secret, {
    ...cookieOptions(request),
    expires: new Date(ticket.expiresAtMs),
  })
}

export function dropCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(SESSION_COOKIE, cookieOptions(request))
}

const cookieOptions = (request: FastifyRequest) =>
  ({ path: '/', httpOnly: true, sameSite: 'strict', secure: request.protocol === 'https' }) as const

/** Whose credential this is, asked afresh: a long-lived socket is asked again and again. */
export function visitorOf(request: FastifyRequest, accounts: Accounts): Visitor | null {
  const bearer = /^Bearer ([\w-]+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (bearer !== undefined) {
    const machine = accounts.machineOf(bearer)
    return machine && { kind: 'machine', ...machine }
  }
  const cookie = request.cookies[SESSION_COOKIE]
  const person = cookie === undefined ? null : accounts.personOf(cookie)
  return person && { kind: 'person', ...person }
}

function may(visitor: Visitor, permission: Exclude<RoutePermission, 'public' | 'grant'>): boolean {
  if (permission === 'self') return visitor.kind === 'person'
  if (visitor.kind === 'machine') return scopeMay(visitor.scope, permission)
  return !visitor.changeDue && !visitor.secondFactorDue && roleMay(visitor.role, permission)
}

function checkOrigin(request: FastifyRequest, person: Person): void {
  const { origin, upgrade } = request.headers
  const reads = request.method === 'GET' || request.method === 'HEAD'
  if (reads && upgrade === undefined) return
  if (origin !== undefined && hostOf(origin) !== request.host) {
    throw fault('CSRF_REFUSED', { reason: 'it comes from another site' })
  }
  if (reads) return
  const sent = Buffer.from(String(request.headers[CSRF_HEADER] ?? ''))
  const wanted = Buffer.from(person.csrf)
  if (sent.length !== wanted.length || !timingSafeEqual(sent, wanted)) {
    throw fault('CSRF_REFUSED', { reason: `${CSRF_HEADER} is missing or stale` })
  }
}

function hostOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host : ''
}

function rankOf(visitor: Visitor): string {
  return visitor.kind === 'person' ? visitor.role : visitor.scope
}
