/** What the code writes about itself is up to date and true. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { givenYaml } from '../../config/example.ts'
import { generated } from '../../config/generated.ts'
import { loadConfig } from '../../config/loader.ts'
import { packagePath } from '../../gateway/kit/paths.ts'

const folder = mkdtempSync(join(tmpdir(), 'lushao-generated-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

for (const { path, text } of generated()) {
  test(`${path} is what the code would write`, () => {
    expect(readFileSync(packagePath(path), 'utf8'), 'outdated, run npm run docs').toBe(text)
  })
}

test('loading the example equals loading its given values alone: every default in it is the default', () => {
  const load = (text: string) => {
    const file = join(folder, 'gateway.yaml')
    writeFileSync(file, text)
    return loadConfig(file, { env: { CAM1_PASSWORD: 'x' } })
  }
  const example = load(readFileSync(packagePath('config', 'gateway.example.yaml'), 'utf8'))
  expect(example.faults).toEqual([])
  expect(example.config).toEqual(load(givenYaml()).config)
})

test('every option says what it is for', () => {
  const schema = JSON.parse(readFileSync(packagePath('config', 'gateway.schema.json'), 'utf8'))
  const mute: string[] = []
  const look = (node: Record<string, unknown>, path: string): void => {
    for (const [name, option] of Object.entries(
      (node['properties'] ?? {}) as Record<string, Record<string, unknown>>,
    )) {
      if (typeof option['description'] !== 'string') mute.push(`${path}.${name}`)
      look(option, `${path}.${name}`)
    }
    if (typeof node['items'] === 'object') look(node['items'] as Record<string, unknown>, `${path}[]`)
  }
  look(schema, '')
  expect(mute).toEqual([])
})
