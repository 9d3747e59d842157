/**
 * The editor of one camera: picture and corners on the left, what is said of each shape on the right, then the way of a
 * change: checked as it is drawn, tried, proposed.
 */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { PlaceView } from '../http/place-views.ts'
import type { Box } from '../kit/geometry.ts'
import { type CanvasActs, PlaceCanvas } from './place-canvas.tsx'
import { Checked, Propose, useCheck } from './place-proposal.tsx'
import { entryNamed, nameOf, PlaceSettings } from './place-settings.tsx'
import {
  type Chosen,
  type DrawingState,
  type ListName,
  ownerIn,
  redone,
  type Shape,
  shapesOf,
  stepped,
  undone,
  untouched,
  withCornerAfter,
  withCornerAt,
  withEntry,
  withNew,
  withoutCorner,
  withoutEntry,
  withShapeMoved,
} from './place-shapes.ts'
import { PlaceTrial } from './place-trial.tsx'
import type { Drawn, PlacesApi } from './places-api.ts'
import { useWords } from './words.ts'

interface EditorProps {
  readonly api: PlacesApi
  readonly place: PlaceView
  /** Null when this person may not look. */
  readonly picture: string | null
  readonly mayDraw: boolean
  readonly onFreshPicture: () => void
  readonly onReload: () => void
}

export function PlaceEditor(props: EditorProps) {
  const { api, place, picture, mayDraw, onFreshPicture } = props
  const { t } = useWords()
  const [state, setState] = useState<DrawingState>(() => untouched(place.drawing))
  const [chosen, setChosen] = useState<Chosen | null>(null)
  const [boxes, setBoxes] = useState<readonly Box[]>([])
  const isChanged = JSON.stringify(state.now) !== JSON.stringify(place.drawing)
  const drawn: Drawn = useMemo(
    () => ({ camera: place.camera, version: place.version, drawing: state.now }),
    [place, state.now],
  )
  const checked = { ...useCheck(api, drawn, isChanged), isChanged }
  const mayGoOn = isChanged && checked.check?.faults.length === 0
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => onUndoKey(event, setState)
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  const shapes = shapesOf(state.now)
  const shapeName = useShapeName(state)
  const acts = useActs(setState, setChosen)
  return (
    <div class="editor">
      <div class="drawing">
        <PlaceCanvas
          label={t('places.picture', { camera: place.name ?? place.camera })}
          nameOf={shapeName}
          {...{ picture, shapes, chosen, boxes, mayDraw, ...acts }}
        />
        <p class="inline">
          {picture !== null && (
            <button type="button" class="quiet" onClick={onFreshPicture}>
              {t('places.fresh')}
            </button>
          )}
          <small>{t('places.masked')}</small>
          {mayDraw && <small>{t('places.keys')}</small>}
        </p>
        {mayDraw && <PlaceTrial {...{ api, drawn }} mayStart={mayGoOn} onBoxes={setBoxes} />}
      </div>
      <Sheet
        {...{
          ...props,
          state,
          setState,
          chosen,
          setChosen,
          shapes,
          shapeName,
          acts,
          drawn,
          checked,
          mayGoOn,
        }}
      />
    </div>
  )
}

interface SheetProps extends EditorProps {
  readonly state: DrawingState
  readonly setState: (change: (before: DrawingState) => DrawingState) => void
  readonly chosen: Chosen | null
  readonly setChosen: (chosen: Chosen | null) => void
  readonly shapes: readonly Shape[]
  readonly shapeName: (shape: Shape) => string
  readonly acts: CanvasActs
  readonly drawn: Drawn
  readonly checked: ReturnType<typeof useCheck> & { readonly isChanged: boolean }
  readonly mayGoOn: boolean
}

/** Everything beside the picture. */
function Sheet({ api, place, mayDraw, onReload, state, setState, chosen, setChosen, ...more }: SheetProps) {
  const { t } = useWords()
  const { shapes, shapeName, acts, drawn, checked, mayGoOn } = more
  const active = shapes.find(({ key }) => key === chosen?.key) ?? null
  const add = (list: ListName) => {
    setState((before) => stepped(before, withNew(before.now, list, place.camera)))
    setChosen({ key: `${list}.${state.now[list].length}.polygon`, at: 0 })
  }
  const list = <ShapeList shapes={shapes} active={active} nameOf={shapeName} onChoose={setChosen} />
  if (!mayDraw)
    return (
      <div class="beside">
        <p class="hint">{t('places.readOnly')}</p>
        {list}
      </div>
    )
  return (
    <div class="beside">
      <Tools {...{ state, setState, active, chosen, acts, add }} />
      {list}
      {active && (
        <PlaceSettings
          key={`${active.list}.${active.index}`}
          place={place}
          owner={active}
          entry={entryNamed(state.now, active)}
          name={shapeName(active)}
          onChange={(change, step) => {
            const name = step && `${active.key} ${step}`
            setState((before) => stepped(before, withEntry(before.now, active, change), name))
          }}
          onRemove={() => {
            setChosen(null)
            setState((before) => stepped(before, withoutEntry(before.now, active)))
          }}
        />
      )}
      <Checked
        {...{ ...checked, onReload }}
        ownerOf={(path) => ownerIn(path, state.now)}
        onChoose={({ list, index }) => setChosen({ key: `${list}.${index}.polygon`, at: 0 })}
      />
      <Propose api={api} drawn={drawn} mayPropose={mayGoOn} />
    </div>
  )
}

