/** Hours of a zone or a permitted point: rows of weekdays, from and to, and the week they make. */
import type { Values } from './place-shapes.ts'
import type { StringKey } from './strings.ts'
import { useWords } from './words.ts'

export type HoursWindow = Values & {
  readonly weekdays?: readonly string[]
  readonly days?: string
  readonly from?: string
  readonly to?: string
}

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const KINDS_OF_DAY = ['any', 'workday', 'rest', 'holiday'] as const
const TIME = '(?:[01]\\d|2[0-3]):[0-5]\\d|24:00'
const HOURS = 24

interface HoursProps {
  /** Null: always. */
  readonly windows: readonly HoursWindow[] | null
  readonly onChange: (windows: readonly HoursWindow[] | null, step: string) => void
}

export function HoursEditor({ windows, onChange }: HoursProps) {
  const { t } = useWords()
  const put = (at: number, change: Values, step: string) =>
    onChange(windows?.map((one, place) => (place === at ? { ...one, ...change } : one)) ?? null, step)
  return (
    <fieldset class="hours-editor">
      <legend>{t('places.hours')}</legend>
      <label class="tick">
        <input
          type="checkbox"
          checked={windows !== null}
          onChange={() => onChange(windows === null ? [{ from: '08:00', to: '18:00' }] : null, '')}
        />
        {t(windows === null ? 'places.always' : 'places.limited')}
      </label>
      {windows?.map((window, at) => (
        <WindowRow
          key={at}
          window={window}
          at={at}
          onChange={(change, step) => put(at, change, step === '' ? '' : `${step} ${at}`)}
          onRemove={
            windows.length > 1
              ? () =>
                  onChange(
                    windows.filter((_, place) => place !== at),
                    '',
                  )
              : undefined
          }
        />
      ))}
      {windows && (
        <>
          <button
            type="button"
            class="quiet"
            onClick={() => onChange([...windows, { from: '18:00', to: '22:00' }], '')}
          >
            {t('places.addWindow')}
          </button>
          <WeekGrid windows={windows} />
        </>
      )}
    </fieldset>
  )
}

interface RowProps {
  readonly window: HoursWindow
  readonly at: number
  readonly onChange: (change: Values, step: string) => void
  readonly onRemove: (() => void) | undefined
}

function WindowRow({ window, at, onChange, onRemove }: RowProps) {
  const { t, term } = useWords()
  const { weekdays = WEEKDAYS, days = 'any', season } = window
  const number = String(at + 1)
  const turn = (day: string) => {
    const next = WEEKDAYS.filter((one) => weekdays.includes(one) !== (one === day))
    if (next.length > 0) onChange({ weekdays: next }, '')
  }
  return (
    <fieldset class="window">
      <legend class="unseen">{t('places.window', { at: number })}</legend>
      <span class="days">
        {WEEKDAYS.map((day) => (
          <label key={day} class="day">
            <input type="checkbox" checked={weekdays.includes(day)} onChange={() => turn(day)} />
            {t(`weekday.${day}`)}
          </label>
        ))}
      </span>
      {(['from', 'to'] as const).map((edge) => (
        <label key={edge} class="edge">
          {t(`places.${edge}`)}
          <input
            type="text"
            class="time"
            pattern={TIME}
            value={window[edge] ?? (edge === 'from' ? '00:00' : '24:00')}
            onInput={(event) => onChange({ [edge]: event.currentTarget.value }, edge)}
          />
        </label>
      ))}
      <select
        aria-label={t('places.kindOfDay')}
        value={days}
        onChange={(event) => {
          const { value } = event.currentTarget
          onChange({ days: value }, '')
        }}
      >
        {KINDS_OF_DAY.map((kind) => (
          <option key={kind} value={kind}>
            {term('dayKind', kind)}
          </option>
        ))}
      </select>
      {season !== undefined && <small>{t('places.season')}</small>}
      {onRemove && (
        <button
          type="button"
          class="quiet"
          aria-label={t('places.removeWindow', { at: number })}
          onClick={onRemove}
        >
          ×
        </button>
      )}
    </fieldset>
  )
}

/** A row a weekday, midnight to midnight; what runs over midnight goes on the next day. */
function WeekGrid({ windows }: { windows: readonly HoursWindow[] }) {
  const { t } = useWords()
  const said = windows.map(
    ({ weekdays = WEEKDAYS, from = '00:00', to = '24:00' }) =>
      `${weekdays.map((day) => t(`weekday.${day}` as StringKey)).join(' ')} ${from}–${to}`,
  )
  return (
    <svg class="week" viewBox="0 0 264 78" role="img" aria-label={`${t('places.week')}: ${said.join('; ')}`}>
      {WEEKDAYS.map((day, row) => (
        <g key={day}>
          <text x="0" y={row * 10 + 8}>
            {t(`weekday.${day}`)}
          </text>
          <rect class="empty" x="18" y={row * 10 + 1} width="240" height="8" />
          {windows.flatMap((window, at) =>
            spansOn(window, row).map(([from, to]) => (
              <rect
                key={`${at} ${from}`}
                x={18 + from * 10}
                y={row * 10 + 1}
                width={(to - from) * 10}
                height="8"
              />
            )),
          )}
        </g>
      ))}
      {[0, 6, 12, 18, HOURS].map((hour) => (
        <text key={hour} class="hour" x={18 + hour * 10} y="78">
          {String(hour)}
        </text>
      ))}
    </svg>
  )
}

/** Hours of one weekday that lie in the window. */
function spansOn(window: HoursWindow, row: number): [number, number][] {
  const { weekdays = WEEKDAYS } = window
  const [from, to] = [hourOf(window.from ?? '00:00'), hourOf(window.to ?? '24:00')]
  if (from === null || to === null) return []
  const begins = (day: number) => weekdays.includes(WEEKDAYS[(day + 7) % 7]!)
  const isOvernight = to <= from
  return [
    ...(begins(row) ? [[from, isOvernight ? HOURS : to] as [number, number]] : []),
    ...(isOvernight && begins(row - 1) && to > 0 ? [[0, to] as [number, number]] : []),
  ]
}

function hourOf(text: string): number | null {
  if (!new RegExp(`^(?:${TIME})$`).test(text)) return null
  return Number(text.slice(0, 2)) + Number(text.slice(3)) / 60
}
