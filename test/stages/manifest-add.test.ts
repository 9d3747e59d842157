/** `lushao models add`: a model comes in whole, with its manifest, or leaves no trace. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { addModel } from '../../gateway/cli/models-add.ts'
import { loadModel, Manifest } from '../../models/manifest.ts'
import { makeFolder, yoloxGraph, yoloxManifest } from '../fixtures/models.ts'
import { encodeModel } from '../fixtures/onnx.ts'

const folder = makeFolder()
afterAll(folder.remove)
const BYTES = encodeModel(yoloxGraph())
const manifest = join(folder.path, 'manifest.json')
writeFileSync(manifest, JSON.stringify(yoloxManifest(BYTES)))

async function added(...parts: Parameters<typeof addModel>): Promise<string> {
  const addition = await addModel(...parts)
  if (addition.kind !== 'added') return expect.unreachable('it has a manifest')
  return addition.file
}

async function serve(status: number, body: Uint8Array): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status).end(body))
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.onnx`
}

test('from an address: hash right, kept beside its manifest, ready to load', async () => {
  const to = join(folder.path, 'good')
  const file = await added(await serve(200, BYTES), to, manifest)
  expect(readdirSync(to).sort()).toEqual(['tiny-yolox.onnx', 'tiny-yolox.onnx.manifest.json'])
  expect(loadModel(file).manifest.name).toBe('tiny-yolox')
  expect(readFileSync(file).equals(BYTES)).toBe(true)
})

test('no manifest: one is suggested, nothing comes in; saved beside the file it is taken', async () => {
  const source = join(folder.path, 'own.onnx')
  const to = join(folder.path, 'own')
  writeFileSync(source, BYTES)
  writeFileSync(`${source}.manifest.json`, '') // As a shell makes it, before the suggestion is written to it.
  const addition = await addModel(source, to)
  if (addition.kind !== 'suggested') return expect.unreachable('nobody has saved a manifest')
  expect(addition.refusal.code).toBe('MODEL_MANIFEST_SUGGESTED')
  expect(addition.refusal.message).toMatch(addition.suggestion.uncertain.join(', '))
  expect(readdirSync(to)).toEqual([])

  expect(Manifest.parse(addition.suggestion.manifest)).toMatchObject({ name: 'own', family: 'yolox' })
  writeFileSync(`${source}.manifest.json`, JSON.stringify(addition.suggestion.manifest))
  expect(loadModel(await added(source, to)).manifest.name).toBe('own')
})

test('from a file', async () => {
  const source = join(folder.path, 'source.onnx')
  writeFileSync(source, BYTES)
  expect(loadModel(await added(source, join(folder.path, 'copied'), manifest)).bytes).toEqual(
    new Uint8Array(BYTES),
  )
})

const REFUSED: [what: string, source: () => Promise<string>, manifest: string | undefined, code: string][] = [
  [
    'a byte too many',
    () => serve(200, Buffer.concat([BYTES, Buffer.of(0)])),
    manifest,
    'MODEL_HASH_MISMATCH',
  ],
  ['no manifest, and no network', () => serve(200, Buffer.from('hello')), undefined, 'MODEL_UNREADABLE'],
  [
    'no manifest, and a family that nobody knows',
    () => serve(200, encodeModel({ ...yoloxGraph(), outputs: [{ name: 'output', dims: [1, 7, 9, 9] }] })),
    undefined,
    'MODEL_FAMILY_UNKNOWN',
  ],
  ['a server that has nothing', () => serve(404, Buffer.of()), manifest, 'MODEL_UNREADABLE'],
  ['a file that is not there', async () => join(folder.path, 'nowhere'), manifest, 'MODEL_MISSING'],
]
for (const [what, source, described, code] of REFUSED) {
  test(`${code}: ${what}, and nothing is left`, async () => {
    const to = join(folder.path, code)
    await expect(addModel(await source(), to, described)).rejects.toMatchObject({ code })
    expect(readdirSync(to)).toEqual([])
  })
}
