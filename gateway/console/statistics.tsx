/**
 * Figures of a period, what is open and overdue, and reports to keep or print.
 *
 *     period ─▶ numbers │ hours of the day │ rules, places │ times        open alerts by age ─▶ hand-over
 *
 * Places and hours are compared, people are not; shares of the tiers stand there with the word that they are no quota.
 */
import { useEffect, useState } from 'preact/hooks'
import type { Aging, OpenAlert } from '../alerts/handover.ts'
import type { Figures, Spread } from '../alerts/statistics.ts'
import { Bars, Hours } from './bars.tsx'
import type { PageParts } from './desk.tsx'
import { Notice } from './notice.tsx'
import type { StringKey } from './strings.ts'
import { lengthOf, momentOf, useWords } from './words.ts'

export interface Days {
  readonly from: string
  readonly to: string
}
interface Open {
  readonly open: readonly OpenAlert[]
  readonly aging: readonly Aging[]
}

/** What scrolls must be reachable without a mouse. */
const SCROLLED_BY_KEYBOARD = { tabIndex: 0 }
/** Of the open list the first so many are shown; the file has them all. */
const OPEN_SHOWN_MAX = 50
const PLACES_SHOWN_MAX = 15

export function StatisticsPage({ api, me, onRefused }: PageParts) {
  const { t } = useWords()
  const [days, setDays] = useState<Days>(thisMonth)
  const [figures, setFigures] = useState<Figures | null>(null)
  const [open, setOpen] = useState<Open | null>(null)
  const [error, setError] = useState<unknown>(null)
  const refused = (refusal: unknown) => {
    setError(refusal)
    onRefused(refusal)
  }
  useEffect(() => {
    api.figures(days).then((answer) => {
      setError(null)
      setFigures(answer.figures)
    }, refused)
  }, [days])
  const loadOpen = () => void api.openAlerts().then(setOpen, refused)
  useEffect(loadOpen, [])
  const mayHandOver = me.permissions.includes('duty:handover')
  return (
    <main class="page">
      <h2>{t('nav.statistics')}</h2>
      <Notice error={error} />
      <Period days={days} onChosen={setDays} />
      <section class="scroll figures" aria-label={t('nav.statistics')} {...SCROLLED_BY_KEYBOARD}>
        {figures && <Overview figures={figures} />}
        {figures && <Profiles figures={figures} />}
        {open && <OpenList open={open} />}
        {open && mayHandOver && (
          <HandOver onGiven={(to, note) => api.handOver(to, note).then(loadOpen, refused)} />
        )}
      </section>
    </main>
  )
}

function Period({ days, onChosen }: { days: Days; onChosen: (days: Days) => void }) {
  const { t, language } = useWords()
  const report = (kind: string, { from, to }: Days, format: string) =>
    `/api/v1/reports/${kind}?${new URLSearchParams({ from, to, format, lang: language })}`
  const kinds = [
    ['monthly', wholeMonths(days, 1)],
    ['quarterly', wholeMonths(days, 3)],
    ['hotspots', days],
  ] as const
  return (
    <form
      class="inline"
      onSubmit={(event) => {
        event.preventDefault()
        const form = new FormData(event.currentTarget)
        onChosen({ from: String(form.get('from')), to: String(form.get('to')) })
      }}
    >
      {(['from', 'to'] as const).map((name) => (
        <label class="field" key={name}>
          <span>{t(`statistics.${name}`)}</span>
          <input name={name} type="date" required defaultValue={days[name]} />
        </label>
      ))}
      <button type="submit" class="primary">
        {t('statistics.show')}
      </button>
      <ul class="reports">
        {kinds.map(([kind, those]) => (
          <li key={kind}>
            {t(`statistics.${kind}`)}{' '}
            <a class="plain" href={report(kind, those, 'html')} target="_blank" rel="noreferrer">
              {t('statistics.page')}
            </a>
            <a class="plain" href={report(kind, those, 'csv')} download>
              {t('statistics.table')}
            </a>
            <small>
              {those.from} – {those.to}
            </small>
          </li>
        ))}
      </ul>
    </form>
  )
}

function Overview({ figures }: { figures: Figures }) {
  const { t, term } = useWords()
  const { acts, events, dismissed, upheld, selfCorrected, byTier } = figures
  const share = (part: number) => (upheld === 0 ? '' : `${Math.round((100 * part) / upheld)} %`)
  const numbers: [label: string, value: number, more: string][] = [
    [t('statistics.acts'), acts, t('statistics.events', { count: String(events) })],
    [t('statistics.dismissed'), dismissed, ''],
    [t('statistics.selfCorrected'), selfCorrected, share(selfCorrected)],
    ...(['SERVICE', 'MANAGEMENT', 'ENFORCEMENT'] as const).map((tier): [string, number, string] => [
      term('tier', tier),
      byTier[tier],
      share(byTier[tier]),
    ]),
  ]
  return (
    <>
      <dl class="numbers">
        {numbers.map(([label, value, more]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              <b>{value}</b> <small>{more}</small>
            </dd>
          </div>
        ))}
      </dl>
      <p class="hint">{t('statistics.indicator')}</p>
    </>
  )
}

