/** What was measured for whoever weighs discretion, and what may speak for leniency. Nothing is weighed here. */
import { wordsOfLeniency } from '../alerts/grade-words.ts'
import type { Interval, ViolationEvent } from '../violations/event.ts'
import { Lines, Row } from './rows.tsx'
import { lengthOf, momentOf, useWords } from './words.ts'

export function Discretion({ event }: { event: ViolationEvent }) {
  const { t, term, language } = useWords()
  const { discretion, leniency, gradeChange, requiresLegalReview, tierUsed } = event
  if (discretion === undefined && leniency === undefined && gradeChange === undefined) return null
  const seconds = ([low, high]: Interval) => `${lengthOf(low, language)} … ${lengthOf(high, language)}`
  const metres = ([low, high]: Interval, unit: string) => `${low} … ${high} ${unit}`
  return (
    <section class="panel" aria-labelledby="discretion-title">
      <h2 id="discretion-title">{t('discretion.title')}</h2>
      <dl>
        {discretion && (
          <>
            <Row label={t('facts.dwell')}>{seconds(discretion.durationSec)}</Row>
            {discretion.areaM2 && <Row label={t('discretion.area')}>{metres(discretion.areaM2, 'm²')}</Row>}
            {discretion.extensionM && (
              <Row label={t('discretion.extension')}>{metres(discretion.extensionM, 'm')}</Row>
            )}
            {discretion.blockingWidthM && (
              <Row label={t('discretion.width')}>{metres(discretion.blockingWidthM, 'm')}</Row>
            )}
            {discretion.repeatCount !== undefined && (
              <Row label={t('discretion.before')}>
                {discretion.repeatCount}{' '}
                <small>{t('discretion.days', { days: String(discretion.repeatDays) })}</small>
              </Row>
            )}
            {discretion.correctionSec && (
              <Row label={t('discretion.correction')}>{seconds(discretion.correctionSec)}</Row>
            )}
          </>
        )}
        {leniency && (
          <Row label={t('discretion.leniency')}>
            {t(leniency.candidate ? 'discretion.candidate' : 'discretion.noCandidate')}{' '}
            <small>{leniency.listVersion}</small>
            <Lines of={leniency.reasons.map((reason) => wordsOfLeniency(reason, language))} />
          </Row>
        )}
        {requiresLegalReview && <Row label={t('discretion.legal')}>{t('discretion.legalHint')}</Row>}
        {gradeChange && (
          <Row label={t('discretion.change')}>
            {gradeChange.from} → {event.grade}, {gradeChange.by}, {momentOf(gradeChange.at)}
            <small>{gradeChange.reason}</small>
          </Row>
        )}
        {tierUsed && <Row label={t('discretion.tierUsed')}>{term('tier', tierUsed)}</Row>}
      </dl>
      <small>{t('discretion.note')}</small>
    </section>
  )
}
