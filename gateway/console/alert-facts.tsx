/** What the box measured, why it suspects, and what has happened to the alert since. */
import { useEffect, useState } from 'preact/hooks'
import type { AlertEntry, AlertHistory, AlertRecord, Transition } from '../alerts/records.ts'
import type { CameraView } from '../http/views.ts'
import { isoTime } from '../kit/clock.ts'
import { ActFacts } from './act-facts.tsx'
import { Discretion } from './alert-discretion.tsx'
import type { Api } from './api.ts'
import { Lines, Row } from './rows.tsx'
import { gradeReason, lengthOf, momentOf, useWords } from './words.ts'

interface FactsProps {
  readonly api: Api
  readonly alert: AlertRecord
  readonly cameras: readonly CameraView[]
  readonly onOpen: (eventId: string) => void
}

export function AlertFacts({ api, alert, cameras, onOpen }: FactsProps) {
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
      <ActFacts event={event} onOpen={onOpen} />
      <Why alert={alert} />
      <Discretion event={event} />
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
        {event.permitCheck !== undefined && (
          <Row label={t('why.permit')}>
            {term('permit', event.permitCheck.result)}
            {event.permitCheck.nearestPointId !== null && <small>{event.permitCheck.nearestPointId}</small>}
          </Row>
        )}
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
  const [past, setPast] = useState<readonly (Transition | AlertEntry)[]>([])
  useEffect(() => {
    let stale = false
    api.alert(alert.eventId).then(
      ({ history }) => stale || setPast(inOrder(history)),
      () => stale || setPast([]), // The facts above stand without it.
    )
    return () => {
      stale = true
    }
  }, [alert.eventId, alert.revision])
  return (
    <section class="panel" aria-labelledby="history-title">
      <h2 id="history-title">{t('history.title')}</h2>
      <ol class="history">
        {past.map((done) => {
          const { actor, atMs, reasonCode, details, note } = done
          const what = 'to' in done ? done.to : done.kind
          return (
            <li key={`${what}${atMs}`}>
              <span class={`state ${what}`}>{term('to' in done ? 'state' : 'entry', what)}</span>
              <span>{actor.id === 'box' ? t('history.box') : actor.id}</span>
              <time>{momentOf(isoTime(atMs))}</time>
              {reasonCode !== null && (
                <span class="told">{term('reason', details['observed'] ?? reasonCode)}</span>
              )}
              {details['certNo'] !== undefined && (
                <span class="told">{t('history.certificate', { number: details['certNo'] })}</span>
              )}
              {note !== null && <span class="told">{note}</span>}
            </li>
          )
        })}
      </ol>
    </section>
  )
}

/** What was done to the alert, in the order of time. */
function inOrder({ transitions, entries }: AlertHistory): (Transition | AlertEntry)[] {
  return [...transitions, ...entries].sort((one, other) => one.atMs - other.atMs)
}
