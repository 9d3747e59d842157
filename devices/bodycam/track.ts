/**
 * Where a recorder was: positions that came with a recording, read strictly, in the times of its own clock.
 *
 *     NMEA 0183 (RMC, GGA) ─┐
 *     GPX 1.1              ─┼─▶ points in order, those that cannot be read counted ─▶ corrected times ─▶ positionAt
 *     JSON [{at,lon,lat}]  ─┘
 *
 * Positions stay as they came: nobody guesses a datum. Between two points half a minute apart a way is drawn, across a
 * longer silence none [R61].
 */
import { XMLParser } from 'fast-xml-parser'
import { z } from 'zod'

const TRACK_BYTES_MAX = 4 * 1024 * 1024
const POINTS_MAX = 100_000
const SILENCE_MS_MAX = 30_000
const KNOT_MS = 1852 / 3600

export interface TrackPoint {
  readonly wallMs: number
  readonly lon: number
  readonly lat: number
  /** Metres a second; absent where the track does not say. */
  readonly speed?: number
}

export interface Track {
  readonly format: 'NMEA' | 'GPX' | 'JSON'
  /** By time, no time twice. */
  readonly points: readonly TrackPoint[]
  /** Lines or points that could not be read, or had no fix. */
  readonly unread: number
}

const Degrees = {
  lon: z.coerce.number().min(-180).max(180),
  lat: z.coerce.number().min(-90).max(90),
}
const JsonPoint = z.object({
  ...Degrees,
  at: z.iso.datetime({ offset: true }),
  speed: z.coerce.number().min(0).max(200).optional(),
})
const GpxPoint = z.object({ ...Degrees, time: z.iso.datetime({ offset: true }) })

/** @throws Error in words: nothing of it is a track */
export function parseTrack(text: string): Track {
  if (Buffer.byteLength(text) > TRACK_BYTES_MAX)
    throw new Error(`a track has at most ${TRACK_BYTES_MAX} bytes`)
  const start = text.replace(/^\uFEFF/, '').trimStart()
  const found = start.startsWith('<') ? ofGpx(start) : /^[[{]/.test(start) ? ofJson(start) : ofNmea(start)
  const byTime = new Map(found.points.map((point) => [point.wallMs, point]))
  const points = [...byTime.values()].sort((a, b) => a.wallMs - b.wallMs)
  if (points.length === 0) throw new Error(`no position in it (${found.unread} lines or points not read)`)
  if (points.length > POINTS_MAX) throw new Error(`a track has at most ${POINTS_MAX} positions`)
  return { ...found, points }
}

/** All times moved: the recorder's clock was off by this much (device minus true). */
export function corrected(track: Track, offsetMs: number): Track {
  return { ...track, points: track.points.map((point) => ({ ...point, wallMs: point.wallMs - offsetMs })) }
}

/** Where it was; null before and after the track, and where it is silent for too long. */
export function positionAt(
  { points }: Pick<Track, 'points'>,
  wallMs: number,
): { readonly lon: number; readonly lat: number } | null {
  let [low, high] = [0, points.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (points[middle]!.wallMs <= wallMs) low = middle + 1
    else high = middle
  }
  const before = points[low - 1]
  if (before === undefined) return null
  if (before.wallMs === wallMs) return { lon: before.lon, lat: before.lat }
  const after = points[low]
  if (after === undefined || after.wallMs - before.wallMs > SILENCE_MS_MAX) return null
  const share = (wallMs - before.wallMs) / (after.wallMs - before.wallMs)
  return {
    lon: before.lon + share * (after.lon - before.lon),
    lat: before.lat + share * (after.lat - before.lat),
  }
}

type Read = Omit<Track, 'points'> & { readonly points: TrackPoint[] }

function ofJson(text: string): Read {
  const whole: unknown = JSON.parse(text)
  const list = z.union([z.array(z.unknown()), z.object({ points: z.array(z.unknown()) })]).parse(whole)
  return gathered('JSON', Array.isArray(list) ? list : list.points, (one) => {
    const { at, speed, ...point } = JsonPoint.parse(one)
    return { wallMs: Date.parse(at), ...point, ...(speed === undefined ? {} : { speed }) }
  })
}

const GPX = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  processEntities: false,
  removeNSPrefix: true,
  isArray: (name) => ['trk', 'trkseg', 'trkpt'].includes(name),
})
const GpxFile = z.object({
  gpx: z.object({
    trk: z.array(z.object({ trkseg: z.array(z.object({ trkpt: z.array(z.unknown()) })) })),
  }),
})

