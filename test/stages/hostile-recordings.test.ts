/**
 * What strangers send: thirty-odd broken and hostile files. Each gets a clear answer, none stops the box, and of each the
 * bytes are kept as they came.
 *
 *     file ─▶ registry.take ─▶ ACCEPTED │ ACCEPTED from a salvaged copy │ QUARANTINED by a code
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BodyCamRecording } from '../../devices/bodycam/recording.ts'
import { BodyCamRegistry } from '../../devices/bodycam/registry.ts'
import { systemClock } from '../../gateway/kit/clock.ts'
import { Database } from '../../gateway/kit/database.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { seededRandom } from '../../gateway/kit/random.ts'

let folder: string
let registry: BodyCamRegistry
let database: Database
let count = 0
const file = (name: string) => join(folder, name)

const BAD = 'BODYCAM_FILE_BAD'
type Answer = 'ACCEPTED' | 'SALVAGED' | typeof BAD | 'BODYCAM_METADATA_BAD'
interface Sent {
  readonly name: string
  readonly bytes: () => Buffer
  readonly answer: Answer | readonly Answer[]
  readonly filename?: string
}

const CLIP = ['-f', 'lavfi', '-i', 'testsrc2=size=160x90:rate=10', '-f', 'lavfi', '-i', 'sine=440']
const AVC = ['-c:v', 'libx264', '-g', '10', '-c:a', 'aac']
const made = new Map<string, Buffer>()

/** A film of four seconds, made once. */
function film(name: string, ...options: string[]): Buffer {
  const known = made.get(name)
  if (known !== undefined) return known
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...CLIP, '-t', '4', ...options, file(name)])
  const bytes = readFileSync(file(name))
  made.set(name, bytes)
  return bytes
}
const mp4 = () => film('plain.mp4', ...AVC)
const fast = () => film('fast.mp4', ...AVC, '-movflags', '+faststart')
const ts = () => film('plain.ts', ...AVC)
const avi = () => film('plain.avi', '-c:v', 'mjpeg', '-c:a', 'pcm_alaw', '-ar', '8000')
const mkv = () => film('plain.mkv', ...AVC)

const box = (kind: string, body: Buffer, size = body.length + 8): Buffer => {
  const head = Buffer.alloc(8, kind.padStart(8))
  head.writeUInt32BE(size >>> 0, 0)
  return Buffer.concat([head, body])
}
const text = (words: string) => () => Buffer.from(words)
const share = (bytes: Buffer, part: number) => bytes.subarray(0, Math.floor(bytes.length * part))
const without = (bytes: Buffer, fourcc: string) => {
  const copy = Buffer.from(bytes)
  for (let at = copy.indexOf(fourcc); at >= 0; at = copy.indexOf(fourcc, at + 4)) copy.write('skip', at)
  return copy
}
function flipped(bytes: Buffer, seed: number, from: number, flips: number): Buffer {
  const copy = Buffer.from(bytes)
  const random = seededRandom(seed)
  for (let flip = 0; flip < flips; flip++) copy[from + Math.floor(random() * (copy.length - from))]! ^= 0x55
  return copy
}
const nested = (): Buffer => {
  let inner: Buffer = Buffer.alloc(8)
  for (let depth = 0; depth < 4_000; depth++) inner = box('moov', inner)
  return Buffer.concat([mp4().subarray(0, 32), inner])
}
const manySamples = () => {
  const copy = Buffer.from(mp4())
  copy.writeUInt32BE(1_000_000_000, copy.indexOf('stsz') + 12)
  return copy
}
const wide = () => {
  const copy = Buffer.from(mp4())
  const at = copy.indexOf('avc1')
  copy.writeUInt16BE(65_535, at + 28)
  copy.writeUInt16BE(65_535, at + 30)
  return copy
}

