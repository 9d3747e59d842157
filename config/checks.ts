/**
 * What must hold between sections, one function each: ids are unique, references lead somewhere, thresholds keep
 * the catalogue's floors, every watched rule has a legal basis where its camera hangs [R18].
 */
import type { ScriptLibrary } from '../gateway/alerts/scripts.ts'
import { belowFloor } from '../gateway/evidence/retention.ts'
import { Calendar, type HolidayTable, localDay } from '../gateway/kit/calendar.ts'
import { fault } from '../gateway/kit/errors.ts'
import {
  basisFor,
  entryOf,
  groundFor,
  misplaced,
  type RuleCatalogue,
} from '../gateway/violations/catalogue.ts'
import { groundOf } from '../gateway/violations/school.ts'
import { refusals } from '../gateway/violations/thresholds.ts'
import type { Zone } from '../gateway/violations/zone.ts'
import type { GatewayOptions } from './schema.ts'
import { type Finding, type Path, type Source, valueAt } from './source.ts'

export interface Checked {
  readonly options: GatewayOptions
  readonly catalogue: RuleCatalogue
  readonly scripts: ScriptLibrary
  readonly holidays: HolidayTable
  readonly source: Source
  readonly wallMs: number
  /** Where each camera of `options` stands in the file: faulty ones were left out. */
  readonly cameraPlaces: readonly number[]
}

type ZoneRule = Zone['rules'][number]

/** In every list of things with a name, the second of a name is wrong. */
export function duplicateIds(source: Source): Finding[] {
  const look = (value: unknown, path: Path): Finding[] => {
    if (value === null || typeof value !== 'object') return []
    const inside = Object.entries(value).flatMap(([key, one]) =>
      look(one, [...path, Array.isArray(value) ? Number(key) : key]),
    )
    return Array.isArray(value) ? [...inside, ...repeated(value, path, source)] : inside
  }
  return look(source.values, [])
}

function repeated(list: readonly unknown[], path: Path, source: Source): Finding[] {
  const seen = new Set<unknown>()
  return list.flatMap((one, index) => {
    for (const key of ['id', 'personId', 'ruleId', 'rule', 'year']) {
      const id = valueAt(one, [key])
      if (id === undefined) continue
      const at = [...path, index, key]
      if (seen.has(id)) return [{ path: at, fault: fault('CONFIG_DUPLICATE_ID', shown(source, at)) }]
      seen.add(id)
      break
    }
    return []
  })
}

/**
 * Names that lead nowhere, asked of the file: a camera that was left out still exists. A permit that covers nothing
 * would let alerts through where people may trade.
 */
export function unknownIds(source: Source): Finding[] {
  const cameras = names(source, ['cameras'], 'id')
  const zones = listAt(source, ['cameras']).flatMap((_, at) => names(source, ['cameras', at, 'zones'], 'id'))
  const shops = listAt(source, ['cameras']).flatMap((_, at) =>
    names(source, ['cameras', at, 'zones'], 'shopId'),
  )
  const people = names(source, ['people'], 'personId')
  const unknown = (known: readonly string[], path: Path): Finding[] => {
    const name = valueAt(source.values, path)
    if (typeof name !== 'string' || known.includes(name)) return []
    const allowed = [...new Set(known)].join(' | ')
    return [{ path, fault: fault('CONFIG_UNKNOWN_ID', { ...shown(source, path), allowed }) }]
  }
  const eachIn = (path: Path, check: (path: Path) => Finding[]): Finding[] =>
    listAt(source, path).flatMap((_, index) => check([...path, index]))

  return [
    ...eachIn(['permits'], (permit) => [
      ...unknown(cameras, [...permit, 'camera']),
      ...eachIn([...permit, 'zoneIds'], (zone) => unknown(zones, zone)),
    ]),
    ...eachIn(['exemptions'], (exemption) => [
      ...unknown(cameras, [...exemption, 'scope', 'camera']),
      ...unknown(zones, [...exemption, 'scope', 'zone']),
      ...unknown(shops, [...exemption, 'scope', 'shopId']),
    ]),
    ...eachIn(['devices', 'speakers'], (speaker) =>
      eachIn([...speaker, 'cameras'], (camera) => unknown(cameras, camera)),
    ),
    ...eachIn(['devices', 'bodycams'], (bodycam) => unknown(people, [...bodycam, 'personId'])),
  ]
}