function ofGpx(text: string): Read {
  const parsed = GpxFile.safeParse(GPX.parse(text))
  if (!parsed.success) throw new Error('not GPX: it has no track points')
  const points = parsed.data.gpx.trk.flatMap(({ trkseg }) => trkseg.flatMap(({ trkpt }) => trkpt))
  return gathered('GPX', points, (one) => {
    const { time, ...point } = GpxPoint.parse(one)
    return { wallMs: Date.parse(time), ...point }
  })
}

function gathered(
  format: Track['format'],
  list: readonly unknown[],
  read: (one: unknown) => TrackPoint,
): Read {
  const points: TrackPoint[] = []
  for (const one of list) {
    try {
      points.push(read(one))
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error
    }
  }
  return { format, points, unread: list.length - points.length }
}

/** A sentence of GGA has no date: the last RMC says which day it is. */
function ofNmea(text: string): Read {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  let day: string | null = null
  const points: TrackPoint[] = []
  let others = 0
  for (const line of lines) {
    const fields = fieldsOf(line)
    const kind = fields?.[0]?.slice(2)
    if (fields !== null && kind !== 'RMC' && kind !== 'GGA') others++
    if (fields === null || (kind !== 'RMC' && kind !== 'GGA')) continue
    if (kind === 'RMC' && /^\d{6}$/.test(fields[9] ?? '')) day = fields[9]!
    const point = kind === 'RMC' ? ofRmc(fields, day) : ofGga(fields, day)
    if (point !== null) points.push(point)
  }
  if (points.length === 0 && lines.length > 0 && others === 0) throw new Error('neither NMEA, GPX nor JSON')
  return { format: 'NMEA', points, unread: lines.length - others - points.length }
}

/** Its fields, when its checksum is right. */
function fieldsOf(line: string): string[] | null {
  const [, body = '', sum = ''] = /^\$([^*]{5,120})\*([0-9A-F]{2})\s*$/i.exec(line) ?? []
  if (body === '') return null
  let xor = 0
  for (let at = 0; at < body.length; at++) xor ^= body.charCodeAt(at)
  return xor === Number.parseInt(sum, 16) ? body.split(',') : null
}

function ofRmc(fields: readonly string[], day: string | null): TrackPoint | null {
  const [, time, status, lat, north, lon, east, knots] = fields
  const at = status === 'A' ? placed(day, time, [lat, north], [lon, east]) : null
  const speed = Number(knots)
  return at !== null && knots !== '' && speed >= 0 ? { ...at, speed: speed * KNOT_MS } : at
}

function ofGga(fields: readonly string[], day: string | null): TrackPoint | null {
  const [, time, lat, north, lon, east, fix] = fields
  return fix === undefined || fix === '' || fix === '0' ? null : placed(day, time, [lat, north], [lon, east])
}

type Angle = readonly [degrees: string | undefined, half: string | undefined]

function placed(day: string | null, time: string | undefined, lat: Angle, lon: Angle): TrackPoint | null {
  const [, dd, mm, yy] = /^(\d\d)(\d\d)(\d\d)$/.exec(day ?? '') ?? []
  const [, hour, minute, second] = /^(\d\d)(\d\d)(\d\d(?:\.\d+)?)$/.exec(time ?? '') ?? []
  if (dd === undefined || hour === undefined) return null
  const wallMs = Date.parse(`20${yy}-${mm}-${dd}T${hour}:${minute}:${second!.slice(0, 6).padEnd(2, '0')}Z`)
  const read = z.object(Degrees).safeParse({ lat: degreesOf(lat, 2), lon: degreesOf(lon, 3) })
  return read.success && Number.isFinite(wallMs) ? { wallMs, ...read.data } : null
}

/** ddmm.mmmm and its half of the globe. */
function degreesOf([text = '', half]: Angle, digits: number): number {
  const match = new RegExp(`^(\\d{${digits}})(\\d\\d(?:\\.\\d+)?)$`).exec(text)
  if (match === null || half === undefined || !/^[NSEW]$/.test(half)) return Number.NaN
  const value = Number(match[1]) + Number(match[2]) / 60
  return half === 'S' || half === 'W' ? -value : value
}
