/**
 * Several packages: each against itself (`check.ts`), and all of a box against each other.
 *
 *     №7 ◀─prevManifestHash─ №8 ◀─ №9      neighbours must fit; in a whole folder no number may be missing,
 *                                          and the newest must be the one chain.json names; what was purged has
 *                                          a signed tombstone that fits on both sides (`tombstones.ts`)
 *
 * Deleting the newest packages together with what chain.json says of them leaves no trace on the box: only who keeps
 * manifest hashes elsewhere can tell: the platform gets each one, and a signed head every day. Those can be brought as
 * `anchors` and as `heads` [R44].
 */
import { TIMESTAMP } from './bag.ts'
import type { BagSource, Tools } from './bag-source.ts'
import type { ChainRecord } from './chain-record.ts'
import { type CheckedPackage, checkPackage, type KeyFiles } from './check.ts'
import type { Finding } from './findings.ts'
import { headFindings } from './head-check.ts'
import { isPinned, type Trust, trustedKeys } from './public-key.ts'
import { type Revocation, revokedFindings, trustedRevocations } from './revocation-check.ts'
import { holesIn, readTombstones } from './tombstones.ts'

/** What was named: one package, or a folder whose packages are all meant. */
export interface Place {
  /** Null when one package was named. */
  readonly folder: string | null
  readonly bags: readonly BagSource[]
  /** What `chain.json` beside the packages says; 'absent' when there is none, null when it cannot be read. */
  readonly chain: ChainRecord | 'absent' | null
  /** Text of `purged.ndjson` beside the packages; null when there is none. */
  readonly purged: string | null
}

export interface CheckOptions {
  readonly trust: Trust
  readonly tools: Tools
  /** Folders hold only some packages of their box, a case's say: missing numbers are no finding. */
  readonly partial: boolean
  /** Manifest hashes kept elsewhere: each must be that of a package that is here. */
  readonly anchors: readonly string[]
  /** Every package must have a token: who knows that tokens were asked for can tell that one was taken away. */
  readonly timestamped: boolean
  /** What the box has published as its newest package, day by day; empty: not asked. */
  readonly heads: string
  /** Revocation records that the verifier brought, beside those in the packages. */
  readonly revocations: readonly Revocation[]
  readonly onProgress: (bytes: number, path: string) => void
}

export interface PackageResult extends CheckedPackage {
  readonly ok: boolean
}

export interface VerifyReport {
  readonly ok: boolean
  readonly packages: readonly PackageResult[]
  /** About the chain as a whole: what belongs to no package that is there. */
  readonly findings: readonly Finding[]
  /** Missing packages that a signed tombstone stands for: purged, and the chain whole over them. */
  readonly purged: number
}

type Checked = CheckedPackage & { readonly keyFiles: KeyFiles }

export async function checkAll(places: readonly Place[], options: CheckOptions): Promise<VerifyReport> {
  const { trust, tools, partial, anchors, timestamped, onProgress } = options
  const checked = new Map<string, Checked>()
  for (const bag of places.flatMap((place) => place.bags)) {
    const onBytes = (bytes: number) => onProgress(bytes, bag.path)
    if (!checked.has(bag.path)) checked.set(bag.path, await checkPackage(bag, trust, tools, onBytes))
  }

  const chain = new ChainCheck([...checked.values()], options)
  if (!partial) for (const place of places) chain.wholeFolder(place)
  chain.anchored(anchors)
  const keys = keysOf([...checked.values()], options)
  const revoked = chain.revoked([...keys.revocations, ...options.revocations])
  const signers = new Map([...keys.trusted].filter(([keyId]) => !trust.revoked.has(keyId)))
  chain.findings.push(...headFindings(options.heads, signers, chain.chains, { partial, tools }))
  const packages = [...checked.values()].map(({ keyFiles: _, ...one }) => {
    const late = revoked.get(one.path) ?? []
    const findings = [...one.findings, ...chain.of(one), ...late]
    if (timestamped && one.timestamp.state === 'ABSENT')
      findings.push({ code: 'TIMESTAMP_MISSING', item: TIMESTAMP, detail: '' })
    const trusted = late.length === 0 ? one.trust : ('none' as const)
    return { ...one, trust: trusted, findings, ok: findings.length === 0 }
  })
  return {
    ok: packages.every((one) => one.ok) && chain.findings.length === 0,
    packages,
    findings: chain.findings,
    purged: chain.purged,
  }
}

/** Keys to trust, as all packages together tell it, and the revocations that those keys have signed. */
function keysOf(checked: readonly Checked[], { trust, tools }: CheckOptions) {
  const all = (name: 'rotations' | 'revocations') =>
    [...new Set(checked.flatMap(({ keyFiles }) => keyFiles[name].split('\n')))].join('\n')
  const shown = checked.flatMap(({ keyFiles }) => keyFiles.publicKeys)
  const named = shown.filter(({ fingerprint }) => trust.fingerprints.has(fingerprint))
  const pinned = isPinned(trust) ? [...trust.pinned, ...named] : shown
  const trusted = trustedKeys({ ...trust, pinned }, null, all('rotations'), tools)
  const revocations = trustedRevocations(all('revocations'), trusted, all('rotations'), tools)
  return { trusted, revocations }
}

