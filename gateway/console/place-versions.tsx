/** Changes that wait for a second person, and every version that was in force, with the way back to it. */
import { useState } from 'preact/hooks'
import type { ConfigProposal, ConfigVersion } from '../http/place-views.ts'
import type { Me } from './api.ts'
import { Notice } from './notice.tsx'
import { DiffLines } from './place-diff.tsx'
import type { Dated, PlacesApi } from './places-api.ts'
import { useLoaded } from './table-page.tsx'
import { momentOf, useWords } from './words.ts'

interface VersionsProps {
  readonly api: PlacesApi
  readonly me: Me
  readonly onRefused: (error: unknown) => void
}
interface Book {
  readonly proposals: readonly Dated<ConfigProposal>[]
  readonly versions: readonly Dated<ConfigVersion>[]
}

export function PlaceVersions({ api, me, onRefused }: VersionsProps) {
  const { t } = useWords()
  const load = async (): Promise<Book> => ({ ...(await api.proposals()), ...(await api.versions()) })
  const { value, error, reload, refused } = useLoaded<Book>(load, { proposals: [], versions: [] }, onRefused)
  const done = (asked: Promise<unknown>) => void asked.then(reload, refused)
  const mayChange = me.permissions.includes('config:change')
  return (
    <div class="book">
      <Notice error={error} />
      <section aria-label={t('changes.open')}>
        <h3>{t('changes.open')}</h3>
        {value.proposals.length === 0 && <p class="hint">{t('changes.nothing')}</p>}
        {value.proposals.map((proposal) => (
          <Proposal key={proposal.proposal} {...{ api, me, proposal, mayChange, done }} />
        ))}
      </section>
      <section aria-label={t('changes.history')}>
        <h3>{t('changes.history')}</h3>
        {value.versions.map((version, at) => (
          <Version key={version.version} {...{ api, version, mayChange, done }} isInForce={at === 0} />
        ))}
      </section>
    </div>
  )
}

interface ProposalProps {
  readonly api: PlacesApi
  readonly me: Me
  readonly proposal: Dated<ConfigProposal>
  readonly mayChange: boolean
  readonly done: (asked: Promise<unknown>) => void
}

function Proposal({ api, me, proposal: one, mayChange, done }: ProposalProps) {
  const { t, term } = useWords()
  const number = { proposal: String(one.proposal) }
  const isOwn = one.by === me.name
  return (
    <article class={`change ${one.state}`} aria-label={t('changes.proposal', number)}>
      <h4>
        {t('changes.proposal', number)} <span class="state">{term('proposal', one.state)}</span>
      </h4>
      <p>
        {t('changes.by')} <b>{one.by}</b> · {momentOf(one.at)} · {one.reason}
      </p>
      {one.endedBy !== '' && (
        <p>
          {t('changes.endedBy')} <b>{one.endedBy}</b> {one.endReason}
        </p>
      )}
      {one.state === 'OPEN' && <DiffLines label={t('changes.diff')} diff={one.diff} />}
      {one.state === 'OPEN' && mayChange && (
        <form
          class="inline"
          onSubmit={(event) => {
            event.preventDefault()
            done(api.end(one.proposal, String(new FormData(event.currentTarget).get('reason'))))
          }}
        >
          {isOwn ? (
            <p class="hint">{t('changes.second')}</p>
          ) : (
            <button type="button" class="primary" onClick={() => done(api.approve(one.proposal))}>
              {t('changes.approve', number)}
            </button>
          )}
          <label class="field">
            <span>{t('changes.why')}</span>
            <input type="text" name="reason" required minLength={2} maxLength={300} autocomplete="off" />
          </label>
          <button type="submit" class="second">
            {t(isOwn ? 'changes.withdraw' : 'changes.refuse', number)}
          </button>
        </form>
      )}
    </article>
  )
}

interface VersionProps {
  readonly api: PlacesApi
  readonly version: Dated<ConfigVersion>
  readonly isInForce: boolean
  readonly mayChange: boolean
  readonly done: (asked: Promise<unknown>) => void
}

function Version({ api, version: one, isInForce, mayChange, done }: VersionProps) {
  const { t, term } = useWords()
  const [isShown, setShown] = useState(isInForce && one.source !== 'FILE')
  const number = { version: String(one.version) }
  return (
    <article class="change" aria-label={t('changes.version', number)}>
      <h4>
        {t('changes.version', number)}{' '}
        <span class="state">{isInForce ? t('changes.inForce') : term('versionSource', one.source)}</span>
      </h4>
      <p>
        {t('changes.by')} <b>{one.by}</b>
        {one.approvedBy !== '' && ` · ${t('changes.approvedBy')} ${one.approvedBy}`} · {momentOf(one.at)}{' '}
        {one.reason}
      </p>
      <details open={isShown} onToggle={(event) => setShown(event.currentTarget.open)}>
        <summary>{t('changes.diff')}</summary>
        {isShown && one.diff.length > 0 && <DiffLines label={t('changes.diff')} diff={one.diff} />}
        {isShown && one.diff.length === 0 && <p class="hint">{t('changes.noDiff')}</p>}
      </details>
      {!isInForce && mayChange && (
        <form
          class="inline"
          onSubmit={(event) => {
            event.preventDefault()
            const reason = String(new FormData(event.currentTarget).get('reason'))
            done(api.propose({ rollbackTo: one.version, reason }))
          }}
        >
          <label class="field">
            <span>{t('changes.why')}</span>
            <input type="text" name="reason" required minLength={2} maxLength={300} autocomplete="off" />
          </label>
          <button type="submit" class="quiet">
            {t('changes.back', number)}
          </button>
        </form>
      )}
    </article>
  )
}
