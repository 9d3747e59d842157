/**
 * The clip as it came from the camera. What this browser cannot play it says, and hands out the file instead.
 */
import { useRef, useState } from 'preact/hooks'
import { useWords } from './words.ts'

/** FFmpeg's names, and what a browser calls them; a codec that is not here plays in no browser. */
const PLAYED: Record<string, string> = {
  h264: 'avc1.640028',
  hevc: 'hvc1.1.6.L93.B0',
  av1: 'av01.0.04M.08',
}

export const canPlay = (codec: string): boolean =>
  codec in PLAYED &&
  document.createElement('video').canPlayType(`video/mp4; codecs="${PLAYED[codec]}"`) !== ''

/** A moment of the act, seconds into the clip. */
export interface Mark {
  readonly what: 'started' | 'confirmed' | 'ended'
  readonly atSec: number
}
interface ClipProps {
  readonly url: string
  readonly codec: string
  readonly marks: readonly Mark[]
}

export function ClipPlayer({ url, codec, marks }: ClipProps) {
  const { t } = useWords()
  const video = useRef<HTMLVideoElement>(null)
  const [lengthSec, setLengthSec] = useState(0)
  const [failed, setFailed] = useState(false)
  return (
    <div class="clip">
      {canPlay(codec) && !failed ? (
        <video
          ref={video}
          src={url}
          onDurationChange={({ currentTarget: { duration } }) =>
            setLengthSec(Number.isFinite(duration) ? duration : 0)
          }
          controls
          autoplay
          muted
          playsInline
          aria-label={t('evidence.clip')}
          onError={() => setFailed(true)}
        />
      ) : (
        <p class="empty">{t('evidence.unplayable', { codec })}</p>
      )}
      {lengthSec > 0 && (
        <fieldset class="marks" aria-label={t('marks.title')}>
          {marks
            .filter(({ atSec }) => atSec >= 0 && atSec <= lengthSec)
            .map(({ what, atSec }) => (
              <button
                key={what}
                type="button"
                class={`mark-${what}`}
                style={{ '--at': `${((atSec / lengthSec) * 100).toFixed(2)}%` }}
                onClick={() => {
                  if (video.current) video.current.currentTime = atSec
                }}
              >
                {t(`marks.${what}`)}
              </button>
            ))}
        </fieldset>
      )}
      <a class="quiet" href={url} download={`${codec}-original.mp4`}>
        {t('evidence.download')}
      </a>
    </div>
  )
}
