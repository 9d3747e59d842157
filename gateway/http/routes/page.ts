/** The console's files. They hold no data; whoever has them still has to log in. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fault } from '../../kit/errors.ts'
import type { Log } from '../../kit/log.ts'
import type { App } from '../schema.ts'

export function pageRoutes(app: App, { consoleFolder, log }: { consoleFolder: string; log: Log }): void {
  const config = { permission: 'public' } as const
  const schema = { hide: true }
  const missing = fault('CONSOLE_MISSING', { folder: consoleFolder })
  const built = () => existsSync(join(consoleFolder, 'index.html'))
  if (!built()) log.warn({ code: missing.code }, missing.message)

  app.get('/', { config, schema }, (_request, reply) => {
    if (!built()) throw missing
    return reply
      .header('cache-control', 'no-cache')
      .sendFile('index.html', consoleFolder, { cacheControl: false })
  })
  // Names carry a hash of the content: they may be kept for ever.
  app.get<{ Params: { '*': string } }>('/assets/*', { config, schema }, (request, reply) =>
    reply.sendFile(request.params['*'], join(consoleFolder, 'assets'), { immutable: true, maxAge: '1y' }),
  )
}
