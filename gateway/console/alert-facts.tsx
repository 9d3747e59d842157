/** What the box measured, why it suspects, and what has happened to the alert since. */
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { AlertRecord, Transition } from '../alerts/desk.ts'
import type { CameraView } from '../http/views.ts'
import { isoTime } from '../kit/clock.ts'
import { ActFacts } from './act-facts.tsx'
import type { Api } from './api.ts'
import { gradeReason, lengthOf, momentOf, useWords } from './words.ts'

interface FactsProps {
  readonly api: Api
  readonly alert: AlertRecord
  readonly cameras: readonly CameraView[]
}

export function AlertFacts({ api, alert, cameras }: FactsProps) {
  const { t, term, language } = useWords()
  const { event } = alert
  const camera = cameras.find(({ id }) => id === event.cameraId)?.name
  return (
    <>
      <section class="panel" aria-labelledby="facts-title">
        <h2 id="facts-title">{t('facts.title')}</h2>
        <p class="headline">
          {t('alert.suspected')}
          {language === 'zh' ? '' : ' '}
          {term('rule', event.ruleId)}
        </p>
        {event.governanceMode === 'test' && <p class="mode">{t('why.test')}</p>}
        <dl>
          <Row label={t('facts.dwell')}>
            <b class="dwell">{lengthOf(event.durationSec, language)}</b>{' '}
            {t(event.phase === 'END' ? 'list.over' : 'list.going')}
          </Row>
          <Row label={t('facts.camera')}>
            {camera ?? event.cameraId} {camera && <small>{event.cameraId}</small>}
          </Row>
          <Row label={t('facts.zone')}>{event.zoneId}</Row>
          <Row label={t('facts.started')}>{momentOf(event.startedAt)}</Row>
          <Row label={t('facts.confirmed')}>{momentOf(event.confirmedAt)}</Row>
          {event.endedAt !== null && <Row label={t('facts.ended')}>{momentOf(event.endedAt)}</Row>}
          <Row label={t('facts.grade')}>
            <span class={`grade ${event.grade}`}>{event.grade}</span> {term('grade', event.grade)}
          </Row>
          <Row label={t('facts.tier')}>{term('tier', event.handlingTier)}</Row>
        </dl>
      </section>
      <ActFacts event={event} />
      <Why alert={alert} />
      <History api={api} alert={alert} />
    </>
  )
}

function Why({ alert: { event } }: { alert: AlertRecord }) {
  const { t, term, language } = useWords()
  const objects = event.objects.map(({ role, class: name }) => {
    const adds = name !== role && name !== 'unknown' && name !== 'person'
    return adds ? `${term('object', role)} (${name})` : term('object', role)
  })
  const short = (digest: string) => digest.replace('sha256:', '').slice(0, 12)
  return (
    <section class="panel" aria-labelledby="why-title">
      <h2 id="why-title">{t('why.title')}</h2>
      <dl>
        <Row label={t('why.basis')}>
          {event.legalBasis.title} <span class="whole">{event.legalBasis.article}</span>
        </Row>
        <Row label={t('why.code')}>{event.gbCode}</Row>
        <Row label={t('why.confidence')}>
          <span class="gauge">
            <meter min={0} max={1} value={event.confidence} aria-label={t('why.confidence')} />
            {Math.round(event.confidence * 100)}%
          </span>
          <small>{t('why.confidenceNote')}</small>
        </Row>
        <Row label={t('why.objects')}>{objects.join(language === 'zh' ? '、' : ', ') || t('none')}</Row>
        <Row label={t('why.gradeReasons')}>
          <Lines of={event.gradeReasons.map((reason) => gradeReason(reason, language))} />
        </Row>
        <Row label={t('why.evidence')}>{term('evidenceStatus', event.evidenceStatus)}</Row>
        <Row label={t('why.caps')}>
          <Lines of={event.evidenceCaps.map((cap) => term('cap', cap))} />
        </Row>
        <Row label={t('why.versions')}>
          <small class="versions">
            {t('why.model')} {event.modelDigest === null ? t('none') : short(event.modelDigest)} ·{' '}
            {t('why.config')} {short(event.configVersion)} · {t('why.catalog')} {short(event.catalogVersion)}
          </small>
        </Row>
      </dl>
    </section>
  )
}

function History({ api, alert }: { api: Api; alert: AlertRecord }) {
  const { t, term } = useWords()
  const [transitions, setTransitions] = useState<readonly Transition[]>([])
  useEffect(() => {
    let stale = false
    api.alert(alert.eventId).then(
      ({ history }) => stale || setTransitions(history.transitions),
      () => stale || setTransitions([]), // The facts above stand without it.
    )
    return () => {
      stale = true
    }
  }, [alert.eventId, alert.revision])
  return (
    <section class="panel" aria-labelledby="history-title">
      <h2 id="history-title">{t('history.title')}</h2>
      <ol class="history">
        {transitions.map(({ to, actor, atMs, reasonCode, details, note }) => (
          <li key={`${to}${atMs}`}>
            <span class={`state ${to}`}>{term('state', to)}</span>
            <span>{actor.id === 'box' ? t('history.box') : actor.id}</span>
            <time>{momentOf(isoTime(atMs))}</time>
            {reasonCode !== null && (
              <span class="told">{term('reason', details['observed'] ?? reasonCode)}</span>
            )}
            {note !== null && <span class="told">{note}</span>}
          </li>
        ))}
      </ol>
    </section>
  )
}

function Row({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div class="row">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Lines({ of: lines }: { of: readonly string[] }) {
  const { t } = useWords()
  if (lines.length === 0) return <>{t('none')}</>
  return (
    <ul class="lines">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )
}
