/**
 * Reads NUT with one rawvideo stream: frames of a known size, each with the presentation time the camera gave
 * it.
 *
 *     "nut/multimedia container\0" │ main │ stream │ (info, index, syncpoint)* │ head payload │ head payload │ …
 *
 * Payload bytes go straight from the pipe's chunk into a slot the caller lends: one copy, no allocation a
 * frame. Only what ffmpeg's muxer writes is understood (nut.txt of FFmpeg's documentation); all else is
 * `STREAM_MALFORMED`.
 */
import { fault } from '../kit/errors.ts'
import { TICKS_PER_SEC } from '../streams/gop.ts'

const HEADER_BYTES_MAX = 1 << 20

const FLAG_CODED_PTS = 8
const FLAG_STREAM_ID = 16
const FLAG_SIZE_MSB = 32
const FLAG_CHECKSUM = 64
const FLAG_RESERVED = 128
const FLAG_SIDE_DATA = 256
const FLAG_HEADER_INDEX = 1024
const FLAG_MATCH_TIME = 2048
const FLAG_CODED = 4096
const FLAG_INVALID = 8192

interface FrameCode {
  readonly flags: number
  readonly ptsDelta: number
  readonly sizeMul: number
  readonly sizeLsb: number
  readonly reserved: number
}

/** Thrown and caught here only: the header goes on in the next chunk. */
const MORE = new Error('more bytes needed')

export class NutReader {
  readonly #slot: () => Uint8Array
  readonly #onFrame: (pts: number) => void
  readonly #frameBytes: number
  #head: Buffer = Buffer.alloc(0)
  #started = false
  #timeBases: [number, number][] = []
  #codes: FrameCode[] = []
  #msbShift = 0
  #lastPts = 0
  #filling: Uint8Array | null = null
  #filled = 0
  #fillingPts = 0
  // The varint cursor.
  #bytes: Buffer = this.#head
  #at = 0

  /**
   * `slot` lends the memory for the next frame when its first byte is there; `frame` says that it is full.
   */
  constructor(frameBytes: number, on: { slot: () => Uint8Array; frame: (pts: number) => void }) {
    this.#frameBytes = frameBytes
    this.#slot = on.slot
    this.#onFrame = on.frame
  }

