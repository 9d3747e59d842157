/**
 * The clip as it came from the camera. What this browser cannot play it says, and hands out the file instead.
 */
import { useState } from 'preact/hooks'
import { useWords } from './words.ts'

/** FFmpeg's names, and what a browser calls them; a codec that is not here plays in no browser. */
const PLAYED: Record<string, string> = {
  h264: 'avc1.640028',
  hevc: 'hvc1.1.6.L93.B0',
  av1: 'av01.0.04M.08',
}

export function ClipPlayer({ url, codec }: { url: string; codec: string }) {
  const { t } = useWords()
  const [failed, setFailed] = useState(false)
  const canPlay =
    codec in PLAYED &&
    document.createElement('video').canPlayType(`video/mp4; codecs="${PLAYED[codec]}"`) !== ''
  return (
    <div class="clip">
      {canPlay && !failed ? (
        <video
          src={url}
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
      <a class="quiet" href={url} download={`${codec}-original.mp4`}>
        {t('evidence.download')}
      </a>
    </div>
  )
}
