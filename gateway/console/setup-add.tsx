/** A camera more: its address asked, settings suggested by what was measured, proposed to a second person. */
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { ConfigCheck } from '../http/place-views.ts'
import type { CameraProbe, CameraWish } from '../http/setup-views.ts'
import { Notice } from './notice.tsx'
import { Checked, ProposeEnd } from './place-proposal.tsx'
import type { Question, Settings, SetupApi, ShownSetup } from './setup-api.ts'
import { ProbeResult, SettingsFields } from './setup-probe.tsx'
import { useWords } from './words.ts'

interface AddProps {
  readonly api: SetupApi
  readonly setup: ShownSetup
  readonly purpose: string
  readonly onRefused: (error: unknown) => void
}
const CHECK_AFTER_MS = 600

export function AddCamera({ api, setup, purpose, onRefused }: AddProps) {
  const { t } = useWords()
  const [asked, setAsked] = useState<Question | null>(null)
  const [probe, setProbe] = useState<CameraProbe | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const ask = (question: Question) => {
    setBusy(true)
    setError(null)
    setProbe(null)
    setAsked(null)
    api
      .probe(question, purpose)
      .then(
        ({ probe: found }) => {
          setAsked(question)
          setProbe(found)
        },
        (refused) => {
          setError(refused)
          onRefused(refused)
        },
      )
      .finally(() => setBusy(false))
  }
  return (
    <div class="add-camera">
      <AddressForm isBusy={isBusy} onAsk={ask} />
      <p role="status" class="hint">
        {isBusy ? t('setup.probing') : probe === null && error === null ? t('setup.probeFirst') : ''}
      </p>
      <Notice error={error} />
      {probe && asked && <ProbeResult probe={probe} />}
      {probe && asked && (
        <SettingsForm key={`${asked.url} ${setup.version}`} {...{ api, setup, asked, probe }} />
      )}
    </div>
  )
}

function AddressForm({ isBusy, onAsk }: { isBusy: boolean; onAsk: (question: Question) => void }) {
  const { t } = useWords()
  return (
    <form
      class="change address"
      aria-label={t('setup.probeTitle')}
      onSubmit={(event) => {
        event.preventDefault()
        const said = new FormData(event.currentTarget)
        const [url, user, password] = ['url', 'user', 'password'].map((name) => String(said.get(name) ?? ''))
        const login = user === '' ? null : { user: user!, password: password! }
        onAsk({ url: url!.trim(), login, transport: said.get('transport') === 'udp' ? 'udp' : 'tcp' })
      }}
    >
      <h3>{t('setup.probeTitle')}</h3>
      <label class="field">
        <span>{t('setup.url')}</span>
        <input
          type="text"
          name="url"
          required
          placeholder="rtsp://10.0.0.11:554/main"
          autocomplete="off"
          spellcheck={false}
        />
      </label>
      <div class="inline">
        <label class="field">
          <span>{t('setup.user')}</span>
          <input type="text" name="user" maxLength={64} autocomplete="off" spellcheck={false} />
        </label>
        <label class="field">
          <span>{t('setup.password')}</span>
          <input type="password" name="password" maxLength={128} autocomplete="new-password" />
        </label>
        <label class="field">
          <span>{t('setup.transport')}</span>
          <select name="transport">
            {['tcp', 'udp'].map((value) => (
              <option key={value} value={value}>
                {value.toUpperCase()}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" class="primary" disabled={isBusy}>
          {t('setup.probe')}
        </button>
      </div>
      <p class="hint">{t('setup.passwordWhy')}</p>
    </form>
  )
}

interface SettingsProps extends Pick<AddProps, 'api' | 'setup'> {
  readonly asked: Question
  readonly probe: CameraProbe
}

function SettingsForm({ api, setup, asked, probe }: SettingsProps) {
  const { t } = useWords()
  const suggested = (setting: string) => probe.suggestions.find((one) => one.setting === setting)?.value ?? ''
  const [settings, setSettings] = useState<Settings>({
    ...{ id: setup.nextId, name: '', address: '', analysisUrl: suggested('analysisUrl') },
    ...{ transport: suggested('transport'), deviceKind: suggested('deviceKind') },
  })
  const wish = useMemo(() => wishOf(settings, asked, setup.version), [settings, asked, setup.version])
  const { check, error } = useCameraCheck(api, wish)
  const [done, setDone] = useState<number | null>(null)
  const [refused, setRefused] = useState<unknown>(null)
  const mayPropose = check !== null && check.faults.length === 0 && done === null
  return (
    <form
      class="change settings-form"
      aria-label={t('setup.settingsTitle')}
      onSubmit={(event) => {
        event.preventDefault()
        setRefused(null)
        const reason = String(new FormData(event.currentTarget).get('reason'))
        api.propose({ ...wish, reason }).then(({ proposal }) => setDone(proposal), setRefused)
      }}
    >
      <h3>{t('setup.settingsTitle')}</h3>
      <p class="hint">{t('setup.settingsWhy')}</p>
      <SettingsFields settings={settings} suggestions={probe.suggestions} onChange={setSettings} />
      <Checked
        {...{ check, error, isChanged: true, ownerOf: () => null }}
        onChoose={() => {}}
        onReload={() => setSettings({ ...settings })}
      />
      <ProposeEnd
        mayPropose={mayPropose}
        done={done === null ? null : t('setup.proposed', { proposal: String(done) })}
        error={refused}
      />
    </form>
  )
}

function wishOf(settings: Settings, { url, login }: Question, version: number): CameraWish {
  const { id, name, address, analysisUrl, transport, deviceKind } = settings
  const kept = { ...(name && { name }), ...(address && { address }), ...(analysisUrl && { analysisUrl }) }
  const chosen = { transport: transport === 'udp' ? 'udp' : 'tcp', deviceKind } as const
  return { version, login, camera: { id, url, ...kept, ...chosen } }
}

/** What the loader says, a moment after the last key. */
function useCameraCheck(api: SetupApi, wish: CameraWish) {
  const [check, setCheck] = useState<ConfigCheck | null>(null)
  const [error, setError] = useState<unknown>(null)
  useEffect(() => {
    setCheck(null)
    setError(null)
    let isNewest = true
    const timer = setTimeout(() => {
      api.check(wish).then(
        (said) => isNewest && setCheck(said),
        (refused) => isNewest && setError(refused),
      )
    }, CHECK_AFTER_MS)
    return () => {
      isNewest = false
      clearTimeout(timer)
    }
  }, [wish])
  return { check, error }
}
