/** A camera is asked what it offers: real RTSP, what is measured is what was sent, what is wrong has its code. */
import { readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { addressOf, CameraSetupOptions, secretUrl } from '../../devices/camera/address.ts'
import { measured, type SurveyWish, surveyCamera } from '../../devices/camera/survey.ts'
import { notesOf, subStreamOf, suggestionsOf } from '../../gateway/camera-advice.ts'
import { RtspCamera } from '../../simulators/camera/rtsp-camera.ts'
import { workshop } from './feed-media.ts'

const { clip, path } = workshop()
const HERE = CameraSetupOptions.parse({ addressesAllowed: ['127.0.0.0/8'] })
const LOGIN = { user: 'admin', password: "p@ss:w'ord/%" }
let camera: RtspCamera | null = null
afterEach(() => camera?.close())

const codeOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'answered',
    (error: { code?: string; message: string }) => {
      expect(error.message).not.toContain(LOGIN.password)
      return error.code ?? error.message
    },
  )

async function survey(url: string, wish: Partial<SurveyWish> = {}) {
  const file = path('survey.mkv')
  onTestFinished(() => rmSync(file, { force: true }))
  const address = await addressOf(url, HERE)
  return surveyCamera({ address, login: null, transport: 'tcp', seconds: 3, file, ...wish })
}

async function serve(name: string, encoder: string, auth?: typeof LOGIN): Promise<RtspCamera> {
  const file = await clip(name, `${encoder} -t 6 -pix_fmt yuv420p`)
  camera = await RtspCamera.start({ streams: { main: { file } }, ...(auth && { auth }) })
  return camera
}

test('what is measured is what the camera sends: size, rate, key pictures, bits, no sound', async () => {
  const { url } = await serve('a.mp4', '-c:v libx264 -preset ultrafast -g 50', LOGIN)
  const found = await survey(url, { login: LOGIN, seconds: 5 })
  expect(found).toMatchObject({
    video: { codec: 'h264', width: 320, height: 180 },
    audio: null,
    stepsBack: 0,
  })
  expect(found.fps).toBeCloseTo(25, 0)
  expect(found.gopSec).toBeCloseTo(2, 1)
  expect(found.gopIsLonger).toBe(false)
  expect(found.kbps).toBeGreaterThan(50)
  expect(notesOf('cam', found)).toEqual([])
})

test('its password is no argument of any program', async () => {
  const { url } = await serve('b.mp4', '-c:v libx264 -preset ultrafast -g 25', LOGIN)
  const asked = survey(url, { login: LOGIN })
  const seen = new Set<string>()
  const { readdirSync } = await import('node:fs')
  const look = () => {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        if (line.includes('ffconcat') || line.includes('survey.mkv')) seen.add(line)
        expect(line).not.toMatch(/w'ord|p%40ss/)
      } catch (error) {
        if (!(error instanceof Error) || !/ENOENT|ESRCH/.test(error.message)) throw error
      }
    }
  }
  let over = false
  void asked.finally(() => {
    over = true
  })
  while (!over) {
    look()
    await new Promise((resolve) => setImmediate(resolve))
  }
  await asked
  expect(seen.size).toBeGreaterThan(0)
})

test('what is wrong has its code: password, path, nobody there, silence, no video, sent elsewhere', async () => {
  const { url } = await serve('c.mp4', '-c:v libx264 -preset ultrafast -g 25', LOGIN)
  expect(await codeOf(survey(url, { login: { user: 'admin', password: 'wrong' } }))).toBe('CAMERA_REFUSED')
  expect(await codeOf(survey(url))).toBe('CAMERA_REFUSED')
  expect(await codeOf(survey(url.replace('main', 'nothing'), { login: LOGIN }))).toBe('CAMERA_NOT_FOUND')
  camera!.stall()
  expect(await codeOf(survey(url, { login: LOGIN, seconds: 2 }))).toBe('CAMERA_SILENT')
  await camera!.close()
  expect(await codeOf(survey(url))).toBe('CAMERA_UNREACHABLE')

  const answers = (to: (line: string, cseq: string) => string) =>
    new Promise<string>((resolve) => {
      const server = createServer((socket) => {
        socket.on('error', () => undefined)
        socket.on('data', (data) => {
          const text = String(data)
          socket.write(to(text, /CSeq: (\d+)/i.exec(text)?.[1] ?? '1'))
        })
      }).listen(0, '127.0.0.1', () => {
        const address = server.address()
        resolve(`rtsp://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/main`)
      })
      onTestFinished(() => void server.close())
    })
  const moved = await answers((text, cseq) =>
    text.startsWith('OPTIONS')
      ? `RTSP/1.0 200 OK\r\nCSeq: ${cseq}\r\nPublic: DESCRIBE\r\n\r\n`
      : `RTSP/1.0 302 Moved\r\nCSeq: ${cseq}\r\nLocation: ${url}\r\nContent-Length: 0\r\n\r\n`,
  )
  expect(await codeOf(survey(moved))).toBe('CAMERA_REDIRECTS')
  const sdp = 'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\nm=audio 0 RTP/AVP 0\r\na=control:a\r\n'
  const soundOnly = await answers((text, cseq) => {
    const head = `RTSP/1.0 200 OK\r\nCSeq: ${cseq}\r\n`
    if (text.startsWith('OPTIONS')) return `${head}Public: DESCRIBE, SETUP, PLAY\r\n\r\n`
    if (text.startsWith('DESCRIBE'))
      return `${head}Content-Type: application/sdp\r\nContent-Length: ${sdp.length}\r\n\r\n${sdp}`
    if (text.startsWith('SETUP'))
      return `${head}Session: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n`
    return `${head}Session: 1\r\n\r\n`
  })
  expect(await codeOf(survey(soundOnly, { seconds: 2 }))).toMatch(/CAMERA_(NOT_VIDEO|SILENT)/)
}, 90_000)

