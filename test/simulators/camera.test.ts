/** The simulated camera against ffmpeg as its client, and against a client that looks at every byte. */

import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { connect } from 'node:net'
import { afterAll, afterEach, expect, test } from 'vitest'
import { RtspCamera, type RtspCameraOptions } from '../../simulators/camera/rtsp-camera.ts'
import * as films from './films.ts'
import { accessUnits, RtspClient } from './rtsp-client.ts'

const started: { close(): unknown }[] = []
afterEach(async () => {
  for (const each of started.splice(0).reverse()) await each.close()
})
afterAll(() => rmSync(films.folder, { recursive: true, force: true }))

async function start(options: RtspCameraOptions): Promise<RtspCamera> {
  const camera = await RtspCamera.start(options)
  started.push(camera)
  return camera
}

async function client(camera: RtspCamera): Promise<RtspClient> {
  const opened = await RtspClient.open(camera.port)
  started.push(opened)
  return opened
}

const from = (url: string, transport: string, seconds: string) => [
  ...['-rtsp_transport', transport, '-fpsprobesize', '0', '-probesize', '5000', '-analyzeduration', '0'],
  ...['-t', seconds, '-i', url],
]

test.each(['tcp', 'udp'])(
  'H.264 over %s: the NAL units are those of the file, over the seam too',
  async (way) => {
    const file = await films.plain()
    const source = await films.pictureNals('h264', '-i', file)
    const camera = await start({ streams: file })
    const pulled = await films.pictureNals('h264', ...from(camera.url, way, '2.6'))

    expect(source).toHaveLength(32)
    expect(pulled.length).toBeGreaterThan(44)
    expect(pulled).toEqual(pulled.map((_, i) => source[i % source.length]))
    expect(Math.max(...source.map((nal) => nal.length))).toBeGreaterThan(1_500 * 1.4)
  },
)

test('H.265: the NAL units are those of the file', async () => {
  const file = await films.h265()
  const source = await films.pictureNals('hevc', '-i', file)
  const camera = await start({ streams: file })
  const pulled = await films.pictureNals('hevc', ...from(camera.url, 'tcp', '2'))

  expect(pulled.length).toBeGreaterThan(32)
  expect(pulled).toEqual(pulled.map((_, i) => source[i % source.length]))
})

test('uneven times stay uneven, and go on over the seam without a step', async () => {
  const file = await films.uneven()
  const source = await films.packetsOf('0:v:0', '-i', file)
  const camera = await start({ streams: file })
  const seen = await client(camera)
  await seen.play(camera.url)
  await seen.until(() => accessUnits(seen.packets).length > source.length * 2)
  const times = accessUnits(seen.packets).map((unit) => unit.timestamp)
  const steps = times.slice(1).map((time, i) => (time - times[i]!) >>> 0)
  const wanted = source.slice(1).map((packet, i) => packet.pts - source[i]!.pts)

  expect(new Set(wanted).size).toBeGreaterThan(10)
  for (const [i, step] of steps.slice(0, wanted.length).entries()) {
    expect(Math.abs(step - wanted[i]!)).toBeLessThanOrEqual(1)
  }
  const seam = steps[wanted.length]!
  expect(seam).toBeGreaterThan(1_000)
  expect(seam).toBeLessThan(9_000)
  for (const [i, step] of steps.slice(wanted.length + 1, 2 * wanted.length + 1).entries()) {
    expect(Math.abs(step - wanted[i]!)).toBeLessThanOrEqual(1)
  }
})

test('B-frames are sent in decoding order with the times they are shown', async () => {
  const file = await films.withBFrames()
  const source = await films.packetsOf('0:v:0', '-i', file)
  const camera = await start({ streams: file })
  const seen = await client(camera)
  await seen.play(camera.url)
  await seen.until(() => accessUnits(seen.packets).length >= source.length)
  const times = accessUnits(seen.packets).map((unit) => unit.timestamp)
  const since = (time: number) => (time - times[0]!) | 0

  const shown = source.map((packet) => packet.pts - source[0]!.pts)
  expect(times.slice(0, source.length).map(since)).toEqual(shown)
  expect(shown).not.toEqual(shown.toSorted((a, b) => a - b))
})

