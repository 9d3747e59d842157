/** Filters of the list: what waits or all, rule, camera; the rest folds out. `/` or F leads here. */
import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import { ALERT_STATES } from '../alerts/lifecycle.ts'
import type { CameraView } from '../http/views.ts'
import { RULE_IDS } from '../violations/event.ts'
import { countOf, type Filter, NO_FILTER, type Span, WAITING } from './alert-filter.ts'
import { useWords } from './words.ts'

const GRADES = ['G0', 'G1', 'G2', 'G3', 'G4'] as const
const SPANS: readonly Span[] = ['hour', 'shift', 'today', 'between']

export interface FiltersProps {
  readonly filter: Filter
  readonly cameras: readonly CameraView[]
  /** How many alerts are in each state. */
  readonly states: Readonly<Record<string, number>>
  readonly onFilter: (filter: Filter) => void
  /** Takes the keyboard to the filters. */
  readonly focus: { current: (() => void) | null }
}

type Pick = (key: keyof Filter) => (event: { currentTarget: HTMLInputElement | HTMLSelectElement }) => void

export function Filters(props: FiltersProps) {
  const { filter, states, cameras, onFilter, focus } = props
  const { t, term } = useWords()
  const first = useRef<HTMLSelectElement>(null)
  focus.current = () => first.current?.focus()
  const pick: Pick = (key) => (event) => onFilter({ ...filter, [key]: event.currentTarget.value })
  const set = countOf(filter)
  const sum = (of: readonly string[]) => of.reduce((total, state) => total + (states[state] ?? 0), 0)
  return (
    <div class="filters">
      <div class="switch">
        {([true, false] as const).map((pending) => (
          <button
            key={String(pending)}
            type="button"
            aria-pressed={filter.pending === pending}
            onClick={() => onFilter({ ...filter, pending, state: '' })}
          >
            {t(pending ? 'list.pending' : 'all')}{' '}
            <span class="count">{sum(pending ? WAITING : ALERT_STATES)}</span>
          </button>
        ))}
      </div>
      <select ref={first} aria-label={t('list.rule')} value={filter.rule} onChange={pick('rule')}>
        <option value="">{t('list.allRules')}</option>
        {RULE_IDS.map((rule) => (
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
      <details class="more-filters">
        <summary>{t('filter.more', { count: set === 0 ? '' : String(set) })}</summary>
        <MoreFilters {...props} pick={pick} />
      </details>
      {set > 0 && (
        <button
          type="button"
          class="quiet"
          onClick={() => onFilter({ ...NO_FILTER, pending: filter.pending })}
        >
          {t('filter.clear')}
        </button>
      )}
    </div>
  )
}

function MoreFilters({ filter, cameras, states, pick }: FiltersProps & { readonly pick: Pick }) {
  const { t, term } = useWords()
  const zones = cameras
    .filter(({ id }) => filter.camera === '' || id === filter.camera)
    .flatMap((c) => c.zones)
  const ids = [...new Set(zones.map(({ id }) => id))]
  const choice = (key: 'state' | 'zone' | 'grade' | 'span', options: [value: string, text: string][]) => (
    <select aria-label={t(`filter.${key}`)} value={filter[key]} onChange={pick(key)}>
      <option value="">{t(`filter.${key}`)}</option>
      {options.map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  )
  const field = (key: 'from' | 'to' | 'idPart', rest: JSX.IntrinsicElements['input']) => (
    <label class="wide">
      <span>{t(`filter.${key}`)}</span>
      <input {...rest} value={filter[key]} onChange={pick(key)} />
    </label>
  )
  return (
    <div class="more-grid">
      {choice(
        'state',
        ALERT_STATES.map((state) => [state, `${term('state', state)} ${states[state] ?? 0}`]),
      )}
      {choice(
        'zone',
        ids.map((id) => [id, id]),
      )}
      {choice(
        'grade',
        GRADES.map((grade) => [grade, `${grade} ${term('grade', grade)}`]),
      )}
      {choice(
        'span',
        SPANS.map((span) => [span, term('span', span)]),
      )}
      {filter.span === 'between' && field('from', { type: 'datetime-local' })}
      {filter.span === 'between' && field('to', { type: 'datetime-local' })}
      {field('idPart', { type: 'text', maxLength: 64, pattern: '[0-9A-Za-z\\-]*', spellcheck: false })}
    </div>
  )
}
