/** What a camera remembers: written and read back whole, and what an older version wrote is still understood. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Commissioning } from '../../gateway/frames/outlook.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { type LineMemory, loadMemory, saveMemory } from '../../gateway/memory.ts'
import { freshCase } from '../../gateway/open-case.ts'
import { Baseline, BaselineOptions } from '../../gateway/tracks/baseline.ts'
import { Tracker, TrackerOptions } from '../../gateway/tracks/tracker.ts'

const folder = mkdtempSync(join(tmpdir(), 'lushao-memory-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, 'cam-1.bin')
const tracker = new Tracker(TrackerOptions.parse({})).snapshot()
const MEMORY: LineMemory = {
  ...{ zonesVersion: 'z', bootId: 'b', savedAtMs: 5, savedAtWallMs: 6, mediaZeroMs: 7 },
  cases: [
    ['piling:kerb:0:1', { ...freshCase('01A'), persistsHeld: 2, clipUntilMs: 9_000, caps: ['BLURRED'] }],
  ],
  baseline: new Baseline(BaselineOptions.parse({}), 'none').snapshot(),
  commissioning: new Commissioning('kerb').snapshot(),
  drift: null,
  trackers: { detector: tracker, namer: tracker },
  ...{ occupancy: Uint8Array.of(1, 2, 3), judge: Uint8Array.of(4) },
}

test('what was written is read back', async () => {
  await saveMemory(file, MEMORY)
  const { occupancy, judge, ...read } = loadMemory(file, silentLog)!
  const { occupancy: before, judge: judged, ...written } = MEMORY
  expect(read).toMatchObject(written)
  expect([[...occupancy], [...judge]]).toEqual([[...before], [...judged]])
})

test('a memory of before stills were counted goes on: the act keeps its id and its packages', async () => {
  await saveMemory(file, MEMORY)
  const bytes = readFileSync(file)
  const headerEnd = 4 + bytes.readUInt32LE(0)
  const header = JSON.parse(bytes.subarray(4, headerEnd).toString()) as Record<string, unknown>
  delete header['commissioning']
  const old = { eventId: '01A', persistHeld: true, packages: ['P'], evidence: null }
  const text = Buffer.from(JSON.stringify({ ...header, cases: [['piling:kerb:0:1', old]] }))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(text.length)
  writeFileSync(file, Buffer.concat([length, text, bytes.subarray(headerEnd)]))
  const read = loadMemory(file, silentLog)
  expect(read?.cases).toEqual([['piling:kerb:0:1', { ...freshCase('01A'), packages: ['P'] }]])
  expect(read?.commissioning).toBeNull()
})
