/**
 * `events.ndjson`: every revision in order, one a line; the last revision of an id is its final state. Acts that an
 * exemption kept from being told stand in `suppressed.ndjson`, when there are any.
 */
import { appendFileSync, closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { EventSink } from '../case-file.ts'
import type { ViolationEvent } from '../violations/event.ts'
import type { SuppressedAct } from '../violations/exemption.ts'

export class EventFile implements EventSink {
  readonly path: string
  readonly #file: number
  readonly #suppressed: string
  readonly #last = new Map<string, ViolationEvent>()
  readonly #onEvent: (event: ViolationEvent) => void

  constructor(folder: string, onEvent: (event: ViolationEvent) => void) {
    mkdirSync(folder, { recursive: true })
    this.path = join(folder, 'events.ndjson')
    this.#file = openSync(this.path, 'w')
    this.#suppressed = join(folder, 'suppressed.ndjson')
    rmSync(this.#suppressed, { force: true })
    this.#onEvent = onEvent
  }

  get eventCount(): number {
    return this.#last.size
  }

  last(eventId: string): ViolationEvent | null {
    return this.#last.get(eventId) ?? null
  }

  /** The package lies beside the events; nobody else is told. */
  sealed(): void {}

  suppressed(act: SuppressedAct): void {
    appendFileSync(this.#suppressed, `${JSON.stringify(act)}\n`)
  }

  raise(event: ViolationEvent): void {
    this.#last.set(event.eventId, event)
    writeSync(this.#file, `${JSON.stringify(event)}\n`)
    this.#onEvent(event)
  }

  close(): void {
    closeSync(this.#file)
  }
}
