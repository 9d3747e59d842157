/**
 * The picture with what is drawn on it. Corners are buttons: by mouse and finger they are pulled, by keyboard moved.
 *
 *     snapshot ◀─ outlines (SVG, fractions) ◀─ boxes of a dry run      corner: ←↑↓→ 0.5 %, Shift whole, Insert, Delete
 */
import { useRef, useState } from 'preact/hooks'
import type { Box, Point } from '../kit/geometry.ts'
import type { Chosen, Shape } from './place-shapes.ts'
import { useWords, type Words } from './words.ts'

const STEP = 0.005
const ARROWS: Readonly<Record<string, Point>> = {
  ...{ ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0] },
  ...{ ArrowUp: [0, -STEP], ArrowDown: [0, STEP] },
}
/** The drawing's own units; lines keep their width whatever the size of the picture. */
const SIZE = 1000

export interface CanvasActs {
  readonly onChoose: (chosen: Chosen) => void
  readonly onMove: (shape: Shape, at: number, to: Point) => void
  readonly onShift: (shape: Shape, by: Point) => void
  readonly onAdd: (shape: Shape, at: number) => void
  readonly onRemove: (shape: Shape, at: number) => void
}
interface CanvasProps extends CanvasActs {
  readonly label: string
  readonly picture: string | null
  readonly shapes: readonly Shape[]
  readonly nameOf: (shape: Shape) => string
  readonly chosen: Chosen | null
  readonly boxes: readonly Box[]
  readonly mayDraw: boolean
}

export function PlaceCanvas(props: CanvasProps) {
  const { label, picture, shapes, chosen, boxes, mayDraw } = props
  const { t } = useWords()
  const area = useRef<HTMLElement>(null)
  const [failed, setFailed] = useState<string | null>(null)
  const isShown = picture !== null && failed !== picture
  const active = shapes.find(({ key }) => key === chosen?.key)
  return (
    <section class="canvas" aria-label={label} ref={area}>
      {isShown ? (
        <img src={picture} alt={label} onError={() => setFailed(picture)} draggable={false} />
      ) : (
        <p class="hint blank">{t('places.noPicture')}</p>
      )}
      <svg viewBox={`0 0 ${SIZE} ${SIZE}`} preserveAspectRatio="none" aria-hidden="true">
        {shapes.map((shape) => (
          <Outline key={shape.key} shape={shape} isActive={shape === active} onChoose={props.onChoose} />
        ))}
        {boxes.map(([x1, y1, x2, y2], at) => (
          <rect
            key={`${at} ${x1} ${y1}`}
            class="tried"
            x={x1 * SIZE}
            y={y1 * SIZE}
            width={(x2 - x1) * SIZE}
            height={(y2 - y1) * SIZE}
          />
        ))}
      </svg>
      <p class="unseen" aria-live="polite">
        {mayDraw && active && chosen && (
          <CornerWords {...{ shape: active, at: chosen.at, nameOf: props.nameOf }} />
        )}
      </p>
      {mayDraw &&
        active?.points.map((point, at) => (
          <Corner key={`${active.key} ${at}`} {...{ ...props, shape: active, at, point, area }} />
        ))}
    </section>
  )
}

interface OutlineProps {
  readonly shape: Shape
  readonly isActive: boolean
  readonly onChoose: CanvasActs['onChoose']
}

/** By mouse the outline chooses its shape; by keyboard the list beside does. */
function Outline({ shape, isActive, onChoose }: OutlineProps) {
  const points = shape.points.map(([x, y]) => `${x * SIZE},${y * SIZE}`).join(' ')
  const kind = shape.field === 'polygon' ? shape.list : shape.field
  const attributes = {
    class: `outline ${kind}${isActive ? ' active' : ''}`,
    points,
    onPointerDown: () => onChoose({ key: shape.key, at: 0 }),
  }
  return shape.isClosed ? <polygon {...attributes} /> : <polyline {...attributes} />
}

/** Said again as it moves: a name that changes under the focus is not read out by itself. */
function CornerWords({ shape, at, nameOf }: Pick<CornerProps, 'shape' | 'at' | 'nameOf'>) {
  const words = useWords()
  const point = shape.points[at]
  return <>{point && cornerWords(words, nameOf(shape), at, point)}</>
}

function cornerWords({ t }: Words, shape: string, at: number, [x, y]: Point): string {
  const percent = (share: number) => String(Math.round(share * 1000) / 10)
  return t('places.corner', { shape, at: String(at + 1), x: percent(x), y: percent(y) })
}

interface CornerProps extends CanvasProps {
  readonly shape: Shape
  readonly at: number
  readonly point: Point
  readonly area: { readonly current: HTMLElement | null }
}

function Corner({ shape, at, point: [x, y], area, chosen, nameOf, ...acts }: CornerProps) {
  const words = useWords()
  const isPulled = useRef(false)
  const pull = (event: PointerEvent) => {
    const box = area.current?.getBoundingClientRect()
    if (!isPulled.current || box === undefined) return
    acts.onMove(shape, at, [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height])
  }
  const onKey = (event: KeyboardEvent) => {
    const by = ARROWS[event.key]
    if (by !== undefined && event.shiftKey) acts.onShift(shape, by)
    else if (by !== undefined) acts.onMove(shape, at, [x + by[0], y + by[1]])
    else if (event.key === 'Insert') acts.onAdd(shape, at)
    else if (event.key === 'Delete') acts.onRemove(shape, at)
    else return
    event.preventDefault()
  }
  return (
    <button
      type="button"
      class="corner"
      data-corner={at}
      style={{ left: `${x * 100}%`, top: `${y * 100}%` }}
      aria-label={cornerWords(words, nameOf(shape), at, [x, y])}
      aria-pressed={chosen?.at === at}
      onFocus={() => acts.onChoose({ key: shape.key, at })}
      onKeyDown={onKey}
      onPointerDown={(event) => {
        isPulled.current = true
        event.currentTarget.setPointerCapture(event.pointerId)
      }}
      onPointerMove={pull}
      onPointerUp={() => {
        isPulled.current = false
      }}
    />
  )
}
