/**
 * Plays one stream to one receiver, as a live camera does: the time line belongs to the stream, so whoever
 * connects later, or again, sees what happens now, from the next picture that decoding can start with.
 *
 *     stream's time line ──┬─────────┬─────────┬──▶   round after round; RTP time never goes back
 *                    units of the round, each sent when its own time has come
 *
 * A receiver that reads too slowly loses whole GOPs: half a GOP would only be smear. They are counted.
 */
import { randomInt } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import type { StreamFaults } from './faults.ts'
import type { Track } from './media.ts'
import { address, FRAMING_BYTES, goodbye, RTP_HEADER_BYTES, senderReport, type Unit } from './rtp.ts'
import type { Round, TimeLine } from './time-line.ts'

/** One way of bringing packets to a receiver; packets come with their interleaved framing in front. */
export interface Transport {
  readonly channel: number
  readonly congested: boolean
  readonly drained: boolean
  sendUnit(packets: Buffer, ends: readonly number[]): void
  sendReport(packet: Buffer): void
}

/** What all streams of a camera have sent so far. */
export interface Counters {
  unitsSent: number
  unitsDropped: number
  packetsSpoilt: number
  bytesSent: number
  lateMsMax: number
}

export interface PlayerOptions {
  readonly faults: StreamFaults
  readonly counters: Counters
  readonly timeLine: TimeLine
  readonly random: () => number
  /** Called when a stream that does not loop has come to its end. */
  readonly onEnd: () => void
}

interface Lane {
  readonly kind: Track['kind']
  readonly clockHz: number
  /** Place among the tracks, the same in every round. */
  readonly place: number
  readonly transport: Transport
  readonly ssrc: number
  readonly firstTimestamp: number
  sequence: number
  round: number
  /** Undefined when the stream has ended. */
  shown: Round | undefined
  index: number
  packets: number
  octets: number
}

const REPORT_EVERY_MS = 5_000
const FIRST_REPORT_AFTER_MS = 1_000
/** `setTimeout` takes no longer wait than this; a wait for a unit is far shorter. */
const WAIT_MS_MAX = 60_000

export class Player {
  readonly #options: PlayerOptions
  readonly #lanes: Lane[]
  #timer: NodeJS.Timeout | undefined
  #waitsForKey = false
  #reportedAtMs = -Infinity
  #heldUntilMs = -Infinity
  #keyUnit: Unit | undefined

  constructor(options: PlayerOptions, transports: ReadonlyMap<Track, Transport>) {
    this.#options = options
    const { timeLine } = options
    const begin = this.#nextKey(timeLine.positionSec, [...transports.keys()])
    timeLine.start()
    this.#lanes = [...transports].map(([track, transport]) => this.#laneFrom(begin, track, transport))
  }

  /** `seq` and `rtptime` of the first packet of a track, for the RTP-Info header [RFC 2326 12.33]. */
  firstPacket(track: Track): { sequence: number; timestamp: number } | undefined {
    const place = this.#options.timeLine.media.tracks.indexOf(track)
    const lane = this.#lanes.find((each) => each.place === place)
    const unit = lane && unitOf(lane)
    if (!lane || !unit) return undefined
    return { sequence: lane.sequence, timestamp: this.#timestamp(lane, unit.showAtSec) }
  }

  start(): void {
    // Not at once: the first picture, not the first report, is where receivers begin to count.
    this.#reportedAtMs = performance.now() - REPORT_EVERY_MS + FIRST_REPORT_AFTER_MS
    this.#arm()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** Says to the receiver that nothing more will come. */
  sayGoodbye(): void {
    for (const lane of this.#lanes) lane.transport.sendReport(goodbye(lane.ssrc))
  }

  #arm(): void {
    const dueMs = Math.min(...this.#lanes.map((lane) => this.#dueMs(lane)))
    if (dueMs === Infinity) {
      this.stop()
      this.#options.onEnd()
      return
    }
    const waitMs = Math.max(dueMs, this.#heldUntilMs) - performance.now()
    this.#timer = setTimeout(() => this.#tick(), Math.min(Math.max(0, waitMs), WAIT_MS_MAX))
  }

  #tick(): void {
    const nowMs = performance.now()
    const { faults, random } = this.#options
    if (!faults.stalled && nowMs - this.#reportedAtMs >= REPORT_EVERY_MS) this.#report(nowMs)
    for (const lane of this.#lanes) {
      for (let dueMs = this.#dueMs(lane); dueMs <= nowMs + 1; dueMs = this.#dueMs(lane)) {
        const unit = unitOf(lane)!
        this.#offer(lane, unit, nowMs - dueMs)
        lane.index++
        this.#wrap(lane)
      }
    }
    if (faults.jitterMs > 0) this.#heldUntilMs = nowMs + random() * faults.jitterMs
    this.#arm()
  }

  /** When the lane's next unit leaves, on the clock of `performance`; Infinity when there is none. */
  #dueMs(lane: Lane): number {
    const unit = unitOf(lane)
    if (!unit) return Infinity
    return this.#options.timeLine.startedAtMs! + (lane.shown!.startSec + unit.sendAtSec) * 1000
  }

  /** Sound begins where the picture begins: at the first key unit from `positionSec` on. */
  #nextKey(positionSec: number, tracks: readonly Track[]): { round: number; inRoundSec: number } {
    const { timeLine } = this.#options
    const first = timeLine.roundAt(positionSec)
    const inFirstSec = positionSec - (timeLine.round(first)?.startSec ?? 0)
    const place = timeLine.media.tracks.findIndex((track) => track.kind === 'video' && tracks.includes(track))
    if (place < 0) return { round: first, inRoundSec: inFirstSec }
    for (const [round, fromSec] of [
      [first, inFirstSec],
      [first + 1, 0],
    ] as const) {
      const units = unitsOf(timeLine.round(round), place)
      const key = units.find((unit) => unit.key && unit.sendAtSec >= fromSec)
      if (key) return { round, inRoundSec: key.sendAtSec }
    }
    return { round: first + 1, inRoundSec: Infinity }
  }

  #laneFrom(begin: { round: number; inRoundSec: number }, track: Track, transport: Transport): Lane {
    const { timeLine } = this.#options
    const place = timeLine.media.tracks.indexOf(track)
    const shown = timeLine.round(begin.round)
    const units = unitsOf(shown, place)
    const found = units.findIndex((unit) => unit.sendAtSec >= begin.inRoundSec - 1e-6)
    const lane: Lane = {
      kind: track.kind,
      clockHz: track.clockHz,
      place,
      transport,
      ssrc: randomInt(2 ** 32),
      firstTimestamp: randomInt(2 ** 31),
      sequence: randomInt(2 ** 16),
      round: begin.round,
      shown,
      index: found < 0 ? units.length : found,
      packets: 0,
      octets: 0,
    }
    this.#wrap(lane)
    return lane
  }

  /** On to the next round when this one has nothing left. */
  #wrap(lane: Lane): void {
    if (!lane.shown || unitOf(lane)) return
    lane.round++
    lane.shown = this.#options.timeLine.round(lane.round)
    lane.index = 0
  }

