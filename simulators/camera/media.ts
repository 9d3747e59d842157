/**
 * A file as a camera would send it: tracks of packed units on one time axis that begins at 0 and ends at `loopSec`.
 *
 *     file ─demux─▶ packets ─▶ NAL units ─pack─▶ Unit[]      the source's own bytes, its own pace
 *
 * What RTP cannot carry as it is (another codec, pictures without times) is transcoded once, and the log says so.
 */
import { fault } from '../../gateway/kit/errors.ts'
import type { Log } from '../../gateway/kit/log.ts'
import { demux, inspect, type Packet, type StreamInfo, transcoded } from './demux.ts'
import { type ParameterSet, parameterSetOf, splitAnnexB, startsDecoding, type VideoCodec } from './nal.ts'
import { packAac, packRaw, packVideo, type Unit } from './rtp.ts'

export interface Track {
  readonly kind: 'video' | 'audio'
  readonly clockHz: number
  readonly payloadType: number
  /** Lines of the session description that belong to this track alone. */
  readonly description: readonly string[]
  readonly units: readonly Unit[]
}

export interface Media {
  /** Video first. */
  readonly tracks: readonly Track[]
  readonly loopSec: number
}

const VIDEO_HZ = 90_000
const VIDEO_TYPE = 96
const AUDIO_TYPE = 97
const G711 = new Map([
  ['pcm_mulaw', { payloadType: 0, name: 'PCMU' }],
  ['pcm_alaw', { payloadType: 8, name: 'PCMA' }],
])
const G711_HZ = 8_000
/** 20 ms of 8 kHz, one byte a sample [RFC 3551 4.5.14]. */
const G711_BYTES = 160

const TRANSCODE_VIDEO = [
  '-c:v',
  'libx264',
  '-preset',
  'veryfast',
  '-pix_fmt',
  'yuv420p',
  '-bf',
  '0',
  '-g',
  '50',
]
const ANNEX_B: Record<VideoCodec, string> = { h264: 'h264_mp4toannexb', h265: 'hevc_mp4toannexb' }

export async function loadMedia(file: string, log: Log): Promise<Media> {
  const { video, audio } = await inspect(file)
  if (!video) throw fault('SIMULATOR_SOURCE_UNREADABLE', { path: file, reason: 'no video in it' })

  const { track, firstSec, loopSec } = await loadVideo(file, video, log)
  const tracks = [track]
  if (audio) tracks.push(await loadAudio(file, audio, firstSec, loopSec, log))
  return { tracks, loopSec }
}

async function loadVideo(file: string, info: StreamInfo, log: Log) {
  let codec: VideoCodec = info.codec === 'hevc' ? 'h265' : 'h264'
  let packets: Packet[] = []
  const carried = info.codec === 'h264' || info.codec === 'hevc'
  if (carried) packets = await demux(file, '0:v:0', ['-bsf:v', ANNEX_B[codec]])
  // Without presentation times the order of B-frames is unknown.
  if (!carried || (info.hasBFrames && packets.some((packet) => packet.ptsSec === undefined))) {
    log.info({ file, codec: info.codec }, 'video is transcoded to H.264 once')
    codec = 'h264'
    packets = await transcoded(file, '0:v:0', TRANSCODE_VIDEO, (made) =>
      demux(made, '0:v:0', ['-bsf:v', ANNEX_B.h264]),
    )
  }

  const sets = new Map<ParameterSet, Buffer>()
  const units: Unit[] = []
  const firstSec = packets[0]?.dtsSec ?? 0
  for (const packet of packets) {
    const nals = splitAnnexB(packet.bytes)
    if (nals.length === 0) continue
    for (const nal of nals) {
      const set = parameterSetOf(codec, nal)
      if (set && !sets.has(set)) sets.set(set, nal)
    }
    units.push({
      sendAtSec: packet.dtsSec - firstSec,
      showAtSec: (packet.ptsSec ?? packet.dtsSec) - firstSec,
      key: nals.some((nal) => startsDecoding(codec, nal)),
      ...packVideo(codec, nals, VIDEO_TYPE),
    })
  }
  if (!sets.has('sps') || !sets.has('pps') || !units.some((unit) => unit.key)) {
    throw fault('SIMULATOR_SOURCE_UNREADABLE', {
      path: file,
      reason: 'no picture that decoding can start with',
    })
  }
  const description = describeVideo(codec, sets)
  const track: Track = { kind: 'video', clockHz: VIDEO_HZ, payloadType: VIDEO_TYPE, description, units }
  return { track, firstSec, loopSec: lengthSec(packets) }
}

/** From the first packet to the end of the last; a last packet without a duration lasts as long as a usual one. */
function lengthSec(packets: readonly Packet[]): number {
  const last = packets.at(-1)!
  const spanSec = last.dtsSec - packets[0]!.dtsSec
  const usualSec = packets.length > 1 ? spanSec / (packets.length - 1) : 0.04
  return spanSec + (last.durationSec > 0 ? last.durationSec : usualSec)
}

