/** Persuasion with real parts behind it: configuration from a file, desk, outbox, voice, a speaker on loopback. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { stringify } from 'yaml'
import { type Config, loadConfig } from '../../config/loader.ts'
import { AlertDesk } from '../../gateway/alerts/desk.ts'
import { Register } from '../../gateway/alerts/people.ts'
import { Persuasion } from '../../gateway/alerts/persuasion.ts'
import { type PersuasionRecord, PersuasionStore } from '../../gateway/alerts/persuasion-record.ts'
import { type ActSight, Recheck } from '../../gateway/alerts/recheck.ts'
import { Calendar } from '../../gateway/kit/calendar.ts'
import { Database } from '../../gateway/kit/database.ts'
import { fault } from '../../gateway/kit/errors.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { Notices, personIn, sceneOf } from '../../gateway/notices.ts'
import { Outbox, OutboxOptions } from '../../gateway/outbox/outbox.ts'
import { noticesOf } from '../../gateway/persuading.ts'
import type { ViolationEvent } from '../../gateway/violations/event.ts'
import { SAMPLE_WALL_MS, sampleEvent } from './sample-event.ts'

export const hasVoice = spawnSync('espeak-ng', ['--version']).status === 0
/** A recording of a tenth of a second of silence, for whom nobody can speak. */
export const SILENCE = Buffer.concat([wavHeader(4410), Buffer.alloc(4410)])

function wavHeader(bytes: number): Buffer {
  const header = Buffer.alloc(44)
  header.write('RIFF', 0, 'latin1')
  header.writeUInt32LE(36 + bytes, 4)
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(22_050, 24)
  header.writeUInt32LE(44_100, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36, 'latin1')
  header.writeUInt32LE(bytes, 40)
  return header
}

export const LADDER = [
  { channel: 'SPEAKER', scriptId: 'greet-and-guide', correctionMin: 10 },
  { channel: 'SPEAKER', scriptId: 'second-notice', correctionMin: 5 },
]

const CATALOGUE = {
  ...{ catalogue: 'test', version: '1', sample: true },
  rules: [
    {
      ...{
        ruleId: 'street-vending',
        nameZh: '无照经营游商',
        nameEn: 'Street vending',
        gbMajor: '05',
        gbMinor: '01',
      },
      legalBases: [
        {
          ...{ title: '条例', level: '地方性法规', article: '第一条', text: '…', source: '公报' },
          effectiveFrom: '2020-01-01',
        },
      ],
      ...{ nonSiteEligible: true, correctionPrecondition: 'NONE', minDwellSec: { default: 60, floor: 30 } },
      leniency: { minorNoPenalty: true, firstTimeWaiver: true, listVersion: '1' },
      ...{ clearSec: 20, defaultGrade: 'G1', ladder: LADDER, version: '1' },
    },
  ],
}

interface Wishes {
  /** Over the configuration. */
  readonly config?: Record<string, unknown>
  readonly persuasion?: Record<string, unknown>
  readonly devices?: Record<string, unknown>
  readonly speaker?: Record<string, unknown>
  readonly folder?: string
  readonly nowMs?: number
  /** Somebody else's store and desk. */
  readonly house?: { readonly database: Database; readonly outbox: Outbox; readonly desk: AlertDesk }
}

export function configFor(folder: string, speakerUrl: string | null, wishes: Wishes = {}): Config {
  const file = join(folder, 'gateway.yaml')
  writeFileSync(join(folder, 'catalogue.yaml'), stringify(CATALOGUE))
  for (const script of ['greet-and-guide@1', 'second-notice@1', 'final-notice@1', 'free-text@1'])
    for (const language of ['zh', 'en']) {
      writeFileSync(join(folder, `${script}.${language}.wav`), SILENCE)
      writeFileSync(join(folder, `${script}.${language}.txt`), `录音 ${script}`)
    }
  const adapter = speakerUrl === null ? {} : { adapter: { kind: 'http', url: speakerUrl, timeoutSec: 5 } }
  const config = {
    ...{ site: 'nanjing-road', gateway: 'gw-01', region: '310101', governance: { mode: 'test' } },
    ...{ rules: 'catalogue.yaml', storage: { folder: join(folder, 'var') } },
    cameras: [
      {
        ...{ id: 'cam-1', url: 'rtsp://10.0.0.1/main', address: '南京路 1 号', lon: 121.47, lat: 31.23 },
        zones: [
          {
            ...{ id: 'kerb', type: 'NO_VENDING', shopId: 'shop-1', rules: [{ rule: 'street-vending' }] },
            polygon: [
              [0.1, 0.1],
              [0.9, 0.1],
              [0.9, 0.9],
            ],
          },
        ],
      },
    ],
    devices: {
      speakers: [{ id: 'pole-1', cameras: ['cam-1'], minGapSec: 0, ...adapter, ...wishes.speaker }],
      voice: { recordings: folder, prefer: 'recording' },
      ...wishes.devices,
    },
    people: [
      { personId: 'officer', name: '王', role: 'OFFICER', certNo: 'C1', certValidTo: '2099-12-31' },
      { personId: 'lapsed', name: '赵', role: 'OFFICER', certNo: 'C2', certValidTo: '2020-12-31' },
      { personId: 'helper', name: '李', role: 'AUXILIARY' },
      { personId: 'auditor', name: '周', role: 'AUDITOR' },
    ],
    persuasion: { eventGapSec: 0, automatic: { grades: [] }, ...wishes.persuasion },
    ...wishes.config,
  }
  writeFileSync(file, stringify(config))
  const loaded = loadConfig(file, { clock: { wallMs: () => SAMPLE_WALL_MS } })
  expect(loaded.faults.map(({ message }) => message)).toEqual([])
  return loaded.config!
}

