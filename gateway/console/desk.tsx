/**
 * The control desk: what waits on the left, the pictures in the middle, facts and verdict on the right,
 * cameras below.
 *
 *     GET /alerts ─▶ list ◀─ feed (changes)          ↑↓ move · C confirm · R reject · 1–9 reason · Esc cancel
 */
import { useCallback, useEffect, useReducer, useRef, useState } from 'preact/hooks'
import type { AlertRecord } from '../alerts/desk.ts'
import type { CameraView } from '../http/views.ts'
import { AlertFacts } from './alert-facts.tsx'
import { AlertFilms } from './alert-films.tsx'
import { AlertList } from './alert-list.tsx'
import { INITIAL, queryOf, reduce, shown } from './alerts-state.ts'
import type { Api, Me } from './api.ts'
import { CameraStrip } from './camera-strip.tsx'
import { DeliveryLine } from './delivery-line.tsx'
import { Evidence } from './evidence.tsx'
import { openFeed } from './feed.ts'
import { LivePurpose, LiveView } from './live-view.tsx'
import { Notices } from './notices.tsx'
import { usePurpose } from './purpose.tsx'
import { type ReviewKeys, ReviewPanel } from './review.tsx'
import { TroubleLine } from './trouble-line.tsx'
import { useWords } from './words.ts'

export interface PageParts {
  readonly api: Api
  readonly me: Me
  readonly onRefused: (error: unknown) => void
}
interface DeskProps extends PageParts {
  readonly isShown: boolean
  readonly onLive: (live: boolean) => void
  readonly onLoginEnded: () => void
}

export function Desk({ api, me, onRefused, isShown, onLive, onLoginEnded }: DeskProps) {
  const { t } = useWords()
  const { state, dispatch, load, cameras, said } = useAlerts({ api, onRefused, onLive, onLoginEnded })
  const [purpose, choosePurpose] = usePurpose()
  const [watched, setWatched] = useState<CameraView | null>(null)
  const stopWatching = () => setWatched(null)
  const keys = useRef<ReviewKeys | null>(null)
  useDeskKeys(isShown && watched === null, (step) => dispatch({ type: 'step', step }), keys)

  const list = shown(state)
  const alert = state.selected === null ? null : (state.records.get(state.selected) ?? null)
  const onReviewed = (changed: AlertRecord) => dispatch({ type: 'changed', alert: changed })
  return (
    <main class="desk" hidden={!isShown}>
      <p class="unseen" aria-live="polite">
        {said}
      </p>
      <AlertList
        alerts={list}
        selected={state.selected}
        fresh={state.fresh}
        filter={state.filter}
        cameras={cameras}
        hasMore={state.next !== null}
        onFilter={(filter) => dispatch({ type: 'filter', filter })}
        onSelect={(eventId) => dispatch({ type: 'select', eventId })}
        onMore={() => load(state.next ?? undefined)}
      />
      {alert ? (
        <>
          <Evidence
            key={alert.eventId}
            api={api}
            me={me}
            event={alert.event}
            purpose={purpose}
            onPurpose={choosePurpose}
          />
          <aside class="side" aria-label={t('facts.title')}>
            <ReviewPanel
              key={alert.eventId}
              api={api}
              me={me}
              alert={alert}
              keys={keys}
              onDone={onReviewed}
            />
            <Notices key={`notices ${alert.eventId}`} api={api} me={me} alert={alert} />
            <AlertFilms key={`films ${alert.eventId}`} api={api} me={me} alert={alert} />
            <AlertFacts api={api} alert={alert} cameras={cameras} />
          </aside>
        </>
      ) : (
        <section class="nothing" aria-label={t('evidence.title')}>
          <h2>{t(list.length === 0 ? 'list.empty' : 'list.select')}</h2>
          <p>{t('list.emptyWhy')}</p>
        </section>
      )}
      <CameraStrip cameras={cameras} mayLook={me.permissions.includes('live:view')} onLook={setWatched}>
        <DeliveryLine api={api} />
        <TroubleLine api={api} />
      </CameraStrip>
      {watched && purpose === '' && <LivePurpose onChosen={choosePurpose} onClose={stopWatching} />}
      {watched && purpose !== '' && <LiveView camera={watched} purpose={purpose} onClose={stopWatching} />}
    </main>
  )
}

/** The list as read, kept in step by the feed; read again after every (re)connection. */
function useAlerts({ api, onRefused, onLive, onLoginEnded }: Omit<DeskProps, 'me' | 'isShown'>) {
  const { t, term } = useWords()
  const [state, dispatch] = useReducer(reduce, INITIAL)
  const [cameras, setCameras] = useState<CameraView[]>([])
  const [said, setSaid] = useState('')
  const { filter } = state
  const load = useCallback(
    (before?: string) => {
      api
        .alerts(queryOf(filter, before))
        .then((page) => dispatch({ type: before === undefined ? 'loaded' : 'more', ...page }), onRefused)
    },
    [filter],
  )
  useEffect(() => load(), [load])

  // The feed outlives many drawings of the page: it always calls the newest of these.
  const newest = useRef({ load, announce: (_: AlertRecord) => {} })
  newest.current = {
    load,
    announce: ({ event }) =>
      setSaid(`${t('list.new')}: ${t('alert.suspected')} ${term('rule', event.ruleId)}`),
  }
  useEffect(
    () =>
      openFeed({
        onOpen: () => {
          onLive(true)
          newest.current.load()
        },
        onLost: () => onLive(false),
        onLoginEnded,
        onAlert: (alert) => {
          if (alert.revision === 1) newest.current.announce(alert)
          dispatch({ type: 'changed', alert })
        },
        onCameras: setCameras,
      }),
    [],
  )
  return { state, dispatch, load, cameras, said }
}

/** Keys work anywhere on the desk but where somebody types. */
function useDeskKeys(
  isShown: boolean,
  onStep: (step: 1 | -1) => void,
  review: { current: ReviewKeys | null },
): void {
  const step = useRef(onStep)
  step.current = onStep
  useEffect(() => {
    if (!isShown) return
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      const done =
        event.key === 'ArrowDown'
          ? step.current(1)
          : event.key === 'ArrowUp'
            ? step.current(-1)
            : review.current?.(event.key)
      if (done !== false && done !== null) event.preventDefault()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [isShown])
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement) return target.type === 'text' || target.type === 'password'
  return ['TEXTAREA', 'SELECT', 'VIDEO'].includes(target.tagName)
}
