/** A drawing on its way: what the loader says as it is drawn, what would change, and the proposal to a second person. */
import { useEffect, useState } from 'preact/hooks'
import type { ConfigCheck } from '../http/place-views.ts'
import { Notice } from './notice.tsx'
import { DiffLines } from './place-diff.tsx'
import type { Owner } from './place-shapes.ts'
import type { Drawn, PlacesApi } from './places-api.ts'
import { useWords } from './words.ts'

const CHECK_AFTER_MS = 600

/** What the loader says, a moment after the last step. */
export function useCheck(api: PlacesApi, drawn: Drawn, isChanged: boolean) {
  const [check, setCheck] = useState<ConfigCheck | null>(null)
  const [error, setError] = useState<unknown>(null)
  useEffect(() => {
    setCheck(null)
    setError(null)
    if (!isChanged) return
    let isNewest = true
    const timer = setTimeout(() => {
      api.check(drawn).then(
        (said) => isNewest && setCheck(said),
        (refused) => isNewest && setError(refused),
      )
    }, CHECK_AFTER_MS)
    return () => {
      isNewest = false
      clearTimeout(timer)
    }
  }, [drawn, isChanged])
  return { check, error }
}

interface CheckedProps {
  readonly check: ConfigCheck | null
  readonly error: unknown
  readonly isChanged: boolean
  readonly ownerOf: (path: string | null) => Owner | null
  readonly onChoose: (owner: Owner) => void
  readonly onReload: () => void
}

export function Checked({ check, error, isChanged, ownerOf, onChoose, onReload }: CheckedProps) {
  const { t, language } = useWords()
  const said = check === null ? 'check.working' : check.faults.length === 0 ? 'check.good' : null
  return (
    <section class="checked" aria-label={t('check.title')}>
      <h3>{t('check.title')}</h3>
      <div role="status">
        {!isChanged && <p class="hint">{t('check.same')}</p>}
        {isChanged && !error && said && <p class={check === null ? 'hint' : 'good'}>{t(said)}</p>}
        <ul class="lines">
          {check?.faults.map((fault) => {
            const owner = ownerOf(fault.path)
            return (
              <li key={`${fault.code} ${fault.path}`} class="fault">
                {owner === null ? (
                  fault[language]
                ) : (
                  <button type="button" class="plain" onClick={() => onChoose(owner)}>
                    {fault[language]}
                  </button>
                )}
              </li>
            )
          })}
          {check?.warnings.map((warning) => (
            <li key={`${warning.code} ${warning.path}`} class="hint">
              {warning[language]}
            </li>
          ))}
        </ul>
      </div>
      <Notice error={error} />
      {error !== null && (
        <button type="button" class="quiet" onClick={onReload}>
          {t('propose.stale')}
        </button>
      )}
      {check && check.diff.length > 0 && <DiffLines label={t('check.diff')} diff={check.diff} />}
    </section>
  )
}

export function Propose({ api, drawn, mayPropose }: { api: PlacesApi; drawn: Drawn; mayPropose: boolean }) {
  const { t } = useWords()
  const [done, setDone] = useState<number | null>(null)
  const [error, setError] = useState<unknown>(null)
  return (
    <form
      class="propose"
      aria-label={t('propose.title')}
      onSubmit={(event) => {
        event.preventDefault()
        setError(null)
        const reason = String(new FormData(event.currentTarget).get('reason'))
        api.propose({ ...drawn, reason }).then(({ proposal }) => setDone(proposal), setError)
      }}
    >
      <h3>{t('propose.title')}</h3>
      <ProposeEnd
        mayPropose={mayPropose}
        done={done === null ? null : t('propose.done', { proposal: String(done) })}
        error={error}
      />
    </form>
  )
}

interface EndProps {
  readonly mayPropose: boolean
  /** What to say when it was proposed. */
  readonly done: string | null
  readonly error: unknown
}

/** The end of a form that proposes: why, the button, and what became of it. */
export function ProposeEnd({ mayPropose, done, error }: EndProps) {
  const { t } = useWords()
  return (
    <>
      <label class="field">
        <span>{t('propose.reason')}</span>
        <input type="text" name="reason" required minLength={2} maxLength={300} autocomplete="off" />
      </label>
      <button type="submit" class="primary" disabled={!mayPropose}>
        {t('propose.submit')}
      </button>
      {done !== null && (
        <p class="once" role="status">
          {done}
        </p>
      )}
      <Notice error={error} />
    </>
  )
}
