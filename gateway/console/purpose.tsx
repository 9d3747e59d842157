/** Why somebody looks: asked once a login, kept in this tab, sent along with every look. */
import { useState } from 'preact/hooks'
import type { StringKey } from './strings.ts'
import { useWords } from './words.ts'

const STORED = 'lushao.purpose'
const PURPOSES = ['review', 'legal', 'hotline', 'audit', 'setup'] as const

export function usePurpose(): [purpose: string, choose: (purpose: string) => void] {
  const [purpose, setPurpose] = useState(() => sessionStorage.getItem(STORED) ?? '')
  const choose = (chosen: string) => {
    sessionStorage.setItem(STORED, chosen)
    setPurpose(chosen)
  }
  return [purpose, choose]
}

export function PurposeForm({ onChosen }: { onChosen: (purpose: string) => void }) {
  const { t } = useWords()
  return (
    <form
      class="purpose"
      onSubmit={(event) => {
        event.preventDefault()
        onChosen(String(new FormData(event.currentTarget).get('purpose')))
      }}
    >
      <fieldset>
        <legend>{t('purpose.title')}</legend>
        <p class="hint">{t('purpose.why')}</p>
        {PURPOSES.map((purpose, place) => (
          <label key={purpose} class="choice">
            <input type="radio" name="purpose" value={purpose} defaultChecked={place === 0} />
            {t(`purpose.${purpose}` as StringKey)}
          </label>
        ))}
      </fieldset>
      <button type="submit" class="primary">
        {t('purpose.submit')}
      </button>
    </form>
  )
}
