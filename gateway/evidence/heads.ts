/**
 * The daily sealed head: once a day the box signs which package is its newest, and publishes that.
 *
 *     heads.ndjson   {day 1 May, №41, a3…, 12 packages, prevHeadHash}  ◀─ {day 2 May, №55, 9c…, 14, hash of the line before}
 *         │
 *         └─ append, sync ─▶ outbox ─▶ …/evidence-head        midnight of the place, at stop, and at a start that owes one
 *
 * Packages chain backwards only, so a chain cut at its end looks whole. A head that lies with the platform, or with a
 * newspaper, is what such a chain does not fit any more. The custody log's newest entry is sealed along with it.
 */
import { createHash } from 'node:crypto'
import { type Clock, isoTime } from '../kit/clock.ts'
import { fault, isFault, reasonOf } from '../kit/errors.ts'
import { grow, readGrown } from '../kit/growing-file.ts'
import type { Log } from '../kit/log.ts'
import { diskFault } from './disk.ts'
import { HeadStatement, type PublishedHead, SignedHead } from './head-record.ts'
import type { Link, Producer } from './package.ts'
import type { Signer } from './seal.ts'

interface HeadParts {
  readonly file: string
  readonly producer: Producer
  readonly signer: Signer
  /** Newest package of the chain. */
  readonly head: () => Link | null
  readonly custodyHead: () => PublishedHead['custody']
  /** Durable when it returns. Told again after a start: the id is derived from the head. */
  readonly publish: (head: PublishedHead, signed: SignedHead, hash: string) => void
  readonly utcOffsetMinutes: number
  readonly clock: Clock
  readonly log: Log
}

const LOOK_EVERY_MS = 20_000

export class DailyHeads {
  readonly #parts: HeadParts
  #last: { readonly head: PublishedHead; readonly hash: string } | null = null
  /** The last head of a day before that of `#last`. */
  #sequenceBefore = 0
  #day = ''
  #timer: NodeJS.Timeout | null = null
  #writing: Promise<unknown> = Promise.resolve()

  constructor(parts: HeadParts) {
    this.#parts = parts
  }

  /** Reads what was sealed before; what a crash kept from being told or sealed is made up for. */
  async start(): Promise<void> {
    const lines = await this.#readLines()
    for (const line of lines) this.#remember(line)
    const last = lines.at(-1)
    if (last !== undefined) this.#publish(last)
    const link = this.#parts.head()
    if (link !== null && link.manifestHash !== this.#last?.head.manifestHash)
      await this.#seal('START', this.#today())
    this.#day = this.#today()
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS)
  }

  /** Has a day ended? Asked every few seconds, so that a clock that was set makes no difference. */
  look(): Promise<void> {
    const ended = this.#day
    if (this.#today() <= ended) return Promise.resolve()
    this.#day = this.#today()
    return this.#seal('MIDNIGHT', ended)
  }

  async close(): Promise<void> {
    if (this.#timer === null) return
    clearInterval(this.#timer)
    this.#timer = null
    await this.#writing
    const link = this.#parts.head()
    if (link !== null && link.manifestHash !== this.#last?.head.manifestHash)
      await this.#seal('STOP', this.#today())
  }

  #today(): string {
    const { clock, utcOffsetMinutes } = this.#parts
    return isoTime(clock.wallMs(), utcOffsetMinutes).slice(0, 10)
  }

  /** One after another. The disk may fail: then the next day's head, or the next start's, speaks for this one too. */
  #seal(reason: PublishedHead['reason'], day: string): Promise<void> {
    const sealed = this.#writing
      .then(() => this.#append(reason, day))
      .catch((error: unknown) => {
        const found = isFault(error) ? error : fault('STORE_FAILED', { reason: reasonOf(error) }, error)
        this.#parts.log.warn({ code: found.code, ...found.values }, found.message)
      })
    this.#writing = sealed
    return sealed
  }

  async #append(reason: PublishedHead['reason'], day: string): Promise<void> {
    const { file, producer, signer, head, custodyHead, clock, utcOffsetMinutes } = this.#parts
    const link = head()
    const sequence = link?.sequence ?? 0
    const last = this.#last
    const before = last === null || last.head.day === day ? this.#sequenceBefore : last.head.sequence
    const statement: PublishedHead = {
      type: 'lushao.evidence-head.v1',
      producer,
      day,
      sealedAt: isoTime(clock.wallMs(), utcOffsetMinutes),
      reason,
      sequence,
      packageId: link?.packageId ?? null,
      manifestHash: link?.manifestHash ?? null,
      packages: Math.max(0, sequence - before),
      prevHeadHash: last?.hash ?? null,
      custody: custodyHead(),
    }
    const text = JSON.stringify(statement)
    const value = signer.sign(Buffer.from(text)).toString('base64')
    const signed: SignedHead = { statement: text, signature: { alg: 'Ed25519', keyId: signer.keyId, value } }
    const line = JSON.stringify(signed)
    await grow(file, `${line}\n`).catch((error: unknown) => {
      throw diskFault(error, file) ?? error
    })
    this.#remember(line)
    this.#publish(line)
  }

  #publish(line: string): void {
    const read = readLine(line)
    if (read !== null) this.#parts.publish(read.head, read.signed, hashOf(line))
  }

  #remember(line: string): void {
    const read = readLine(line)
    if (read === null) return
    if (this.#last !== null && this.#last.head.day !== read.head.day)
      this.#sequenceBefore = this.#last.head.sequence
    this.#last = { head: read.head, hash: hashOf(line) }
  }

  /** A line that a crash left half written was told to nobody: the file ends before it again. */
  async #readLines(): Promise<string[]> {
    const text = (await readGrown(this.#parts.file)) ?? ''
    return text.split('\n').filter((line) => line !== '')
  }
}

function readLine(line: string): { head: PublishedHead; signed: SignedHead } | null {
  try {
    const signed = SignedHead.parse(JSON.parse(line))
    return { signed, head: HeadStatement.parse(JSON.parse(signed.statement)) }
  } catch {
    return null // Damaged on the disk: those that follow still name its hash.
  }
}

function hashOf(line: string): string {
  return createHash('sha256').update(line).digest('hex')
}
