/** The dry run: what the drawing would have told of footage that is there, beside what the present one tells. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { DryRunView, Tried, TriedEvent } from '../http/place-views.ts'
import type { Box } from '../kit/geometry.ts'
import { Refusal } from './api.ts'
import { Notice } from './notice.tsx'
import type { Drawn, PlacesApi } from './places-api.ts'
import { lengthOf, useWords } from './words.ts'

const ASK_AGAIN_MS = 500

interface TrialProps {
  readonly api: PlacesApi
  readonly drawn: Drawn
  readonly mayStart: boolean
  readonly onBoxes: (boxes: readonly Box[]) => void
}

export function PlaceTrial({ api, drawn, mayStart, onBoxes }: TrialProps) {
  const { t } = useWords()
  const { run, error, isSending, start, cancel } = useDryRun(api, drawn.camera, onBoxes)
  const [startedAt, setStartedAt] = useState('')
  const isBusy = run?.state === 'working' || isSending
  const onFilm = (film: File | undefined) => {
    if (film === undefined) return
    const moment = startedAt === '' ? {} : { startedAt: new Date(startedAt).toISOString() }
    start({ ...drawn, source: 'clip', ...moment }, film)
  }
  return (
    <section class="trial" aria-label={t('trial.title')}>
      <h3>{t('trial.title')}</h3>
      <p class="banner">{t('trial.noAlert')}</p>
      <p class="hint">{t('trial.cold')}</p>
      <div class="inline">
        <button
          type="button"
          class="second"
          disabled={!mayStart || isBusy}
          onClick={() => start({ ...drawn, source: 'ring' })}
        >
          {t('trial.ring')}
        </button>
        <label class="field">
          <span>{t('trial.clip')}</span>
          <input
            type="file"
            accept="video/mp4"
            disabled={!mayStart || isBusy}
            onChange={(event) => {
              onFilm(event.currentTarget.files?.[0])
              event.currentTarget.value = ''
            }}
          />
        </label>
        <label class="field">
          <span>{t('trial.startedAt')}</span>
          <input
            type="datetime-local"
            value={startedAt}
            onInput={(event) => setStartedAt(event.currentTarget.value)}
          />
        </label>
      </div>
      <Notice error={error} />
      {isSending && <p role="status">{t('trial.sending')}</p>}
      {run && <Outcome run={run} onCancel={cancel} />}
    </section>
  )
}

/** Asks how far it is while one of this camera is at work. */
function useDryRun(api: PlacesApi, camera: string, onBoxes: TrialProps['onBoxes']) {
  const [run, setRun] = useState<DryRunView | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [isSending, setSending] = useState(false)
  const isOpen = useRef(true)
  const show = (next: DryRunView | null) => {
    if (!isOpen.current) return
    setRun(next)
    onBoxes(next?.proposed?.events.map(({ box }) => box) ?? [])
    if (next?.state === 'working') setTimeout(ask, ASK_AGAIN_MS)
  }
  const ask = () => void (isOpen.current && api.dryRun().then(({ dryRun }) => show(dryRun), setError))
  useEffect(() => {
    isOpen.current = true
    setRun(null)
    onBoxes([])
    // One that somebody began before is gone on with; of another camera it is nothing to show.
    api.dryRun().then(({ dryRun }) => dryRun?.camera === camera && show(dryRun), setError)
    return () => {
      isOpen.current = false
    }
  }, [camera])
  const start = (wish: Parameters<PlacesApi['startDryRun']>[0], film?: File) => {
    setError(null)
    setSending(film !== undefined)
    const brought = film === undefined ? Promise.resolve() : api.bringClip(film)
    brought
      .then(() => api.startDryRun(wish))
      .then(({ dryRun }) => show(dryRun), setError)
      .finally(() => setSending(false))
  }
  return { run, error, isSending, start, cancel: () => void api.cancelDryRun().then(ask, setError) }
}

function Outcome({ run, onCancel }: { run: DryRunView; onCancel: () => void }) {
  const { t, language } = useWords()
  const { state, doneShare, footageSec, present, proposed, failure } = run
  return (
    <>
      {state === 'working' && (
        <p class="gauge">
          <span role="status">{t('trial.working', { share: String(Math.round(doneShare * 100)) })}</span>
          <progress aria-label={t('trial.title')} max={1} value={doneShare} />
          <button type="button" class="quiet" onClick={onCancel}>
            {t('trial.cancel')}
          </button>
        </p>
      )}
      {state === 'cancelled' && <p role="status">{t('trial.cancelled')}</p>}
      {failure && <Notice error={new Refusal(failure)} />}
      {footageSec > 0 && <p class="hint">{t('trial.footage', { length: lengthOf(footageSec, language) })}</p>}
      {state === 'done' && present && proposed && (
        <div class="both" role="status">
          <Side title={t('trial.present')} tried={present} />
          <Side title={t('trial.proposed')} tried={proposed} />
        </div>
      )}
    </>
  )
}

function Side({ title, tried: { events, suspected } }: { title: string; tried: Tried }) {
  const { t } = useWords()
  const rows = [...events, ...suspected]
  return (
    <div>
      <h4>{title}</h4>
      {rows.length === 0 && <p>{t('trial.nothing')}</p>}
      <ul class="lines">
        {rows.map((event) => (
          <TriedLine key={`${event.ruleId} ${event.zoneId} ${event.startSec}`} event={event} />
        ))}
      </ul>
    </div>
  )
}

function TriedLine({ event }: { event: TriedEvent }) {
  const { t, term } = useWords()
  const { ruleId, zoneId, startSec, confirmSec, endSec } = event
  const end = endSec === null ? t('trial.going') : `${endSec.toFixed(0)} s`
  return (
    <li>
      <b>{term('rule', ruleId)}</b> · {zoneId} · {startSec.toFixed(0)} s – {end}{' '}
      <small>{t(confirmSec === null ? 'trial.suspected' : 'trial.event')}</small>
    </li>
  )
}
