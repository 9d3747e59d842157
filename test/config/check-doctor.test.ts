/** `lushao check` and `lushao doctor` as an operator meets them: what they print, and how they end. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { addCheck } from '../../gateway/cli/check.ts'
import { addDoctor } from '../../gateway/cli/doctor.ts'
import { makeProgram, runProgram } from '../../gateway/cli/program.ts'
import { addRules } from '../../gateway/cli/rules.ts'

const folder = mkdtempSync(join(tmpdir(), 'lushao-doctor-'))
const video = join(folder, 'street.mp4')
beforeAll(() => {
  const made = spawnSync('ffmpeg', [
    ...['-y', '-loglevel', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=5:duration=1'],
    ...['-c:v', 'libx264', '-pix_fmt', 'yuv420p', video],
  ])
  expect(made.status, String(made.stderr)).toBe(0)
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})
afterEach(() => vi.restoreAllMocks())

async function lushao(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const toOut = (text: unknown) => {
    out += String(text)
    return true
  }
  const toErr = (text: unknown) => {
    err += String(text)
    return true
  }
  vi.spyOn(process.stdout, 'write').mockImplementation(toOut)
  vi.spyOn(process.stderr, 'write').mockImplementation(toErr)
  const program = makeProgram('0.0.0')
  addCheck(program)
  addDoctor(program)
  addRules(program)
  const code = await runProgram(program, ['node', 'lushao', '--lang', 'en', ...args])
  vi.restoreAllMocks()
  return { code, out, err }
}

function write(yaml: string): string {
  const file = join(folder, 'gateway.yaml')
  writeFileSync(file, `site: street\ngateway: gw-1\nregion: "310101"\n${yaml}`)
  return file
}

const zones = (rule: string) =>
  `zones: [{id: z, type: NO_VENDING, polygon: [[0, 0], [1, 0], [1, 1]], rules: [{rule: ${rule}}]}]`

test('check: a good file ends with 0 and its version', async () => {
  const { code, out, err } = await lushao('check', '-c', write(''))
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toMatch(/good\. .*sha256:[0-9a-f]{64}/)
})

test('check: a bad one ends with 1, every fault a line of its own', async () => {
  const { code, out, err } = await lushao('check', '-c', write('colour: red\nutcOffsetMinutes: x\n'))
  expect(code).toBe(1)
  expect(
    err
      .trim()
      .split('\n')
      .map((line) => line.split(':')[0]),
  ).toEqual(['CONFIG_INVALID', 'CONFIG_UNKNOWN_KEY'])
  expect(out).toContain('2 fault(s)')
})

test('check: a warning alone is no fault', async () => {
  const camera = (id: string, district: string, rule: string) =>
    `  - {id: ${id}, url: "rtsp://127.0.0.1/a", jurisdictionCode: "${district}", ${zones(rule)}}\n`
  const file = write(
    `cameras:\n${camera('a', '370202', 'permit-overtime')}${camera('b', '310101', 'barbecue')}`,
  )
  const { code, err } = await lushao('check', '-c', file)
  expect(code).toBe(0)
  expect(err).toContain('RULE_WITHOUT_POINT')
  expect(err).toMatch(/RULE_BLIND.*zone z: barbecue needs a model that knows grill/)
})

test('check, doctor: what the records of each camera may be at most, a line each, in either language', async () => {
  const whole =
    'legalReviewNo: a, technicalReviewNo: b, locationPublishedAt: "2025-01-01", signagePhotoRef: s.jpg'
  const authority =
    'evidence: {authorisations: [{ref: Art. 7, issuedBy: City, rules: [piling], districts: ["31"], from: "2025-01-01"}]}'
  const file = write(
    `clock: {server: 127.0.0.1}\n${authority}\ncameras:\n` +
      `  - {id: bare, url: "file:none.mp4", enabled: false, ${zones('piling')}}\n` +
      `  - {id: whole, url: "file:none.mp4", enabled: false, ${whole}, ${zones('piling')}}\n`,
  )
  const bare = 'leads only (device without legal and technical review, location not published, no photograph'
  const check = await lushao('check', '-c', file)
  expect(check.out).toContain(`bare: ${bare}`)
  expect(check.out).toMatch(/^whole: evidence candidates$/m)
  const chinese = await lushao('--lang', 'zh', 'check', '-c', file)
  expect(chinese.out).toContain('bare: 仅作线索（设备未经法制和技术审核、设置地点未公示、没有标识照片）')
  const json = await lushao('check', '--json', '-c', file)
  expect(JSON.parse(json.out)).toMatchObject({
    cameras: [
      { camera: 'bare', evidenceCapability: 'LEAD_ONLY' },
      { camera: 'whole', evidenceCapability: 'EVIDENCE_CAPABLE', evidenceCapabilityReasons: [] },
    ],
  })
  const doctor = await lushao('doctor', '-c', file)
  expect(doctor.out).toContain(bare)
  expect(doctor.out).toMatch(/^note {2}evidence whole +evidence candidates$/m)
})

test('check --json: code, path, value, allowed, both languages', async () => {
  const { code, out } = await lushao('check', '--json', '-c', write('utcOffsetMinutes: 9999\n'))
  expect(code).toBe(1)
  expect(JSON.parse(out)).toMatchObject({
    good: false,
    configVersion: null,
    faults: [
      {
        code: 'CONFIG_INVALID',
        path: 'utcOffsetMinutes',
        value: '9999',
        line: 4,
        allowed: 'integer -720 … 840',
      },
    ],
  })
})

test('check without a file is wrong usage', async () => {
  expect((await lushao('check')).code).toBe(2)
})

test('[R28, R30] rules: what is in force here, what is not and why, and the public view', async () => {
  const file = write('')
  const { code, out } = await lushao('rules', '-c', file)
  expect(code).toBe(0)
  expect(out).toContain('street-vending Street vending: in force 《上海市市容环境卫生管理条例》第二十一条')
  expect(out).toContain('permit-overtime Trading outside the permitted hours: no basis in force here')
  const page = await lushao('rules', '--public', '-c', file)
  expect(page.out).toMatch(/^# 监看事项公示 \/ Rules in public/)
  expect(page.out).not.toContain('permit-overtime')
  const view = JSON.parse((await lushao('rules', '--public', '--format', 'json', '-c', file)).out) as object
  expect(view).toMatchObject({ division: '310101', sample: true })
  expect((await lushao('rules', '--format', 'pdf', '-c', file)).code).toBe(2)
})

interface DoctorLine {
  readonly item: string
  readonly state: string
  readonly code?: string
}

async function doctor(yaml: string): Promise<{ code: number; lines: Map<string, DoctorLine> }> {
  const { code, out } = await lushao('doctor', '--json', '-c', write(yaml))
  return { code, lines: new Map((JSON.parse(out) as DoctorLine[]).map((line) => [line.item, line])) }
}

test('doctor: a box with all it needs is good', async () => {
  const keys = join(folder, 'var', 'keys')
  mkdirSync(keys, { recursive: true })
  writeFileSync(join(keys, 'current'), '0123456789abcdef\n')
  writeFileSync(join(keys, '0123456789abcdef.key.pem'), 'x', { mode: 0o600 })
  const { code, lines } = await doctor('cameras:\n  - {id: a, url: "file:street.mp4"}\n')
  expect([...lines.values()].filter((line) => line.state === 'bad')).toEqual([])
  expect(code).toBe(0)
  expect(lines.get('camera a')).toMatchObject({ state: 'good', text: `file:${video}  h264 320×180 5 fps` })
  expect(lines.get('clock')?.state).toBe('note')
})

test('doctor: each thing that is wrong has its own code, and the exit says so', async () => {
  const keys = join(folder, 'var', 'keys')
  mkdirSync(keys, { recursive: true })
  writeFileSync(join(keys, 'current'), '0123456789abcdef\n')
  writeFileSync(join(keys, '0123456789abcdef.key.pem'), 'x')
  chmodSync(join(keys, '0123456789abcdef.key.pem'), 0o644)
  writeFileSync(join(folder, 'ca.pem'), 'not a certificate')
  const { code, lines } = await doctor(`
cameras:
  - {id: a, url: "rtsp://u:geheim@127.0.0.1:1/a"}
  - {id: b, url: "file:none.mp4"}
model: {file: none.onnx}
storage: {freeMinMiB: 900000000}
clock: {server: "127.0.0.1:1"}
mqtt: {url: "mqtt://127.0.0.1:1", tls: {ca: ca.pem}}
`)
  expect(code).toBe(1)
  const codes = Object.fromEntries(
    [...lines.values()].flatMap(({ item, code }) => (code ? [[item, code]] : [])),
  )
  expect(codes).toEqual({
    'camera a': 'CAMERA_UNREACHABLE',
    'camera b': 'FILE_UNREADABLE',
    model: 'MODEL_MISSING',
    disk: 'STORAGE_FULL',
    'evidence key': 'KEY_EXPOSED',
    clock: 'CLOCK_UNREACHABLE',
    broker: 'BROKER_UNREACHABLE',
    certificate: 'CERTIFICATE_BAD',
  })
})
