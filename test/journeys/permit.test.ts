/**
 * Where and when nothing may be reported, on one film with goods in it:
 *
 *     film     ......████████████......     6 s … 18 s, from 10:00 on unless a row says otherwise
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { loadConfig } from '../../config/loader.ts'
import { addAnalyse } from '../../gateway/cli/analyse.ts'
import { makeProgram } from '../../gateway/cli/program.ts'
import { lastPicture } from '../../gateway/evidence/picture.ts'
import { systemClock } from '../../gateway/kit/clock.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { startGateway } from '../../gateway/main.ts'
import type { ViolationEvent } from '../../gateway/violations/event.ts'
import { RtspCamera } from '../../simulators/camera/rtsp-camera.ts'
import { makeClip } from '../fixtures/clip.ts'
import { boxPaths, camera, KERB, SITE, writeBoxConfig } from './box-config.ts'
import { listenTo, revisionsIn, startPlatformFor, until } from './gateway-process.ts'

const THING = [0.4, 0.5, 0.55, 0.75] as const
/** Left of the goods, inside the zone. */
const BESIDE = [0.05, 0.5, 0.25, 0.9] as const

let folder: string
let film: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lushao-permit-'))
  const things = [{ fromSec: 6, toSec: 18, box: THING, luma: 200 }]
  film = await makeClip(join(folder, 'film.mp4'), { seconds: 24, fps: 5, things })
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const MARKET = { id: 'market', cleanupGraceMin: 0, setupGraceMin: 0 }
const ROWS: [what: string, start: string, config: object, camera: object, events: number][] = [
  ['no permit', '10:00:00', {}, {}, 1],
  ['a permit for the zone, all day', '10:00:00', { permits: [{ ...MARKET, zoneIds: ['kerb'] }] }, {}, 0],
  [
    'a permit in its hours',
    '10:00:00',
    { permits: [{ ...MARKET, zoneIds: ['kerb'], windows: [{ from: '09:00', to: '11:00' }] }] },
    {},
    0,
  ],
  [
    'a permit outside its hours',
    '11:30:00',
    { permits: [{ ...MARKET, zoneIds: ['kerb'], windows: [{ from: '09:00', to: '11:00' }] }] },
    {},
    1,
  ],
  [
    'a permit whose hours ended with grace left',
    '11:00:30',
    {
      permits: [
        { ...MARKET, cleanupGraceMin: 30, zoneIds: ['kerb'], windows: [{ from: '09:00', to: '11:00' }] },
      ],
    },
    {},
    0,
  ],
  [
    'a permit for another place in the picture',
    '10:00:00',
    { permits: [{ ...MARKET, camera: 'cam', polygon: corners(BESIDE) }] },
    {},
    1,
  ],
  [
    'a permit for another rule',
    '10:00:00',
    { permits: [{ ...MARKET, zoneIds: ['kerb'], rules: ['street-vending'] }] },
    {},
    1,
  ],
  [
    'a privacy mask over the goods',
    '10:00:00',
    {},
    { privacyMasks: [{ polygon: corners([0.35, 0.45, 0.6, 0.8]) }] },
    0,
  ],
  ['a privacy mask beside the goods', '10:00:00', {}, { privacyMasks: [{ polygon: corners(BESIDE) }] }, 1],
]
for (const [what, start, config, cam, events] of ROWS) {
  test(`[R81] ${what}: ${events} event(s)`, async () => {
    const revisions = await analyse(what, start, config, cam)
    expect(new Set(revisions.map(({ eventId }) => eventId)).size).toBe(events)
  })
}

test('[R16] an exempt act is not told, keeps no picture, and is noted with reason, approver and end', async () => {
  const words = { reason: 'a fair', approvedBy: ['Li'], validTo: '2026-01-05' }
  const exemptions = [{ id: 'fair', scope: { zone: 'kerb' }, ...words }]
  expect(await analyse('exempt', '10:00:00', { exemptions }, {})).toEqual([])
  const [noted, ...more] = readFileSync(join(folder, 'exempt', 'suppressed.ndjson'), 'utf8')
    .trim()
    .split('\n')
  expect(more).toEqual([])
  const act = JSON.parse(noted!) as Record<string, string>
  expect(act).toMatchObject({
    exemptionId: 'fair',
    ...words,
    ruleId: 'piling',
    cameraId: 'cam',
    zoneId: 'kerb',
  })
  expect(Math.abs(Date.parse(act['startedAt']!) - Date.parse('2026-01-05T10:00:06+08:00'))).toBeLessThan(
    1_500,
  )
  expect(packagesIn('exempt')).toEqual([])
})

