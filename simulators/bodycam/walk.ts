/**
 * Where somebody walks who passes a camera, and how recorders write that down.
 *
 *     ● 1.2 m/s ─▶ ─▶ ─▶ ◎ camera, in the middle of the film ─▶ ─▶ ●        a position a second, some metres of error
 */
import { type MapPoint, metresApart } from '../../gateway/kit/earth.ts'
import { seededRandom } from '../../gateway/kit/random.ts'
import type { TrackFormat } from './forms.ts'

const PACE_M_PER_SEC = 1.2
/** Of a good receiver between houses. */
const ERROR_M = 2

export interface Position extends MapPoint {
  readonly atMs: number
}

export function walkPast(camera: MapPoint, startMs: number, seconds: number, seed: number): Position[] {
  const random = seededRandom(seed)
  const heading = random() * 2 * Math.PI
  const degree = {
    lon: metresApart(camera, { ...camera, lon: camera.lon + 1 }),
    lat: metresApart(camera, { ...camera, lat: camera.lat + 1 }),
  }
  const error = () => (random() - 0.5) * 2 * ERROR_M
  return Array.from({ length: Math.floor(seconds) + 1 }, (_, sec) => {
    const alongM = (sec - seconds / 2) * PACE_M_PER_SEC
    return {
      atMs: startMs + sec * 1000,
      lon: rounded(camera.lon + (alongM * Math.sin(heading) + error()) / degree.lon),
      lat: rounded(camera.lat + (alongM * Math.cos(heading) + error()) / degree.lat),
    }
  })
}

export function writeTrack(format: TrackFormat, walk: readonly Position[]): string {
  if (format === 'gpx') return gpx(walk)
  if (format === 'nmea') return walk.map(rmc).join('')
  return JSON.stringify(walk.map(({ atMs, lon, lat }) => ({ at: new Date(atMs).toISOString(), lon, lat })))
}

function gpx(walk: readonly Position[]): string {
  const points = walk.map(
    ({ atMs, lon, lat }) =>
      `<trkpt lat="${lat}" lon="${lon}"><time>${new Date(atMs).toISOString()}</time></trkpt>`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="recorder" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
${points.join('\n')}
</trkseg></trk></gpx>
`
}

/** NMEA 0183: recommended minimum, with its checksum. */
function rmc({ atMs, lon, lat }: Position): string {
  const [date, time] = new Date(atMs).toISOString().split('T') as [string, string]
  const clock = time.slice(0, -1).replaceAll(':', '')
  const day = date.slice(2).split('-').reverse().join('')
  const knots = (PACE_M_PER_SEC * 1.943_84).toFixed(1)
  const place = `${minutes(lat, 2)},${lat < 0 ? 'S' : 'N'},${minutes(lon, 3)},${lon < 0 ? 'W' : 'E'}`
  const body = `GPRMC,${clock},A,${place},${knots},0.0,${day},,,A`
  const sum = [...body].reduce((all, letter) => all ^ letter.charCodeAt(0), 0)
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`
}

/** 36.0671° as 3604.02600: degrees, then minutes with five digits behind the point. */
function minutes(degrees: number, width: number): string {
  const hundredThousandths = Math.round(Math.abs(degrees) * 60 * 100_000)
  const whole = Math.floor(hundredThousandths / 6_000_000)
  const rest = (hundredThousandths % 6_000_000) / 100_000
  return `${String(whole).padStart(width, '0')}${rest.toFixed(5).padStart(8, '0')}`
}

const rounded = (degrees: number) => Math.round(degrees * 1e7) / 1e7
