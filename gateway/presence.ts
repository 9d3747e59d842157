/**
 * Who and what was in view of a worn camera, second by second, in a file that only grows.
 *
 *     {"recordingId", "path": "WORN", "model", …}                     first line
 *     {"sec": 12, "person": [2, 0.83], "carrier": [1, 0.71]}          a look: how many, and the surest
 *     {"sec": 13}                                                     looked, and nobody was seen
 *
 * A second without a line was not looked at, which is not the same as nothing there.
 */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import {
  type BodyCamRecording,
  type PresenceSummary,
  presenceFile,
  type SuggestedStill,
} from '../devices/bodycam/recording.ts'
import type { Detections, Role } from './detections/detections.ts'
import { grow, readGrown } from './kit/growing-file.ts'

/** Kinds as an officer asks for them. */
const KINDS = {
  person: ['person'],
  carrier: ['carrier', 'vehicle', 'two-wheeler'],
  goods: ['goods', 'furniture', 'grill', 'scrap'],
} as const satisfies Record<string, readonly Role[]>
type Kind = keyof typeof KINDS

const Seen = z.tuple([z.int().min(1), z.number()])
const Look = z.object({
  sec: z.number(),
  /** Variance of the Laplacian, for whoever looks for a sharp picture. */
  sharp: z.number().optional(),
  person: Seen.optional(),
  carrier: Seen.optional(),
  goods: Seen.optional(),
})
export type Look = z.infer<typeof Look>

/** Scores are in one measure for all networks: half is the model's own threshold. */
const SURE = 0.5
const STILLS_MAX = 8
const STILLS_APART_SEC = 10
/** A street with edges in focus; half of it counts half. */
const SHARP = 200
const FLUSH_LOOKS = 20

export function lookAt(sec: number, found: Detections, sharp: number): Look {
  const kinds = Object.entries(KINDS).flatMap(([kind, roles]) => {
    const scores = Array.from(found.scores, (score, at) => ({
      score,
      role: found.roles[found.classIds[at]!]!,
    }))
      .filter(({ score, role }) => score >= SURE && (roles as readonly Role[]).includes(role))
      .map(({ score }) => score)
    const best = Math.round(100 * Math.max(0, ...scores)) / 100
    return scores.length === 0 ? [] : [[kind, [scores.length, best]]]
  })
  return { sec, sharp: Math.round(sharp), ...Object.fromEntries(kinds) }
}

export interface PresenceHead {
  readonly recordingId: string
  readonly path: 'WORN'
  readonly occupancy: 'NOT_USED_CAMERA_MOVES'
  readonly model: string
  readonly modelDigest: string
  readonly looksPerSec: number
}

export class PresenceBook {
  readonly looks: Look[]
  readonly #file: string
  #waiting: string[] = []

  private constructor(file: string, looks: Look[]) {
    this.#file = file
    this.looks = looks
  }

  /** Goes on with what is there; what another model saw stays as it is, and is gone on with by this one no more. */
  static async open(file: string, head: PresenceHead): Promise<PresenceBook> {
    const lines = ((await readGrown(file)) ?? '').split('\n').filter((line) => line !== '')
    if (lines.length === 0) await grow(file, `${JSON.stringify(head)}\n`)
    return new PresenceBook(file, readLooks(lines.slice(1)))
  }

  /** Looked at up to here, and not further. */
  get untilSec(): number {
    return this.looks.at(-1)?.sec ?? Number.NEGATIVE_INFINITY
  }

  async add(look: Look): Promise<void> {
    this.looks.push(look)
    this.#waiting.push(`${JSON.stringify(look)}\n`)
    if (this.#waiting.length >= FLUSH_LOOKS) await this.flush()
  }

  async flush(): Promise<void> {
    const lines = this.#waiting.join('')
    this.#waiting = []
    if (lines !== '') await grow(this.#file, lines)
  }
}

/** What was seen, second by second; null: nobody has looked. */
export function readPresence(file: string): Look[] | null {
  try {
    return readLooks(readFileSync(file, 'utf8').split('\n').slice(1))
  } catch {
    return null
  }
}

/** Of a recording that was looked at to its end. */
export function presenceOf(recording: BodyCamRecording | null): Look[] | null {
  return recording?.analysis?.state === 'DONE' ? readPresence(presenceFile(recording)) : null
}

function readLooks(lines: readonly string[]): Look[] {
  return lines.flatMap((line) => {
    try {
      const read = Look.safeParse(JSON.parse(line))
      return read.success ? [read.data] : []
    } catch {
      return [] // Half a line: the box stopped in its middle.
    }
  })
}

export function summaryOf(
  looks: readonly Look[],
  { model, modelDigest, looksPerSec }: PresenceHead,
): PresenceSummary {
  const seconds = (kind: Kind) =>
    Math.round(looks.filter((look) => look[kind] !== undefined).length / looksPerSec)
  return {
    ...{ model, modelDigest, looksPerSec, analysedSec: Math.round(looks.length / looksPerSec) },
    ...{ personSec: seconds('person'), carrierSec: seconds('carrier'), goodsSec: seconds('goods') },
    stills: stillsOf(looks),
  }
}

/** Those that show most, the sharpest first, some seconds apart; in the order of the film. */
function stillsOf(looks: readonly Look[]): SuggestedStill[] {
  const worth = looks
    .map((look) => ({ look, score: scoreOf(look) }))
    .filter(({ look }) => look.person !== undefined || look.carrier !== undefined || look.goods !== undefined)
    .sort((a, b) => b.score - a.score || a.look.sec - b.look.sec)
  const chosen: typeof worth = []
  for (const one of worth) {
    if (chosen.length === STILLS_MAX) break
    const isApart = (other: (typeof worth)[number]) =>
      Math.abs(other.look.sec - one.look.sec) >= STILLS_APART_SEC
    if (chosen.every(isApart)) chosen.push(one)
  }
  return chosen
    .map(({ look, score }) => ({ sec: look.sec, score, reasons: reasonsOf(look) }))
    .sort((a, b) => a.sec - b.sec)
}

function scoreOf({ person, carrier, goods, sharp = 0 }: Look): number {
  const seen = [person, carrier, goods].reduce((sum, one) => sum + (one?.[1] ?? 0), 0)
  return Math.round(100 * (seen / 3) * (0.5 + 0.5 * Math.min(1, sharp / SHARP))) / 100
}

function reasonsOf({ person, carrier, goods, sharp = 0 }: Look): string[] {
  return [
    ...(person === undefined ? [] : ['PERSON']),
    ...(carrier === undefined ? [] : ['CARRIER']),
    ...(goods === undefined ? [] : ['GOODS']),
    ...(sharp >= SHARP ? ['SHARP'] : []),
  ]
}
