/**
 * What a camera sends, measured on a few seconds of its stream: for who hangs it up, never while running.
 *
 *     address ─▶ does anything answer? ─▶ ffmpeg copies a few seconds into a file ─▶ ffprobe: packets ─▶ Survey
 *
 * The URL with its password goes to ffmpeg on its standard input, as a list of one film: no argument holds it. A camera
 * that sends somewhere else is not followed. One connection: many cameras serve but a few.
 */
import { spawn } from 'node:child_process'
import { connect } from 'node:net'
import type { FaultCode } from '../../gateway/kit/catalogue.ts'
import { type Fault, fault, reasonOf } from '../../gateway/kit/errors.ts'
import { diagnose } from '../../gateway/streams/diagnosis.ts'
import { type MediaProbe, type Packet, packetsOf, probeMedia } from '../../gateway/streams/media-tool.ts'
import { type CameraAddress, secretUrl } from './address.ts'

export interface SurveyWish {
  readonly address: CameraAddress
  readonly login: { readonly user: string; readonly password: string } | null
  readonly transport: 'tcp' | 'udp'
  readonly seconds: number
  /** Where the copy is written; whoever asked removes it. */
  readonly file: string
  readonly program?: string
}

export interface Survey {
  readonly video: NonNullable<MediaProbe['video']>
  readonly audio: MediaProbe['audio']
  readonly seconds: number
  readonly pictures: number
  /** Of the pictures that came. */
  readonly fps: number
  readonly kbps: number
  /** Longest time between two keyframes; when there was only one, at least as long as was looked. */
  readonly gopSec: number
  readonly gopIsLonger: boolean
  /** Longest hole, and steps back, in the times that the camera wrote. */
  readonly holeSec: number
  readonly stepsBack: number
}

const CONNECT_MS = 5_000
/** What connecting, and waiting for the first keyframe, may take beside. */
const BESIDE_SEC = 14
const LINES_MAX = 40
const CODECS = ['h264', 'hevc']

/** @throws CAMERA_UNREACHABLE, _REFUSED, _NOT_FOUND, _TRANSPORT, _NOT_VIDEO, _SILENT, _REDIRECTS */
export async function surveyCamera(wish: SurveyWish): Promise<Survey> {
  const { address, file } = wish
  await reach(address)
  await copyStream(wish)
  const camera = address.host
  const media = await probeMedia(file, []).catch((error: Error) => {
    throw fault('CAMERA_NOT_VIDEO', { camera, reason: reasonOf(error) }, error)
  })
  const { video, audio } = media
  if (video === null || !CODECS.includes(video.codec)) {
    throw fault('CAMERA_NOT_VIDEO', { camera, reason: video?.codec ?? 'no video track' })
  }
  const packets = await packetsOf(file)
  if (packets.length < 2) throw fault('CAMERA_SILENT', { camera, seconds: wish.seconds })
  return { video, audio, ...measured(packets) }
}

/** Packets of the picture, in the order in which they came. */
export function measured(packets: readonly Packet[]): Omit<Survey, 'video' | 'audio'> {
  const times = packets.map(({ dtsSec }) => dtsSec)
  const seconds = Math.max(...times) - Math.min(...times)
  const steps = times.slice(1).map((time, at) => time - times[at]!)
  const keys = packets.flatMap(({ isKey, dtsSec }) => (isKey ? [dtsSec] : []))
  const gaps = keys.slice(1).map((time, at) => time - keys[at]!)
  const open = seconds - ((keys.at(-1) ?? 0) - Math.min(...times))
  const bytes = packets.reduce((sum, one) => sum + one.bytes, 0)
  const perSec = seconds > 0 ? (packets.length - 1) / seconds : 0
  return {
    ...{ seconds, pictures: packets.length, fps: perSec },
    kbps: seconds > 0 ? (bytes * 8) / 1_000 / seconds : 0,
    gopSec: Math.max(open, ...gaps),
    gopIsLonger: gaps.length === 0 || open > Math.max(...gaps),
    holeSec: Math.max(0, ...steps),
    stepsBack: steps.filter((step) => step < 0).length,
  }
}

/** Tells a cable that is out from a camera that answers and sends nothing. */
function reach({ address, host, port }: CameraAddress): Promise<void> {
  const socket = connect({ host: address, port, timeout: CONNECT_MS })
  return new Promise<void>((resolve, reject) => {
    const fail = (reason: string) => reject(fault('CAMERA_UNREACHABLE', { camera: host, reason }))
    socket.once('connect', resolve)
    socket.once('timeout', () => fail(`no answer within ${CONNECT_MS / 1_000} s`))
    socket.once('error', (error) => fail(reasonOf(error)))
  }).finally(() => socket.destroy())
}

function copyStream(wish: SurveyWish): Promise<void> {
  const { address, login, transport, seconds, file, program = 'ffmpeg' } = wish
  const limitMs = (seconds + BESIDE_SEC) * 1_000
  const child = spawn(program, copyArguments(seconds, file), { stdio: ['pipe', 'ignore', 'pipe'] })
  const lines: string[] = []
  let redirected = false
  return new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs)
    child.on('error', (error) => reject(fault('FFMPEG_MISSING', {}, error)))
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      lines.push(...text.split('\n').filter((line) => line.trim() !== ''))
      lines.splice(0, Math.max(0, lines.length - LINES_MAX))
      if (!/Redirecting to/.test(text)) return
      redirected = true
      child.kill('SIGKILL')
    })
    child.stdin.on('error', () => undefined) // It ended before it read; why is said by its end.
    child.stdin.end(filmList(secretUrl(address, login), transport))
    child.on('close', (code) => {
      clearTimeout(timer)
      if (redirected) reject(fault('CAMERA_REDIRECTS', { camera: address.host }))
      else if (code === 0) resolve()
      else reject(failure(lines, wish, code === null))
    })
  })
}

/** Read from standard input, so that nobody reads it from the process list. Nothing but the network is opened. */
function copyArguments(seconds: number, file: string): string[] {
  return [
    ...'-nostdin -hide_banner -nostats -loglevel info -f concat -safe 0'.split(' '),
    ...'-protocol_whitelist pipe,rtsp,rtp,udp,tcp,tls,crypto -i pipe:0'.split(' '),
    ...'-map 0:v:0 -map 0:a:0? -c copy -copyts'.split(' '),
    ...['-t', String(seconds), '-f', 'matroska', '-y', `file:${file}`],
  ]
}

function filmList(url: string, transport: string): string {
  return `ffconcat version 1.0\nfile '${url}'\noption rtsp_transport ${transport}\noption timeout 8000000\n`
}

function failure(lines: readonly string[], { address, seconds }: SurveyWish, isLate: boolean): Fault {
  const camera = address.host
  const said = lines.filter((line) => !/^(Input|Output|Stream|\s)/.test(line))
  const { code, reason } = diagnose(said, false)
  const silent: readonly FaultCode[] = ['CAMERA_UNREACHABLE']
  // It answered the knock; a time that ran out now is silence.
  if (isLate || (silent.includes(code) && /timed out|no answer/i.test(reason)))
    return fault('CAMERA_SILENT', { camera, seconds })
  return fault(code, { camera, reason })
}
