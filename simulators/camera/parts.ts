/**
 * What a stream is made of: a film, or pieces of films, each from one picture that decoding can start with to another.
 *
 *     film    K · · K · · K · · K · ·        K: a key picture
 *     part          └─────────┘              its times count from its own beginning
 *
 * A seam falls on key pictures only, so a receiver that is shown another part next misses nothing that it refers to.
 */
import { fault } from '../../gateway/kit/errors.ts'
import { type Log, silentLog } from '../../gateway/kit/log.ts'
import { loadMedia, type Media, type Track } from './media.ts'
import type { Unit } from './rtp.ts'
import type { Part } from './time-line.ts'

/** A piece of a film; the whole of it unless times are given. */
export interface PartOptions {
  readonly name: string
  readonly file: string
  readonly fromSec?: number
  readonly toSec?: number
  /** Until the stream goes on; otherwise it is shown once. */
  readonly repeats: boolean
}

/** A file, or parts that follow each other. */
export type StreamOptions = { readonly file: string } | { readonly parts: readonly PartOptions[] }

/** Times are given in seconds, pictures stand at ticks: so far a cut may lie from its key picture. */
const NEAR_SEC = 0.02

/** Films that several streams or parts show are read once. */
export class Films {
  readonly #log: Log
  readonly #loaded = new Map<string, Media>()

  constructor(log: Log = silentLog) {
    this.#log = log
  }

  /** @param loop whether a file begins again at its end */
  async partsOf(stream: StreamOptions, loop: boolean): Promise<Part[]> {
    if (!('parts' in stream)) {
      return [{ name: 'whole', media: await this.#load(stream.file), repeats: loop }]
    }
    const parts: Part[] = []
    for (const { name, file, fromSec = 0, toSec, repeats } of stream.parts) {
      const media = cut(await this.#load(file), fromSec, toSec, file)
      if (parts[0]) requireSameKind(parts[0].media, media, file)
      parts.push({ name, media, repeats })
    }
    return parts
  }

  async #load(file: string): Promise<Media> {
    const media = this.#loaded.get(file) ?? (await loadMedia(file, this.#log))
    this.#loaded.set(file, media)
    return media
  }
}

function cut(media: Media, fromSec: number, toSec: number | undefined, path: string): Media {
  const startSec = keyAt(media, fromSec, path)
  const endSec = toSec === undefined ? media.loopSec : keyAt(media, toSec, path)
  if (!(endSec > startSec)) throw unreadable(path, `nothing lies between ${fromSec} s and ${toSec} s`)
  const tracks = media.tracks.map((track) => ({
    ...track,
    units: track.units.filter((unit) => within(unit, startSec, endSec)).map((unit) => moved(unit, startSec)),
  }))
  return { tracks, loopSec: endSec - startSec }
}

/** A receiver is told once what comes: the pieces it is shown one after the other must be of one kind. */
function requireSameKind(first: Media, next: Media, path: string): void {
  const kind = (track: Track) =>
    [track.kind, track.clockHz, track.payloadType, ...track.description].join(' ')
  const same = first.tracks.length === next.tracks.length
  if (!same || first.tracks.some((track, i) => kind(track) !== kind(next.tracks[i]!))) {
    throw unreadable(path, 'its pictures or its sound are of another kind than those of the first part')
  }
}

function keyAt({ tracks, loopSec }: Media, atSec: number, path: string): number {
  if (Math.abs(loopSec - atSec) <= NEAR_SEC) return loopSec
  const key = tracks[0]!.units.find((unit) => unit.key && Math.abs(unit.sendAtSec - atSec) <= NEAR_SEC)
  if (!key) throw unreadable(path, `no picture that decoding can start with stands at ${atSec} s`)
  return key.sendAtSec
}

const within = ({ sendAtSec }: Unit, startSec: number, endSec: number) =>
  sendAtSec >= startSec - 1e-9 && sendAtSec < endSec - 1e-9

function moved(unit: Unit, bySec: number): Unit {
  return { ...unit, sendAtSec: unit.sendAtSec - bySec, showAtSec: unit.showAtSec - bySec }
}

const unreadable = (path: string, reason: string) => fault('SIMULATOR_SOURCE_UNREADABLE', { path, reason })
