/**
 * What records of a rule at a camera may be at most, and the facts that their quality is measured on.
 *
 *     camera's registration ─┐
 *     authorisations         ┼─▶ caps, for the days of the act          place, device, clock, view ─▶ facts
 *     governance             ─┘
 */
import type { Config } from '../config/loader.ts'
import type { CameraOptions } from '../config/schema.ts'
import {
  authorisationFor,
  type Capability,
  capabilityOf,
  type Days,
  deviceCaps,
} from './evidence/capability.ts'
import type { AssessedFacts, DeviceRecord } from './evidence/quality/facts.ts'
import type { Outlook } from './frames/outlook.ts'
import { localDay } from './kit/calendar.ts'
import type { WatchedRule } from './violations/catalogue.ts'
import type { ActTimes } from './violations/event-book.ts'

export interface Standing {
  readonly caps: readonly string[]
  readonly assessed: Omit<AssessedFacts, 'due' | 'minPixels' | 'clipBeforeSec'>
}

/** Beyond a second nobody may call the time of a record right (GA/T 832), whatever the alarm is set to. */
const CLOCK_OFFSET_MS_MAX = 1_000

export function standingOf(
  config: Config,
  camera: CameraOptions,
  { outlook, isOff }: { readonly outlook: Outlook | null; readonly isOff: boolean },
  { ruleId }: Pick<WatchedRule, 'ruleId'>,
  { startWallMs, nowWallMs, endWallMs }: ActTimes,
): Standing {
  const day = (wallMs: number) => localDay(wallMs, config.utcOffsetMinutes)
  const days: Days = { from: day(startWallMs), to: day(endWallMs ?? nowWallMs) }
  const authorisation = authorisationFor(
    config.evidence.authorisations,
    ruleId,
    districtOf(config, camera),
    days,
  )
  return {
    caps: [
      ...deviceCaps(camera, days),
      ...(authorisation === null ? ['NO_AUTHORISATION_RECORD'] : []),
      ...(config.governance.mode === 'test' ? ['TEST_MODE'] : []),
      // Zones may lie wrong: what happened where is to be looked at by people.
      ...(isOff ? ['CAMERA_MOVED'] : []),
    ],
    assessed: {
      place: placeOf(camera),
      device: deviceOf(camera),
      authorisationRef: authorisation === null ? null : `${authorisation.issuedBy} ${authorisation.ref}`,
      configVersion: config.configVersion,
      analysedSame: camera.analysisUrl === undefined,
      clockOffsetMsMax: Math.min(CLOCK_OFFSET_MS_MAX, config.clock.offsetMsMax),
      outlook,
    },
  }
}

/** What a camera's best record could be on a day; shown by `check`, `doctor` and the cameras' list. */
export function cameraCapability(config: Config, camera: CameraOptions, wallMs: number): Capability {
  return capabilityOf({
    camera,
    districtCode: districtOf(config, camera),
    authorisations: config.evidence.authorisations,
    hasTimeServer: config.clock.server !== undefined,
    isTest: config.governance.mode === 'test',
    day: localDay(wallMs, config.utcOffsetMinutes),
  })
}

function districtOf({ region }: Config, { jurisdictionCode }: CameraOptions): string {
  return jurisdictionCode ?? region
}

function placeOf({ name, address, lon, lat }: CameraOptions): AssessedFacts['place'] {
  return { name: name ?? null, address: address ?? null, lon: lon ?? null, lat: lat ?? null }
}

function deviceOf(camera: CameraOptions): DeviceRecord {
  return {
    legalReviewNo: camera.legalReviewNo ?? null,
    technicalReviewNo: camera.technicalReviewNo ?? null,
    reviewValidUntil: camera.reviewValidUntil ?? null,
    locationPublishedAt: camera.locationPublishedAt ?? null,
    locationPublishedRef: camera.locationPublishedRef ?? null,
    signagePhotoRef: camera.signagePhotoRef ?? null,
  }
}
