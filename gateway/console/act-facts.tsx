/** Whose act it is, until when it is due, and what it is one with. Shown only as far as something is known. */
import type { ComponentChildren } from 'preact'
import type { ViolationEvent } from '../violations/event.ts'
import { momentOf, useWords } from './words.ts'

/** Shown on the card, so that nobody has to open an alert to see that it is late. */
export function Overdue({ event }: { event: ViolationEvent }) {
  const { t } = useWords()
  const { dueAt, escalation } = event
  if (dueAt === undefined || Date.parse(dueAt) > Date.now()) return null
  return (
    <span class="overdue">
      {escalation === undefined ? t('act.overdue') : t('act.escalated', { name: escalation.name })}
    </span>
  )
}

interface ActProps {
  readonly event: ViolationEvent
  readonly onOpen: (eventId: string) => void
}

export function ActFacts({ event, onOpen }: ActProps) {
  const { t, term } = useWords()
  const { jurisdiction, place, dueAt, dueStep, escalation, mirror, transfer } = event
  const tickets = event.externalTickets?.map(({ source, ticketNo }) => `${source} ${ticketNo}`) ?? []
  const siblings = (ids: readonly string[] | undefined) =>
    ids?.map((id) => (
      <button key={id} type="button" class="plain" onClick={() => onOpen(id)}>
        {id}
      </button>
    ))
  const rows: [label: string, value: ComponentChildren][] = [
    [t('act.due'), dueAt && dueStep && `${momentOf(dueAt)} · ${term('step', dueStep)}`],
    [t('act.told'), escalation && `${escalation.name} · ${momentOf(escalation.at)}`],
    [t('act.agency'), jurisdiction && `${jurisdiction.primaryAgency} · ${term('level', jurisdiction.level)}`],
    [t('act.copies'), jurisdiction?.copies.join(', ')],
    [t('act.crossRegion'), jurisdiction?.crossRegion ? t('act.yes') : ''],
    [t('act.place'), [place?.streetCode, place?.gridCode, place?.address].filter(Boolean).join(' · ')],
    [t('act.primary'), siblings(event.sameActAs)],
    [t('act.members'), siblings(event.mergedFrom)],
    [t('act.tickets'), tickets.join(', ')],
    [t('act.hold'), event.legalHold ? t('act.yes') : ''],
    [t('act.stage'), mirror?.stage && term('stage', mirror.stage)],
    [t('act.numbers'), [mirror?.eventNo, mirror?.caseNo].filter(Boolean).join(' · ')],
    [t('act.transfer'), transfer && `${transfer.to} · ${transfer.reasonCode} · ${transfer.packageId}`],
  ]
  const known = rows.filter(([, value]) => (Array.isArray(value) ? value.length > 0 : value))
  if (known.length === 0) return null
  return (
    <section class="panel" aria-labelledby="act-title">
      <h2 id="act-title">{t('act.title')}</h2>
      <dl>
        {known.map(([label, value]) => (
          <div class="row" key={label}>
            <dt>{label}</dt>
            <dd class="object">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
