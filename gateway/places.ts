/**
 * What holds at a place of one camera's picture at an instant: hours, permits, exemptions, schools.
 *
 *     zone, rule, foot, time ─▶ out of its hours │ permitted │ exempt ─▶ silence, and why
 *     foot, feet, time       ─▶ how it stands to the nearest permitted point
 *     zone, foot             ─▶ metres to a school gate; ground that counts as at the gate
 *
 * [R16, R20, R81]
 */
import type { Config } from '../config/loader.ts'
import type { CameraOptions } from '../config/schema.ts'
import { assert } from './kit/assert.ts'
import { Calendar } from './kit/calendar.ts'
import { isoTime } from './kit/clock.ts'
import { metresApart } from './kit/earth.ts'
import type { Point } from './kit/geometry.ts'
import { derivedUlid } from './kit/ids.ts'
import type { RuleId } from './violations/event.ts'
import { type Exemption, exemptionFor, type SuppressedAct } from './violations/exemption.ts'
import type { Silence } from './violations/hushed.ts'
import type { HushedAct } from './violations/judge.ts'
import { type PermittedPoint, permitSight, permittedAt } from './violations/permit.ts'
import type { PermitAnswer } from './violations/permit-watch.ts'
import { silencing, TRADES } from './violations/rules/index.ts'
import { distanceToSchoolM, groundOf } from './violations/school.ts'
import { inForce, type Moment, type Zone } from './violations/zone.ts'

interface Asked {
  readonly zoneId: string
  readonly ruleId: RuleId
  readonly foot: Point
  readonly wallMs: number
}

export class Places {
  readonly #config: Config
  readonly #camera: CameraOptions
  readonly #at: (wallMs: number) => Moment
  /** Permits to trade: what an act of trade is held against. */
  readonly #trading: readonly PermittedPoint[]
  readonly #nearestOnMap: string | null

  constructor(config: Config, camera: CameraOptions) {
    this.#config = config
    this.#camera = camera
    const parts = {
      offsetMinutes: config.utcOffsetMinutes,
      calendar: new Calendar(config.calendar, config.holidays),
    }
    this.#at = (wallMs) => ({ wallMs, ...parts })
    this.#trading = config.permits.filter(({ rules }) => rules.some((rule) => TRADES.includes(rule)))
    this.#nearestOnMap = nearestOnMap(this.#trading, camera)
  }

  /** Nothing is told outside the zone's hours, inside a permit of the rule or of one watched here that covers it, or exempt. */
  silenced({ zoneId, ruleId, foot, wallMs }: Asked): Silence | null {
    const { permits, exemptions } = this.#config
    const zone = this.#zone(zoneId)
    const moment = this.#at(wallMs)
    if (!inForce(zone, moment)) return 'hours'
    const query = { cameraId: this.#camera.id, zoneId, foot, zones: this.#camera.zones, ...moment }
    const watched = zone.rules.map(({ rule }) => rule)
    const covering = silencing(ruleId).filter((rule) => watched.includes(rule))
    if (covering.some((rule) => permittedAt(permits, { ...query, ruleId: rule }) !== null)) return 'permit'
    return exemptionFor(exemptions, { cameraId: this.#camera.id, zone, ruleId, ...moment }) && 'exemption'
  }

  permit(foot: Point, feet: () => readonly Point[], wallMs: number): PermitAnswer {
    const { id: cameraId, zones } = this.#camera
    if (this.#trading.length === 0) return { sight: null, nearestPointId: null }
    const sight = permitSight(this.#trading, { cameraId, zones, foot, feet: feet(), ...this.#at(wallMs) })
    return { sight, nearestPointId: sight?.permit.id ?? this.#nearestOnMap }
  }

  /** What an exemption keeps from being told, for the record. */
  suppressed({ zoneId, ruleId, box, startMs, nowMs, wallMs }: HushedAct): SuppressedAct {
    const { id: cameraId } = this.#camera
    const { exemptions, utcOffsetMinutes, configVersion } = this.#config
    const zone = this.#zone(zoneId)
    const exemption = exemptionFor(exemptions, { cameraId, zone, ruleId, ...this.#at(wallMs) })
    assert(exemption !== null, 'the judge was told that it is exempt')
    const startWallMs = wallMs - (nowMs - startMs)
    return {
      suppressedId: derivedUlid(startWallMs, 'suppressed', cameraId, zoneId, ruleId, exemption.id),
      ...{ cameraId, zoneId, ruleId, box },
      startedAt: isoTime(startWallMs, utcOffsetMinutes),
      at: isoTime(wallMs, utcOffsetMinutes),
      ...wordsOf(exemption),
      configVersion,
    }
  }

  /** Metres from where an act stands to the nearest school gate; null when nothing is known. */
  distanceToSchoolM(zoneId: string, foot: Point): number | null {
    return distanceToSchoolM(this.#config.schools, { camera: this.#camera, zone: this.#zone(zoneId), foot })
  }

  /** What the ground is: a stall near a school gate stands at the gate, unless its ground is graver still. */
  groundType(zoneId: string, ruleId: RuleId, foot: Point): Zone['type'] {
    const zone = this.#zone(zoneId)
    return TRADES.includes(ruleId) ? groundOf(this.#config.schools, this.#camera, zone, foot) : zone.type
  }

  #zone(zoneId: string): Zone {
    const zone = this.#camera.zones.find(({ id }) => id === zoneId)
    assert(zone !== undefined, 'the judge asks about zones that it was given')
    return zone
  }
}

function wordsOf({ id, reason, approvedBy, validTo }: Exemption) {
  return { exemptionId: id, reason, approvedBy, validTo }
}

function nearestOnMap(permits: readonly PermittedPoint[], { lon, lat }: CameraOptions): string | null {
  if (lon === undefined || lat === undefined) return null
  const away = permits.flatMap((permit) =>
    permit.lon === undefined || permit.lat === undefined
      ? []
      : { id: permit.id, metres: metresApart({ lon: permit.lon, lat: permit.lat }, { lon, lat }) },
  )
  return away.sort((a, b) => a.metres - b.metres)[0]?.id ?? null
}
