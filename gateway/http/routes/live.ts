/**
 * Live pictures of one camera over a WebSocket: the very fragments that are analysed, for Media Source Extensions, or
 * MPEG-1 for browsers that cannot play them; and as text what the box makes of them. Looking at a street is an access
 * like any other: it states a purpose and is logged.
 *
 *     binary   film: init segment and fragments, or MPEG-TS          text   {type: stream | seen | fault, …}
 */
import type { WebSocket } from 'ws'
import { z } from 'zod'
import { fault, isFault } from '../../kit/errors.ts'
import type { AccessLog } from '../access-log.ts'
import type { Accounts } from '../accounts.ts'
import { visitorOf, whoOf } from '../gatekeeper.ts'
import { bodyOf } from '../replies.ts'
import type { App } from '../schema.ts'
import type { LiveSource, LiveViewer, LiveWay } from '../views.ts'

const BACKLOG_MAX = 4_000_000
const CLOSE_ENDED = 4410
const CLOSE_NO_CAMERA = 4404
const CLOSE_LOGIN_ENDED = 4401
const CLOSE_REFUSED = 4503
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
        summary:
          'WebSocket: fragmented MP4, init segment first, or MPEG-TS with `way=mpeg1`; what is seen in it as JSON text',
        params: z.object({ camera: z.string().max(64) }),
        querystring: z.strictObject({
          purpose: z.string().trim().max(200).optional(),
          way: z.enum(['own', 'mpeg1']).default('own'),
        }),
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
      // A broken connection is followed by `close`; nobody is left to tell.
      socket.on('error', () => socket.terminate())
      const detach = attach(socket, live, request.params.camera, request.query.way)
      if (detach === null) return
      const timer = setInterval(() => {
        if (visitorOf(request, accounts) === null) socket.close(CLOSE_LOGIN_ENDED)
      }, WELCOME_EVERY_MS)
      socket.on('close', () => {
        clearInterval(timer)
        detach()
      })
    },
  )
}

/** null: there is nothing to see, and the socket was told why. */
function attach(socket: WebSocket, live: LiveSource, camera: string, way: LiveWay): (() => void) | null {
  try {
    const detach = live.attach(camera, way, viewerOf(socket))
    if (detach === null) socket.close(CLOSE_NO_CAMERA)
    return detach
  } catch (error) {
    if (!isFault(error)) throw error
    socket.send(JSON.stringify({ type: 'fault', ...bodyOf(error) }))
    socket.close(CLOSE_REFUSED, error.code)
    return null
  }
}

function viewerOf(socket: WebSocket): LiveViewer {
  const isFree = () => socket.readyState === socket.OPEN && socket.bufferedAmount <= BACKLOG_MAX
  return {
    send: (bytes) => {
      if (!isFree()) return false
      socket.send(bytes)
      return true
    },
    tell: (note) => {
      if (isFree()) socket.send(JSON.stringify(note))
    },
    end: () => socket.close(CLOSE_ENDED),
  }
}
