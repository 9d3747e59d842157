/** What is suggested for a file without a manifest, what is uncertain in it, and what a licence asks. */
import { expect, test } from 'vitest'
import { licenceAsks } from '../../models/licence.ts'
import { readOnnx } from '../../models/onnx.ts'
import { suggestManifest } from '../../models/suggest.ts'
import { encodeModel, type Graph, type Shape } from '../fixtures/onnx.ts'

const DIGEST = 'a'.repeat(64)
const PICTURE: Shape = { name: 'images', dims: [1, 3, 64, 64] }
const CELLS = 64 + 16 + 4

function suggest(outputs: readonly Shape[], more: Partial<Graph> = {}) {
  const graph = { inputs: [PICTURE], outputs, constants: {}, nodes: [], ...more }
  return suggestManifest(readOnnx(encodeModel(graph)), 'City Stalls 1', DIGEST)
}
const output = (...dims: (number | string)[]): Shape => ({ name: 'output0', dims })
const NAMES = { names: `{0: 'person', 1: "hawker's cart", 2: 'car'}` }
const ULTRALYTICS = {
  ...NAMES,
  license: 'AGPL-3.0 License (https://ultralytics.com/license)',
  author: 'Ultralytics',
  description: 'Ultralytics YOLOv8n model',
  stride: '32',
  imgsz: '[96, 128]',
}

test('a YOLOv8 export tells its classes, its licence and its size', () => {
  const inputs = [{ name: 'images', dims: ['batch', 3, 'height', 'width'] }]
  const cells = 12 * 16 + 6 * 8 + 3 * 4
  const { manifest, uncertain } = suggest([output(1, 7, cells)], { inputs, metadata: ULTRALYTICS })!
  expect(manifest).toMatchObject({
    name: 'city-stalls-1',
    family: 'yolov8',
    sha256: DIGEST,
    licence: 'AGPL-3.0-only',
    input: { name: 'images', width: 128, height: 96, fit: 'letterbox', channels: 'rgb', scale: 1 / 255 },
    outputs: { predictions: 'output0' },
    classes: ['person', "hawker's cart", 'car'],
    roles: { person: ['person'], vehicle: ['car'] },
  })
  expect(manifest.origin).toMatch('YOLOv8n')
  expect(uncertain).toEqual(['roles', 'thresholds'])
})

const size: Shape = { name: 'orig_target_sizes', dims: ['n', 2], type: 'int64' }
const heads = (...widths: number[]) =>
  [64, 16, 4].flatMap((cells) =>
    widths.map((width) => ({ name: `${cells}-${width}`, dims: [1, cells, width] })),
  )
const three = ['labels', 'boxes', 'scores'].map((name) => ({ name, dims: [1, 300] }))
const four = ['num_detections', 'detection_boxes', 'detection_scores', 'detection_classes']
const FAMILIES: [what: string, Parameters<typeof suggest>, family: string | null, uncertain: RegExp][] = [
  ['classes by anchors', [[output(1, 7, CELLS)]], 'yolov8', /classes/],
  ['anchors by classes, COCO', [[output(1, CELLS, 85)]], 'yolox', /^(?!.*family).*pixels,classes/],
  ['anchors by classes, no names', [[output(1, CELLS, 7)]], 'yolox', /family.*classes/],
  [
    'anchors by classes, names for no objectness',
    [[output(1, CELLS, 7)], { metadata: NAMES }],
    'yolov8',
    /^pixels/,
  ],
  [
    'anchors by classes, names for objectness',
    [[output(1, CELLS, 8)], { metadata: NAMES }],
    'yolox',
    /^pixels/,
  ],
  ['heads of two widths', [heads(3, 32)], 'gfl', /^pixels,classes/],
  ['heads of two widths, both like distances', [heads(16, 32)], 'gfl', /family/],
  ['three outputs and a size', [three, { inputs: [PICTURE, size] }], 'detr', /^pixels,classes/],
  [
    'boxes and logits',
    [
      [
        { name: 'pred_boxes', dims: [1, 300, 4] },
        { name: 'logits', dims: [1, 300, 5] },
      ],
    ],
    'detr-logits',
    /family/,
  ],
  ['rows of six', [[output(1, 300, 6)]], 'nms-included', /family/],
  ['rows of seven, as many as there are', [[output('rows', 7)]], 'nms-included', /family/],
  ['four outputs', [four.map((name) => ({ name, dims: [1, 100] }))], 'nms-included', /family/],
  ['an open size', [[output(1, CELLS, 85)], { inputs: [{ name: 'x', dims: [1, 3, 'h', 'w'] }] }], null, /./],
  ['more values than its names explain', [[output(1, 56, CELLS)], { metadata: NAMES }], null, /./],
  ['one tensor of four dimensions', [[output(1, 85, 22, 22)]], null, /./],
  ['no picture', [[output(1, 84, 7)], { inputs: [size] }], null, /./],
  [
    'a size that no manifest takes',
    [[output(1, 7, 4)], { inputs: [{ name: 'x', dims: [1, 3, 8, 8] }] }],
    null,
    /./,
  ],
]
for (const [what, parts, family, uncertain] of FAMILIES) {
  test(`suggested for ${what}: ${family ?? 'nothing'}`, () => {
    const suggestion = suggest(...parts)
    expect(suggestion?.manifest.family ?? null).toBe(family)
    if (suggestion !== null) expect(suggestion.uncertain.join()).toMatch(uncertain)
  })
}

