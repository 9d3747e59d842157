/**
 * What was said about an alert, what became of it, and a person's own notice.
 *
 *     VERIFIED, PERSISTING ─▶ give notice: by the ladder, or in own words that are checked before they are heard
 */
import { useEffect, useState } from 'preact/hooks'
import type { AlertRecord } from '../alerts/desk.ts'
import type { PersuasionChannel, PersuasionRecord } from '../alerts/persuasion-record.ts'
import type { Api, Me, NoticeWish } from './api.ts'
import { Notice } from './notice.tsx'
import { momentOf, timeOf, useWords } from './words.ts'

const CHANNELS = ['SPEAKER', 'SMS', 'CALL', 'ONSITE'] as const satisfies readonly PersuasionChannel[]
const SPEAK_IN = ['VERIFIED', 'PERSISTING']
const LOOK_IN = ['PERSUADING', 'RECHECKING', 'PERSISTING']

interface NoticesProps {
  readonly api: Api
  readonly me: Me
  readonly alert: AlertRecord
}

export function Notices({ api, me, alert }: NoticesProps) {
  const { t } = useWords()
  const [records, setRecords] = useState<readonly PersuasionRecord[]>([])
  const [asked, setAsked] = useState(0)
  const [error, setError] = useState<unknown>(null)
  useEffect(() => {
    let stale = false
    api.persuasions(alert.eventId).then(
      ({ persuasions }) => stale || setRecords(latestOf(persuasions)),
      (refusal) => stale || setError(refusal),
    )
    return () => {
      stale = true
    }
  }, [alert.eventId, alert.revision, asked])
  const attempt: Attempt = (work) => {
    setError(null)
    work().then(() => setAsked(asked + 1), setError)
  }
  return (
    <section class="panel notices" aria-labelledby="notices-title">
      <h2 id="notices-title">{t('notices.title')}</h2>
      {records.length === 0 ? (
        <p class="hint">{t('notices.none')}</p>
      ) : (
        <ol class="history">
          {records.map((record) => (
            <NoticeItem
              key={record.persuasionId}
              record={record}
              mayListen={me.permissions.includes('persuasions:listen')}
            />
          ))}
        </ol>
      )}
      {me.permissions.includes('alerts:persuade') && <Actions api={api} alert={alert} attempt={attempt} />}
      <Notice error={error} />
    </section>
  )
}

/** What is refused is said below the panel; it can be worded anew. */
type Attempt = (work: () => Promise<unknown>) => void

function Actions({ api, alert, attempt }: { api: Api; alert: AlertRecord; attempt: Attempt }) {
  const { t } = useWords()
  const [looks, setLooks] = useState(false)
  const { eventId, state } = alert
  return (
    <>
      {SPEAK_IN.includes(state) && (
        <NoticeForm onSubmit={(wish) => attempt(() => api.persuade(eventId, wish))} />
      )}
      {LOOK_IN.includes(state) && (
        <button
          type="button"
          class="second"
          onClick={() => attempt(() => api.recheck(eventId).then(() => setLooks(true)))}
        >
          {t('notices.recheck')}
        </button>
      )}
      {looks && <p class="hint">{t('notices.looks')}</p>}
    </>
  )
}

function NoticeItem({ record, mayListen }: { record: PersuasionRecord; mayListen: boolean }) {
  const { t, term } = useWords()
  const { channel, deliveryStatus, reason, text, result, remainingShare, operatorId } = record
  const share = result === 'PARTIAL' && remainingShare !== null ? Math.round(remainingShare * 100) : null
  return (
    <li>
      <span class={`state ${deliveryStatus}`}>
        {term('channel', channel)} · {term('delivery', deliveryStatus)}
      </span>
      <span>{operatorId ?? t('notices.policy')}</span>
      <time>{momentOf(record.endedAt ?? record.requestedAt)}</time>
      {reason !== null && <span class="told">{term('withheld', reason)}</span>}
      <span class="told">{text}</span>
      {record.isOrderToCorrect && <b class="told">{t('notices.order')}</b>}
      {record.correctionDeadline !== null && (
        <span class="told">
          {t('notices.deadline')} {timeOf(record.correctionDeadline)}
          {result !== null && ` · ${t('notices.result')} ${term('result', result)}`}
          {share !== null && ` · ${t('notices.left', { share: String(share) })}`}
        </span>
      )}
      {mayListen && record.audioRef !== null && <Listen persuasionId={record.persuasionId} />}
    </li>
  )
}

/** What was played, byte for byte; the words of it stand above. */
function Listen({ persuasionId }: { persuasionId: string }) {
  const { t } = useWords()
  const [isBroken, setBroken] = useState(false)
  const play = () => {
    const sound = new Audio(`/api/v1/persuasions/${persuasionId}/audio`)
    sound.play().then(
      () => setBroken(false),
      () => setBroken(true),
    )
  }
  return (
    <span class="told">
      <button type="button" class="plain" onClick={play}>
        {t('notices.listen')}
      </button>
      {isBroken && <span class="hint"> {t('notices.broken')}</span>}
    </span>
  )
}

function NoticeForm({ onSubmit }: { onSubmit: (wish: NoticeWish) => void }) {
  const { t, term } = useWords()
  return (
    <form
      class="step"
      onSubmit={(event) => {
        event.preventDefault()
        const form = new FormData(event.currentTarget)
        const channel = CHANNELS.find((one) => one === form.get('channel'))
        const text = String(form.get('text')).trim()
        onSubmit({ ...(channel && { channel }), ...(text && { text }) })
      }}
    >
      <label class="field">
        <span>{t('notices.channel')}</span>
        <select name="channel">
          <option value="">{t('notices.ladder')}</option>
          {CHANNELS.map((channel) => (
            <option key={channel} value={channel}>
              {term('channel', channel)}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{t('notices.text')}</span>
        <textarea name="text" rows={2} maxLength={600} />
      </label>
      <p class="hint">{t('notices.textWhy')}</p>
      <div class="verdicts">
        <button type="submit" class="primary">
          {t('notices.give')}
        </button>
      </div>
    </form>
  )
}

/** The table gives every version; the last of a notice is how it stands. */
function latestOf(versions: readonly PersuasionRecord[]): PersuasionRecord[] {
  return [...new Map(versions.map((record) => [record.persuasionId, record])).values()]
}
