/**
 * What must hold between sections, one function each: ids are unique, references lead somewhere, thresholds keep
 * the catalogue's floors, every watched rule has a legal basis where its camera hangs.
 */
import { localDay } from '../gateway/kit/calendar.ts'
import { fault } from '../gateway/kit/errors.ts'
import {
  basisFor,
  entryOf,
  misplaced,
  type RuleCatalogue,
  SUPPORTED_RULES,
} from '../gateway/violations/catalogue.ts'
import type { Zone } from '../gateway/violations/zone.ts'
import type { GatewayOptions } from './schema.ts'
import { type Finding, type Path, pathText, type Source, valueAt } from './source.ts'

export interface Checked {
  readonly options: GatewayOptions
  readonly catalogue: RuleCatalogue
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
    for (const key of ['id', 'personId', 'ruleId', 'rule']) {
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
    ...eachIn(['devices', 'speakers'], (speaker) =>
      eachIn([...speaker, 'cameras'], (camera) => unknown(cameras, camera)),
    ),
    ...eachIn(['devices', 'bodycams'], (bodycam) => unknown(people, [...bodycam, 'personId'])),
  ]
}

/** Thresholds may be lowered by two people who sign for it, and in test mode; otherwise the floor holds. */
export function dwellsBelowFloor(checked: Checked): Finding[] {
  return eachRule(checked, (rule, path) => {
    const low = lowDwell(rule, checked)
    if (low === null) return []
    const at = [...path, 'minDwellSec']
    const values = {
      ...shown(checked.source, at),
      allowed: `≥ ${low.floorSec}`,
      rule: rule.rule,
      reason: low.reason,
    }
    return [{ path: at, fault: fault('DWELL_BELOW_FLOOR', values) }]
  })
}

/** The floor that a rule of a zone undercuts without leave, and why it has none; null when all is well. */
export function lowDwell(
  { rule, minDwellSec, approval }: ZoneRule,
  { options, catalogue, wallMs }: Pick<Checked, 'options' | 'catalogue' | 'wallMs'>,
): { floorSec: number; reason: string } | null {
  const floorSec = entryOf(catalogue, rule)?.minDwellSec.floor
  if (options.governance.mode === 'test' || floorSec === undefined) return null
  if (minDwellSec === undefined || minDwellSec >= floorSec) return null
  const named = options.governance.approvals.find((one) => one.id === approval)
  if (named === undefined) return { floorSec, reason: `approval: ${approval ?? 'none'}` }
  const over = named.until < localDay(wallMs, options.utcOffsetMinutes)
  return over ? { floorSec, reason: `approval: ${named.id}, until ${named.until}` } : null
}

export function rulesWithoutBasis(checked: Checked): Finding[] {
  const { options, catalogue, source, wallMs } = checked
  const offsetMinutes = options.utcOffsetMinutes
  return eachRule(checked, ({ rule }, path, district) => {
    const entry = entryOf(catalogue, rule)
    if (entry !== undefined && basisFor(entry, { districtCode: district, wallMs, offsetMinutes })) return []
    const day = localDay(wallMs, offsetMinutes)
    return [{ path, fault: fault('RULE_WITHOUT_BASIS', { ...source.at(path), rule, district, day }) }]
  })
}

/** Named, not refused: a rule that this build cannot judge is never silently blind. */
export function rulesUnsupported(checked: Checked): Finding[] {
  return eachRule(checked, ({ rule }, path) =>
    SUPPORTED_RULES.has(rule)
      ? []
      : [{ path, fault: fault('RULE_UNSUPPORTED', { path: pathText(path), rule }) }],
  )
}

/** A rule in a zone that is not drawn for it: it does not run there. */
export function rulesMisplaced(checked: Checked): Finding[] {
  return eachRule(checked, ({ rule }, path, _district, zone) => {
    const reason = misplaced(rule, zone)
    if (reason === null) return []
    return [{ path, fault: fault('RULE_MISPLACED', { ...checked.source.at(path), rule, reason }) }]
  })
}

/** Rules of fixed cameras and of body-cams, each with the division its pictures come from. */
function eachRule(
  { options, cameraPlaces }: Checked,
  check: (rule: ZoneRule, path: Path, district: string, zone: Zone) => Finding[],
): Finding[] {
  const inZones = (zones: readonly Zone[], path: Path, district: string) =>
    zones.flatMap((zone, zoneAt) =>
      zone.rules.flatMap((rule, at) => check(rule, [...path, 'zones', zoneAt, 'rules', at], district, zone)),
    )
  return [
    ...options.cameras.flatMap(({ zones, jurisdictionCode }, at) =>
      inZones(zones, ['cameras', cameraPlaces[at]!], jurisdictionCode ?? options.region),
    ),
    ...options.devices.bodycams.flatMap(({ zones = [] }, at) =>
      inZones(zones, ['devices', 'bodycams', at], options.region),
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
