/** The gateway as an operator starts it: a process of its own, from the sources. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { packagePath } from '../../gateway/kit/paths.ts'
import type { ViolationEvent } from '../../gateway/violations/event.ts'
import { Platform } from '../../simulators/platform/platform.ts'

export interface GatewayProcess {
  readonly child: ChildProcess
  readonly brokerUrl: string
  readonly consoleUrl: string
  /** What it printed for people and logged so far. */
  log(): string
  /** Codes in the log, in order, with the camera they are about. */
  codes(): { readonly code: string; readonly camera: string | undefined }[]
  kill(signal: 'SIGKILL' | 'SIGTERM' | 'SIGUSR2'): Promise<number | null>
}

export async function startGatewayProcess(
  config: string,
  nodeOptions: readonly string[] = [],
): Promise<GatewayProcess> {
  const child = spawn(
    process.execPath,
    [
      ...['--import', 'tsx', ...nodeOptions, packagePath('gateway', 'cli', 'lushao.ts')],
      ...['run', '-c', config, '--log', 'info'],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], cwd: packagePath() },
  )
  let complaints = ''
  child.stderr.on('data', (data) => {
    complaints += String(data)
  })
  const urls = await new Promise<{ brokerUrl: string; consoleUrl: string }>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the gateway ended with ${code}: ${complaints}`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{"ready"')) resolve(JSON.parse(line))
    })
  })
  return {
    child,
    ...urls,
    log: () => complaints,
    codes: () =>
      complaints
        .split('\n')
        .slice(0, -1)
        .flatMap((line) => {
          if (!line.startsWith('{')) return []
          const { code, camera } = JSON.parse(line) as { code?: string | null; camera?: string }
          return code ? [{ code, camera }] : []
        }),
    async kill(signal) {
      const exit = once(child, 'exit')
      child.kill(signal)
      const [code] = (await exit) as [number | null]
      return code
    },
  }
}

export function startPlatformFor(
  gateway: Pick<GatewayProcess, 'brokerUrl'>,
  storage: string,
  site: string,
  { reviewAfterMs = 200 }: { readonly reviewAfterMs?: number | null } = {},
): Promise<Platform> {
  const credentials = JSON.parse(readFileSync(join(storage, 'broker-platform.json'), 'utf8')) as {
    username: string
    password: string
  }
  return Platform.start({
    ...{ ...credentials, brokerUrl: gateway.brokerUrl, site, by: 'tester' },
    ...{ reviewAfterMs, verdict: 'VERIFIED' },
    habits: { noticesMax: null },
    faults: { ackLoss: 0, commandTwice: false, offline: null },
  })
}

/** The payload that came last on each topic, by what stands below the gateway's root. */
export function listenTo(platform: Platform): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  const latest = new Map<string, Readonly<Record<string, unknown>>>()
  platform.on('message', (topic, body) => {
    const data = typeof body === 'object' && body !== null && 'data' in body ? body.data : undefined
    if (typeof data !== 'object' || data === null) return
    latest.set(topic.split('/').slice(4).join('/'), data as Record<string, unknown>)
  })
  return latest
}

/** Every revision that the platform heard, in order, each once. */
export function revisionsIn(platform: Platform): ViolationEvent[] {
  return platform
    .received()
    .filter(({ topic }) => topic.split('/')[4] === 'alert')
    .map(({ data }) => data as ViolationEvent)
}

/** Waits until a condition gives something, looking often; fails loudly at the bound. */
export async function until<T>(
  what: string,
  condition: () => T | undefined | null | false,
  withinMs: number,
): Promise<T> {
  for (let waited = 0; waited < withinMs; waited += 50) {
    const value = condition()
    if (value !== undefined && value !== null && value !== false) return value
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${what}: not within ${withinMs / 1000} s`)
}
