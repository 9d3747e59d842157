import type { RecordingRow } from './api.ts'
import type { PageParts } from './desk.tsx'
import { TablePage, useLoaded } from './table-page.tsx'
import { lengthOf, momentOf, useWords } from './words.ts'

/** How far the box is with them changes while one looks. */
const LOOK_AGAIN_MS = 5_000

function Seen({ analysis }: { analysis: NonNullable<RecordingRow['analysis']> }) {
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

export function RecordingsPage({ api, onRefused }: PageParts) {
  const { t, term, language } = useWords()
  const load = () => api.recordings().then(({ recordings }) => recordings)
  const { value, error } = useLoaded<RecordingRow[]>(load, [], onRefused, LOOK_AGAIN_MS)
  const heads = ['started', 'device', 'user', 'length', 'status', 'worth'] as const
  return (
    <TablePage
      title={t('nav.recordings')}
      columns={heads.map((head) => t(`recordings.${head}`))}
      error={error}
      after={value.length === 0 && <p class="hint">{t('recordings.empty')}</p>}
    >
      {value.map((row) => (
        <tr key={row.recordingId}>
          <td>{momentOf(row.startAt)}</td>
          <td>{row.deviceSerial}</td>
          <td>{row.userName ?? row.userNo}</td>
          <td>{row.video && lengthOf(row.video.durationSec, language)}</td>
          <td>
            {term('recording', row.status)}
            {row.quarantine && <small>{row.quarantine[language]}</small>}
            {row.analysis && <Seen analysis={row.analysis} />}
            {row.quarantineHistory?.map(({ action, by, reason }) => (
              <small key={`${action} ${by} ${reason}`}>{t(`quarantine.${action}`, { by, reason })}</small>
            ))}
          </td>
          <td>
            {term('worth', row.evidenceCap)}
            <small>
              {row.quarantine ? '' : row.capReasons.map((reason) => term('cap', reason)).join(' · ')}
            </small>
            {row.capLifts?.map(({ code, name, lifted }) => (
              <small key={`${code} ${name}`}>
                {term('lift', code)} {name} ·{' '}
                {t('lift.lifts', { caps: lifted.map((cap) => term('cap', cap)).join(' · ') })}
              </small>
            ))}
          </td>
        </tr>
      ))}
    </TablePage>
  )
}
