/**
 * What people draw, put into the YAML document: values of one camera change, all else stays as somebody wrote it.
 *
 *     text ─▶ document ─▶ zones, masks, permits of the camera merged into its nodes ─▶ text, line by line the old one
 *
 * Nodes that go on keep their comments, order and style. Lines that the document would only write differently are
 * taken from the old text, so that a second person reads of a change what changed and no more.
 */
import { isDeepStrictEqual } from 'node:util'
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml'
import { commonLines } from './config-diff.ts'
import type { Drawing } from './http/place-views.ts'
import { fault } from './kit/errors.ts'

type Values = Readonly<Record<string, unknown>>

/** Names by which an entry of a list is known again. */
const NAMES = ['id', 'rule'] as const

/** @throws CONFIG_CHANGE_REFUSED when the camera does not stand in the text. */
export function drawingOf(text: string, cameraId: string): Drawing {
  return drawingIn(parseDocument(text), cameraId)
}

/** The text with another drawing in it. @throws CONFIG_CHANGE_REFUSED */
export function withDrawing(text: string, cameraId: string, drawing: Drawing): string {
  const document = parseDocument(text)
  refusePlaces(drawing, drawingIn(document, cameraId))
  const before: unknown = document.toJS()
  const plain = written(document, text)
  const camera = cameraIn(document, cameraId)
  for (const key of ['zones', 'privacyMasks'] as const) putList(document, camera, key, drawing[key])
  putPermits(document, cameraId, drawing.permits)
  const edited = written(document, text)
  const after = valuesOf(edited)
  if (!isDeepStrictEqual(apart(after, cameraId), apart(before, cameraId))) {
    throw refusal('others in the file refer to what would change (an anchor); write it there by hand')
  }
  const spare = sparingly(text, plain, edited)
  return isDeepStrictEqual(valuesOf(spare), after) ? spare : edited
}

/** The text with a camera more; `secretFile` is where its password lies. @throws CONFIG_CHANGE_REFUSED */
export function withCamera(text: string, camera: Values, login: CameraSecret | null): string {
  const foreign = placesIn(camera)[0]
  if (foreign !== undefined) throw refusal(`${foreign} cannot be written from here`)
  const document = parseDocument(text)
  const plain = written(document, text)
  const entry =
    login === null ? camera : { ...camera, login: { user: login.user, password: { file: login.file } } }
  const cameras = document.get('cameras', true)
  if (isSeq(cameras)) {
    if (cameras.items.length === 0) cameras.flow = false
    cameras.add(fresh(document, entry))
  } else if (isMap(document.contents)) document.set('cameras', fresh(document, [entry]))
  else throw refusal('the file is no mapping')
  const edited = written(document, text)
  const spare = sparingly(text, plain, edited)
  return isDeepStrictEqual(valuesOf(spare), valuesOf(edited)) ? spare : edited
}

export interface CameraSecret {
  readonly user: string
  /** A file that holds the password, as the configuration names it. */
  readonly file: string
}

function drawingIn(document: Document, cameraId: string): Drawing {
  const { zones, privacyMasks } = cameraIn(document, cameraId).toJS(document) as Partial<Drawing>
  return { zones: zones ?? [], privacyMasks: privacyMasks ?? [], permits: permitsOf(document, cameraId) }
}

function cameraIn(document: Document, cameraId: string): YAMLMap {
  const cameras = document.get('cameras')
  const found = isSeq(cameras) ? cameras.items.find((one) => isMap(one) && one.get('id') === cameraId) : null
  if (!isMap(found)) throw refusal(`the camera ${cameraId} does not stand in the file`)
  return found
}

const isDrawnIn = (permit: Values, cameraId: string): boolean =>
  permit['camera'] === cameraId && permit['polygon'] !== undefined

function permitsOf(document: Document, cameraId: string): Values[] {
  const permits = (document.toJS() as { permits?: Values[] }).permits ?? []
  return permits.filter((permit) => isDrawnIn(permit, cameraId))
}

/** An empty list that nobody wrote stays unwritten. */
function putList(document: Document, owner: YAMLMap, key: string, list: readonly Values[]): void {
  if (list.length === 0 && !owner.has(key)) return
  owner.set(key, merged(document, owner.get(key, true), list))
}

function putPermits(document: Document, cameraId: string, drawn: readonly Values[]): void {
  const all = (document.toJS() as { permits?: Values[] }).permits ?? []
  const named = (id: unknown) => drawn.find((permit) => permit['id'] === id)
  const kept = all.flatMap((permit) => {
    if (!isDrawnIn(permit, cameraId)) return [permit]
    const now = named(permit['id'])
    return now === undefined ? [] : [now]
  })
  const known = new Set(all.map(({ id }) => id))
  const added = drawn.filter(({ id }) => !known.has(id)).map((permit) => ({ ...permit, camera: cameraId }))
  if (!isMap(document.contents)) throw refusal('the file is no mapping')
  putList(document, document.contents, 'permits', [...kept, ...added])
}