test('[R16] an exemption that was over yesterday spares nobody, and nothing is noted', async () => {
  const words = { reason: 'a fair', approvedBy: ['Li'], validTo: '2026-01-04' }
  const exemptions = [{ id: 'fair', scope: { zone: 'kerb' }, ...words }]
  expect(await analyse('spared', '00:00:00', { exemptions }, {})).not.toEqual([])
  expect(readdirSync(join(folder, 'spared'))).not.toContain('suppressed.ndjson')
})

const LEARNING: [until: string, grades: string[]][] = [
  ['2026-01-05', ['G0', 'G0']],
  ['2026-01-04', ['G1', 'G1']],
]
for (const [until, grades] of LEARNING) {
  test(`[R26] education only until ${until}: graded ${grades} on 5 January`, async () => {
    const zones = [{ ...KERB, educationOnlyUntil: until }]
    const revisions = await analyse(`education-${until}`, '00:00:10', {}, { zones })
    expect(revisions.map(({ grade }) => grade)).toEqual(grades)
  })
}

test('[R28, R70] what is kept of an act is what the plan of its rule says, each still with its pictures', async () => {
  const catalogue = parse(readFileSync(packagePath('config', 'catalogue', 'sample.yaml'), 'utf8'))
  for (const rule of catalogue.rules) rule.evidencePlan = ['START', 'CONFIRM', 'AFTER']
  writeFileSync(join(folder, 'plan.yaml'), stringify(catalogue))
  await analyse('plan', '10:00:00', { rules: 'plan.yaml' }, {})
  await analyse('whole', '10:00:00', {}, {})
  expect(kindsIn('plan')).toEqual(['AFTER', 'CLOSEUP', 'CONFIRM', 'START', 'WIDE'])
  expect(kindsIn('whole')).toEqual([
    'AFTER',
    'CLIP',
    'CLOSEUP',
    'CONFIRM',
    'PERSIST',
    'SCENE_BEFORE',
    'START',
    'WIDE',
  ])
})

test('[R81] what stands on when a permit ends is reported from then on', async () => {
  const permits = [{ ...MARKET, zoneIds: ['kerb'], windows: [{ from: '09:00', to: '11:00' }] }]
  const revisions = await analyse('ends', '10:59:52', { permits }, {})
  expect(revisions.map(({ phase }) => phase)).toEqual(['START', 'END'])
  expect(
    Math.abs(Date.parse(revisions[0]!.startedAt) - Date.parse('2026-01-05T11:00:00+08:00')),
  ).toBeLessThan(1_500)
})

test('masks are black in every picture that is made, and nowhere else', async () => {
  await analyse('masked', '10:00:00', {}, { privacyMasks: [{ polygon: corners(BESIDE) }] })
  const evidence = join(folder, 'masked', 'evidence')
  const packages = packagesIn('masked')
  expect(packages).toHaveLength(2)
  for (const name of packages) {
    const data = join(evidence, name, 'data')
    const { items } = JSON.parse(readFileSync(join(data, 'evidence.json'), 'utf8')) as { items: Item[] }
    const wides = items.filter(({ kind }) => kind === 'WIDE')
    expect(wides.length).toBeGreaterThan(0)
    for (const wide of wides) {
      const file = join(evidence, name, wide.path)
      expect(wide).toMatchObject({ masksApplied: 1 })
      expect(await lumaOf(sharp(file), BESIDE)).toBeLessThan(8)
      expect(await lumaOf(sharp(file), [0.7, 0.5, 0.9, 0.9])).toBeGreaterThan(60)
    }
    const still = items.find(({ kind }) => ['CONFIRM', 'AFTER'].includes(kind))!
    const { rgb, width, height } = await lastPicture(
      join(evidence, name, still.path),
      still.media.sampleCount,
      'ffmpeg',
    )
    const original = sharp(rgb, { raw: { width, height, channels: 3 } })
    expect(await lumaOf(original, BESIDE)).toBeGreaterThan(60)
  }
})

