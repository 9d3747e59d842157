/** Every camera at a glance: is it well, how closely is it looked at, was anything shed. */
import type { ComponentChildren } from 'preact'
import type { CameraView } from '../http/views.ts'
import { lengthOf, useWords } from './words.ts'

const WELL = ['online', 'disabled']

interface StripProps {
  readonly cameras: readonly CameraView[]
  readonly mayLook: boolean
  readonly onLook: (camera: CameraView) => void
  /** What else is told of the box. */
  readonly children?: ComponentChildren
}

export function CameraStrip({ cameras, mayLook, onLook, children }: StripProps) {
  const { t } = useWords()
  return (
    <section class="strip" aria-label={t('cameras.title')}>
      {cameras.length === 0 && <p class="hint">{t('cameras.none')}</p>}
      <ul>
        {cameras.map((camera) => (
          <Camera
            key={camera.id}
            camera={camera}
            onLook={mayLook && camera.status === 'online' ? onLook : null}
          />
        ))}
      </ul>
      {children}
    </section>
  )
}

function Camera({ camera, onLook }: { camera: CameraView; onLook: StripProps['onLook'] | null }) {
  const { t, term, language } = useWords()
  const { id, name, status, trouble, mode, owedSec, analysedSec, reconnects } = camera
  const share = owedSec > 0 ? Math.min(1, analysedSec / owedSec) : 1
  return (
    <li class={`camera ${WELL.includes(status) && trouble === null ? '' : 'ill'}`}>
      <span class="camera-head">
        <b>{name ?? id}</b>
        <span class={`status ${status}`}>{term('status', status)}</span>
        {status === 'online' && trouble !== null && (
          <span class="status moved">{term('cameraCode', trouble.code)}</span>
        )}
        {mode !== null && <span class={`mode-chip ${mode}`}>{term('mode', mode)}</span>}
        {onLook && (
          <button
            type="button"
            class="plain"
            aria-label={`${t('live.title')} ${name ?? id}`}
            onClick={() => onLook(camera)}
          >
            {t('live.look')}
          </button>
        )}
      </span>
      <meter
        min={0}
        max={1}
        low={0.8}
        high={0.95}
        optimum={1}
        value={share}
        aria-label={`${t('cameras.analysed')} ${name ?? id}`}
      />
      <small>
        {t('cameras.analysed')} {lengthOf(analysedSec, language)} / {lengthOf(owedSec, language)} ·{' '}
        {t('cameras.reconnects')} {reconnects}
      </small>
    </li>
  )
}
