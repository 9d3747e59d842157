/**
 * The grid on which it is decided what is hidden: 320×180 tiles, whatever the camera's shape.
 *
 *     frame 640×360 ─▶ luma of 2×2, chroma as it is ─▶ tiles 320×180 ─▶ 4×4 pixels each of a 720p picture
 */
import { FRAME_WIDTH } from '../../frames/frame.ts'
import type { Box } from '../../kit/geometry.ts'

export const TILES_ACROSS = 320
export const TILES_DOWN = 180
export const TILES = TILES_ACROSS * TILES_DOWN

/** One byte a tile: 1 is hidden, or moves. */
export type TileMap = Uint8Array

/** Luma, U and V of a frame, one after the other. */
export function tilesOf(yuv: Uint8Array): Uint8Array {
  const tiles = new Uint8Array(3 * TILES)
  for (let y = 0, at = 0; y < TILES_DOWN; y++) {
    for (let x = 0, from = 2 * y * FRAME_WIDTH; x < TILES_ACROSS; x++, at++, from += 2) {
      const below = from + FRAME_WIDTH
      tiles[at] = (yuv[from]! + yuv[from + 1]! + yuv[below]! + yuv[below + 1]! + 2) >> 2
    }
  }
  tiles.set(yuv.subarray(4 * TILES, 6 * TILES), TILES)
  return tiles
}

/** Every tile the box touches. */
export function markBox(map: TileMap, [x1, y1, x2, y2]: Box): void {
  const left = Math.max(0, Math.floor(x1 * TILES_ACROSS))
  const right = Math.min(TILES_ACROSS, Math.ceil(x2 * TILES_ACROSS))
  const top = Math.max(0, Math.floor(y1 * TILES_DOWN))
  const bottom = Math.min(TILES_DOWN, Math.ceil(y2 * TILES_DOWN))
  if (right <= left) return
  for (let y = top; y < bottom; y++) map.fill(1, y * TILES_ACROSS + left, y * TILES_ACROSS + right)
}

/** Grows by a square of `radius` tiles to every side. */
export function grown(map: TileMap, radius: number): TileMap {
  const across = new Uint8Array(TILES)
  for (let y = 0; y < TILES_DOWN; y++) {
    const row = y * TILES_ACROSS
    for (let x = 0; x < TILES_ACROSS; x++) {
      if (map[row + x] === 0) continue
      across.fill(1, row + Math.max(0, x - radius), row + Math.min(TILES_ACROSS, x + radius + 1))
    }
  }
  const out = new Uint8Array(TILES)
  for (let y = 0; y < TILES_DOWN; y++) {
    const row = y * TILES_ACROSS
    const [from, to] = [Math.max(0, y - radius), Math.min(TILES_DOWN - 1, y + radius)]
    for (let x = 0; x < TILES_ACROSS; x++) {
      if (across[row + x] === 0) continue
      for (let other = from; other <= to; other++) out[other * TILES_ACROSS + x] = 1
    }
  }
  return out
}

export function joinInto(map: TileMap, other: TileMap): void {
  for (let at = 0; at < TILES; at++) map[at]! |= other[at]!
}

export interface Part {
  readonly tiles: readonly number[]
  readonly left: number
  readonly top: number
  /** Inclusive. */
  readonly right: number
  readonly bottom: number
}

/** Connected parts, diagonals included. */
export function partsOf(map: TileMap): Part[] {
  const left = map.slice()
  const parts: Part[] = []
  for (let at = 0; at < TILES; at++) if (left[at] !== 0) parts.push(flood(left, at))
  return parts
}

function flood(left: TileMap, from: number): Part {
  const tiles = [from]
  left[from] = 0
  const extent = { left: TILES_ACROSS, top: TILES_DOWN, right: 0, bottom: 0 }
  for (let next = 0; next < tiles.length; next++) {
    const x = tiles[next]! % TILES_ACROSS
    const y = (tiles[next]! - x) / TILES_ACROSS
    extent.left = Math.min(extent.left, x)
    extent.right = Math.max(extent.right, x)
    extent.top = Math.min(extent.top, y)
    extent.bottom = Math.max(extent.bottom, y)
    for (let ny = Math.max(0, y - 1); ny <= Math.min(TILES_DOWN - 1, y + 1); ny++) {
      for (let nx = Math.max(0, x - 1); nx <= Math.min(TILES_ACROSS - 1, x + 1); nx++) {
        const at = ny * TILES_ACROSS + nx
        if (left[at] === 0) continue
        left[at] = 0
        tiles.push(at)
      }
    }
  }
  return { tiles, ...extent }
}
