/** A recorder is handed to somebody for a shift, or comes back. */
import { useEffect, useState } from 'preact/hooks'
import type { DeviceRow, TakerRow } from '../http/routes/bodycams.ts'
import type { BodyCamApi } from './bodycam-api.ts'
import { useWords } from './words.ts'

interface HandOverProps {
  readonly device: DeviceRow
  readonly bodycams: BodyCamApi
  readonly onDone: () => void
  readonly onRefused: (error: unknown) => void
}

export function HandOver(props: HandOverProps) {
  const { t, term } = useWords()
  const { device } = props
  if (device.holder !== null) return <Return {...props} holder={device.holder} />
  if (device.status !== 'IN_SERVICE')
    return <p class="hint">{t('handover.notInService', { status: term('deviceStatus', device.status) })}</p>
  return <HandOut {...props} />
}

function HandOut({ device, bodycams, onDone, onRefused }: HandOverProps) {
  const { t, term } = useWords()
  const [people, setPeople] = useState<readonly TakerRow[]>([])
  useEffect(() => {
    bodycams.takers().then((answer) => setPeople(answer.people), onRefused)
  }, [])
  const own = device.personId
  const takers = people.filter(({ personId }) => own === undefined || personId === own)
  const submit = (form: FormData) => {
    const [until, battery] = [String(form.get('until')), String(form.get('battery'))]
    const wish = {
      ...{ to: String(form.get('to')), note: String(form.get('note')) },
      ...(until === '' ? {} : { until: new Date(until).toISOString() }),
      ...(battery === '' ? {} : { selfTest: { batteryPercent: Number(battery) } }),
    }
    bodycams.checkOut(device.serial, wish).then(onDone, onRefused)
  }
  return (
    <form
      class="handover"
      aria-labelledby="handover-title"
      onSubmit={(event) => {
        event.preventDefault()
        submit(new FormData(event.currentTarget))
      }}
    >
      <h4 id="handover-title">{t('handover.out')}</h4>
      <label class="field">
        <span>{t('handover.to')}</span>
        <select name="to" required>
          {takers.map(({ personId, name, badgeNo, role, isCertified }) => (
            <option key={personId} value={personId}>
              {`${name} ${badgeNo ?? ''} · ${term('role', role)}${isCertified ? '' : ` · ${t('recorders.lead')}`}`}
            </option>
          ))}
        </select>
      </label>
      {own !== undefined && <p class="hint">{t('handover.assigned')}</p>}
      <label class="field">
        <span>{t('handover.until')}</span>
        <input name="until" type="datetime-local" />
      </label>
      <label class="field">
        <span>{t('handover.battery')}</span>
        <input name="battery" type="number" min={0} max={100} />
      </label>
      <label class="field">
        <span>{t('handover.note')}</span>
        <input name="note" maxLength={300} />
      </label>
      <button type="submit" class="primary" disabled={takers.length === 0}>
        {t('handover.out')}
      </button>
    </form>
  )
}

interface ReturnProps extends HandOverProps {
  readonly holder: NonNullable<DeviceRow['holder']>
}

function Return({ device, holder, bodycams, onDone, onRefused }: ReturnProps) {
  const { t } = useWords()
  return (
    <form
      class="handover"
      aria-labelledby="handover-title"
      onSubmit={(event) => {
        event.preventDefault()
        const note = String(new FormData(event.currentTarget).get('note'))
        bodycams.checkIn(device.serial, note).then(onDone, onRefused)
      }}
    >
      <h4 id="handover-title">{t('handover.in')}</h4>
      <p>{t('handover.has', { name: holder.name ?? holder.personId })}</p>
      <label class="field">
        <span>{t('handover.note')}</span>
        <input name="note" maxLength={300} />
      </label>
      <button type="submit" class="primary">
        {t('handover.in')}
      </button>
    </form>
  )
}
