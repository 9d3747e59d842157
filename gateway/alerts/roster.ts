/**
 * People: who they are for the box, and no more than it needs [R55, R56, R101].
 *
 *     platform ─ people ─▶ id, name, badge, role, certificate, unit, duty ─▶ kept, with syncedAt
 *                          sex, age, education, politics, training, phone … ─▶ dropped unread, and the sender is told
 *
 * The platform is the master of people. Administrators of the box stand in its own file only: who may change its
 * configuration is not for a message to say.
 */
import { z } from 'zod'
import { Day } from '../kit/calendar.ts'
import { type Clock, isoTime } from '../kit/clock.ts'
import type { Database, Row, Statement } from '../kit/database.ts'
import { RANKS } from './people.ts'

/** All that the box may keep of a person; every other field is dropped. */
const KeptPerson = z.object({
  personId: z.string().min(1).max(64),
  name: z.string().min(1).max(40),
  badgeNo: z.string().max(40).optional(),
  role: z.enum(RANKS),
  certNo: z.string().max(40).optional(),
  certValidFrom: Day.optional(),
  certValidTo: Day.optional(),
  orgId: z.string().max(64).optional(),
  dutyState: z.enum(['ON_DUTY', 'OFF_DUTY', 'LEAVE']).optional(),
})
export type KeptPerson = z.infer<typeof KeptPerson>
export interface SyncedPerson extends KeptPerson {
  /** When the platform last spoke of them; null: they stand in the box's own file. */
  readonly syncedAt: string | null
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS person (personId TEXT PRIMARY KEY, body TEXT NOT NULL, syncedMs INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS person_sync (
  number INTEGER PRIMARY KEY, actor TEXT NOT NULL, kept INTEGER NOT NULL, refused INTEGER NOT NULL,
  droppedFields TEXT NOT NULL, atMs INTEGER NOT NULL);
`

const HOUR_MS = 3_600_000

export interface SyncResult {
  readonly kept: number
  /** Whom the box did not take, and why. */
  readonly refused: readonly { readonly place: number; readonly reason: string }[]
  /** Names of fields the box may not have, and how often they came. What stood in them is gone. */
  readonly droppedFields: Readonly<Record<string, number>>
  readonly syncedAt: string
}

export interface PeopleParts {
  readonly database: Database
  /** People of the box's own file. */
  readonly local: () => readonly KeptPerson[]
  readonly staleHours: () => number
  readonly offsetMinutes: () => number
  readonly clock: Clock
}

export class People {
  readonly #parts: PeopleParts
  readonly #put: Statement
  readonly #log: Statement
  readonly #all: Statement
  readonly #last: Statement

  constructor(parts: PeopleParts) {
    parts.database.exec(SCHEMA)
    this.#parts = parts
    const prepare = (sql: string) => parts.database.prepare(sql)
    this.#put = prepare('INSERT OR REPLACE INTO person VALUES (?, ?, ?)')
    this.#log = prepare('INSERT INTO person_sync VALUES (NULL, ?, ?, ?, ?, ?)')
    this.#all = prepare('SELECT * FROM person ORDER BY personId')
    this.#last = prepare('SELECT max(atMs) AS atMs FROM person_sync')
  }

  sync(records: readonly Readonly<Record<string, unknown>>[], by: string): SyncResult {
    const nowMs = this.#parts.clock.wallMs()
    const refused: { place: number; reason: string }[] = []
    const droppedFields: Record<string, number> = {}
    let kept = 0
    this.#parts.database.transaction(() => {
      for (const [place, record] of records.entries()) {
        const extra = Object.keys(record).filter((name) => !Object.hasOwn(KeptPerson.shape, name))
        for (const name of extra) droppedFields[name] = (droppedFields[name] ?? 0) + 1
        const parsed = KeptPerson.safeParse(record)
        const reason = parsed.success ? this.#refusal(parsed.data) : wrong(parsed.error)
        if (!parsed.success || reason !== null) {
          refused.push({ place, reason: reason ?? '' })
          continue
        }
        this.#put.run(parsed.data.personId, JSON.stringify(parsed.data), nowMs)
        kept++
      }
      this.#log.run(by, kept, refused.length, JSON.stringify(droppedFields), nowMs)
    })
    return { kept, refused, droppedFields, syncedAt: this.#iso(nowMs) }
  }

  /** The box's own file first; of whom the platform spoke, its word counts. */
  all(): SyncedPerson[] {
    const synced = this.#all.all().map((row) => this.#personOf(row))
    const known = new Set(synced.map(({ personId }) => personId))
    const local = this.#parts.local().filter(({ personId }) => !known.has(personId))
    return [...local.map((person) => ({ ...person, syncedAt: null })), ...synced]
  }

  get(personId: string): SyncedPerson | null {
    return this.all().find((person) => person.personId === personId) ?? null
  }

  /** Hours since the last sync when that is too long ago; null when it is not, or when there never was one. */
  staleForHours(): number | null {
    const last = this.#last.get()?.['atMs']
    if (typeof last !== 'number') return null
    const hours = (this.#parts.clock.wallMs() - last) / HOUR_MS
    return hours > this.#parts.staleHours() ? Math.floor(hours) : null
  }

  /** For the status of the box; empty when the list is not stale. */
  degraded(): { readonly code: 'PEOPLE_STALE'; readonly since: string }[] {
    if (this.staleForHours() === null) return []
    const last = Number(this.#last.get()?.['atMs'])
    return [{ code: 'PEOPLE_STALE', since: this.#iso(last + this.#parts.staleHours() * HOUR_MS) }]
  }

  #refusal({ personId, role }: KeptPerson): string | null {
    if (role === 'ADMIN') return 'administrators of the box stand in its own file'
    const own = this.#parts.local().find((person) => person.personId === personId)
    return own?.role === 'ADMIN' ? 'an administrator of the box is not changed by a message' : null
  }

  #personOf(row: Row): SyncedPerson {
    const person = JSON.parse(String(row['body'])) as KeptPerson
    return { ...person, syncedAt: this.#iso(Number(row['syncedMs'])) }
  }

  #iso(wallMs: number): string {
    return isoTime(wallMs, this.#parts.offsetMinutes())
  }
}

function wrong({ issues: [issue] }: z.ZodError): string {
  return `${issue!.path.join('.') || 'person'}: ${issue!.message}`
}
