/** What was measured of a camera, and the settings that follow from it, each with its reason. */
import type { CameraProbe, Suggestion } from '../http/setup-views.ts'
import type { Settings } from './setup-api.ts'
import type { StringKey } from './strings.ts'
import { useWords } from './words.ts'

export function ProbeResult({ probe }: { readonly probe: CameraProbe }) {
  const { t, language } = useWords()
  const { host, codec, width, height, fps, kbps, gopSec, gopIsLonger, seconds, audio, notes, picture } = probe
  const facts: readonly (readonly [StringKey, string])[] = [
    ['setup.codec', codec === 'h264' ? 'H.264' : 'H.265'],
    ['setup.size', `${width}×${height}`],
    ['setup.fps', fps.toFixed(fps < 10 ? 1 : 0)],
    ['setup.gop', t(gopIsLonger ? 'setup.gopLonger' : 'setup.sec', { sec: gopSec.toFixed(1) })],
    ['setup.kbps', kbps >= 1_000 ? `${(kbps / 1_000).toFixed(1)} Mb/s` : `${kbps.toFixed(0)} kb/s`],
    ['setup.audio', audio ?? t('setup.noAudio')],
    ['setup.measured', t('setup.sec', { sec: seconds.toFixed(1) })],
  ]
  return (
    <section class="change probed" aria-label={t('setup.probed')}>
      <h3>{t('setup.probed')}</h3>
      <div class="sides">
        {picture === null ? (
          <p class="hint">{t('setup.noPicture')}</p>
        ) : (
          <img src={`data:image/jpeg;base64,${picture}`} alt={t('setup.picture', { host })} />
        )}
        <div>
          <dl class="measured">
            {facts.map(([name, value]) => (
              <div key={name}>
                <dt>{t(name)}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          {notes.length === 0 && <p class="good">{t('setup.probedGood')}</p>}
          <ul class="lines">
            {notes.map((note) => (
              <li key={note.code} class="notice">
                {note[language]}
              </li>
            ))}
          </ul>
        </div>
      </div>
    </section>
  )
}

interface FieldsProps {
  readonly settings: Settings
  readonly suggestions: readonly Suggestion[]
  readonly onChange: (settings: Settings) => void
}

const TEXTS = [
  ['id', 'setup.id', 64],
  ['name', 'setup.name', 80],
  ['address', 'setup.place', 200],
  ['analysisUrl', 'setup.analysisUrl', 1_000],
] as const
const CHOICES = [
  ['transport', 'setup.transport', ['tcp', 'udp']],
  ['deviceKind', 'setup.deviceKind', ['FIXED', 'PTZ', 'VEHICLE', 'UAV']],
] as const

export function SettingsFields({ settings, suggestions, onChange }: FieldsProps) {
  const { t, term } = useWords()
  const why = (setting: string) => {
    const found = suggestions.find((one) => one.setting === setting)
    if (found === undefined) return null
    const said = t(`suggestion.${found.reason}`, { shown: found.shown })
    return (
      <small class="why" id={`why-${setting}`}>
        {said}
      </small>
    )
  }
  const described = (setting: string) =>
    suggestions.some((one) => one.setting === setting) ? { 'aria-describedby': `why-${setting}` } : {}
  return (
    <div class="fields">
      {TEXTS.map(([name, word, max]) => (
        <div key={name}>
          <label class="field">
            <span>{t(word)}</span>
            <input
              type="text"
              name={name}
              value={settings[name]}
              maxLength={max}
              required={name === 'id'}
              autocomplete="off"
              {...described(name)}
              onInput={(event) => onChange({ ...settings, [name]: event.currentTarget.value })}
            />
          </label>
          {why(name)}
        </div>
      ))}
      {CHOICES.map(([name, word, values]) => (
        <div key={name}>
          <label class="field">
            <span>{t(word)}</span>
            <select
              name={`set-${name}`}
              value={settings[name]}
              {...described(name)}
              onChange={(event) => onChange({ ...settings, [name]: event.currentTarget.value })}
            >
              {values.map((value) => (
                <option key={value} value={value}>
                  {name === 'transport' ? value.toUpperCase() : term('deviceKind', value)}
                </option>
              ))}
            </select>
          </label>
          {why(name)}
        </div>
      ))}
    </div>
  )
}
