/**
 * Once a day the head of the access log is signed and put where the database cannot change it.
 *
 *     access_log … entry 812 ─▶ audit/heads.ndjson {day, entry 812, hash} signed, chained ─▶ next day
 *
 * The log's own chain shows a changed entry; whoever rewrote all of it after the change would still have to match the
 * heads, and those are signed with the key of the box. Copy the file elsewhere now and then: that is its use.
 */
import { createPublicKey, verify } from 'node:crypto'
import { join } from 'node:path'
import { keyIdOf, type Signer } from './evidence/seal.ts'
import type { AccessLog } from './http/access-log.ts'
import { localDay } from './kit/calendar.ts'
import { ChainedLog, readChainedFile } from './kit/chained-log.ts'
import { type Clock, isoTime } from './kit/clock.ts'
import { fault, reasonOf } from './kit/errors.ts'
import type { Log } from './kit/log.ts'

/** The unit of an account or a person, where the list of people knows one of that name, number or id. */
export function unitOf(office: { readonly people: { all(): readonly Named[] } }, name: string): string {
  const person = office.people.all().find((one) => [one.personId, one.badgeNo, one.name].includes(name))
  return person?.orgId ?? ''
}

interface Named {
  readonly personId: string
  readonly name: string
  readonly badgeNo?: string | undefined
  readonly orgId?: string | undefined
}

const LOOK_EVERY_MS = 600_000

export const headsFile = (folder: string): string => join(folder, 'audit', 'heads.ndjson')

interface AnchorParts {
  readonly folder: string
  readonly accessLog: AccessLog
  readonly signer: Signer
  readonly offsetMinutes: () => number
  readonly clock: Clock
  readonly log: Log
}

export class AccessAnchor {
  readonly #parts: AnchorParts
  readonly #heads: ChainedLog
  #timer: NodeJS.Timeout | null = null
  #work: Promise<void> = Promise.resolve()

  private constructor(parts: AnchorParts, heads: ChainedLog) {
    this.#parts = parts
    this.#heads = heads
  }

  static async open(parts: AnchorParts): Promise<AccessAnchor> {
    return new AccessAnchor(parts, await ChainedLog.open(headsFile(parts.folder)))
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS)
    this.#timer.unref()
    void this.look()
  }

  /** Signs the head when a new day has begun since the last one. */
  look(): Promise<void> {
    this.#work = this.#work.then(() => this.#look()).catch((error: unknown) => this.#failed(reasonOf(error)))
    return this.#work
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    await this.#work
  }

  async #look(): Promise<void> {
    const { accessLog, signer, clock, offsetMinutes } = this.#parts
    const day = localDay(clock.wallMs(), offsetMinutes())
    const { head } = accessLog
    if (head === null || this.#heads.tail?.body['day'] === day) return
    if (this.#heads.brokenAt !== null) return this.#failed(`line ${this.#heads.brokenAt} was changed`)
    const facts = { type: 'lushao.access-head.v1', day, at: isoTime(clock.wallMs(), offsetMinutes()) }
    const key = { keyId: signer.keyId, publicKey: signer.publicKeyPem }
    await this.#heads.append({ ...facts, entry: head.entry, head: head.hash, ...key }, (hash) =>
      signer.sign(Buffer.from(hash)).toString('base64'),
    )
  }

  #failed(reason: string): void {
    const found = fault('ACCESS_HEAD_NOT_KEPT', { file: this.#heads.file, reason })
    this.#parts.log.error({ code: found.code, ...found.values }, found.message)
  }
}

interface HeadsCheck {
  readonly heads: number
  /** Line of the first head that is not signed or does not fit the log; null: all fit. */
  readonly badAt: number | null
}

/** Whether the signed heads are those of this log: each names an entry that has the hash it says. */
export async function checkHeads(
  folder: string,
  hashOf: (entry: number) => string | null,
): Promise<HeadsCheck> {
  const read = await readChainedFile(headsFile(folder))
  for (const { n, body, hash, seal } of read?.lines ?? []) {
    const fits = hashOf(Number(body['entry'])) === body['head']
    if (!fits || !isSigned(hash, seal, String(body['publicKey']), String(body['keyId'])))
      return { heads: n, badAt: n }
  }
  return { heads: read?.lines.length ?? 0, badAt: read?.brokenAt ?? null }
}

function isSigned(hash: string, seal: unknown, publicKey: string, keyId: string): boolean {
  try {
    const key = createPublicKey(publicKey)
    const signature = Buffer.from(String(seal), 'base64')
    return keyIdOf(key) === keyId && verify(null, Buffer.from(hash), key, signature)
  } catch {
    return false // No key: nobody signed it.
  }
}