type Numbered = CheckedPackage & { readonly sequence: number; readonly producer: string }

class ChainCheck {
  /** By producer, in order of their numbers. */
  readonly #chains = new Map<string, Numbered[]>()
  readonly #manifestHashes: ReadonlySet<string | null>
  readonly #ofPackage = new Map<string, Finding[]>()
  readonly #options: CheckOptions
  readonly findings: Finding[] = []
  purged = 0

  constructor(packages: readonly CheckedPackage[], options: CheckOptions) {
    this.#options = options
    this.#manifestHashes = new Set(packages.map(({ manifestHash }) => manifestHash))
    for (const one of packages) {
      if (one.sequence === null || one.producer === null) continue
      const chain = this.#chains.get(one.producer) ?? []
      this.#chains.set(one.producer, chain)
      chain.push(one as Numbered)
    }
    for (const chain of this.#chains.values()) {
      chain.sort((a, b) => a.sequence - b.sequence)
      for (const [index, one] of chain.entries()) this.#compare(chain[index - 1], one)
    }
  }

  /** By producer, in order of their numbers. */
  get chains(): ReadonlyMap<string, readonly Numbered[]> {
    return this.#chains
  }

  revoked(revocations: readonly Revocation[]): Map<string, Finding[]> {
    const keyed = (chain: readonly Numbered[]) =>
      chain.map((one) => ({ ...one, keyIds: [one.keyId, one.sm2KeyId].filter((id) => id !== null) }))
    return new Map(
      [...this.#chains.values()].flatMap((chain) => [...revokedFindings(keyed(chain), revocations)]),
    )
  }

  of(one: CheckedPackage): readonly Finding[] {
    return this.#ofPackage.get(one.path) ?? []
  }

  /** All packages of a box: numbers from 1 without a hole, up to the newest the box remembers. */
  wholeFolder({ folder, bags, chain: record, purged }: Place): void {
    if (folder === null) return
    const here = new Set(bags.map(({ path }) => path))
    const { trust, tools } = this.#options
    const stones = readTombstones(purged, trust, tools)
    this.findings.push(...stones.findings)
    for (const [producer, chain] of this.#chains) {
      const own = stones.packages.filter((stone) => stone.producer === producer)
      const inside = chain.filter(({ path }) => here.has(path))
      const holes = holesIn(inside, own)
      for (const [from, to] of holes.lost) {
        const lost = from === to ? String(from) : `${from}–${to}`
        this.findings.push({ code: 'CHAIN_GAP', item: lost, detail: producer })
      }
      for (const sequence of holes.misfits)
        this.findings.push({ code: 'TOMBSTONE_MISFIT', item: String(sequence), detail: producer })
      this.purged += holes.covered
    }
    if (record === null) this.findings.push({ code: 'CHAIN_RECORD_BAD', item: 'chain.json', detail: '' })
    if (record === null || record === 'absent') return
    // A box that stopped between the two steps of a seal: the package it was sealing is the newest, if it is there.
    const all = [...this.#chains.values()].flat()
    const sealing = all.some(({ packageId }) => packageId === record.sealing?.packageId)
    const head = sealing ? record.sealing : record.head
    const newest = head === null ? all.at(-1) : all.find(({ packageId }) => packageId === head.packageId)
    const fits = newest?.manifestHash === head?.manifestHash && newest?.sequence === head?.sequence
    const item = head?.packageId ?? '-'
    if (!fits) this.findings.push({ code: 'CHAIN_HEAD', item, detail: `no. ${head?.sequence ?? 0}` })
  }

  anchored(hashes: readonly string[]): void {
    for (const hash of hashes) {
      if (!this.#manifestHashes.has(hash))
        this.findings.push({ code: 'CHAIN_ANCHOR', item: hash, detail: '' })
    }
  }

  #compare(before: Numbered | undefined, one: Numbered): void {
    const findings: Finding[] = []
    if (one.sequence === 1 && one.prevManifestHash !== null) {
      findings.push({ code: 'CHAIN_BROKEN', item: '-', detail: 'no. 1 has no package before it' })
    }
    if (before?.sequence === one.sequence && before.path !== one.path) {
      findings.push({ code: 'CHAIN_FORK', item: before.packageId ?? '?', detail: `no. ${one.sequence}` })
    }
    if (before?.sequence === one.sequence - 1 && one.prevManifestHash !== before.manifestHash) {
      findings.push({ code: 'CHAIN_BROKEN', item: before.packageId ?? '?', detail: `no. ${before.sequence}` })
    }
    this.#ofPackage.set(one.path, findings)
  }
}
