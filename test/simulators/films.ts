/** Small films for the camera, made by ffmpeg; and what ffmpeg says about a film or a stream. */
import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { splitAnnexB } from '../../simulators/camera/nal.ts'

const run = promisify(execFile)
export const folder = mkdtempSync(join(tmpdir(), 'lushao-films-'))

const PICTURE = ['-f', 'lavfi', '-i', 'testsrc2=s=192x108:r=20:d=1.6']
const TONE = ['-f', 'lavfi', '-i', 'sine=440:r=16000:d=1.6']
const X264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-g', '8']

export function ffmpeg(...args: string[]) {
  const options = { encoding: 'buffer', maxBuffer: 1 << 26 } as const
  return run('ffmpeg', ['-nostdin', '-loglevel', 'error', ...args], options)
}

/** What it prints, and what it complains of. */
export async function ffmpegSays(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return run('ffmpeg', ['-nostdin', '-loglevel', 'error', ...args], { maxBuffer: 1 << 26 })
}

const made = new Map<string, Promise<string>>()

function make(name: string, ...args: string[]): Promise<string> {
  const file = join(folder, name)
  const making = made.get(name) ?? ffmpeg('-y', ...args, file).then(() => file)
  made.set(name, making)
  return making
}

export const plain = () => make('plain.mp4', ...PICTURE, ...X264, '-bf', '0', '-qp', '14')
/** Irregular times: every picture comes up to half an interval late. */
export const uneven = () =>
  make(
    'uneven.mp4',
    ...[...PICTURE, '-vf', "settb=1/90000,setpts='PTS+mod(N*N*317,2250)'", '-fps_mode', 'passthrough'],
    ...['-enc_time_base', '1:90000', '-video_track_timescale', '90000', ...X264, '-bf', '0'],
  )
export const withBFrames = () => make('b.mp4', ...PICTURE, ...X264, '-bf', '2')
export const h265 = () =>
  make(
    'h265.mp4',
    ...PICTURE,
    '-c:v',
    'libx265',
    '-x265-params',
    'log-level=error:keyint=8:bframes=0',
    '-qp',
    '14',
  )
export const withAac = () =>
  make('aac.mp4', ...PICTURE, ...TONE, ...X264, '-bf', '0', '-c:a', 'aac', '-shortest')
export const withG711 = () =>
  make('g711.mov', ...PICTURE, ...TONE, ...X264, '-bf', '0', '-c:a', 'pcm_alaw', '-ar', '8000', '-ac', '1')
export const mpeg4 = () => make('old.avi', ...PICTURE, '-c:v', 'mpeg4')

/** NAL units that carry pictures, in decoding order. */
export async function pictureNals(codec: 'h264' | 'hevc', ...input: string[]): Promise<string[]> {
  const filter = `${codec}_mp4toannexb`
  const { stdout } = await ffmpeg(...input, '-map', '0:v:0', '-c', 'copy', '-bsf:v', filter, '-f', codec, '-')
  const type = (nal: Buffer) => (codec === 'h264' ? nal[0]! & 31 : (nal[0]! >> 1) & 63)
  return splitAnnexB(stdout)
    .filter((nal) => (codec === 'h264' ? type(nal) <= 5 : type(nal) < 32))
    .map((nal) => nal.toString('base64'))
}

/** Packet times in ticks of 90 kHz, and checksums, as ffmpeg gets them. */
export async function packetsOf(stream: string, ...input: string[]) {
  const { stdout } = await ffmpeg(...input, '-map', stream, '-c', 'copy', '-f', 'framecrc', '-')
  const lines = stdout.toString().split('\n')
  const tb = lines.find((line) => line.startsWith('#tb 0'))!.match(/(\d+)\/(\d+)/)!
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(',').map((field) => field.trim()))
    .map(([, , pts, , size, crc]) => ({
      pts: Math.round((Number(pts) * 90_000 * Number(tb[1])) / Number(tb[2])),
      content: `${size} ${crc}`,
    }))
}
