/**
 * A look as a picture for people: what one model sees, and what the gateway would make of it.
 *
 *     frame ─▶ 1280 wide, in the camera's shape ─▶ zones ─▶ baseline ─▶ faint ─▶ sure ─▶ a strip that explains them
 *
 * An SVG laid over by sharp: boxes and words stay sharp however few pixels the network sees.
 */
import sharp from 'sharp'
import type { Role } from './detections/detections.ts'
import { FRAME_HEIGHT, FRAME_WIDTH } from './frames/frame.ts'
import type { Language } from './kit/errors.ts'
import type { Box, Polygon } from './kit/geometry.ts'
import { BASELINE_COLOUR, colourOf, OTHER_COLOUR, ZONE_COLOUR } from './palette.ts'
import { toRgb } from './picture-frame.ts'

const WIDTH = 1_280
/** Pixels: words in the picture and below it, the strip, the widest letter. */
const FONT = 20
const STRIP = 84
const LETTER = 11.5
const JPEG_QUALITY = 88

export type ThingState = 'sure' | 'faint' | 'baseline'

interface DrawnThing {
  readonly class: string
  readonly role: Role
  readonly score: number
  readonly box: Box
  readonly state: ThingState
}

export interface Drawing {
  readonly yuv: Uint8Array
  readonly aspect: number
  readonly title: string
  readonly zones: readonly { readonly id: string; readonly polygon: Polygon }[]
  /** Parts of the picture that the model was shown; none drawn when it saw all of it. */
  readonly views: readonly Box[]
  readonly things: readonly DrawnThing[]
}

const WORDS = {
  en: {
    sure: 'sure: from 0.50 on',
    faint: 'under the threshold',
    baseline: 'baseline: makes no track',
    zone: 'zone',
    view: 'looked at',
  },
  zh: {
    sure: '确信（≥0.50）',
    faint: '低于阈值',
    baseline: '基线：不参与研判',
    zone: '区域',
    view: '检测视野',
  },
} as const

