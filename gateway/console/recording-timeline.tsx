/**
 * The time line of a film: who was in view second by second, the acts it may show, the moments that somebody marked.
 *
 *     people    ▒▒▒▒▁▁▁▁██████▁▁▁▒▒▒▒▒▒      █ seen   ▁ looked, and nobody seen   ▒ not looked at
 *     acts          ├──────────┤
 *     marks            │    │
 *
 * What was not looked at is never drawn as empty.
 */
import type { FilmLinkView } from '../http/routes/films.ts'
import type { Look } from './bodycam-api.ts'
import type { RecordingRow } from './recording-row.ts'
import { clockOf, useWords } from './words.ts'

const KINDS = ['person', 'carrier', 'goods'] as const
/** Of a lane: finer than a screen shows. */
const CELLS_MAX = 1000
const SHOWN = ['LINKED', 'SUGGESTED']

/** A moment to jump to. */
export interface Moment {
  readonly sec: number
  readonly what: 'mark' | 'still'
  readonly label: string
  readonly note: string
}
type Cell = 'seen' | 'none' | 'unknown'

/** Marks are in the times of the recorder's own clock. */
export function momentsOf({ keyMarks = [], deviceStartAt, startAt }: RecordingRow): Moment[] {
  const startMs = Date.parse(deviceStartAt ?? startAt)
  return keyMarks
    .map(({ at, label, note = '' }) => ({
      ...{ sec: (Date.parse(at) - startMs) / 1000, what: 'mark' as const, label, note },
    }))
    .sort((a, b) => a.sec - b.sec)
}

/** @returns what is known of each stretch of the film; a stretch that was looked at in part counts as looked at */
export function cellsOf(
  looks: readonly Look[] | null,
  kind: (typeof KINDS)[number],
  lengthSec: number,
): Cell[] {
  const count = Math.max(1, Math.min(CELLS_MAX, Math.ceil(lengthSec)))
  const cells: Cell[] = Array.from({ length: count }, () => 'unknown')
  for (const look of looks ?? []) {
    const at = Math.min(count - 1, Math.floor((look.sec / Math.max(1, lengthSec)) * count))
    if (look[kind] !== undefined) cells[at] = 'seen'
    else if (cells[at] === 'unknown') cells[at] = 'none'
  }
  return cells
}

interface TimelineProps {
  readonly recording: RecordingRow
  readonly looks: readonly Look[] | null
  readonly links: readonly FilmLinkView[]
  readonly atSec: number
  readonly lengthSec: number
  readonly onSeek: (sec: number) => void
}

export function RecordingTimeline({ recording, looks, links, atSec, lengthSec, onSeek }: TimelineProps) {
  const { t, term, language } = useWords()
  const share = (sec: number) => `${((100 * sec) / Math.max(1, lengthSec)).toFixed(3)}%`
  const startMs = Date.parse(recording.startAt)
  const acts = links.filter(({ state }) => SHOWN.includes(state))
  return (
    <div class="timeline" style={{ '--now': share(atSec) }}>
      <span class="name" id="seek-name">
        {t('timeline.at')}
      </span>
      <input
        class="seek"
        type="range"
        min={0}
        max={Math.max(1, Math.round(lengthSec))}
        step={1}
        value={Math.round(atSec)}
        aria-labelledby="seek-name"
        aria-valuetext={clockOf(atSec)}
        onInput={(event) => onSeek(Number(event.currentTarget.value))}
      />
      {KINDS.map((kind) => (
        <Lane key={kind} kind={kind} cells={cellsOf(looks, kind, lengthSec)} />
      ))}
      <span class="name">{t('timeline.acts')}</span>
      <div class="lane acts">
        {acts.map(({ eventId, state, from, to }) => {
          const [fromSec, toSec] = [from, to].map((time) => Math.max(0, (Date.parse(time) - startMs) / 1000))
          return (
            <button
              key={eventId}
              type="button"
              class={`act ${state}`}
              style={{ '--at': share(fromSec!), '--long': share(toSec! - fromSec!) }}
              aria-label={t('timeline.act', {
                state: term('link', state),
                from: clockOf(fromSec!),
                to: clockOf(toSec!),
              })}
              onClick={() => onSeek(fromSec!)}
            />
          )
        })}
      </div>
      <span class="name">{t('timeline.marks')}</span>
      <div class="lane points">
        {momentsOf(recording).map(({ sec, label, note }) => (
          <button
            key={`${sec} ${label}`}
            type="button"
            class="point"
            style={{ '--at': share(sec) }}
            title={[label, note].filter(Boolean).join(language === 'zh' ? '：' : ': ')}
            aria-label={t('timeline.mark', { label, at: clockOf(sec) })}
            onClick={() => onSeek(sec)}
          />
        ))}
      </div>
      <Legend recording={recording} looks={looks} />
    </div>
  )
}

/** Neighbouring cells of a kind are one bar. */
function Lane({ kind, cells }: { kind: (typeof KINDS)[number]; cells: readonly Cell[] }) {
  const { t, term } = useWords()
  const bars = barsOf(cells)
  const part = (what: Cell) => cells.filter((cell) => cell === what).length / cells.length
  const percent = (what: Cell) => String(Math.round(100 * part(what)))
  const said = t('timeline.lane', { seen: percent('seen'), unknown: percent('unknown') })
  return (
    <>
      <span class="name">{term('seen', kind)}</span>
      <svg
        class="lane"
        viewBox={`0 0 ${cells.length} 1`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${term('seen', kind)}: ${said}`}
      >
        {bars.map(({ what, from, long }) => (
          <rect key={from} class={what} x={from} y={0} width={long} height={1} />
        ))}
      </svg>
    </>
  )
}

function barsOf(cells: readonly Cell[]): { what: Cell; from: number; long: number }[] {
  const bars: { what: Cell; from: number; long: number }[] = []
  for (const [at, what] of cells.entries()) {
    const last = bars.at(-1)
    if (last?.what === what) last.long++
    else bars.push({ what, from: at, long: 1 })
  }
  return bars
}

function Legend({ recording: { analysis }, looks }: Pick<TimelineProps, 'recording' | 'looks'>) {
  const { t } = useWords()
  const isRunning = analysis?.state === 'RUNNING'
  const why = isRunning
    ? t('analysis.running', { percent: String(analysis.percent) })
    : looks !== null
      ? ''
      : t(analysis?.reason === 'FILE_UNREADABLE' ? 'timeline.unreadable' : 'timeline.unseen')
  return (
    <p class="legend">
      {(['seen', 'none', 'unknown'] as const).map((what) => (
        <span key={what}>
          <i class={what} /> {t(`timeline.${what}`)}
        </span>
      ))}
      {why !== '' && <span class="why">{why}</span>}
    </p>
  )
}
