/**
 * Accounts of people, tokens of machines, and the log of both. One-time passwords and tokens are shown once.
 */
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { AccessLog } from '../access-log.ts'
import type { Accounts } from '../accounts.ts'
import { whoOf } from '../gatekeeper.ts'
import { Role, Scope } from '../permissions.ts'
import type { App } from '../schema.ts'

const Name = z.string().regex(/^[\p{L}\p{N}._-]{2,64}$/u, 'letters, digits, dot, dash; 2 to 64 of them')
const Account = z.object({
  name: z.string(),
  role: Role,
  changeDue: z.boolean(),
  disabled: z.boolean(),
  secondFactor: z.boolean(),
})
const OneTime = z.object({ name: z.string(), oneTimePassword: z.string() })
const Token = z.object({
  ...{ name: z.string(), scope: Scope, issuedAtMs: z.int() },
  deviceSerial: z.string().optional(),
})
const NewToken = z
  .strictObject({
    name: Name,
    scope: Scope,
    deviceSerial: z
      .string()
      .min(1)
      .max(40)
      .optional()
      .describe('The one body-cam that the token uploads for; absent: any, as a dock does.'),
  })
  .refine(({ scope, deviceSerial }) => deviceSerial === undefined || scope === 'bodycam', {
    path: ['deviceSerial'],
    error: 'only of tokens with scope bodycam',
  })
const Entry = z.object({
  entry: z.int(),
  at: z.string(),
  actor: z.string(),
  role: z.string(),
  action: z.string(),
  object: z.string(),
  purpose: z.string(),
  outcome: z.enum(['granted', 'refused']),
  address: z.string(),
  unit: z.string().optional(),
  requester: z.string().optional(),
  orderRef: z.string().optional(),
  prev: z.string().describe('Hash of the entry before.'),
  hash: z.string(),
})
const config = { permission: 'accounts:manage' } as const
const tags = ['administration']

type Logged = (request: FastifyRequest, action: string, object: string, purpose?: string) => void

export function administrationRoutes(
  app: App,
  { accounts, accessLog }: { accounts: Accounts; accessLog: AccessLog },
): void {
  const logged: Logged = (request, action, object, purpose = '') =>
    accessLog.add({ ...whoOf(request), action, object, purpose, outcome: 'granted' })
  auditRoute(app, accessLog, logged)
  accountRoutes(app, accounts, logged)
  secondFactorResetRoute(app, accounts, logged)
  tokenRoutes(app, accounts, logged)
}

function auditRoute(app: App, accessLog: AccessLog, logged: Logged): void {
  app.get(
    '/api/v1/audit',
    {
      config: { permission: 'audit:read' },
      schema: {
        tags,
        summary: 'the access log, newest first',
        querystring: z.strictObject({
          limit: z.coerce.number().int().min(1).max(500).default(100),
          before: z.coerce
            .number()
            .int()
            .min(1)
            .optional()
            .describe('`entry` of the last one of the page before.'),
        }),
        response: { 200: z.object({ entries: z.array(Entry) }) },
      },
    },
    (request) => {
      logged(request, 'audit.read', 'access log')
      return { entries: accessLog.list(request.query.limit, request.query.before) }
    },
  )
}

function accountRoutes(app: App, accounts: Accounts, logged: Logged): void {
  app.get(
    '/api/v1/accounts',
    {
      config,
      schema: { tags, summary: 'accounts', response: { 200: z.object({ accounts: z.array(Account) }) } },
    },
    () => ({ accounts: accounts.list() }),
  )
  app.post(
    '/api/v1/accounts',
    {
      config,
      schema: {
        tags,
        summary: 'a new account',
        body: z.strictObject({ name: Name, role: Role }),
        response: { 201: OneTime },
      },
    },
    async (request, reply) => {
      const { name, role } = request.body
      const oneTimePassword = await accounts.create(name, role)
      logged(request, 'account.create', name, role)
      return reply.status(201).send({ name, oneTimePassword })
    },
  )
  app.post(
    '/api/v1/accounts/:name/reset',
    {
      config,
      schema: {
        tags,
        summary: 'a new one-time password',
        params: z.object({ name: Name }),
        response: { 200: OneTime },
      },
    },
    async (request) => {
      const { name } = request.params
      const oneTimePassword = await accounts.reset(name)
      logged(request, 'account.reset', name)
      return { name, oneTimePassword }
    },
  )
  app.put(
    '/api/v1/accounts/:name/disabled',
    {
      config,
      schema: {
        tags,
        summary: 'close or reopen an account; closing ends its logins',
        params: z.object({ name: Name }),
        body: z.strictObject({ disabled: z.boolean() }),
        response: { 204: z.null() },
      },
    },
    (request, reply) => {
      accounts.setDisabled(request.params.name, request.body.disabled)
      logged(request, request.body.disabled ? 'account.close' : 'account.reopen', request.params.name)
      return reply.status(204).send()
    },
  )
}

function secondFactorResetRoute(app: App, accounts: Accounts, logged: Logged): void {
  app.post(
    '/api/v1/accounts/:name/second-factor/reset',
    {
      config,
      schema: {
        tags,
        summary:
          'turn off the second factor of somebody who lost phone and codes; ends the logins of the account',
        params: z.object({ name: Name }),
        body: z.strictObject({ reason: z.string().trim().min(2).max(200) }),
        response: { 204: z.null() },
      },
    },
    (request, reply) => {
      accounts.resetSecondFactor(request.params.name)
      logged(request, 'second-factor.reset', request.params.name, request.body.reason)
      return reply.status(204).send()
    },
  )
}

function tokenRoutes(app: App, accounts: Accounts, logged: Logged): void {
  app.get(
    '/api/v1/tokens',
    {
      config,
      schema: {
        tags,
        summary: 'tokens of machines',
        response: { 200: z.object({ tokens: z.array(Token) }) },
      },
    },
    () => ({ tokens: accounts.tokens.list() }),
  )
  app.post(
    '/api/v1/tokens',
    {
      config,
      schema: {
        tags,
        summary: 'a new token',
        body: NewToken,
        response: { 201: z.object({ name: z.string(), token: z.string() }) },
      },
    },
    (request, reply) => {
      const { name, scope, deviceSerial } = request.body
      const token = accounts.issueToken(name, scope, deviceSerial)
      logged(request, 'token.issue', name, [scope, deviceSerial].filter(Boolean).join(' '))
      return reply.status(201).send({ name, token })
    },
  )
  app.delete(
    '/api/v1/tokens/:name',
    {
      config,
      schema: { tags, summary: 'end a token', params: z.object({ name: Name }), response: { 204: z.null() } },
    },
    (request, reply) => {
      accounts.tokens.revoke(request.params.name)
      logged(request, 'token.revoke', request.params.name)
      return reply.status(204).send()
    },
  )
}