  /** @throws Fault STREAM_MALFORMED */
  push(chunk: Buffer): void {
    let rest = chunk
    while (rest.length > 0) {
      if (this.#filling !== null) {
        rest = this.#fill(this.#filling, rest)
        continue
      }
      if (this.#head.length > 0) {
        rest = Buffer.concat([this.#head, rest])
        this.#head = Buffer.alloc(0)
      }
      const used = this.#readHeader(rest)
      if (used === 0) {
        if (rest.length > HEADER_BYTES_MAX) throw malformed('a header without end')
        this.#head = Buffer.from(rest)
        return
      }
      rest = rest.subarray(used)
    }
  }

  #fill(slot: Uint8Array, bytes: Buffer): Buffer {
    const take = Math.min(this.#frameBytes - this.#filled, bytes.length)
    slot.set(bytes.subarray(0, take), this.#filled)
    this.#filled += take
    if (this.#filled === this.#frameBytes) {
      this.#filling = null
      this.#onFrame(this.#fillingPts)
    }
    return bytes.subarray(take)
  }

  /** Bytes of one whole header, 0 when it goes on in the next chunk. */
  #readHeader(bytes: Buffer): number {
    this.#bytes = bytes
    this.#at = 0
    try {
      if (!this.#started) this.#readFileId()
      else if (bytes[0] === 0x4e) this.#readPacket()
      else this.#readFrameHead()
      return this.#at
    } catch (error) {
      if (error === MORE) return 0
      throw error
    }
  }

  #readFileId(): void {
    const end = this.#bytes.indexOf(0)
    if (end < 0) throw MORE
    if (this.#bytes.toString('latin1', 0, 3) !== 'nut') throw malformed('no NUT stream')
    this.#at = end + 1
    this.#started = true
  }

  #readPacket(): void {
    if (this.#bytes.length < 8) throw MORE
    const startCode = this.#bytes.toString('hex', 0, 8)
    this.#at = 8
    const forward = this.#varint()
    if (forward > HEADER_BYTES_MAX) throw malformed('a packet of no sensible size')
    if (forward > 4096) this.#at += 4
    const end = this.#at + forward
    if (this.#bytes.length < end) throw MORE
    if (startCode === '4e4d7a561f5f04ad') this.#readMain()
    else if (startCode === '4e5311405bf2f9db') this.#readStream()
    else if (startCode === '4e4be4adeeca4569') this.#readSyncpoint()
    this.#at = end
  }

  #readMain(): void {
    if (this.#varint() > 3) this.#varint()
    this.#varint()
    this.#varint()
    const count = this.#varint()
    if (count < 1 || count > 16) throw malformed('no time base')
    this.#timeBases = []
    for (let i = 0; i < count; i++) this.#timeBases.push([this.#varint(), this.#varint()])
    this.#readFrameCodes()
  }

  #readFrameCodes(): void {
    const codes: FrameCode[] = []
    let ptsDelta = 0
    let sizeMul = 1
    for (let i = 0; i < 256; ) {
      const flags = this.#varint()
      const fields = this.#varint()
      if (fields > 0) ptsDelta = this.#signed()
      if (fields > 1) sizeMul = this.#varint()
      if (fields > 2) this.#varint()
      const size = fields > 3 ? this.#varint() : 0
      const reserved = fields > 4 ? this.#varint() : 0
      let count = fields > 5 ? this.#varint() : sizeMul - size
      if (fields > 6) this.#signed()
      for (let field = 7; field < fields; field++) this.#varint()
      if (count < 1) throw malformed('an empty run of frame codes')
      for (let j = 0; count > 0 && i < 256; i++) {
        // 'N' begins the start codes and is nobody's frame code.
        if (i === 0x4e) {
          codes.push({ flags: FLAG_INVALID, ptsDelta: 0, sizeMul: 1, sizeLsb: 0, reserved: 0 })
          continue
        }
        codes.push({ flags, ptsDelta, sizeMul, sizeLsb: size + j, reserved })
        j++
        count--
      }
    }
    this.#codes = codes
  }

  #readStream(): void {
    this.#varint()
    this.#varint()
    const tag = this.#varint()
    this.#at += tag
    this.#varint()
    this.#msbShift = this.#varint()
    if (this.#msbShift > 40) throw malformed('a time shift of no sensible size')
  }

  #readSyncpoint(): void {
    const coded = this.#varint()
    this.#lastPts = Math.floor(coded / this.#timeBases.length)
  }

  #readFrameHead(): void {
    const code = this.#codes[this.#bytes[0]!]
    if (code === undefined || this.#timeBases.length === 0) throw malformed('a frame before the headers')
    this.#at = 1
    let flags = code.flags
    if (flags & FLAG_CODED) flags ^= this.#varint()
    if (flags & FLAG_INVALID) throw malformed('an invalid frame code')
    if (flags & FLAG_STREAM_ID) this.#varint()
    const pts = flags & FLAG_CODED_PTS ? this.#codedPts() : this.#lastPts + code.ptsDelta
    let size = code.sizeLsb
    if (flags & FLAG_SIZE_MSB) size += code.sizeMul * this.#varint()
    if (flags & FLAG_MATCH_TIME) this.#signed()
    if (flags & FLAG_HEADER_INDEX) this.#varint()
    const reserved = flags & FLAG_RESERVED ? this.#varint() : code.reserved
    if (reserved > 64) throw malformed('a frame header of no sensible size')
    for (let i = 0; i < reserved; i++) this.#varint()
    if (flags & FLAG_CHECKSUM) this.#at += 4
    if (flags & FLAG_SIDE_DATA) throw malformed('side data beside a raw frame')
    if (this.#at > this.#bytes.length) throw MORE
    if (size === 0) return
    if (size !== this.#frameBytes) throw malformed(`a frame of ${size} bytes, not ${this.#frameBytes}`)
    this.#lastPts = pts
    const [num, den] = this.#timeBases[0]!
    this.#fillingPts = Math.round((pts * num * TICKS_PER_SEC) / den)
    this.#filling = this.#slot()
    this.#filled = 0
  }

  /** Either the low bits of a time near the last one, or the whole time shifted up by one step. */
  #codedPts(): number {
    const coded = this.#varint()
    const step = 2 ** this.#msbShift
    if (coded >= step) return coded - step
    const from = this.#lastPts - Math.floor((step - 1) / 2)
    return from + ((((coded - from) % step) + step) % step)
  }

  #varint(): number {
    let value = 0
    for (;;) {
      if (this.#at >= this.#bytes.length) throw MORE
      const byte = this.#bytes[this.#at++]!
      value = value * 128 + (byte & 127)
      if (byte < 128) break
    }
    if (!Number.isSafeInteger(value)) throw malformed('a number beyond all reason')
    return value
  }

  #signed(): number {
    const value = this.#varint() + 1
    return value % 2 === 1 ? -(value - 1) / 2 : value / 2
  }
}

const malformed = (reason: string): Error => fault('STREAM_MALFORMED', { reason })
