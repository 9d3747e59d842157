/** A page that few open: its code is fetched when it is first shown. */
import type { FunctionComponent } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { useWords } from './words.ts'

interface LaterProps<T> {
  readonly load: () => Promise<FunctionComponent<T>>
  readonly parts: T
}

export function Later<T extends object>({ load, parts }: LaterProps<T>) {
  const { t } = useWords()
  const [page, setPage] = useState<{ readonly Page: FunctionComponent<T> } | null>(null)
  const [isLost, setLost] = useState(false)
  const ask = () => {
    setLost(false)
    load().then(
      (Page) => setPage({ Page }),
      () => setLost(true),
    )
  }
  useEffect(ask, [])
  if (isLost) {
    return (
      <p class="waiting" role="alert">
        {t('later.lost')}{' '}
        <button type="button" class="second" onClick={ask}>
          {t('retry')}
        </button>
      </p>
    )
  }
  return page === null ? <p class="waiting">{t('loading')}</p> : <page.Page {...parts} />
}