function useShapeName({ now }: DrawingState): (shape: Shape) => string {
  const { t } = useWords()
  return (shape) => {
    const name = nameOf(shape, entryNamed(now, shape), (kind) => t(`places.${kind}`))
    if (shape.field === 'polygon') return name
    return `${name} · ${t(shape.field === 'groundScale' ? 'places.scale' : 'places.line')}`
  }
}

/** Steps at corners; where one was put in or taken out the keyboard stays. */
function useActs(
  setState: (change: (before: DrawingState) => DrawingState) => void,
  setChosen: (chosen: Chosen) => void,
): CanvasActs {
  const wanted = useRef<number | null>(null)
  // At once with the drawing: whoever types on must not type into nothing.
  useLayoutEffect(() => {
    if (wanted.current === null) return
    document.querySelector<HTMLElement>(`.corner[data-corner="${wanted.current}"]`)?.focus()
    wanted.current = null
  })
  const corners = (shape: Shape, at: number, change: typeof withCornerAfter, next: number) =>
    setState((before) => {
      const drawing = change(before.now, shape, at)
      if (drawing === null) return before
      wanted.current = next
      setChosen({ key: shape.key, at: next })
      return stepped(before, drawing)
    })
  return {
    onChoose: setChosen,
    onMove: (shape, at, to) =>
      setState((before) => stepped(before, withCornerAt(before.now, shape, at, to), `${shape.key} ${at}`)),
    onShift: (shape, by) =>
      setState((before) => stepped(before, withShapeMoved(before.now, shape, by), `${shape.key} whole`)),
    onAdd: (shape, at) => corners(shape, at, withCornerAfter, at + 1),
    onRemove: (shape, at) => corners(shape, at, withoutCorner, Math.max(0, at - 1)),
  }
}

function onUndoKey(event: KeyboardEvent, setState: (change: (before: DrawingState) => DrawingState) => void) {
  const isText = event.target instanceof HTMLInputElement && event.target.type !== 'checkbox'
  if (!(event.ctrlKey || event.metaKey) || isText) return
  const key = event.key.toLowerCase()
  if (key === 'z') setState(event.shiftKey ? redone : undone)
  else if (key === 'y') setState(redone)
  else return
  event.preventDefault()
}

interface ToolsProps {
  readonly state: DrawingState
  readonly setState: (change: (before: DrawingState) => DrawingState) => void
  readonly active: Shape | null
  readonly chosen: Chosen | null
  readonly acts: CanvasActs
  readonly add: (list: ListName) => void
}

function Tools({ state, setState, active, chosen, acts, add }: ToolsProps) {
  const { t } = useWords()
  const at = chosen?.at ?? 0
  return (
    <div class="tools" role="toolbar" aria-label={t('places.draw')}>
      <button type="button" class="second" onClick={() => add('zones')}>
        {t('places.addZone')}
      </button>
      <button type="button" class="second" onClick={() => add('privacyMasks')}>
        {t('places.addMask')}
      </button>
      <button type="button" class="second" onClick={() => add('permits')}>
        {t('places.addPermit')}
      </button>
      <button type="button" class="quiet" disabled={!active} onClick={() => active && acts.onAdd(active, at)}>
        {t('places.addCorner')}
      </button>
      <button
        type="button"
        class="quiet"
        disabled={!active}
        onClick={() => active && acts.onRemove(active, at)}
      >
        {t('places.removeCorner')}
      </button>
      <button type="button" class="quiet" disabled={state.past.length === 0} onClick={() => setState(undone)}>
        {t('places.undo')}
      </button>
      <button
        type="button"
        class="quiet"
        disabled={state.future.length === 0}
        onClick={() => setState(redone)}
      >
        {t('places.redo')}
      </button>
    </div>
  )
}

interface ListProps {
  readonly shapes: readonly Shape[]
  readonly active: Shape | null
  readonly nameOf: (shape: Shape) => string
  readonly onChoose: (chosen: Chosen) => void
}

function ShapeList({ shapes, active, nameOf: shapeName, onChoose }: ListProps) {
  const { t } = useWords()
  return (
    <section aria-label={t('places.shapes')}>
      <h3>{t('places.shapes')}</h3>
      {shapes.length === 0 && <p class="hint">{t('none')}</p>}
      <ul class="shapes">
        {shapes.map((shape) => (
          <li key={shape.key}>
            <button
              type="button"
              class={`quiet ${shape.field === 'polygon' ? shape.list : shape.field}`}
              aria-pressed={shape === active}
              onClick={() => onChoose({ key: shape.key, at: 0 })}
            >
              {shapeName(shape)}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
