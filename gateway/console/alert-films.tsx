/** Body-cam recordings of an alert: what the box links or suggests and why, and a person's word on it. */
import { useEffect, useState } from 'preact/hooks'
import type { AlertRecord } from '../alerts/desk.ts'
import type { FilmLinkView } from '../http/routes/films.ts'
import type { Api, Me } from './api.ts'
import { Notice } from './notice.tsx'
import { Lines } from './rows.tsx'
import { momentOf, timeOf, useWords } from './words.ts'

const SHOWN = ['LINKED', 'SUGGESTED', 'UNLINKED']

interface FilmsProps {
  readonly api: Api
  readonly me: Me
  readonly alert: AlertRecord
}

export function AlertFilms({ api, me, alert }: FilmsProps) {
  const { t } = useWords()
  const [links, setLinks] = useState<readonly FilmLinkView[]>([])
  const [asked, setAsked] = useState(0)
  const [error, setError] = useState<unknown>(null)
  const mayRead = me.permissions.includes('recordings:read')
  useEffect(() => {
    if (!mayRead) return
    let stale = false
    api.filmsOf(alert.eventId).then(
      ({ now }) => stale || setLinks(now.filter(({ state }) => SHOWN.includes(state))),
      (refusal) => stale || setError(refusal),
    )
    return () => {
      stale = true
    }
  }, [alert.eventId, alert.revision, asked])
  if (links.length === 0 && error === null) return null
  const say = (link: FilmLinkView, verb: 'link' | 'unlink', reason: string) => {
    setError(null)
    api.sayFilm(alert.eventId, link.recordingId, verb, reason).then(() => setAsked(asked + 1), setError)
  }
  return (
    <section class="panel notices" aria-labelledby="films-title">
      <h2 id="films-title">{t('films.title')}</h2>
      <ol class="history">
        {links.map((link) => (
          <FilmItem
            key={`${link.recordingId} ${link.state}`}
            link={link}
            filmed={alert.event.filmed?.find(({ recordingId }) => recordingId === link.recordingId)}
            onSay={
              me.permissions.includes('recordings:link') ? (verb, reason) => say(link, verb, reason) : null
            }
          />
        ))}
      </ol>
      {links.some(({ state }) => state === 'SUGGESTED') && <p class="hint">{t('films.suggested')}</p>}
      <Notice error={error} />
    </section>
  )
}

interface ItemProps {
  readonly link: FilmLinkView
  readonly filmed: NonNullable<AlertRecord['event']['filmed']>[number] | undefined
  readonly onSay: ((verb: 'link' | 'unlink', reason: string) => void) | null
}

function FilmItem({ link, filmed, onSay }: ItemProps) {
  const { t, term, language } = useWords()
  const { recordingId, state, by, reason, score, reasons, from, to, at } = link
  const clock = (sec: number) => new Date(sec * 1000).toISOString().slice(11, 19)
  return (
    <li>
      <span class={`state ${state}`}>{term('link', state)}</span>
      <span class="object">{recordingId}</span>
      <time>
        {momentOf(from)} – {timeOf(to)}
      </time>
      {filmed !== undefined && (
        <span class="told">
          {t('films.part', { from: clock(filmed.fromSec), to: clock(filmed.toSec) })} ·{' '}
          {term('worth', filmed.evidenceCap)} {filmed.capReasons.map((cap) => term('cap', cap)).join(' · ')}
        </span>
      )}
      <span class="told">
        {t('films.score', { score: score.toFixed(2) })}
        {by !== 'box' && ` · ${t('films.by', { by })} ${momentOf(at)}${reason && ` · ${reason}`}`}
      </span>
      <span class="told">
        <Lines of={reasons.filter(({ code }) => code !== 'PERSON').map((one) => one[language])} />
      </span>
      {onSay !== null && <SayForm state={state} onSay={onSay} />}
    </li>
  )
}

/** A word with a reason: a suggestion is settled either way, a link is withdrawn, what was withdrawn is made again. */
function SayForm({ state, onSay }: { state: string; onSay: NonNullable<ItemProps['onSay']> }) {
  const { t } = useWords()
  const [reason, setReason] = useState('')
  const verbs = (['link', 'unlink'] as const).filter(
    (verb) => state === 'SUGGESTED' || (verb === 'link') === (state === 'UNLINKED'),
  )
  return (
    <form class="told step" onSubmit={(event) => event.preventDefault()}>
      <label class="field">
        <span>{t('films.reason')}</span>
        <input value={reason} maxLength={300} onInput={(event) => setReason(event.currentTarget.value)} />
      </label>
      <div class="verdicts">
        {verbs.map((verb) => (
          <button
            key={verb}
            type="button"
            class="second"
            disabled={reason.trim() === ''}
            onClick={() => onSay(verb, reason.trim())}
          >
            {t(`films.${verb}`)}
          </button>
        ))}
      </div>
    </form>
  )
}