test('AAC sound arrives as it lies in the file', async () => {
  const file = await films.withAac()
  const camera = await start({ streams: file })
  const pulled = await films.packetsOf('0:a:0', ...from(camera.url, 'tcp', '1.2'))
  const source = await films.packetsOf('0:a:0', '-i', file)
  const known = source.map((packet) => packet.content)

  expect(pulled.length).toBeGreaterThan(12)
  for (const packet of pulled) expect(known).toContain(packet.content)
})

test('G.711 is cut into 20 ms packets and nothing else', async () => {
  const file = await films.withG711()
  const { stdout } = await films.ffmpeg('-i', file, '-map', '0:a:0', '-c', 'copy', '-f', 'alaw', '-')
  const camera = await start({ streams: file })
  const seen = await client(camera)
  await seen.play(camera.url, 2)
  const sound = () => seen.packets.filter((packet) => packet.channel === 2)
  await seen.until(() => sound().length >= 50)
  const bytes = Buffer.concat(
    sound()
      .slice(0, 50)
      .map((packet) => packet.payload),
  )

  expect(bytes).toEqual(stdout.subarray(0, 50 * 160))
})

test('another codec is transcoded to H.264', async () => {
  const camera = await start({ streams: { old: { file: await films.mpeg4() } } })
  const pulled = await films.pictureNals('h264', ...from(camera.urlOf('old'), 'tcp', '1'))
  expect(pulled.length).toBeGreaterThan(15)
})

test('a password: right, wrong, none', async () => {
  const auth = { user: 'admin', password: 'p@ss:word' }
  const camera = await start({ streams: await films.plain(), auth })
  const pull = (url: string) => films.ffmpeg(...from(url, 'tcp', '0.3'), '-c', 'copy', '-f', 'null', '-')

  await expect(pull(camera.urlOf('main', auth))).resolves.toBeDefined()
  await expect(pull(camera.urlOf('main', { user: 'admin', password: 'no' }))).rejects.toThrow('401')
  await expect(pull(camera.url)).rejects.toThrow('401')
  const others = await client(camera)
  const stale = 'Digest username="admin", nonce="00", uri="x", response="00"'
  expect((await others.ask('DESCRIBE', camera.url, { Authorization: stale })).status).toBe(401)
})

