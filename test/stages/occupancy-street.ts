/**
 * A street of pixels for occupancy: textured ground, things with texture of their own, bodies that sway.
 *
 * Everything is computed from positions and a seed, so the same scene is the same bytes on every machine.
 */
import { FRAME_BYTES, FRAME_HEIGHT, FRAME_WIDTH, type Frame } from '../../gateway/frames/frame.ts'

/** Left, top, width, height in pixels of the 640×360 frame. */
export type Rect = readonly [x: number, y: number, width: number, height: number]

export interface Scene {
  readonly things?: readonly Rect[]
  /** Bodies sway with time. */
  readonly people?: readonly Rect[]
  readonly light?: number
  readonly shift?: readonly [x: number, y: number]
}

export function frameOf(scene: Scene, second: number): Frame {
  const yuv = new Uint8Array(FRAME_BYTES)
  const [shiftX, shiftY] = scene.shift ?? [0, 0]
  const light = scene.light ?? 1
  for (let y = 0; y < FRAME_HEIGHT; y++) {
    for (let x = 0; x < FRAME_WIDTH; x++) {
      const luma = lumaAt(scene, x + shiftX, y + shiftY, second) + grain(x, y, Math.round(10 * second))
      yuv[y * FRAME_WIDTH + x] = Math.max(0, Math.min(255, 16 + light * (luma - 16)))
    }
  }
  yuv.fill(128, FRAME_WIDTH * FRAME_HEIGHT)
  return { cameraId: 'cam-1', pts: 90_000 * second, connection: 0, timeMs: 1000 * second, wallMs: 0, yuv }
}

function lumaAt({ things = [], people = [] }: Scene, x: number, y: number, second: number): number {
  for (const [left, top, width, height] of people) {
    // A body never stands still: a few pixels to and fro, head and feet not together.
    const sway = 5 * Math.sin(2.3 * second + y / 40)
    if (x >= left + sway && x < left + sway + width && y >= top && y < top + height) {
      return 45 + 30 * texture(x - sway, y, 9)
    }
  }
  for (const [left, top, width, height] of things) {
    if (x >= left && x < left + width && y >= top && y < top + height) return 200 - 50 * texture(x, y, 6)
  }
  return 105 + 35 * texture(x, y, 17)
}

/** Smooth bumps of about `size` pixels, -1 … 1. */
function texture(x: number, y: number, size: number): number {
  return Math.sin(x / size + 1.7 * Math.sin(y / (1.3 * size))) * Math.cos(y / size + 0.6 * Math.sin(x / size))
}

function grain(x: number, y: number, at: number): number {
  let hash = Math.imul(x + 1, 374_761_393) ^ Math.imul(y + 1, 668_265_263) ^ Math.imul(at + 1, 2_147_483_647)
  hash = Math.imul(hash ^ (hash >>> 13), 1_274_126_177)
  return ((hash >>> 24) - 128) / 40
}
