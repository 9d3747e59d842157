/** One camera: where it looked when its zones were drawn, whether it still does, and what the models see on it. */
import { useState } from 'preact/hooks'
import type { TriedPicture, ViewWord } from '../http/setup-views.ts'
import { Notice } from './notice.tsx'
import { type SetupApi, type ShownCamera, viewPictureUrl } from './setup-api.ts'
import type { StringKey } from './strings.ts'
import { lengthOf, momentOf, useWords, type Words } from './words.ts'

interface CameraProps {
  readonly api: SetupApi
  readonly camera: ShownCamera
  readonly purpose: string
  readonly onDone: () => void
}

export function CameraSetup({ api, camera, purpose, onDone }: CameraProps) {
  const { t, term, language } = useWords()
  const { id, name, status, trouble, view } = camera
  const isOff = view.state === 'MOVED' || view.state === 'UNLIKE'
  const called = name === null ? id : `${name} (${id})`
  return (
    <article class={`change camera-setup ${isOff ? 'moved' : ''}`} aria-label={called}>
      <h3>
        {called} <span class={`status ${status}`}>{term('status', status)}</span>{' '}
        <span class={isOff ? 'status moved' : 'state'}>{term('view', view.state)}</span>
      </h3>
      {trouble !== null && <p class="notice">{trouble[language]}</p>}
      <p class="hint">
        {view.state === 'MOVED' && `${t('setup.moved', { how: wayOf(view, term) })} · `}
        {view.since !== null && `${t('setup.since', { at: momentOf(view.since) })} · `}
        {view.checked !== null && t('setup.checked', { at: momentOf(view.checked) })}
      </p>
      <div class="sides">
        <Commissioned camera={camera} purpose={purpose} />
        <div class="beside">
          <SayForm {...{ api, camera, onDone }} />
          <Records camera={camera} />
        </div>
      </div>
      <Trial {...{ api, camera, purpose }} />
    </article>
  )
}

/** `左移 10%、放大 12%`: what happened to the picture, in words. */
function wayOf({ across, down, zoom }: ShownCamera['view'], term: Words['term']): string {
  const parts: [word: string, percent: number][] = [
    [(across ?? 0) < 0 ? 'left' : 'right', Math.abs(across ?? 0)],
    [(down ?? 0) < 0 ? 'up' : 'down', Math.abs(down ?? 0)],
    [(zoom ?? 100) < 100 ? 'smaller' : 'larger', Math.abs((zoom ?? 100) - 100)],
  ]
  return parts
    .filter(([, percent]) => percent > 0)
    .map(([word, percent]) => `${term('way', word)} ${percent}%`)
    .join(', ')
}

/** The newest picture that counts, its age, and what was there as a part of the place. */
function Commissioned({ camera, purpose }: Pick<CameraProps, 'camera' | 'purpose'>) {
  const { t, language } = useWords()
  const record = camera.records.find(({ word, hasPicture }) => word !== 'NOT_FIT' && hasPicture)
  if (record === undefined)
    return <p class="hint">{t(camera.commissionedAt === null ? 'setup.learning' : 'setup.noRecord')}</p>
  const age = lengthOf((Date.now() - record.atMs) / 1_000, language)
  return (
    <figure class="commissioned">
      <div class="canvas">
        <img src={viewPictureUrl(camera.id, record.record, purpose)} alt={t('setup.commissioned')} />
        <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
          {record.things.map(({ box: [x1, y1, x2, y2] }, at) => (
            <rect key={at} class="thing" x={x1} y={y1} width={x2 - x1} height={y2 - y1} />
          ))}
        </svg>
      </div>
      <figcaption>
        {t('setup.commissioned')} · {momentOf(record.at)} ({t('setup.age', { age })}) ·{' '}
        {t('setup.things', { count: String(record.things.length) })}
      </figcaption>
    </figure>
  )
}

