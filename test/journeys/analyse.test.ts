/** `lushao analyse` from outside: what it writes, twice the same, and what it says to bad input. */
import { execFile } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { makeClip } from '../fixtures/clip.ts'
import { detrGraph, detrManifest, makeFolder, writeModel } from '../fixtures/models.ts'

const BOX = [0.4, 0.5, 0.55, 0.75] as const
let folder: string
let clip: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lushao-analyse-'))
  const things = [{ fromSec: 10, toSec: 32, box: BOX, luma: 200 }]
  clip = await makeClip(join(folder, 'clip.mp4'), { seconds: 40, fps: 8, things })
  writeFileSync(join(folder, 'gateway.yaml'), JSON.stringify(CONFIG))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('one act is one event with its times, and its packages verify', async () => {
  const { code, stderr } = await analyse([clip], 'once')
  expect([code, stderr]).toEqual([0, expect.stringContaining('1 event(s)')])
  const revisions = eventsIn('once')
  expect(revisions.map(({ phase }) => phase)).toEqual(['START', 'END'])
  expect(new Set(revisions.map(({ eventId }) => eventId)).size).toBe(1)
  const [, end] = revisions
  expect(end).toMatchObject({ ruleId: 'piling', detectionState: 'CLEARED', governanceMode: 'test' })
  expect(Math.abs(end!.media.startSec - 10)).toBeLessThanOrEqual(1)
  expect(Math.abs(end!.media.endSec! - 32)).toBeLessThanOrEqual(1)
  expect(end!.startedAt).toMatch(/^2026-01-05T10:00:(09|10|11)\.\d{3}\+08:00$/)
  const report = await verifyPackages([join(folder, 'once', 'evidence')])
  expect(report.packages.map(({ ok }) => ok)).toEqual([true, true])
})

test('the same file, config and model give the same bytes', async () => {
  const runs: string[] = []
  for (const out of ['a', 'b', 'a']) {
    await analyse([clip], out)
    runs.push(readFileSync(join(folder, out, 'events.ndjson'), 'utf8'))
  }
  expect(new Set(runs).size).toBe(1)
  expect(runs[0]!.length).toBeGreaterThan(0)
})

test('--json prints the revisions, --annotate draws a video of the same length', async () => {
  const { stdout } = await analyse([clip], 'drawn', '--json', '--annotate')
  expect(stdout).toBe(readFileSync(join(folder, 'drawn', 'events.ndjson'), 'utf8'))
  const seconds = await probeSeconds(join(folder, 'drawn', 'annotated', 'clip.mp4'))
  expect(Math.abs(seconds - 40)).toBeLessThan(0.5)
})

test('--annotate shows what a detector follows, and in grey what the baseline explains', async () => {
  const file = join(folder, 'named.yaml')
  const models = makeFolder()
  try {
    const cart = writeModel(models, detrGraph(), detrManifest)
    writeFileSync(file, JSON.stringify({ ...CONFIG, naming: { enabled: false } }))
    const quiet = await makeClip(join(folder, 'quiet.mp4'), { seconds: 40, fps: 8, things: [] })
    const more = ['--annotate', '--model', cart, '-c', file]
    expect((await analyse([quiet], 'named', ...more)).code).toBe(0)
    const video = join(folder, 'named', 'annotated', 'quiet.mp4')
    const [r, g, b] = await pixelAt(video, 3)
    expect([r! - b! > 60, r! > 180, g! > 90]).toEqual([true, true, true])
    const grey = await pixelAt(video, 38.5)
    expect(Math.max(...grey) - Math.min(...grey)).toBeLessThan(30)
    expect(Math.min(...grey)).toBeGreaterThan(150)
  } finally {
    models.remove()
  }
})

const BAD: [name: string, make: (file: string) => void, code: string][] = [
  ['missing.mp4', () => {}, 'FILE_UNREADABLE'],
  ['empty.mp4', (file) => writeFileSync(file, ''), 'FILE_EMPTY'],
  ['text.mp4', (file) => writeFileSync(file, 'no video at all\n'.repeat(100)), 'FILE_NOT_VIDEO'],
  [
    'cut.mp4',
    (file) => {
      copyFileSync(clip, file)
      truncateSync(file, 60_000)
    },
    'FILE_UNFINISHED',
  ],
]
test(`bad files are told by code and the good one behind them is analysed: ${BAD.map(([name]) => name)}`, async () => {
  for (const [name, make] of BAD) make(join(folder, name))
  const result = await analyse([...BAD.map(([name]) => join(folder, name)), clip], 'bad')
  for (const [name, , code] of BAD) expect(result.stderr).toMatch(new RegExp(`${code}: .*${name}`))
  expect(result.code).toBe(1)
  expect(eventsIn('bad').length).toBeGreaterThan(0)
})