test('pixel by pixel and bytes: laid as the file says, not normalised', () => {
  const inputs: Shape[] = [{ name: 'input_tensor', dims: [1, 320, 320, 3], type: 'uint8' }]
  expect(
    suggest(
      four.map((name) => ({ name, dims: [1, 100] })),
      { inputs },
    )!.manifest.input,
  ).toMatchObject({
    layout: 'nhwc',
    width: 320,
    scale: 1,
    mean: [0, 0, 0],
  })
})

test('weights that old exporters list as inputs are none', () => {
  const weights: Shape = { name: 'w', dims: [2] }
  const constants = { w: { dims: [2], values: Float32Array.of(1, 2) } }
  expect(suggest([output(1, 7, CELLS)], { inputs: [PICTURE, weights], constants })!.manifest.family).toBe(
    'yolov8',
  )
})

const ASKS: [licence: string, asks: string][] = [
  ['Apache-2.0', ''],
  ['CC-BY-4.0', ''],
  ['mit', ''],
  ['AGPL-3.0-only', 'NETWORK_COPYLEFT'],
  ['GPL-3.0-or-later', 'COPYLEFT'],
  ['LGPL-2.1-only', 'COPYLEFT'],
  ['CC-BY-SA-4.0', 'SHARE_ALIKE'],
  ['CC-BY-NC-4.0', 'NON_COMMERCIAL'],
  ['CC-BY-NC-SA-4.0', 'NON_COMMERCIAL SHARE_ALIKE'],
  ['LicenseRef-our-city', 'OWN_TERMS'],
  ['whatever the maker says', 'OWN_TERMS'],
  ['Apache-2.0 OR AGPL-3.0-only', ''],
  ['Apache-2.0 AND AGPL-3.0-only', 'NETWORK_COPYLEFT'],
  ['(MIT OR GPL-2.0-only) AND (CC-BY-SA-4.0 AND LicenseRef-x)', 'SHARE_ALIKE OWN_TERMS'],
  ['GPL-2.0-only WITH Classpath-exception-2.0', 'COPYLEFT'],
  ['(', 'OWN_TERMS'],
]
for (const [licence, asks] of ASKS) {
  test(`${licence} asks ${asks === '' ? 'nothing' : asks}`, () => {
    const codes = licenceAsks({ name: 'm', licence }).map(({ code }) => code.replace('MODEL_LICENCE_', ''))
    expect(codes.join(' ')).toBe(asks)
  })
}

test('what is asked names the model and its licence, in both languages', () => {
  const [ask] = licenceAsks({ name: 'yolov8n', licence: 'AGPL-3.0-only' })
  for (const language of ['en', 'zh'] as const) {
    expect(ask!.explain(language)).toMatch(/yolov8n.*AGPL-3.0-only/)
  }
})
