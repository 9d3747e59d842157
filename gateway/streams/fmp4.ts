/**
 * Fragmented MP4 as ffmpeg writes it (`frag_every_frame+empty_moov+default_base_moof`), pushed in chunks of
 * any size.
 *
 *     ftyp moov │ moof mdat │ moof mdat │ …          one fragment is one sample: a decoder, a clip and a browser take
 *     └─ init ─┘ └─ sample ┘                         it unchanged
 *
 * Every box gets a buffer of exactly its size, so a sample kept in the ring keeps nothing else alive. The
 * bytes come from a child process that eats a camera's packets: sizes and offsets are hostile until checked,
 * and what does not fit is a `STREAM_MALFORMED`, never a crash and never a loop.
 */
import { fault } from '../kit/errors.ts'
import { TICKS_PER_SEC } from './gop.ts'

/** A keyframe of an 8K camera is about 4 MB. A box beyond this is a mistake or an attack. */
const BOX_BYTES_MAX = 32 << 20
/** ffmpeg writes one sample a fragment; more than this in one is not its work. */
const SAMPLES_PER_FRAGMENT_MAX = 4096

interface Fmp4Track {
  readonly id: number
  readonly kind: 'vide' | 'soun' | 'other'
  readonly codec: string
  readonly width: number
  readonly height: number
  readonly ticksPerSec: number
  readonly defaultDuration: number
  readonly defaultSize: number
  readonly defaultFlags: number
}

export interface Fmp4Init {
  /** `ftyp` and `moov`. */
  readonly bytes: Buffer
  readonly tracks: readonly Fmp4Track[]
}

export interface Fmp4Sample {
  readonly track: Fmp4Track
  readonly dts: number
  readonly pts: number
  readonly duration: number
  readonly key: boolean
  readonly moof: Buffer
  readonly mdat: Buffer
  readonly data: Buffer
}

export class Fmp4Parser {
  readonly #onInit: (init: Fmp4Init) => void
  readonly #onSample: (sample: Fmp4Sample) => void
  readonly #head = Buffer.alloc(8)
  #headLength = 0
  #box: Buffer | null = null
  #boxLength = 0
  #initBoxes: Buffer[] = []
  #tracks: readonly Fmp4Track[] | null = null
  #moof: Buffer | null = null

  constructor(on: { init: (init: Fmp4Init) => void; sample: (sample: Fmp4Sample) => void }) {
    this.#onInit = on.init
    this.#onSample = on.sample
  }

