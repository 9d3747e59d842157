/**
 * Just enough of H.264 and H.265 to see that a camera changed its mind: its parameter sets.
 *
 * Samples hold NAL units behind a length of four bytes (ISO/IEC 14496-15), parameter sets first.
 */
const H264_SPS = 7
const HEVC_SPS = 33

/**
 * The sequence parameter sets in front of a keyframe's first slice, as one string to compare; '' when none.
 */
export function sequenceSets(codec: string, data: Buffer): string {
  const sets: string[] = []
  eachNal(codec, data, (type, start, end) => {
    if (type === (codec === 'h264' ? H264_SPS : HEVC_SPS)) sets.push(data.toString('base64', start, end))
  })
  return sets.join(' ')
}

/** NAL units up to and including the first slice; later slices say nothing new. */
function eachNal(
  codec: string,
  data: Buffer,
  visit: (type: number, start: number, end: number) => void,
): void {
  if (codec !== 'h264' && codec !== 'hevc') return
  for (let at = 0; at + 5 <= data.length; ) {
    const start = at + 4
    const end = start + data.readUInt32BE(at)
    if (end > data.length) return
    const type = codec === 'h264' ? data[start]! & 31 : (data[start]! >> 1) & 63
    visit(type, start, end)
    if (codec === 'h264' ? type >= 1 && type <= 5 : type < 32) return
    at = end
  }
}
