/**
 * What is on its way in, live.
 *
 *     uploads, byte by byte ─▶ waiting to be examined ─▶ waiting to be looked at, percent by percent
 */
import type { IntakeView as Intake } from '../http/routes/recordings.ts'
import type { BodyCamParts } from './bodycam-api.ts'
import { Notice } from './notice.tsx'
import { Sheet, useLoaded } from './table-page.tsx'
import { bytesOf, momentOf, useWords } from './words.ts'

const LOOK_AGAIN_MS = 2_000
const NOTHING: Intake = {
  uploads: { count: 0, first: [] },
  examining: { count: 0, first: [] },
  analysing: { count: 0, first: [] },
}

export function IntakeView({ bodycams, onRefused, onOpen }: BodyCamParts) {
  const { t } = useWords()
  const { value, error } = useLoaded<Intake>(() => bodycams.intake(), NOTHING, onRefused, LOOK_AGAIN_MS)
  return (
    <div class="intake">
      <Notice error={error} />
      <Uploads uploads={value.uploads} />
      <section aria-labelledby="examining">
        <h3 id="examining">{t('intake.examining', { count: String(value.examining.count) })}</h3>
        <Queue of={value.examining} onOpen={onOpen} />
      </section>
      <section aria-labelledby="analysing">
        <h3 id="analysing">{t('intake.analysing', { count: String(value.analysing.count) })}</h3>
        <Queue of={value.analysing} onOpen={onOpen} />
        <p class="hint">{t('intake.analysingWhy')}</p>
      </section>
    </div>
  )
}

function Uploads({ uploads: { count, first } }: { uploads: Intake['uploads'] }) {
  const { t } = useWords()
  const heads = ['device', 'by', 'begun', 'progress', 'state'] as const
  return (
    <section aria-labelledby="uploads">
      <h3 id="uploads">{t('intake.uploads', { count: String(count) })}</h3>
      {count === 0 && <p class="hint">{t('intake.noUploads')}</p>}
      {count > 0 && (
        <Sheet title={t('bodycams.intake')} columns={heads.map((head) => t(`intake.${head}`))}>
          {first.map((upload) => (
            <UploadLine key={`${upload.by} ${upload.begunAt} ${upload.fileName}`} upload={upload} />
          ))}
        </Sheet>
      )}
      {count > first.length && <p class="hint">{t('intake.firstOf', { shown: String(first.length) })}</p>}
    </section>
  )
}

function UploadLine({ upload }: { upload: Intake['uploads']['first'][number] }) {
  const { t } = useWords()
  const { deviceSerial, userNo, fileName, by, begunAt, movedAt, arrivedBytes, bytes, isStalled } = upload
  const done = t('intake.bytes', { arrived: bytesOf(arrivedBytes), bytes: bytesOf(bytes) })
  const percent = bytes === 0 ? 0 : Math.min(100, Math.floor((100 * arrivedBytes) / bytes))
  return (
    <tr>
      <td>
        {deviceSerial || t('intake.unnamed')}
        <small>{[userNo, fileName].filter(Boolean).join(' · ')}</small>
        {upload.isIncident && <small class="incident">{t('bodycams.incident')}</small>}
      </td>
      <td>
        {by}
        <small>{t(`intake.${upload.way}`)}</small>
      </td>
      <td>
        <time>{momentOf(begunAt)}</time>
      </td>
      <td class="progress">
        <progress max={100} value={percent} aria-label={`${deviceSerial} ${done}`} />
        <small>
          {percent} % · {done}
        </small>
      </td>
      <td>
        <span class={isStalled ? 'state stalled' : 'state'}>
          {t(isStalled ? 'intake.stalled' : 'intake.moving')}
        </span>
        {isStalled && <small>{t('intake.since', { at: momentOf(movedAt) })}</small>}
      </td>
    </tr>
  )
}

function Queue({ of: { count, first }, onOpen }: { of: Intake['examining']; onOpen: (id: string) => void }) {
  const { t } = useWords()
  if (count === 0) return <p class="hint">{t('intake.nothingWaits')}</p>
  return (
    <>
      <ol class="queue">
        {first.map(({ recordingId, deviceSerial, userNo, bytes, isIncident, isRunning, percent }) => (
          <li key={recordingId}>
            <button type="button" class="plain" onClick={() => onOpen(recordingId)}>
              {deviceSerial || t('intake.unnamed')} · {userNo}
            </button>
            <small>{bytesOf(bytes)}</small>
            {isIncident && <small class="incident">{t('bodycams.incident')}</small>}
            <span class="state">{t(isRunning ? 'intake.running' : 'intake.waits')}</span>
            {isRunning && percent !== null && (
              <progress
                max={100}
                value={percent}
                aria-label={t('analysis.running', { percent: String(percent) })}
              />
            )}
          </li>
        ))}
      </ol>
      {count > first.length && <p class="hint">{t('intake.firstOf', { shown: String(first.length) })}</p>}
    </>
  )
}
