/** Redacted copies of sealed packages: what they say, what they leave out, who may have them, how long they stay. */
import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { addExport } from '../../gateway/cli/export.ts'
import { makeProgram, runProgram } from '../../gateway/cli/program.ts'
import { ExportDesk } from '../../gateway/evidence/redacted/desk.ts'
import { type ExportJob, exportPackage } from '../../gateway/evidence/redacted/export.ts'
import { RedactionOptions } from '../../gateway/evidence/redacted/profiles.ts'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { systemClock } from '../../gateway/kit/clock.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import {
  encode,
  factsOf,
  LATER,
  openKeeper,
  START_WALL_MS,
  STREET,
  temporaryFolder,
  wrap,
} from './evidence-footage.ts'
import { codeOf, startServer, Visitor } from './http-fixture.ts'
import { SILENCE } from './persuasion-fixture.ts'

let folder = ''
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Half a second, then a gap of a second, then as much again. */
const GAPPED = encode(
  `testsrc2=s=320x180:r=25,setpts='if(lt(N,12),N/25/TB,(N/25+1)/TB)'`,
  24,
  '-bf',
  '0',
  '-fps_mode',
  'passthrough',
)

async function sealed(at = folder) {
  const keeper = await openKeeper(at)
  await keeper.hold('act-1', 'CONFIRM', wrap(STREET, 12))
  await keeper.hold('act-1', 'CLIP', { ...wrap(GAPPED, 24, 10_000), gapSec: 1 })
  const times = { startWallMs: START_WALL_MS + 5_000, endWallMs: START_WALL_MS + 9_000 }
  await keeper.holdSound('act-1', { wav: SILENCE, transcript: '您好，我是城管。', ...times })
  const mask = [
    [0, 0],
    [0.3, 0],
    [0.3, 0.4],
    [0, 0.4],
  ] as const
  const one = await keeper.seal(factsOf('act-1', { privacyMasks: [mask] }))
  await keeper.close()
  return one
}

async function exported(from: string, change: Partial<ExportJob> = {}) {
  const found: string[] = []
  const told = await exportPackage({
    ...{
      from,
      to: join(folder, 'out'),
      profile: 'PUBLIC',
      wholePersons: false,
      sound: false,
      purpose: '社区反馈',
    },
    ...{ detector: null, options: RedactionOptions.parse({}), wallMs: START_WALL_MS },
    onFault: ({ code }) => void found.push(code),
    onProgress: () => undefined,
    ...change,
  })
  return { told, found, files: readdirSync(join(folder, 'out')).sort() }
}

const probed = (file: string) =>
  JSON.parse(
    execFileSync('ffprobe', ['-v', 'error', '-show_format', '-show_streams', '-of', 'json', file]).toString(),
  ) as {
    format: { duration: string; tags?: Record<string, string> }
    streams: { codec_type: string; codec_name: string; tags?: Record<string, string> }[]
  }

test('[R73] a public copy: what each file is made of and how, and the originals as they were', async () => {
  const one = await sealed()
  const { told, found, files } = await exported(one.path)
  expect(files).toEqual([
    '01-confirm-closeup.jpg',
    '01-confirm-wide.jpg',
    '02-clip.mp4',
    'export.json',
    'manifest-sha256.txt',
  ])
  expect(told).toMatchObject({ manifestHash: one.manifestHash, packageId: one.packageId, profile: 'PUBLIC' })
  expect(told.notCovered.zh).toContain('店招')
  // Where it was stays in the office.
  expect(JSON.stringify(told)).not.toMatch(/cam-1|kerb/)
  const clip = told.items.find(({ kind }) => kind === 'CLIP')
  expect(clip).toMatchObject({
    ...{
      derivedFrom: '02-clip',
      originalSha256: one.items[1]!.sha256,
      redactionProfile: 'PUBLIC',
      gapSec: 1,
    },
    ...{ method: 'decode,hide,h264', startedAt: '2026-01-01T10:00:10.000+08:00' },
    redaction: { masks: 1, detector: null, coarse: true, pictures: 24 },
  })
  expect(told.leftOut).toEqual([
    { item: '03-persuasion-audio', code: 'SOUND_NOT_ASKED', reason: expect.any(String) },
  ])
  // Said once, not for each file.
  expect(found).toEqual(['EXPORT_NO_DETECTOR'])
  execFileSync('sha256sum', ['-c', '--strict', 'manifest-sha256.txt'], { cwd: join(folder, 'out') })
  expect((await verifyPackages([one.path])).packages[0]?.findings).toEqual([])
})

