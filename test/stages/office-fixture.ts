/** A real desk with its back office, over a real store, made from a real configuration file. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { parse, stringify } from 'yaml'
import { type Config, loadConfig } from '../../config/loader.ts'
import type { BodyCamRecording } from '../../devices/bodycam/recording.ts'
import { AlertDesk } from '../../gateway/alerts/desk.ts'
import { Calendar, CalendarOptions, HolidayTable } from '../../gateway/kit/calendar.ts'
import type { Clock } from '../../gateway/kit/clock.ts'
import { isoTime } from '../../gateway/kit/clock.ts'
import { Database } from '../../gateway/kit/database.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { Office } from '../../gateway/office.ts'
import { Outbox, OutboxOptions } from '../../gateway/outbox/outbox.ts'
import type { FilmFacts } from '../../gateway/recording-films.ts'
import type { ViolationEvent } from '../../gateway/violations/event.ts'
import { SAMPLE_WALL_MS, sampleEvent } from './sample-event.ts'

type Values = Record<string, unknown>

const yaml = (...path: string[]): unknown => parse(readFileSync(packagePath(...path), 'utf8'))

export const CALENDAR = new Calendar(
  CalendarOptions.parse({}),
  HolidayTable.parse(yaml('config', 'calendar', 'cn.yaml')),
)

/** A camera with one zone, at a place on the map when one is given. */
export function camera(id: string, more: Values = {}, zone: Values = {}): Values {
  const polygon = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ]
  const rules = [{ rule: 'street-vending' }]
  return {
    ...{
      id,
      url: 'rtsp://192.0.2.1/main',
      zones: [{ id: 'kerb', type: 'NO_VENDING', polygon, rules, ...zone }],
    },
    ...more,
  }
}

export interface OfficeSetUp {
  readonly options?: Values
  /** What the rules of the catalogue say instead. */
  readonly rule?: Values
  readonly database?: Database
  readonly clock?: Clock
  readonly filmFacts?: FilmFacts
}

/** `gateway.yaml` with a catalogue beside it, as a gateway would read them. */
export function writeConfig(folder: string, options: Values = {}, rule: Values = {}): string {
  const sample = yaml('config', 'catalogue', 'sample.yaml') as { rules: Values[] }
  const rules = sample.rules.map((entry) => ({ ...entry, ...rule }))
  writeFileSync(join(folder, 'catalogue.yaml'), stringify({ ...sample, rules }))
  const file = join(folder, 'gateway.yaml')
  const base = { site: 'nanjing-road', gateway: 'gw-01', region: '310101', rules: 'catalogue.yaml' }
  writeFileSync(file, stringify({ ...base, cameras: [camera('cam-1')], ...options }))
  return file
}

export function readConfig(file: string): Config {
  const { config, faults } = loadConfig(file)
  if (config === null || faults.length > 0) throw new Error(faults.map(({ message }) => message).join('\n'))
  return config
}

export function setUpOffice({ options, rule, ...parts }: OfficeSetUp = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'lushao-office-'))
  const file = writeConfig(folder, options, rule)
  const database = parts.database ?? new Database(':memory:')
  const time = { nowMs: SAMPLE_WALL_MS }
  const clock = parts.clock ?? { wallMs: () => time.nowMs, monotonicMs: () => time.nowMs }
  const outbox = new Outbox(database, OutboxOptions.parse({}), clock, silentLog)
  let config = readConfig(file)
  const recordings = new Map<string, BodyCamRecording>()
  let found = (recordingId: string) => recordings.get(recordingId) ?? null
  const applied: Config[] = []
  const open = () => {
    const desk = new AlertDesk(database, outbox, clock)
    const office = new Office({
      ...{ config: () => config, database, desk, outbox, clock, log: silentLog },
      recording: (recordingId) => found(recordingId),
      ...(parts.filmFacts ? { filmFacts: parts.filmFacts } : {}),
      calendar: () => CALENDAR,
      apply: async (next) => {
        config = next
        applied.push(next)
      },
    })
    return { desk, office }
  }
  const first = open()
  /** As the register would: its acceptance is told to the office. */
  const accept = (recording: BodyCamRecording) => {
    recordings.set(recording.recordingId, recording)
    first.office.films.offer(recording.recordingId)
  }
  onTestFinished(() => {
    first.office.close()
    if (parts.database === undefined) database.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const change = (next: Values) => {
    config = readConfig(writeConfig(folder, next, rule))
  }
  return {
    ...first,
    open,
    database,
    outbox,
    time,
    clock,
    folder,
    file,
    accept,
    /** A real register instead of `accept`. */
    lookUp(get: typeof found) {
      found = get
    },
    applied,
    change,
    config: () => config,
  }
}
export type OfficeRunning = ReturnType<typeof setUpOffice>

const MINUTE_MS = 60_000

/** An act from … to, minutes after ten o'clock; without an end it goes on. */
export function act(name: string, fromMin: number, toMin?: number, changes: Partial<ViolationEvent> = {}) {
  const at = (minutes: number) => isoTime(SAMPLE_WALL_MS + minutes * MINUTE_MS)
  const over = toMin !== undefined
  return sampleEvent(name, {
    startedAt: at(fromMin),
    confirmedAt: at(fromMin + 3),
    endedAt: over ? at(toMin) : null,
    durationSec: 60 * ((toMin ?? fromMin + 3) - fromMin),
    phase: over ? 'END' : 'START',
    ...changes,
  })
}

/** Raises acts one after the other; their last revisions as kept. */
export function raiseAll(
  { desk }: Pick<OfficeRunning, 'desk'>,
  ...events: ViolationEvent[]
): ViolationEvent[] {
  for (const event of events) desk.raise(event)
  return events.map(({ eventId }) => desk.get(eventId)!.event)
}
