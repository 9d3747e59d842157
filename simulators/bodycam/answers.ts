/**
 * What a box has made of what it was sent: asked by its API, until nothing is left undecided.
 *
 *     GET /api/v1/recordings ─▶ by hash: not there, there once, there twice; status, code, caps ─▶ right or wrong
 */
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { Expected } from './shift-plan.ts'

const ASK_EVERY_MS = 500
const PAGE = 200
const PAGES_MAX = 20

const Kept = z.object({
  recordingId: z.string(),
  status: z.string(),
  quarantine: z.object({ code: z.string() }).nullable(),
  fileName: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  capReasons: z.array(z.string()),
  deviceClockOffsetMs: z.number().nullable(),
})
export type Kept = z.infer<typeof Kept>
const Page = z.object({ recordings: z.array(Kept) })

export interface SentRecording {
  readonly name: string
  readonly sha256: string
  readonly bytes: number
  readonly expected: Expected
}

export interface Answer {
  /** ACCEPTED, a code, or what is wrong with there being none or two. */
  readonly answer: string
  readonly recordingIds: readonly string[]
  readonly capReasons: readonly string[]
  /** null: it is what it should be. */
  readonly wrong: string | null
}

export class BoxAnswers {
  readonly #url: string
  readonly #token: string

  /** @param token may read recordings */
  constructor(url: string, token: string) {
    this.#url = url
    this.#token = token
  }

  /** Paths at which the box takes something, as its own description has them. */
  async doors(): Promise<ReadonlySet<string>> {
    const { paths } = z
      .object({ paths: z.record(z.string(), z.unknown()) })
      .parse(await this.#get('/api/v1/openapi.json'))
    return new Set(Object.keys(paths))
  }

  /** Newest first, down to a recording that is older than all of those names. */
  async recordings(): Promise<Kept[]> {
    const all: Kept[] = []
    for (let page = 0; page < PAGES_MAX; page++) {
      const before = all.at(-1)?.recordingId
      const query = `limit=${PAGE}${before === undefined ? '' : `&before=${before}`}`
      const { recordings } = Page.parse(await this.#get(`/api/v1/recordings?${query}`))
      all.push(...recordings)
      if (recordings.length < PAGE) break
    }
    return all
  }

  /** Resolves when every one is decided, or the time is over; then who is undecided is wrong. */
  async await(sent: readonly SentRecording[], withinMs: number): Promise<Map<string, Answer>> {
    for (let waitedMs = 0; ; waitedMs += ASK_EVERY_MS) {
      const kept = await this.recordings()
      const isOver = waitedMs >= withinMs || areDecided(sent, kept)
      if (isOver) return new Map(sent.map((one) => [one.name, answerTo(one, kept)]))
      await pause(ASK_EVERY_MS)
    }
  }

  async #get(path: string): Promise<unknown> {
    const response = await fetch(this.#url + path, { headers: { authorization: `Bearer ${this.#token}` } })
    if (!response.ok) throw new Error(`GET ${path} answered ${response.status}`)
    return response.json()
  }
}

function areDecided(sent: readonly SentRecording[], kept: readonly Kept[]): boolean {
  const names = new Set(sent.map(({ name }) => name))
  if (kept.some(({ status, fileName }) => status === 'RECEIVED' && names.has(fileName))) return false
  const hashes = new Set(kept.map(({ sha256 }) => sha256))
  return sent.every(({ sha256 }) => hashes.has(sha256))
}

export function answerTo({ name, sha256, bytes, expected }: SentRecording, kept: readonly Kept[]): Answer {
  const same = kept.filter((one) => one.sha256 === sha256)
  const recordingIds = same.map(({ recordingId }) => recordingId)
  const capReasons = same[0]?.capReasons ?? []
  const tell = (answer: string, wrong: string | null) => ({ answer, recordingIds, capReasons, wrong })
  const changed = kept.filter((one) => one.fileName === name && one.sha256 !== sha256 && one.sha256 !== '')
  if (changed.length > 0) return tell('CHANGED', 'its bytes are not those that were sent')
  const [one, ...more] = same
  if (one === undefined) return tell('LOST', 'the box has no recording of these bytes')
  // Kept apart as often as it came is not two recordings: nobody has let either in.
  const isApart = same.every(({ status }) => status === 'QUARANTINED')
  if (more.length > 0 && !isApart) return tell('TWICE', `the box has it ${same.length} times`)
  const answer = one.status === 'ACCEPTED' ? one.status : (one.quarantine?.code ?? one.status)
  if (!expected.oneOf.some((right) => right === answer)) {
    return tell(answer, `expected ${expected.oneOf.join(' or ')}`)
  }
  if (one.bytes !== bytes) return tell(answer, `${one.bytes} bytes, sent were ${bytes}`)
  if (answer !== 'ACCEPTED') return tell(answer, null)
  const missing = expected.reasons.filter((reason) => !capReasons.includes(reason))
  if (missing.length > 0) return tell(answer, `not capped by ${missing.join(', ')}`)
  const offsetMs = one.deviceClockOffsetMs ?? 0
  if (Math.abs(offsetMs - expected.clockOffsetMs) > expected.clockToleranceMs) {
    return tell(answer, `the clock's offset is ${offsetMs} ms, it is off by ${expected.clockOffsetMs} ms`)
  }
  return tell(answer, null)
}
