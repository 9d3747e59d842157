/** The last lines of the gateway's own log, newest first; asked for when somebody wants to see them. */
import { useEffect, useState } from 'preact/hooks'
import type { LogLine } from '../kit/log-ring.ts'
import type { Api } from './api.ts'
import { momentOf, useWords } from './words.ts'

const LEVELS = ['debug', 'info', 'warn', 'error'] as const
const NAMES: readonly [from: number, name: (typeof LEVELS)[number]][] = [
  [50, 'error'],
  [40, 'warn'],
  [30, 'info'],
  [0, 'debug'],
]
const SCROLLED_BY_KEYBOARD = { tabIndex: 0 }
const ASK_MS = 2_000
const TYPED_MS = 300

const nameOf = (level: number) => NAMES.find(([from]) => level >= from)![1]

interface LogProps {
  readonly api: Api
  readonly onRefused: (error: unknown) => void
}

export function LogView({ api, onRefused }: LogProps) {
  const { t, term } = useWords()
  const [isOpen, setOpen] = useState(false)
  const [level, setLevel] = useState<string>('info')
  const [contains, setContains] = useState('')
  const [follows, setFollows] = useState(true)
  const [lines, setLines] = useState<LogLine[] | null>(null)
  useEffect(() => {
    if (!isOpen) return
    let again: Record<string, string> = {}
    const ask = () => {
      const asked = api.logLines({ level, contains, ...again })
      again = { again: 'true' }
      asked.then((told) => setLines(told.lines), onRefused)
    }
    const first = setTimeout(ask, TYPED_MS)
    const timer = follows ? setInterval(ask, ASK_MS) : undefined
    return () => {
      clearTimeout(first)
      clearInterval(timer)
    }
  }, [isOpen, level, contains, follows])
  return (
    <section class="log" aria-label={t('log.title')}>
      <header class="system-head">
        <h3>{t('log.title')}</h3>
        {isOpen ? (
          <>
            <label>
              {t('log.level')}{' '}
              <select value={level} onChange={(event) => setLevel(event.currentTarget.value)}>
                {LEVELS.map((one) => (
                  <option key={one} value={one}>
                    {term('loglevel', one)}
                  </option>
                ))}
              </select>
            </label>
            <label>
              {t('log.contains')}{' '}
              <input
                type="search"
                value={contains}
                maxLength={100}
                onInput={(event) => setContains(event.currentTarget.value)}
              />
            </label>
            <label class="check">
              <input
                type="checkbox"
                checked={follows}
                onChange={(event) => setFollows(event.currentTarget.checked)}
              />
              {t('log.follow')}
            </label>
          </>
        ) : (
          <button type="button" class="quiet" onClick={() => setOpen(true)}>
            {t('log.show')}
          </button>
        )}
      </header>
      {lines?.length === 0 && <p class="hint">{t('log.none')}</p>}
      {lines !== null && lines.length > 0 && <Lines lines={lines} />}
    </section>
  )
}

function Lines({ lines }: { readonly lines: readonly LogLine[] }) {
  const { t, term } = useWords()
  return (
    <div class="log-lines" {...SCROLLED_BY_KEYBOARD}>
      <table>
        <thead>
          <tr>
            <th>{t('log.time')}</th>
            <th>{t('log.grave')}</th>
            <th>{t('log.message')}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ line, at, level, message, more }) => (
            <tr key={line} class={nameOf(level)}>
              <td>{at === '' ? '' : momentOf(at)}</td>
              <td>{term('loglevel', nameOf(level))}</td>
              <td>
                {message}
                {more !== '' && <code>{more}</code>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