test('what makes no sense is answered and does no harm', async () => {
  const file = await films.plain()
  const camera = await start({ streams: { one: { file } } })
  const base = `rtsp://127.0.0.1:${camera.port}`
  const tcp = { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' }
  const asker = await client(camera)
  const status = async (method: string, url: string, headers = {}) =>
    (await asker.ask(method, url, headers)).status

  expect(await status('DESCRIBE', `${base}/nobody`)).toBe(404)
  expect(await status('SETUP', `${base}/one/track7`, tcp)).toBe(404)
  expect(await status('PLAY', `${base}/one`)).toBe(455)
  expect(await status('PLAY', `${base}/one`, { Session: 'somebody-else' })).toBe(454)
  expect(await status('SETUP', `${base}/one/track0`, { Transport: 'RTP/AVP;multicast' })).toBe(461)
  expect(await status('SETUP', `${base}/one/track0`)).toBe(461)
  expect(await status('RECORD', `${base}/one`)).toBe(501)
  expect(await status('DESCRIBE', 'not-a-url')).toBe(400)
  expect(await status('DESCRIBE', `${base}/%zz`)).toBe(400)
  expect((await asker.askRaw(`OPTIONS ${base}/one RTSP/2.0\r\nCSeq: 1\r\n\r\n`)).status).toBe(505)
  expect((await asker.askRaw(`DESCRIBE ${base}/one RTSP/1.0\r\n\r\n`)).status).toBe(400)
  expect(await status('DESCRIBE', `${base}/one`)).toBe(200)

  const rude = await client(camera)
  expect((await rude.askRaw('GET / HTTP/1.1\r\nHost: x\r\n\r\n')).status).toBe(400)
  const endless = await client(camera)
  expect((await endless.askRaw('x'.repeat(9_000))).status).toBe(413)
  const heavy = await client(camera)
  const asked = `OPTIONS ${base} RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 99999999\r\n\r\n`
  expect((await heavy.askRaw(asked)).status).toBe(413)
})

test('a stall stops the data of one stream; it comes back with a picture that decoding can start with', async () => {
  const file = await films.plain()
  const camera = await start({ streams: { a: { file }, b: { file } } })
  const [a, b] = [await client(camera), await client(camera)]
  await a.play(camera.urlOf('a'))
  await b.play(camera.urlOf('b'))
  await a.until(() => a.packets.length > 10)

  camera.stall('a')
  expect((await a.ask('GET_PARAMETER', camera.urlOf('a'))).status).toBe(200)
  const [beforeA, beforeB] = [a.packets.length, accessUnits(b.packets).length]
  await b.until(() => accessUnits(b.packets).length > beforeB + 20)
  expect((await a.ask('GET_PARAMETER', camera.urlOf('a'))).status).toBe(200)
  expect(a.packets.length).toBe(beforeA)

  camera.resume('a')
  await a.until(() => accessUnits(a.packets.slice(beforeA)).length > 0)
  const types = accessUnits(a.packets.slice(beforeA))[0]!.nals.map((nal) => nal[0]! & 31)
  expect(types).toContain(5)
})

test('a frozen camera sends one picture again and again', async () => {
  const camera = await start({ streams: await films.plain() })
  const seen = await client(camera)
  await seen.play(camera.url)
  await seen.until(() => accessUnits(seen.packets).length > 3)
  camera.freeze(true)
  const before = accessUnits(seen.packets).length
  await seen.until(() => accessUnits(seen.packets).length > before + 12)
  const last = accessUnits(seen.packets).slice(-10)

  expect(new Set(last.map((unit) => Buffer.concat(unit.nals).toString('base64'))).size).toBe(1)
  expect(new Set(last.map((unit) => unit.timestamp)).size).toBe(10)
})

test('lost packets leave gaps in the sequence numbers, a jump of the clock shows in the time stamps', async () => {
  const camera = await start({ streams: await films.plain() })
  const seen = await client(camera)
  await seen.play(camera.url)
  camera.lose(0.3)
  await seen.until(() => seen.packets.length > 60)
  const numbers = seen.packets.map((packet) => packet.sequence)
  const gaps = numbers.slice(1).filter((number, i) => ((number - numbers[i]!) & 0xffff) !== 1)
  expect(gaps.length).toBeGreaterThan(5)
  expect(camera.stats().packetsSpoilt).toBeGreaterThan(5)

  camera.lose(0)
  const last = () => seen.packets.at(-1)!.timestamp
  const before = last()
  camera.jumpTime(100)
  await seen.until(() => ((last() - before) | 0) > 90 * 90_000)
})

test('without power: connections are cut, new ones refused, then all is as before, on the same port', async () => {
  const camera = await start({ streams: await films.plain() })
  const seen = await client(camera)
  await seen.play(camera.url)
  await camera.refuse(true)
  camera.dropConnections()
  await expect(seen.until(() => false)).rejects.toThrow('closed')
  const [error] = (await once(connect(camera.port, '127.0.0.1'), 'error')) as [NodeJS.ErrnoException]
  expect(error.code).toBe('ECONNREFUSED')

  await camera.refuse(false)
  const again = await client(camera)
  expect((await again.play(camera.url)).status).toBe(200)
  await again.until(() => again.packets.length > 0)
})

test('whoever comes later sees what happens now, not the beginning', async () => {
  const file = await films.plain()
  const camera = await start({ streams: file })
  const first = await client(camera)
  await first.play(camera.url)
  await first.until(() => accessUnits(first.packets).length > 10)
  const second = await client(camera)
  await second.play(camera.url)
  await second.until(() => accessUnits(second.packets).length > 0)
  const opening = accessUnits(first.packets)[0]!.nals.at(-1)!
  const joined = accessUnits(second.packets)[0]!.nals

  expect(joined.some((nal) => (nal[0]! & 31) === 5)).toBe(true)
  expect(joined.at(-1)!.equals(opening)).toBe(false)
})

test('a film that does not loop ends with the connection', async () => {
  const camera = await start({ streams: await films.plain(), loop: false })
  const { stdout } = await films.ffmpeg(
    '-rtsp_transport',
    'tcp',
    '-i',
    camera.url,
    '-c',
    'copy',
    '-f',
    'h264',
    '-',
  )
  expect(stdout.length).toBeGreaterThan(10_000)
})

const GOP_SEC = 0.4
const pieces = (file: string) =>
  [
    { name: 'comes', repeats: false },
    { name: 'stays', repeats: true },
    { name: 'leaves', repeats: false },
    { name: 'empty', repeats: true },
  ].map((part, i) => ({ ...part, file, fromSec: i * GOP_SEC, toSec: (i + 1) * GOP_SEC }))

test('a stream goes on to its next part when told: whole pictures, even times, over every seam', async () => {
  const file = await films.plain()
  const source = await films.pictureNals('h264', '-i', file)
  const camera = await start({ streams: { street: { parts: pieces(file) } } })
  const seen = await client(camera)
  await seen.play(camera.urlOf('street'))
  const units = () => accessUnits(seen.packets)
  await seen.until(() => units().length > 20)
  expect(camera.goOn('street')).toBe(true)
  expect(camera.goOn('street')).toBe(false)
  const picturesShown = () => units().map(({ nals }) => source.indexOf(nals.at(-1)!.toString('base64')))
  await seen.until(() => picturesShown().includes(24))
  await seen.until(() => units().length > picturesShown().indexOf(24) + 12)

  const shown = picturesShown()
  const gops = shown.flatMap((picture, i) => (i % 8 === 0 ? [picture / 8] : []))
  expect(shown).toEqual(shown.map((_, i) => gops[Math.floor(i / 8)]! * 8 + (i % 8)))
  expect(gops.join('')).toMatch(/^01+233?$/)
  expect(gops.filter((gop) => gop === 1).length).toBeGreaterThan(1)
  const times = units().map(({ timestamp }) => timestamp)
  expect(new Set(times.slice(1).map((time, i) => (time - times[i]!) >>> 0))).toEqual(new Set([4_500]))
})

test('whoever decodes it sees no fault at a seam, and times that only grow', async () => {
  const camera = await start({ streams: { street: { parts: pieces(await films.plain()) } } })
  const watch = await client(camera)
  await watch.play(camera.urlOf('street'))
  const input = from(camera.urlOf('street'), 'tcp', '3.6')
  const decoding = films.ffmpegSays('-xerror', ...input, '-map', '0:v', '-f', 'framecrc', '-')
  await watch.until(() => accessUnits(watch.packets).length > 40)
  camera.goOn('street')
  const { stdout, stderr } = await decoding
  const times = stdout.split('\n').flatMap((line) => (/^\d/.test(line) ? [Number(line.split(',')[2])] : []))

  expect(stderr).toBe('')
  expect(times.length).toBeGreaterThan(40)
  expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b))
})

test('a part that begins where no decoder can, or shows something else, is refused', async () => {
  const [file, other] = [await films.plain(), await films.withBFrames()]
  const parts = (change: object, from: string) => ({
    street: {
      parts: [
        { name: 'a', file, repeats: true },
        { name: 'b', file: from, repeats: true, ...change },
      ],
    },
  })
  const refused = { code: 'SIMULATOR_SOURCE_UNREADABLE' }
  await expect(start({ streams: parts({ fromSec: 0.5 }, file) })).rejects.toMatchObject(refused)
  await expect(start({ streams: parts({ fromSec: 0.8, toSec: 0.4 }, file) })).rejects.toMatchObject(refused)
  await expect(start({ streams: parts({}, other) })).rejects.toMatchObject(refused)
})
