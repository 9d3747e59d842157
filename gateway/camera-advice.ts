/**
 * What follows from what was measured of a camera: what is wrong with it, and which settings to begin with, each with
 * its reason. People decide: every suggestion can be changed.
 *
 *     Survey ─▶ notes (codes of the catalogue) ┬─▶ the page
 *               suggestions, with reasons      ┘
 */
import type { Survey } from '../devices/camera/survey.ts'
import type { Suggestion } from './http/setup-views.ts'
import { type Fault, fault } from './kit/errors.ts'

/** Patrol looks at key pictures; beyond this much street goes by unseen, and live view waits as long. */
const GOP_SEC_MAX = 4
const GOP_SEC_WANTED = 2
const HOLE_SEC_MAX = 1
/** Pixels a second up to which the evidence stream is decoded for analysis without a second thought: 1080p25. */
const PIXELS_PER_SEC_MAX = 1920 * 1080 * 25

export function notesOf(camera: string, survey: Survey): Fault[] {
  const { video, gopSec, holeSec, stepsBack } = survey
  const notes: Fault[] = []
  if (video.codec !== 'h264') notes.push(fault('CAMERA_CODEC_UNPLAYABLE', { camera, codec: 'H.265' }))
  if (gopSec > GOP_SEC_MAX) {
    const seconds = `${survey.gopIsLonger ? '≥ ' : ''}${gopSec.toFixed(1)}`
    notes.push(fault('CAMERA_GOP_LONG', { camera, seconds, wanted: GOP_SEC_WANTED }))
  }
  if (stepsBack > 0) notes.push(fault('CAMERA_TIMES_ODD', { camera, reason: `${stepsBack} × −` }))
  else if (holeSec > HOLE_SEC_MAX)
    notes.push(fault('CAMERA_TIMES_ODD', { camera, reason: `+${holeSec.toFixed(1)} s` }))
  return notes
}

export function suggestionsOf(url: string, survey: Survey, transport: 'tcp' | 'udp'): Suggestion[] {
  const { width, height } = survey.video
  const analysisUrl = subStreamOf(url)
  const isLarge = width * height * survey.fps > PIXELS_PER_SEC_MAX
  const size = `${width}×${height}, ${survey.fps.toFixed(0)}/s`
  return [
    transport === 'tcp'
      ? { setting: 'transport', value: 'tcp', reason: 'TCP_KEEPS_ALL', shown: '' }
      : { setting: 'transport', value: 'udp', reason: 'UDP_AS_ASKED', shown: '' },
    isLarge && analysisUrl !== null
      ? { setting: 'analysisUrl', value: analysisUrl, reason: 'LARGE_PICTURE', shown: size }
      : { setting: 'analysisUrl', value: '', reason: 'ONE_STREAM_DOES', shown: size },
    { setting: 'deviceKind', value: 'FIXED', reason: 'ZONES_NEED_FIXED', shown: '' },
  ]
}

/** How makers of cameras name the smaller stream beside the larger; null when the address follows none of them. */
export function subStreamOf(url: string): string | null {
  const ways: readonly (readonly [RegExp, string])[] = [
    [/(\/Streaming\/Channels\/\d*)01\b/i, '$102'],
    [/\bsubtype=0\b/i, 'subtype=1'],
    [/\/main(?=$|[/?_.-])/i, '/sub'],
    [/\/stream1(?=$|[/?])/i, '/stream2'],
  ]
  const way = ways.find(([sign]) => sign.test(url))
  return way === undefined ? null : url.replace(way[0], way[1])
}