function Profiles({ figures }: { figures: Figures }) {
  const { t, term } = useWords()
  const named = (list: string, counts: Readonly<Record<string, number>>): [string, number][] =>
    Object.entries(counts)
      .map(([word, count]): [string, number] => [term(list, word), count])
      .sort(([, one], [, other]) => other - one)
  return (
    <div class="profiles">
      <Hours title={t('statistics.byHour')} counts={figures.byHour} />
      <Times figures={figures} />
      <Bars title={t('statistics.byRule')} rows={named('rule', figures.byRule)} />
      <Bars
        title={t('statistics.byPlace')}
        rows={named('place', figures.byPlace).slice(0, PLACES_SHOWN_MAX)}
      />
      <Bars title={t('statistics.byState')} rows={named('state', figures.byState)} />
      <Bars title={t('statistics.byReason')} rows={named('reason', figures.dismissedByReason)} />
    </div>
  )
}

function Times({ figures }: { figures: Figures }) {
  const { t, language } = useWords()
  const said = (seconds: number | null) => (seconds === null ? t('none') : lengthOf(seconds, language))
  const row = (name: 'discover' | 'verify' | 'correct', { count, medianSec, p90Sec }: Spread) => (
    <tr key={name}>
      <th scope="row">{t(`statistics.${name}`)}</th>
      <td>{count}</td>
      <td>{said(medianSec)}</td>
      <td>{said(p90Sec)}</td>
    </tr>
  )
  const heads: StringKey[] = ['statistics.figure', 'statistics.count', 'statistics.median', 'statistics.p90']
  return (
    <section>
      <h3>{t('statistics.times')}</h3>
      <table>
        <Heads of={heads} />
        <tbody>
          {row('discover', figures.discover)}
          {row('verify', figures.verify)}
          {row('correct', figures.correct)}
        </tbody>
      </table>
    </section>
  )
}

function Heads({ of }: { of: readonly StringKey[] }) {
  const { t } = useWords()
  return (
    <thead>
      <tr>
        {of.map((head) => (
          <th key={head} scope="col">
            {t(head)}
          </th>
        ))}
      </tr>
    </thead>
  )
}

function OpenList({ open: { open, aging } }: { open: Open }) {
  const { t, term, language } = useWords()
  const ages = aging.map(({ underHours, open: count, overdue }): [string, number, string] => [
    underHours === null
      ? t('duty.older')
      : t('duty.under', { length: lengthOf(underHours * 3600, language) }),
    count,
    overdue === 0 ? '' : t('duty.ofThemOverdue', { count: String(overdue) }),
  ])
  const heads: StringKey[] = ['duty.alert', 'duty.state', 'duty.step', 'duty.due', 'duty.told']
  return (
    <>
      <Bars title={t('duty.aging')} rows={ages} />
      <section>
        <h3>{t('duty.open')}</h3>
        <table>
          <Heads of={heads} />
          <tbody>
            {open
              .slice(0, OPEN_SHOWN_MAX)
              .map(({ eventId, cameraId, state, step, dueAt, overdueSec, level }) => (
                <tr key={eventId}>
                  <td>
                    {cameraId} <small>{eventId}</small>
                  </td>
                  <td>{term('state', state)}</td>
                  <td>{term('step', step)}</td>
                  <td class={overdueSec > 0 ? 'refused' : undefined}>
                    {dueAt === null ? t('none') : momentOf(dueAt)}
                    {overdueSec > 0 && (
                      <small>{t('duty.overdue', { length: lengthOf(overdueSec, language) })}</small>
                    )}
                  </td>
                  <td>{level === 0 ? t('none') : t('duty.level', { level: String(level) })}</td>
                </tr>
              ))}
          </tbody>
        </table>
        {open.length === 0 && <p class="hint">{t('duty.nothing')}</p>}
      </section>
    </>
  )
}

function HandOver({ onGiven }: { onGiven: (to: string, note: string) => Promise<void> }) {
  const { t } = useWords()
  const [given, setGiven] = useState('')
  return (
    <form
      class="inline"
      aria-label={t('duty.handOver')}
      onSubmit={(event) => {
        event.preventDefault()
        const form = new FormData(event.currentTarget)
        const to = String(form.get('handTo'))
        void onGiven(to, String(form.get('note'))).then(() => setGiven(to))
        event.currentTarget.reset()
      }}
    >
      <label class="field">
        <span>{t('duty.handTo')}</span>
        <input name="handTo" type="text" required maxLength={64} autocomplete="off" />
      </label>
      <label class="field">
        <span>{t('review.note')}</span>
        <input name="note" type="text" maxLength={1000} autocomplete="off" />
      </label>
      <button type="submit" class="second">
        {t('duty.handOver')}
      </button>
      <p role="status">{given && t('duty.handed', { to: given })}</p>
    </form>
  )
}

const day = (date: Date): string => {
  const two = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

function thisMonth(): Days {
  const now = new Date()
  return { from: day(new Date(now.getFullYear(), now.getMonth(), 1)), to: day(now) }
}

/** The month or quarter in which the period begins, whole. */
function wholeMonths({ from }: Days, months: 1 | 3): Days {
  const [year, month] = from.split('-').map(Number) as [number, number]
  const first = Math.floor((month - 1) / months) * months
  return { from: day(new Date(year, first, 1)), to: day(new Date(year, first + months, 0)) }
}