/** A JPEG, 1280 pixels wide. */
export async function drawLook(drawing: Drawing, language: Language): Promise<Buffer> {
  const height = Math.round(WIDTH / drawing.aspect)
  const raw = { width: FRAME_WIDTH, height: FRAME_HEIGHT, channels: 3 } as const
  const order: readonly ThingState[] = ['baseline', 'faint', 'sure']
  const things = order.flatMap((state) => drawing.things.filter((thing) => thing.state === state))
  const parts = [
    ...drawing.zones.map(({ id, polygon }) => zone(polygon, id, height)),
    ...drawing.views.map((view) => box(view, height, ZONE_COLOUR, 'stroke-width="2" stroke-dasharray="2 8"')),
    ...things.map((thing) => outlineOf(thing, height)),
    ...labels(things, height),
    strip(drawing, height, language),
  ]
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height + STRIP}"
    font-family="sans-serif" font-size="${FONT}"><defs>${HATCH}</defs>${parts.join('\n')}</svg>`
  return sharp(toRgb(drawing.yuv), { raw })
    .resize(WIDTH, height, { fit: 'fill', kernel: 'cubic' })
    .extend({ bottom: STRIP, background: '#1a1a1a' })
    .composite([{ input: Buffer.from(svg) }])
    .jpeg({ quality: JPEG_QUALITY, chromaSubsampling: '4:4:4' })
    .toBuffer()
}

const HATCH = `<pattern id="hatch" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
  <line y2="9" stroke="${BASELINE_COLOUR}" stroke-width="2" opacity="0.7"/></pattern>`

function zone(polygon: Polygon, id: string, height: number): string {
  const points = polygon.map(([x, y]) => `${px(x * WIDTH)},${px(y * height)}`).join(' ')
  const [x, y] = polygon.reduce((first, point) => (point[0] + point[1] < first[0] + first[1] ? point : first))
  const at = { x: Math.max(0, x * WIDTH), y: Math.max(0, y * height) + FONT + 4 }
  return `<polygon points="${points}" fill="${ZONE_COLOUR}" fill-opacity="0.08" stroke="${ZONE_COLOUR}"
    stroke-width="3" stroke-opacity="0.9"/>
    <text x="${px(at.x + 8)}" y="${px(at.y)}" fill="${ZONE_COLOUR}" stroke="#000" stroke-width="4"
      paint-order="stroke">${escaped(id)}</text>`
}

function outlineOf({ box: place, role, state }: DrawnThing, height: number): string {
  if (state === 'faint')
    return box(place, height, colourOf(role), 'stroke-width="2" stroke-dasharray="7 6" stroke-opacity="0.75"')
  if (state === 'baseline') return box(place, height, BASELINE_COLOUR, 'stroke-width="2"', 'url(#hatch)')
  const halo = box(place, height, '#000', 'stroke-width="7" stroke-opacity="0.55"')
  return halo + box(place, height, colourOf(role), 'stroke-width="3"')
}

function box([x1, y1, x2, y2]: Box, height: number, stroke: string, style: string, fill = 'none'): string {
  const size = `width="${px((x2 - x1) * WIDTH)}" height="${px((y2 - y1) * height)}"`
  return `<rect x="${px(x1 * WIDTH)}" y="${px(y1 * height)}" ${size} rx="3" fill="${fill}" stroke="${stroke}" ${style}/>`
}

interface Tag {
  readonly x: number
  readonly y: number
  readonly width: number
}

/** Words above their boxes, moved down where they would lie on others'. */
function labels(things: readonly DrawnThing[], height: number): string[] {
  const taken: Tag[] = []
  return things.toReversed().map((thing) => {
    const { box: place, role, score, state } = thing
    const name = thing.class === role ? role : `${thing.class} · ${role}`
    const text = `${state === 'faint' ? thing.class : name} ${score.toFixed(2)}`
    const size = state === 'sure' ? FONT : FONT - 4
    const width = (text.length * LETTER * size) / FONT + 10
    const x = Math.max(0, Math.min(WIDTH - width, place[0] * WIDTH))
    let y = Math.max(size + 8, place[1] * height)
    while (taken.some((tag) => Math.abs(tag.y - y) < size + 8 && tag.x < x + width && x < tag.x + tag.width))
      y += size + 8
    taken.push({ x, y, width })
    const colour = state === 'baseline' ? BASELINE_COLOUR : colourOf(role)
    const [fill, ink] = state === 'sure' ? [colour, '#000'] : ['#000', colour]
    return `<rect x="${px(x)}" y="${px(y - size - 6)}" width="${px(width)}" height="${size + 6}" rx="3"
      fill="${fill}" fill-opacity="${state === 'sure' ? 0.95 : 0.6}"/>
      <text x="${px(x + 5)}" y="${px(y - 6)}" font-size="${size}" fill="${ink}">${escaped(text)}</text>`
  })
}

/** Which model, when, and what the lines mean. */
function strip({ title, zones, views }: Drawing, height: number, language: Language): string {
  const words = WORDS[language]
  const keys: [word: string, sample: (x: number) => string][] = [
    [words.sure, (x) => sample(x, height, OTHER_COLOUR, 'stroke-width="3"')],
    [words.faint, (x) => sample(x, height, OTHER_COLOUR, 'stroke-width="2" stroke-dasharray="7 6"')],
    [words.baseline, (x) => sample(x, height, BASELINE_COLOUR, 'stroke-width="2"', 'url(#hatch)')],
  ]
  if (zones.length > 0) keys.push([words.zone, (x) => sample(x, height, ZONE_COLOUR, 'stroke-width="3"')])
  if (views.length > 0)
    keys.push([words.view, (x) => sample(x, height, ZONE_COLOUR, 'stroke-width="2" stroke-dasharray="2 8"')])
  let x = 14
  const drawn = keys.map(([word, draw]) => {
    const from = x
    x += 62 + (language === 'zh' ? 20 : LETTER - 1) * word.length
    return `${draw(from)}<text x="${from + 42}" y="${height + 70}" fill="#ddd" font-size="18">${escaped(word)}</text>`
  })
  return `<text x="14" y="${height + 32}" fill="#fff" font-weight="bold">${escaped(title)}</text>${drawn.join('')}`
}

const sample = (x: number, height: number, stroke: string, style: string, fill = 'none'): string =>
  `<rect x="${x}" y="${height + 54}" width="34" height="18" rx="3" fill="${fill}" stroke="${stroke}" ${style}/>`

const px = (value: number): string => value.toFixed(1)

const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`)
