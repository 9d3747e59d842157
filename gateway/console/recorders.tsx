/** Recorders: who has which since when, how its clock is, and one of them with its shift and its ledger. */
import { useState } from 'preact/hooks'
import type { DeviceRow } from '../http/routes/bodycams.ts'
import type { BodyCamParts } from './bodycam-api.ts'
import { Notice } from './notice.tsx'
import { RecorderDetail } from './recorder-detail.tsx'
import { Sheet, useLoaded } from './table-page.tsx'
import { momentOf, useWords } from './words.ts'

const LOOK_AGAIN_MS = 10_000

export function RecorderView(parts: BodyCamParts) {
  const { t } = useWords()
  const { bodycams, onRefused } = parts
  const [chosen, setChosen] = useState<string | null>(null)
  const load = () => bodycams.devices().then((answer) => answer.bodycams)
  const { value, error, reload } = useLoaded<DeviceRow[]>(load, [], onRefused, LOOK_AGAIN_MS)
  const heads = ['serial', 'holder', 'since', 'until', 'clock', 'status'] as const
  return (
    <div class={chosen === null ? 'recorders' : 'recorders two'}>
      <div class="list">
        <Notice error={error} />
        {value.length === 0 && <p class="hint">{t('recorders.empty')}</p>}
        {value.length > 0 && (
          <Sheet title={t('bodycams.recorders')} columns={heads.map((head) => t(`recorders.${head}`))}>
            {value.map((device) => (
              <Line
                key={device.serial}
                device={device}
                isChosen={device.serial === chosen}
                onChoose={() => setChosen(device.serial)}
              />
            ))}
          </Sheet>
        )}
      </div>
      {chosen !== null && (
        <RecorderDetail
          key={chosen}
          {...parts}
          serial={chosen}
          onChanged={() => void reload()}
          onClose={() => setChosen(null)}
        />
      )}
    </div>
  )
}

interface LineProps {
  readonly device: DeviceRow
  readonly isChosen: boolean
  readonly onChoose: () => void
}

function Line({ device, isChosen, onChoose }: LineProps) {
  const { t, term } = useWords()
  const { serial, model, type, holder, status, clock, custodian } = device
  return (
    <tr>
      <td>
        <button type="button" class="plain" aria-expanded={isChosen} onClick={onChoose}>
          {serial}
        </button>
        <small>{[type && term('device', type), model, custodian].filter(Boolean).join(' · ')}</small>
      </td>
      <td>
        <Holder holder={holder} />
      </td>
      <td>{holder && <time>{momentOf(holder.since)}</time>}</td>
      <td>
        {holder?.until && <time>{momentOf(holder.until)}</time>}
        {holder?.isOverdue && <small class="overdue">{t('recorders.overdue')}</small>}
      </td>
      <td>
        <ClockOffset clock={clock} />
      </td>
      <td>{term('deviceStatus', status)}</td>
    </tr>
  )
}

/** With the word that recordings of whoever has no certificate in force are leads. */
function Holder({ holder }: { holder: DeviceRow['holder'] }) {
  const { t, term } = useWords()
  if (holder === null) return <span class="hint">{t('recorders.atDock')}</span>
  return (
    <>
      {holder.name ?? holder.personId}
      <small>
        {holder.role === null ? t('recorders.unknown') : term('role', holder.role)}
        {!holder.isCertified && ` · ${t('recorders.lead')}`}
      </small>
    </>
  )
}

function ClockOffset({ clock }: { clock: DeviceRow['clock'] }) {
  const { t } = useWords()
  if (clock === null) return <span class="hint">{t('recorders.noClock')}</span>
  const offsetMs = Number(clock['offsetMs'])
  const sign = offsetMs < 0 ? '−' : '+'
  return (
    <>
      {t('recorders.offset', { sec: `${sign}${(Math.abs(offsetMs) / 1000).toFixed(1)}` })}
      <small>
        <time>{momentOf(clock.at)}</time>
      </small>
    </>
  )
}
