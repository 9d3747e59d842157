/**
 * RTP packets, made once when the camera starts; playing only copies them and writes four fields.
 *
 *     │ $ ch len │ V PT seq timestamp ssrc │ payload │      repeated for each packet of one access unit
 *     └ 4 bytes ─┴──────── 12 bytes ───────┘
 *
 * The four bytes in front are the interleaved framing of RTSP over TCP [RFC 2326 10.12]; over UDP they are left out.
 * A NAL unit too large for a packet is cut into fragments: type 28 in H.264 [RFC 6184 5.8], 49 in H.265 [RFC 7798 4.4.3].
 */
import type { VideoCodec } from './nal.ts'

/** Largest RTP payload: with RTP, UDP and IP headers it still fits an Ethernet frame of 1500 bytes. */
const PAYLOAD_BYTES_MAX = 1400
export const FRAMING_BYTES = 4
export const RTP_HEADER_BYTES = 12

/** One access unit of one track: when it is sent, when it is shown, and all its packets back to back. */
export interface Unit {
  readonly sendAtSec: number
  readonly showAtSec: number
  /** A receiver can begin here. Sound can begin anywhere. */
  readonly key: boolean
  readonly packets: Buffer
  /** Where each packet ends in `packets`. */
  readonly ends: readonly number[]
}

export function packVideo(codec: VideoCodec, nals: readonly Buffer[], payloadType: number): PackedUnit {
  const payloads: Buffer[][] = []
  for (const nal of nals) {
    if (nal.length <= PAYLOAD_BYTES_MAX) payloads.push([nal])
    else payloads.push(...fragment(codec, nal))
  }
  return pack(payloads, payloadType)
}

/** MPEG-4 generic, AAC-hbr: one frame a packet, its length in front [RFC 3640 3.3.6]. */
export function packAac(frame: Buffer, payloadType: number): PackedUnit {
  const header = Buffer.from([0, 16, frame.length >> 5, (frame.length & 0x1f) << 3])
  const payloads: Buffer[][] = []
  for (let at = 0; at < frame.length; at += PAYLOAD_BYTES_MAX) {
    payloads.push([header, frame.subarray(at, at + PAYLOAD_BYTES_MAX)])
  }
  return pack(payloads, payloadType)
}

export function packRaw(samples: Buffer, payloadType: number): PackedUnit {
  return pack([[samples]], payloadType)
}

type PackedUnit = Pick<Unit, 'packets' | 'ends'>

function fragment(codec: VideoCodec, nal: Buffer): Buffer[][] {
  const headBytes = codec === 'h264' ? 1 : 2
  const step = PAYLOAD_BYTES_MAX - headBytes - 1
  const payloads: Buffer[][] = []
  for (let at = headBytes; at < nal.length; at += step) {
    const body = nal.subarray(at, at + step)
    const edges = (at === headBytes ? 0x80 : 0) | (at + step >= nal.length ? 0x40 : 0)
    const head =
      codec === 'h264'
        ? [(nal[0]! & 0xe0) | 28, edges | (nal[0]! & 0x1f)]
        : [(nal[0]! & 0x81) | (49 << 1), nal[1]!, edges | ((nal[0]! >> 1) & 0x3f)]
    payloads.push([Buffer.from(head), body])
  }
  return payloads
}

function pack(payloads: readonly Buffer[][], payloadType: number): PackedUnit {
  const chunks: Buffer[] = []
  const ends: number[] = []
  let at = 0
  payloads.forEach((payload, index) => {
    const header = Buffer.alloc(FRAMING_BYTES + RTP_HEADER_BYTES)
    const bytes = payload.reduce((sum, part) => sum + part.length, RTP_HEADER_BYTES)
    header[0] = 0x24
    header.writeUInt16BE(bytes, 2)
    header[4] = 0x80
    // The marker bit says that the access unit is complete.
    header[5] = payloadType | (index === payloads.length - 1 ? 0x80 : 0)
    chunks.push(header, ...payload)
    at += FRAMING_BYTES + bytes
    ends.push(at)
  })
  return { packets: Buffer.concat(chunks), ends }
}

/** Writes what differs from receiver to receiver into the packet at `at`. */
export function address(
  out: Buffer,
  at: number,
  channel: number,
  sequence: number,
  timestamp: number,
  ssrc: number,
) {
  out[at + 1] = channel
  out.writeUInt16BE(sequence, at + 6)
  out.writeUInt32BE(timestamp, at + 8)
  out.writeUInt32BE(ssrc, at + 12)
}

export interface SenderState {
  readonly ssrc: number
  readonly packets: number
  readonly octets: number
}

const NTP_EPOCH_SEC = 2_208_988_800

/** RTCP sender report [RFC 3550 6.4.1]: which wall clock time an RTP time is. No framing in front. */
export function senderReport(state: SenderState, wallMs: number, timestamp: number): Buffer {
  const report = Buffer.alloc(28)
  const ntpSec = wallMs / 1000 + NTP_EPOCH_SEC
  report[0] = 0x80
  report[1] = 200
  report.writeUInt16BE(6, 2)
  report.writeUInt32BE(state.ssrc, 4)
  report.writeUInt32BE(Math.floor(ntpSec), 8)
  report.writeUInt32BE(Math.floor((ntpSec % 1) * 2 ** 32), 12)
  report.writeUInt32BE(timestamp, 16)
  report.writeUInt32BE(state.packets >>> 0, 20)
  report.writeUInt32BE(state.octets >>> 0, 24)
  return report
}

/** RTCP BYE [RFC 3550 6.6]: this source has ended. */
export function goodbye(ssrc: number): Buffer {
  const bye = Buffer.from([0x81, 203, 0, 1, 0, 0, 0, 0])
  bye.writeUInt32BE(ssrc, 4)
  return bye
}

/** Puts the interleaved framing in front of an RTCP packet. */
export function framed(channel: number, packet: Buffer): Buffer {
  const head = Buffer.from([0x24, channel, 0, 0])
  head.writeUInt16BE(packet.length, 2)
  return Buffer.concat([head, packet])
}
