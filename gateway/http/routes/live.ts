/**
 * Live pictures of one camera: the very fragments that are analysed, over a WebSocket, for Media Source
 * Extensions. Looking at a street is an access like any other: it states a purpose and is logged.
 */
import { z } from 'zod'
import { fault } from '../../kit/errors.ts'
import type { AccessLog } from '../access-log.ts'
import type { Accounts } from '../accounts.ts'
import { visitorOf, whoOf } from '../gatekeeper.ts'
import type { App } from '../schema.ts'
import type { LiveSource } from '../views.ts'

const BACKLOG_MAX = 4_000_000
const CLOSE_NO_CAMERA = 4404
const CLOSE_LOGIN_ENDED = 4401
/** How often a viewer's login is looked at again. */
const WELCOME_EVERY_MS = 2000

export function liveRoute(
  app: App,
  { live, accounts, accessLog }: { live: LiveSource; accounts: Accounts; accessLog: AccessLog },
): void {
  app.get(
    '/live/:camera',
    {
      websocket: true,
      config: { permission: 'live:view' },
      schema: {
        tags: ['registers'],
        summary: 'WebSocket: fragmented MP4, init segment first',
        params: z.object({ camera: z.string().max(64) }),
        querystring: z.strictObject({ purpose: z.string().trim().max(200).optional() }),
      },
      preHandler: async (request) => {
        const { camera } = request.params as { camera: string }
        const { purpose = '' } = request.query as { purpose?: string }
        const outcome = purpose.length >= 2 ? 'granted' : 'refused'
        accessLog.add({ ...whoOf(request), action: 'live.view', object: camera, purpose, outcome })
        if (outcome === 'refused') throw fault('PURPOSE_MISSING')
      },
    },
    (socket, request) => {
      const detach = live.attach(request.params.camera, (bytes) => {
        if (socket.readyState !== socket.OPEN || socket.bufferedAmount > BACKLOG_MAX) return false
        socket.send(bytes)
        return true
      })
      if (!detach) return socket.close(CLOSE_NO_CAMERA)
      const timer = setInterval(() => {
        if (visitorOf(request, accounts) === null) socket.close(CLOSE_LOGIN_ENDED)
      }, WELCOME_EVERY_MS)
      socket.on('close', () => {
        clearInterval(timer)
        detach()
      })
      // A broken connection is followed by `close`; nobody is left to tell.
      socket.on('error', () => socket.terminate())
    },
  )
}
