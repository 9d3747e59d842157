/**
 * Sample pictures of the accuracy page: which scenes are shown, good and bad, and a still of each with the zones, the
 * truth (white) and what was told (red) drawn in.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import type { Evaluation, FalseEvent, Match, TruthEvent } from '../../gateway/cli/evaluation.ts'

const WIDTH = 480
const HEIGHT = 270
const BYTES_MAX = 30_000
const GOOD_MAX = 7
const BAD_MAX = 5

export interface Sample {
  /** Name of the scene. */
  readonly name: string
  readonly evaluation: Evaluation
  readonly good: boolean
  readonly atSec: number
  readonly match: Match | null
  readonly missed: TruthEvent | null
  readonly falseEvent: FalseEvent | null
}

/** The same figures choose the same pictures. */
export function chooseSamples(clips: readonly Evaluation[]): Sample[] {
  const counted = clips.filter(({ scene }) => scene?.supported)
  return [...goodOnes(counted), ...badOnes(counted)]
}

function goodOnes(clips: readonly Evaluation[]): Sample[] {
  const rules = [...new Set(clips.flatMap(({ matches }) => matches.map(({ truth }) => truth.rule)))].sort()
  const clean = clips.filter(({ falseEvents, missed }) => falseEvents.length + missed.length === 0)
  const acts = rules.flatMap((rule, index) => {
    const own = clean.filter(({ matches }) => matches[0]?.truth.rule === rule)
    // Another hour and weather for each rule, where there is one.
    const one = own[(index * 5) % Math.max(1, own.length)]
    const match = one?.matches[0]
    return one && match ? [sampleOf(one, { good: true, match, atSec: middleOf(match.found) })] : []
  })
  const quiet = clean.filter(({ matches, scene }) => matches.length === 0 && scene?.story !== 'passers')
  const nothing = quiet.slice(0, 1).map((one) => sampleOf(one, { good: true, atSec: 34 }))
  return [...acts, ...nothing].slice(0, GOOD_MAX)
}

function badOnes(clips: readonly Evaluation[]): Sample[] {
  const missed = clips.flatMap((one) =>
    one.missed
      .slice(0, 1)
      .map((event) => sampleOf(one, { good: false, missed: event, atSec: middleOf(event) })),
  )
  const imagined = clips.flatMap((one) =>
    one.falseEvents
      .slice(0, 1)
      .map((event) => sampleOf(one, { good: false, falseEvent: event, atSec: middleOf(event) })),
  )
  const seen = new Set<string>()
  const unlike = [...missed, ...imagined].filter(({ missed: act, falseEvent, evaluation }) => {
    const key = act === null ? `false ${falseEvent?.during}` : `missed ${act.rule}`
    const fresh = !seen.has(key) && !seen.has(evaluation.video)
    seen.add(key).add(evaluation.video)
    return fresh
  })
  const turns = unlike.filter((one) => one.missed !== null)
  const others = unlike.filter((one) => one.missed === null)
  // Misses and false events in turn.
  return Array.from({ length: BAD_MAX }, (_, i) => [turns[i], others[i]])
    .flat()
    .filter((one) => one !== undefined)
    .slice(0, BAD_MAX)
}

function sampleOf(evaluation: Evaluation, change: Partial<Sample> & Pick<Sample, 'good' | 'atSec'>): Sample {
  const name = evaluation.video.replace(/\.mp4$/, '')
  return { name, evaluation, match: null, missed: null, falseEvent: null, ...change }
}

const middleOf = ({ startSec, endSec }: TruthEvent): number => (startSec + (endSec ?? startSec + 30)) / 2

interface Drawn {
  readonly zones: readonly { readonly polygon: readonly (readonly [number, number])[] }[]
  readonly events: readonly { readonly startSec: number; readonly endSec: number; readonly box: Box }[]
}
type Box = readonly [number, number, number, number]

/** JPEG of at most 30 kB. */
export async function stillOf(sample: Sample, films: string, events: string): Promise<Buffer> {
  const atSec = Math.max(0, sample.atSec)
  const raw = execFileSync(
    'ffmpeg',
    [
      ...['-nostdin', '-v', 'error', '-ss', atSec.toFixed(2), '-i', join(films, `${sample.name}.mp4`)],
      ...['-frames:v', '1', '-f', 'image2pipe', '-c:v', 'png', '-'],
    ],
    { maxBuffer: 1 << 26 },
  )
  const truth = JSON.parse(readFileSync(join(films, 'truth', `${sample.name}.json`), 'utf8')) as Drawn
  const overlay = overlayOf(truth, toldBoxes(join(events, sample.name, 'events.ndjson'), atSec), atSec)
  const picture = sharp(raw)
    .resize(WIDTH, HEIGHT)
    .composite([{ input: Buffer.from(overlay) }])
  for (let quality = 82; ; quality -= 8) {
    const jpeg = await picture.clone().jpeg({ quality, mozjpeg: true }).toBuffer()
    if (jpeg.length <= BYTES_MAX || quality < 30) return jpeg
  }
}

/** The last word on every event that was going on at this second. */
function toldBoxes(file: string, atSec: number): Box[] {
  if (!existsSync(file)) return []
  const last = new Map<string, { media: { startSec: number; endSec: number | null }; box: Box }>()
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line.trim() === '') continue
    const event = JSON.parse(line)
    last.set(event.eventId, event)
  }
  const on = ({ startSec, endSec }: { startSec: number; endSec: number | null }) =>
    startSec <= atSec + 1 && (endSec ?? Infinity) >= atSec - 1
  return [...last.values()].filter(({ media }) => on(media)).map(({ box }) => box)
}

function overlayOf({ zones, events }: Drawn, told: readonly Box[], atSec: number): string {
  const outline = (polygon: readonly (readonly [number, number])[], style: string) =>
    `<polygon points="${polygon.map(([x, y]) => `${(x * WIDTH).toFixed(1)},${(y * HEIGHT).toFixed(1)}`).join(' ')}" fill="none" ${style}/>`
  const corners = ([x1, y1, x2, y2]: Box) =>
    [
      [x1, y1],
      [x2, y1],
      [x2, y2],
      [x1, y2],
    ] as const
  const parts = [
    ...zones.map(({ polygon }) => outline(polygon, 'stroke="#63b3ed" stroke-width="1" stroke-opacity="0.8"')),
    ...events
      .filter(({ startSec, endSec }) => startSec <= atSec && endSec >= atSec)
      .map(({ box }) => outline(corners(box), 'stroke="#ffffff" stroke-width="2" stroke-dasharray="6 4"')),
    ...told.map((box) => outline(corners(box), 'stroke="#e53e3e" stroke-width="2.5"')),
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">${parts.join('')}</svg>`
}
