/** Acts sealed by a real keeper, with lives that a test decides, and a purger over them. */
import type { EvidenceKeeper } from '../../gateway/evidence/keeper.ts'
import { type PurgeParts, Purger } from '../../gateway/evidence/purge.ts'
import { type EventLife, RetentionOptions } from '../../gateway/evidence/retention.ts'
import { openSigner } from '../../gateway/evidence/seal.ts'
import { silentLog } from '../../gateway/kit/log.ts'
import { START_WALL_MS } from './evidence-footage.ts'

export const DAY_MS = 86_400_000
export const CLOSED_MS = START_WALL_MS + 3_600_000
export const CLOSED: EventLife = {
  ...{ closedAtMs: CLOSED_MS, rejected: false, hasCase: false },
  ...{ caseOpen: false, incident: false, held: false },
}

export interface Lives {
  readonly lives: Map<string, EventLife>
  readonly owed: Set<string>
  nowMs: number
}

export const livesOf = (...eventIds: string[]): Lives => ({
  lives: new Map(eventIds.map((id) => [id, CLOSED])),
  owed: new Set(),
  nowMs: CLOSED_MS + 91 * DAY_MS,
})

export async function openPurger(keeper: EvidenceKeeper, lives: Lives, more: Partial<PurgeParts> = {}) {
  return Purger.open({
    vault: keeper.vault,
    signer: await openSigner(keeper.vault.keys),
    producer: { site: 'nanjing-road', gateway: 'gw-01' },
    options: () => RetentionOptions.parse({}),
    ruleVersion: () => 'sha256:config',
    head: () => keeper.head,
    lifeOf: (eventId) => lives.lives.get(eventId) ?? null,
    isOwed: (packageId) => lives.owed.has(packageId),
    clock: { wallMs: () => lives.nowMs, monotonicMs: () => lives.nowMs },
    log: silentLog,
    ...more,
  })
}