  /** @throws Fault STREAM_MALFORMED; the parser is of no use afterwards. */
  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      if (this.#box === null) {
        const take = Math.min(8 - this.#headLength, chunk.length - at)
        chunk.copy(this.#head, this.#headLength, at, at + take)
        this.#headLength += take
        at += take
        if (this.#headLength < 8) return
        this.#openBox()
      }
      const box: Buffer = this.#box!
      const take = Math.min(box.length - this.#boxLength, chunk.length - at)
      chunk.copy(box, this.#boxLength, at, at + take)
      this.#boxLength += take
      at += take
      if (this.#boxLength === box.length) {
        this.#box = null
        this.#headLength = 0
        this.#take(box)
      }
    }
  }

  #openBox(): void {
    const size = this.#head.readUInt32BE(0)
    if (size < 8 || size > BOX_BYTES_MAX) throw malformed(`a box of ${size} bytes`)
    // Its own memory, not a slice of node's pool: one kept sample must not hold 8 KiB of others alive.
    this.#box = Buffer.allocUnsafeSlow(size)
    this.#head.copy(this.#box)
    this.#boxLength = 8
  }

  #take(box: Buffer): void {
    const type = typeOf(box, 0)
    if (type === 'moof') {
      if (this.#tracks === null) throw malformed('a fragment before the init segment')
      this.#moof = box
    } else if (type === 'mdat') {
      this.#takeData(box)
    } else if (this.#tracks === null) {
      this.#initBoxes.push(box)
      if (this.#initBoxes.length > 16) throw malformed('no moov among the first 16 boxes')
      if (type === 'moov') this.#takeInit(box)
    }
  }

  #takeInit(moov: Buffer): void {
    this.#tracks = parseMoov(moov)
    const bytes = Buffer.concat(this.#initBoxes)
    this.#initBoxes = []
    this.#onInit({ bytes, tracks: this.#tracks })
  }

  #takeData(mdat: Buffer): void {
    const moof = this.#moof
    if (moof === null || this.#tracks === null) throw malformed('media data without a fragment header')
    this.#moof = null
    for (const part of parseMoof(moof, this.#tracks)) {
      const start = part.offset - moof.length
      if (start < 8 || start + part.size > mdat.length) throw malformed('a sample outside its fragment')
      const data = mdat.subarray(start, start + part.size)
      const { track, dts, pts, duration, key } = part
      this.#onSample({ track, dts, pts, duration, key, moof, mdat, data })
    }
  }
}

/** A copy of a fragment's header at another decode time: the same payload, another place in time. */
export function retime(moof: Buffer, dts: number): Buffer {
  const copy = Buffer.from(moof)
  const at = copy.indexOf('tfdt', 8, 'latin1')
  if (at < 0 || at + 12 > copy.length) throw malformed('a fragment without a decode time')
  if (copy[at + 4] === 1) writeUInt64(copy, at + 8, dts)
  else copy.writeUInt32BE(dts >>> 0, at + 8)
  return copy
}

function parseMoov(box: Buffer): Fmp4Track[] {
  const defaults = new Map<number, { duration: number; size: number; flags: number }>()
  const mvex = find(box, 8, box.length, 'mvex')
  if (mvex !== null) {
    for (const kid of kids(box, mvex.start, mvex.end)) {
      if (kid.type !== 'trex') continue
      const at = room(kid, 24).start
      defaults.set(box.readUInt32BE(at + 4), {
        duration: box.readUInt32BE(at + 12),
        size: box.readUInt32BE(at + 16),
        flags: box.readUInt32BE(at + 20),
      })
    }
  }
  const tracks: Fmp4Track[] = []
  for (const kid of kids(box, 8, box.length)) {
    if (kid.type === 'trak') tracks.push(parseTrack(box, kid, defaults))
  }
  if (tracks.length === 0) throw malformed('an init segment without tracks')
  return tracks
}

function parseTrack(
  box: Buffer,
  trak: Span,
  defaults: Map<number, { duration: number; size: number; flags: number }>,
): Fmp4Track {
  const tkhd = room(need(box, trak, 'tkhd'), 84)
  const mdhd = room(need(box, trak, 'mdia', 'mdhd'), 24)
  const hdlr = room(need(box, trak, 'mdia', 'hdlr'), 12)
  const stsd = room(need(box, trak, 'mdia', 'minf', 'stbl', 'stsd'), 16)
  const id = box.readUInt32BE(tkhd.start + (box[tkhd.start] === 1 ? 20 : 12))
  const handler = box.toString('latin1', hdlr.start + 8, hdlr.start + 12)
  const kind = handler === 'vide' || handler === 'soun' ? handler : 'other'
  const entry = stsd.start + 8
  const tag = typeOf(box, entry)
  const visual = kind === 'vide' && stsd.end - entry >= 86
  const { duration, size, flags } = defaults.get(id) ?? { duration: 0, size: 0, flags: 0 }
  return {
    id,
    kind,
    codec: codecOf(tag, box.subarray(entry, stsd.end)),
    width: visual ? box.readUInt16BE(entry + 32) : 0,
    height: visual ? box.readUInt16BE(entry + 34) : 0,
    ticksPerSec: box.readUInt32BE(mdhd.start + (box[mdhd.start] === 1 ? 20 : 12)),
    defaultDuration: duration,
    defaultSize: size,
    defaultFlags: flags,
  }
}

const CODECS: Readonly<Record<string, string>> = {
  avc1: 'h264',
  avc3: 'h264',
  hev1: 'hevc',
  hvc1: 'hevc',
  av01: 'av1',
  vp09: 'vp9',
  mp4a: 'aac',
}
/** `mp4v` names a family; the object type in its `esds` says which (ISO/IEC 14496-1, table 5). */
const OBJECT_TYPES: Readonly<Record<number, string>> = { 32: 'mpeg4', 106: 'mpeg1video', 108: 'mjpeg' }

function codecOf(tag: string, entry: Buffer): string {
  if (tag !== 'mp4v') return CODECS[tag] ?? tag
  const esds = entry.indexOf('esds', 0, 'latin1')
  if (esds < 0) return 'mpeg4'
  // DecoderConfigDescriptor: tag 4, a length of one to four bytes (high bit: more follow), then the object
  // type.
  for (let at = esds + 8; at < Math.min(entry.length - 5, esds + 32); at++) {
    if (entry[at] !== 4) continue
    let type = at + 1
    while (type < at + 4 && entry[type]! >= 0x80) type++
    const objectType = entry[type + 1]!
    if (objectType >= 0x60 && objectType <= 0x65) return 'mpeg2video'
    return OBJECT_TYPES[objectType] ?? 'mpeg4'
  }
  return 'mpeg4'
}

interface Part {
  readonly track: Fmp4Track
  readonly dts: number
  readonly pts: number
  readonly duration: number
  readonly key: boolean
  readonly size: number
  /** From the first byte of `moof`. */
  readonly offset: number
}

function parseMoof(box: Buffer, tracks: readonly Fmp4Track[]): Part[] {
  const parts: Part[] = []
  for (const traf of kids(box, 8, box.length)) {
    if (traf.type === 'traf') parseTraf(box, traf, tracks, parts)
  }
  return parts
}

function parseTraf(box: Buffer, traf: Span, tracks: readonly Fmp4Track[], parts: Part[]): void {
  let track: Fmp4Track | undefined
  let defaults = { duration: 0, size: 0, flags: 0 }
  let dts = 0
  for (const kid of kids(box, traf.start, traf.end)) {
    const read = new Fields(box, kid)
    if (kid.type === 'tfhd') {
      const flags = read.flags()
      const id = read.u32()
      track = tracks.find((each) => each.id === id)
      if (track === undefined) throw malformed('a fragment of an unknown track')
      if (track.kind === 'vide' && track.ticksPerSec !== TICKS_PER_SEC) throw malformed('another time scale')
      if (flags & 0x01) read.skip(8)
      if (flags & 0x02) read.skip(4)
      defaults = {
        duration: flags & 0x08 ? read.u32() : track.defaultDuration,
        size: flags & 0x10 ? read.u32() : track.defaultSize,
        flags: flags & 0x20 ? read.u32() : track.defaultFlags,
      }
    } else if (kid.type === 'tfdt') {
      dts = read.flags(true) === 1 ? read.u64() : read.u32()
    } else if (kid.type === 'trun') {
      if (track === undefined) throw malformed('samples before their track')
      dts = parseTrun(read, track, defaults, dts, parts)
    }
  }
}

function parseTrun(
  read: Fields,
  track: Fmp4Track,
  defaults: { readonly duration: number; readonly size: number; readonly flags: number },
  firstDts: number,
  parts: Part[],
): number {
  const flags = read.flags()
  const count = read.u32()
  if (count > SAMPLES_PER_FRAGMENT_MAX) throw malformed(`${count} samples in one fragment`)
  let offset = flags & 0x01 ? read.u32() | 0 : 0
  const firstFlags = flags & 0x04 ? read.u32() : null
  let dts = firstDts
  for (let i = 0; i < count; i++) {
    const duration = flags & 0x100 ? read.u32() : defaults.duration
    const size = flags & 0x200 ? read.u32() : defaults.size
    let sampleFlags = defaults.flags
    if (flags & 0x400) sampleFlags = read.u32()
    else if (i === 0 && firstFlags !== null) sampleFlags = firstFlags
    const composition = flags & 0x800 ? read.u32() | 0 : 0
    const key = (sampleFlags & 0x10000) === 0
    parts.push({ track, dts, pts: dts + composition, duration, key, size, offset })
    offset += size
    dts += duration
  }
  return dts
}

/** The fields of one box in order; a read past its end is malformed. */
class Fields {
  readonly #box: Buffer
  readonly #end: number
  #at: number

  constructor(box: Buffer, span: Span) {
    this.#box = box
    this.#at = span.start
    this.#end = span.end
  }

  /** The 24 flags of a full box, or its version. */
  flags(version = false): number {
    const word = this.u32()
    return version ? word >>> 24 : word & 0xffffff
  }

  u32(): number {
    if (this.#at + 4 > this.#end) throw malformed('a box shorter than its fields')
    this.#at += 4
    return this.#box.readUInt32BE(this.#at - 4)
  }

  u64(): number {
    const value = this.u32() * 2 ** 32 + this.u32()
    if (!Number.isSafeInteger(value)) throw malformed('a time beyond all reason')
    return value
  }

  skip(bytes: number): void {
    this.#at += bytes
  }
}

interface Span {
  readonly type: string
  readonly start: number
  readonly end: number
}

function* kids(box: Buffer, start: number, end: number): Generator<Span> {
  for (let at = start; at + 8 <= end; ) {
    const size = box.readUInt32BE(at)
    if (size < 8 || at + size > end) throw malformed(`a box of ${size} bytes inside a shorter one`)
    yield { type: typeOf(box, at), start: at + 8, end: at + size }
    at += size
  }
}

function find(box: Buffer, start: number, end: number, ...path: readonly string[]): Span | null {
  let span: Span = { type: '', start, end }
  for (const type of path) {
    let hit: Span | null = null
    for (const kid of kids(box, span.start, span.end)) {
      if (kid.type !== type) continue
      hit = kid
      break
    }
    if (hit === null) return null
    span = hit
  }
  return span
}

function need(box: Buffer, within: Span, ...path: readonly string[]): Span {
  const span = find(box, within.start, within.end, ...path)
  if (span === null) throw malformed(`no ${path.join('/')} in the init segment`)
  return span
}

function room(span: Span, bytesMin: number): Span {
  if (span.end - span.start < bytesMin) throw malformed(`a ${span.type} of ${span.end - span.start} bytes`)
  return span
}

const typeOf = (box: Buffer, at: number): string => box.toString('latin1', at + 4, at + 8)

function writeUInt64(buffer: Buffer, at: number, value: number): void {
  buffer.writeUInt32BE(Math.floor(value / 2 ** 32), at)
  buffer.writeUInt32BE(value % 2 ** 32, at + 4)
}

const malformed = (reason: string): Error => fault('STREAM_MALFORMED', { reason })