/** The node with a value in it: what stays the same stays the same node. */
function merged(document: Document, node: unknown, value: unknown): unknown {
  if (isAlias(node) && isDeepStrictEqual(node.toJS(document), value)) return node
  if (isMap(node) && isValues(value)) {
    node.items = node.items.filter(({ key }) => String(key) in value)
    for (const [key, one] of Object.entries(value)) {
      const pair = node.items.find((each) => String(each.key) === key)
      if (pair === undefined) node.add(document.createPair(key, fresh(document, one)))
      else pair.value = merged(document, pair.value, one)
    }
    return node
  }
  if (isSeq(node) && Array.isArray(value)) {
    if (node.items.length === 0) node.flow = false
    node.items = value.map((one, at) => merged(document, counterpart(document, node.items, one, at), one))
    return node
  }
  if (isScalar(node) && (value === null || typeof value !== 'object')) {
    if (node.value === value) return node
    node.value = value
    // A number is not written with the digits of the one before.
    delete node.minFractionDigits
    delete node.format
    delete node.source
    return node
  }
  return fresh(document, value)
}

function counterpart(document: Document, items: readonly unknown[], value: unknown, at: number): unknown {
  const name = isValues(value) ? NAMES.find((one) => value[one] !== undefined) : undefined
  if (name === undefined || !isValues(value)) return items[at]
  return items.find((item) => isMap(item) && isDeepStrictEqual(item.toJS(document)[name], value[name]))
}

/** Points stand on one line; times of day are quoted, as readers of older YAML take them for numbers. */
function fresh(document: Document, value: unknown): Node {
  const node = document.createNode(value)
  visit(node, {
    Seq: (_, seq) => {
      if (seq.items.every((item) => isScalar(item) || isSeq(item))) seq.flow = true
    },
    Scalar: (_, scalar) => {
      if (/^\d+:\d+$/.test(String(scalar.value))) scalar.type = 'QUOTE_DOUBLE'
    },
  })
  return node
}

function isValues(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** In the style of the file, as far as a document has one. */
function written(document: Document, text: string): string {
  return document.toString({
    lineWidth: 0,
    flowCollectionPadding: /[{[] \S/.test(text),
    indentSeq: !/^(\s*)[^\s#-][^\n]*:\s*\n\1- /m.test(text),
  })
}

const valuesOf = (text: string): unknown => parseDocument(text).toJS()

/** Everything but what may be drawn. */
function apart(values: unknown, cameraId: string): unknown {
  const { cameras, permits = [], ...rest } = values as { cameras: Values[]; permits?: Values[] }
  const others = cameras.map((camera) => {
    const { zones, privacyMasks, ...more } = camera
    return camera['id'] === cameraId ? more : camera
  })
  return [rest, others, permits.filter((permit) => !isDrawnIn(permit, cameraId))]
}

/** The edited text, where a line of it only differs from the old one in how it is written, the old one. */
function sparingly(text: string, plain: string, edited: string): string {
  const [old, same, next] = [text.split('\n'), plain.split('\n'), edited.split('\n')]
  const bare = (lines: readonly string[]) => lines.map((line) => line.replace(/\s+/g, ''))
  const groups = groupsOf(commonLines(bare(old), bare(same)), old.length, same.length)
  const places = new Map(commonLines(same, next).map(([plainAt, nextAt]) => [plainAt, nextAt]))
  const instead = new Map<number, readonly string[]>()
  for (const { from, to, oldFrom, oldTo } of groups) {
    const first = places.get(from)
    const isWhole = first !== undefined && range(from, to).every((at) => places.get(at) === first + at - from)
    if (!isWhole) continue
    for (const at of range(from, to)) instead.set(first + at - from, [])
    instead.set(first, old.slice(oldFrom, oldTo))
  }
  return next.flatMap((line, at) => instead.get(at) ?? [line]).join('\n')
}

interface Group {
  readonly from: number
  readonly to: number
  readonly oldFrom: number
  readonly oldTo: number
}

/** Stretches of lines that say the same in both: single ones that are alike, and what lies between such. */
function groupsOf(pairs: readonly [number, number][], oldEnd: number, end: number): Group[] {
  const groups: Group[] = []
  let [oldAt, at] = [0, 0]
  for (const [oldTo, to] of [...pairs, [oldEnd, end] as const]) {
    // Lines that only the old text has (empty ones) go with the line after them.
    const hasBetween = to > at
    if (hasBetween) groups.push({ from: at, to, oldFrom: oldAt, oldTo })
    if (to < end) groups.push({ from: to, to: to + 1, oldFrom: hasBetween ? oldTo : oldAt, oldTo: oldTo + 1 })
    ;[oldAt, at] = [oldTo + 1, to + 1]
  }
  const last = groups.at(-1)
  return last === undefined ? [] : [...groups.slice(0, -1), { ...last, oldTo: oldEnd }]
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at)

/** A drawing names no environment and no file: what would be filled in there could be read off the answer. */
function refusePlaces(drawing: Drawing, old: Drawing): void {
  const known = new Set(placesIn(old))
  const foreign = placesIn(drawing).find((one) => !known.has(one))
  if (foreign !== undefined) throw refusal(`${foreign} cannot be written from here`)
}

function placesIn(value: unknown): string[] {
  if (typeof value === 'string') return value.includes('${') ? [value] : []
  if (Array.isArray(value)) return value.flatMap(placesIn)
  if (!isValues(value)) return []
  const file = 'file' in value ? ['file:'] : []
  return [...file, ...Object.values(value).flatMap(placesIn)]
}

const refusal = (reason: string) => fault('CONFIG_CHANGE_REFUSED', { change: 'new', reason })
