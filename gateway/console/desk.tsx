/**
 * The control desk: what waits on the left, the pictures in the middle, facts and verdict on the right,
 * cameras below.
 *
 *     GET /alerts ─▶ list ◀─ feed (changes)          ↑↓ move · C confirm · R reject · 1–9 reason · Esc cancel
 *                                                  U take back · F or / filters
 */
import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks'
import type { Looking } from '../http/presence.ts'
import type { ShownAlert } from '../http/shown-alerts.ts'
import type { CameraView } from '../http/views.ts'
import { tellOf } from './alarm.tsx'
import { AlertFacts } from './alert-facts.tsx'
import { AlertFilms } from './alert-films.tsx'
import { countOf, type Filter, queryOf, storedFilter, storeFilter } from './alert-filter.ts'
import { AlertList } from './alert-list.tsx'
import { INITIAL, reduce, shown } from './alerts-state.ts'
import type { Api, Me } from './api.ts'
import { CameraStrip } from './camera-strip.tsx'
import { DeliveryLine } from './delivery-line.tsx'
import { Evidence } from './evidence.tsx'
import { type OpenFeed, openFeed } from './feed.ts'
import { LivePurpose, LiveView } from './live-view.tsx'
import { Lookers } from './lookers.tsx'
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
  /** Asked for from another page. */
  readonly wanted: string | null
  readonly onOpenRecording: (recordingId: string) => void
  readonly onLive: (live: boolean) => void
  readonly onLoginEnded: () => void
}