/** A gateway's part that persuades, on a clock that stands still until it is moved. */
export function setUp(speakerUrl: string | null, wishes: Wishes = {}) {
  const folder = wishes.folder ?? mkdtempSync(join(tmpdir(), 'lushao-persuasion-'))
  const config = { now: configFor(folder, speakerUrl, wishes) }
  const database = wishes.house?.database ?? new Database(join(folder, 'store.db'))
  const time = { nowMs: wishes.nowMs ?? SAMPLE_WALL_MS + 600_000 }
  const clock = { wallMs: () => time.nowMs, monotonicMs: () => time.nowMs }
  const outbox = wishes.house?.outbox ?? new Outbox(database, OutboxOptions.parse({}), clock, silentLog)
  const store = new PersuasionStore(database, outbox)
  const register = new Register(
    () => config.now.people,
    () => 480,
  )
  const parts = {
    register,
    notices: (eventId: string) => noticesOf(store, eventId),
    autoPersuades: (event: ViolationEvent): boolean => persuasion.speaksFirst(event),
  }
  const desk = wishes.house?.desk ?? new AlertDesk(database, outbox, clock, parts)
  const topicRoot = 'ume/v1/nanjing-road/gw-01'
  const broker = { url: 'mqtt://127.0.0.1:1' }
  const notices = new Notices({ config: () => config.now, folder, broker, topicRoot, fetch, clock })
  const heard: PersuasionRecord[] = []
  const sights = new Map<string, ActSight>()
  const pictures: string[] = []
  const watched: string[] = []
  const common = {
    database,
    store,
    desk,
    clock,
    log: silentLog,
    offsetMinutes: () => 480,
    calendar: () => new Calendar(config.now.calendar, config.now.holidays),
  }
  const recheck = new Recheck({
    ...common,
    options: () => config.now.persuasion.recheck,
    eyes: {
      sight: (_, eventId) => sights.get(eventId) ?? { lookedAtMs: null, state: null, remainingShare: null },
      watch: (cameraId) => void watched.push(cameraId),
      picture: async (_, eventId) => {
        pictures.push(eventId)
        return 'PACKAGE/07-recheck'
      },
      pictureAfter: async (packageId) => {
        if (packageId === 'unreadable') throw fault('EVIDENCE_UNREADABLE', { packageId, reason: 'test' })
        return packageId === 'empty' ? null : `${packageId}/09-after`
      },
    },
  })
  const persuasion: Persuasion = new Persuasion({
    ...common,
    channels: notices,
    options: () => config.now.persuasion,
    library: () => config.now.scripts,
    scene: (event, nowMs) => sceneOf(config.now, event, nowMs),
    person: (id, nowMs) => personIn(register, id, nowMs),
    onHeard: (record) => {
      heard.push(record)
      recheck.expect(record)
    },
  })
  let open = true
  const close = async () => {
    if (!open) return
    open = false
    persuasion.close()
    recheck.close()
    await notices.close()
    if (wishes.house === undefined) database.close()
  }
  onTestFinished(async () => {
    await close()
    rmSync(folder, { recursive: true, force: true })
  })
  const raise = (name: string, changes: Partial<ViolationEvent> = {}) =>
    desk.raise(sampleEvent(name, changes)).eventId
  const verify = (eventId: string) =>
    void desk.review({ eventId, verdict: 'VERIFIED', by: 'officer', commandId: `verify-${eventId}` })
  const verified = (name: string, changes: Partial<ViolationEvent> = {}) => {
    const eventId = raise(name, changes)
    verify(eventId)
    return eventId
  }
  const latest = (eventId: string) => store.ofEvent(eventId).at(-1)!
  return {
    ...{ folder, config, database, outbox, desk, store, notices, persuasion, recheck, time, heard },
    ...{ sights, pictures, watched, raise, verify, verified, latest, close },
    state: (eventId: string) => desk.get(eventId)!.state,
  }
}

/** Until what is on its way has arrived; the test's own limit is the bound. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((done) => setImmediate(done))
}

/** Code of the fault that something throws. */
export const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'nothing thrown'
  } catch (error) {
    return (error as { code: string }).code
  }
}
