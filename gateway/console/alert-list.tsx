/** What waits, newest first: rule, where, since when, how long, how grave. */
import { useEffect, useRef } from 'preact/hooks'
import type { AlertRecord } from '../alerts/desk.ts'
import type { CameraView } from '../http/views.ts'
import type { RuleId } from '../violations/event.ts'
import { Overdue } from './act-facts.tsx'
import type { Filter } from './alerts-state.ts'
import { lengthOf, momentOf, useWords } from './words.ts'

const RULES: readonly RuleId[] = [
  'street-vending',
  'scrap-buying',
  'beyond-shopfront',
  'piling',
  'barbecue',
  'road-occupation',
  'permit-overtime',
  'permit-overreach',
  'vehicle-occupation',
  'bicycle-occupation',
]

interface ListProps {
  readonly alerts: readonly AlertRecord[]
  readonly selected: string | null
  readonly fresh: ReadonlySet<string>
  readonly filter: Filter
  readonly cameras: readonly CameraView[]
  readonly hasMore: boolean
  readonly onFilter: (filter: Filter) => void
  readonly onSelect: (eventId: string) => void
  readonly onMore: () => void
}

export function AlertList(props: ListProps) {
  const { alerts, selected, fresh, hasMore, onSelect, onMore } = props
  const { t } = useWords()
  const open = useRef<HTMLLIElement>(null)
  useEffect(() => open.current?.scrollIntoView({ block: 'nearest' }), [selected])
  return (
    <section class="list" aria-label={t('list.title')}>
      <Filters {...props} />
      <ul class="cards">
        {alerts.map((alert) => (
          <li key={alert.eventId} ref={alert.eventId === selected ? open : null}>
            <Card
              alert={alert}
              cameras={props.cameras}
              isOpen={alert.eventId === selected}
              isFresh={fresh.has(alert.eventId)}
              onSelect={onSelect}
            />
          </li>
        ))}
      </ul>
      {hasMore && (
        <button type="button" class="quiet wide" onClick={onMore}>
          {t('more')}
        </button>
      )}
    </section>
  )
}

function Filters({ filter, cameras, onFilter }: ListProps) {
  const { t, term } = useWords()
  const pick = (key: 'rule' | 'camera') => (event: { currentTarget: HTMLSelectElement }) =>
    onFilter({ ...filter, [key]: event.currentTarget.value })
  return (
    <div class="filters">
      <div class="switch">
        {([true, false] as const).map((pending) => (
          <button
            key={String(pending)}
            type="button"
            aria-pressed={filter.pending === pending}
            onClick={() => onFilter({ ...filter, pending })}
          >
            {t(pending ? 'list.pending' : 'all')}
          </button>
        ))}
      </div>
      <select aria-label={t('list.rule')} value={filter.rule} onChange={pick('rule')}>
        <option value="">{t('list.allRules')}</option>
        {RULES.map((rule) => (
          <option key={rule} value={rule}>
            {term('rule', rule)}
          </option>
        ))}
      </select>
      <select aria-label={t('list.camera')} value={filter.camera} onChange={pick('camera')}>
        <option value="">{t('list.allCameras')}</option>
        {cameras.map(({ id, name }) => (
          <option key={id} value={id}>
            {name ?? id}
          </option>
        ))}
      </select>
    </div>
  )
}

interface CardProps {
  readonly alert: AlertRecord
  readonly cameras: readonly CameraView[]
  readonly isOpen: boolean
  readonly isFresh: boolean
  readonly onSelect: (eventId: string) => void
}

function Card({ alert: { eventId, event, state, acked }, cameras, isOpen, isFresh, onSelect }: CardProps) {
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
      </span>
      <span class="card-foot">
        <time>{momentOf(event.startedAt)}</time>
        <span>
          {lengthOf(event.durationSec, language)} {t(event.phase === 'END' ? 'list.over' : 'list.going')}
        </span>
      </span>
      <span class="card-foot">
        <span class={`state ${state}`}>{term('state', state)}</span>
        <Overdue event={event} />
        <span class={acked ? 'ack' : 'ack not'}>{t(acked ? 'list.acked' : 'list.notAcked')}</span>
      </span>
    </button>
  )
}
