/** One line: how much evidence the platform is still owed, for how long, and why nothing moves. */
import { useEffect, useState } from 'preact/hooks'
import type { DeliveryView } from '../http/views.ts'
import type { Api } from './api.ts'
import { lengthOf, useWords } from './words.ts'

const ASK_MS = 15_000

export function DeliveryLine({ api }: { api: Api }) {
  const { t, language } = useWords()
  const [view, setView] = useState<DeliveryView | null>(null)
  useEffect(() => {
    // An older answer stands until there is a newer one; the feed says when the box is gone.
    const ask = () =>
      void api.delivery().then(
        ({ delivery }) => setView(delivery),
        () => {},
      )
    ask()
    const timer = setInterval(ask, ASK_MS)
    return () => clearInterval(timer)
  }, [])
  if (view === null) return null
  const { way, owed, oldestOwedSec, partly, delivered, refused, trouble } = view
  const ill = trouble !== null || refused > 0
  return (
    <p class={`delivery ${ill ? 'ill' : ''}`} role="status">
      {t(`owed.${way}`)} · {t('owed.owed')} {owed}
      {owed > 0 && ` (${t('owed.oldest')} ${lengthOf(oldestOwedSec, language)})`} · {t('owed.partly')}{' '}
      {partly} · {t('owed.delivered')} {delivered}
      {refused > 0 && ` · ${t('owed.refused')} ${refused}`}
      {trouble !== null && ` · ${trouble}`}
    </p>
  )
}
