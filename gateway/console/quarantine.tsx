/** Recordings that are held back: why, what can be done, what was said so far, and the word of a person on it. */
import { useState } from 'preact/hooks'
import type { BodyCamApi, BodyCamParts, Deed } from './bodycam-api.ts'
import { Notice } from './notice.tsx'
import { type RecordingRow, sentence } from './recording-row.ts'
import { useLoaded } from './table-page.tsx'
import { momentOf, useWords } from './words.ts'

const LOOK_AGAIN_MS = 5_000
const SHOWN_MAX = 200

export function QuarantineView({ bodycams, me, onRefused, onOpen }: BodyCamParts) {
  const { t } = useWords()
  const [said, setSaid] = useState('')
  const query = { status: 'QUARANTINED', limit: String(SHOWN_MAX) }
  const load = () => bodycams.recordings(query).then(({ recordings }) => recordings)
  const { value, error, reload, refused } = useLoaded<RecordingRow[]>(load, [], onRefused, LOOK_AGAIN_MS)
  const mayDecide = me.permissions.includes('recordings:decide')
  const done = (text: string) => {
    setSaid(text)
    void reload()
  }
  return (
    <div class="held">
      <p class="hint">{t(mayDecide ? 'held.why' : 'held.notAllowed')}</p>
      <p class="told" role="status">
        {said}
      </p>
      <Notice error={error} />
      {value.length === 0 && <p class="hint">{t('held.empty')}</p>}
      <ul>
        {value.map((row) => (
          <li key={row.recordingId} class="case">
            <header>
              <button type="button" class="plain" onClick={() => onOpen(row.recordingId)}>
                {row.deviceSerial || t('intake.unnamed')} · {row.userName ?? row.userNo}
              </button>
              <time>{momentOf(row.collectedAt)}</time>
              <span class="state">{t(row.isReleasable ? 'held.releasable' : 'held.never')}</span>
            </header>
            <Held row={row} />
            {mayDecide && <Decide {...{ row, bodycams, onDone: done, onRefused: refused }} />}
          </li>
        ))}
      </ul>
    </div>
  )
}

/** What is wrong, in the words of the catalogue, and what people did about it, oldest first. */
export function Held({ row }: { row: RecordingRow }) {
  const { t, language } = useWords()
  return (
    <>
      {row.quarantine && <p class="reason">{sentence(row.quarantine[language])}</p>}
      {(row.quarantineHistory ?? []).length > 0 && (
        <ol class="past" aria-label={t('held.history')}>
          {row.quarantineHistory?.map(({ action, by, reason, at }) => (
            <li key={`${action} ${at}`}>
              <time>{momentOf(at)}</time> {t(`quarantine.${action}`, { by, reason })}
            </li>
          ))}
        </ol>
      )}
    </>
  )
}

interface DecideProps {
  readonly row: RecordingRow
  readonly bodycams: BodyCamApi
  readonly onDone: (said: string) => void
  readonly onRefused: (error: unknown) => void
}

export function Decide({ row, bodycams, onDone, onRefused }: DecideProps) {
  const { t } = useWords()
  const [reason, setReason] = useState('')
  const deeds: Deed[] = row.isReleasable ? ['release', 'keep', 're-examine'] : ['keep', 're-examine']
  const decide = (deed: Deed) =>
    bodycams.decide(row.recordingId, deed, reason.trim()).then(() => {
      setReason('')
      onDone(t(`held.done.${deed}` as 'held.done.keep', { device: row.deviceSerial }))
    }, onRefused)
  return (
    <form class="inline" onSubmit={(event) => event.preventDefault()}>
      <label class="field">
        <span>{t('held.reason')}</span>
        <input value={reason} maxLength={300} onInput={(event) => setReason(event.currentTarget.value)} />
      </label>
      {deeds.map((deed) => (
        <button
          key={deed}
          type="button"
          class="second"
          disabled={reason.trim() === ''}
          onClick={() => void decide(deed)}
        >
          {t(`held.${deed}` as 'held.keep')}
        </button>
      ))}
    </form>
  )
}
