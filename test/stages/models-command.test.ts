/** `lushao models` and the model's lines of `lushao doctor`, as an operator meets them. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { addDoctor } from '../../gateway/cli/doctor.ts'
import { addModels } from '../../gateway/cli/models.ts'
import { makeProgram, runProgram } from '../../gateway/cli/program.ts'
import { makeFolder, sha256, yoloxGraph, yoloxManifest } from '../fixtures/models.ts'
import { encodeModel } from '../fixtures/onnx.ts'

const folder = makeFolder()
afterAll(folder.remove)
afterEach(() => vi.restoreAllMocks())
const BYTES = encodeModel(yoloxGraph())
const source = join(folder.path, 'source.onnx')
const to = join(folder.path, 'models')
writeFileSync(source, BYTES)

async function lushao(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' }
  const hear = (stream: 'out' | 'err') => (text: unknown) => {
    said[stream] += String(text)
    return true
  }
  vi.spyOn(process.stdout, 'write').mockImplementation(hear('out'))
  vi.spyOn(process.stderr, 'write').mockImplementation(hear('err'))
  const program = makeProgram('0.0.0')
  addModels(program)
  addDoctor(program)
  const code = await runProgram(program, ['node', 'lushao', '--lang', 'en', ...args])
  vi.restoreAllMocks()
  return { code, ...said }
}

function manifest(licence: string): string {
  const file = join(folder.path, 'manifest.json')
  writeFileSync(file, JSON.stringify({ ...yoloxManifest(BYTES), licence }))
  return file
}

test('add without a manifest: the suggestion to stdout, what is uncertain and the code to stderr, exit 1', async () => {
  const { code, out, err } = await lushao('models', 'add', source, '--to', to)
  expect(code).toBe(1)
  expect(JSON.parse(out)).toMatchObject({ name: 'source', family: 'yolox', sha256: sha256(BYTES) })
  expect(err).toMatch(/^\? classes: /m)
  expect(err).toMatch(/^MODEL_MANIFEST_SUGGESTED: /m)
  expect((await lushao('models', 'add', source, '--to', to, '--lang', 'zh')).err).toMatch(/^\? classes：/m)
})

const SHOWN: [licence: string, code: string | null][] = [
  ['Apache-2.0', null],
  ['AGPL-3.0-only', 'MODEL_LICENCE_NETWORK_COPYLEFT'],
]
for (const [licence, ask] of SHOWN) {
  test(`${licence} at add, list, verify and doctor: ${ask ?? 'nothing to say'}`, async () => {
    const shows = (text: string) => /MODEL_LICENCE_\w+/.exec(text)?.[0] ?? null
    const added = await lushao('models', 'add', source, '--to', to, '--manifest', manifest(licence))
    expect([added.code, shows(added.err)]).toEqual([0, ask])
    const file = added.out.trim()
    const listed = await lushao('models', 'list', '--from', to)
    expect([listed.code, shows(listed.err)]).toEqual([0, ask])
    expect(listed.out).toMatch(/\| tiny-yolox \| yes \| yolox \|/)
    const verified = await lushao('models', 'verify', file)
    expect([verified.code, shows(verified.err)]).toEqual([0, ask])
    const json = await lushao('models', 'verify', '--json', file)
    expect(JSON.parse(json.out)).toMatchObject([{ good: true, asks: ask === null ? [] : [ask] }])

    const config = join(folder.path, 'gateway.yaml')
    writeFileSync(config, `site: s\ngateway: g\nregion: "310101"\nmodel: {file: ${file}}\n`)
    const { out } = await lushao('doctor', '--json', '-c', config)
    const lines = JSON.parse(out) as { item: string; state: string; code?: string }[]
    expect(lines.find(({ item }) => item === 'model')).toMatchObject({ state: 'good' })
    expect(lines.filter(({ item }) => item === 'licence')).toEqual(
      ask === null ? [] : [expect.objectContaining({ state: 'note', code: ask })],
    )
  })
}

test('list: a manifest that is wrong is told, the others are listed', async () => {
  writeFileSync(join(to, 'torn.onnx.manifest.json'), '{')
  const { code, out, err } = await lushao('models', 'list', '--from', to)
  expect(code).toBe(0)
  expect(err).toMatch(/MODEL_MANIFEST_INVALID.*torn/)
  expect(out).toMatch(/tiny-yolox[\s\S]*nanodet_m_416/)
})
