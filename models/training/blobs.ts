/** Connected parts of a mask of the plane: what differs from the background for the moment. */
import { PLANE_HEIGHT, PLANE_PIXELS, PLANE_WIDTH } from '../../gateway/occupancy/standing.ts'

/** Left, top, right and bottom as fractions of the picture. */
export type Corners = readonly [left: number, top: number, right: number, bottom: number]

/** Boxes of the parts of `pixelsMin` and more, 8-connected, top to bottom. */
export function blobsOf(mask: Uint8Array, pixelsMin: number): Corners[] {
  const rest = new Uint8Array(mask)
  const blobs: Corners[] = []
  for (let at = 0; at < PLANE_PIXELS; at++) {
    if (rest[at] === 0) continue
    const part = takePart(rest, at)
    if (part.length >= pixelsMin) blobs.push(extentOf(part))
  }
  return blobs
}

/** Takes the part that holds `seed` out of the mask and returns its pixels. */
function takePart(rest: Uint8Array, seed: number): number[] {
  const part = [seed]
  rest[seed] = 0
  for (let next = 0; next < part.length; next++) {
    const [column, row] = [part[next]! % PLANE_WIDTH, Math.floor(part[next]! / PLANE_WIDTH)]
    for (let y = Math.max(0, row - 1); y <= Math.min(PLANE_HEIGHT - 1, row + 1); y++) {
      for (let x = Math.max(0, column - 1); x <= Math.min(PLANE_WIDTH - 1, column + 1); x++) {
        const at = y * PLANE_WIDTH + x
        if (rest[at] === 0) continue
        rest[at] = 0
        part.push(at)
      }
    }
  }
  return part
}

function extentOf(part: readonly number[]): Corners {
  let [left, top, right, bottom] = [PLANE_WIDTH, PLANE_HEIGHT, -1, -1]
  for (const at of part) {
    const [column, row] = [at % PLANE_WIDTH, Math.floor(at / PLANE_WIDTH)]
    left = Math.min(left, column)
    right = Math.max(right, column)
    top = Math.min(top, row)
    bottom = Math.max(bottom, row)
  }
  return [left / PLANE_WIDTH, top / PLANE_HEIGHT, (right + 1) / PLANE_WIDTH, (bottom + 1) / PLANE_HEIGHT]
}
