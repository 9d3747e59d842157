/**
 * What the loader would say to a change, asked of a thread beside: of a street of many cameras it takes a good part of a
 * second, and people ask with every pause of their hand. Frames and messages go on meanwhile.
 *
 *     check ─▶ waits its turn (a few; more are refused) ─▶ thread ─▶ faults, warnings, diff
 *
 * The thread begins with the first question and ends when nobody has asked for a while.
 */
import { SHARE_ENV, Worker } from 'node:worker_threads'
import type { CheckAnswer, CheckTask, ConfigChange, PlainFault } from './config-check-worker.ts'
import { type Fault, fault, reasonOf } from './kit/errors.ts'
import { workerEntry } from './kit/paths.ts'

/** People who draw at the same time, and their impatience. */
const WAITING_MAX = 16
const IDLE_MS = 60_000

export interface Checked {
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
  /** Against the text before, secrets hidden. */
  readonly diff: readonly string[]
}

interface Asker {
  readonly resolve: (checked: Checked) => void
  readonly reject: (error: unknown) => void
}

export class ConfigChecker {
  readonly #file: string
  readonly #askers = new Map<number, Asker>()
  #worker: Worker | null = null
  #idle: NodeJS.Timeout | undefined
  #last = 0

  /** @param file `gateway.yaml`, beside which a text is tried */
  constructor(file: string) {
    this.#file = file
  }

  /** @throws CONFIG_CHANGE_REFUSED when the change cannot be made, or too many ask at once */
  check(before: string, change: ConfigChange): Promise<Checked> {
    if (this.#askers.size >= WAITING_MAX) {
      return Promise.reject(refusal(`${WAITING_MAX} other changes are being checked; try again in a moment`))
    }
    clearTimeout(this.#idle)
    const task: CheckTask = { id: ++this.#last, file: this.#file, before, change }
    return new Promise<Checked>((resolve, reject) => {
      this.#askers.set(task.id, { resolve, reject })
      this.#worker ??= this.#start()
      this.#worker.ref()
      this.#worker.postMessage(task)
    })
  }

  close(): void {
    clearTimeout(this.#idle)
    this.#leave(this.#worker, 'the gateway stops')
  }

  #start(): Worker {
    const { file, execArgv } = workerEntry(import.meta.url, 'config-check-worker')
    // Secrets that the text names stand in the environment as it is now.
    const worker = new Worker(file, { execArgv, env: SHARE_ENV, name: 'config' })
    worker.on('message', (answer: CheckAnswer) => this.#answered(answer))
    worker.on('error', (error) => this.#leave(worker, reasonOf(error)))
    return worker
  }

  #answered(answer: CheckAnswer): void {
    const asker = this.#askers.get(answer.id)
    this.#askers.delete(answer.id)
    if (this.#askers.size === 0) {
      this.#worker?.unref()
      this.#idle = setTimeout(() => this.#leave(this.#worker, 'nobody asks'), IDLE_MS)
      this.#idle.unref()
    }
    if (answer.kind === 'refused') asker?.reject(whole(answer))
    else {
      const { faults, warnings, diff } = answer
      asker?.resolve({ faults: faults.map(whole), warnings: warnings.map(whole), diff })
    }
  }

  #leave(worker: Worker | null, reason: string): void {
    if (worker === null || worker !== this.#worker) return
    this.#worker = null
    void worker.terminate()
    for (const { reject } of this.#askers.values()) reject(refusal(reason))
    this.#askers.clear()
  }
}

const whole = ({ code, values }: PlainFault): Fault => fault(code, values)

const refusal = (reason: string) => fault('CONFIG_CHANGE_REFUSED', { change: 'new', reason })
