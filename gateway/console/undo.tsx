/** One's own verdict of a moment ago, taken back by a record of its own. The box has the last word. */
import type { ShownAlert } from '../http/shown-alerts.ts'
import { useWords } from './words.ts'

/** What was decided on this page, by event id. */
const given = new Set<string>()

export function noted<Answer extends { readonly alert: ShownAlert }>(answer: Answer): Answer {
  given.add(answer.alert.eventId)
  return answer
}

export const mayUndo = ({ eventId, state }: ShownAlert): boolean =>
  given.has(eventId) && (state === 'VERIFIED' || state === 'REJECTED')

interface UndoProps {
  readonly state: ShownAlert['state']
  readonly keysOn: boolean
  readonly onUndo: () => void
}

export function Undo({ state, keysOn, onUndo }: UndoProps) {
  const { t, term } = useWords()
  return (
    <>
      <p role="status">{term('undo', state)}</p>
      <div class="verdicts">
        <button type="button" class="second" aria-keyshortcuts="u" onClick={onUndo}>
          {t('undo.button')} {keysOn && <kbd>U</kbd>}
        </button>
        <p class="hint">{t('undo.why')}</p>
      </div>
    </>
  )
}
