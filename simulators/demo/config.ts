/**
 * The configuration of the demo's box, written with the present time: the hours of the market end soon.
 *
 *     now ──── hours ──┤ HH:MM ── time to clear away ──┤ hoursLeftSec ── overtime
 *
 * Its catalogue is the shipped sample with the minutes to correct made short.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { packagePath } from '../../gateway/kit/paths.ts'
import { DEMO_CAMERAS, type DemoCamera, STORIES } from './stories.ts'

export const SITE = 'demo-street'
const UTC_OFFSET_MIN = 480
/** Where the sample catalogue knows a basis for overtime at a market as well. */
const REGION = '370202'
const LON = 120.3826
const LAT = 36.0671
const CLEAR_SEC = 5
const GAP_SEC = 5
const NOTICES = ['greet-and-guide', 'second-notice']
const NOTICES_AFTER_HOURS = ['hours-over', 'second-notice']
/** The pavement of the drawn street, between the shopfronts and the kerb. */
export const PAVEMENT = [
  [0.02, 0.78],
  [0.35, 0.61],
  [0.98, 0.32],
  [0.98, 0.6],
  [0.5, 0.98],
  [0.02, 0.98],
] as const
export const OFFICER = { personId: 'p-1', badgeNo: '010001', certNo: 'DEMO-1' } as const
export const BODY_CAM = 'DEMO001'

/** Where a camera hangs. */
export function placeOf(camera: DemoCamera): { readonly lon: number; readonly lat: number } {
  return { lon: LON + DEMO_CAMERAS.indexOf(camera) * 0.0007, lat: LAT }
}

export interface DemoTimes {
  /** Seconds an act must last. */
  readonly dwellSec: number
  /** Minutes to correct in after the first notice, the second …; the last holds for all that follow. */
  readonly correctionMin: readonly number[]
  /** Pace of the voice. */
  readonly wordsPerMin: number
  /** Seconds from then until the market's hours, and the time to clear away, are over. */
  readonly hoursLeftSec: (nowMs: number) => number
}

export interface DemoPlaces {
  readonly folder: string
  readonly cameraUrl: (camera: DemoCamera) => string
  readonly speakerUrl: (camera: DemoCamera) => string
  readonly ports: { readonly http: number; readonly broker: number }
  /** Where the platform takes evidence. */
  readonly uploads: { readonly url: string; readonly token: string }
}

/** @returns the file; when the market closes, "HH:MM"; and when the time to clear away is over too */
export function writeDemoConfig(
  places: DemoPlaces,
  { dwellSec, correctionMin, wordsPerMin, hoursLeftSec }: DemoTimes,
  nowMs: number,
): { file: string; closesAt: string; overMs: number } {
  const { folder, cameraUrl, speakerUrl, ports, uploads } = places
  const overMs = nowMs + hoursLeftSec(nowMs) * 1000
  const hours = hoursEnding(overMs)
  const rule = (name: string, minDwellSec: number) => ({ rule: name, minDwellSec, clearSec: CLEAR_SEC })
  const cameras = DEMO_CAMERAS.map((id) => {
    const { place, market } = STORIES[id]
    const rules = [rule('street-vending', dwellSec), ...(market ? [rule('permit-overtime', dwellSec)] : [])]
    const zone = { id: market ? 'market' : 'kerb', name: place, polygon: PAVEMENT, rules }
    return {
      ...{ id, name: place, url: cameraUrl(id), address: place, ...placeOf(id) },
      zones: [{ ...zone, type: market ? 'PERMITTED' : 'NO_VENDING' }],
    }
  })
  const config = {
    ...{ site: SITE, gateway: 'gw-demo', region: REGION, utcOffsetMinutes: UTC_OFFSET_MIN },
    governance: { mode: 'test' },
    rules: 'catalogue.yaml',
    cameras,
    permits: [
      {
        ...{
          id: 'morning-market',
          type: 'MORNING_MARKET',
          name: STORIES['cam-3'].place,
          zoneIds: ['market'],
        },
        ...{ ...placeOf('cam-3'), trades: ['果蔬'], setupGraceMin: 0 },
        ...hours,
      },
    ],
    devices: {
      bodycams: [{ id: 'bc-1', serial: BODY_CAM, personId: OFFICER.personId }],
      speakers: DEMO_CAMERAS.map((id) => ({
        ...{ id: `speaker-${id}`, name: STORIES[id].place, cameras: [id] },
        adapter: { kind: 'http', url: speakerUrl(id) },
        minGapSec: GAP_SEC,
      })),
      voice: { wordsPerMin },
    },
    // The demo is shown at any hour, and goes faster than a street.
    persuasion: { quietHours: [], eventGapSec: GAP_SEC, org: { zh: '演示街道', en: 'the demo district' } },
    people: [
      {
        ...OFFICER,
        name: '演示执法员',
        role: 'OFFICER',
        certValidFrom: '2020-01-01',
        certValidTo: '2099-12-31',
      },
    ],
    storage: { folder: join(folder, 'box') },
    delivery: uploads,
    http: { port: ports.http },
    mqtt: { embedded: { port: ports.broker } },
  }
  const file = join(folder, 'gateway.yaml')
  writeFileSync(join(folder, 'catalogue.yaml'), shortCatalogue(correctionMin))
  // The token of this run stands in it.
  writeFileSync(file, stringify(config), { mode: 0o600 })
  return { file, closesAt: hours.windows[0]!.to, overMs }
}

/** Hours are whole minutes; what is left of the last is the time to clear away. */
function hoursEnding(endMs: number) {
  const endMin = Math.floor(endMs / 60_000)
  const timeOf = (epochMin: number) =>
    new Date((epochMin + UTC_OFFSET_MIN) * 60_000)
      .toISOString()
      .slice('2026-01-01T'.length, '2026-01-01T00:00'.length)
  const windows = [{ from: timeOf(endMin - 180), to: timeOf(endMin) }]
  return { windows, cleanupGraceMin: endMs / 60_000 - endMin }
}

interface Catalogue {
  readonly rules: { readonly ruleId: string; ladder?: object[] }[]
}

/** Two notices by loudspeaker, whatever the sample says: the demo has no telephone numbers. */
function shortCatalogue(correctionMin: DemoTimes['correctionMin']): string {
  const sample = readFileSync(packagePath('config', 'catalogue', 'sample.yaml'), 'utf8')
  const catalogue = parse(sample) as Catalogue
  for (const rule of catalogue.rules) {
    const scripts = rule.ruleId === 'permit-overtime' ? NOTICES_AFTER_HOURS : NOTICES
    rule.ladder = scripts.map((scriptId, rung) => ({
      ...{ channel: 'SPEAKER', scriptId },
      correctionMin: correctionMin[rung] ?? correctionMin.at(-1)!,
    }))
  }
  return stringify(catalogue)
}