test('the copy of a clip has no sound, no names, no dates, and lasts as long as the original with its gap', async () => {
  const one = await sealed()
  await exported(one.path)
  const { format, streams } = probed(join(folder, 'out', '02-clip.mp4'))
  expect(streams.map(({ codec_type, codec_name }) => [codec_type, codec_name])).toEqual([['video', 'h264']])
  expect(Object.keys(format.tags ?? {}).sort()).toEqual(['compatible_brands', 'major_brand', 'minor_version'])
  expect(Number(format.duration)).toBeCloseTo(24 / 25 + 1, 1)
  const jpeg = readFileSync(join(folder, 'out', '01-confirm-wide.jpg'))
  expect(jpeg.includes('Exif')).toBe(false)
  const mp4 = readFileSync(join(folder, 'out', '02-clip.mp4'))
  expect(mp4.indexOf('moov')).toBeLessThan(mp4.indexOf('mdat'))
})

test('what cannot be redacted is left out and said, and nothing goes instead', async () => {
  const keeper = await openKeeper(folder)
  const torn = Buffer.from(STREET)
  torn.fill(0x55, Math.floor(torn.length * 0.4), Math.floor(torn.length * 0.9))
  await keeper.hold('act-1', 'START', wrap(torn, 12))
  await keeper.hold('act-1', 'CLIP', wrap(LATER, 12, 10_000))
  await keeper.hold('act-1', 'CONFIRM', wrap(STREET, 12, 20_000))
  const one = await keeper.seal(factsOf('act-1'))
  // Somebody changed the clip after it was sealed.
  writeFileSync(join(one.path, 'data/original/02-clip.mp4'), STREET)
  const { told, files, found } = await exported(one.path)
  expect(told.leftOut.map(({ item, code }) => [item, code])).toEqual([
    ['01-start', 'EXPORT_UNDECODABLE'],
    ['02-clip', 'EXPORT_ORIGINAL_CHANGED'],
  ])
  expect(found).toEqual(expect.arrayContaining(['EXPORT_UNDECODABLE', 'EXPORT_ORIGINAL_CHANGED']))
  expect(files).toEqual([
    '03-confirm-closeup.jpg',
    '03-confirm-wide.jpg',
    'export.json',
    'manifest-sha256.txt',
  ])
})

test('a package without its clip, and a folder that is none', async () => {
  const one = await sealed()
  rmSync(join(one.path, 'data/original/02-clip.mp4'))
  const { told } = await exported(one.path, { profile: 'INTERNAL' })
  expect(told.leftOut).toMatchObject([{ item: '02-clip', code: 'EXPORT_ORIGINAL_CHANGED' }])
  // INTERNAL keeps the notice, and says where it was.
  expect(told).toMatchObject({ cameraId: 'cam-1' })
  expect(readFileSync(join(folder, 'out', '03-persuasion-audio.wav')).equals(SILENCE)).toBe(true)
  await expect(exported(one.path)).rejects.toMatchObject({ code: 'EXPORT_TARGET_EXISTS' })
  await expect(exported(folder, { to: join(folder, 'other') })).rejects.toMatchObject({
    code: 'EVIDENCE_UNREADABLE',
  })
  expect(existsSync(join(folder, 'other'))).toBe(false)
})

/** Names of the central directory. */
function namesIn(zip: Buffer): string[] {
  const names: string[] = []
  for (let at = zip.indexOf('PK\x01\x02'); at >= 0; at = zip.indexOf('PK\x01\x02', at + 46)) {
    names.push(zip.toString('utf8', at + 46, at + 46 + zip.readUInt16LE(at + 28)))
  }
  return names
}

