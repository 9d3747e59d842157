/**
 * What stands where nothing stood, as seen in one sample: maps of the plane and the regions in them.
 *
 * The maps are the memory of the camera's `Occupancy` itself, lent until its next `stand`: whoever wants to keep
 * a pixel longer copies it. Every map is 320×180, row by row, in the coordinates of the background (shake removed).
 */
import type { Box, Point } from '../kit/geometry.ts'

export const PLANE_WIDTH = 320
export const PLANE_HEIGHT = 180
export const PLANE_PIXELS = PLANE_WIDTH * PLANE_HEIGHT

/** One connected part of what stands. */
export interface Region {
  /** Its number in `labels`, from 1. */
  readonly label: number
  readonly pixels: number
  /** Extent and middle of the lower edge, fractions of the picture. */
  readonly box: Box
  readonly foot: Point
  /** Shares of its pixels that hold one colour, and that keep moving. */
  readonly stableShare: number
  readonly hotPixels: number
  /** Pixels that are things rather than somebody's body. */
  readonly goodsPixels: number
}

export interface Standing {
  readonly timeMs: number
  /** False while the background is still being learned: nothing is known then, least of all that nothing stands. */
  readonly ready: boolean
  /** True while so much of the picture differs, or did seconds ago, that nothing new may be believed. */
  readonly unsettled: boolean
  /** Counts up when the background had to be learned afresh: what stood then is part of it now. */
  readonly epoch: number
  readonly regions: readonly Region[]
  /** Region of each pixel, 0 where none. */
  readonly labels: Uint8Array
  /** 1 where the picture differs from the background now. */
  readonly foreground: Uint8Array
  /** 1 where a colour other than the background's is still believed, seen or hidden. */
  readonly held: Uint8Array
  readonly goods: Uint8Array
  /** 1 where something that stands keeps moving: a person who stays. */
  readonly hot: Uint8Array
  /** 1 where a billboard, or its mirror image, goes on switching: nothing stands there. */
  readonly lit: Uint8Array
  /** Timeline (ms) since when the believed colour stands at a pixel. */
  readonly sinceMs: Float64Array
}
