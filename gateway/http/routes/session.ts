/** Logging in and out, who I am, and a password of one's own. */
import type { FastifyRequest } from 'fastify'
import QRCode from 'qrcode'
import { z } from 'zod'
import { fault, isFault } from '../../kit/errors.ts'
import type { AccessLog } from '../access-log.ts'
import type { Accounts, Person } from '../accounts.ts'
import { dropCookie, personOf, SESSION_COOKIE, setCookie, whoOf } from '../gatekeeper.ts'
import { PASSWORD_LENGTH_MAX } from '../passwords.ts'
import { PERMISSIONS, type Permission, Role, roleMay } from '../permissions.ts'
import type { App } from '../schema.ts'

const Me = z.object({
  name: z.string(),
  role: Role,
  changeDue: z.boolean().describe('A one-time password is in use: nothing else answers until it is changed.'),
  secondFactor: z.boolean().describe('A code is asked at the login besides the password.'),
  secondFactorDue: z.boolean().describe('The role must have one: nothing else answers until it is set up.'),
  recoveryCodesLeft: z.int(),
  permissions: z.array(z.string()),
  csrf: z.string().describe('Send as `x-csrf-token` with every change.'),
  expiresAt: z.iso.datetime(),
})
const Code = z.string().trim().min(6).max(40)
const Password = z.string().min(1).max(PASSWORD_LENGTH_MAX)
const tags = ['session']

interface SessionParts {
  readonly accounts: Accounts
  readonly accessLog: AccessLog
}

export function sessionRoutes(app: App, parts: SessionParts): void {
  loginRoute(app, parts)
  ownRoutes(app, parts)
  secondFactorRoutes(app, parts)
}

function loginRoute(app: App, { accounts, accessLog }: SessionParts): void {
  app.post(
    '/api/v1/session',
    {
      config: { permission: 'public' },
      schema: {
        tags,
        summary: 'log in',
        security: [],
        body: z.strictObject({
          ...{ name: z.string().min(1).max(64), password: Password },
          code: Code.optional().describe('Of an authenticator app, or a recovery code; where it is asked.'),
        }),
        response: { 200: Me },
      },
    },
    async (request, reply) => {
      const { name, password, code } = request.body
      if (!request.headers['content-type']?.startsWith('application/json'))
        throw fault('REQUEST_INVALID', { reason: 'not JSON' })
      const entry = { action: 'login', object: name, purpose: '', address: request.ip }
      try {
        const { person, ticket } = await accounts.login(name, password, code)
        accessLog.add({ ...entry, actor: name, role: person.role, outcome: 'granted' })
        setCookie(request, reply, ticket)
        return meOf(person, accounts)
      } catch (error) {
        if (isFault(error, 'LOGIN_REFUSED') || isFault(error, 'SECOND_FACTOR_WRONG'))
          accessLog.add({ ...entry, actor: '-', role: '-', outcome: 'refused' })
        throw error
      }
    },
  )
}

function ownRoutes(app: App, { accounts, accessLog }: SessionParts): void {
  app.get(
    '/api/v1/session',
    { config: { permission: 'self' }, schema: { tags, summary: 'who I am', response: { 200: Me } } },
    (request) => meOf(personOf(request), accounts),
  )

  app.delete(
    '/api/v1/session',
    { config: { permission: 'self' }, schema: { tags, summary: 'log out', response: { 204: z.null() } } },
    (request, reply) => {
      accessLog.add({
        ...whoOf(request),
        action: 'logout',
        object: personOf(request).name,
        purpose: '',
        outcome: 'granted',
      })
      accounts.sessions.end(request.cookies[SESSION_COOKIE] ?? '')
      dropCookie(request, reply)
      return reply.status(204).send()
    },
  )

  app.put(
    '/api/v1/session/password',
    {
      config: { permission: 'self' },
      schema: {
        tags,
        summary: 'change my password; every other login of mine ends',
        body: z.strictObject({ password: Password, next: Password }),
        response: { 200: Me },
      },
    },
    async (request, reply) => {
      const { name } = personOf(request)
      const ticket = await accounts.changePassword(name, request.body.password, request.body.next)
      accessLog.add({ ...whoOf(request), action: 'password', object: name, purpose: '', outcome: 'granted' })
      setCookie(request, reply, ticket)
      return meOf(accounts.personOf(ticket.secret) ?? personOf(request), accounts)
    },
  )
}

function secondFactorRoutes(app: App, { accounts, accessLog }: SessionParts): void {
  const config = { permission: 'self' } as const
  const path = '/api/v1/session/second-factor'
  const logged = (request: FastifyRequest, action: string) =>
    accessLog.add({
      ...whoOf(request),
      action,
      object: personOf(request).name,
      purpose: '',
      outcome: 'granted',
    })
  app.post(
    path,
    {
      config,
      schema: {
        tags,
        summary: 'begin a second factor: its secret, shown this once; it counts when a code of it was sent',
        body: z.strictObject({ password: Password }),
        response: {
          200: z.object({
            secret: z.string().describe('Base32, to be typed where no camera is.'),
            uri: z.string(),
            qr: z.string().describe('The same as a picture, SVG.'),
          }),
        },
      },
    },
    async (request) => {
      const started = await accounts.beginSecondFactor(personOf(request).name, request.body.password)
      return { ...started, qr: await QRCode.toString(started.uri, { type: 'svg', margin: 1 }) }
    },
  )
  app.put(
    path,
    {
      config,
      schema: {
        tags,
        summary: 'turn it on by a code; recovery codes are shown this once',
        body: z.strictObject({ code: Code }),
        response: { 200: z.object({ recoveryCodes: z.array(z.string()) }) },
      },
    },
    (request) => {
      const recoveryCodes = accounts.secondFactor.confirm(personOf(request).name, request.body.code)
      logged(request, 'second-factor.on')
      return { recoveryCodes }
    },
  )
  app.post(
    `${path}/off`,
    {
      config,
      schema: {
        tags,
        summary: 'turn it off, by password and code',
        body: z.strictObject({ password: Password, code: Code }),
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const { password, code } = request.body
      await accounts.endSecondFactor(personOf(request).name, password, code)
      logged(request, 'second-factor.off')
      return reply.status(204).send()
    },
  )
}

function meOf(person: Person, { secondFactor }: Accounts): z.input<typeof Me> {
  const all = Object.keys(PERMISSIONS) as Permission[]
  return {
    name: person.name,
    role: person.role,
    changeDue: person.changeDue,
    ...{ secondFactor: person.secondFactor, secondFactorDue: person.secondFactorDue },
    recoveryCodesLeft: secondFactor.recoveryCodesLeft(person.name),
    permissions:
      person.changeDue || person.secondFactorDue
        ? []
        : all.filter((permission) => roleMay(person.role, permission)),
    csrf: person.csrf,
    expiresAt: new Date(person.expiresAtMs).toISOString(),
  }
}