test.each([
  ['rtsp://127.0.0.1/main', 'CAMERA_ADDRESS_REFUSED'],
  ['rtsp://2130706433/main', 'CAMERA_ADDRESS_REFUSED'],
  ['rtsp://0x7f.1/main', 'CAMERA_ADDRESS_REFUSED'],
  ['rtsp://localhost:8554/main', 'CAMERA_ADDRESS_REFUSED'],
  ['rtsp://[::1]/main', 'CAMERA_ADDRESS_REFUSED'],
  ['rtsp://[::ffff:127.0.0.1]/main', 'CAMERA_ADDRESS_REFUSED'],
  ['rtsp://0.0.0.0/main', 'CAMERA_ADDRESS_REFUSED'],
  ['rtsp://169.254.169.254/latest/meta-data', 'CAMERA_ADDRESS_REFUSED'],
  ['rtsp://100.100.100.200/', 'CAMERA_ADDRESS_REFUSED'],
  ['rtsp://[fe80::1]/main', 'CAMERA_ADDRESS_REFUSED'],
  ['http://10.0.0.1/main', 'CAMERA_URL_REFUSED'],
  ['file:///etc/passwd', 'CAMERA_URL_REFUSED'],
  ['rtsp://user:secret@10.0.0.1/main', 'CAMERA_URL_REFUSED'],
  ["rtsp://10.0.0.1/main'\nfile '/etc/passwd", 'CAMERA_URL_REFUSED'],
  [['rtsp://10.0.0.1/$', '{HOME}'].join(''), 'CAMERA_URL_REFUSED'],
  ['rtsp://no-such-host.invalid/main', 'CAMERA_UNREACHABLE'],
])('nobody is asked at %s', async (url, code) => {
  expect(await codeOf(addressOf(url, CameraSetupOptions.parse({})))).toBe(code)
})

test('an address of a street is taken, an allowed one of this machine too; the URL goes by address', async () => {
  const street = await addressOf('rtsp://10.1.2.3:8554/main?x=1', CameraSetupOptions.parse({}))
  expect(street).toMatchObject({ host: '10.1.2.3', port: 8554, address: '10.1.2.3' })
  expect(secretUrl(street, LOGIN)).toBe('rtsp://admin:p%40ss%3Aw%27ord%2F%25@10.1.2.3:8554/main?x=1')
  expect(
    (
      await addressOf(
        'rtsp://localhost/main',
        CameraSetupOptions.parse({ addressesAllowed: ['127.0.0.1', '::1'] }),
      )
    ).host,
  ).toBe('localhost')
  expect(CameraSetupOptions.safeParse({ addressesAllowed: ['10.0.0.0/40'] }).success).toBe(false)
})

const VIDEO = { codec: 'hevc', width: 2560, height: 1440, fps: 25, frameCount: null, rotation: 0 }
const packet = (dtsSec: number, isKey = false) => ({ dtsSec, bytes: 1_000, isKey })

test('what follows: long GOPs, a codec browsers lack, times out of order; a large picture asks for a second stream', () => {
  const long = measured([packet(0, true), packet(1), packet(2), packet(5)])
  expect(long).toMatchObject({ gopSec: 5, gopIsLonger: true, holeSec: 3, seconds: 5 })
  const survey = { video: VIDEO, audio: null, ...long, fps: 25 }
  expect(notesOf('cam', survey).map(({ code }) => code)).toEqual([
    ...['CAMERA_CODEC_UNPLAYABLE', 'CAMERA_GOP_LONG', 'CAMERA_TIMES_ODD'],
  ])
  const back = measured([packet(0, true), packet(1), packet(0.5), packet(1, true)])
  expect(back).toMatchObject({ stepsBack: 1, gopSec: 1 })
  const url = 'rtsp://10.0.0.1/Streaming/Channels/101'
  expect(suggestionsOf(url, survey, 'tcp')).toMatchObject([
    { setting: 'transport', value: 'tcp' },
    { setting: 'analysisUrl', value: 'rtsp://10.0.0.1/Streaming/Channels/102', reason: 'LARGE_PICTURE' },
    { setting: 'deviceKind', value: 'FIXED' },
  ])
  const small = { ...survey, video: { ...VIDEO, width: 1280, height: 720 } }
  expect(suggestionsOf(url, small, 'udp').map(({ value }) => value)).toEqual(['udp', '', 'FIXED'])
  expect(subStreamOf('rtsp://h/cam/realmonitor?channel=1&subtype=0')).toMatch(/subtype=1$/)
  expect(subStreamOf('rtsp://h:1/main')).toBe('rtsp://h:1/sub')
  expect(subStreamOf('rtsp://h/live')).toBeNull()
})