const BAD_CONFIGS: [what: string, change: (config: typeof CONFIG) => unknown, code: string][] = [
  [
    'a polygon outside the picture',
    (c) =>
      zoned(c, {
        polygon: [
          [0, 0],
          [1.2, 0],
          [1, 1],
        ],
      }),
    'ZONE_OUTSIDE_PICTURE',
  ],
  ['a rule whose legal bases have expired', (c) => ({ ...c, rules: 'expired.yaml' }), 'RULE_WITHOUT_BASIS'],
  ['an unknown key', (c) => ({ ...c, camera: [] }), 'CONFIG_'],
]
for (const [what, change, code] of BAD_CONFIGS) {
  test(`${what} is ${code}`, async () => {
    const file = join(folder, `${code}.yaml`)
    writeFileSync(join(folder, 'expired.yaml'), expiredCatalogue())
    writeFileSync(file, JSON.stringify(change(CONFIG)))
    const { code: exit, stderr } = await lushao(['check', '-c', file])
    expect([exit, stderr]).toEqual([1, expect.stringContaining(code)])
  })
}

test('a model with a wrong hash is refused', async () => {
  const model = join(folder, 'model.onnx')
  writeFileSync(model, 'not what the manifest promises')
  const manifest = JSON.parse(readFileSync(packagePath('models', 'manifests', 'yolox_nano_416.json'), 'utf8'))
  writeFileSync(`${model}.manifest.json`, JSON.stringify(manifest))
  const { code, stderr } = await analyse([clip], 'wrong-model', '--model', model)
  expect([code, stderr]).toEqual([1, expect.stringContaining('MODEL_HASH_MISMATCH')])
})

const CONFIG = {
  ...{ site: 'test', gateway: 'gw', region: '310101', governance: { mode: 'test' } },
  cameras: [
    {
      ...{ id: 'cam', url: 'file:clip.mp4' },
      zones: [
        {
          ...{
            id: 'kerb',
            type: 'NO_VENDING',
            polygon: [
              [0, 0.2],
              [1, 0.2],
              [1, 1],
              [0, 1],
            ],
          },
          rules: [{ rule: 'piling', minDwellSec: 8 }] as object[],
        },
      ],
    },
  ],
}

function expiredCatalogue(): string {
  const catalogue = parse(readFileSync(packagePath('config', 'catalogue', 'sample.yaml'), 'utf8'))
  for (const { legalBases } of catalogue.rules)
    for (const basis of legalBases) basis.effectiveTo = '2025-12-31'
  return stringify(catalogue)
}

function zoned(config: typeof CONFIG, zone: object) {
  const [camera] = config.cameras
  return { ...config, cameras: [{ ...camera!, zones: [{ ...camera!.zones[0]!, ...zone }] }] }
}

interface Revision {
  readonly eventId: string
  readonly phase: string
  readonly startedAt: string
  readonly media: { readonly startSec: number; readonly endSec: number | null }
}

function eventsIn(out: string): Revision[] {
  const text = readFileSync(join(folder, out, 'events.ndjson'), 'utf8')
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Revision]))
}

function analyse(videos: string[], out: string, ...more: string[]) {
  const config = ['-c', join(folder, 'gateway.yaml'), '--start', '2026-01-05T10:00:00+08:00']
  return lushao(['analyse', ...videos, ...config, '--out', join(folder, out), ...more])
}

function lushao(args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const entry = packagePath('gateway', 'cli', 'lushao.ts')
  return new Promise((resolve) => {
    const env = { ...process.env, LANG: 'C.UTF-8' }
    execFile(
      process.execPath,
      ['--import', 'tsx', entry, ...args],
      { env, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => {
        resolve({
          code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1,
          stdout,
          stderr,
        })
      },
    )
  })
}

/** Red, green and blue where the right edge of the tiny network's cart is drawn. */
function pixelAt(file: string, sec: number): Promise<number[]> {
  const filter = 'format=rgb24,crop=1:1:iw*0.5:ih*0.9'
  const args = ['-v', 'error', '-ss', String(sec), '-i', file, '-frames:v', '1', '-vf', filter]
  return new Promise((resolve, reject) => {
    execFile('ffmpeg', [...args, '-f', 'rawvideo', 'pipe:1'], { encoding: 'buffer' }, (error, stdout) =>
      error ? reject(error) : resolve([...stdout]),
    )
  })
}

function probeSeconds(file: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const args = ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', file]
    execFile('ffprobe', args, (error, stdout) => (error ? reject(error) : resolve(Number(stdout))))
  })
}
