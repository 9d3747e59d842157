/** One camera of the desk, live, in a dialog. Looking is an access like any other: it has a purpose. */
import { useEffect, useRef } from 'preact/hooks'
import type { CameraView } from '../http/views.ts'
import { LiveTile } from './live-tile.tsx'
import { PurposeForm } from './purpose.tsx'
import { useWords } from './words.ts'

/** Asked here when the first look of a login is a live one. */
export function LivePurpose({
  onChosen,
  onClose,
}: {
  onChosen: (purpose: string) => void
  onClose: () => void
}) {
  const { t } = useWords()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} class="live ask" aria-label={t('purpose.title')} onClose={onClose}>
      <PurposeForm onChosen={onChosen} />
    </dialog>
  )
}

interface LiveProps {
  readonly camera: CameraView
  readonly purpose: string
  readonly onClose: () => void
}

export function LiveView({ camera, purpose, onClose }: LiveProps) {
  const { t } = useWords()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [camera.id])
  const name = camera.name ?? camera.id
  return (
    <dialog ref={dialog} class="live" aria-label={`${t('live.title')} ${name}`} onClose={onClose}>
      <header>
        <h2>
          {t('live.title')} · {name}
        </h2>
        <button type="button" class="quiet" onClick={() => dialog.current?.close()}>
          {t('close')} <kbd>Esc</kbd>
        </button>
      </header>
      <LiveTile camera={camera} purpose={purpose} drawn />
    </dialog>
  )
}
