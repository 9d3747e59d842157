/**
 * One connection to a broker, from CONNECT to its end; never more. Whoever wants another makes another.
 *
 *     openConnection ─▶ CONNACK ─▶ publish (resolves on PUBACK, rejects when the connection ends) ─▶ closed
 *
 * mqtt.js can reconnect and keep unsent messages by itself; here it may not: its store is memory, ours is disk. A
 * publish that was not acknowledged on this connection is sent anew by the next one, under the same message id.
 */
import { readFileSync } from 'node:fs'
import { connect, type IClientOptions, type MqttClient } from 'mqtt'
import { fault, reasonOf, redact } from '../kit/errors.ts'
import type { BrokerAddress } from './broker.ts'
import type { MqttOptions } from './options.ts'

const SESSION_EXPIRY_SEC = 7 * 86_400
const END_MS = 1_000

export interface Delivery {
  readonly topic: string
  readonly payload: Buffer
  readonly retained: boolean
}

interface ConnectionWish {
  readonly address: BrokerAddress
  readonly options: MqttOptions
  readonly protocol: '3.1.1' | '5'
  readonly clientId: string
  readonly will: { readonly topic: string; readonly payload: Buffer }
  /** Called before the broker is told that we have the message. */
  readonly onMessage: (delivery: Delivery) => void
}

export class Connection {
  /** The broker still knew us: subscriptions and messages of the last connection. */
  readonly sessionPresent: boolean
  /** Resolves when the connection has ended, for whatever reason. */
  readonly closed: Promise<void>
  readonly #client: MqttClient
  readonly #isV5: boolean

  constructor(client: MqttClient, isV5: boolean, sessionPresent: boolean) {
    this.#client = client
    this.#isV5 = isV5
    this.sessionPresent = sessionPresent
    this.closed = new Promise((done) => {
      client.once('close', () => {
        client.end(true)
        done()
      })
    })
  }

  /** Resolves when the broker has it. */
  publish(topic: string, payload: Buffer, { qos = 1, retain = false }: { qos?: 0 | 1; retain?: boolean }) {
    const properties = { contentType: 'application/cloudevents+json', payloadFormatIndicator: true }
    return new Promise<void>((done, failed) => {
      this.#client.publish(
        topic,
        payload,
        { qos, retain, ...(this.#isV5 ? { properties } : {}) },
        (error, packet) => {
          const code = packet && 'reasonCode' in packet ? Number(packet.reasonCode ?? 0) : 0
          if (error || code >= 0x80) failed(error ?? new Error(`the broker refused it, reason ${code}`))
          else done()
        },
      )
    })
  }

  async subscribe(filters: readonly string[]): Promise<void> {
    // Retain as published: a retained command shows itself also when it is delivered live.
    const wish = { qos: 1, ...(this.#isV5 ? { rap: true } : {}) } as const
    const granted = await this.#client.subscribeAsync([...filters], wish)
    const refused = granted.filter((grant) => grant.qos >= 0x80).map((grant) => grant.topic)
    if (refused.length > 0) throw new Error(`it does not let us read ${refused.join(', ')}`)
  }

  /** DISCONNECT: the broker drops our will. A broker that does not answer is left as if the line were cut. */
  async end(): Promise<void> {
    const gaveUp = setTimeout(() => this.destroy(), END_MS)
    await Promise.race([this.#client.endAsync(), this.closed])
    clearTimeout(gaveUp)
  }

  /** As if the line were cut: the broker publishes our will. */
  destroy(): void {
    this.#client.stream.destroy()
  }
}

/** Throws BROKER_REFUSED, BROKER_UNREACHABLE; or `'protocol'` when the broker does not speak this version. */
export async function openConnection(
  wish: ConnectionWish,
  retryMs: number,
): Promise<Connection | 'protocol'> {
  const isV5 = wish.protocol === '5'
  const url = redact(wish.address.url)
  let client: MqttClient
  try {
    client = connect(wish.address.url, clientOptions(wish, isV5))
  } catch (error) {
    throw fault('BROKER_UNREACHABLE', { url, retryMs, reason: reasonOf(error) }, error)
  }
  client.on('message', (topic, payload, packet) => {
    wish.onMessage({ topic, payload, retained: packet.retain })
  })
  return new Promise((done, failed) => {
    let lastError: (Error & { code?: unknown }) | null = null
    client.on('error', (error) => {
      lastError = error
    })
    const onEarlyClose = () => {
      client.end(true)
      const code = Number(lastError?.code)
      const reason = lastError ? reasonOf(lastError) : 'no answer'
      if (code === 1 || code === 0x84) done('protocol')
      else if (code > 0) failed(fault('BROKER_REFUSED', { url, retryMs, reason }, lastError))
      else failed(fault('BROKER_UNREACHABLE', { url, retryMs, reason }, lastError))
    }
    client.once('close', onEarlyClose)
    client.once('connect', (connack) => {
      client.off('close', onEarlyClose)
      done(new Connection(client, isV5, connack.sessionPresent))
    })
  })
}

function clientOptions({ address, options, clientId, will }: ConnectionWish, isV5: boolean): IClientOptions {
  const { ca, cert, key } = options.tls
  return {
    clientId,
    ...(address.username === undefined ? {} : { username: address.username }),
    ...(address.password === undefined ? {} : { password: address.password }),
    ...(ca === undefined ? {} : { ca: readFileSync(ca) }),
    ...(cert === undefined ? {} : { cert: readFileSync(cert) }),
    ...(key === undefined ? {} : { key: readFileSync(key) }),
    protocolVersion: isV5 ? 5 : 4,
    // The broker keeps our subscriptions: an acknowledgement given while we are away reaches us later.
    clean: false,
    ...(isV5 ? { properties: { sessionExpiryInterval: SESSION_EXPIRY_SEC } } : {}),
    keepalive: options.keepaliveSec,
    connectTimeout: options.connectSec * 1_000,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    will: { topic: will.topic, payload: will.payload, qos: 1, retain: true },
  }
}
