/** Body-cam recordings of an alert: what the box links or suggests and why, and a person's word on it. */
import { useEffect, useState } from 'preact/hooks'
import type { AlertRecord } from '../alerts/desk.ts'
import type { FilmLinkView } from '../http/routes/films.ts'
import type { Api, Me } from './api.ts'
import { LinkFit } from './link-fit.tsx'
import { Notice } from './notice.tsx'
import { SayForm } from './say-form.tsx'
import { clockOf, momentOf, timeOf, useWords } from './words.ts'

const SHOWN = ['LINKED', 'SUGGESTED', 'UNLINKED']

interface FilmsProps {
  readonly api: Api
  readonly me: Me
  readonly alert: AlertRecord
  readonly onOpen: (recordingId: string) => void
}

export function AlertFilms({ api, me, alert, onOpen }: FilmsProps) {
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
            onOpen={onOpen}
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
  readonly onOpen: (recordingId: string) => void
  readonly onSay: ((verb: 'link' | 'unlink', reason: string) => void) | null
}

function FilmItem({ link, filmed, onOpen, onSay }: ItemProps) {
  const { t, term } = useWords()
  const { recordingId, state, from, to } = link
  return (
    <li>
      <span class={`state ${state}`}>{term('link', state)}</span>
      <button type="button" class="plain object" onClick={() => onOpen(recordingId)}>
        {t('films.open')}
      </button>
      <time>
        {momentOf(from)} – {timeOf(to)}
      </time>
      {filmed !== undefined && (
        <span class="told">
          {t('films.part', { from: clockOf(filmed.fromSec), to: clockOf(filmed.toSec) })} ·{' '}
          {term('worth', filmed.evidenceCap)} {filmed.capReasons.map((cap) => term('cap', cap)).join(' · ')}
        </span>
      )}
      <LinkFit link={link} />
      {onSay !== null && <SayForm state={state} onSay={onSay} />}
    </li>
  )
}
