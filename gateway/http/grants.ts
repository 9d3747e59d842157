/**
 * Grants: for some minutes somebody of the platform may fetch named files of one package from the box.
 *
 *     command ─▶ role asked ─▶ token shown once, its hash kept ─▶ GET with the token ─▶ logged with purpose and requester
 *
 * Expired, revoked, of another package, of another file, made up: told apart in the log, all the same outside. What
 * nobody ever gave is only counted: a stranger must not be able to fill the access log.
 */
import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { EVIDENCE_JSON, isSafePath } from '../evidence/bag.ts'
import { type Inventory, inventoryOf, type PackageFile, readRange } from '../evidence/inventory.ts'
import type { Vault } from '../evidence/vault.ts'
import { type Clock, isoTime } from '../kit/clock.ts'
import type { Database, Row, Statement } from '../kit/database.ts'
import { fault } from '../kit/errors.ts'
import { ulid } from '../kit/ids.ts'
import type { Log } from '../kit/log.ts'
import type { AccessLog } from './access-log.ts'

const OPEN_MAX = 200
/** Ended grants are kept that long, so that a late try can be told from a made-up one. */
const KEPT_MS = 7 * 86_400_000
const SCHEMA = `
CREATE TABLE IF NOT EXISTS evidence_grant (
  grantId TEXT PRIMARY KEY, tokenHash TEXT NOT NULL UNIQUE, packageId TEXT NOT NULL, items TEXT, profile TEXT NOT NULL,
  purpose TEXT NOT NULL, requester TEXT NOT NULL, expiresMs INTEGER NOT NULL, revokedMs INTEGER,
  fetched INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
`
export type GrantRefusal = 'unknown' | 'expired' | 'revoked' | 'other package' | 'other file' | 'no such file'

interface GrantWish {
  readonly packageId: string
  readonly items?: readonly string[] | undefined
  readonly profile: 'EVIDENCE' | 'INTERNAL' | 'PUBLIC'
  readonly purpose: string
  readonly ttlSec: number
  readonly tokenSha256?: string | undefined
  readonly by: string
}

interface Grant {
  readonly grantId: string
  readonly packageId: string
  readonly items: readonly string[] | null
  readonly profile: string
  readonly purpose: string
  readonly requester: string
  readonly expiresMs: number
  readonly isRevoked: boolean
}

export interface Granted {
  readonly file: PackageFile
  read(from: number, to: number): Readable
}

interface GrantParts {
  readonly database: Database
  readonly accessLog: AccessLog
  readonly vault: Pick<Vault, 'evidence' | 'keyOf' | 'readNow'>
  /** A look by a grant, once it is in the access log. */
  readonly onFetched?: (packageId: string, requester: string, purpose: string) => void
  readonly fetchUrl: string | undefined
  readonly ttlMaxSec: number
  readonly clock: Clock
  readonly log: Log
}

export class Grants {
  readonly counters = { given: 0, fetched: 0, refused: 0 }
  readonly #parts: GrantParts
  readonly #add: Statement
  readonly #byToken: Statement
  readonly #open: Statement
  readonly #revoke: Statement
  readonly #use: Statement
  readonly #forget: Statement

