/**
 * A model is its bytes and a manifest that vouches for them; every way in which they can disagree has its
 * code.
 */
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { loadModel, Manifest, rolesOf, shippedManifests, thresholdsOf } from '../../models/manifest.ts'
import { makeFolder, sha256, writeModel, yoloxGraph, yoloxManifest } from '../fixtures/models.ts'
import { encodeModel } from '../fixtures/onnx.ts'

const folder = makeFolder()
afterAll(folder.remove)
const BYTES = encodeModel(yoloxGraph())
const put = (name: string, bytes: Uint8Array | string) => {
  const path = join(folder.path, name)
  writeFileSync(path, bytes)
  return path
}

test('a manifest beside the model is found, and one that is named goes before it', () => {
  const file = writeModel(folder, yoloxGraph())
  expect(loadModel(file).manifest.name).toBe('tiny-yolox')
  const named = put('named.json', JSON.stringify({ ...yoloxManifest(BYTES), name: 'other' }))
  expect(loadModel(file, named).manifest.name).toBe('other')
  expect(sha256(loadModel(file).bytes)).toBe(loadModel(file).manifest.sha256)
})

test('the manifests that come with the gateway are whole, and one file has one manifest', () => {
  const shipped = shippedManifests()
  expect(shipped.map((manifest) => manifest.name)).toEqual(
    expect.arrayContaining(['deimv2_atto', 'deimv2_femto', 'yolox_nano_416']),
  )
  expect(new Set(shipped.map((manifest) => manifest.sha256)).size).toBe(shipped.length)
})

const ROLE_OF_COCO: [name: string, role: string][] = [
  ['person', 'person'],
  ['truck', 'vehicle'],
  ['motorcycle', 'two-wheeler'],
  ['umbrella', 'carrier'],
  ['dining table', 'carrier'],
  ['suitcase', 'goods'],
  ['orange', 'goods'],
  ['bench', 'furniture'],
  ['traffic light', 'other'],
]
for (const [name, role] of ROLE_OF_COCO) {
  test(`a COCO ${name} is ${role} to a rule, in every shipped manifest`, () => {
    for (const manifest of shippedManifests().filter((one) => one.classes.length === 80)) {
      expect(rolesOf(manifest)[manifest.classes.indexOf(name)]).toBe(role)
    }
  })
}

test('a threshold is that of the class, else of its role, else of all', () => {
  const manifest = Manifest.parse({
    ...yoloxManifest(BYTES),
    classes: ['person', 'cart', 'dog', 'stall', 'constructor'],
    roles: { person: ['person'], carrier: ['cart', 'stall'] },
    thresholds: { score: 0.4, byRole: { carrier: 0.3 }, byClass: { stall: 0.2 } },
  })
  expect([...thresholdsOf(manifest)]).toEqual([0.4, 0.3, 0.4, 0.2, 0.4].map((score) => expect.closeTo(score)))
})

const good = yoloxManifest(BYTES)
const input = good['input'] as object
const WRONG: [string, unknown, RegExp][] = [
  ['no object', [], /object/],
  ['an unknown key', { ...good, extra: 1 }, /extra/],
  ['an unknown family', { ...good, family: 'ssd' }, /family/],
  ['an input that no grid fits', { ...good, input: { ...input, width: 100 } }, /input.width/],
  ['outputs of another family', { ...good, outputs: { boxes: 'output' } }, /must name predictions/],
  ['a role for a class that is not there', { ...good, roles: { goods: ['crate'] } }, /lacks crate/],
  ['a class with two roles', { ...good, roles: { goods: ['cart'], carrier: ['cart'] } }, /once/],
  ['a class twice', { ...good, classes: ['person', 'cart', 'cart'] }, /differ/],
  ['a division by zero', { ...good, input: { ...input, std: [1, 0, 1] } }, /zero/],
  [
    'a size for a family that asks for none',
    { ...good, input: { ...input, sizeName: 's' } },
    /unknown to this/,
  ],
]
for (const [what, manifest, reason] of WRONG) {
  test(`MODEL_MANIFEST_INVALID: ${what}`, () => {
    const model = put('wrong.onnx', BYTES)
    const named = put('wrong.json', JSON.stringify(manifest))
    expect(() => loadModel(model, named)).toThrow(expect.objectContaining({ code: 'MODEL_MANIFEST_INVALID' }))
    expect(() => loadModel(model, named)).toThrow(reason)
  })
}

const FAULTS: [code: string, what: string, prepare: () => [file: string, manifest?: string]][] = [
  ['MODEL_MISSING', 'no file', () => [join(folder.path, 'nowhere.onnx')]],
  ['MODEL_MANIFEST_MISSING', 'no manifest knows it', () => [put('alone.onnx', 'anything')]],
  [
    'MODEL_MANIFEST_INVALID',
    'the named manifest is not there',
    () => [put('alone.onnx', 'anything'), join(folder.path, 'nowhere.json')],
  ],
  ['MODEL_MANIFEST_INVALID', 'no JSON', () => [put('alone.onnx', 'x'), put('broken.json', '{')]],
  [
    'MODEL_UNREADABLE',
    'a folder',
    () => {
      mkdirSync(join(folder.path, 'folder.onnx'), { recursive: true })
      return [join(folder.path, 'folder.onnx')]
    },
  ],
  [
    'MODEL_UNREADABLE',
    'far too large',
    () => {
      const file = put('large.onnx', '')
      truncateSync(file, 257 * 1024 * 1024) // Sparse: it takes no space.
      return [file]
    },
  ],
  [
    'MODEL_HASH_MISMATCH',
    'cut short',
    () => {
      const file = writeModel(folder, yoloxGraph())
      truncateSync(file, 100)
      return [file]
    },
  ],
  [
    'MODEL_HASH_MISMATCH',
    'one bit turned',
    () => {
      const file = writeModel(folder, yoloxGraph())
      const bytes = Buffer.from(BYTES)
      bytes[bytes.length - 1]! ^= 1
      writeFileSync(file, bytes)
      return [file]
    },
  ],
]
for (const [code, what, prepare] of FAULTS) {
  test(`${code}: ${what}`, () => {
    expect(() => loadModel(...prepare())).toThrow(expect.objectContaining({ code }))
  })
}
