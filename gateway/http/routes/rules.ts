/**
 * The rules as the public may see them, and what exemptions kept from being told. Read only.
 *
 *     /api/v1/rules/public   anybody with an account or token; JSON, or the page as Markdown
 *     /api/v1/suppressed     whoever audits
 */
import { z } from 'zod'
import { publicPage } from '../../violations/public-view.ts'
import type { App } from '../schema.ts'
import type { LawDesk } from '../views.ts'

const tags = ['rules']
const Open = z.looseObject({})

export function ruleRoutes(app: App, law: LawDesk): void {
  app.get(
    '/api/v1/rules/public',
    {
      config: { permission: 'rules:read' },
      schema: {
        tags,
        summary: 'rules in force here: name, basis, procedure, complaint channel, in Chinese and English',
        querystring: z.strictObject({ format: z.enum(['json', 'md']).default('json') }),
        response: { 200: z.union([Open, z.string()]) },
      },
    },
    (request, reply) => {
      const view = law.publicRules()
      if (request.query.format === 'json') return { ...view }
      return reply.type('text/markdown; charset=utf-8').send(publicPage(view))
    },
  )

  app.get(
    '/api/v1/suppressed',
    {
      config: { permission: 'audit:read' },
      schema: {
        tags,
        summary: 'acts that exemptions kept from being told, newest first, and how many by exemption',
        querystring: z.strictObject({
          limit: z.coerce.number().int().min(1).max(200).default(50),
          before: z.string().max(64).optional(),
        }),
        response: {
          200: z.object({
            suppressed: z.array(Open),
            counts: z.array(z.object({ exemptionId: z.string(), count: z.int() })),
          }),
        },
      },
    },
    (request) => ({
      suppressed: law.suppressed.list(request.query.limit, request.query.before).map((act) => ({ ...act })),
      counts: law.suppressed.counts(),
    }),
  )
}
