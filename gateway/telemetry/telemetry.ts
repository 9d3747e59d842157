/**
 * Reporting: health as it is when Prometheus asks, and as points in time for InfluxDB.
 *
 *     source ─┬─ asked ─────────▶ Metrics ─▶ /metrics
 *             └─ every interval ─▶ points ─▶ Spool ─▶ InfluxWriter     away: points wait, the oldest go
 */
import type { Clock } from '../kit/clock.ts'
import { fault, reasonOf } from '../kit/errors.ts'
import type { Log } from '../kit/log.ts'
import type { HealthSource } from './health.ts'
import { InfluxWriter, type Point } from './influx.ts'
import { Metrics } from './metrics.ts'
import type { TelemetryOptions } from './options.ts'
import { Spool } from './spool.ts'

/** One request stays around 1 MB. */
const BATCH_MAX = 5000

export interface TelemetryParts {
  readonly options: TelemetryOptions
  readonly source: HealthSource
  readonly site: string
  readonly gateway: string
  readonly clock: Clock
  readonly log: Log
}

export class Telemetry {
  readonly metrics: Metrics
  readonly #parts: TelemetryParts
  readonly #spool: Spool<Point>
  readonly #writer: InfluxWriter | null
  #timer: NodeJS.Timeout | null = null
  #writing: Promise<void> | null = null
  #away = false
  #droppedTold = 0

  constructor(parts: TelemetryParts) {
    const { options, source } = parts
    this.#parts = parts
    this.#spool = new Spool(options.spoolMax)
    this.#writer = options.influx ? new InfluxWriter(options.influx, options.writeWithinMs) : null
    this.metrics = new Metrics(source)
    this.metrics.addGauge('telemetry_waiting', 'Points waiting for InfluxDB.', () => this.#spool.waiting)
    this.metrics.addGauge(
      'telemetry_dropped',
      'Points dropped while InfluxDB was away.',
      () => this.#spool.dropped,
    )
  }

  get state(): { waiting: number; dropped: number; away: boolean } {
    return { waiting: this.#spool.waiting, dropped: this.#spool.dropped, away: this.#away }
  }

  start(): void {
    if (this.#writer)
      this.#timer = setInterval(() => void this.report(), this.#parts.options.intervalSec * 1000)
  }

  /** One point of each camera and of the box, and everything that waits is sent. */
  async report(): Promise<void> {
    if (!this.#writer) return
    this.#spool.push(this.#points())
    this.#writing ??= this.#drain(this.#writer).finally(() => {
      this.#writing = null
    })
    await this.#writing
  }

  async close(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer)
    await this.#writing
  }

  async #drain(writer: InfluxWriter): Promise<void> {
    try {
      while (this.#spool.waiting > 0) {
        const { entries, upTo } = this.#spool.batch(BATCH_MAX)
        if (await writer.write(entries)) this.#spool.settle(upTo)
        else this.#spool.drop(upTo)
      }
      this.#tellBack()
    } catch (error) {
      this.#tellAway(error)
    }
  }

  /** Told once when it goes away, not every interval. */
  #tellAway(error: unknown): void {
    if (this.#away) return
    this.#away = true
    const { options, log } = this.#parts
    const values = { url: options.influx?.url, waiting: this.#spool.waiting, spoolMax: options.spoolMax }
    const problem = fault('INFLUX_UNREACHABLE', { ...values, reason: reasonOf(error) }, error)
    log.warn({ code: problem.code }, problem.message)
  }

  #tellBack(): void {
    const { log } = this.#parts
    if (this.#away) log.info('InfluxDB takes points again')
    this.#away = false
    const dropped = this.#spool.dropped - this.#droppedTold
    this.#droppedTold = this.#spool.dropped
    if (dropped === 0) return
    const problem = fault('INFLUX_DROPPED', { dropped })
    log.warn({ code: problem.code }, problem.message)
  }

  #points(): Point[] {
    const { source, site, gateway, clock } = this.#parts
    const { cameras, acts, ...box } = source.health()
    const timestamp = new Date(clock.wallMs())
    const total = Object.values(acts).reduce((sum, count) => sum + count, 0)
    const memory = process.memoryUsage.rss()
    const fields = {
      ...box,
      brokerConnected: Number(box.brokerConnected),
      acts: total,
      residentBytes: memory,
    }
    return [
      { measurement: 'lushao_box', tags: { site, gateway }, fields, timestamp },
      ...cameras.map(({ id, status, mode, ...counts }) => ({
        measurement: 'lushao_camera',
        tags: { site, gateway, camera: id },
        fields: { ...counts, online: Number(status === 'online'), status, mode: mode ?? 'none' },
        timestamp,
      })),
    ]
  }
}
