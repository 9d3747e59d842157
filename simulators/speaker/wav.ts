/**
 * What a loudspeaker must know of a WAV before it sounds: that all of it is there, and how long it lasts.
 *
 *     RIFF size WAVE │ fmt  size … │ data size samples │        sizes are bytes, little-endian
 *
 * A header that promises more or less than came is refused: half a sentence in the street is worse than none.
 */
export interface Sound {
  readonly sampleRate: number
  readonly channels: number
  readonly bitsPerSample: number
  readonly durationSec: number
}

const PCM = 1
const RATES = { min: 8_000, max: 48_000 } as const
/** Announcements, not concerts. */
const SECONDS = { min: 0.1, max: 120 } as const

/** The sound, or in words why it is none. */
export function readWav(bytes: Buffer): Sound | string {
  if (bytes.length < 12) return `${bytes.length} bytes are no WAV`
  if (tag(bytes, 0) !== 'RIFF' || tag(bytes, 8) !== 'WAVE') return 'it does not begin with RIFF … WAVE'
  const promised = bytes.readUInt32LE(4) + 8
  if (promised !== bytes.length) return `its header promises ${promised} bytes, ${bytes.length} came`
  const chunks = chunksOf(bytes)
  if (typeof chunks === 'string') return chunks
  const [format, data] = [chunks.get('fmt '), chunks.get('data')]
  if (format === undefined || format.length < 16) return 'it does not say how its samples are written'
  if (data === undefined) return 'it has no samples'
  return soundOf(format, data)
}

function soundOf(format: Buffer, data: Buffer): Sound | string {
  const [written, channels, sampleRate] = [
    format.readUInt16LE(0),
    format.readUInt16LE(2),
    format.readUInt32LE(4),
  ]
  const [blockBytes, bitsPerSample] = [format.readUInt16LE(12), format.readUInt16LE(14)]
  if (written !== PCM) return `its samples are of format ${written}, not PCM`
  if (channels !== 1 && channels !== 2) return `it has ${channels} channels`
  if (bitsPerSample !== 8 && bitsPerSample !== 16) return `its samples have ${bitsPerSample} bits`
  if (sampleRate < RATES.min || sampleRate > RATES.max) return `it has ${sampleRate} samples a second`
  if (blockBytes !== (channels * bitsPerSample) / 8) return `its blocks have ${blockBytes} bytes`
  if (data.length % blockBytes !== 0) return 'its last sample is cut'
  const durationSec = data.length / blockBytes / sampleRate
  if (durationSec < SECONDS.min || durationSec > SECONDS.max) return `it lasts ${durationSec} s`
  return { sampleRate, channels, bitsPerSample, durationSec }
}

function chunksOf(bytes: Buffer): ReadonlyMap<string, Buffer> | string {
  const chunks = new Map<string, Buffer>()
  for (let at = 12; at < bytes.length; ) {
    if (at + 8 > bytes.length) return 'its last chunk is cut'
    const size = bytes.readUInt32LE(at + 4)
    const end = at + 8 + size
    if (end > bytes.length) return `its chunk ${tag(bytes, at).trim()} is cut`
    chunks.set(tag(bytes, at), bytes.subarray(at + 8, end))
    // Chunks begin at even places.
    at = end + (size % 2)
  }
  return chunks
}

const tag = (bytes: Buffer, at: number) => bytes.toString('latin1', at, at + 4)
