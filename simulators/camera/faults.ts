/**
 * What may go wrong with a camera, on demand. One value a stream, read by every player of that stream.
 */
export interface StreamFaults {
  /** The connection stands, requests are answered, no picture comes. */
  stalled: boolean
  /** Pictures keep coming, always the same one. */
  frozen: boolean
  /** Share of RTP packets that never arrive, 0..1. */
  lossShare: number
  /** Share of RTP packets with one byte of payload changed, 0..1. */
  corruptShare: number
  /** Largest random delay of a picture on its way, ms. */
  jitterMs: number
  /** Added to all media times: a camera whose clock was set while it ran. */
  timeShiftSec: number
}

export function noFaults(): StreamFaults {
  return { stalled: false, frozen: false, lossShare: 0, corruptShare: 0, jitterMs: 0, timeShiftSec: 0 }
}
