/**
 * One recording: its film with the time line, and beside it what it is, the acts it may show, what is wrong with it.
 *
 *     purpose ─▶ film, time line ─┐
 *     record, presence, links ────┴─▶ one moment, jumped to from anywhere on the page
 */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { FilmLinkView } from '../http/routes/films.ts'
import type { Beside, BodyCamParts, Look, OneRecording } from './bodycam-api.ts'
import { Notice } from './notice.tsx'
import { PurposeForm, usePurpose } from './purpose.tsx'
import { Decide, Held } from './quarantine.tsx'
import { RecordingActs } from './recording-acts.tsx'
import { RecordingFacts } from './recording-facts.tsx'
import { RecordingPlayer, type Seek } from './recording-player.tsx'
import { lengthOf, momentLike, useWords } from './words.ts'

/** While it is being examined or looked at. */
const LOOK_AGAIN_MS = 3_000

interface RecordingViewProps extends BodyCamParts {
  readonly id: string
  readonly onBack: () => void
  readonly onOpenAlert: (eventId: string) => void
}

export function RecordingView(props: RecordingViewProps) {
  const { id, bodycams, me, api, onRefused, onBack, onOpen, onOpenAlert } = props
  const { t, term } = useWords()
  const [purpose, choosePurpose] = usePurpose()
  const { one, looks, links, error, refused, reload } = useRecording({ id, bodycams, onRefused })
  const seek = useRef<Seek | null>(null)
  const recording = one?.recording
  return (
    <main class="page bodycams one">
      <div class="inline head">
        <button type="button" class="quiet" onClick={onBack}>
          {t('recording.back')}
        </button>
        <h2>
          {recording ? `${recording.deviceSerial} · ${recording.userName ?? recording.userNo}` : t('loading')}
        </h2>
        {recording && <time>{momentLike(recording.startAt, recording.collectedAt)}</time>}
        {recording && <span class={`state ${recording.status}`}>{term('recording', recording.status)}</span>}
        {recording?.isIncident && <span class="state incident">{t('bodycams.incident')}</span>}
      </div>
      <Notice error={error} />
      {one && recording && (
        <div class="recording-beside">
          <div class="recording-film">
            {purpose === '' ? (
              <PurposeForm onChosen={choosePurpose} />
            ) : (
              <RecordingPlayer {...{ recording, looks, links, purpose, seek }} />
            )}
            <Besides one={one} onOpen={onOpen} />
          </div>
          <aside class="facts" aria-label={t('recording.about')}>
            {recording.status === 'QUARANTINED' && (
              <section aria-labelledby="held-title">
                <h3 id="held-title">{t('bodycams.quarantine')}</h3>
                <Held row={recording} />
                {me.permissions.includes('recordings:decide') && (
                  <Decide row={recording} bodycams={bodycams} onDone={reload} onRefused={refused} />
                )}
              </section>
            )}
            <RecordingActs {...{ api, me, links, recording, seek, onOpenAlert }} onSaid={reload} />
            <RecordingFacts recording={recording} seek={seek} />
          </aside>
        </div>
      )}
    </main>
  )
}

/** The record, the looks and the links; read again while something is still to come. */
function useRecording({
  id,
  bodycams,
  onRefused,
}: Pick<RecordingViewProps, 'id' | 'bodycams' | 'onRefused'>) {
  const [one, setOne] = useState<OneRecording | null>(null)
  const [looks, setLooks] = useState<readonly Look[] | null>(null)
  const [links, setLinks] = useState<readonly FilmLinkView[]>([])
  const [error, setError] = useState<unknown>(null)
  const refused = (refusal: unknown) => {
    setError(refusal)
    onRefused(refusal)
  }
  const reload = () => {
    setError(null)
    bodycams.recording(id).then(setOne, refused)
    bodycams.alertsOf(id).then(({ now }) => setLinks(now), refused)
  }
  useEffect(reload, [])
  const analysis = one?.recording.analysis?.state
  useEffect(() => {
    if (analysis === 'DONE') bodycams.presence(id).then((answer) => setLooks(answer.looks), refused)
  }, [analysis])
  const isMoving = one?.recording.status === 'RECEIVED' || analysis === 'RUNNING'
  useEffect(() => {
    if (!isMoving) return
    const timer = setInterval(reload, LOOK_AGAIN_MS)
    return () => clearInterval(timer)
  }, [isMoving])
  return { one, looks, links, error, refused, reload }
}

/** What the same recorder filmed before and after, and how long it did not. */
function Besides({ one: { before, after }, onOpen }: { one: OneRecording; onOpen: (id: string) => void }) {
  const { t, language } = useWords()
  const line = (side: 'before' | 'after', beside: Beside | null) => (
    <li>
      {beside === null ? (
        <span class="hint">{t(`beside.no.${side}`)}</span>
      ) : (
        <>
          <button type="button" class="plain" onClick={() => onOpen(beside.recordingId)}>
            {t(`beside.${side}`)}
          </button>{' '}
          {t('beside.gap', { length: lengthOf(beside.gapSec, language) })}
        </>
      )}
    </li>
  )
  return (
    <ul class="besides" aria-label={t('beside.title')}>
      {line('before', before)}
      {line('after', after)}
    </ul>
  )
}
