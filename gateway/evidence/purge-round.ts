/** What came of one go of purging: how many were looked at, how many went, and why the others stay. */
import type { PurgeRefusal } from './retention.ts'

export interface PurgeRound {
  readonly looked: number
  readonly removed: number
  readonly bytes: number
  /** Why the others stay, by refusal. */
  readonly stayed: Readonly<Partial<Record<PurgeRefusal, number>>>
}

export class Tally implements PurgeRound {
  looked = 0
  removed = 0
  bytes = 0
  readonly stayed: Partial<Record<PurgeRefusal, number>> = {}

  goes(bytes: number): void {
    this.looked++
    this.removed++
    this.bytes += bytes
  }

  stays(refusal: PurgeRefusal): void {
    this.looked++
    this.stayed[refusal] = (this.stayed[refusal] ?? 0) + 1
  }
}

export function added(one: PurgeRound, other: PurgeRound): PurgeRound {
  const stayed = { ...one.stayed }
  for (const [refusal, count] of Object.entries(other.stayed))
    stayed[refusal as PurgeRefusal] = (stayed[refusal as PurgeRefusal] ?? 0) + count
  return {
    looked: one.looked + other.looked,
    removed: one.removed + other.removed,
    bytes: one.bytes + other.bytes,
    stayed,
  }
}
