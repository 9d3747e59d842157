/**
 * What is drawn on a picture, as shapes of corners, and how it changes: one step at a time, each to be undone.
 *
 *     Drawing (as it stands in the file) ─▶ shapes ─ corner moved, put in, taken out ─▶ Drawing, past and future
 *
 * Nothing of this knows a browser.
 */
import type { Drawing } from '../http/place-views.ts'
import type { Point } from '../kit/geometry.ts'

export type Values = Readonly<Record<string, unknown>>
export type ListName = keyof Drawing

/** An entry of one of the lists of a drawing. */
export interface Owner {
  readonly list: ListName
  readonly index: number
}
export interface Shape extends Owner {
  readonly key: string
  readonly field: 'polygon' | 'shopfrontLine' | 'groundScale'
  readonly points: readonly Point[]
  readonly isClosed: boolean
  readonly pointsMin: number
  readonly pointsMax: number
}
export interface Chosen {
  readonly key: string
  readonly at: number
}

export interface DrawingState {
  readonly now: Drawing
  readonly past: readonly Drawing[]
  readonly future: readonly Drawing[]
  /** Steps of one kind at one corner are undone together. */
  readonly step: string
}

const PAST_MAX = 200
const DIGITS = 4

const LISTS: readonly ListName[] = ['zones', 'privacyMasks', 'permits']

export function shapesOf(drawing: Drawing): Shape[] {
  return LISTS.flatMap((list) =>
    drawing[list].flatMap((entry, index) => {
      const owner = { list, index }
      const { polygon, shopfrontLine, groundScale } = entry
      const shapes: Shape[] = []
      if (isPoints(polygon)) shapes.push(shapeOf(owner, 'polygon', polygon))
      if (isPoints(shopfrontLine)) shapes.push(shapeOf(owner, 'shopfrontLine', shopfrontLine))
      if (isLength(groundScale))
        shapes.push(shapeOf(owner, 'groundScale', [groundScale.from, groundScale.to]))
      return shapes
    }),
  )
}

const BOUNDS = {
  polygon: { isClosed: true, pointsMin: 3, pointsMax: 64 },
  shopfrontLine: { isClosed: false, pointsMin: 2, pointsMax: 32 },
  groundScale: { isClosed: false, pointsMin: 2, pointsMax: 2 },
} as const

function shapeOf(owner: Owner, field: Shape['field'], points: readonly Point[]): Shape {
  return { ...owner, key: `${owner.list}.${owner.index}.${field}`, field, points, ...BOUNDS[field] }
}

const isPoints = (value: unknown): value is Point[] => Array.isArray(value)

export function isLength(value: unknown): value is { from: Point; to: Point; metres: number } {
  return typeof value === 'object' && value !== null && 'metres' in value
}

export const entryOf = (drawing: Drawing, { list, index }: Owner): Values | undefined => drawing[list][index]

/** The drawing with other values in one entry; undefined takes a value out. */
export function withEntry(drawing: Drawing, { list, index }: Owner, change: Values): Drawing {
  const entry = { ...drawing[list][index], ...change }
  const next = Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined))
  return { ...drawing, [list]: drawing[list].map((one, at) => (at === index ? next : one)) }
}

export function withoutEntry(drawing: Drawing, { list, index }: Owner): Drawing {
  return { ...drawing, [list]: drawing[list].filter((_, at) => at !== index) }
}

const MIDDLE: readonly Point[] = [
  [0.3, 0.4],
  [0.7, 0.4],
  [0.7, 0.8],
  [0.3, 0.8],
]

/** A quarter of the picture, to be pulled into place. */
export function withNew(drawing: Drawing, list: ListName, camera: string): Drawing {
  const ids = new Set([...drawing.zones, ...drawing.permits].map(({ id }) => id))
  const free = (word: string) => {
    for (let number = 1; ; number++) if (!ids.has(`${word}-${number}`)) return `${word}-${number}`
  }
  const entry: Values = {
    zones: { id: free('zone'), type: 'NO_VENDING', polygon: MIDDLE, rules: [] },
    privacyMasks: { polygon: MIDDLE },
    permits: { id: free('permit'), type: 'GUIDED', camera, polygon: MIDDLE },
  }[list]
  return { ...drawing, [list]: [...drawing[list], entry] }
}