test('lushao export writes a zip, says what is not covered, and replaces nothing', async () => {
  const one = await sealed()
  const program = () => {
    const made = makeProgram('0')
    addExport(made)
    return made
  }
  const out = join(folder, 'copy.zip')
  const words = [
    'node',
    'lushao',
    'export',
    one.path,
    '--profile',
    'PUBLIC',
    '--purpose',
    '社区反馈',
    '--out',
    out,
    '--audio',
  ]
  expect(await runProgram(program(), words)).toBe(0)
  const names = namesIn(readFileSync(out))
  expect(names).toEqual(
    [
      '01-confirm-closeup.jpg',
      '01-confirm-wide.jpg',
      '02-clip.mp4',
      '03-persuasion-audio.wav',
      'export.json',
      'manifest-sha256.txt',
    ].map((name) => `copy/${name}`),
  )
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([])
  expect(await runProgram(program(), words)).toBe(1)
  expect(
    await runProgram(
      program(),
      words.filter((word) => word !== '--purpose' && word !== '社区反馈'),
    ),
  ).toBe(2)
})

test('[R73] over HTTP: by role, for a purpose, logged; a copy that is there is not made again', async () => {
  const running = await startServer()
  const one = await sealed(running.folder)
  const path = (profile: string) =>
    `/api/v1/evidence/${one.packageId}/export?profile=${profile}&purpose=hotline`
  const officer = await Visitor.as(running, 'OFFICER')
  const refused = await officer.get(path('PUBLIC'))
  expect([refused.status, await codeOf(refused)]).toEqual([403, 'NOT_PERMITTED'])
  const dispatcher = await Visitor.as(running, 'DISPATCHER')
  const withoutPurpose = await dispatcher.get(path('PUBLIC').replace('&purpose=hotline', ''))
  expect(await codeOf(withoutPurpose)).toBe('PURPOSE_MISSING')
  let answer = await dispatcher.get(path('PUBLIC'))
  while (answer.status === 202) answer = await dispatcher.get(path('PUBLIC'))
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/zip'])
  const zip = Buffer.from(await answer.arrayBuffer())
  expect(zip.subarray(0, 2).toString()).toBe('PK')
  // The purpose is the log's; the copy is everybody's who may have it.
  expect(zip.includes('hotline')).toBe(false)
  const [file] = readdirSync(join(running.folder, 'exports'))
  writeFileSync(join(running.folder, 'exports', file!), 'as it was')
  expect(await (await dispatcher.get(path('PUBLIC'))).text()).toBe('as it was')
  const looks = running.accessLog.list(50).filter(({ action }) => action === 'evidence.export')
  expect(looks.map(({ role, outcome, purpose }) => [role, outcome, purpose]).slice(-2)).toEqual([
    ['DISPATCHER', 'refused', ''],
    ['OFFICER', 'refused', 'hotline'],
  ])
  expect(looks[0]).toMatchObject({
    role: 'DISPATCHER',
    outcome: 'granted',
    object: `${one.packageId} PUBLIC`,
  })
})

test('copies go when their days are over, the oldest first when there are too many, and half made ones at the start', async () => {
  const one = await sealed()
  const keeper = await openKeeper(folder)
  const exports = join(folder, 'exports')
  mkdirSync(join(exports, '.work-old'), { recursive: true })
  const put = (name: string, daysAgo: number) => {
    copyFileSync(join(one.path, 'bagit.txt'), join(exports, name))
    const sec = Date.now() / 1000 - daysAgo * 86_400
    utimesSync(join(exports, name), sec, sec)
  }
  put('a.zip', 9)
  put('b.zip', 3)
  put('c.zip', 2)
  put('d.zip.half', 0)
  const options = RedactionOptions.parse({ keepDays: 7, exportsMax: 1 })
  const desk = await ExportDesk.open(options, keeper.vault, null, { clock: systemClock, log: silentLog })
  expect(readdirSync(exports)).toEqual(['c.zip'])
  await desk.close()
  expect(existsSync(one.path)).toBe(true)
})

test('exports wait in a short queue, and end with the gateway', async () => {
  const one = await sealed()
  const keeper = await openKeeper(folder)
  const options = RedactionOptions.parse({ queueMax: 1, waitSec: 0 })
  const desk = await ExportDesk.open(options, keeper.vault, null, { clock: systemClock, log: silentLog })
  const wish = { profile: 'PUBLIC', wholePersons: false, sound: false } as const
  const first = await desk.request(one.packageId, wish)
  expect(first.state).not.toBe('ready')
  await expect(desk.request(one.packageId, { ...wish, sound: true })).rejects.toMatchObject({
    code: 'EXPORT_QUEUE_FULL',
  })
  await desk.close()
  expect(readdirSync(join(folder, 'exports')).filter((name) => name.startsWith('.'))).toEqual([])
})
