/**
 * NAL units: what an H.264 or H.265 access unit is made of.
 *
 *     00 00 01 │ NAL │ 00 00 00 01 │ NAL │ …      (Annex B, as ffmpeg's `…_mp4toannexb` filters write it)
 *
 * Zero bytes after a NAL belong to the next start code, not to the NAL, so two ways of cutting the same stream agree.
 */
export type VideoCodec = 'h264' | 'h265'

const START_CODE = Buffer.from([0, 0, 1])

export function splitAnnexB(bytes: Buffer): Buffer[] {
  const nals: Buffer[] = []
  let start = bytes.indexOf(START_CODE)
  while (start >= 0) {
    const next = bytes.indexOf(START_CODE, start + 3)
    let end = next < 0 ? bytes.length : next
    while (end > start + 3 && bytes[end - 1] === 0) end--
    if (end > start + 3) nals.push(bytes.subarray(start + 3, end))
    start = next
  }
  return nals
}

function nalType(codec: VideoCodec, nal: Buffer): number {
  return codec === 'h264' ? nal[0]! & 0x1f : (nal[0]! >> 1) & 0x3f
}

/** A picture that a decoder may start with: IDR, and in H.265 every intra random access point (16..21). */
export function startsDecoding(codec: VideoCodec, nal: Buffer): boolean {
  const type = nalType(codec, nal)
  return codec === 'h264' ? type === 5 : type >= 16 && type <= 21
}

export type ParameterSet = 'vps' | 'sps' | 'pps'

export function parameterSetOf(codec: VideoCodec, nal: Buffer): ParameterSet | undefined {
  const type = nalType(codec, nal)
  if (codec === 'h264') return type === 7 ? 'sps' : type === 8 ? 'pps' : undefined
  return type === 32 ? 'vps' : type === 33 ? 'sps' : type === 34 ? 'pps' : undefined
}
