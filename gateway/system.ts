/**
 * The state of the box, room by room, from those who know it: facts, and what is wrong with what to do.
 *
 *     street, eyes ─ outbox, link ─ delivering ─ clock ─ space ─ certificates, keys ─ book ─▶ SystemView
 *
 * Nothing here is kept: it is asked each time somebody looks. What was never measured is null, not nought.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Config } from '../config/loader.ts'
import { type ClockWatch, clockOff } from '../devices/clock/clock-watch.ts'
import type { ConfigBook } from './config-book.ts'
import type { Delivering } from './delivering.ts'
import type { Eyes } from './detections/eyes.ts'
import { statementsIn } from './evidence/revocation-check.ts'
import type { Signer } from './evidence/seal.ts'
import type { SpaceWatch } from './evidence/space.ts'
import { bodyOf, type FaultBody } from './http/replies.ts'
import type { SystemBoard, SystemFact, SystemPart, SystemPartName, SystemView } from './http/system-views.ts'
import { certificateTerm } from './kit/certificate.ts'
import { type Clock, isoTime } from './kit/clock.ts'
import { type Fault, fault, isFault, redact } from './kit/errors.ts'
import type { LogRing } from './kit/log-ring.ts'
import type { MqttLink } from './mqtt/publisher.ts'
import type { Outbox } from './outbox/outbox.ts'
import { checkFfmpeg } from './streams/media-tool.ts'
import type { Street } from './street.ts'

const CERTIFICATE_DAYS_MIN = 30
/** Below this share somebody should know that looks are left out. */
const ANALYSED_SHARE_MIN = 0.95
/** A street that lost its switch says the same of each camera. */
const TROUBLES_TOLD_MAX = 10

export interface SystemParts {
  readonly config: () => Config
  readonly version: string
  readonly street: Pick<Street, 'views' | 'health'>
  readonly eyes: Pick<Eyes, 'stats' | 'manifests'>
  readonly outbox: Pick<Outbox, 'state'>
  readonly link: Pick<MqttLink, 'state'>
  readonly delivering: Pick<Delivering, 'delivery'>
  readonly clockWatch: Pick<ClockWatch, 'facts'>
  readonly space: Pick<SpaceWatch, 'space' | 'limits'>
  readonly signer: Signer
  readonly book: Pick<ConfigBook, 'lastVersion' | 'checkAside'>
  readonly logs: LogRing
  readonly clock: Clock
}

type Said = readonly [
  facts: readonly SystemFact[],
  problems: readonly FaultBody[],
  state?: SystemPart['state'],
]

const fact = (kind: SystemFact['kind'], name: string, value: SystemFact['value']): SystemFact => ({
  ...{ fact: name, kind, value },
})

export class System implements SystemBoard {
  readonly #parts: SystemParts
  readonly #startedMs: number
  /** The file as it was looked at last, and what the loader said to it. */
  #fileSeen: { readonly text: string; readonly faults: readonly Fault[] } | null = null
  #ffmpeg: Promise<string> | null = null

  constructor(parts: SystemParts) {
    this.#parts = parts
    this.#startedMs = parts.clock.wallMs()
  }

