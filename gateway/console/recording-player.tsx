/**
 * The film of a recorder as it lies on the box, with its time line. Never made anew: what this browser cannot play is said,
 * and the file handed out.
 *
 *     space plays and pauses · ← → five seconds (with shift thirty) · N P next and last mark      while the player has the focus
 */
import type { RefObject } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { FilmLinkView } from '../http/routes/films.ts'
import { filmUrl, type Look } from './bodycam-api.ts'
import { canPlay } from './clip-player.tsx'
import type { RecordingRow } from './recording-row.ts'
import { type Moment, momentsOf, RecordingTimeline } from './recording-timeline.tsx'
import { clockOf, useWords } from './words.ts'

const STEP_SEC = 5
const LEAP_SEC = 30
/** Whoever stands at a mark goes to the one beyond it. */
const NEAR_SEC = 0.5
const MARK_SEC = 4
/** FFmpeg's names of containers that browsers open. */
const OPENED = /mp4|matroska|webm|\.mkv$/
/** Sound that browsers play beside the picture. */
const HEARD = ['aac', 'mp3', 'opus', 'vorbis', 'flac']

/** Goes to a second of the film. */
export type Seek = (sec: number) => void

interface PlayerProps {
  readonly recording: RecordingRow
  readonly looks: readonly Look[] | null
  readonly links: readonly FilmLinkView[]
  readonly purpose: string
  /** Where others of the page ask for a moment. */
  readonly seek: { current: Seek | null }
}

export function RecordingPlayer({ recording, looks, links, purpose, seek }: PlayerProps) {
  const { t } = useWords()
  const { recordingId, video: facts, salvage } = recording
  const video = useRef<HTMLVideoElement>(null)
  const group = useRef<HTMLFieldSetElement>(null)
  const [atSec, setAtSec] = useState(0)
  const lengthSec = salvage?.durationSec ?? facts?.durationSec ?? 0
  const goTo = (sec: number) => {
    const to = Math.max(0, Math.min(lengthSec, sec))
    setAtSec(to)
    if (video.current) video.current.currentTime = to
  }
  useEffect(() => {
    seek.current = (sec) => {
      goTo(sec)
      group.current?.focus()
    }
    return () => {
      seek.current = null
    }
  })
  if (recording.purgedAt !== undefined) return <p class="empty">{t('player.purged')}</p>
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keysBelong(event.target, event.key)) return
    const deed = deedOf(event, { video: video.current, moments: momentsOf(recording), atSec, goTo })
    if (deed === undefined) return
    event.preventDefault()
    deed()
  }
  return (
    <fieldset class="player" ref={group} tabIndex={-1} aria-label={t('player.title')} onKeyDown={onKey}>
      <Screen {...{ recording, purpose, video }} onTime={setAtSec} />
      {facts !== null && (
        <RecordingTimeline {...{ recording, looks, links, atSec, lengthSec }} onSeek={goTo} />
      )}
      <p class="hint">
        {clockOf(atSec)} / {clockOf(lengthSec)}
        {isPlayable(recording) && <> · {t('player.keys')}</>}
        {isPlayable(recording) && facts?.audio && !HEARD.includes(facts.audio.codec) && (
          <> · {t('player.unheard', { codec: facts.audio.codec })}</>
        )}
        {isPlayable(recording) && salvage !== undefined && <> · {t('player.salvaged')}</>}
      </p>
      <p>
        <a
          class="quiet"
          href={filmUrl(recordingId, purpose, 'original')}
          download={recording.fileName || recordingId}
        >
          {t('evidence.download')}
        </a>{' '}
        <small class="sum">SHA-256 {recording.sha256}</small>
      </p>
    </fieldset>
  )
}

const isPlayable = ({ video, salvage }: RecordingRow): boolean =>
  video !== null && canPlay(video.codec) && OPENED.test(salvage?.name ?? video.container)

interface ScreenProps extends Pick<PlayerProps, 'recording' | 'purpose'> {
  readonly video: RefObject<HTMLVideoElement | null>
  readonly onTime: (sec: number) => void
}

/** The film itself, or why this browser does not show it. */
function Screen({ recording, purpose, video, onTime }: ScreenProps) {
  const { t, language } = useWords()
  const { recordingId, video: facts, salvage } = recording
  const [isBroken, setBroken] = useState(false)
  const marks = useMarksFile(recording)
  if (!isPlayable(recording) || isBroken) {
    const codec = facts?.codec ?? '?'
    return <p class="empty">{t(facts === null ? 'player.noFilm' : 'evidence.unplayable', { codec })}</p>
  }
  return (
    <video
      ref={video}
      src={filmUrl(recordingId, purpose, salvage === undefined ? 'original' : 'salvaged')}
      controls
      playsInline
      preload="metadata"
      aria-label={t('player.film')}
      onTimeUpdate={({ currentTarget }) => onTime(currentTarget.currentTime)}
      onError={() => setBroken(true)}
    >
      <track default kind="captions" src={marks} srcLang={language} label={t('timeline.marks')} />
    </video>
  )
}

/** What was marked stands under the picture for some seconds. */
function useMarksFile(recording: RecordingRow): string {
  const url = useMemo(() => {
    const cues = momentsOf(recording).map(
      ({ sec, label }) => `${clockOf(sec)}.000 --> ${clockOf(sec + MARK_SEC)}.000\n${label}\n`,
    )
    return URL.createObjectURL(new Blob([['WEBVTT\n', ...cues].join('\n')], { type: 'text/vtt' }))
  }, [recording.recordingId])
  useEffect(() => () => URL.revokeObjectURL(url), [url])
  return url
}

interface KeyFacts {
  readonly video: HTMLVideoElement | null
  readonly moments: readonly Moment[]
  readonly atSec: number
  readonly goTo: Seek
}

function deedOf({ key, shiftKey }: KeyboardEvent, { video, moments, atSec, goTo }: KeyFacts) {
  const step = shiftKey ? LEAP_SEC : STEP_SEC
  const next = moments.find(({ sec }) => sec > atSec + NEAR_SEC)
  const last = moments.findLast(({ sec }) => sec < atSec - NEAR_SEC)
  const deeds: Record<string, () => void> = {
    ' ': () => void (video?.paused ? video.play() : video?.pause()),
    ArrowLeft: () => goTo(atSec - step),
    ArrowRight: () => goTo(atSec + step),
    n: () => next && goTo(next.sec),
    p: () => last && goTo(last.sec),
  }
  return deeds[key.length === 1 ? key.toLowerCase() : key]
}

/** Space is a button's own, and the film's; arrows are a slider's. */
function keysBelong(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement) return target.type === 'range' && !key.startsWith('Arrow')
  return key !== ' ' || !['BUTTON', 'A', 'VIDEO'].includes(target.tagName)
}