function describeVideo(codec: VideoCodec, sets: ReadonlyMap<ParameterSet, Buffer>): string[] {
  const base64 = (set: ParameterSet) => (sets.get(set) ?? Buffer.alloc(0)).toString('base64')
  if (codec === 'h265') {
    const sprop = `sprop-vps=${base64('vps')};sprop-sps=${base64('sps')};sprop-pps=${base64('pps')}`
    return [`a=rtpmap:${VIDEO_TYPE} H265/${VIDEO_HZ}`, `a=fmtp:${VIDEO_TYPE} ${sprop}`]
  }
  const profile = sets.get('sps')!.subarray(1, 4).toString('hex').toUpperCase()
  const sprop = `sprop-parameter-sets=${base64('sps')},${base64('pps')}`
  return [
    `a=rtpmap:${VIDEO_TYPE} H264/${VIDEO_HZ}`,
    `a=fmtp:${VIDEO_TYPE} packetization-mode=1;profile-level-id=${profile};${sprop}`,
  ]
}

async function loadAudio(
  file: string,
  info: StreamInfo,
  firstSec: number,
  loopSec: number,
  log: Log,
): Promise<Track> {
  const g711 = G711.get(info.codec)
  if (g711 && info.sampleRate === G711_HZ && info.channels === 1) {
    const packets = await demux(file, '0:a:0', [])
    const units = recut(packets, G711_BYTES, G711_HZ).map((packet) => ({
      ...timed(packet, firstSec),
      ...packRaw(packet.bytes, g711.payloadType),
    }))
    const description = [`a=rtpmap:${g711.payloadType} ${g711.name}/${G711_HZ}`]
    return track(g711.payloadType, G711_HZ, description, units, loopSec)
  }

  const carried = info.codec === 'aac' && info.profile === 'LC' && AAC_HZ.includes(info.sampleRate)
  if (!carried) log.info({ file, codec: info.codec }, 'sound is transcoded to AAC once')
  const clockHz = carried ? info.sampleRate : 16_000
  const channels = carried ? info.channels : 1
  const toAac = ['-c:a', 'aac', '-ar', String(clockHz), '-ac', String(channels)]
  const packets = carried
    ? await demux(file, '0:a:0', ['-bsf:a', 'aac_adtstoasc'])
    : await transcoded(file, '0:a:0', toAac, (made) => demux(made, '0:a:0', []))
  const units = packets.map((packet) => ({
    ...timed(packet, firstSec),
    ...packAac(packet.bytes, AUDIO_TYPE),
  }))
  return track(AUDIO_TYPE, clockHz, describeAac(clockHz, channels), units, loopSec)
}

const AAC_HZ = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000]

/** `config` is the AudioSpecificConfig [ISO 14496-3 1.6.2.1]: AAC LC, index of the rate, channels. */
function describeAac(clockHz: number, channels: number): string[] {
  const config = (2 << 11) | (AAC_HZ.indexOf(clockHz) << 7) | (channels << 3)
  const mode = 'mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3'
  return [
    `a=rtpmap:${AUDIO_TYPE} MPEG4-GENERIC/${clockHz}/${channels}`,
    `a=fmtp:${AUDIO_TYPE} streamtype=5;profile-level-id=1;${mode};config=${config.toString(16).padStart(4, '0')}`,
  ]
}

/** Sound that would begin before the picture or run over the seam of the loop is left out: under one frame of it. */
function track(
  payloadType: number,
  clockHz: number,
  description: string[],
  units: Unit[],
  loopSec: number,
): Track {
  const kept = units.filter((unit) => unit.sendAtSec >= 0 && unit.sendAtSec < loopSec)
  return { kind: 'audio', clockHz, payloadType, description, units: kept }
}

function timed(packet: Packet, firstSec: number) {
  const atSec = (packet.ptsSec ?? packet.dtsSec) - firstSec
  return { sendAtSec: atSec, showAtSec: atSec, key: true }
}

/** Containers hold G.711 in blocks of any size; a camera sends 20 ms at a time. */
function recut(packets: readonly Packet[], bytesEach: number, hz: number): Packet[] {
  const whole = Buffer.concat(packets.map((packet) => packet.bytes))
  const startSec = packets[0]?.dtsSec ?? 0
  const cut: Packet[] = []
  for (let at = 0; at + bytesEach <= whole.length; at += bytesEach) {
    const atSec = startSec + at / hz
    const bytes = whole.subarray(at, at + bytesEach)
    cut.push({ dtsSec: atSec, ptsSec: atSec, durationSec: bytesEach / hz, bytes })
  }
  return cut
}
