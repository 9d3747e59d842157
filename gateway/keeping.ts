/**
 * What watches over evidence once it is sealed, put together: how long it is kept, who looked at it, and the heads that
 * are signed of that.
 */
import type { Config } from '../config/loader.ts'
import { AccessAnchor, unitOf } from './access-anchor.ts'
import type { EvidenceKeeper } from './evidence/keeper.ts'
import type { Signer } from './evidence/seal.ts'
import type { SpaceWatch } from './evidence/space.ts'
import { AccessLog } from './http/access-log.ts'
import type { Clock } from './kit/clock.ts'
import type { Closing } from './kit/closing.ts'
import type { Log } from './kit/log.ts'
import type { Office } from './office.ts'
import { Retention, type RetentionParts } from './retention.ts'

interface Box {
  config: Config
  readonly folder: string
  readonly log: Log
  readonly clock: Clock
  readonly closing: Closing
}

type Parts = Omit<RetentionParts, 'config' | 'office' | 'clock' | 'log'> & {
  readonly office: Office
  readonly evidence: EvidenceKeeper
  readonly signer: Signer
  readonly space: SpaceWatch
}

export interface Keeping {
  readonly retention: Retention
  readonly accessLog: AccessLog
  start(): void
}

export async function openKeeping(box: Box, parts: Parts): Promise<Keeping> {
  const { folder, clock, log, closing } = box
  const { database, office, signer } = parts
  const config = () => box.config
  const retention = closing.own(await Retention.open({ ...parts, config, clock, log }))
  const accessLog = new AccessLog({ database, clock, unitOf: (name) => unitOf(office, name) })
  const { offsetMinutes } = office
  const anchor = closing.own(
    await AccessAnchor.open({ folder, accessLog, signer, offsetMinutes, clock, log }),
  )
  return {
    retention,
    accessLog,
    start() {
      retention.start()
      anchor.start()
    },
  }
}
