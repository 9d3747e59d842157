/**
 * The box at a glance, room by room: how it is, the facts, what is wrong with what to do; and the last lines of its log.
 *
 *     GET /system, every few seconds ─▶ a card a room, those that need somebody first
 */
import { useEffect, useState } from 'preact/hooks'
import type { SystemFact, SystemPart, SystemView } from '../http/system-views.ts'
import type { PageParts } from './desk.tsx'
import { LogView } from './log-view.tsx'
import type { Language } from './strings.ts'
import { lengthOf, momentOf, useWords } from './words.ts'

const ASK_MS = 5_000
/** Long enough to be compared by eye; whole where the pointer rests. */
const DIGEST = /^(sha256:)?[0-9a-f]{64}$/
const ORDER = { bad: 0, note: 1, good: 2 } as const

export function SystemPage({ api, me, onRefused }: PageParts) {
  const { t } = useWords()
  const [view, setView] = useState<SystemView | null>(null)
  useEffect(() => {
    const ask = () => void api.system().then(setView, onRefused)
    ask()
    const timer = setInterval(ask, ASK_MS)
    return () => clearInterval(timer)
  }, [])
  const parts = view?.parts.toSorted((a, b) => ORDER[a.state] - ORDER[b.state]) ?? []
  return (
    <main class="page system" aria-label={t('system.title')}>
      <header class="system-head">
        <h2>{t('system.title')}</h2>
        {view && <small>{t('system.at', { at: momentOf(view.at) })}</small>}
      </header>
      {view === null && <p class="hint">{t('loading')}</p>}
      <div class="system-parts">
        {parts.map((part) => (
          <Part key={part.part} {...part} />
        ))}
      </div>
      {me.permissions.includes('system:log') && <LogView api={api} onRefused={onRefused} />}
    </main>
  )
}

function Part({ part, state, facts, problems }: SystemPart) {
  const { t, term, language } = useWords()
  const title = term('part', part)
  return (
    <section class={`system-part is-${state}`} aria-label={title}>
      <h3>
        {title}
        <span class={`health is-${state}`}>{term('system', state)}</span>
      </h3>
      {problems.map((problem) => (
        <p class="problem" key={`${problem.code} ${problem.en}`}>
          {problem[language]} <code>{problem.code}</code>
        </p>
      ))}
      {part === 'certificates' && facts.length === 0 && <p class="hint">{t('system.noCertificates')}</p>}
      {part === 'config' && problems.length === 0 && <p class="hint">{t('system.asRunning')}</p>}
      <dl>
        {facts.map((one, at) => (
          <Fact key={`${one.fact} ${at}`} part={part} fact={one} />
        ))}
      </dl>
    </section>
  )
}

function Fact({ part, fact }: { readonly part: string; readonly fact: SystemFact }) {
  const { t, term, language } = useWords()
  const nothing = term(`nothing.${part}`, fact.fact)
  const unknown = nothing === fact.fact ? t('system.unknown') : nothing
  const shown = fact.value === null ? unknown : worded(fact, language, (word) => term('value', word))
  return (
    <div>
      <dt title={fact.fact}>{term(`fact.${part}`, fact.fact)}</dt>
      <dd title={String(fact.value ?? '')}>{DIGEST.test(shown) ? `${shown.slice(0, 19)}…` : shown}</dd>
    </div>
  )
}

function worded({ kind, value }: SystemFact, language: Language, word: (value: string) => string): string {
  const number = Number(value)
  switch (kind) {
    case 'count':
      return number.toLocaleString('en-US')
    case 'bytes':
      return number >= 1e9 ? `${(number / 1e9).toFixed(1)} GB` : `${(number / 1e6).toFixed(1)} MB`
    case 'sec':
      return lengthOf(number, language)
    case 'ms':
      return `${number.toFixed(1)} ms`
    case 'share':
      return `${(Math.floor(number * 1000) / 10).toFixed(1)} %`
    case 'moment':
      return momentOf(String(value))
    case 'text':
      return word(String(value))
  }
}
