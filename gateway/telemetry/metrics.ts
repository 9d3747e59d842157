/**
 * Health as Prometheus text. One table says what is shown, under which name, with which labels.
 *
 *     GET /metrics ─▶ source.health() once ─▶ METRICS, row by row ─▶ text
 *
 * Values are read when asked for, never kept in step; labels come from the config (cameras) and from closed
 * lists (states), so that their number has a limit.
 */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { CameraHealth, Health, HealthSource } from './health.ts'

type Labels = Record<string, string>
interface Metric {
  readonly kind: 'counter' | 'gauge'
  readonly name: string
  readonly help: string
  readonly read: (health: Health) => readonly (readonly [Labels, number])[]
}

const perCamera = (value: (camera: CameraHealth) => number): Metric['read'] => {
  return ({ cameras }) => cameras.map((camera) => [{ camera: camera.id }, value(camera)])
}
const once = (value: (health: Health) => number): Metric['read'] => {
  return (health) => [[{}, value(health)]]
}
const metric = (kind: Metric['kind'], name: string, help: string, read: Metric['read']): Metric => ({
  kind,
  name: `lushao_${name}`,
  help,
  read,
})

const METRICS: readonly Metric[] = [
  metric('gauge', 'camera_status', '1 for the status a camera is in.', ({ cameras }) =>
    cameras.map(({ id, status }) => [{ camera: id, status }, 1]),
  ),
  metric('gauge', 'camera_mode', '1 for the mode a camera is analysed in.', ({ cameras }) =>
    cameras.flatMap(({ id, mode }) => (mode === null ? [] : [[{ camera: id, mode }, 1] as const])),
  ),
  metric(
    'counter',
    'camera_samples_total',
    'Encoded pictures read.',
    perCamera((camera) => camera.samples),
  ),
  metric(
    'counter',
    'camera_frames_total',
    'Decoded pictures looked at.',
    perCamera((camera) => camera.frames),
  ),
  metric(
    'counter',
    'camera_frames_dropped_total',
    'Decoded pictures dropped unseen.',
    perCamera((camera) => camera.framesDropped),
  ),
  metric(
    'counter',
    'camera_owed_seconds_total',
    'Media seconds that were to be analysed.',
    perCamera((camera) => camera.owedSec),
  ),
  metric(
    'counter',
    'camera_analysed_seconds_total',
    'Media seconds that were analysed.',
    perCamera((camera) => camera.analysedSec),
  ),
  metric(
    'counter',
    'camera_reconnects_total',
    'Connections made anew.',
    perCamera((camera) => camera.reconnects),
  ),
  metric(
    'counter',
    'camera_explained_total',
    'Detections explained by the baseline.',
    perCamera((camera) => camera.explained),
  ),
  metric(
    'gauge',
    'outbox_depth',
    'Messages the back end has not confirmed.',
    once((health) => health.outboxDepth),
  ),
  metric(
    'gauge',
    'broker_connected',
    '1 while the broker is connected.',
    once((health) => Number(health.brokerConnected)),
  ),
  metric(
    'counter',
    'inference_runs_total',
    'Runs of the detector.',
    once((health) => health.inferenceRuns),
  ),
  metric(
    'counter',
    'inference_seconds_total',
    'Seconds spent in the detector.',
    once((health) => health.inferenceSec),
  ),
  metric(
    'counter',
    'inference_dropped_total',
    'Pictures that gave way to a newer one.',
    once((health) => health.inferenceDropped),
  ),
  metric('gauge', 'acts', 'Acts going on, by detection state.', ({ acts }) =>
    Object.entries(acts).map(([state, count]) => [{ state }, count]),
  ),
  metric(
    'counter',
    'alerts_raised_total',
    'Alerts raised.',
    once((health) => health.alertsRaised),
  ),
  metric(
    'gauge',
    'feeds_open',
    'Consoles listening.',
    once((health) => health.feedsOpen),
  ),
  metric(
    'gauge',
    'evidence_owed_packages',
    'Evidence packages on their way to the platform.',
    once((health) => health.evidenceOwed),
  ),
  metric(
    'gauge',
    'evidence_owed_oldest_seconds',
    'Age of the oldest of them.',
    once((health) => health.evidenceOldestSec),
  ),
  metric(
    'gauge',
    'evidence_refused_packages',
    'Of them, those that the platform does not accept.',
    once((health) => health.evidenceRefused),
  ),
  metric(
    'gauge',
    'evidence_delivered_packages',
    'Evidence packages of which the platform has given its receipt.',
    once((health) => health.evidenceDelivered),
  ),
  metric(
    'counter',
    'evidence_sent_bytes_total',
    'Bytes of evidence handed to the line, repetitions included.',
    once((health) => health.evidenceSentBytes),
  ),
  metric(
    'gauge',
    'evidence_resent_bytes',
    'Of them, those that do not count as arrived.',
    once((health) => health.evidenceResentBytes),
  ),
  metric(
    'gauge',
    'disk_free_bytes',
    'Free bytes where evidence is kept.',
    once((health) => health.diskFreeBytes),
  ),
]

export class Metrics {
  readonly #source: HealthSource
  readonly #registry = new Registry()
  readonly #instruments = METRICS.map((row) => ({ row, instrument: this.#make(row) }))

  constructor(source: HealthSource) {
    this.#source = source
    collectDefaultMetrics({ register: this.#registry })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  async metrics(): Promise<string> {
    const health = this.#source.health()
    for (const { row, instrument } of this.#instruments) {
      instrument.reset() // A camera that was taken out of the config leaves no row behind.
      for (const [labels, value] of row.read(health)) instrument.inc(labels, value)
    }
    return this.#registry.metrics()
  }

  /** A number that is kept elsewhere in this room. */
  addGauge(name: string, help: string, read: () => number): void {
    const collect = (gauge: Gauge) => gauge.set(read())
    new Gauge({
      name: `lushao_${name}`,
      help,
      registers: [this.#registry],
      collect() {
        collect(this)
      },
    })
  }

  #make({ kind, name, help }: Metric): Counter | Gauge {
    const labelNames = ['camera', 'status', 'mode', 'state']
    const configuration = { name, help, labelNames, registers: [this.#registry] }
    return kind === 'counter' ? new Counter(configuration) : new Gauge(configuration)
  }
}