/** Thresholds may be lowered by two people who sign for it, and in test mode; otherwise the floor holds. [R18] */
export function thresholdsBeyond(checked: Checked): Finding[] {
  const { options, catalogue, wallMs, source } = checked
  const day = localDay(wallMs, options.utcOffsetMinutes)
  return eachRule(checked, (rule, path) => {
    const entry = entryOf(catalogue, rule.rule)
    if (entry === undefined) return []
    return refusals(entry, rule, options.governance, day).map(({ threshold, allowed, reason }) => {
      const at = [...path, threshold]
      const values = { ...shown(source, at), allowed, rule: rule.rule, reason }
      const code = threshold === 'minDwellSec' ? 'DWELL_BELOW_FLOOR' : 'THRESHOLD_BEYOND_BOUNDS'
      return { path: at, fault: fault(code, values) }
    })
  })
}

/** Rules that are named in a zone and that their keeper has suspended: said, not refused. [R29] */
export function rulesSuspended(checked: Checked): Finding[] {
  return eachRule(checked, ({ rule }, path) => {
    const entry = entryOf(checked.catalogue, rule)
    if (entry?.status !== 'SUSPENDED') return []
    const { version } = entry
    return [{ path, fault: fault('RULE_SUSPENDED', { ...checked.source.at(path), rule, version }) }]
  })
}

const APPROVERS_MIN = 2

/** A catalogue that is no sample is somebody's act: each entry of it was signed by two people. [R18] */
export function rulesUnapproved({ catalogue }: Checked): Finding[] {
  if (catalogue.sample) return []
  return catalogue.rules.flatMap(({ ruleId, version, approvedBy }) =>
    new Set(approvedBy).size >= APPROVERS_MIN
      ? []
      : [
          {
            path: ['rules'],
            fault: fault('RULE_UNAPPROVED', { rule: ruleId, version, count: approvedBy.length }),
          },
        ],
  )
}

/** An exemption that is over does nothing, and somebody may have forgotten it. [R16] */
export function exemptionsOver({ options, source, wallMs }: Checked): Finding[] {
  const day = localDay(wallMs, options.utcOffsetMinutes)
  return options.exemptions.flatMap(({ id, validTo }, at) => {
    if (day <= validTo) return []
    const path = ['exemptions', at, 'validTo']
    return [{ path, fault: fault('EXEMPTION_OVER', { ...source.at(path), exemption: id, until: validTo }) }]
  })
}

export function rulesWithoutBasis(checked: Checked): Finding[] {
  const { options, catalogue, source, wallMs } = checked
  const offsetMinutes = options.utcOffsetMinutes
  return eachRule(checked, ({ rule }, path, district, zone, { camera }) => {
    const entry = entryOf(catalogue, rule)
    const ground = groundFor(rule, zone, { ground: groundOf(options.schools, camera, zone) })
    const place = { districtCode: district, wallMs, offsetMinutes, ground }
    if (entry !== undefined && basisFor(entry, place) !== null) return []
    const day = localDay(wallMs, offsetMinutes)
    return [{ path, fault: fault('RULE_WITHOUT_BASIS', { ...source.at(path), rule, district, day }) }]
  })
}

/** Evidence that would be kept shorter than the law asks for. [R70] */
export function retentionTooShort({ options, source }: Checked): Finding[] {
  return belowFloor(options.retention).map(({ name, key, days, allowed, basis }) => {
    const path = ['retention', name, key]
    const values = { ...source.at(path), value: days, allowed, basis }
    return { path, fault: fault('RETENTION_BELOW_FLOOR', values) }
  })
}

