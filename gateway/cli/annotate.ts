/**
 * `--annotate`: a copy of the video with zones, tracks, states and the baseline drawn over it.
 *
 *     look ─▶ a line of an ASS subtitle file per zone, track, act … ─▶ ffmpeg burns it into a re-encoded copy
 *
 * The drawing is a derivative at the video's full size and rate; the original file is only read.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { CameraOptions } from '../../config/schema.ts'
import type { Known } from '../analysis.ts'
import type { Frame } from '../frames/frame.ts'
import type { Box, Polygon } from '../kit/geometry.ts'
import { BASELINE_COLOUR, colourOf, stateColourOf, ZONE_COLOUR } from '../palette.ts'
import { remux } from '../streams/media-tool.ts'

/** Drawing units: the picture is 1000 wide and high, whatever its shape. */
const UNITS = 1000
const HEADER = `[Script Info]
ScriptType: v4.00+
PlayResX: ${UNITS}
PlayResY: ${UNITS}
ScaledBorderAndShadow: yes

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, OutlineColour, BackColour, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV
Style: line,sans-serif,34,&HFF000000,&H00FFFFFF,&H00000000,1,3,0,7,0,0,0
Style: word,sans-serif,34,&H00FFFFFF,&H00000000,&H80000000,3,2,0,7,0,0,0

[Events]
Format: Layer, Start, End, Style, Text
`
export class Annotator {
  readonly #camera: CameraOptions
  readonly #to: string
  readonly #lines: string[] = []
  #drawn: ({ readonly timeMs: number } & Known) | null = null

  constructor(camera: CameraOptions, to: string) {
    this.#camera = camera
    this.#to = to.replace(/(\.\w+)?$/, '.mp4')
  }

  /** What was true at one look is shown until the next. */
  draw({ timeMs }: Frame, known: Known): void {
    this.#flush(timeMs)
    this.#drawn = { timeMs, ...known }
  }

  async write(from: string): Promise<void> {
    this.#flush((this.#drawn?.timeMs ?? 0) + 1000)
    mkdirSync(dirname(this.#to), { recursive: true })
    const subtitles = `${this.#to}.ass`
    writeFileSync(subtitles, HEADER + this.#lines.join(''))
    await remux(from, this.#to, ['-an', '-vf', `ass=${escaped(subtitles)}`, '-c:v', 'libx264', '-crf', '23'])
  }

  #flush(untilMs: number): void {
    if (this.#drawn === null) return
    const { timeMs, acts, tracks, explained } = this.#drawn
    const span: Span = [timeMs, untilMs]
    for (const zone of this.#camera.zones) this.#line(span, outline(zone.polygon, ZONE_COLOUR))
    for (const { box, class: name } of explained) {
      this.#line(span, outline(cornersOf(box), BASELINE_COLOUR, FINE))
      this.#word(span, box, `${name} (baseline)`, SMALL)
    }
    for (const { box, class: name, role, trackId } of tracks) {
      this.#line(span, outline(cornersOf(box), colourOf(role), FINE))
      this.#word(span, box, `${name} ${trackId}`, SMALL)
    }
    for (const act of acts) {
      this.#line(span, outline(cornersOf(act.box), stateColourOf(act.state)))
      this.#word(span, act.box, `${act.ruleId} ${act.state} ${Math.round((timeMs - act.startMs) / 1000)} s`)
    }
  }

  #line(span: Span, drawing: string): void {
    this.#lines.push(`Dialogue: 0,${clock(span[0])},${clock(span[1])},line,${drawing}\n`)
  }

  #word(span: Span, box: Box, text: string, style = ''): void {
    const at = `{\\pos(${units(box[0])},${units(box[1])})\\an1${style}}`
    this.#lines.push(`Dialogue: 1,${clock(span[0])},${clock(span[1])},word,${at}${plain(text)}\n`)
  }
}

/** From one look to the next, ms. */
type Span = readonly [fromMs: number, toMs: number]

/** Tags: what is only seen is drawn finer than what is suspected. */
const FINE = '\\bord1.5'
const SMALL = '\\fs22'

function outline(polygon: Polygon, colour: string, style = ''): string {
  const path = polygon.map(([x, y], i) => `${i === 0 ? 'm' : 'l'} ${units(x)} ${units(y)}`).join(' ')
  return `{\\pos(0,0)\\3c${bgr(colour)}${style}\\p1}${path}{\\p0}`
}

/** A class is called as its manifest pleases; braces and backslashes are orders here. */
const plain = (text: string): string => text.replace(/[{}\\\r\n]/g, '')

/** `#rrggbb` as ASS writes colours. */
const bgr = (colour: string): string => `&H${colour.slice(5, 7)}${colour.slice(3, 5)}${colour.slice(1, 3)}&`

const cornersOf = ([x1, y1, x2, y2]: Box): Polygon => [
  [x1, y1],
  [x2, y1],
  [x2, y2],
  [x1, y2],
]

const units = (fraction: number): number => Math.round(fraction * UNITS)

/** `H:MM:SS.cc` */
function clock(ms: number): string {
  const centi = Math.max(0, Math.round(ms / 10))
  const two = (value: number) => String(value).padStart(2, '0')
  const seconds = Math.floor(centi / 100)
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${two(centi % 100)}`
}

/** A file name inside a filter: once for the filter's own words, once for the chain. */
function escaped(path: string): string {
  return path.replace(/[\\':]/g, '\\$&').replace(/[\\'[\],;]/g, '\\$&')
}
