/** Whom the reader trusts: keys or fingerprints, keys no longer trusted, hashes kept elsewhere. */
import { useRef } from 'preact/hooks'
import type { Say, StringKey } from './strings.ts'

export interface TrustTexts {
  readonly keys: string
  readonly revoked: string
  readonly anchors: string
  readonly authorities: string
  readonly timestamped: boolean
}

interface TrustFieldsProps {
  readonly texts: TrustTexts
  readonly onChange: (texts: TrustTexts) => void
  readonly t: Say
}

export function TrustFields({ texts, onChange, t }: TrustFieldsProps) {
  const file = useRef<HTMLInputElement>(null)
  const field = (name: Exclude<keyof TrustTexts, 'timestamped'>, label: StringKey, rows: number) => (
    <label>
      {t(label)}
      <textarea
        id={name}
        rows={rows}
        spellcheck={false}
        value={texts[name]}
        onInput={(event) => onChange({ ...texts, [name]: event.currentTarget.value })}
      />
    </label>
  )
  const readKey = async (input: HTMLInputElement) => {
    const read = await Promise.all([...(input.files ?? [])].map((one) => one.text()))
    input.value = ''
    if (read.length > 0) onChange({ ...texts, keys: [texts.keys, ...read].join('\n').trim() })
  }
  return (
    <fieldset class="trust">
      <legend>{t('trustTitle')}</legend>
      <p class="why">{t('trustWhy')}</p>
      {field('keys', 'keys', 3)}
      <button type="button" onClick={() => file.current?.click()}>
        {t('chooseKey')}
      </button>
      <input
        ref={file}
        type="file"
        id="key-file"
        multiple
        hidden
        onChange={(event) => void readKey(event.currentTarget)}
      />
      <details>
        <summary>{t('more')}</summary>
        {field('revoked', 'revoked', 2)}
        {field('authorities', 'authorities', 2)}
        {field('anchors', 'anchors', 2)}
        <label>
          <input
            type="checkbox"
            checked={texts.timestamped}
            onChange={(event) => onChange({ ...texts, timestamped: event.currentTarget.checked })}
          />{' '}
          {t('timestamped')}
        </label>
      </details>
    </fieldset>
  )
}
