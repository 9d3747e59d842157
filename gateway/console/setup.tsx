/** Camera set-up: how each camera's view stands, a camera more, and the changes that bring it into force. */
import { useMemo, useState } from 'preact/hooks'
import type { PageParts } from './desk.tsx'
import { Notice } from './notice.tsx'
import { PlaceVersions } from './place-versions.tsx'
import { PlacesApi } from './places-api.ts'
import { PurposeForm, usePurpose } from './purpose.tsx'
import { AddCamera } from './setup-add.tsx'
import { SetupApi, type ShownSetup } from './setup-api.ts'
import { CameraSetup } from './setup-camera.tsx'
import { useLoaded } from './table-page.tsx'
import { useWords } from './words.ts'

const TABS = ['cameras', 'add', 'changes'] as const
const LOOK_MS = 15_000

export function SetupPage({ api, me, onRefused }: PageParts) {
  const { t } = useWords()
  const setup = useMemo(() => new SetupApi(api), [api])
  const places = useMemo(() => new PlacesApi(api), [api])
  const [tab, setTab] = useState<(typeof TABS)[number]>('cameras')
  const [purpose, choosePurpose] = usePurpose()
  const { value, error, reload } = useLoaded<ShownSetup | null>(setup.view, null, onRefused, LOOK_MS)
  return (
    <main class="page places setup">
      <div class="inline head">
        <h2>{t('nav.setup')}</h2>
        {TABS.map((name) => (
          <button
            key={name}
            type="button"
            class="tab"
            aria-pressed={tab === name}
            onClick={() => {
              setTab(name)
              void reload()
            }}
          >
            {t(`setup.${name}`)}
          </button>
        ))}
      </div>
      <Notice error={error} />
      {tab === 'changes' && <PlaceVersions api={places} me={me} onRefused={onRefused} />}
      {tab !== 'changes' && purpose === '' && <PurposeForm onChosen={choosePurpose} />}
      {tab === 'add' && purpose !== '' && value && (
        <AddCamera {...{ api: setup, setup: value, purpose, onRefused }} />
      )}
      {tab === 'cameras' && purpose !== '' && value?.cameras.length === 0 && (
        <p class="hint">{t('setup.none')}</p>
      )}
      {tab === 'cameras' &&
        purpose !== '' &&
        value?.cameras.map((camera) => (
          <CameraSetup key={camera.id} {...{ api: setup, camera, purpose }} onDone={reload} />
        ))}
    </main>
  )
}
