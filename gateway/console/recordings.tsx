import type { RecordingRow } from './api.ts'
import type { PageParts } from './desk.tsx'
import { TablePage, useLoaded } from './table-page.tsx'
import { lengthOf, momentOf, useWords } from './words.ts'

export function RecordingsPage({ api, onRefused }: PageParts) {
  const { t, term, language } = useWords()
  const load = () => api.recordings().then(({ recordings }) => recordings)
  const { value, error } = useLoaded<RecordingRow[]>(load, [], onRefused)
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