  #offer(lane: Lane, unit: Unit, lateMs: number): void {
    const { faults, counters } = this.#options
    if (faults.stalled || lane.transport.congested) this.#waitsForKey = true
    if (faults.stalled) return

    const video = lane.kind === 'video'
    if (video && this.#waitsForKey && unit.key && lane.transport.drained) this.#waitsForKey = false
    if (this.#waitsForKey) {
      counters.unitsDropped++
      return
    }
    if (video && unit.key && !faults.frozen) this.#keyUnit = unit
    const shown = video && faults.frozen ? (this.#keyUnit ?? unit) : unit

    counters.lateMsMax = Math.max(counters.lateMsMax, lateMs)
    this.#send(lane, shown, unit.showAtSec)
  }

  // The shared packets are copied, then addressed: other receivers read the same ones.
  #send(lane: Lane, unit: Unit, showAtSec: number): void {
    const { counters, faults, random } = this.#options
    const out = Buffer.allocUnsafe(unit.packets.length)
    unit.packets.copy(out)
    const timestamp = this.#timestamp(lane, showAtSec)
    const spoils = faults.lossShare > 0 || faults.corruptShare > 0
    let at = 0
    for (const end of unit.ends) {
      address(out, at, lane.transport.channel, lane.sequence, timestamp, lane.ssrc)
      lane.sequence = (lane.sequence + 1) & 0xffff
      if (spoils && random() < faults.corruptShare) {
        const payloadAt = at + FRAMING_BYTES + RTP_HEADER_BYTES
        out[payloadAt + Math.floor(random() * (end - payloadAt))]! ^= 1 + Math.floor(random() * 255)
        counters.packetsSpoilt++
      }
      at = end
    }
    lane.packets += unit.ends.length
    lane.octets += out.length - unit.ends.length * (FRAMING_BYTES + RTP_HEADER_BYTES)
    counters.unitsSent++
    counters.bytesSent += out.length
    if (faults.lossShare > 0) this.#sendSome(lane, out, unit.ends)
    else lane.transport.sendUnit(out, unit.ends)
  }

  #sendSome(lane: Lane, out: Buffer, ends: readonly number[]): void {
    const { counters, faults, random } = this.#options
    let at = 0
    for (const end of ends) {
      if (random() < faults.lossShare) counters.packetsSpoilt++
      else lane.transport.sendUnit(out.subarray(at, end), [end - at])
      at = end
    }
  }

  #report(nowMs: number): void {
    this.#reportedAtMs = nowMs
    const wallMs = Date.now()
    const position = this.#options.timeLine.positionSec
    for (const lane of this.#lanes) {
      if (!lane.shown) continue
      const atSec = position - lane.shown.startSec
      lane.transport.sendReport(senderReport(lane, wallMs, this.#timestamp(lane, atSec)))
    }
  }

  /** Counted from the start of the time line in one piece, so that no round adds a rounding error. */
  #timestamp(lane: Lane, inRoundSec: number): number {
    const atSec = lane.shown!.startSec + inRoundSec + this.#options.faults.timeShiftSec
    return (lane.firstTimestamp + Math.round(atSec * lane.clockHz)) >>> 0
  }
}

function unitOf({ shown, place, index }: Lane): Unit | undefined {
  return unitsOf(shown, place)[index]
}

/** None when the stream has ended. */
function unitsOf(round: Round | undefined, place: number): readonly Unit[] {
  return round === undefined ? [] : round.part.media.tracks[place]!.units
}
