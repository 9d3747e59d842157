/**
 * The live feed of the page: opens, listens, comes back by itself. After each opening the page reads the
 * lists again, for nobody knows what was missed.
 */

import type { Looking } from '../http/presence.ts'
import type { ShownAlert } from '../http/shown-alerts.ts'
import type { CameraView } from '../http/views.ts'

const RETRY_FIRST_MS = 500
const RETRY_MAX_MS = 10_000
const CLOSE_LOGIN_ENDED = 4401

export interface FeedEvents {
  onOpen(): void
  onLost(): void
  onLoginEnded(): void
  onAlert(alert: ShownAlert): void
  onCameras(cameras: CameraView[]): void
  onPresence(people: Looking[]): void
}

export interface OpenFeed {
  /** Says which alert is open here, so that others see it. */
  look(eventId: string | null): void
  stop(): void
}

export function openFeed(events: FeedEvents): OpenFeed {
  let looked: string | null = null
  let socket: WebSocket | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let retryMs = RETRY_FIRST_MS
  let stopped = false

  const tell = () => {
    if (socket?.readyState !== WebSocket.OPEN) return
    socket.send(JSON.stringify({ type: 'looking', eventId: looked }))
  }
  const open = () => {
    socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v1/feed`)
    socket.onopen = () => {
      retryMs = RETRY_FIRST_MS
      tell()
      events.onOpen()
    }
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(String(data))
      if (message.type === 'alert') events.onAlert(message.alert)
      if (message.type === 'presence') events.onPresence(message.people)
      if (message.type === 'cameras') events.onCameras(message.cameras)
    }
    socket.onclose = ({ code }) => {
      if (stopped) return
      if (code === CLOSE_LOGIN_ENDED) return events.onLoginEnded()
      events.onLost()
      timer = setTimeout(open, retryMs)
      retryMs = Math.min(RETRY_MAX_MS, retryMs * 2)
    }
  }
  open()
  return {
    look: (eventId) => {
      looked = eventId
      tell()
    },
    stop: () => {
      stopped = true
      clearTimeout(timer)
      socket?.close()
    },
  }
}
