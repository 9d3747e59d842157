/**
 * Places: zones, shopfront lines, masks and permitted points of a camera, drawn on its picture; and the changes of two
 * people that bring them into force.
 */
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { PlaceView } from '../http/place-views.ts'
import type { CameraView } from '../http/views.ts'
import type { PageParts } from './desk.tsx'
import { Notice } from './notice.tsx'
import { PlaceEditor } from './place-editor.tsx'
import { PlaceVersions } from './place-versions.tsx'
import { PlacesApi, snapshotUrl } from './places-api.ts'
import { PurposeForm, usePurpose } from './purpose.tsx'
import { useLoaded } from './table-page.tsx'
import { useWords } from './words.ts'

export function PlacesPage({ api, me, onRefused }: PageParts) {
  const { t } = useWords()
  const places = useMemo(() => new PlacesApi(api), [api])
  const load = () => api.cameras().then(({ cameras }) => cameras)
  const { value: cameras, error } = useLoaded<CameraView[]>(load, [], onRefused)
  const [camera, setCamera] = useState<string | null>(null)
  const [view, setView] = useState<'draw' | 'changes'>('draw')
  const id = camera ?? cameras[0]?.id ?? null
  const mayRead = me.permissions.includes('audit:read')
  return (
    <main class="page places">
      <div class="inline head">
        <h2>{t('nav.places')}</h2>
        <label class="field">
          <span>{t('places.cameras')}</span>
          <select value={id ?? ''} onChange={(event) => setCamera(event.currentTarget.value)}>
            {cameras.map(({ id: one, name }) => (
              <option key={one} value={one}>
                {name === null ? one : `${name} (${one})`}
              </option>
            ))}
          </select>
        </label>
        {mayRead &&
          (['draw', 'changes'] as const).map((name) => (
            <button
              key={name}
              type="button"
              class="tab"
              aria-pressed={view === name}
              onClick={() => setView(name)}
            >
              {t(`places.${name}`)}
            </button>
          ))}
      </div>
      <Notice error={error} />
      {view === 'changes' && <PlaceVersions api={places} me={me} onRefused={onRefused} />}
      {view === 'draw' && id === null && <p class="hint">{t('places.none')}</p>}
      {view === 'draw' && id !== null && <Drawing key={id} {...{ places, camera: id, me, onRefused }} />}
    </main>
  )
}

interface DrawingProps extends Pick<PageParts, 'me' | 'onRefused'> {
  readonly places: PlacesApi
  readonly camera: string
}

/** The place as it stands; its picture once somebody has said what for. */
function Drawing({ places, camera, me, onRefused }: DrawingProps) {
  const [place, setPlace] = useState<PlaceView | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [taken, setTaken] = useState(() => Date.now())
  const [purpose, choosePurpose] = usePurpose()
  const mayLook = me.permissions.includes('live:view')
  const refused = (refusal: unknown) => {
    setError(refusal)
    onRefused(refusal)
  }
  const load = () => {
    setPlace(null)
    places.place(camera).then(setPlace, refused)
  }
  useEffect(load, [])
  if (mayLook && purpose === '') return <PurposeForm onChosen={choosePurpose} />
  return (
    <>
      <Notice error={error} />
      {place && (
        <PlaceEditor
          api={places}
          place={place}
          picture={mayLook ? snapshotUrl(camera, purpose, taken) : null}
          mayDraw={me.permissions.includes('config:change')}
          onFreshPicture={() => setTaken(Date.now())}
          onReload={load}
        />
      )}
    </>
  )
}