const SENT: readonly Sent[] = [
  { name: 'nothing', bytes: text(''), answer: BAD },
  { name: 'one byte', bytes: text('x'), answer: BAD },
  { name: 'text', bytes: text('hello '.repeat(5_000)), answer: BAD },
  { name: 'a page', bytes: text('<html><video src=x.mp4></video></html>'), answer: BAD },
  {
    name: 'a playlist of other files',
    bytes: text('#EXTM3U\n#EXTINF:1,\n/etc/passwd\n'),
    answer: BAD,
    filename: 'a.m3u8',
  },
  {
    name: 'a list for concat',
    bytes: text("ffconcat version 1.0\nfile '/etc/passwd'\n"),
    answer: BAD,
    filename: 'a.mp4',
  },
  {
    name: 'an archive',
    bytes: () => Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(4_000, 7)]),
    answer: BAD,
  },
  {
    name: 'an archive before a film',
    bytes: () => Buffer.concat([Buffer.from('PK\x03\x04'), mp4()]),
    answer: [BAD, 'SALVAGED'],
  },
  {
    name: 'a script before a film',
    bytes: () => Buffer.concat([Buffer.from('#!/bin/sh\nexit 1\n'), ts()]),
    answer: ['ACCEPTED', 'SALVAGED', BAD],
  },
  {
    name: 'a picture called a film',
    bytes: () => film('one.png', '-frames:v', '1', '-an'),
    answer: BAD,
    filename: 'a.mp4',
  },
  { name: 'sound alone', bytes: () => film('sound.m4a', '-vn', '-c:a', 'aac'), answer: BAD },
  {
    name: 'sound with a cover',
    bytes: () => Buffer.concat([film('sound.m4a', '-vn', '-c:a', 'aac'), Buffer.alloc(64)]),
    answer: BAD,
  },
  {
    name: 'one picture',
    bytes: () => film('single.mp4', ...AVC, '-frames:v', '1', '-an'),
    answer: ['ACCEPTED', BAD],
  },
  { name: 'no index', bytes: () => without(mp4(), 'moov'), answer: BAD },
  {
    name: 'an index without pictures',
    bytes: () => without(mp4(), 'mdat'),
    answer: ['ACCEPTED', 'SALVAGED', BAD],
  },
  { name: 'power lost before the index', bytes: () => share(mp4(), 0.6), answer: BAD },
  { name: 'cut at a tenth', bytes: () => share(fast(), 0.1), answer: [BAD, 'SALVAGED'] },
  { name: 'cut in the middle', bytes: () => share(fast(), 0.5), answer: 'SALVAGED' },
  { name: 'cut near its end', bytes: () => share(fast(), 0.9), answer: 'SALVAGED' },
  {
    name: 'a box of four gigabytes',
    bytes: () =>
      Buffer.concat([box('ftyp', Buffer.from('isom0000')), box('moov', Buffer.alloc(64), 0xffff_fff0)]),
    answer: BAD,
  },
  { name: 'boxes in boxes in boxes', bytes: nested, answer: BAD },
  { name: 'a thousand million samples', bytes: manySamples, answer: [BAD, 'SALVAGED', 'ACCEPTED'] },
  { name: 'pictures of 65,535 by 65,535', bytes: wide, answer: [BAD, 'SALVAGED', 'ACCEPTED'] },
  {
    name: 'flipped bits in the pictures',
    bytes: () => flipped(ts(), 3, 2_000, 400),
    answer: ['SALVAGED', 'ACCEPTED'],
  },
  {
    name: 'flipped bits everywhere',
    bytes: () => flipped(mp4(), 4, 0, 300),
    answer: [BAD, 'SALVAGED', 'ACCEPTED'],
  },
  { name: 'a stream cut in a packet', bytes: () => share(ts(), 0.61), answer: ['SALVAGED', 'ACCEPTED'] },
  {
    name: 'a stream that lost its start',
    bytes: () => ts().subarray(1_000),
    answer: ['ACCEPTED', 'SALVAGED'],
  },
  { name: 'an AVI without its index', bytes: () => without(avi(), 'idx1'), answer: ['ACCEPTED', 'SALVAGED'] },
  { name: 'an AVI cut in the middle', bytes: () => share(avi(), 0.5), answer: ['ACCEPTED', 'SALVAGED'] },
  {
    name: 'Matroska in Matroska',
    bytes: () => Buffer.concat(Array.from({ length: 200 }, () => mkv().subarray(0, 40))),
    answer: BAD,
  },
  { name: 'Matroska cut in the middle', bytes: () => share(mkv(), 0.5), answer: ['SALVAGED', 'ACCEPTED'] },
  {
    name: 'a film behind an empty disk',
    bytes: () => Buffer.concat([Buffer.alloc(100_000), mp4()]),
    answer: [BAD, 'SALVAGED'],
  },
  {
    name: 'a wrong extension',
    bytes: () => Buffer.concat([avi(), Buffer.alloc(1)]),
    answer: ['ACCEPTED', 'SALVAGED'],
    filename: 'a.mp4',
  },
  {
    name: 'a name that climbs',
    bytes: () => Buffer.concat([ts(), ts().subarray(0, 188)]),
    answer: ['ACCEPTED', 'SALVAGED'],
    filename: '../../../etc/cron.d/a.ts',
  },
  {
    name: 'a name of four kilobytes',
    bytes: () => Buffer.concat([mp4(), box('free', Buffer.alloc(3))]),
    answer: 'BODYCAM_METADATA_BAD',
    filename: `${'长'.repeat(1_400)}.mp4`,
  },
  {
    name: 'a name with signs of all sorts',
    bytes: () => Buffer.concat([mp4(), box('free', Buffer.alloc(4))]),
    answer: 'ACCEPTED',
    filename: '\u202Egpj.\u{1F600}\u0007"\'$(id).mp4',
  },
]

