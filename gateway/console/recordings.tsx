/** All recordings, the newest first; each opens with its film. */
import { useState } from 'preact/hooks'
import type { BodyCamParts } from './bodycam-api.ts'
import { Notice } from './notice.tsx'
import { type RecordingRow, sentence } from './recording-row.ts'
import { Sheet, useLoaded } from './table-page.tsx'
import { lengthOf, momentLike, useWords } from './words.ts'

/** How far the box is with them changes while one looks. */
const LOOK_AGAIN_MS = 5_000
const PAGE = 50

export function Seen({ analysis }: { analysis: NonNullable<RecordingRow['analysis']> }) {
  const { t, language } = useWords()
  const { state, percent, presence, occupancy } = analysis
  if (state === 'RUNNING') {
    const said = t('analysis.running', { percent: String(percent) })
    return (
      <small>
        {said} <progress max={100} value={percent} aria-label={said} />
      </small>
    )
  }
  if (presence === undefined) return state === 'DONE' ? null : <small>{t('analysis.not')}</small>
  const [person, carrier, goods] = [presence.personSec, presence.carrierSec, presence.goodsSec].map((sec) =>
    lengthOf(sec, language),
  )
  return (
    <small>
      {t('analysis.seen', { person: person!, carrier: carrier!, goods: goods! })}
      {occupancy === 'NOT_USED_CAMERA_MOVES' && ` · ${t('analysis.moves')}`}
    </small>
  )
}

export function RecordingsView({ bodycams, onRefused, onOpen }: BodyCamParts) {
  const { t } = useWords()
  const [older, setOlder] = useState<readonly RecordingRow[]>([])
  const load = () => bodycams.recordings({ limit: String(PAGE) }).then(({ recordings }) => recordings)
  const { value, error, refused } = useLoaded<RecordingRow[]>(load, [], onRefused, LOOK_AGAIN_MS)
  const known = new Set(value.map(({ recordingId }) => recordingId))
  const rows = [...value, ...older.filter(({ recordingId }) => !known.has(recordingId))]
  const more = () => {
    const before = rows.at(-1)!.recordingId
    bodycams
      .recordings({ limit: String(PAGE), before })
      .then(({ recordings }) => setOlder([...older, ...recordings]), refused)
  }
  const heads = ['started', 'device', 'user', 'length', 'status', 'worth'] as const
  const isMore = rows.length > 0 && rows.length % PAGE === 0
  return (
    <>
      <Notice error={error} />
      <Sheet title={t('bodycams.recordings')} columns={heads.map((head) => t(`recordings.${head}`))}>
        {rows.map((row) => (
          <Line key={row.recordingId} row={row} onOpen={() => onOpen(row.recordingId)} />
        ))}
      </Sheet>
      {rows.length === 0 && <p class="hint">{t('recordings.empty')}</p>}
      {isMore && (
        <button type="button" class="quiet wide" onClick={more}>
          {t('more')}
        </button>
      )}
    </>
  )
}

function Line({ row, onOpen }: { row: RecordingRow; onOpen: () => void }) {
  const { t, term, language } = useWords()
  // Before it is examined, its start is as the device wrote it.
  const began = momentLike(row.startAt, row.collectedAt)
  return (
    <tr>
      <td class="whole">
        <button
          type="button"
          class="plain"
          aria-label={t('recordings.open', { device: row.deviceSerial, at: began })}
          onClick={onOpen}
        >
          {began || row.recordingId}
        </button>
        {row.isIncident && <small class="incident">{t('bodycams.incident')}</small>}
      </td>
      <td class="whole">{row.deviceSerial}</td>
      <td>{row.userName ?? row.userNo}</td>
      <td class="whole">{row.video && lengthOf(row.video.durationSec, language)}</td>
      <td>
        {term('recording', row.status)}
        {row.quarantine && <small>{sentence(row.quarantine[language])}</small>}
        {row.analysis && <Seen analysis={row.analysis} />}
        {row.status === 'ACCEPTED' && !row.analysis && <small>{t('analysis.waits')}</small>}
        {row.quarantineHistory?.map(({ action, by, reason, at }) => (
          <small key={`${action} ${at}`}>{t(`quarantine.${action}`, { by, reason })}</small>
        ))}
      </td>
      <td>
        <Worth row={row} />
      </td>
    </tr>
  )
}

/** What it may be at most, why no more, and what lifts that. */
export function Worth({ row }: { row: RecordingRow }) {
  const { t, term } = useWords()
  return (
    <>
      {term('worth', row.evidenceCap)}
      <small>{row.quarantine ? '' : row.capReasons.map((reason) => term('cap', reason)).join(' · ')}</small>
      {row.capLifts?.map(({ code, name, lifted }) => (
        <small key={`${code} ${name}`}>
          {term('lift', code)} {name} ·{' '}
          {t('lift.lifts', { caps: lifted.map((cap) => term('cap', cap)).join(' · ') })}
        </small>
      ))}
    </>
  )
}