const WORDS = ['AGAIN', 'FITS', 'NOT_FIT'] as const satisfies readonly ViewWord[]

function SayForm({ api, camera, onDone }: Omit<CameraProps, 'purpose'>) {
  const { t, term } = useWords()
  const [error, setError] = useState<unknown>(null)
  return (
    <form
      class="say"
      aria-label={t('setup.say', { camera: camera.id })}
      onSubmit={(event) => {
        event.preventDefault()
        const form = event.currentTarget
        const said = new FormData(form)
        const word = WORDS.find((one) => one === said.get('word'))
        if (word === undefined) return
        setError(null)
        api.say(camera.id, word, String(said.get('reason'))).then(() => {
          form.reset()
          onDone()
        }, setError)
      }}
    >
      <label class="field">
        <span>{t('setup.word')}</span>
        <select name="word">
          {WORDS.map((word) => (
            <option key={word} value={word}>
              {term('viewWord', word)}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{t('setup.reason')}</span>
        <input type="text" name="reason" required minLength={2} maxLength={300} autocomplete="off" />
      </label>
      <button type="submit" class="second">
        {t('setup.sayIt')}
      </button>
      <Notice error={error} />
    </form>
  )
}

function Records({ camera }: Pick<CameraProps, 'camera'>) {
  const { t, term } = useWords()
  return (
    <section aria-label={`${t('setup.history')} ${camera.id}`}>
      <h4>{t('setup.history')}</h4>
      {camera.records.length === 0 && <p class="hint">{t('setup.noRecord')}</p>}
      <ul class="lines">
        {camera.records.slice(0, 6).map(({ record, word, by, reason, at }) => (
          <li key={record}>
            {momentOf(at)} <b>{term('viewWord', word)}</b> · {by === '' ? t('setup.byBox') : by} {reason}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Trial({ api, camera, purpose }: Omit<CameraProps, 'onDone'>) {
  const { t, language } = useWords()
  const [tried, setTried] = useState<readonly TriedPicture[] | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const look = () => {
    setBusy(true)
    setError(null)
    api
      .trial(camera.id, purpose, language)
      .then(({ models }) => setTried(models), setError)
      .finally(() => setBusy(false))
  }
  return (
    <section class="trial-models" aria-label={t('setup.tried')}>
      <button type="button" class="second" disabled={isBusy || camera.status !== 'online'} onClick={look}>
        {t('setup.try', { camera: camera.id })}
      </button>
      <p role="status" class="hint">
        {isBusy ? t('setup.trying') : tried !== null ? t('setup.suspects') : ''}
      </p>
      <Notice error={error} />
      <div class="models">
        {tried?.map((one) => (
          <Tried key={one.model} tried={one} camera={camera.id} />
        ))}
      </div>
    </section>
  )
}

function Tried({ tried, camera }: { readonly tried: TriedPicture; readonly camera: string }) {
  const { t, term } = useWords()
  const { model, licence, seen, faint, baseline, ms, picture } = tried
  const sure = (seen ?? []).map(({ role, count }) => `${term('objectRole', role)} ${count}`).join(', ')
  const nothing: StringKey = namesOnly(model) ? 'setup.nothingToName' : 'setup.nothing'
  const said: StringKey = seen === null ? 'setup.notAnalysed' : nothing
  return (
    <figure>
      <img src={`data:image/jpeg;base64,${picture}`} alt={t('setup.triedBy', { model, camera })} />
      <figcaption>
        <b>{model}</b> ({licence}) · {sure === '' ? t(said) : sure} ·{' '}
        {t('setup.faint', { count: String(faint) })} · {t('setup.baseline', { count: String(baseline) })} ·{' '}
        {t('setup.ms', { ms: String(ms) })}
      </figcaption>
    </figure>
  )
}

/** The network that comes with the gateway names what stands and finds nothing by itself. */
const namesOnly = (model: string): boolean => model.includes('patches')