const OFFICER = { personId: 'p-1', name: '王', badgeNo: '310001', role: 'OFFICER', certNo: 'Z-1' } as const

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lushao-hostile-'))
  database = new Database(':memory:')
  registry = new BodyCamRegistry({
    ...{ database, folder: join(folder, 'bodycam'), clock: systemClock, log: silentLog },
    offsetMinutes: () => 480,
    devices: () => [{ id: 'bc-1', serial: 'DSJ-0001', personId: 'p-1' }],
    people: () => [{ ...OFFICER, certValidFrom: '2025-01-01', certValidTo: '2099-01-01' }],
    onRecording: async () => {},
  })
  await registry.start()
})
afterAll(async () => {
  await registry.close()
  database.close()
  rmSync(folder, { recursive: true, force: true })
})

async function send({
  bytes,
  filename = 'a.mp4',
}: Sent): Promise<{ recording: BodyCamRecording; sha256: string }> {
  const upload = file(`upload-${++count}`)
  writeFileSync(upload, bytes())
  const sha256 = createHash('sha256').update(readFileSync(upload)).digest('hex')
  const metadata = {
    deviceSerial: 'DSJ-0001',
    userNo: '310001',
    roleAtRecording: 'OFFICER',
    clockOffsetMs: '0',
  }
  const taken = await registry.take({
    ...{ uploadId: `u-${count}`, file: upload, bytes: statSync(upload).size, channel: 'DOCK', by: 'dock-1' },
    metadata: { ...metadata, filename, startAt: '2026-01-05T10:00:00.000+08:00' },
  })
  await registry.settled()
  return { recording: registry.get(taken.recordingId)!, sha256 }
}

test('there are thirty of them and more', () => {
  expect(new Set(SENT.map(({ name }) => name)).size).toBeGreaterThanOrEqual(30)
})

test.each(SENT)('$name: a clear answer, and nothing of it lost', async (sent) => {
  const { recording, sha256 } = await send(sent)
  const { status, quarantine, salvage } = recording
  const answer = quarantine?.code ?? (salvage === undefined ? status : 'SALVAGED')
  expect([sent.answer].flat()).toContain(answer)
  // As it came, under a name of the box's own, in a folder of the box's own.
  expect(recording.sha256).toBe(sha256)
  expect(createHash('sha256').update(readFileSync(recording.file)).digest('hex')).toBe(sha256)
  expect(dirname(dirname(recording.file))).toBe(join(folder, 'bodycam'))
  if (quarantine !== null) {
    for (const words of [quarantine.en, quarantine.zh]) expect(words).toContain(recording.recordingId)
    expect(recording.evidenceCap).toBe('LEAD')
  }
  if (salvage !== undefined) {
    expect(salvage).toMatchObject({ derivedFrom: sha256 })
    expect(recording.capReasons).toContain('SALVAGED')
    const copy = join(dirname(recording.file), salvage.name)
    expect(createHash('sha256').update(readFileSync(copy)).digest('hex')).toBe(salvage.sha256)
    expect(salvage.durationSec).toBeGreaterThan(0.5)
    expect(salvage.durationSec).toBeLessThanOrEqual(4.5)
  }
})

test('what is cut keeps its beginning, and how much is said', async () => {
  const [half, most] = [0.4, 0.8].map(
    (part, index) => () => Buffer.concat([share(fast(), part), Buffer.alloc(index)]),
  )
  const seconds = []
  for (const bytes of [half!, most!])
    seconds.push((await send({ name: '', bytes, answer: 'SALVAGED' })).recording)
  expect(seconds[0]!.salvage!.durationSec).toBeLessThan(seconds[1]!.salvage!.durationSec)
  expect(Date.parse(seconds[0]!.endAt!) - Date.parse(seconds[0]!.startAt)).toBe(
    Math.round(1000 * seconds[0]!.salvage!.durationSec),
  )
})

test('after all of them a good one is accepted, whole and without remarks', async () => {
  const bytes = () => Buffer.concat([mp4(), box('free', Buffer.alloc(9))])
  const { recording } = await send({ name: 'good', bytes, answer: 'ACCEPTED' })
  expect(recording).toMatchObject({ status: 'ACCEPTED', remarks: [], evidenceCap: 'CANDIDATE' })
  expect(recording.video).toMatchObject({ codec: 'h264', fps: 10, audio: { codec: 'aac' } })
  expect(recording.salvage).toBeUndefined()
})

test('the same bytes once more are kept once, and who sent them again is noted', async () => {
  const bytes = () => Buffer.concat([mp4(), box('free', Buffer.alloc(11))])
  const { recording } = await send({ name: 'first', bytes, answer: 'ACCEPTED' })
  const upload = file('again')
  writeFileSync(upload, bytes())
  await registry.take({
    ...{ uploadId: 'u-again', file: upload, bytes: bytes().length, channel: '4G', by: 'car-7' },
    metadata: { filename: 'b.mp4' },
  })
  await registry.settled()
  expect(existsSync(upload)).toBe(false)
  const known = registry.get(recording.recordingId)!
  expect(known.alsoUploaded).toMatchObject([{ uploadId: 'u-again', by: 'car-7', fileName: 'b.mp4' }])
})
