/** A file of lines that only grows: half a line is cut off, a changed one is found, and the order of calls is the order. */
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ChainedLog, readChainedFile } from '../../gateway/kit/chained-log.ts'
import { temporaryFolder } from './evidence-footage.ts'

async function setUp() {
  const folder = temporaryFolder()
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'sub', 'log.ndjson')
  const log = await ChainedLog.open(file)
  await Promise.all(['a', 'b', 'c'].map((what) => log.append({ what }, (hash) => `sealed ${hash}`)))
  return { file, log }
}
const whats = async (file: string) =>
  (await readChainedFile(file))!.lines.map(({ n, body }) => `${n}${body['what']}`)

test('lines are chained in the order of the calls, and what is put beside the hash is read back', async () => {
  const { file, log } = await setUp()
  expect(await whats(file)).toEqual(['1a', '2b', '3c'])
  const { lines, brokenAt } = (await readChainedFile(file))!
  expect([brokenAt, lines[1]!.prev, lines[2]!.seal]).toEqual([
    null,
    lines[0]!.hash,
    `sealed ${lines[2]!.hash}`,
  ])
  expect(log.tail).toEqual(lines[2])
  expect(await readChainedFile(`${file}.none`)).toBeNull()
})

test('half a line, as a crash leaves it, is cut off, and the chain goes on', async () => {
  const { file } = await setUp()
  appendFileSync(file, '{"n":4,"what":"d","pre')
  const log = await ChainedLog.open(file)
  await log.append({ what: 'e' })
  expect(await whats(file)).toEqual(['1a', '2b', '3c', '4e'])
})

test.each<[string, (lines: string[]) => string[], number]>([
  ['changed', ([a, b, c]) => [a!, b!.replace('"b"', '"x"'), c!], 2],
  ['removed', ([a, , c]) => [a!, c!], 2],
  ['doubled', ([a, b, c]) => [a!, a!, b!, c!], 2],
  ['swapped', ([a, b, c]) => [a!, c!, b!], 2],
  ['no line at all', ([a, b]) => [a!, b!, 'x'], 3],
])('a line that was %s is found', async (_, change, brokenAt) => {
  const { file } = await setUp()
  writeFileSync(file, `${change(readFileSync(file, 'utf8').trim().split('\n')).join('\n')}\n`)
  expect(await readChainedFile(file)).toMatchObject({ brokenAt })
  expect((await ChainedLog.open(file)).brokenAt).toBe(brokenAt)
})
