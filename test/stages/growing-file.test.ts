import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { grow, readGrown } from '../../gateway/kit/growing-file.ts'
import { packagePath } from '../../gateway/kit/paths.ts'

const folder = mkdtempSync(join(tmpdir(), 'lushao-grow-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('half a line was acknowledged to nobody, and is cut off before the next', async () => {
  const file = join(folder, 'new', 'log.ndjson')
  expect(await readGrown(file)).toBeNull()
  await grow(file, 'one\n')
  appendFileSync(file, 'hal')
  expect(await readGrown(file)).toBe('one\n')
  await grow(file, 'two\n')
  expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n')
})

test('no room for a whole line: the file is as it was, and takes the next that fits', () => {
  const file = join(folder, 'full.ndjson')
  writeFileSync(file, `${'x'.repeat(1000)}\n`)
  const child = join(folder, 'child.mts')
  const module = packagePath('gateway', 'kit', 'growing-file.ts')
  writeFileSync(
    child,
    `import { grow } from ${JSON.stringify(module)}
     process.on('SIGXFSZ', () => {})
     const told = await grow(process.argv[2]!, 'y'.repeat(4000) + '\\n').then(() => 'fits', (error) => error.code)
     await grow(process.argv[2]!, 'z\\n')
     process.stdout.write(told)`,
  )
  // A file may have two kibibytes and no more.
  const line = `ulimit -f 2; exec "$0" --import tsx "$1" "$2"`
  const run = spawnSync('bash', ['-c', line, process.execPath, child, file], {
    cwd: packagePath(),
    encoding: 'utf8',
  })
  expect([run.stdout, run.stderr]).toEqual(['EFBIG', ''])
  expect(readFileSync(file, 'utf8')).toBe(`${'x'.repeat(1000)}\nz\n`)
})
