/**
 * One decoded picture, small and in the colours of video: what gate, occupancy and detectors look at.
 *
 * Every frame is stretched to 640×360 whatever the camera's shape, so that areas and distances mean the same
 * to every stage; boxes are fractions and do not care. `yuv` is I420: 640×360 luma, then 320×180 U, then
 * 320×180 V. The holder of a frame gives it back to its pool when done; nobody keeps `yuv` across a call.
 */
export const FRAME_WIDTH = 640
export const FRAME_HEIGHT = 360
export const FRAME_BYTES = (FRAME_WIDTH * FRAME_HEIGHT * 3) / 2

export interface Frame {
  readonly cameraId: string
  /** Presentation time in the container, 1/90 000 s; with `connection` it names one sample of the ring. */
  readonly pts: number
  readonly connection: number
  /** Milliseconds on the camera's timeline; never steps back. Dwell is measured on it. */
  readonly timeMs: number
  /** UTC epoch ms of the same instant. */
  readonly wallMs: number
  readonly yuv: Uint8Array
}
