/** What was said of a camera's view stays said; what a moved camera tells carries its limit; passwords leave no trace. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { CameraSecrets } from '../../gateway/camera-secrets.ts'
import { CommissioningBook, type ViewEntry } from '../../gateway/commissioning-book.ts'
import { Database } from '../../gateway/kit/database.ts'
import { standingOf } from '../../gateway/standing.ts'
import { camera, readConfig, writeConfig } from './office-fixture.ts'

function folderOfTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lushao-commissioning-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const BOX = [0.1, 0.2, 0.3, 0.4] as const
const ENTRY: ViewEntry = {
  camera: 'cam-1',
  word: 'FIRST',
  ...{ zones: 'kerb', by: '', reason: '', move: '' },
  ...{ things: [{ kind: 'thing', box: BOX }], picture: Buffer.from('jpeg') },
}

test('words about a view are kept in order with their pictures, and none is changed or removed', () => {
  const database = new Database(':memory:')
  let wallMs = 1_000
  const book = new CommissioningBook(database, { wallMs: () => wallMs++, monotonicMs: () => 0 })
  book.add(ENTRY)
  book.add({ ...ENTRY, word: 'NOT_FIT', by: 'zhao', reason: 'a lorry hit the pole', zones: 'other' })
  book.add({ ...ENTRY, camera: 'cam-2', picture: null })
  expect(book.list('cam-1', 10)).toEqual([
    expect.objectContaining({ word: 'NOT_FIT', by: 'zhao', atMs: 1_001, hasPicture: true }),
    expect.objectContaining({ word: 'FIRST', by: '', things: ENTRY.things, atMs: 1_000 }),
  ])
  // That zones do not fit commissions nothing.
  expect(book.last('cam-1')).toEqual({ zones: 'kerb', atMs: 1_000 })
  expect(book.last('cam-9')).toBeNull()
  expect(book.picture('cam-1', 1)?.toString()).toBe('jpeg')
  expect(book.picture('cam-2', 1)).toBeNull()
  expect(book.picture('cam-2', 3)).toBeNull()
  for (const sql of ["UPDATE camera_view SET actor = 'nobody'", 'DELETE FROM camera_view']) {
    expect(() => database.exec(sql)).toThrow(/append-only/)
  }
})

test('[R18] an act of a camera that was moved carries the limit, one of another does not', () => {
  const config = readConfig(writeConfig(folderOfTest(), { cameras: [camera('cam-1')] }))
  const now = Date.parse('2026-03-02T12:00:00+08:00')
  const caps = (isOff: boolean) =>
    standingOf(
      config,
      config.cameras[0]!,
      { outlook: null, isOff },
      { ruleId: 'street-vending' },
      { startWallMs: now, confirmWallMs: now, nowWallMs: now, endWallMs: null, mediaZeroMs: 0 },
    ).caps
  expect(caps(true)).toContain('CAMERA_MOVED')
  expect(caps(false)).not.toContain('CAMERA_MOVED')
})

test('a password lies in a file of its own, named by nobody’s wish, and goes when nothing names it', () => {
  const folder = join(folderOfTest(), 'secrets')
  const named = new Set<string>()
  const secrets = new CameraSecrets(folder, (name) => named.has(name))
  secrets.sweep()
  const [kept, lost] = [secrets.keep('cam-2', 'hunter2'), secrets.keep('../../etc/x', 'hunter3')]
  expect(readFileSync(kept, 'utf8')).toBe('hunter2')
  expect(readdirSync(folder)).toHaveLength(2)
  expect(lost.startsWith(`${folder}/etcx-`)).toBe(true)
  named.add(kept.slice(folder.length + 1))
  secrets.sweep()
  expect(readdirSync(folder)).toEqual([...named])
})
