/** What is open and overdue, and its hand-over at the change of shift [R58, R79]. */
import { z } from 'zod'
import type { AccessLog } from '../access-log.ts'
import { personOf, whoOf } from '../gatekeeper.ts'
import type { App } from '../schema.ts'
import type { OfficeView } from '../views.ts'

const Handover = z.object({
  number: z.int(),
  from: z.string(),
  to: z.string(),
  note: z.string(),
  eventIds: z.array(z.string()),
  at: z.string(),
})
const tags = ['duty']

interface DutyParts {
  readonly office: OfficeView
  readonly accessLog: AccessLog
}

export function dutyRoutes(app: App, { office, accessLog }: DutyParts): void {
  const { duty } = office
  app.get(
    '/api/v1/duty/open',
    {
      config: { permission: 'alerts:read' },
      schema: {
        tags,
        summary: 'alerts that wait for somebody, the most overdue first, and how old they are',
        querystring: z.strictObject({ limit: z.coerce.number().int().min(1).max(2_000).default(200) }),
        response: {
          200: z.object({
            open: z.array(z.looseObject({ eventId: z.string() })),
            aging: z.array(z.unknown()),
          }),
        },
      },
    },
    (request) => ({ open: duty.open(request.query.limit), aging: duty.aging() }),
  )
  app.get(
    '/api/v1/duty/handovers',
    {
      config: { permission: 'alerts:read' },
      schema: {
        tags,
        summary: 'changes of shift, newest first',
        querystring: z.strictObject({ limit: z.coerce.number().int().min(1).max(200).default(20) }),
        response: { 200: z.object({ handovers: z.array(Handover) }) },
      },
    },
    (request) => ({ handovers: duty.handovers(request.query.limit) }),
  )
  app.post(
    '/api/v1/duty/handovers',
    {
      config: { permission: 'duty:handover' },
      schema: {
        tags,
        summary: 'the open alerts go to the next shift',
        body: z.strictObject({
          to: z.string().trim().min(1).max(64),
          note: z.string().trim().max(1_000).default(''),
        }),
        response: { 200: Handover },
      },
    },
    (request) => {
      const { to, note } = request.body
      const record = duty.handOver({ from: personOf(request).name, to, note })
      const who = whoOf(request)
      accessLog.add({ ...who, action: 'duty.handover', object: to, purpose: note, outcome: 'granted' })
      return record
    },
  )
}
