/** One's own account: the password, and the second factor of the login. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Api, Me } from './api.ts'
import { Field } from './field.tsx'
import { Notice } from './notice.tsx'
import { SecondFactor } from './second-factor.tsx'
import { useWords } from './words.ts'

interface AccountProps {
  readonly api: Api
  readonly me: Me
  readonly onMe: (me: Me) => void
  readonly onClose: () => void
}

export function MyAccount({ api, me, onMe, onClose }: AccountProps) {
  const { t } = useWords()
  const dialog = useRef<HTMLDialogElement>(null)
  const [shown, setShown] = useState(0)
  useEffect(() => dialog.current?.showModal(), [])
  const changed = () => {
    setShown(shown + 1)
    api.me().then(onMe, onClose)
  }
  return (
    <dialog ref={dialog} class="live my-account" aria-label={t('me.title')} onClose={onClose}>
      <header>
        <h2>
          {t('me.title')} · {me.name}
        </h2>
        <button type="button" class="quiet" onClick={() => dialog.current?.close()}>
          {t('close')} <kbd>Esc</kbd>
        </button>
      </header>
      <SecondFactor key={shown} api={api} me={me} onChanged={changed} />
      <OwnPassword api={api} onMe={onMe} />
    </dialog>
  )
}

function OwnPassword({ api, onMe }: Pick<AccountProps, 'api' | 'onMe'>) {
  const { t } = useWords()
  const [error, setError] = useState<unknown>(null)
  const [isChanged, setChanged] = useState(false)
  const submit = (form: FormData) => {
    const [password, next, again] = ['own-password', 'own-next', 'own-again'].map((name) =>
      String(form.get(name)),
    )
    setChanged(false)
    if (next !== again) return setError(t('password.differ'))
    setError(null)
    api.changePassword(password!, next!).then((me) => {
      setChanged(true)
      onMe(me)
    }, setError)
  }
  return (
    <section class="factor" aria-label={t('me.password')}>
      <h2>{t('me.password')}</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          submit(new FormData(event.currentTarget))
        }}
      >
        <Field name="own-password" label={t('login.password')} autocomplete="current-password" secret />
        <Field name="own-next" label={t('password.next')} autocomplete="new-password" secret />
        <Field name="own-again" label={t('password.again')} autocomplete="new-password" secret />
        <button type="submit" class="quiet">
          {t('me.password')}
        </button>
      </form>
      {isChanged && <p role="status">{t('me.changed')}</p>}
      <Notice error={error} />
    </section>
  )
}
