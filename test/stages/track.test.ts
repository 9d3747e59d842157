import { expect, test } from 'vitest'
import { integrityOf } from '../../devices/bodycam/integrity.ts'
import { corrected, parseTrack, positionAt } from '../../devices/bodycam/track.ts'

const sentence = (body: string): string => {
  let xor = 0
  for (const char of body) xor ^= char.charCodeAt(0)
  return `$${body}*${xor.toString(16).toUpperCase().padStart(2, '0')}`
}
const rmc = (time: string, lat = '3114.1000', lon = '12128.2000') =>
  sentence(`GNRMC,${time},A,${lat},N,${lon},E,1.0,90.0,050126,,,A`)
const AT = Date.parse('2026-01-05T02:00:00Z')

test('[R61] NMEA: positions with their day, wrong sums and lines without a fix counted', () => {
  const track = parseTrack(
    [
      rmc('020000.00'),
      sentence('GNGGA,020010,3114.2000,N,12128.2000,E,1,08,1.0,4.0,M,,M,,'),
      `${rmc('020020.00').slice(0, -2)}00`,
      sentence('GNRMC,020030,V,,,,,,,050126,,,N'),
      sentence('GNGSA,A,3,01,02,,,,,,,,,,,1.0,1.0,1.0'),
    ].join('\r\n'),
  )
  expect(track).toMatchObject({ format: 'NMEA', unread: 2 })
  expect(track.points.map(({ wallMs }) => wallMs - AT)).toEqual([0, 10_000])
  expect(track.points[0]!.lat).toBeCloseTo(31.235, 6)
  expect(track.points[0]!.lon).toBeCloseTo(121.47, 6)
  expect(track.points[0]!.speed).toBeCloseTo(0.514, 3)
})

test('[R61] GPX and JSON say the same', () => {
  const point = (second: number) =>
    `<trkpt lat="31.235" lon="${121.47 + second / 1e4}"><time>2026-01-05T02:00:${String(second).padStart(2, '0')}Z</time></trkpt>`
  const gpx = `<?xml version="1.0"?><gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>${point(0)}${point(9)}<trkpt lat="99" lon="1"><time>x</time></trkpt></trkseg></trk></gpx>`
  const json = JSON.stringify([
    { at: '2026-01-05T10:00:09+08:00', lon: 121.4709, lat: 31.235 },
    { at: '2026-01-05T10:00:00+08:00', lon: 121.47, lat: 31.235 },
    { at: 'yesterday', lon: 1, lat: 1 },
  ])
  const [one, other] = [parseTrack(gpx), parseTrack(json)]
  expect(one).toMatchObject({ format: 'GPX', unread: 1 })
  expect(other).toMatchObject({ format: 'JSON', unread: 1 })
  expect(one.points).toEqual(other.points)
})

test('what is no track says so; entities of XML are not followed', () => {
  const bomb =
    '<!DOCTYPE g [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><gpx><trk><trkseg><trkpt lat="&b;" lon="1"/></trkseg></trk></gpx>'
  for (const text of ['', 'hello', '<html></html>', '[]', '{"a":1}', '[', bomb])
    expect(() => parseTrack(text)).toThrow()
  expect(() => parseTrack(`[${' '.repeat(5_000_000)}]`)).toThrow(/at most/)
})

test('a position in between, none beyond the ends and across a silence; a wrong clock is set right', () => {
  const at = (second: number, lon: number) => ({
    at: new Date(AT + 1000 * second).toISOString(),
    lon,
    lat: 31,
  })
  const track = parseTrack(JSON.stringify([at(0, 121), at(10, 121.001), at(60, 121.002)]))
  expect(positionAt(track, AT + 5_000)).toEqual({ lon: expect.closeTo(121.0005, 7), lat: 31 })
  expect(positionAt(track, AT + 60_000)).toEqual({ lon: 121.002, lat: 31 })
  for (const second of [-1, 30, 61]) expect(positionAt(track, AT + 1000 * second)).toBeNull()
  expect(positionAt(corrected(track, 90_000), AT - 85_000)).toEqual({
    lon: expect.closeTo(121.0005, 7),
    lat: 31,
  })
})

test('an integrity id is known by its name or its length', () => {
  const digests = {
    sha256: 'a'.repeat(64),
    sm3: 'b'.repeat(64),
    sha1: 'c'.repeat(40),
    md5: 'd'.repeat(32),
    crc32: '0000beef',
  }
  const of = (id?: string) => integrityOf(id, digests)
  expect(of()).toEqual({ id: null, result: 'NONE', algorithm: null })
  expect(of('B'.repeat(64))).toMatchObject({ result: 'FITS', algorithm: 'sm3' })
  expect(of(`SHA-256:${'a'.repeat(64)}`)).toMatchObject({ result: 'FITS', algorithm: 'sha256' })
  expect(of(`sha256:${'b'.repeat(64)}`)).toMatchObject({ result: 'DIFFERS', algorithm: 'sha256' })
  expect(of('d'.repeat(32))).toMatchObject({ result: 'FITS', algorithm: 'md5' })
  expect(of('0000BEEF')).toMatchObject({ result: 'FITS', algorithm: 'crc32' })
  expect(of('e'.repeat(40))).toMatchObject({ result: 'DIFFERS', algorithm: 'sha1' })
  for (const id of ['A-1029', 'abc', 'whirlpool:00']) expect(of(id)).toMatchObject({ result: 'UNKNOWN_KIND' })
})
