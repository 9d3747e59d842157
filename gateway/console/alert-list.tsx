/** What waits, newest first: rule, where, since when, how long, how grave. */

import type { Looking } from '../http/presence.ts'
import type { ShownAlert } from '../http/shown-alerts.ts'
import type { CameraView } from '../http/views.ts'
import { Overdue } from './act-facts.tsx'
import { AlarmChoice } from './alarm.tsx'
import { Filters, type FiltersProps } from './alert-filters.tsx'
import { NoticeMark } from './notice-mark.tsx'
import { Windowed } from './windowed.tsx'
import { lengthOf, momentOf, useWords } from './words.ts'

interface ListProps extends FiltersProps {
  readonly alerts: readonly ShownAlert[]
  readonly selected: string | null
  readonly fresh: ReadonlySet<string>
  /** Others, and what they have open. */
  readonly people: readonly Looking[]
  readonly onSelect: (eventId: string) => void
  readonly onMore: () => void
}

export function AlertList(props: ListProps) {
  const { alerts, selected, fresh, people, onSelect, onMore } = props
  const { t } = useWords()
  return (
    <section class="list" aria-label={t('list.title')}>
      <Filters {...props} />
      <Windowed
        items={alerts}
        keyOf={({ eventId }) => eventId}
        chosen={alerts.findIndex(({ eventId }) => eventId === selected)}
        onEnd={onMore}
      >
        {(alert) => (
          <Card
            alert={alert}
            cameras={props.cameras}
            isOpen={alert.eventId === selected}
            isFresh={fresh.has(alert.eventId)}
            isLookedAt={people.some(({ eventId }) => eventId === alert.eventId)}
            onSelect={onSelect}
          />
        )}
      </Windowed>
      <AlarmChoice />
    </section>
  )
}

interface CardProps {
  readonly alert: ShownAlert
  readonly cameras: readonly CameraView[]
  readonly isOpen: boolean
  readonly isFresh: boolean
  readonly isLookedAt: boolean
  readonly onSelect: (eventId: string) => void
}

function Card(props: CardProps) {
  const { alert, cameras, isOpen, isFresh, isLookedAt, onSelect } = props
  const { eventId, event, state, acked } = alert
  const { t, term, language } = useWords()
  const camera = cameras.find(({ id }) => id === event.cameraId)?.name ?? event.cameraId
  return (
    <button
      type="button"
      class="card"
      aria-current={isOpen ? 'true' : undefined}
      onClick={() => onSelect(eventId)}
    >
      <span class="card-head">
        {isFresh && <span class="fresh">{t('list.new')}</span>}
        <b>
          {t('alert.suspected')}
          {language === 'zh' ? '' : ' '}
          {term('rule', event.ruleId)}
        </b>
        <span class={`grade ${event.grade}`}>{event.grade}</span>
      </span>
      <span class="card-where">
        {camera} · {event.zoneId}
        {isLookedAt && <span class="looked">{t('presence.card')}</span>}
      </span>
      <span class="card-foot">
        <time>{momentOf(event.startedAt)}</time>
        <span>
          {lengthOf(event.durationSec, language)} {t(event.phase === 'END' ? 'list.over' : 'list.going')}
        </span>
      </span>
      <span class="card-foot">
        <span class={`state ${state}`}>{term('state', state)}</span>
        <NoticeMark notices={alert.notices} />
        <Overdue event={event} />
        <span class={acked ? 'ack' : 'ack not'}>{t(acked ? 'list.acked' : 'list.notAcked')}</span>
      </span>
    </button>
  )
}
