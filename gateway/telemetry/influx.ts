/**
 * Writing points by InfluxDB's first protocol (`POST /write`), which InfluxDB 1.x and several other servers
 * take. Only this file knows the client package. It never retries by itself: the telemetry's interval does.
 */
import { type IClusterConfig, InfluxDB, type IPoint } from 'influx'
import { reasonOf } from '../kit/errors.ts'
import type { TelemetryOptions } from './options.ts'

export type Point = Required<Pick<IPoint, 'measurement' | 'tags' | 'fields'>> & { readonly timestamp: Date }

/**
 * The client takes a host out of service for a while after a failure, with a timer of its own; ours is
 * enough.
 */
const NO_BACKOFF = { getDelay: () => 0, next: () => NO_BACKOFF, reset: () => NO_BACKOFF }

export class InfluxWriter {
  readonly #client: InfluxDB
  readonly #database: string

  constructor(options: NonNullable<TelemetryOptions['influx']>, writeWithinMs: number) {
    const { protocol, hostname, port, pathname } = new URL(options.url)
    const secure = protocol === 'https:'
    this.#database = options.database
    this.#client = new InfluxDB({
      database: options.database,
      hosts: [
        {
          protocol: secure ? 'https' : 'http',
          host: hostname,
          port: Number(port) || (secure ? 443 : 80),
          path: pathname === '/' ? '' : pathname,
          options:
            options.token === undefined ? {} : { headers: { authorization: `Token ${options.token}` } },
        },
      ],
      pool: { backoff: NO_BACKOFF, maxRetries: 0, requestTimeout: writeWithinMs },
      // Said outright, else the client logs in as root with password root.
      ...({ username: options.username, password: options.password } as Pick<
        IClusterConfig,
        'username' | 'password'
      >),
    })
  }

  /**
   * All of them, or an error; writing a point twice changes nothing, time and tags are its identity.
   * @returns false when the server will never take these (a field changed its type): sending them again is no
   * use
   */
  async write(points: readonly Point[]): Promise<boolean> {
    try {
      await this.#send(points)
      return true
    } catch (error) {
      if (statusOf(error) === 400) return false
      if (!/database not found/i.test(reasonOf(error))) throw error
      await this.#client.createDatabase(this.#database)
      await this.#send(points)
      return true
    }
  }

  #send(points: readonly Point[]): Promise<void> {
    return this.#client.writePoints([...points], { precision: 'ms' })
  }
}

function statusOf(error: unknown): number {
  return error instanceof Error && 'res' in error ? (error.res as { statusCode: number }).statusCode : 0
}