function withPoints(drawing: Drawing, shape: Shape, points: readonly Point[]): Drawing {
  if (shape.field !== 'groundScale') return withEntry(drawing, shape, { [shape.field]: points })
  const scale = entryOf(drawing, shape)?.['groundScale'] as Values
  return withEntry(drawing, shape, { groundScale: { ...scale, from: points[0], to: points[1] } })
}

const inPicture = (share: number): number => Number(Math.min(1, Math.max(0, share)).toFixed(DIGITS))
const point = ([x, y]: Point): Point => [inPicture(x), inPicture(y)]

export function withCornerAt(drawing: Drawing, shape: Shape, at: number, to: Point): Drawing {
  return withPoints(
    drawing,
    shape,
    shape.points.map((one, index) => (index === at ? point(to) : one)),
  )
}

/** The whole shape, no further than the edge of the picture. */
export function withShapeMoved(drawing: Drawing, shape: Shape, [dx, dy]: Point): Drawing {
  const limit = (axis: 0 | 1, by: number) => {
    const values = shape.points.map((one) => one[axis])
    return Math.min(1 - Math.max(...values), Math.max(-Math.min(...values), by))
  }
  const [x, y] = [limit(0, dx), limit(1, dy)]
  return withPoints(
    drawing,
    shape,
    shape.points.map((one) => point([one[0] + x, one[1] + y])),
  )
}

/** A corner in the middle of the edge that begins at this one; null when the shape has all it may have. */
export function withCornerAfter(drawing: Drawing, shape: Shape, at: number): Drawing | null {
  if (shape.points.length >= shape.pointsMax) return null
  const isLast = at === shape.points.length - 1
  const from = isLast && !shape.isClosed ? at - 1 : at
  const [a, b] = [shape.points[from]!, shape.points[(from + 1) % shape.points.length]!]
  const middle = point([(a[0] + b[0]) / 2, (a[1] + b[1]) / 2])
  return withPoints(drawing, shape, shape.points.toSpliced(from + 1, 0, middle))
}

export function withoutCorner(drawing: Drawing, shape: Shape, at: number): Drawing | null {
  if (shape.points.length <= shape.pointsMin) return null
  return withPoints(drawing, shape, shape.points.toSpliced(at, 1))
}

export const untouched = (drawing: Drawing): DrawingState => ({
  now: drawing,
  past: [],
  future: [],
  step: '',
})

/** @param step a name of the step; the same name twice is one step, an empty one never is */
export function stepped(state: DrawingState, next: Drawing, step = ''): DrawingState {
  if (next === state.now) return state
  const isSame = step !== '' && step === state.step
  const past = isSame ? state.past : [...state.past, state.now].slice(-PAST_MAX)
  return { now: next, past, future: [], step }
}

export function undone(state: DrawingState): DrawingState {
  const before = state.past.at(-1)
  if (before === undefined) return state
  return { now: before, past: state.past.slice(0, -1), future: [state.now, ...state.future], step: '' }
}

export function redone(state: DrawingState): DrawingState {
  const [next, ...future] = state.future
  if (next === undefined) return state
  return { now: next, past: [...state.past, state.now], future, step: '' }
}

/** The entry that a fault of the loader is about: `cameras[0].zones[1].polygon`. */
export function ownerIn(path: string | null, drawing: Drawing): Owner | null {
  const found = /^cameras\[\d+\]\.(zones|privacyMasks)\[(\d+)\]/.exec(path ?? '')
  if (found === null) return null
  const [list, index] = [found[1] as ListName, Number(found[2])]
  return drawing[list][index] === undefined ? null : { list, index }
}
