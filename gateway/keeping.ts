/**
 * What watches over evidence once it is sealed, put together: how long it is kept, and the heads that are signed of who
 * looked at it.
 */
import { AccessAnchor } from './access-anchor.ts'
import type { AccessLog } from './http/access-log.ts'
import type { Closing } from './kit/closing.ts'
import type { Office } from './office.ts'
import { Retention, type RetentionParts } from './retention.ts'

export type KeepingParts = RetentionParts & {
  readonly folder: string
  readonly office: Office
  readonly accessLog: AccessLog
}

export interface Keeping {
  readonly retention: Retention
  start(): void
}

export async function openKeeping(parts: KeepingParts, closing: Closing): Promise<Keeping> {
  const retention = closing.own(await Retention.open(parts))
  const { offsetMinutes } = parts.office
  const anchor = closing.own(await AccessAnchor.open({ ...parts, offsetMinutes }))
  return {
    retention,
    start() {
      retention.start()
      anchor.start()
    },
  }
}
