/** Logging in and out, who I am, and a password of one's own. */
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
  permissions: z.array(z.string()),
  csrf: z.string().describe('Send as `x-csrf-token` with every change.'),
  expiresAt: z.iso.datetime(),
})
const Password = z.string().min(1).max(PASSWORD_LENGTH_MAX)
const tags = ['session']

interface SessionParts {
  readonly accounts: Accounts
  readonly accessLog: AccessLog
}

export function sessionRoutes(app: App, parts: SessionParts): void {
  loginRoute(app, parts)
  ownRoutes(app, parts)
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
        body: z.strictObject({ name: z.string().min(1).max(64), password: Password }),
        response: { 200: Me },
      },
    },
    async (request, reply) => {
      const { name, password } = request.body
      if (!request.headers['content-type']?.startsWith('application/json'))
        throw fault('REQUEST_INVALID', { reason: 'not JSON' })
      const entry = { action: 'login', object: name, purpose: '', address: request.ip }
      try {
        const { person, ticket } = await accounts.login(name, password)
        accessLog.add({ ...entry, actor: name, role: person.role, outcome: 'granted' })
        setCookie(request, reply, ticket)
        return meOf(person)
      } catch (error) {
        if (isFault(error, 'LOGIN_REFUSED'))
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
    (request) => meOf(personOf(request)),
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
      return meOf(accounts.personOf(ticket.secret) ?? personOf(request))
    },
  )
}

function meOf(person: Person): z.input<typeof Me> {
  const all = Object.keys(PERMISSIONS) as Permission[]
  return {
    name: person.name,
    role: person.role,
    changeDue: person.changeDue,
    permissions: person.changeDue ? [] : all.filter((permission) => roleMay(person.role, permission)),
    csrf: person.csrf,
    expiresAt: new Date(person.expiresAtMs).toISOString(),
  }
}
