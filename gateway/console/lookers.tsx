/** Who else has the alert open, so that two people do not decide on one. */
import type { Looking } from '../http/presence.ts'
import { timeOf, useWords } from './words.ts'

export function Lookers({ people }: { readonly people: readonly Looking[] }) {
  const { t, language } = useWords()
  const names = people.map(({ name, since }) =>
    t('presence.since', { name, time: timeOf(since).slice(0, 5) }),
  )
  return (
    <p class="lookers" role="status">
      {names.length > 0 && t('presence.also', { names: names.join(language === 'zh' ? '、' : ', ') })}
    </p>
  )
}
