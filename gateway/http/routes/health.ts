/** Is it up, is it ready, what does it count, what does it offer. */
import { z } from 'zod'
import type { App } from '../schema.ts'
import type { MetricsSource } from '../views.ts'

const tags = ['health']
const Ready = z.object({ ready: z.boolean() })

export interface HealthParts {
  readonly metrics: MetricsSource
  /** What is still missing before work can be done; empty when ready. */
  readonly missing: () => readonly string[]
}

export function healthRoutes(app: App, { metrics, missing }: HealthParts): void {
  const config = { permission: 'public' } as const
  app.get(
    '/healthz',
    {
      config,
      schema: {
        tags,
        summary: 'the process answers',
        security: [],
        response: { 200: z.object({ ok: z.boolean() }) },
      },
    },
    () => ({ ok: true }),
  )
  app.get(
    '/readyz',
    {
      config,
      schema: {
        tags,
        summary: '200 when it can work, 503 otherwise',
        security: [],
        response: { 200: Ready, 503: Ready },
      },
    },
    (_request, reply) => {
      const ready = missing().length === 0
      return reply.status(ready ? 200 : 503).send({ ready })
    },
  )
  app.get(
    '/metrics',
    { config: { permission: 'metrics:read' }, schema: { tags, summary: 'Prometheus text' } },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()),
  )
  app.get(
    '/api/v1/openapi.json',
    { config: { permission: 'alerts:read' }, schema: { tags, summary: 'this document' } },
    () => app.swagger(),
  )
}
