/** Says that somebody was already spoken to about an alert; nothing while nobody was. */
import type { ShownAlert } from '../http/shown-alerts.ts'
import { momentOf, useWords } from './words.ts'

interface MarkProps {
  readonly notices: ShownAlert['notices']
}

export function NoticeMark({ notices }: MarkProps) {
  const { t } = useWords()
  if (notices === null) return null
  return <span class="noticed">{t('noticed.count', { count: String(notices.count) })}</span>
}

/** With the time, where there is room for it. */
export function LastNotice({ notices }: MarkProps) {
  const { t } = useWords()
  if (notices === null) return null
  return (
    <p class="last-notice">
      <NoticeMark notices={notices} /> {t('noticed.last', { time: momentOf(notices.lastAt) })}
    </p>
  )
}
