/** How the box is, room by room, and the last lines of its log. Read only. */
import { z } from 'zod'
import type { AccessLog } from '../access-log.ts'
import { whoOf } from '../gatekeeper.ts'
import type { App } from '../schema.ts'
import { SYSTEM_PARTS, type SystemBoard } from '../system-views.ts'

const tags = ['system']
const Part = z.object({
  part: z.enum(SYSTEM_PARTS),
  state: z.enum(['good', 'note', 'bad']).describe('`note`: nobody has to do anything now.'),
  facts: z.array(
    z.object({
      fact: z.string(),
      kind: z.enum(['text', 'count', 'bytes', 'sec', 'ms', 'share', 'moment']),
      value: z.union([z.string(), z.number()]).nullable().describe('Null: not known.'),
    }),
  ),
  problems: z.array(z.object({ code: z.string(), en: z.string(), zh: z.string() })),
})
const LogLine = z.object({
  line: z.int().describe('Counts up from the start of the process.'),
  at: z.string(),
  level: z.int().describe('30 info, 40 warn, 50 error, 60 fatal.'),
  message: z.string(),
  more: z.string().describe('What else the line says, as JSON.'),
})
const LEVELS = { debug: 20, info: 30, warn: 40, error: 50 } as const

export function systemRoutes(
  app: App,
  { system, accessLog }: { readonly system: SystemBoard; readonly accessLog: AccessLog },
): void {
  app.get(
    '/api/v1/system',
    {
      config: { permission: 'system:read' },
      schema: {
        tags,
        summary: 'the state of each room of the box, with what is wrong and what to do',
        response: { 200: z.object({ at: z.string(), parts: z.array(Part) }) },
      },
    },
    async () => {
      const { at, parts } = await system.system()
      const open = parts.map((one) => ({ ...one, facts: [...one.facts], problems: [...one.problems] }))
      return { at, parts: open }
    },
  )
  app.get(
    '/api/v1/system/log',
    {
      config: { permission: 'system:log' },
      schema: {
        tags,
        summary: 'the last lines of the gateway’s own log, newest first; secrets are cut out',
        querystring: z.strictObject({
          level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('This and graver.'),
          contains: z.string().max(100).default(''),
          limit: z.coerce.number().int().min(1).max(500).default(200),
          again: z.enum(['true']).optional().describe('Asked again while somebody looks: logged once.'),
        }),
        response: { 200: z.object({ lines: z.array(LogLine) }) },
      },
    },
    (request) => {
      const { level, contains, limit, again } = request.query
      if (again === undefined) {
        accessLog.add({
          ...whoOf(request),
          action: 'log.read',
          object: level,
          purpose: '',
          outcome: 'granted',
        })
      }
      return { lines: [...system.logLines({ levelMin: LEVELS[level], contains, limit })] }
    },
  )
}
