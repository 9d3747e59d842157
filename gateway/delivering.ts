/**
 * Evidence on its way to the platform: the book of what is owed, and whichever way leads there.
 *
 *     sealed ─▶ book ─▶ uploader (tus)                            ─▶ receipt ─▶ delivered
 *                  └──▶ parts (MQTT), where there is no HTTP path ─┘
 *                       grants: the platform fetches
 *
 * The book is made good from the disk at every start: a package that was sealed the moment before the power went is
 * owed like every other.
 */
import type { Config } from '../config/loader.ts'
import type { Vault } from './evidence/vault.ts'
import type { AccessLog } from './http/access-log.ts'
import { Grants } from './http/grants.ts'
import type { DeliveryView } from './http/views.ts'
import { Calendar } from './kit/calendar.ts'
import type { Clock } from './kit/clock.ts'
import type { Database } from './kit/database.ts'
import { fault, isFault } from './kit/errors.ts'
import type { Log } from './kit/log.ts'
import { evidenceHandlers } from './mqtt/evidence-commands.ts'
import { EvidenceParts } from './mqtt/evidence-parts.ts'
import { type Consignment, Deliveries } from './outbox/deliveries.ts'
import { Uploader } from './outbox/uploader.ts'
import { withinHours } from './violations/zone.ts'

const WATCH_MS = 60_000

export type DeliveringConfig = Pick<
  Config,
  'site' | 'gateway' | 'delivery' | 'calendar' | 'holidays' | 'utcOffsetMinutes'
>

export interface DeliveringParts {
  readonly config: () => DeliveringConfig
  readonly database: Database
  readonly vault: Vault
  readonly accessLog: AccessLog
  /** The one place that hears of a delivery, in its transaction. */
  readonly onDelivered: (consignment: Consignment) => void
  /** By a grant. */
  readonly onFetched: (packageId: string, requester: string, purpose: string) => void
  readonly clock: Clock
  readonly log: Log
}

export class Delivering {
  readonly deliveries: Deliveries
  readonly grants: Grants
  readonly parts: EvidenceParts
  readonly #uploader: Uploader | null
  readonly #parts: DeliveringParts
  #timer: NodeJS.Timeout | null = null
  #isLate = false

  constructor(parts: DeliveringParts) {
    const { config, database, vault, accessLog, onFetched, clock, log } = parts
    const { delivery: options, site, gateway } = config()
    this.#parts = parts
    this.deliveries = new Deliveries(database, clock)
    this.deliveries.onDelivered(parts.onDelivered)
    const common = { options, deliveries: this.deliveries, vault, clock, log }
    const { url } = options
    this.#uploader =
      url === undefined
        ? null
        : new Uploader({
            ...{ ...common, options: { ...options, url }, source: `/ume/${site}/${gateway}` },
            isHour: (wallMs) => this.#isHour(wallMs),
          })
    this.parts = new EvidenceParts({ ...common, isWanted: () => this.#wantsParts() })
    const { fetchUrl, grantMaxMin } = options
    const limits = { fetchUrl, ttlMaxSec: grantMaxMin * 60 }
    this.grants = new Grants({ database, accessLog, vault, onFetched, ...limits, clock, log })
  }

  get handlers() {
    const { deliveries, grants, parts } = this
    return evidenceHandlers({ deliveries, grants, evidenceParts: parts })
  }

  /** It must not be purged. Where there is no way to the platform nobody waits for it. */
  isOwed(packageId: string): boolean {
    return (this.#uploader !== null || this.#wantsParts()) && this.deliveries.isOwed(packageId)
  }

  /** What lies on disk and not in the book is put there. */
  async start(): Promise<void> {
    const { vault } = this.#parts
    for (const packageId of await vault.packageIds()) {
      if (this.deliveries.get(packageId) !== null) continue
      try {
        this.deliveries.note(await vault.read(packageId))
      } catch (error) {
        if (!isFault(error)) throw error
        this.#parts.log.warn({ code: error.code, ...error.values }, error.message)
      }
    }
    this.#uploader?.start()
    this.#watch()
    this.#timer = setInterval(() => this.#watch(), WATCH_MS)
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    await this.#uploader?.close()
    await this.parts.close()
  }

  delivery(): DeliveryView {
    const counters = this.#uploader?.counters
    const sentBytes = (counters?.sentBytes ?? 0) + this.parts.counters.bytes
    return {
      ...this.deliveries.state(),
      way: this.#wantsParts() ? 'parts' : this.#uploader === null ? 'none' : 'upload',
      sentBytes,
      resentBytes: counters === undefined ? 0 : Math.max(0, counters.sentBytes - counters.arrivedBytes),
      trouble: this.#uploader?.trouble ?? null,
    }
  }

  #wantsParts(): boolean {
    const { enabled, unreachableMin } = this.#parts.config().delivery.parts
    if (!enabled || this.#uploader === null) return enabled
    const sinceMs = this.#uploader.unreachableSinceMs
    return sinceMs !== null && this.#parts.clock.monotonicMs() - sinceMs >= unreachableMin * 60_000
  }

  #isHour(wallMs: number): boolean {
    const { delivery, calendar, holidays, utcOffsetMinutes: offsetMinutes } = this.#parts.config()
    if (delivery.hours.length === 0) return true
    const moment = { wallMs, offsetMinutes, calendar: new Calendar(calendar, holidays) }
    return withinHours({ windows: delivery.hours }, moment)
  }

  /** Raised once, lowered when half of the age is gone; without a way to the platform nobody waits. */
  #watch(): void {
    if (this.#uploader === null && !this.#wantsParts()) return
    const { owed, oldestOwedSec } = this.deliveries.state()
    const ageHours = oldestOwedSec / 3_600
    const share = owed === 0 ? 0 : ageHours / this.#parts.config().delivery.alarmAgeHours
    if (share >= 1 && !this.#isLate) {
      const found = fault('DELIVERY_BACKLOG', { owed, ageHours: Math.round(ageHours * 10) / 10 })
      this.#parts.log.warn({ code: found.code, ...found.values }, found.message)
    }
    this.#isLate = share >= 1 || (this.#isLate && share >= 0.5)
  }
}
