/** What a recording is: marks, moments worth a still, the report on a conflict, its worth, its times, what is unusual. */
import type { Seek } from './recording-player.tsx'
import type { RecordingRow } from './recording-row.ts'
import { momentsOf } from './recording-timeline.tsx'
import { Seen, Worth } from './recordings.tsx'
import { Lines, Row } from './rows.tsx'
import { bytesOf, clockOf, lengthOf, momentLike, momentOf, timeOf, useWords } from './words.ts'

interface FactsProps {
  readonly recording: RecordingRow
  readonly seek: { readonly current: Seek | null }
}

export function RecordingFacts({ recording, seek }: FactsProps) {
  const { t, term, language } = useWords()
  const {
    startAt,
    endAt,
    deviceStartAt,
    deviceClockOffsetMs: offsetMs,
    video,
    remarks = [],
    analysis,
  } = recording
  return (
    <>
      <Moments recording={recording} seek={seek} />
      {recording.isIncident && <Incident recording={recording} />}
      <section aria-labelledby="about-title">
        <h3 id="about-title">{t('recording.about')}</h3>
        <dl>
          <Row label={t('recordings.worth')}>
            <Worth row={recording} />
          </Row>
          <Row label={t('recording.time')}>
            <time>{momentLike(startAt, recording.collectedAt)}</time>
            {endAt && (
              <>
                {' – '}
                <time>{timeOf(endAt)}</time>
              </>
            )}
            <small>
              {offsetMs === null
                ? t('recorders.noClock')
                : t('recorders.offset', { sec: (offsetMs / 1000).toFixed(1) })}
              {deviceStartAt && ` · ${t('recording.deviceTime', { at: momentLike(deviceStartAt, startAt) })}`}
            </small>
          </Row>
          {video && (
            <Row label={t('recording.film')}>
              {lengthOf(video.durationSec, language)} · {bytesOf(recording.bytes)}
              <small>
                {video.codec} · {video.audio?.codec ?? t('recording.silent')}
              </small>
            </Row>
          )}
          {analysis && (
            <Row label={t('recording.seen')}>
              <Seen analysis={analysis} />
            </Row>
          )}
          {remarks.length > 0 && (
            <Row label={t('recording.remarks')}>
              <Lines of={remarks.map((remark) => term('remark', remark))} />
            </Row>
          )}
        </dl>
      </section>
    </>
  )
}

/** MARK presses, and the seconds that show most, for whoever looks for a still. */
function Moments({ recording, seek }: FactsProps) {
  const { t, term } = useWords()
  const stills = (recording.analysis?.presence?.stills ?? []).map(({ sec, reasons }) => ({
    ...{
      sec,
      what: 'still' as const,
      label: reasons.map((reason) => term('still', reason)).join(' · '),
      note: '',
    },
  }))
  const lists = [
    { key: 'marks', moments: momentsOf(recording) },
    { key: 'stills', moments: stills },
  ] as const
  return (
    <>
      {lists
        .filter(({ moments }) => moments.length > 0)
        .map(({ key, moments }) => (
          <section key={key} aria-labelledby={`${key}-title`}>
            <h3 id={`${key}-title`}>{t(`moments.${key}`)}</h3>
            <ul class="wanted-stills">
              {moments.map(({ sec, label, note }) => (
                <li key={`${sec} ${label}`}>
                  <button type="button" class="plain" onClick={() => seek.current?.(sec)}>
                    {clockOf(sec)}
                  </button>{' '}
                  {label}
                  {note && <small>{note}</small>}
                </li>
              ))}
            </ul>
          </section>
        ))}
    </>
  )
}

/** The newest version; a part that is empty is still owed. */
function Incident({ recording: { incident = [] } }: { recording: RecordingRow }) {
  const { t } = useWords()
  const report = incident.at(-1)
  const parts = ['course', 'cause', 'handling', 'lessons'] as const
  return (
    <section aria-labelledby="incident-title">
      <h3 id="incident-title">{t('incident.title')}</h3>
      <dl>
        {parts.map((part) => (
          <Row key={part} label={t(`incident.${part}`)}>
            {report?.[part] || <span class="overdue">{t('incident.owed')}</span>}
          </Row>
        ))}
      </dl>
      {report && (
        <p class="hint">
          {t('incident.by', { by: report.by, at: momentOf(report.at), version: String(incident.length) })}
        </p>
      )}
    </section>
  )
}
