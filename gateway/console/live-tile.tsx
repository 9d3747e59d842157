/**
 * One camera, live: its picture, what the box makes of it, and how it is.
 *
 *     playLive ─┬─ pictures ─▶ video, or canvas where they had to be converted
 *               └─ notes ───▶ drawn when the picture they were made of is shown
 *
 * Nothing drawn is not nothing there: a look that is long ago, or a background that is still being learnt, is said.
 */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { FaultBody } from '../http/replies.ts'
import type { CameraView, LiveWay } from '../http/views.ts'
import { LiveDrawing } from './live-drawing.tsx'
import { playLive, type Seen } from './live-source.ts'
import type { StringKey } from './strings.ts'
import { lengthOf, useWords } from './words.ts'

/** Notes that wait for their picture. */
const NOTES_MAX = 40
const DRAW_EVERY_MS = 100
/** In patrol a keyframe is looked at every few seconds; longer than this is worth a word. */
const UNSEEN_SEC = 15

interface TileProps {
  readonly camera: CameraView
  readonly purpose: string
  readonly drawn: boolean
}

export function LiveTile({ camera, purpose, drawn }: TileProps) {
  const { t } = useWords()
  const live = useLive(camera.id, purpose)
  const { state, way, problem, seen, unseenSec, aspect } = live
  const name = camera.name ?? camera.id
  const isCanvas = way === 'mpeg1'
  return (
    <div class="tile-picture" style={{ aspectRatio: String(aspect) }}>
      <video ref={live.video} muted autoplay playsInline hidden={isCanvas} aria-label={name} />
      <canvas ref={live.canvas} hidden={!isCanvas} role="img" aria-label={name} />
      {drawn && <LiveDrawing zones={camera.zones} seen={state === 'playing' ? seen : null} />}
      <TileState state={state} problem={problem} />
      {state === 'playing' && (
        <Unseen seen={seen} unseenSec={unseenSec} isOff={camera.status === 'disabled'} />
      )}
      {isCanvas && state === 'playing' && (
        <span class="tile-chip converted" title={t('live.convertedWhy')}>
          {t('live.converted')}
        </span>
      )}
    </div>
  )
}

function TileState({ state, problem }: { readonly state: string; readonly problem: FaultBody | null }) {
  const { t, language } = useWords()
  if (state === 'playing') return null
  const key = state === 'lost' ? 'live.again' : 'live.waiting'
  return (
    <p class="tile-state" role="status">
      {problem === null ? t(key as StringKey) : problem[language]}
    </p>
  )
}

interface UnseenProps {
  readonly seen: Seen | null
  readonly unseenSec: number
  readonly isOff: boolean
}

function Unseen({ seen, unseenSec, isOff }: UnseenProps) {
  const { t, language } = useWords()
  if (isOff) return null
  const said =
    seen === null
      ? unseenSec > UNSEEN_SEC && t('live.unseenYet')
      : !seen.ready
        ? t('live.learning')
        : unseenSec > UNSEEN_SEC && t('live.unseen', { length: lengthOf(unseenSec, language) })
  return said ? <span class="tile-chip unseen-since">{said}</span> : null
}

function useLive(cameraId: string, purpose: string) {
  const video = useRef<HTMLVideoElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const notes = useRef<Seen[]>([])
  const lookedMs = useRef(performance.now())
  const [state, setState] = useState<'waiting' | 'playing' | 'lost'>('waiting')
  const [way, setWay] = useState<LiveWay>('own')
  const [aspect, setAspect] = useState(16 / 9)
  const [problem, setProblem] = useState<FaultBody | null>(null)
  const [seen, setSeen] = useState<Seen | null>(null)
  const [unseenSec, setUnseenSec] = useState(0)
  const ways = useRef<LiveWay>('own')

  useEffect(() => {
    const stop = playLive({
      ...{ cameraId, purpose, video: video.current!, canvas: canvas.current! },
      events: {
        onState: (next) => {
          setState(next)
          if (next === 'playing') setProblem(null)
        },
        onStream: ({ width, height }, chosen) => {
          notes.current = []
          ways.current = chosen
          setSeen(null)
          setWay(chosen)
          if (width > 0 && height > 0) setAspect(width / height)
        },
        onSeen: (note) => {
          notes.current = [...notes.current, note].slice(-NOTES_MAX)
          lookedMs.current = performance.now()
        },
        onFault: setProblem,
      },
    })
    const timer = setInterval(() => {
      setUnseenSec(Math.round((performance.now() - lookedMs.current) / 1000))
      // A converted picture has no time of the camera's own: the newest note is nearest.
      const shownSec = ways.current === 'own' ? (video.current?.currentTime ?? 0) + 0.05 : Infinity
      const due = notes.current.findLast(({ atSec }) => atSec <= shownSec)
      if (due === undefined) return
      notes.current = notes.current.filter(({ atSec }) => atSec >= due.atSec)
      setSeen(due)
    }, DRAW_EVERY_MS)
    return () => {
      clearInterval(timer)
      stop()
    }
  }, [cameraId, purpose])
  return { video, canvas, state, way, aspect, problem, seen, unseenSec }
}