  /** In the time of the street; the log itself is written in UTC. */
  logLines: SystemBoard['logLines'] = (wish) =>
    this.#parts.logs.lines(wish).map((line) => {
      const wallMs = Date.parse(line.at)
      return Number.isNaN(wallMs) ? line : { ...line, at: this.#moment(wallMs) }
    })

  async system(): Promise<SystemView> {
    this.#ffmpeg ??= checkFfmpeg()
    const ffmpeg = await this.#ffmpeg.catch((error: unknown) => {
      if (!isFault(error)) throw error
      return error
    })
    const said: readonly [SystemPartName, Said][] = [
      ['cameras', this.#cameras()],
      ['analysis', this.#analysis()],
      ['outbox', this.#outbox()],
      ['delivery', this.#delivery()],
      ['clock', this.#clock()],
      ['disk', this.#disk()],
      ['certificates', this.#certificates()],
      ['keys', this.#keys()],
      ['config', await this.#config()],
      ['versions', this.#versions(ffmpeg)],
    ]
    const parts = said.map(([part, [facts, problems, state]]): SystemPart => {
      return { part, state: state ?? (problems.length > 0 ? 'bad' : 'good'), facts, problems }
    })
    return { at: this.#moment(this.#parts.clock.wallMs()), parts }
  }

  #cameras(): Said {
    const views = this.#parts.street.views()
    const inUse = views.filter(({ status }) => status !== 'disabled')
    const well = inUse.filter(({ status }) => status === 'online')
    const troubled = inUse.length - well.length
    const facts = [
      fact('count', 'cameras', inUse.length),
      fact('count', 'online', well.length),
      fact('count', 'disabled', views.length - inUse.length),
      fact(
        'count',
        'reconnects',
        sumOf(views, ({ reconnects }) => reconnects),
      ),
    ]
    const told = views.flatMap(({ trouble }) => (trouble === null ? [] : [trouble]))
    return [facts, told.slice(0, TROUBLES_TOLD_MAX), troubled > 0 ? 'bad' : 'good']
  }

  /** What was asked of it and what it gave: looks are left out before anything is lost, and counted. */
  #analysis(): Said {
    const { street, eyes } = this.#parts
    const health = street.health().filter(({ status }) => status !== 'disabled')
    const { runs, runSec, dropped } = eyes.stats()
    const owedSec = sumOf(health, (one) => one.owedSec)
    const analysedSec = sumOf(health, (one) => one.analysedSec)
    const share = owedSec > 0 ? Math.min(1, analysedSec / owedSec) : null
    const count = (mode: string) => health.filter((one) => one.mode === mode).length
    const facts = [
      fact('sec', 'owed', owedSec),
      fact('sec', 'analysed', analysedSec),
      fact('share', 'analysedShare', share),
      ...(['patrol', 'watch', 'pursue'] as const).map((mode) => fact('count', `mode.${mode}`, count(mode))),
      fact(
        'count',
        'framesDropped',
        sumOf(health, ({ framesDropped }) => framesDropped),
      ),
      fact('count', 'inferences', runs),
      fact('ms', 'inferenceMean', runs > 0 ? (1000 * runSec) / runs : null),
      fact('count', 'inferencesDropped', dropped),
    ]
    return [facts, [], share !== null && share < ANALYSED_SHARE_MIN ? 'note' : 'good']
  }

  #outbox(): Said {
    const { depth, oldestAgeSec, lastSequence, alarm } = this.#parts.outbox.state()
    const { connected, url, protocol, backendOnline, trouble } = this.#parts.link.state
    const facts = [
      fact('text', 'broker', connected ? 'connected' : 'disconnected'),
      fact('text', 'brokerUrl', redact(url)),
      fact('text', 'protocol', protocol),
      fact('text', 'backend', backendOnline === null ? null : backendOnline ? 'connected' : 'disconnected'),
      fact('count', 'depth', depth),
      fact('sec', 'oldest', depth > 0 ? oldestAgeSec : null),
      fact('count', 'sequence', lastSequence),
    ]
    const problems = trouble === null ? [] : [bodyOf(trouble)]
    return [facts, problems, alarm || !connected ? 'bad' : backendOnline === false ? 'note' : 'good']
  }

  #delivery(): Said {
    const told = this.#parts.delivering.delivery()
    const facts = [
      fact('text', 'way', told.way),
      fact('count', 'owed', told.owed),
      fact('sec', 'oldest', told.owed > 0 ? told.oldestOwedSec : null),
      fact('count', 'delivered', told.delivered),
      fact('count', 'refused', told.refused),
      fact('bytes', 'sent', told.sentBytes),
      fact('text', 'trouble', told.trouble),
    ]
    return [facts, [], told.trouble !== null || told.refused > 0 ? 'bad' : 'good']
  }

  #clock(): Said {
    const { source, offsetMs, checkedAtWallMs } = this.#parts.clockWatch.facts()
    const { server, offsetMsMax } = this.#parts.config().clock
    const isOff = offsetMs !== null && Math.abs(offsetMs) > offsetMsMax
    const facts = [
      fact('text', 'source', source),
      fact('ms', 'offset', offsetMs),
      fact('moment', 'checked', checkedAtWallMs === null ? null : this.#moment(checkedAtWallMs)),
    ]
    const problems = isOff && server !== undefined ? [bodyOf(clockOff(server, offsetMs, offsetMsMax))] : []
    return [facts, problems, offsetMs === null ? 'note' : isOff ? 'bad' : 'good']
  }

  #disk(): Said {
    const { space, limits } = this.#parts.space
    const facts = [
      fact('text', 'space', space.state),
      fact('bytes', 'free', space.freeBytes),
      fact('bytes', 'used', space.usedBytes),
      fact('bytes', 'freeMin', limits.freeMinBytes),
      fact('bytes', 'quota', limits.quotaBytes),
      fact('bytes', 'memory', process.memoryUsage().rss),
    ]
    return [facts, [], ({ ok: 'good', low: 'note', full: 'bad' } as const)[space.state]]
  }

  #certificates(): Said {
    const { mqtt, http, delivery, evidence } = this.#parts.config()
    const named = [mqtt.tls.ca, mqtt.tls.cert, http.tls?.certFile, delivery.ca]
    const files = [...named, ...evidence.timestamp.authorities.map(({ caFile }) => caFile)]
    const nowMs = this.#parts.clock.wallMs()
    const facts: SystemFact[] = []
    const problems: FaultBody[] = []
    for (const file of new Set(files.filter((one) => one !== undefined))) {
      try {
        const { endsMs, problem } = certificateTerm(file, nowMs, CERTIFICATE_DAYS_MIN)
        facts.push(fact('moment', file, this.#moment(endsMs)))
        if (problem !== null) problems.push(bodyOf(problem))
      } catch (error) {
        if (!isFault(error)) throw error
        facts.push(fact('moment', file, null))
        problems.push(bodyOf(error))
      }
    }
    return [facts, problems]
  }

  /** Public halves alone. */
  #keys(): Said {
    const { signer } = this.#parts
    const revoked = statementsIn(signer.revocations)
    const facts = [
      fact('text', 'keyId', signer.keyId),
      fact('text', 'fingerprint', signer.fingerprint),
      fact('text', 'sm2', signer.sm2?.keyId ?? null),
      fact('count', 'revoked', revoked.length),
    ]
    return [facts, []]
  }

  /** The file as it lies there, beside the configuration that runs. */
  async #config(): Promise<Said> {
    const { book, config } = this.#parts
    const { file, configVersion, catalogVersion } = config()
    const facts = [
      fact('count', 'version', book.lastVersion),
      fact('text', 'configVersion', configVersion),
      fact('text', 'catalogVersion', catalogVersion),
      fact('text', 'file', file),
    ]
    const faults = await this.#fileFaults(file)
    return [facts, faults.map(bodyOf)]
  }

  /** Looked at anew when the file has changed: the loader takes its time. Nobody takes note of it as a version. */
  async #fileFaults(file: string): Promise<readonly Fault[]> {
    let text: string
    try {
      text = readFileSync(file, 'utf8')
    } catch (error) {
      return [fault('FILE_UNREADABLE', { path: file, reason: error instanceof Error ? error.message : '' })]
    }
    if (this.#fileSeen?.text === text) return this.#fileSeen.faults
    try {
      const { faults } = await this.#parts.book.checkAside(text, { text })
      this.#fileSeen = { text, faults }
      return faults
    } catch (error) {
      if (!isFault(error)) throw error
      return [error]
    }
  }

  #versions(ffmpeg: string | Fault): Said {
    const { version, eyes } = this.#parts
    const facts = [
      fact('text', 'lushao', version),
      fact('moment', 'started', this.#moment(this.#startedMs)),
      fact('text', 'Node.js', process.versions.node),
      fact('text', 'FFmpeg', typeof ffmpeg === 'string' ? ffmpeg : null),
      fact('text', 'ONNX Runtime', onnxruntimeVersion),
      ...eyes.manifests.map(({ name, sha256, licence }) =>
        fact('text', 'model', `${name} · ${sha256.slice(0, 12)} · ${licence}`),
      ),
    ]
    return [facts, typeof ffmpeg === 'string' ? [] : [bodyOf(ffmpeg)]]
  }

  #moment(wallMs: number): string {
    return isoTime(wallMs, this.#parts.config().utcOffsetMinutes)
  }
}

const onnxruntimeVersion = (
  createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string }
).version

function sumOf<T>(list: readonly T[], value: (one: T) => number): number {
  return list.reduce((sum, one) => sum + value(one), 0)
}
