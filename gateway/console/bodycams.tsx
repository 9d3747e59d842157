/**
 * The desk for body-cams: what was recorded, what is on its way in, what is held back, and who has which recorder.
 *
 *     recordings │ coming in │ quarantine │ recorders        a recording opens over them, and goes back to where it was
 */
import { useEffect, useMemo, useState } from 'preact/hooks'
import { BodyCamApi } from './bodycam-api.ts'
import type { PageParts } from './desk.tsx'
import { IntakeView } from './intake.tsx'
import { QuarantineView } from './quarantine.tsx'
import { RecorderView } from './recorders.tsx'
import { RecordingView } from './recording-view.tsx'
import { RecordingsView } from './recordings.tsx'
import { useWords } from './words.ts'

const VIEWS = [
  ['recordings', 'recordings:read'],
  ['intake', 'recordings:read'],
  ['quarantine', 'recordings:read'],
  ['recorders', 'bodycams:read'],
] as const
type View = (typeof VIEWS)[number][0]

interface BodyCamPageProps extends PageParts {
  /** Asked for from elsewhere. */
  readonly recordingId: string | null
  readonly onOpenAlert: (eventId: string) => void
}

export function BodyCamPage({ recordingId, onOpenAlert, ...parts }: BodyCamPageProps) {
  const { t } = useWords()
  const bodycams = useMemo(() => new BodyCamApi(parts.api), [parts.api])
  const [view, setView] = useState<View>('recordings')
  const [opened, setOpened] = useState<string | null>(recordingId)
  useEffect(() => setOpened(recordingId), [recordingId])
  const inside = { ...parts, bodycams, onOpen: setOpened }
  if (opened !== null) {
    return (
      <RecordingView
        key={opened}
        {...inside}
        {...{ id: opened, onOpenAlert }}
        onBack={() => setOpened(null)}
      />
    )
  }
  return (
    <main class="page bodycams">
      <div class="inline head">
        <h2>{t('nav.recordings')}</h2>
        {VIEWS.filter(([, permission]) => parts.me.permissions.includes(permission)).map(([name]) => (
          <button
            key={name}
            type="button"
            class="tab"
            aria-pressed={view === name}
            onClick={() => setView(name)}
          >
            {t(`bodycams.${name}`)}
          </button>
        ))}
      </div>
      {view === 'recordings' && <RecordingsView {...inside} />}
      {view === 'intake' && <IntakeView {...inside} />}
      {view === 'quarantine' && <QuarantineView {...inside} />}
      {view === 'recorders' && <RecorderView {...inside} />}
    </main>
  )
}