export function Desk(props: DeskProps) {
  const { api, me, onRefused, isShown, wanted, onOpenRecording, onLive, onLoginEnded } = props
  const desk = useAlerts({ api, onRefused, onLive, onLoginEnded })
  useEffect(() => {
    if (wanted !== null) desk.open(wanted)
  }, [wanted])
  const { state, dispatch, load, cameras, said, states } = desk
  const focusFilters = useRef<(() => void) | null>(null)
  const [purpose, choosePurpose] = usePurpose()
  const [watched, setWatched] = useState<CameraView | null>(null)
  const stopWatching = () => setWatched(null)
  const keys = useRef<ReviewKeys | null>(null)
  useDeskKeys(isShown && watched === null, (step) => dispatch({ type: 'step', step }), keys, focusFilters)

  const list = useMemo(() => shown(state), [state.records, state.filter, state.selected])
  const people = desk.people.filter(({ name }) => name !== me.name)
  const alert = state.selected === null ? null : (state.records.get(state.selected) ?? null)
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
        states={states}
        people={people}
        focus={focusFilters}
        onFilter={(filter) => dispatch({ type: 'filter', filter })}
        onSelect={(eventId) => dispatch({ type: 'select', eventId })}
        onMore={() => state.next !== null && load(state.next)}
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
          <AlertSide
            {...{ api, me, alert, cameras, people, keys, onOpenRecording }}
            onReviewed={(changed) => dispatch({ type: 'changed', alert: changed })}
            onOpen={desk.open}
          />
        </>
      ) : (
        <Nothing isEmpty={list.length === 0} isFiltered={countOf(state.filter) > 0} />
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

interface SideProps extends Pick<PageParts, 'api' | 'me'> {
  readonly alert: ShownAlert
  readonly cameras: CameraView[]
  readonly people: Looking[]
  readonly keys: { current: ReviewKeys | null }
  readonly onReviewed: (alert: ShownAlert) => void
  readonly onOpen: (eventId: string) => void
  readonly onOpenRecording: (recordingId: string) => void
}

/** Who looks too, the verdict, notices, recordings and facts. */
function AlertSide(props: SideProps) {
  const { api, me, alert, cameras, people, keys, onReviewed, onOpen, onOpenRecording } = props
  const { t } = useWords()
  return (
    <aside class="side" aria-label={t('facts.title')}>
      <Lookers people={people.filter(({ eventId }) => eventId === alert.eventId)} />
      <ReviewPanel key={alert.eventId} api={api} me={me} alert={alert} keys={keys} onDone={onReviewed} />
      <Notices key={`notices ${alert.eventId}`} api={api} me={me} alert={alert} />
      <AlertFilms key={`films ${alert.eventId}`} api={api} me={me} alert={alert} onOpen={onOpenRecording} />
      <AlertFacts api={api} alert={alert} cameras={cameras} onOpen={onOpen} />
    </aside>
  )
}

function Nothing({ isEmpty, isFiltered }: { readonly isEmpty: boolean; readonly isFiltered: boolean }) {
  const { t } = useWords()
  const emptyWhy = isFiltered ? 'list.noneFit' : 'list.empty'
  return (
    <section class="nothing" aria-label={t('evidence.title')}>
      <h2>{t(isEmpty ? emptyWhy : 'list.select')}</h2>
      <p>{t('list.emptyWhy')}</p>
    </section>
  )
}

type AlertsParts = Pick<DeskProps, 'api' | 'onRefused' | 'onLive' | 'onLoginEnded'>

/** The list as read, kept in step by the feed; read again after every (re)connection. */
function useAlerts({ api, onRefused, onLive, onLoginEnded }: AlertsParts) {
  const { t, term } = useWords()
  const [state, dispatch] = useReducer(reduce, INITIAL, (initial) => ({ ...initial, filter: storedFilter() }))
  const [cameras, setCameras] = useState<CameraView[]>([])
  const [people, setPeople] = useState<Looking[]>([])
  const [said, setSaid] = useState('')
  const states = useStates(api, state.filter, state.records)
  const feed = useRef<OpenFeed | null>(null)
  const asked = useRef('')
  const { filter, selected } = state
  const load = useCallback(
    (before?: string) => {
      const query = queryOf(filter, before)
      const key = JSON.stringify(query)
      if (before !== undefined && asked.current === key) return // Scrolling asks again and again.
      asked.current = key
      api.alerts(query).then(
        (page) =>
          asked.current === key && dispatch({ type: before === undefined ? 'loaded' : 'more', ...page }),
        (refusal) => {
          asked.current = ''
          onRefused(refusal)
        },
      )
    },
    [filter],
  )
  useEffect(() => {
    storeFilter(filter)
    load()
  }, [load])
  useEffect(() => feed.current?.look(selected), [selected])

  // The feed outlives many drawings of the page: it always calls the newest of these.
  const newest = useRef({ load, announce: (_: ShownAlert) => {} })
  newest.current = {
    load,
    announce: (alert) => {
      const told = `${t('alert.suspected')} ${term('rule', alert.event.ruleId)}`
      setSaid(`${t('list.new')}: ${told}`)
      tellOf(alert, told)
    },
  }
  useEffect(() => {
    const opened = openFeed({
      onOpen: () => {
        onLive(true)
        newest.current.load()
      },
      onLost: () => {
        onLive(false)
        setPeople([])
      },
      onLoginEnded,
      onAlert: (alert) => {
        if (alert.revision === 1) newest.current.announce(alert)
        dispatch({ type: 'changed', alert })
      },
      onCameras: setCameras,
      onPresence: setPeople,
    })
    feed.current = opened
    opened.look(selected)
    return () => opened.stop()
  }, [])
  const open = (eventId: string) => {
    api.alert(eventId).then(({ alert }) => dispatch({ type: 'opened', alert }), onRefused)
  }
  return { state, dispatch, load, cameras, people, said, states, open }
}

const COUNT_WAIT_MS = 400

/** How many alerts are in each state; asked again when something has changed. */
function useStates(api: Api, { rule, camera, grade }: Filter, records: unknown): Record<string, number> {
  const [states, setStates] = useState<Record<string, number>>({})
  const askedMs = useRef(Number.NEGATIVE_INFINITY)
  useEffect(() => {
    const query = { ...(rule && { rule }), ...(camera && { camera }), ...(grade && { grade }) }
    const ask = () => {
      askedMs.current = performance.now()
      api.states(query).then(
        (counted) => setStates(counted.states),
        () => {}, // The list says why.
      )
    }
    // The first change is asked about at once, a storm of them once in a while.
    const sinceMs = performance.now() - askedMs.current
    const timer = setTimeout(ask, Math.max(0, COUNT_WAIT_MS - sinceMs))
    return () => clearTimeout(timer)
  }, [rule, camera, grade, records])
  return states
}

/** Keys work anywhere on the desk but where somebody types. */
function useDeskKeys(
  isShown: boolean,
  onStep: (step: 1 | -1) => void,
  review: { current: ReviewKeys | null },
  focusFilters: { current: (() => void) | null },
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
            : event.key === 'f' || event.key === '/'
              ? focusFilters.current?.()
              : (review.current?.(event.key) ?? false)
      // What is no key of the desk is the browser's: Enter on a button, above all.
      if (done !== false) event.preventDefault()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [isShown])
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement) return target.type !== 'checkbox' && target.type !== 'radio'
  return ['TEXTAREA', 'SELECT', 'VIDEO'].includes(target.tagName)
}
