/**
 * Live pictures of one camera: the fragments the box analyses, fed to the browser's own decoder.
 *
 *     /live/<camera> ─▶ init segment (codec is read from it) ─▶ SourceBuffer ◀─ fragments, old ones let go
 *
 * A box that stands for a codec the browser lacks is said so. Looking is an access like any other: it has a
 * purpose.
 */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { CameraView } from '../http/views.ts'
import { PurposeForm } from './purpose.tsx'
import type { StringKey } from './strings.ts'
import { useWords } from './words.ts'

/** Seconds kept behind the live edge, and how far playback may fall back before it jumps forward. */
const KEPT_SEC = 20
const BEHIND_MAX_SEC = 3

/** Asked here when the first look of a login is a live one. */
export function LivePurpose({
  onChosen,
  onClose,
}: {
  onChosen: (purpose: string) => void
  onClose: () => void
}) {
  const { t } = useWords()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} class="live ask" aria-label={t('purpose.title')} onClose={onClose}>
      <PurposeForm onChosen={onChosen} />
    </dialog>
  )
}

interface LiveProps {
  readonly camera: CameraView
  readonly purpose: string
  readonly onClose: () => void
}

export function LiveView({ camera, purpose, onClose }: LiveProps) {
  const { t } = useWords()
  const dialog = useRef<HTMLDialogElement>(null)
  const video = useRef<HTMLVideoElement>(null)
  const [state, setState] = useState<'waiting' | 'playing' | 'unplayable' | 'lost'>('waiting')
  useEffect(() => {
    dialog.current?.showModal()
    return video.current ? play(video.current, camera.id, purpose, setState) : undefined
  }, [camera.id])
  const name = camera.name ?? camera.id
  return (
    <dialog ref={dialog} class="live" aria-label={`${t('live.title')} ${name}`} onClose={onClose}>
      <header>
        <h2>
          {t('live.title')} · {name}
        </h2>
        <button type="button" class="quiet" onClick={() => dialog.current?.close()}>
          {t('close')} <kbd>Esc</kbd>
        </button>
      </header>
      <video ref={video} muted autoplay playsInline hidden={state === 'unplayable'} aria-label={name} />
      {state !== 'playing' && (
        <p class="hint" role="status">
          {t(`live.${state}` as StringKey)}
        </p>
      )}
    </dialog>
  )
}

type Tell = (state: 'playing' | 'unplayable' | 'lost') => void

/** @returns stop */
function play(video: HTMLVideoElement, cameraId: string, purpose: string, tell: Tell): () => void {
  const source = new MediaSource()
  const address = URL.createObjectURL(source)
  const waiting: ArrayBuffer[] = []
  let buffer: SourceBuffer | null = null
  let socket: WebSocket | null = null

  const feed = () => {
    if (!buffer || buffer.updating || source.readyState !== 'open') return
    const { buffered } = buffer
    const edge = buffered.length > 0 ? buffered.end(buffered.length - 1) : 0
    if (buffered.length > 0) {
      const isAtStart = video.currentTime < buffered.start(0)
      if (isAtStart || edge - video.currentTime > BEHIND_MAX_SEC)
        video.currentTime = Math.max(buffered.start(0), edge - 0.3)
      if (edge - buffered.start(0) > 2 * KEPT_SEC) return buffer.remove(0, edge - KEPT_SEC)
    }
    const next = waiting.shift()
    if (next) buffer.appendBuffer(next)
  }
  const receive = (bytes: ArrayBuffer) => {
    const codec = codecOf(new Uint8Array(bytes))
    if (codec !== null) {
      // An init segment: the first, or a new connection to the camera.
      if (!MediaSource.isTypeSupported(codec)) {
        tell('unplayable')
        return socket?.close()
      }
      if (buffer) buffer.changeType(codec)
      else {
        buffer = source.addSourceBuffer(codec)
        buffer.addEventListener('updateend', feed)
      }
    }
    waiting.push(bytes)
    feed()
  }
  source.addEventListener('sourceopen', () => {
    const query = new URLSearchParams({ purpose })
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    socket = new WebSocket(`${scheme}://${location.host}/live/${encodeURIComponent(cameraId)}?${query}`)
    socket.binaryType = 'arraybuffer'
    socket.onmessage = ({ data }) => receive(data)
    socket.onclose = () => tell('lost')
  })
  video.onplaying = () => tell('playing')
  video.src = address
  return () => {
    if (socket) socket.onclose = null
    socket?.close()
    URL.revokeObjectURL(address)
  }
}

/** The MIME type of an init segment (it has a `moov`), null for a fragment. */
function codecOf(bytes: Uint8Array): string | null {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, 4096))
  if (text.slice(4, 8) !== 'ftyp') return null
  const at = text.indexOf('avcC')
  if (at < 0) return `video/mp4; codecs="${text.includes('hvcC') ? 'hvc1.1.6.L93.B0' : 'unknown'}"`
  const profile = [5, 6, 7].map((offset) => (bytes[at + offset] ?? 0).toString(16).padStart(2, '0'))
  return `video/mp4; codecs="avc1.${profile.join('')}"`
}
