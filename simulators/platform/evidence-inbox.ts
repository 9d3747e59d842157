/**
 * Where the simulated platform keeps the evidence it is sent, by whichever way, and says what it has checked.
 *
 *     file whole ─▶ its hash? ─▶ <folder>/<packageId>/<path> ─▶ seals there? ─▶ the whole bag verified ─▶ receipt
 *     part       ─▶ <folder>/.parts/<sha256>, ranges beside ─▶ full? ─▶ its hash? ─▶ as above
 *
 * It trusts nothing that it is told: names are checked before they become paths, hashes are taken of what arrived.
 */
import { createHash } from 'node:crypto'
import { EventEmitter } from 'node:events'
import {
  closeSync,
  createReadStream,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { copyFile, mkdir, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  EVIDENCE_JSON,
  isPackageId,
  isSafePath,
  PAYLOAD_MANIFESTS,
  readManifest,
  SIGNATURE,
  TAGMANIFEST,
} from '../../gateway/evidence/bag.ts'
import { verifyPackages } from '../../gateway/evidence/verify.ts'

/** What is said of a file when it is sent. */
export interface Announced {
  readonly packageId: string
  readonly path: string
  readonly sha256: string
  readonly manifestHash: string
  readonly tagmanifestHash: string
  /** Whose it is. */
  readonly gateway: string
}

export interface EvidenceReceipt {
  readonly packageId: string
  readonly manifestHash: string
  readonly tagmanifestHash: string
  readonly verified: 'all' | readonly string[]
  readonly wrong: readonly string[]
  readonly missing: readonly string[]
}

type Range = [from: number, to: number]

export interface ArrivedPart extends Announced {
  readonly fileBytes: number
  readonly from: number
  readonly bytes: Buffer
}

export interface PartsState {
  readonly ranges: readonly Range[]
  readonly state: 'partial' | 'verified' | 'wrong'
}

interface InboxEvents {
  file: [announced: Announced]
  receipt: [gateway: string, receipt: EvidenceReceipt]
}

export class EvidenceInbox {
  readonly folder: string
  readonly #events = new EventEmitter<InboxEvents>()
  readonly #receipts = new Map<string, EvidenceReceipt>()
  /** One look at a package at a time. */
  #looking: Promise<void> = Promise.resolve()

  constructor(folder: string) {
    this.folder = folder
    mkdirSync(join(folder, '.parts'), { recursive: true })
  }

  on<Name extends keyof InboxEvents>(name: Name, listener: (...values: InboxEvents[Name]) => void): void {
    this.#events.on(name, listener as never)
  }

  has({ packageId, path, sha256 }: Pick<Announced, 'packageId' | 'path' | 'sha256'>): boolean {
    const file = this.#placeOf(packageId, path)
    return file !== null && existsSync(file) && sha256OfSync(file) === sha256
  }

  /** Takes a whole file over; false when it is not what was announced. */
  async take(announced: Announced, file: string): Promise<boolean> {
    const place = this.#placeOf(announced.packageId, announced.path)
    if (place === null || (await sha256Of(file)) !== announced.sha256) return false
    await mkdir(dirname(place), { recursive: true })
    await rename(file, place).catch(() => copyFile(file, place)) // Another disk.
    this.#events.emit('file', announced)
    const look = this.#looking.then(() => this.#look(announced))
    this.#looking = look.catch(() => {}) // Whoever brought the file hears of it; the next is not to blame.
    await look
    return true
  }

  async takePart(part: ArrivedPart): Promise<PartsState> {
    if (this.has(part)) return { ranges: [[0, part.fileBytes]], state: 'verified' }
    const file = join(this.folder, '.parts', createHash('sha256').update(part.sha256).digest('hex'))
    const noted = `${file}.json`
    const before = existsSync(noted) ? (JSON.parse(readFileSync(noted, 'utf8')) as Range[]) : []
    const handle = openSync(file, existsSync(file) ? 'r+' : 'w')
    writeSync(handle, part.bytes, 0, part.bytes.length, part.from)
    closeSync(handle)
    const ranges = joined([...before, [part.from, part.from + part.bytes.length]])
    writeFileSync(noted, JSON.stringify(ranges))
    const held = ranges.reduce((sum, [from, to]) => sum + to - from, 0)
    if (held < part.fileBytes) return { ranges, state: 'partial' }
    const isRight = await this.take(part, file)
    rmSync(file, { force: true })
    rmSync(noted, { force: true })
    return isRight ? { ranges, state: 'verified' } : { ranges: [], state: 'wrong' }
  }

  receiptOf(packageId: string): EvidenceReceipt | null {
    return this.#receipts.get(packageId) ?? null
  }

  packageFolder(packageId: string): string {
    return join(this.folder, packageId)
  }

  /** With the seals there it can be said what is whole; without all files, which of them are right. */
  async #look({ packageId, manifestHash, tagmanifestHash, gateway }: Announced): Promise<void> {
    const root = this.packageFolder(packageId)
    const needed = [TAGMANIFEST, SIGNATURE, PAYLOAD_MANIFESTS.sha256, EVIDENCE_JSON]
    if (!needed.every((name) => existsSync(join(root, name)))) return
    const read = (name: string) => readFile(join(root, name), 'utf8')
    const payload = [...readManifest(await read(PAYLOAD_MANIFESTS.sha256)).hashes.keys()]
    const tags = [...readManifest(await read(TAGMANIFEST)).hashes.keys()]
    const there = [...payload, ...tags, TAGMANIFEST, SIGNATURE].filter((path) => existsSync(join(root, path)))
    const lacking = payload.filter((path) => !there.includes(path))
    const common = { packageId, manifestHash, tagmanifestHash }
    let receipt: EvidenceReceipt = { ...common, verified: there, wrong: [], missing: [] }
    if (lacking.length === 0) {
      const { packages } = await verifyPackages([root], { partial: true })
      const wrong = packages.flatMap(({ findings }) => findings.map(({ item }) => item))
      const isWhole = packages.every(({ ok }) => ok) && packages.length === 1
      receipt = isWhole
        ? { ...common, verified: 'all', wrong: [], missing: [] }
        : { ...common, verified: [], wrong: there.filter((path) => wrong.includes(path)), missing: [] }
    }
    this.#receipts.set(packageId, receipt)
    this.#events.emit('receipt', gateway, receipt)
  }

  #placeOf(packageId: string, path: string): string | null {
    return isPackageId(packageId) && isSafePath(path) ? join(this.packageFolder(packageId), path) : null
  }
}

function joined(ranges: readonly Range[]): Range[] {
  const out: Range[] = []
  for (const [from, to] of ranges.toSorted(([a], [b]) => a - b)) {
    const last = out.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else out.push([from, to])
  }
  return out
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer)
  return hash.digest('hex')
}

const sha256OfSync = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex')
