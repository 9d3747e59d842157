/**
 * Walkers on drawn masks: a body is 12×30 pixels, a picture every half second.
 */
import { expect, test } from 'vitest'
import { Kernels } from '../../gateway/occupancy/kernels.ts'
import { Masks } from '../../gateway/occupancy/mask.ts'
import { PLANE_PIXELS, PLANE_WIDTH } from '../../gateway/occupancy/standing.ts'
import { Walkers } from '../../gateway/occupancy/walkers.ts'

const STEP_MS = 500
const WIDTH = 12
const TOP = 80
const HEIGHT = 30

class Scene {
  readonly #kernels = new Kernels()
  readonly walkers = new Walkers(this.#kernels, new Masks(this.#kernels))
  readonly #foreground = this.#kernels.bytes()
  readonly #stable = this.#kernels.bytes()
  readonly #seenMs = this.#kernels.doubles()
  timeMs = 0

  /** Bodies with their left edges at these columns; `slivers` are two pixels wide. */
  show(lefts: readonly number[], width = WIDTH): void {
    this.timeMs += STEP_MS
    this.#foreground.fill(0)
    for (const left of lefts) fill(this.#foreground, left, width, 1)
    this.walkers.follow(this.#foreground, this.#stable, this.#seenMs, this.timeMs)
  }

  /** What of the movement of the last second, everywhere in rows of the body, is left after walkers are excused. */
  unexcused(fromMs: number, toMs: number): Uint8Array {
    const moved = new Uint8Array(PLANE_PIXELS).fill(1)
    this.walkers.excuse(moved, fromMs, toMs)
    return moved
  }
}

function fill(mask: Uint8Array, left: number, width: number, value: number): void {
  for (let row = TOP; row < TOP + HEIGHT; row++) {
    for (let x = Math.max(0, left); x < Math.min(PLANE_WIDTH, left + width); x++)
      mask[row * PLANE_WIDTH + x] = value
  }
}

const middle = (left: number): number => (TOP + HEIGHT / 2) * PLANE_WIDTH + left + WIDTH / 2

test('where somebody walks across, nothing lives', () => {
  const scene = new Scene()
  for (let at = 0; at < 6; at++) scene.show([20 + 15 * at])
  const moved = scene.unexcused(scene.timeMs - 1000, scene.timeMs)
  expect(moved[middle(20 + 15 * 5)]).toBe(0)
  expect(moved[middle(20 + 15 * 3)]).toBe(0)
  // Where he was three seconds ago, and where nobody was, movement is somebody's.
  expect(moved[middle(20)]).toBe(1)
  expect(moved[middle(200)]).toBe(1)
})

test('who shifts his weight does not walk, nor does he whose edges show by turns', () => {
  const sways = new Scene()
  for (let at = 0; at < 10; at++) sways.show([100 + (at % 2)])
  expect(sways.unexcused(0, sways.timeMs)[middle(100)]).toBe(1)
  const slivers = new Scene()
  for (let at = 0; at < 4; at++) slivers.show([100 + 6 * at], 2)
  expect(slivers.unexcused(0, slivers.timeMs)[middle(100)]).toBe(1)
})

test('whoever has come and stands walks no longer', () => {
  const scene = new Scene()
  for (let at = 0; at < 5; at++) scene.show([20 + 15 * at])
  for (let at = 0; at < 3; at++) scene.show([80])
  expect(scene.unexcused(scene.timeMs - 500, scene.timeMs)[middle(80)]).toBe(1)
})

test('who stood by something and walks off has stood there: told once', () => {
  const scene = new Scene()
  // He and the thing beside him are one part, until he has stepped away from it.
  for (let at = 0; at < 4; at++) scene.show([100, 110, 120])
  expect(scene.walkers.takeLeft()).toEqual([])
  for (let at = 1; at < 5; at++) scene.show([120, 110, 100 - 15 * at])
  const left = scene.walkers.takeLeft()
  expect(left.some((box) => box.left <= 100 && box.right >= 90)).toBe(true)
  expect(scene.walkers.takeLeft()).toEqual([])
})

test('two who meet are one part for a moment, and both go on', () => {
  const scene = new Scene()
  for (let at = 0; at < 14; at++) scene.show([40 + 10 * at, 170 - 10 * at])
  const moved = scene.unexcused(scene.timeMs - 500, scene.timeMs)
  expect(moved[middle(40 + 10 * 13)]).toBe(0)
  expect(moved[middle(170 - 10 * 13)]).toBe(0)
})

test('what is packed is taken up as it was', () => {
  const [scene, other] = [new Scene(), new Scene()]
  for (let at = 0; at < 5; at++) scene.show([20 + 15 * at])
  scene.walkers.pack()
  other.walkers.state.set(scene.walkers.state)
  for (const [at, labels] of other.walkers.labels.entries()) labels.set(scene.walkers.labels[at]!)
  other.walkers.unpack()
  other.timeMs = scene.timeMs
  for (const one of [scene, other]) one.show([20 + 15 * 5])
  const range = [scene.timeMs - 1000, scene.timeMs] as const
  expect(other.unexcused(...range)).toEqual(scene.unexcused(...range))
  expect(other.unexcused(...range)[middle(20 + 15 * 5)]).toBe(0)
})
