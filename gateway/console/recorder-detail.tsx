/** One recorder: its hand-over, what came in of its last shift, its recordings, its ledger. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { LedgerRow, ShiftRow } from '../http/routes/bodycams.ts'
import type { BodyCamParts, OneDevice } from './bodycam-api.ts'
import { HandOver } from './hand-over.tsx'
import { Notice } from './notice.tsx'
import { Row } from './rows.tsx'
import { lengthOf, momentOf, timeOf, useWords, type Words } from './words.ts'

const LEDGER_PAGE = 50

interface DetailProps extends BodyCamParts {
  readonly serial: string
  readonly onChanged: () => void
  readonly onClose: () => void
}

export function RecorderDetail({ serial, bodycams, me, onRefused, onChanged, onClose }: DetailProps) {
  const { t } = useWords()
  const [one, setOne] = useState<OneDevice | null>(null)
  const [error, setError] = useState<unknown>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  const refused = (refusal: unknown) => {
    setError(refusal)
    onRefused(refusal)
  }
  const load = () => bodycams.device(serial).then(setOne, refused)
  useEffect(() => {
    void load().then(() => heading.current?.focus())
  }, [])
  const changed = () => {
    setError(null)
    onChanged()
    void load()
  }
  const older = (before: number) =>
    bodycams
      .device(serial, before)
      .then(
        ({ entries }) => setOne((now) => now && { ...now, entries: [...now.entries, ...entries] }),
        refused,
      )
  return (
    <aside class="detail" aria-labelledby="recorder-title">
      <header class="inline">
        <h3 id="recorder-title" ref={heading} tabIndex={-1}>
          {serial}
        </h3>
        <button type="button" class="quiet" onClick={onClose}>
          {t('close')}
        </button>
      </header>
      <Notice error={error} />
      {one && me.permissions.includes('bodycams:keep') && (
        <HandOver {...{ device: one.device, bodycams }} onDone={changed} onRefused={refused} />
      )}
      {one && <Shift shift={one.shift} />}
      {one && <Ledger entries={one.entries} onOlder={older} />}
    </aside>
  )
}

/** What came in, and what is still owed when it was brought back. */
function Shift({ shift }: { shift: ShiftRow }) {
  const { t, language } = useWords()
  if (shift === null) return <p class="hint">{t('shift.never')}</p>
  const { from, to, recordings, filmedSec, firstAfterSec, pauseCount, pauses } = shift
  return (
    <section aria-labelledby="shift-title">
      <h4 id="shift-title">{t('shift.title')}</h4>
      <dl>
        <Row label={t('shift.time')}>
          <time>{momentOf(from)}</time> – {to === null ? t('shift.goesOn') : <time>{momentOf(to)}</time>}
        </Row>
        <Row label={t('shift.recordings')}>
          {recordings > 0 &&
            t('shift.count', { count: String(recordings), length: lengthOf(filmedSec, language) })}
          {recordings === 0 && to === null && t('shift.noneYet')}
          {recordings === 0 && to !== null && <span class="overdue">{t('shift.nothing')}</span>}
        </Row>
        {firstAfterSec !== null && (
          <Row label={t('shift.first')}>
            {t('shift.after', { length: lengthOf(firstAfterSec, language) })}
          </Row>
        )}
        <Row label={t('shift.pauses')}>
          {pauseCount === 0 ? t('none') : t('shift.pauseCount', { count: String(pauseCount) })}
          {pauses.map((pause) => (
            <small key={pause.from}>
              <time>{timeOf(pause.from)}</time> · {lengthOf(pause.sec, language)}
            </small>
          ))}
        </Row>
      </dl>
      <p class="hint">{t('shift.why')}</p>
    </section>
  )
}

function Ledger({ entries, onOlder }: { entries: readonly LedgerRow[]; onOlder: (before: number) => void }) {
  const words = useWords()
  const { t, term } = words
  return (
    <section aria-labelledby="ledger-title">
      <h4 id="ledger-title">{t('ledger.title')}</h4>
      {entries.length === 0 && <p class="hint">{t('ledger.empty')}</p>}
      <ol class="past">
        {entries.map((row) => (
          <li key={row.entry}>
            <b>{term('ledger', row.kind)}</b> <time>{momentOf(row.at)}</time> · {row.by}
            <small>{factsOf(row, words)}</small>
          </li>
        ))}
      </ol>
      {entries.length >= LEDGER_PAGE && (
        <button type="button" class="quiet wide" onClick={() => onOlder(entries.at(-1)!.entry)}>
          {t('more')}
        </button>
      )}
    </section>
  )
}

/** The facts of an entry in a line: what is known by a word is said by it. */
function factsOf({ kind, facts }: LedgerRow, { t, term }: Words): string {
  const { personId, until, selfTest, offsetMs, action, status, ...rest } = facts
  const test = (selfTest ?? {}) as { readonly batteryPercent?: number }
  const parts = [
    typeof personId === 'string' &&
      (kind === 'CHECK_IN' ? t('ledger.from', { personId }) : t('ledger.to', { personId })),
    typeof until === 'string' && t('ledger.until', { at: momentOf(until) }),
    test.batteryPercent !== undefined && t('ledger.battery', { percent: String(test.batteryPercent) }),
    offsetMs !== undefined && t('recorders.offset', { sec: (Number(offsetMs) / 1000).toFixed(1) }),
    typeof action === 'string' && term('deed', action),
    typeof status === 'string' && term('deviceStatus', status),
    ...['recordingId', 'work', 'version', 'date', 'reason', 'note'].map((key) => rest[key]),
  ]
  return parts.filter((part) => typeof part === 'string' && part !== '').join(' · ')
}
