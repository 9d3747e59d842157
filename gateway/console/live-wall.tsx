/**
 * All cameras live, a screen at a time: 1, 4, 9 or 16. A picture that is not on the screen is not fetched.
 *
 *     cameras ─▶ screen of N ─▶ tile: name, state and why, picture, what is suspected
 */
import { useEffect, useState } from 'preact/hooks'
import type { CameraView } from '../http/views.ts'
import type { Api } from './api.ts'
import { LiveTile } from './live-tile.tsx'
import { PurposeForm, usePurpose } from './purpose.tsx'
import { useWords } from './words.ts'

const LAYOUTS = [1, 4, 9, 16] as const
const STORED = 'lushao.wall'
/** How the cameras are is asked this often. */
const ASK_MS = 3_000

interface WallProps {
  readonly api: Api
  readonly onRefused: (error: unknown) => void
}

export function LiveWall({ api, onRefused }: WallProps) {
  const { t } = useWords()
  const cameras = useCameras(api, onRefused)
  const [purpose, choosePurpose] = usePurpose()
  const [perScreen, setPerScreen] = useState(() => Number(localStorage.getItem(STORED)) || 4)
  const [screen, setScreen] = useState(0)
  const [large, setLarge] = useState<string | null>(null)
  const [drawn, setDrawn] = useState(true)
  const choose = (count: number) => {
    localStorage.setItem(STORED, String(count))
    setPerScreen(count)
    setScreen(0)
    setLarge(null)
  }
  const screens = Math.max(1, Math.ceil(cameras.length / perScreen))
  const at = Math.min(screen, screens - 1)
  const one = cameras.find(({ id }) => id === large)
  const shown = one === undefined ? cameras.slice(at * perScreen, (at + 1) * perScreen) : [one]
  if (purpose === '') {
    return (
      <main class="page wall-ask" aria-label={t('live.ask')}>
        <PurposeForm onChosen={choosePurpose} />
      </main>
    )
  }
  return (
    <main class="page wall" aria-label={t('live.wall')}>
      <header class="wall-bar">
        <h2>{t('live.wall')}</h2>
        <Layouts perScreen={perScreen} onChoose={choose} />
        {one === undefined && screens > 1 && <Screens at={at} screens={screens} onGo={setScreen} />}
        <label class="check">
          <input
            type="checkbox"
            checked={drawn}
            onChange={(event) => setDrawn(event.currentTarget.checked)}
          />
          {t('live.drawn')}
        </label>
      </header>
      {cameras.length === 0 && <p class="hint">{t('live.none')}</p>}
      <ul class="tiles" style={{ '--across': String(Math.ceil(Math.sqrt(one ? 1 : perScreen))) }}>
        {shown.map((camera) => (
          <li key={camera.id} class="tile">
            <TileHead
              camera={camera}
              isLarge={one !== undefined}
              onLarge={() => setLarge(one === undefined ? camera.id : null)}
            />
            <LiveTile camera={camera} purpose={purpose} drawn={drawn} />
          </li>
        ))}
      </ul>
    </main>
  )
}

interface LayoutsProps {
  readonly perScreen: number
  readonly onChoose: (count: number) => void
}

function Layouts({ perScreen, onChoose }: LayoutsProps) {
  const { t } = useWords()
  return (
    <fieldset class="layouts">
      <legend class="unseen">{t('live.layout')}</legend>
      {LAYOUTS.map((count) => (
        <button
          key={count}
          type="button"
          class="plain"
          aria-pressed={count === perScreen}
          onClick={() => onChoose(count)}
        >
          {count}
        </button>
      ))}
    </fieldset>
  )
}

interface ScreensProps {
  readonly at: number
  readonly screens: number
  readonly onGo: (screen: number) => void
}

function Screens({ at, screens, onGo }: ScreensProps) {
  const { t } = useWords()
  return (
    <div class="screens">
      <button type="button" class="plain" disabled={at === 0} onClick={() => onGo(at - 1)}>
        {t('live.before')}
      </button>
      <span role="status">{t('live.page', { page: String(at + 1), pages: String(screens) })}</span>
      <button type="button" class="plain" disabled={at === screens - 1} onClick={() => onGo(at + 1)}>
        {t('live.after')}
      </button>
    </div>
  )
}

interface HeadProps {
  readonly camera: CameraView
  readonly isLarge: boolean
  readonly onLarge: () => void
}

function TileHead({ camera, isLarge, onLarge }: HeadProps) {
  const { t, term, language } = useWords()
  const { id, name, status, mode, owedSec, analysedSec, trouble } = camera
  const share = owedSec > 0 ? Math.floor((100 * Math.min(owedSec, analysedSec)) / owedSec) : 100
  return (
    <div class="tile-head">
      <b>{name ?? id}</b>
      <span class={`status ${status}`}>{term('status', status)}</span>
      {mode !== null && <span class={`mode-chip ${mode}`}>{term('mode', mode)}</span>}
      {status !== 'disabled' && <small>{t('live.share', { share: String(share) })}</small>}
      <button
        type="button"
        class="plain"
        aria-label={isLarge ? t('live.small') : t('live.large', { name: name ?? id })}
        onClick={onLarge}
      >
        {isLarge ? '⤡' : '⤢'}
      </button>
      {trouble && <p class="tile-trouble">{trouble[language]}</p>}
    </div>
  )
}

function useCameras(api: Api, onRefused: (error: unknown) => void): readonly CameraView[] {
  const [cameras, setCameras] = useState<readonly CameraView[]>([])
  useEffect(() => {
    const ask = () => void api.cameras().then((told) => setCameras(told.cameras), onRefused)
    ask()
    const timer = setInterval(ask, ASK_MS)
    return () => clearInterval(timer)
  }, [])
  return cameras
}
