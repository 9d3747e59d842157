/**
 * What the box says of itself: its birth to the platform, how each camera is, how it fares.
 */
import { statfsSync } from 'node:fs'
import type { Config } from '../config/loader.ts'
import type { ClockWatch } from '../devices/clock/clock-watch.ts'
import type { CameraStatus } from '../devices/device.ts'
import type { AlertDesk } from './alerts/desk.ts'
import type { People } from './alerts/roster.ts'
import type { Delivering } from './delivering.ts'
import type { Eyes } from './detections/eyes.ts'
import { statementsIn } from './evidence/revocation-check.ts'
import type { Signer } from './evidence/seal.ts'
import { type Clock, isoTime } from './kit/clock.ts'
import type { Birth } from './mqtt/messages.ts'
import type { MqttLink } from './mqtt/publisher.ts'
import type { Outbox } from './outbox/outbox.ts'
import type { Retention } from './retention.ts'
import type { SetupDesk } from './setup-desk.ts'
import type { Street } from './street.ts'
import type { Health } from './telemetry/health.ts'
import { watchedRules } from './violations/catalogue.ts'
import { groundOf } from './violations/school.ts'

interface Box {
  readonly config: Config
  readonly version: string
  readonly clock: Clock
}

export function birthOf(box: Box, signer: Signer, eyes: Eyes, clockWatch: ClockWatch): Birth {
  const { config, version, clock } = box
  const wallMs = clock.wallMs()
  const { offsetMs, source } = clockWatch.facts()
  return {
    version,
    cameras: config.cameras.map((camera) => {
      const place = {
        districtCode: camera.jurisdictionCode ?? config.region,
        ...{ wallMs, offsetMinutes: config.utcOffsetMinutes },
      }
      const rules = camera.zones.flatMap((zone) => {
        const there = { ...place, ground: groundOf(config.schools, camera, zone) }
        return watchedRules(config.catalogue, zone, there, eyes.roles, config.governance)
      })
      return {
        id: camera.id,
        name: camera.name ?? camera.id,
        rules: [...new Set(rules.map((one) => one.ruleId))],
      }
    }),
    configVersion: config.configVersion,
    catalogVersion: config.catalogVersion,
    modelDigest: eyes.modelDigest,
    publicKey: signer.publicKeyPem,
    ...(signer.sm2 === null ? {} : { sm2PublicKey: signer.sm2.publicKeyPem }),
    revokedKeys: statementsIn(signer.revocations).map(({ keyId, revokedAt, reason }) => ({
      ...{ keyId, revokedAt, reason },
    })),
    clock: { offsetMs, source },
  }
}

function cameraMessage(status: CameraStatus, sinceMs: number, config: Config) {
  const { state, mode, code, analysedSec, owedSec } = status
  const since = isoTime(sinceMs, config.utcOffsetMinutes)
  return { state, since, mode: state === 'online' ? mode : null, code, analysedSec, owedSec }
}

/** Who hears what of the street. */
export function hearersOf(config: Config, link: MqttLink, setup: SetupDesk, forget: () => void) {
  return {
    onView: () => link.publishStatus(),
    onCommissioned: (...learnt: Parameters<SetupDesk['commissioned']>) => void setup.commissioned(...learnt),
    onStatus: (id: string, status: CameraStatus, sinceMs: number) =>
      link.publishCameraStatus(id, cameraMessage(status, sinceMs, config)),
    onOther: () => {
      forget()
      link.publishBirth()
    },
  }
}

/** What is not as it should be although the box works on. */
export const troublesOf = (
  retention: Pick<Retention, 'degraded'>,
  people: Pick<People, 'degraded'>,
  street: Pick<Street, 'degraded'>,
) => [...retention.degraded(), ...people.degraded(), ...street.degraded()]

interface HealthParts {
  readonly street: Street
  readonly outbox: Outbox
  readonly desk: AlertDesk
  readonly eyes: Eyes
  readonly link: MqttLink
  readonly delivering: Delivering
  readonly feedsOpen: () => number
}

export function healthOf(folder: string, parts: HealthParts): Health {
  const inference = parts.eyes.stats()
  const disk = statfsSync(folder)
  const delivery = parts.delivering.delivery()
  return {
    cameras: parts.street.health(),
    outboxDepth: parts.outbox.state().depth,
    inferenceRuns: inference.runs,
    inferenceSec: inference.runSec,
    inferenceDropped: inference.dropped,
    acts: parts.street.acts(),
    alertsRaised: parts.desk.counts().reduce((sum, { count }) => sum + count, 0),
    brokerConnected: parts.link.state.connected,
    feedsOpen: parts.feedsOpen(),
    evidenceOwed: delivery.owed,
    evidenceOldestSec: delivery.oldestOwedSec,
    evidenceDelivered: delivery.delivered,
    evidenceRefused: delivery.refused,
    evidenceSentBytes: delivery.sentBytes,
    evidenceResentBytes: delivery.resentBytes,
    diskFreeBytes: disk.bavail * disk.bsize,
  }
}
