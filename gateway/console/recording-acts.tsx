/** Acts that a recording may show: linked, suggested or withdrawn, how well they fit and why, and a person's word on each. */
import { useState } from 'preact/hooks'
import type { FilmLinkView } from '../http/routes/films.ts'
import type { Api, Me } from './api.ts'
import { LinkFit } from './link-fit.tsx'
import { Notice } from './notice.tsx'
import type { Seek } from './recording-player.tsx'
import type { RecordingRow } from './recording-row.ts'
import { SayForm } from './say-form.tsx'
import { clockOf, momentOf, timeOf, useWords } from './words.ts'

const SHOWN = ['LINKED', 'SUGGESTED', 'UNLINKED']

interface ActsProps {
  readonly api: Api
  readonly me: Me
  readonly links: readonly FilmLinkView[]
  readonly recording: RecordingRow
  readonly seek: { readonly current: Seek | null }
  readonly onSaid: () => void
  readonly onOpenAlert: (eventId: string) => void
}

export function RecordingActs({ api, me, links, recording, seek, onSaid, onOpenAlert }: ActsProps) {
  const { t } = useWords()
  const [error, setError] = useState<unknown>(null)
  const shown = links.filter(({ state }) => SHOWN.includes(state))
  const say = ({ eventId, recordingId }: FilmLinkView, verb: 'link' | 'unlink', reason: string) => {
    setError(null)
    api.sayFilm(eventId, recordingId, verb, reason).then(onSaid, setError)
  }
  const mayLink = me.permissions.includes('recordings:link')
  return (
    <section aria-labelledby="acts-title">
      <h3 id="acts-title">{t('acts.title')}</h3>
      {shown.length === 0 && <p class="hint">{t('acts.empty')}</p>}
      <ol class="history">
        {shown.map((link) => (
          <ActItem
            key={`${link.eventId} ${link.state}`}
            link={link}
            startMs={Date.parse(recording.startAt)}
            onSeek={(sec) => seek.current?.(sec)}
            onOpen={() => onOpenAlert(link.eventId)}
            onSay={mayLink ? (verb, reason) => say(link, verb, reason) : null}
          />
        ))}
      </ol>
      {shown.some(({ state }) => state === 'SUGGESTED') && <p class="hint">{t('films.suggested')}</p>}
      <Notice error={error} />
    </section>
  )
}

interface ItemProps {
  readonly link: FilmLinkView
  readonly startMs: number
  readonly onSeek: Seek
  readonly onOpen: () => void
  readonly onSay: ((verb: 'link' | 'unlink', reason: string) => void) | null
}

function ActItem({ link, startMs, onSeek, onOpen, onSay }: ItemProps) {
  const { t, term } = useWords()
  const { state, from, to } = link
  const [fromSec, toSec] = [from, to].map((time) => Math.max(0, (Date.parse(time) - startMs) / 1000))
  return (
    <li>
      <span class={`state ${state}`}>{term('link', state)}</span>
      <time>
        {momentOf(from)} – {timeOf(to)}
      </time>
      <span class="told">
        <button type="button" class="plain" onClick={onOpen}>
          {t('acts.open')}
        </button>
        <button type="button" class="plain" onClick={() => onSeek(fromSec!)}>
          {t('films.part', { from: clockOf(fromSec!), to: clockOf(toSec!) })}
        </button>
      </span>
      <LinkFit link={link} />
      {onSay !== null && <SayForm state={state} onSay={onSay} />}
    </li>
  )
}