test('[R27, R29] a legal basis that expires at midnight stops its rule: the event ends, the box announces it', async () => {
  const paths = boxPaths(folder)
  writeFileSync(join(folder, 'expiring.yaml'), expiringCatalogue('2026-01-05'))
  const things = [{ fromSec: 6, toSec: 60, box: THING, luma: 200 }]
  const night = await makeClip(join(folder, 'night.mp4'), { seconds: 60, fps: 5, things })
  const street = await RtspCamera.start({ streams: { street: { file: night } } })
  writeBoxConfig(paths, { rules: 'expiring.yaml', cameras: [camera('cam', street.url)] })
  // The event comes about 12 s after the camera.
  const aheadMs = Date.parse('2026-01-05T23:59:35+08:00') - Date.now()
  const clock = { ...systemClock, wallMs: () => Date.now() + aheadMs }
  const { config, faults } = loadConfig(paths.config, { clock })
  expect(faults).toEqual([])
  const gateway = await startGateway(config!, { version: 'test', log: silentLog, clock })
  const platform = await startPlatformFor(gateway, paths.storage, SITE)
  try {
    const heard = listenTo(platform)
    const start = await until('the event', () => revisionsIn(platform)[0], 25_000)
    const rulesOf = () => (heard.get('birth')?.['cameras'] as { rules: string[] }[] | undefined)?.[0]?.rules
    expect(rulesOf()).toEqual(['piling'])
    const end = await until(
      'its end',
      () => revisionsIn(platform).find(({ phase }) => phase === 'END'),
      20_000,
    )
    expect(end).toMatchObject({ eventId: start.eventId, detectionState: 'LOST' })
    await until('the announcement', () => rulesOf()?.length === 0, 5_000)
  } finally {
    await platform.close()
    await gateway.close()
    await street.close()
  }
})

interface Item {
  readonly kind: string
  readonly path: string
  readonly media: { readonly sampleCount: number }
}

function corners([x1, y1, x2, y2]: readonly [number, number, number, number]) {
  return [
    [x1, y1],
    [x2, y1],
    [x2, y2],
    [x1, y2],
  ]
}

const packagesIn = (name: string): string[] => {
  const evidence = join(folder, name, 'evidence')
  return existsSync(evidence) ? readdirSync(evidence).filter((one) => one !== 'chain.json') : []
}

/** Kinds of everything that was sealed in a run. */
function kindsIn(name: string): string[] {
  const items = packagesIn(name).flatMap((one) => {
    const file = join(folder, name, 'evidence', one, 'data', 'evidence.json')
    return (JSON.parse(readFileSync(file, 'utf8')) as { items: Item[] }).items
  })
  return [...new Set(items.map(({ kind }) => kind))].sort()
}

/** The film through the whole pipeline, on 5 January at this local time. */
async function analyse(name: string, start: string, config: object, cam: object): Promise<ViolationEvent[]> {
  const out = join(folder, name)
  mkdirSync(out, { recursive: true })
  const paths = boxPaths(folder, `${name}-box`)
  writeBoxConfig(paths, { ...config, cameras: [camera('cam', `file:${film}`, cam)] })
  const program = makeProgram('test')
  addAnalyse(program)
  const at = ['--start', `2026-01-05T${start}+08:00`]
  await program.parseAsync([
    'node',
    'lushao',
    'analyse',
    film,
    '-c',
    paths.config,
    ...at,
    '--out',
    out,
    '--rate',
    '1',
  ])
  const lines = readFileSync(join(out, 'events.ndjson'), 'utf8').split('\n').filter(Boolean)
  return lines.map((line) => JSON.parse(line) as ViolationEvent)
}

/** Mean luma of a piece of a picture. */
async function lumaOf(picture: Sharp, [x1, y1, x2, y2]: readonly [number, number, number, number]) {
  const whole = await picture.greyscale().raw().toBuffer({ resolveWithObject: true })
  const { width, height, channels } = whole.info
  let sum = 0
  let count = 0
  for (let y = Math.ceil(y1 * height) + 2; y < y2 * height - 2; y++) {
    for (let x = Math.ceil(x1 * width) + 2; x < x2 * width - 2; x++) {
      sum += whole.data[(y * width + x) * channels]!
      count++
    }
  }
  return sum / count
}

/** The shipped sample, every basis in force through this day only. */
function expiringCatalogue(lastDay: string): string {
  const catalogue = parse(readFileSync(packagePath('config', 'catalogue', 'sample.yaml'), 'utf8'))
  for (const { legalBases } of catalogue.rules) for (const basis of legalBases) basis.effectiveTo = lastDay
  return stringify(catalogue)
}
