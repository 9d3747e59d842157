/** The door: name and password, and the change of a one-time password. */
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { Api, Me } from './api.ts'
import { LanguageButton } from './language-button.tsx'
import { Notice } from './notice.tsx'
import { useWords } from './words.ts'

interface DoorProps {
  readonly api: Api
  readonly onDone: (me: Me) => void
  readonly switchLanguage: () => void
}

export function Login({ api, onDone, switchLanguage }: DoorProps) {
  const { t } = useWords()
  const { error, busy, attempt } = useAttempt(onDone)
  const submit = (form: FormData) =>
    attempt(() => api.login(String(form.get('name')), String(form.get('password'))))
  return (
    <Door
      title={t('login.title')}
      error={error}
      busy={busy}
      onSubmit={submit}
      switchLanguage={switchLanguage}
    >
      <Field name="name" label={t('login.name')} autocomplete="username" />
      <Field name="password" label={t('login.password')} autocomplete="current-password" secret />
      <button type="submit" class="primary" disabled={busy}>
        {t('login.submit')}
      </button>
    </Door>
  )
}

export function PasswordChange({ api, onDone, switchLanguage }: DoorProps) {
  const { t } = useWords()
  const { error, busy, attempt, refuse } = useAttempt(onDone)
  const submit = (form: FormData) => {
    const [password, next, again] = ['password', 'next', 'again'].map((name) => String(form.get(name)))
    if (next !== again) refuse(t('password.differ'))
    else void attempt(() => api.changePassword(password ?? '', next ?? ''))
  }
  return (
    <Door
      title={t('password.title')}
      error={error}
      busy={busy}
      onSubmit={submit}
      switchLanguage={switchLanguage}
    >
      <p class="hint">{t('password.why')}</p>
      <Field name="password" label={t('password.current')} autocomplete="current-password" secret />
      <Field name="next" label={t('password.next')} autocomplete="new-password" secret />
      <Field name="again" label={t('password.again')} autocomplete="new-password" secret />
      <button type="submit" class="primary" disabled={busy}>
        {t('password.submit')}
      </button>
    </Door>
  )
}

function useAttempt(onDone: (me: Me) => void) {
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const attempt = async (work: () => Promise<Me>) => {
    setBusy(true)
    setError(null)
    try {
      onDone(await work())
    } catch (refusal) {
      setError(refusal) // Shown to the person, who can try again.
      setBusy(false)
    }
  }
  return { error, busy, attempt, refuse: setError }
}

interface FrameProps {
  readonly title: string
  readonly error: unknown
  readonly busy: boolean
  readonly onSubmit: (form: FormData) => void
  readonly switchLanguage: () => void
  readonly children: ComponentChildren
}

function Door({ title, error, busy, onSubmit, switchLanguage, children }: FrameProps) {
  const { t } = useWords()
  return (
    <main class="door">
      <div class="door-head">
        <span class="mark" aria-hidden="true" />
        <div>
          <h1>{t('app.name')}</h1>
          <p>{t('app.about')}</p>
        </div>
        <LanguageButton onClick={switchLanguage} />
      </div>
      <form
        aria-busy={busy}
        onSubmit={(event) => {
          event.preventDefault()
          onSubmit(new FormData(event.currentTarget))
        }}
      >
        <h2>{title}</h2>
        {children}
        <Notice error={error} />
      </form>
      <p class="hint">{t('app.suspects')}</p>
    </main>
  )
}

interface FieldProps {
  readonly name: string
  readonly label: string
  readonly autocomplete: 'username' | 'current-password' | 'new-password'
  readonly secret?: boolean
}

function Field(props: FieldProps) {
  const { name, label, autocomplete, secret = false } = props
  const asked = { id: name, name, autocomplete, required: true }
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {secret ? <input {...asked} type="password" /> : <input {...asked} type="text" />}
    </div>
  )
}
