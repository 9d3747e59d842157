/** A word on a link, with a reason: a suggestion is settled either way, a link is withdrawn, what was withdrawn is made again. */
import { useState } from 'preact/hooks'
import { useWords } from './words.ts'

interface SayProps {
  readonly state: string
  readonly onSay: (verb: 'link' | 'unlink', reason: string) => void
}

export function SayForm({ state, onSay }: SayProps) {
  const { t } = useWords()
  const [reason, setReason] = useState('')
  const verbs = (['link', 'unlink'] as const).filter(
    (verb) => state === 'SUGGESTED' || (verb === 'link') === (state === 'UNLINKED'),
  )
  return (
    <form class="told step" onSubmit={(event) => event.preventDefault()}>
      <label class="field">
        <span>{t('films.reason')}</span>
        <input value={reason} maxLength={300} onInput={(event) => setReason(event.currentTarget.value)} />
      </label>
      <div class="verdicts">
        {verbs.map((verb) => (
          <button
            key={verb}
            type="button"
            class="second"
            disabled={reason.trim() === ''}
            onClick={() => onSay(verb, reason.trim())}
          >
            {t(`films.${verb}`)}
          </button>
        ))}
      </div>
    </form>
  )
}
