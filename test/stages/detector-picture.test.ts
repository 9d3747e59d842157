/** From I420 to the tensor: places, colours and padding, against a slow and obvious reckoning. */
import { expect, test } from 'vitest'
import { Preprocessor, WHOLE } from '../../gateway/detections/preprocess.ts'
import { FRAME_BYTES, FRAME_HEIGHT, FRAME_WIDTH } from '../../gateway/frames/frame.ts'
import { ModelInput } from '../../models/manifest.ts'
import { plainFrame } from '../fixtures/models.ts'

const input = (changes: Partial<ModelInput> = {}) =>
  ModelInput.parse({ name: 'x', width: 96, height: 64, fit: 'stretch', channels: 'rgb', ...changes })

const coloured = (y: number, u: number, v: number) => {
  const { yuv } = plainFrame(y)
  yuv.fill(u, FRAME_WIDTH * FRAME_HEIGHT, (FRAME_WIDTH * FRAME_HEIGHT * 5) / 4)
  yuv.fill(v, (FRAME_WIDTH * FRAME_HEIGHT * 5) / 4)
  return yuv
}

/** BT.601, video range. */
const COLOURS: [name: string, yuv: [number, number, number], rgb: [number, number, number]][] = [
  ['black', [16, 128, 128], [0, 0, 0]],
  ['white', [235, 128, 128], [255, 255, 255]],
  ['blacker than black', [0, 128, 128], [0, 0, 0]],
  ['grey', [126, 128, 128], [128, 128, 128]],
  ['red', [81, 90, 240], [255, 0, 0]],
  ['green', [145, 54, 34], [0, 255, 0]],
  ['blue', [41, 240, 110], [0, 0, 255]],
]
for (const [name, yuv, rgb] of COLOURS) {
  test(`${name} in rgb and bgr, all over the picture`, () => {
    for (const channels of ['rgb', 'bgr'] as const) {
      const preprocessor = new Preprocessor(input({ channels }))
      preprocessor.lay(coloured(...yuv), 1, WHOLE)
      const wanted = channels === 'rgb' ? rgb : [...rgb].reverse()
      for (let plane = 0; plane < 3; plane++) {
        const values = preprocessor.tensor.subarray(plane * 96 * 64, (plane + 1) * 96 * 64)
        expect(Math.max(...values.map((value) => Math.abs(value - wanted[plane]!)))).toBeLessThan(2.5)
      }
    }
  })
}

test('scale, mean and std, each for its plane', () => {
  const preprocessor = new Preprocessor(input({ scale: 1 / 255, mean: [0.5, 0.25, 0], std: [0.5, 0.25, 1] }))
  preprocessor.lay(coloured(235, 128, 128), 1, WHOLE)
  const [red, green, blue] = [0, 1, 2].map((plane) => preprocessor.tensor[plane * 96 * 64])
  expect([red, green, blue]).toEqual([1, 3, 1].map((value) => expect.closeTo(value, 2)))
})

const FITS: [what: string, aspect: number, width: number, height: number][] = [
  ['as wide as the input', 1.5, 96, 64],
  ['wider: padded below', 3, 96, 32],
  ['narrower: padded on the right', 0.75, 48, 64],
]
for (const [what, aspect, width, height] of FITS) {
  test(`letterbox, a scene ${what}`, () => {
    const preprocessor = new Preprocessor(input({ fit: 'letterbox', pad: 114 }))
    preprocessor.lay(coloured(235, 128, 128), 1.5, WHOLE) // An earlier scene leaves nothing behind.
    expect(preprocessor.lay(coloured(16, 128, 128), aspect, WHOLE)).toMatchObject({ width, height })
    for (let y = 0; y < 64; y++) {
      for (let x = 0; x < 96; x++) {
        expect(preprocessor.tensor[y * 96 + x]).toBeCloseTo(x < width && y < height ? 0 : 114, 0)
      }
    }
  })
}

test('a drawn picture comes out as slow bilinear arithmetic says, within a grey level', () => {
  const yuv = new Uint8Array(FRAME_BYTES).fill(128)
  const luma = (x: number, y: number) => 126 + 60 * Math.sin(x / 9) + 40 * Math.cos(y / 7)
  for (let y = 0; y < FRAME_HEIGHT; y++) {
    for (let x = 0; x < FRAME_WIDTH; x++) yuv[y * FRAME_WIDTH + x] = Math.round(luma(x, y))
  }
  const preprocessor = new Preprocessor(input({ width: 416, height: 256 }))
  preprocessor.lay(yuv, 1, WHOLE)
  let worst = 0
  for (let y = 0; y < 256; y++) {
    for (let x = 0; x < 416; x++) {
      const wanted =
        1.164 * (bilinear(yuv, ((x + 0.5) * 640) / 416 - 0.5, ((y + 0.5) * 360) / 256 - 0.5) - 16)
      worst = Math.max(worst, Math.abs(preprocessor.tensor[y * 416 + x]! - wanted))
    }
  }
  expect(worst).toBeLessThan(1.5)
})

function bilinear(yuv: Uint8Array, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)]
  const at = (dx: number, dy: number) => yuv[(top + dy) * FRAME_WIDTH + left + dx]!
  const row = (dy: number) => at(0, dy) * (1 - (x - left)) + at(1, dy) * (x - left)
  return row(0) * (1 - (y - top)) + row(1) * (y - top)
}

test('a view is laid as its part of the picture, with the shape that it has in the scene', () => {
  const yuv = new Uint8Array(FRAME_BYTES).fill(128)
  for (let y = 0; y < FRAME_HEIGHT; y++) {
    // Left half black, right half white.
    yuv.fill(16, y * FRAME_WIDTH, y * FRAME_WIDTH + FRAME_WIDTH / 2)
    yuv.fill(235, y * FRAME_WIDTH + FRAME_WIDTH / 2, (y + 1) * FRAME_WIDTH)
  }
  const preprocessor = new Preprocessor(input({ fit: 'letterbox', pad: 114 }))
  expect(preprocessor.lay(yuv, 1.5, [0.5, 0, 1, 1])).toMatchObject({ width: 48, height: 64 })
  expect(preprocessor.tensor[0]).toBeGreaterThan(250)
  expect(preprocessor.lay(yuv, 1.5, [0.25, 0.25, 0.75, 0.75])).toMatchObject({ width: 96, height: 64 })
  expect(preprocessor.tensor[40]).toBeLessThan(5)
  expect(preprocessor.tensor[56]).toBeGreaterThan(250)
})
