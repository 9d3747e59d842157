/**
 * Several packages: each against itself (`check.ts`), and all of a box against each other.
 *
 *     №7 ◀─prevManifestHash─ №8 ◀─ №9      neighbours must fit; in a whole folder no number may be missing,
 *                                          and the newest must be the one chain.json names
 *
 * Deleting the newest packages together with what chain.json says of them leaves no trace on the box: only who keeps
 * manifest hashes elsewhere (the platform gets each one) can tell. Those hashes can be brought as `anchors` [R44].
 */
import { TIMESTAMP } from './bag.ts'
import type { BagSource, Tools } from './bag-source.ts'
import type { ChainRecord } from './chain-record.ts'
import { type CheckedPackage, checkPackage } from './check.ts'
import type { Finding } from './findings.ts'
import type { Trust } from './public-key.ts'

/** What was named: one package, or a folder whose packages are all meant. */
export interface Place {
  /** Null when one package was named. */
  readonly folder: string | null
  readonly bags: readonly BagSource[]
  /** What `chain.json` beside the packages says; 'absent' when there is none, null when it cannot be read. */
  readonly chain: ChainRecord | 'absent' | null
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
}

export async function checkAll(places: readonly Place[], options: CheckOptions): Promise<VerifyReport> {
  const { trust, tools, partial, anchors, timestamped, onProgress } = options
  const checked = new Map<string, CheckedPackage>()
  for (const bag of places.flatMap((place) => place.bags)) {
    const onBytes = (bytes: number) => onProgress(bytes, bag.path)
    if (!checked.has(bag.path)) checked.set(bag.path, await checkPackage(bag, trust, tools, onBytes))
  }

  const chain = new ChainCheck([...checked.values()])
  if (!partial) for (const place of places) chain.wholeFolder(place)
  chain.anchored(anchors)
  const packages = [...checked.values()].map((one) => {
    const findings = [...one.findings, ...chain.of(one)]
    if (timestamped && one.timestamp.state === 'ABSENT')
      findings.push({ code: 'TIMESTAMP_MISSING', item: TIMESTAMP, detail: '' })
    return { ...one, findings, ok: findings.length === 0 }
  })
  return {
    ok: packages.every((one) => one.ok) && chain.findings.length === 0,
    packages,
    findings: chain.findings,
  }
}

type Numbered = CheckedPackage & { readonly sequence: number; readonly producer: string }

class ChainCheck {
  /** By producer, in order of their numbers. */
  readonly #chains = new Map<string, Numbered[]>()
  readonly #manifestHashes: ReadonlySet<string | null>
  readonly #ofPackage = new Map<string, Finding[]>()
  readonly findings: Finding[] = []

  constructor(packages: readonly CheckedPackage[]) {
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

  of(one: CheckedPackage): readonly Finding[] {
    return this.#ofPackage.get(one.path) ?? []
  }

  /** All packages of a box: numbers from 1 without a hole, up to the newest the box remembers. */
  wholeFolder({ folder, bags, chain: record }: Place): void {
    if (folder === null) return
    const here = new Set(bags.map(({ path }) => path))
    for (const [producer, chain] of this.#chains) {
      let last = 0
      for (const { path, sequence } of chain) {
        if (!here.has(path)) continue
        const [from, to] = [last + 1, sequence - 1]
        const lost = from === to ? String(from) : `${from}–${to}`
        if (from <= to) this.findings.push({ code: 'CHAIN_GAP', item: lost, detail: producer })
        last = sequence
      }
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
