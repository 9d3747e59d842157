/**
 * The second factor of one's own login: set up, confirmed by a code, turned off.
 *
 *     password ─▶ QR code and secret ─▶ six digits ─▶ recovery codes, once ─▶ on ─▶ off by password and code
 */
import { useState } from 'preact/hooks'
import type { Api, Me } from './api.ts'
import { Field } from './field.tsx'
import { Notice } from './notice.tsx'
import { useWords } from './words.ts'

interface FactorProps {
  readonly api: Api
  readonly me: Me
  /** It was turned on, and the codes are kept; or it was turned off. */
  readonly onChanged: () => void
}

interface Started {
  readonly secret: string
  readonly qr: string
}

export function SecondFactor({ api, me, onChanged }: FactorProps) {
  const { t } = useWords()
  const [started, setStarted] = useState<Started | null>(null)
  const [codes, setCodes] = useState<readonly string[] | null>(null)
  const [error, setError] = useState<unknown>(null)
  const tried = <T,>(work: Promise<T>, done: (value: T) => void) => {
    setError(null)
    work.then(done, setError)
  }
  return (
    <section class="factor" aria-label={t('factor.title')}>
      <h2>{t('factor.title')}</h2>
      {codes !== null ? (
        <RecoveryCodes codes={codes} onKept={onChanged} />
      ) : started !== null ? (
        <Confirm
          started={started}
          onCode={(code) =>
            tried(api.confirmSecondFactor(code), ({ recoveryCodes }) => setCodes(recoveryCodes))
          }
        />
      ) : me.secondFactor ? (
        <Off
          left={me.recoveryCodesLeft}
          onOff={(password, code) => tried(api.endSecondFactor(password, code), onChanged)}
        />
      ) : (
        <Begin
          isDue={me.secondFactorDue}
          onBegin={(password) => tried(api.beginSecondFactor(password), setStarted)}
        />
      )}
      <Notice error={error} />
    </section>
  )
}

const submitted = (event: SubmitEvent & { readonly currentTarget: HTMLFormElement }) => {
  event.preventDefault()
  const form = new FormData(event.currentTarget)
  return (name: string) => String(form.get(name) ?? '')
}

function Begin({
  isDue,
  onBegin,
}: {
  readonly isDue: boolean
  readonly onBegin: (password: string) => void
}) {
  const { t } = useWords()
  return (
    <form onSubmit={(event) => onBegin(submitted(event)('factor-password'))}>
      <p class="hint">{t(isDue ? 'factor.due' : 'factor.why')}</p>
      <Field name="factor-password" label={t('login.password')} autocomplete="current-password" secret />
      <button type="submit" class="primary">
        {t('factor.begin')}
      </button>
    </form>
  )
}

function Confirm({
  started,
  onCode,
}: {
  readonly started: Started
  readonly onCode: (code: string) => void
}) {
  const { t } = useWords()
  return (
    <form onSubmit={(event) => onCode(submitted(event)('factor-code'))}>
      <p>{t('factor.scan')}</p>
      <img
        class="factor-qr"
        src={`data:image/svg+xml;utf8,${encodeURIComponent(started.qr)}`}
        alt={t('factor.qr')}
        width="200"
        height="200"
      />
      <p>
        {t('factor.type')} <code class="factor-secret">{started.secret}</code>
      </p>
      <Field name="factor-code" label={t('factor.code')} autocomplete="one-time-code" />
      <button type="submit" class="primary">
        {t('factor.confirm')}
      </button>
    </form>
  )
}

function RecoveryCodes({
  codes,
  onKept,
}: {
  readonly codes: readonly string[]
  readonly onKept: () => void
}) {
  const { t } = useWords()
  return (
    <div class="factor-codes">
      <p class="once" role="status">
        {t('factor.codes')}
      </p>
      <ul>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <button type="button" class="primary" onClick={onKept}>
        {t('factor.kept')}
      </button>
    </div>
  )
}

interface OffProps {
  readonly left: number
  readonly onOff: (password: string, code: string) => void
}

function Off({ left, onOff }: OffProps) {
  const { t } = useWords()
  return (
    <form
      onSubmit={(event) => {
        const said = submitted(event)
        onOff(said('factor-password'), said('factor-code'))
      }}
    >
      <p class="hint">{t('factor.on', { count: String(left) })}</p>
      <Field name="factor-password" label={t('login.password')} autocomplete="current-password" secret />
      <Field name="factor-code" label={t('factor.offCode')} autocomplete="one-time-code" />
      <button type="submit" class="quiet">
        {t('factor.off')}
      </button>
    </form>
  )
}
