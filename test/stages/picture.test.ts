/** What is seen in single frames: the gate, the masks, the health of the picture. */
import { expect, test } from 'vitest'
import { FRAME_BYTES, FRAME_HEIGHT, FRAME_WIDTH, type Frame } from '../../gateway/frames/frame.ts'
import { Gate, GateOptions } from '../../gateway/frames/gate.ts'
import { LatestFrame } from '../../gateway/frames/latest-frame.ts'
import { PrivacyMask } from '../../gateway/frames/mask.ts'
import { HealthOptions, PictureHealth } from '../../gateway/frames/picture-health.ts'
import { seededRandom } from '../../gateway/kit/random.ts'

const LUMA = FRAME_WIDTH * FRAME_HEIGHT

function frameOf(timeMs: number, luma: (x: number, y: number) => number): Frame {
  const yuv = new Uint8Array(FRAME_BYTES).fill(128, LUMA)
  for (let i = 0; i < LUMA; i++) yuv[i] = luma(i % FRAME_WIDTH, Math.floor(i / FRAME_WIDTH))
  return { cameraId: 'c', pts: timeMs * 90, connection: 1, timeMs, wallMs: timeMs, yuv }
}

const street = (x: number, y: number) => 60 + ((x * 7 + y * 13) % 120)

test('gate: a still scene is due every two seconds, a person in it has moved, noise has not', () => {
  const gate = new Gate(GateOptions.parse({}))
  const random = seededRandom(5)
  const noisy = (x: number, y: number) => street(x, y) + (random() - 0.5) * 16
  const person = (x: number, y: number) => (x > 300 && x < 340 && y > 200 && y < 280 ? 20 : noisy(x, y))
  expect(gate.admit(frameOf(0, noisy))).toBe('moved')
  expect(gate.admit(frameOf(500, noisy))).toBe('still')
  expect(gate.admit(frameOf(1_500, noisy))).toBe('still')
  expect(gate.admit(frameOf(2_000, noisy))).toBe('due')
  expect(gate.admit(frameOf(2_500, person))).toBe('moved')
  expect(gate.admit(frameOf(3_000, person))).toBe('still')
})

test('mask: what its outline touches is black, what is a cell away is not', () => {
  const frame = frameOf(0, street)
  const before = Uint8Array.from(frame.yuv)
  const mask = new PrivacyMask([
    [
      [0.25, 0.25],
      [0.5, 0.25],
      [0.5, 0.75],
      [0.25, 0.75],
    ],
    // A sliver thinner than a pixel must not fall through the grid.
    [
      [0.8, 0.1],
      [0.8004, 0.9],
      [0.8, 0.9],
    ],
  ])
  mask.apply(frame.yuv)
  const at = (x: number, y: number) => frame.yuv[y * FRAME_WIDTH + x]
  for (const [x, y] of [
    [160, 90],
    [319, 269],
    [320, 270],
    [512, 180],
  ] as const) {
    expect(at(x, y)).toBe(16)
    expect(frame.yuv[LUMA + (y >> 1) * 320 + (x >> 1)]).toBe(128)
  }
  for (const [x, y] of [
    [156, 90],
    [324, 180],
    [508, 180],
    [516, 180],
    [0, 0],
    [639, 359],
  ] as const) {
    expect(at(x, y)).toBe(before[y * FRAME_WIDTH + x])
  }
})

test('mask: a polygon that leaves the picture covers its edge and nothing else', () => {
  const frame = frameOf(0, () => 100)
  new PrivacyMask([
    [
      [-0.5, -0.5],
      [0.1, -0.5],
      [0.1, 1.5],
      [-0.5, 1.5],
    ],
  ]).apply(frame.yuv)
  const dark = frame.yuv.subarray(0, LUMA).filter((value) => value === 16).length
  expect(dark).toBe(FRAME_HEIGHT * 66)
  expect(new Set(frame.yuv.subarray(LUMA))).toEqual(new Set([128]))
})

/** One look a second for 40 s; the second at which another state is first said. */
function saidAt(picture: (second: number) => (x: number, y: number) => number): [string, number] {
  const health = new PictureHealth(HealthOptions.parse({}))
  for (let second = 0; second <= 40; second++) {
    const state = health.examine(frameOf(second * 1000, picture(second)))
    if (state !== 'good') return [state, second]
  }
  return ['good', 40]
}

test('health: dark, covered and frozen are said within 30 s, and not at once', () => {
  const random = seededRandom(9)
  const noise = () => (random() - 0.5) * 6
  expect(saidAt(() => () => 17 + random() * 2)).toEqual(['dark', 15])
  expect(saidAt(() => () => 90 + noise())).toEqual(['covered', 15])
  expect(saidAt(() => street)).toEqual(['frozen', 20])
  expect(saidAt(() => (x, y) => street(x, y) + noise())).toEqual(['good', 40])
  // A night street: dark, but a lamp stands in it.
  expect(saidAt(() => (x, y) => (x < 80 && y < 80 ? 180 : 18) + noise())).toEqual(['good', 40])
  // Nothing moves but the camera's own clock in a corner.
  const clock = (second: number) => (x: number, y: number) =>
    x > 560 && x < 572 && y > 10 && y < 26 ? (second % 2) * 200 + 20 : street(x, y)
  expect(saidAt(clock)).toEqual(['good', 40])
})

test('health: a picture that comes back is good at once', () => {
  const health = new PictureHealth(HealthOptions.parse({}))
  for (let second = 0; second <= 20; second++) health.examine(frameOf(second * 1000, () => 90))
  expect(health.state).toBe('covered')
  expect(health.examine(frameOf(21_000, street))).toBe('good')
})

test('the newest frame wins, a held one is never written over, drops are counted', () => {
  const latest = new LatestFrame()
  const put = (pts: number) => {
    latest.slot().fill(pts)
    latest.put(1, pts)
  }
  put(1)
  const held = latest.take()!
  for (let pts = 2; pts <= 9; pts++) put(pts)
  latest.slot().fill(99)
  expect(held).toMatchObject({ pts: 1 })
  expect(new Set(held.yuv)).toEqual(new Set([1]))
  expect(latest.take()).toBeNull()
  expect(latest.dropped).toBe(7)
  latest.giveBack()
  const next = latest.take()!
  expect(next.pts).toBe(9)
  expect(new Set(next.yuv)).toEqual(new Set([9]))
})