/** A rung of a ladder that nobody could speak. */
export function laddersWithoutScript({ catalogue, scripts }: Checked): Finding[] {
  const known = scripts.scripts.map(({ id }) => id)
  return catalogue.rules.flatMap(({ ladder }) =>
    ladder.flatMap(({ channel, scriptId }) =>
      known.includes(scriptId) || channel === 'ONSITE'
        ? []
        : [
            {
              path: ['rules'],
              fault: fault('SCRIPT_UNKNOWN', { script: scriptId, known: known.join(', ') }),
            },
          ],
    ),
  )
}

/** A rule about permits where no permitted point can be seen: it would watch for nothing, and says so. [R81] */
export function rulesWithoutPoint(checked: Checked): Finding[] {
  const { permits } = checked.options
  return eachRule(checked, ({ rule }, path, _district, _zone, { cameraId, zones }) => {
    if (rule !== 'permit-overtime' && rule !== 'permit-overreach') return []
    const seen = permits.some(
      ({ camera, zoneIds }) =>
        (camera === undefined || camera === cameraId) &&
        (zoneIds.length === 0 || zones.some(({ id }) => zoneIds.includes(id))),
    )
    if (seen) return []
    return [{ path, fault: fault('RULE_WITHOUT_POINT', { ...checked.source.at(path), rule }) }]
  })
}

/** So many days before New Year the coming year's holidays are announced and wanted. */
const AHEAD_DAYS = 30
const DAY_MS = 86_400_000

/** A year whose holidays nobody entered: then weekdays alone are known, and somebody should enter them. */
export function daysUnknown({ options, holidays, wallMs }: Checked): Finding[] {
  const calendar = new Calendar(options.calendar, holidays)
  const days = [wallMs, wallMs + AHEAD_DAYS * DAY_MS].map((atMs) => localDay(atMs, options.utcOffsetMinutes))
  const years = new Set(days.filter((day) => !calendar.knows(day)).map((day) => day.slice(0, 4)))
  return [...years].map((year) => {
    const values = { year, calendar: holidays.calendar, version: holidays.version }
    return { path: ['calendar', 'holidays'], fault: fault('HOLIDAYS_UNKNOWN', values) }
  })
}

/** A rule in a zone that is not drawn for it: it does not run there. */
export function rulesMisplaced(checked: Checked): Finding[] {
  return eachRule(checked, ({ rule }, path, _district, zone) => {
    const reason = misplaced(rule, zone)
    if (reason === null) return []
    return [{ path, fault: fault('RULE_MISPLACED', { ...checked.source.at(path), rule, reason }) }]
  })
}

interface Picture {
  readonly camera: { readonly lon?: number | undefined; readonly lat?: number | undefined }
  readonly cameraId: string | null
  readonly zones: readonly Zone[]
}

/** Rules of fixed cameras and of body-cams, each with the division its pictures come from. */
function eachRule(
  { options, cameraPlaces }: Checked,
  check: (rule: ZoneRule, path: Path, district: string, zone: Zone, picture: Picture) => Finding[],
): Finding[] {
  const inZones = (picture: Picture, path: Path, district: string) =>
    picture.zones.flatMap((zone, zoneAt) =>
      zone.rules.flatMap((rule, at) =>
        check(rule, [...path, 'zones', zoneAt, 'rules', at], district, zone, picture),
      ),
    )
  return [
    ...options.cameras.flatMap((camera, at) => {
      const { id: cameraId, zones, jurisdictionCode = options.region } = camera
      return inZones({ camera, cameraId, zones }, ['cameras', cameraPlaces[at]!], jurisdictionCode)
    }),
    ...options.devices.bodycams.flatMap(({ zones = [] }, at) =>
      inZones({ camera: {}, cameraId: null, zones }, ['devices', 'bodycams', at], options.region),
    ),
  ]
}

function shown(source: Source, path: Path): { file: string; line: number; path: string; value: string } {
  return { ...source.at(path), value: source.show(path) }
}

function listAt(source: Source, path: Path): readonly unknown[] {
  const list = valueAt(source.values, path)
  return Array.isArray(list) ? list : []
}

function names(source: Source, path: Path, key: string): string[] {
  return listAt(source, path).map((one) => String(valueAt(one, [key])))
}
