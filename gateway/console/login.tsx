/** The door: name and password, and the change of a one-time password. */
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { type Api, type Me, Refusal } from './api.ts'
import { Field } from './field.tsx'
import { LanguageButton } from './language-button.tsx'
import { Notice } from './notice.tsx'
import { SecondFactor } from './second-factor.tsx'
import { useWords } from './words.ts'

interface DoorProps {
  readonly api: Api
  readonly onDone: (me: Me) => void
  readonly switchLanguage: () => void
}

export function Login({ api, onDone, switchLanguage }: DoorProps) {
  const { t } = useWords()
  const { error, busy, attempt } = useAttempt(onDone)
  const [asksCode, setAsksCode] = useState(false)
  const submit = (form: FormData) => {
    const code = String(form.get('code') ?? '').trim()
    const login = api.login(String(form.get('name')), String(form.get('password')), code)
    login.catch((refusal) => isCodeAsked(refusal) && setAsksCode(true))
    return attempt(() => login)
  }
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
      {asksCode && <Field name="code" label={t('login.code')} autocomplete="one-time-code" isFirst />}
      <button type="submit" class="primary" disabled={busy}>
        {t('login.submit')}
      </button>
      <p class="hint">{t('login.first')}</p>
    </Door>
  )
}

const isCodeAsked = (refusal: unknown) =>
  refusal instanceof Refusal && refusal.body.code === 'SECOND_FACTOR_NEEDED'

/** Nothing else is shown until it is set up. */
export function SecondFactorDue({
  api,
  me,
  onDone,
  switchLanguage,
}: {
  readonly api: Api
  readonly me: Me
  readonly onDone: () => void
  readonly switchLanguage: () => void
}) {
  return (
    <main class="door">
      <DoorHead switchLanguage={switchLanguage} />
      <SecondFactor api={api} me={me} onChanged={onDone} />
    </main>
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

function DoorHead({ switchLanguage }: Pick<FrameProps, 'switchLanguage'>) {
  const { t } = useWords()
  return (
    <div class="door-head">
      <span class="mark" aria-hidden="true" />
      <div>
        <h1>{t('app.name')}</h1>
        <p>{t('app.about')}</p>
      </div>
      <LanguageButton onClick={switchLanguage} />
    </div>
  )
}

function Door({ title, error, busy, onSubmit, switchLanguage, children }: FrameProps) {
  const { t } = useWords()
  return (
    <main class="door">
      <DoorHead switchLanguage={switchLanguage} />
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
