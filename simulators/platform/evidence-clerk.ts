/**
 * The clerk answers for the inbox over MQTT: receipts for packages, acknowledgements for parts, several parts in one.
 *
 *     part, part, part ─▶ inbox ─ after a moment ─▶ cmd/evidence-parts-ack, one a file
 *     receipt          ───────────────────────────▶ cmd/evidence-received
 */
import type { ArrivedPart, EvidenceInbox, PartsState } from './evidence-inbox.ts'

const TOGETHER_MS = 40

/** The payload of `evidence-part`. */
export interface Part extends Omit<ArrivedPart, 'bytes' | 'gateway'> {
  readonly base64: string
}

type Ask = (gateway: string, name: string, args: object) => void

export class EvidenceClerk {
  readonly #inbox: EvidenceInbox
  readonly #ask: Ask
  readonly #waiting = new Map<string, { gateway: string; args: object }>()
  #taking: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | null = null
  #closed = false

  constructor(inbox: EvidenceInbox, ask: Ask) {
    this.#inbox = inbox
    this.#ask = ask
    inbox.on('receipt', (gateway, receipt) => {
      if (!this.#closed) ask(gateway, 'evidence-received', receipt)
    })
  }

  take(gateway: string, { base64, ...part }: Part): void {
    this.#taking = this.#taking.then(async () => {
      if (this.#closed) return
      const taken = await this.#inbox.takePart({ ...part, gateway, bytes: Buffer.from(base64, 'base64') })
      this.#acknowledge(gateway, part, taken)
    })
  }

  close(): void {
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #acknowledge(
    gateway: string,
    { packageId, path }: Pick<Part, 'packageId' | 'path'>,
    taken: PartsState,
  ): void {
    const { ranges, state } = taken
    this.#waiting.set(`${gateway} ${packageId} ${path}`, {
      gateway,
      args: { packageId, path, ranges, state },
    })
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      for (const { gateway, args } of this.#waiting.values()) this.#ask(gateway, 'evidence-parts-ack', args)
      this.#waiting.clear()
    }, TOGETHER_MS)
  }
}
