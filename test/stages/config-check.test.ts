/** A change tried in a thread beside: the same words as the loader's, nothing left on disk, the house goes on meanwhile. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ConfigChecker } from '../../gateway/config-check.ts'
import { tryConfig } from '../../gateway/config-trial.ts'

const TEXT = `site: nanjing-road
gateway: gw-01
region: "310101"
mqtt: {url: "mqtt://127.0.0.1:1883"}
cameras:
  - id: cam-1
    url: rtsp://user:hunter2@10.0.0.11/main
    zones:
      - id: kerb
        type: NO_VENDING
        polygon: [[0.1, 0.5], [0.9, 0.5], [0.9, 0.9], [0.1, 0.9]]
        rules: [{rule: street-vending, minDwellSec: 180}]
`
const WRONG = TEXT.replace('minDwellSec: 180', 'minDwellSec: soon')

function checking() {
  const folder = mkdtempSync(join(tmpdir(), 'lushao-check-'))
  const file = join(folder, 'gateway.yaml')
  writeFileSync(file, TEXT)
  const checker = new ConfigChecker(file)
  onTestFinished(() => {
    checker.close()
    rmSync(folder, { recursive: true })
  })
  return { checker, file, folder }
}

test('[R18] what is said of a text is what the loader says, with its line, and nothing stays on disk', async () => {
  const { checker, file, folder } = checking()
  const { faults, diff } = await checker.check(TEXT, { text: WRONG })
  const expected = tryConfig(file, WRONG, 'proposed').faults
  expect(faults.map(({ code, message }) => [code, message])).toEqual(
    expected.map(({ code, message }) => [code, message]),
  )
  expect(faults).toMatchObject([{ code: 'CONFIG_INVALID', values: { file, line: 12 } }])
  expect(diff).toHaveLength(2)
  expect(readdirSync(folder)).toEqual(['gateway.yaml'])
  expect(await checker.check(TEXT, { text: TEXT })).toMatchObject({ faults: [], diff: [] })
})

test('[R18] a drawing is put into the text there; no credential comes back', async () => {
  const { checker } = checking()
  const zones = [{ id: 'lane', type: 'NO_SUCH', polygon: [[0, 0]] }]
  const checked = await checker.check(TEXT, {
    ...{ camera: 'cam-1' },
    drawing: { zones, privacyMasks: [], permits: [] },
  })
  expect(checked.faults.map(({ values }) => values['path'])).toContain('cameras[0].zones[0].type')
  expect(JSON.stringify([checked, checked.faults.map(({ message }) => message)])).not.toContain('hunter2')
  const drawing = { zones: [], privacyMasks: [], permits: [] }
  await expect(checker.check(TEXT, { camera: 'cam-9', drawing })).rejects.toMatchObject({
    code: 'CONFIG_CHANGE_REFUSED',
  })
})

test('a secret that the environment gets later is found', async () => {
  const { checker } = checking()
  const named = TEXT.replace('hunter2', '$' + '{LUSHAO_CHECK_LATER}')
  expect((await checker.check(TEXT, { text: named })).faults).toMatchObject([{ code: 'SECRET_MISSING' }])
  process.env['LUSHAO_CHECK_LATER'] = 'hunter3'
  onTestFinished(() => void delete process.env['LUSHAO_CHECK_LATER'])
  expect((await checker.check(TEXT, { text: named })).faults).toEqual([])
})

test('the event loop turns while a check is under way', async () => {
  const { checker } = checking()
  let turns = 0
  let isDone = false
  const checked = checker.check(TEXT, { text: WRONG }).finally(() => {
    isDone = true
  })
  while (!isDone) {
    await new Promise(setImmediate)
    turns++
  }
  await checked
  expect(turns).toBeGreaterThan(10)
})

test('more than a few wait for no turn; whoever waits when it closes is told', async () => {
  const { checker } = checking()
  const waiting = Array.from({ length: 16 }, () => checker.check(TEXT, { text: WRONG }))
  const ends = Promise.allSettled(waiting)
  await expect(checker.check(TEXT, { text: WRONG })).rejects.toThrow('try again')
  checker.close()
  expect((await ends).every(({ status }) => status === 'rejected')).toBe(true)
  expect((await checker.check(TEXT, { text: WRONG })).faults).toHaveLength(1)
})