  constructor(parts: GrantParts) {
    const { database } = parts
    database.exec(SCHEMA)
    this.#parts = parts
    this.#add = database.prepare(
      `INSERT INTO evidence_grant (grantId, tokenHash, packageId, items, profile, purpose, requester, expiresMs)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#byToken = database.prepare('SELECT * FROM evidence_grant WHERE tokenHash = ?')
    this.#open = database.prepare(
      'SELECT count(*) AS open FROM evidence_grant WHERE expiresMs > ? AND revokedMs IS NULL',
    )
    this.#revoke = database.prepare(
      'UPDATE evidence_grant SET revokedMs = ? WHERE grantId = ? AND revokedMs IS NULL RETURNING packageId',
    )
    this.#use = database.prepare('UPDATE evidence_grant SET fetched = fetched + 1 WHERE grantId = ?')
    this.#forget = database.prepare('DELETE FROM evidence_grant WHERE expiresMs < ?')
  }

  /** The token is null when the platform made its own. Throws EVIDENCE_UNKNOWN, GRANT_ITEMS_UNKNOWN, GRANTS_FULL. */
  give(wish: GrantWish): { token: string | null; grant: Readonly<Record<string, unknown>> } {
    const { accessLog, clock, fetchUrl, ttlMaxSec } = this.#parts
    const { packageId, items, profile, purpose, tokenSha256, by } = wish
    this.#checkItems(wish)
    const nowMs = clock.wallMs()
    const open = Number(this.#open.get(nowMs)!['open'])
    if (open >= OPEN_MAX) throw fault('GRANTS_FULL', { count: open })
    const grantId = ulid(nowMs)
    const token = tokenSha256 === undefined ? randomBytes(32).toString('base64url') : null
    const hash = token === null ? tokenSha256! : hashOf(token)
    const expiresMs = nowMs + 1_000 * Math.min(wish.ttlSec, ttlMaxSec)
    this.#forget.run(nowMs - KEPT_MS)
    this.#add.run(
      grantId,
      hash,
      packageId,
      items ? JSON.stringify(items) : null,
      profile,
      purpose,
      by,
      expiresMs,
    )
    const path = `/api/v1/granted/${packageId}/`
    const object = `${packageId} (${profile}${items ? `: ${items.join(', ')}` : ''})`
    accessLog.add({
      ...{
        actor: by,
        role: 'grant',
        action: 'evidence.grant',
        object,
        purpose,
        outcome: 'granted',
        address: grantId,
      },
    })
    this.counters.given++
    const url = fetchUrl === undefined ? null : `${fetchUrl.replace(/\/$/, '')}${path}`
    return { token, grant: { grantId, packageId, path, url, expiresAt: isoTime(expiresMs) } }
  }

  revoke(grantId: string, by: string): { revoked: boolean } {
    const [row] = this.#revoke.all(this.#parts.clock.wallMs(), grantId)
    if (row === undefined) return { revoked: false }
    const entry = { actor: by, role: 'grant', action: 'evidence.revoke', object: String(row['packageId']) }
    this.#parts.accessLog.add({ ...entry, purpose: '', outcome: 'granted', address: grantId })
    return { revoked: true }
  }

  /** The file, once the look is in the log. Throws GRANT_REFUSED. */
  async open(token: string, packageId: string, path: string, address: string): Promise<Granted> {
    const row = this.#byToken.get(hashOf(token))
    const grant = row ? grantOf(row) : null
    const { vault, onFetched } = this.#parts
    const found = grant === null ? 'unknown' : await this.#find(grant, packageId, path)
    if (typeof found !== 'string' && grant !== null) {
      this.#note(grant, `${packageId}/${path}`, 'granted', address)
      this.#use.run(grant.grantId)
      this.counters.fetched++
      onFetched?.(packageId, grant.requester, grant.purpose)
      return { file: found, read: (from, to) => readRange(vault, packageId, path, from, to) }
    }
    this.counters.refused++
    if (grant !== null) this.#note(grant, `${packageId}/${path} (${String(found)})`, 'refused', address)
    else this.#parts.log.warn({ address, refused: this.counters.refused }, 'a grant that nobody gave')
    throw fault('GRANT_REFUSED')
  }

  #checkItems({ packageId, items, profile }: GrantWish): void {
    const folder = join(this.#parts.vault.evidence, packageId)
    const known = this.#itemsOf(packageId)
    if (known === null) throw fault('EVIDENCE_UNKNOWN', { packageId })
    const there = inProfile(known, profile)
    const isThere = (name: string) => there.some(({ itemId, path }) => itemId === name || path === name)
    const isFile = (name: string) => profile === 'EVIDENCE' && existsSync(join(folder, name))
    const unknown = (items ?? []).filter((name) => !isThere(name) && !(isSafePath(name) && isFile(name)))
    if (there.length === 0 && profile !== 'EVIDENCE') unknown.push(profile)
    if (unknown.length > 0) throw fault('GRANT_ITEMS_UNKNOWN', { packageId, items: unknown.join(', ') })
  }

  async #find(grant: Grant, packageId: string, path: string): Promise<PackageFile | GrantRefusal> {
    if (grant.isRevoked) return 'revoked'
    if (this.#parts.clock.wallMs() >= grant.expiresMs) return 'expired'
    if (grant.packageId !== packageId) return 'other package'
    const inventory = await inventoryOf(this.#parts.vault, packageId)
    // Only what the manifests name can be asked for: no path is ever made of what somebody sent.
    const file = inventory.files.find((one) => one.path === path)
    if (file === undefined) return 'no such file'
    return this.#allowed(grant, inventory).has(path) ? file : 'other file'
  }

  /** Records and manifests go with the evidence; of a redacted profile nothing but its own items. */
  #allowed({ packageId, items, profile }: Grant, { files }: Inventory): Set<string> {
    const known = inProfile(this.#itemsOf(packageId) ?? [], profile)
    const named = known.filter(
      (item) => items === null || items.includes(item.itemId) || items.includes(item.path),
    )
    if (profile !== 'EVIDENCE') return new Set(named.map(({ path }) => path))
    const wanted = (file: PackageFile) =>
      items === null || items.includes(file.path) || file.kind === 'record' || file.kind === 'tag'
    return new Set([...named.map(({ path }) => path), ...files.filter(wanted).map(({ path }) => path)])
  }

  /** null: there is no such package. Read at once: a command is carried out in one go. */
  #itemsOf(packageId: string): readonly Item[] | null {
    const bytes = this.#parts.vault.readNow(packageId, EVIDENCE_JSON)
    return bytes && (JSON.parse(bytes.toString()) as { items: readonly Item[] }).items
  }

  #note(grant: Grant, object: string, outcome: 'granted' | 'refused', address: string): void {
    const { requester, purpose } = grant
    const entry = {
      actor: requester,
      role: 'grant',
      action: 'evidence.fetch',
      object,
      purpose,
      outcome,
      address,
    }
    this.#parts.accessLog.add(entry)
  }
}

interface Item {
  readonly itemId: string
  readonly path: string
  readonly redactionProfile?: string
}

function inProfile(items: readonly Item[], profile: string): readonly Item[] {
  return profile === 'EVIDENCE' ? items : items.filter((item) => item.redactionProfile === profile)
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')

function grantOf(row: Row): Grant {
  const text = (key: string) => String(row[key])
  return {
    ...{ grantId: text('grantId'), packageId: text('packageId'), profile: text('profile') },
    ...{ purpose: text('purpose'), requester: text('requester'), expiresMs: Number(row['expiresMs']) },
    items: row['items'] === null ? null : (JSON.parse(text('items')) as string[]),
    isRevoked: row['revokedMs'] !== null,
  }
}
