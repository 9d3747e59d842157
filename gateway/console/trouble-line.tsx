/** What is not as it should be although the box works on: little room, a list of people that was not synced in time. */
import { useEffect, useState } from 'preact/hooks'
import type { Api } from './api.ts'
import { momentOf, useWords } from './words.ts'

const ASK_MS = 30_000

export function TroubleLine({ api }: { api: Api }) {
  const { t, term } = useWords()
  const [troubles, setTroubles] = useState<readonly { code: string; since: string }[]>([])
  useEffect(() => {
    // An older answer stands until there is a newer one; the feed says when the box is gone.
    const ask = () =>
      void api.degraded().then(
        ({ degraded }) => setTroubles(degraded),
        () => {},
      )
    ask()
    const timer = setInterval(ask, ASK_MS)
    return () => clearInterval(timer)
  }, [])
  return (
    <div role="status">
      {troubles.map(({ code, since }) => (
        <p class="delivery ill" key={code}>
          {t('degraded.since', { what: term('degraded', code), since: momentOf(since) })}
        </p>
      ))}
    </div>
  )
}
