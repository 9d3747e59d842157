/**
 * What comes out of a camera: encoded pictures (samples) in groups that begin with a keyframe (GOPs).
 *
 * Bytes are the camera's own, wrapped one sample a fragment by ffmpeg (`-c copy`, fragmented MP4), never
 * re-encoded.
 */

/** Ticks a second of every media time in the gateway. */
export const TICKS_PER_SEC = 90_000

/** One connection to a camera, or one file: codec, picture size and what a decoder needs first. */
export interface StreamInfo {
  /** FFmpeg's name: h264, hevc, mpeg4, mjpeg … */
  readonly codec: string
  readonly width: number
  readonly height: number
  /** `ftyp` and `moov`: the init segment. */
  readonly init: Buffer
  /** Counts up with every connection; samples of different connections are never mixed in one clip. */
  readonly connection: number
}

export interface Sample {
  readonly connection: number
  /** Decode and presentation time, ticks of 1/90 000 s since the first packet of the connection. */
  readonly dts: number
  readonly pts: number
  readonly duration: number
  readonly key: boolean
  /** The fragment's boxes as they came: `moof` and `mdat`. `data` is the payload inside `mdat`. */
  readonly moof: Buffer
  readonly mdat: Buffer
  readonly data: Buffer
  /** Set in the first GOP of an H.265 connection: a picture's time there may be off by a frame. */
  readonly timeDoubtful?: true
  /** Presentation time on the camera's timeline (ms, see `kit/clock.ts`) and on the wall clock. */
  readonly timeMs: number
  readonly wallMs: number
}

/** Playable bytes of a span: init segment and fragments from a keyframe on, rebased to start at zero. */
export interface Footage {
  readonly bytes: Buffer
  readonly info: StreamInfo
  readonly startMs: number
  readonly endMs: number
  readonly startWallMs: number
  readonly endWallMs: number
  /** Ticks that were subtracted from every sample's time to start at zero. */
  readonly baseTicks: number
  readonly sampleCount: number
  /** Media seconds between neighbouring samples that are missing (stream gaps), 0 when whole. */
  readonly gapSec: number
}

/** A sample as it comes out of the container, before the timeline has placed it. */
export type RawSample = Omit<Sample, 'timeMs' | 'wallMs'>
