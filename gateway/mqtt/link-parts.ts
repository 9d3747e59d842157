/** What the link is made of, and what it tells of itself. */
import type { Clock } from '../kit/clock.ts'
import type { Fault } from '../kit/errors.ts'
import type { Log } from '../kit/log.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { BrokerAddress } from './broker.ts'
import type { Commands } from './commands.ts'
import type { SideLine } from './evidence-parts.ts'
import type { Birth } from './messages.ts'
import type { MqttOptions } from './options.ts'

export interface LinkState {
  readonly connected: boolean
  readonly url: string
  readonly protocol: '3.1.1' | '5' | null
  readonly session: string | null
  /** null until the back end has said anything. */
  readonly backendOnline: boolean | null
  /** Why it is not connected, by the last try; null while it is, and before the first try has failed. */
  readonly trouble: Fault | null
}

export interface LinkCounters {
  connections: number
  settled: number
  commands: number
  /** Incoming messages that could not be read. */
  refused: number
  /** Health counters that found no connection; alone among our messages these may be lost. */
  telemetryDropped: number
}

export interface LinkParts {
  readonly site: string
  readonly gateway: string
  readonly address: BrokerAddress
  readonly options: MqttOptions
  readonly outbox: Outbox
  readonly commands: Commands
  /** What the gateway is now; asked at every connection. */
  readonly birth: () => Birth
  /** What goes out behind everything else. */
  readonly side?: { open(line: SideLine): void; shut(): void }
  readonly clock: Clock
  readonly log: Log
  readonly random?: () => number
  /** What is not as it should be; `publishStatus` when it changes. */
  readonly degraded?: () => readonly { readonly code: string; readonly since: string }[]
}
