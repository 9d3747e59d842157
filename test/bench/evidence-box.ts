/**
 * A box's sealed packages as names and bytes, so that one change costs one file and not a copy of all.
 *
 *     real keeper, two keys, real tokens ─▶ files in memory ─change─▶ what differs is written ─check─▶ put back
 */
import { execFileSync } from 'node:child_process'
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { openSigner, rotateKey } from '../../gateway/evidence/seal.ts'
import { LATER, openKeeper, sealOne, temporaryFolder, wrap } from '../stages/evidence-footage.ts'

/** A file, a link, or a folder with nothing in it. */
export type Thing = Buffer | { readonly link: string } | 'folder'
/** By path inside `evidence/`. */
export type Files = Map<string, Thing>

export interface SealedFiles {
  readonly files: Files
  readonly ids: readonly string[]
  /** The key of the first package: what a verifier has pinned. */
  readonly pinned: KeyObject
  readonly pinnedPem: string
  /** Private half of the key in use, for the thief. */
  readonly stolen: KeyObject
  /** What the platform was told of each package. */
  readonly manifestHashes: readonly string[]
  /** Of the authority that stamped, PEM. */
  readonly authorityPem: string
}

/** @param count of packages; the second half is signed by a key that followed the first */
export async function sealFiles(count: number): Promise<SealedFiles> {
  const folder = temporaryFolder()
  const ids: string[] = []
  const seal = async (from: number, to: number) => {
    const keeper = await openKeeper(folder)
    for (let act = from; act < to; act++) {
      if (act === 1) {
        const times = { startWallMs: Date.UTC(2026, 0, 1, 2), endWallMs: Date.UTC(2026, 0, 1, 2, 0, 4) }
        await keeper.holdSound(`act-${act}`, {
          wav: Buffer.alloc(4000, 7),
          ...times,
          transcript: '请勿占道经营',
        })
      }
      if (act % 2 === 1) await keeper.hold(`act-${act}`, 'CLIP', wrap(LATER, 12))
      ids.push((await sealOne(keeper, `act-${act}`)).packageId)
    }
    await keeper.close()
  }
  const first = await openSigner(join(folder, 'keys'))
  await seal(0, Math.ceil(count / 2))
  const { next } = await rotateKey(join(folder, 'keys'), Date.UTC(2026, 0, 1))
  await seal(Math.ceil(count / 2), count)
  const evidence = join(folder, 'evidence')
  const authorityPem = stamp(evidence, ids)
  const files = readFiles(evidence)
  const stolen = createPrivateKey(readFileSync(join(folder, 'keys', `${next.keyId}.key.pem`)))
  rmSync(folder, { recursive: true })
  return {
    ...{
      files,
      ids,
      pinned: createPublicKey(first.publicKeyPem),
      pinnedPem: first.publicKeyPem,
      stolen,
      authorityPem,
    },
    manifestHashes: ids.map((id) => hashOf('sha256', bytesAt(files, `${id}/manifest-sha256.txt`))),
  }
}

/** A real token for each package, by an authority of our own: `openssl ts`. */
function stamp(evidence: string, ids: readonly string[]): string {
  const folder = temporaryFolder()
  const run = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  writeFileSync(join(folder, 'serial'), '01\n')
  writeFileSync(
    join(folder, 'tsa.cnf'),
    [
      '[tsa]\ndefault_tsa=t\n[t]\nserial=serial\nsigner_cert=tsa.pem\nsigner_key=tsa.key\nsigner_digest=sha256',
      'default_policy=1.2.3.4\ndigests=sha256\naccuracy=secs:1\nordering=no\ntsa_name=no\ness_cert_id_chain=no',
    ].join('\n'),
  )
  run(
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '3650'],
    ...['-subj', '/CN=Test authority', '-addext', 'extendedKeyUsage=critical,timeStamping'],
    ...['-keyout', 'tsa.key', '-out', 'tsa.pem'],
  )
  for (const id of ids) {
    const tagmanifest = join(evidence, id, 'tagmanifest-sha256.txt')
    run('ts', '-query', '-data', tagmanifest, '-sha256', '-cert', '-out', 'query.tsq')
    run('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', 'query.tsq', '-out', `${tagmanifest}.tsr`)
  }
  const certificate = readFileSync(join(folder, 'tsa.pem'), 'utf8')
  rmSync(folder, { recursive: true })
  return certificate
}

function readFiles(root: string): Files {
  const names = (readdirSync(root, { recursive: true }) as string[]).sort()
  return new Map(
    names
      .filter((name) => lstatSync(join(root, name)).isFile())
      .map((name) => [name, readFileSync(join(root, name))]),
  )
}

export function bytesAt(files: Files, path: string): Buffer {
  const thing = files.get(path)
  if (!Buffer.isBuffer(thing)) throw new Error(`${path} is no file`)
  return thing
}

export const textAt = (files: Files, path: string): string => bytesAt(files, path).toString('utf8')

/** Files of one package, without the folder's name. */
export function namesIn(files: Files, id: string): string[] {
  return [...files.keys()]
    .filter((path) => path.startsWith(`${id}/`))
    .map((path) => path.slice(id.length + 1))
}

export function hashOf(algorithm: 'sha256' | 'sm3', bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest('hex')
}

/** What somebody does who has a key, the box's or one of their own: hashes everything anew, and signs. */
export function reseal(files: Files, id: string, key = generateKeyPairSync('ed25519').privateKey): void {
  const publicKey = createPublicKey(key)
  const put = (name: string, text: string) => void files.set(`${id}/${name}`, Buffer.from(text))
  put('public-key.pem', publicKey.export({ type: 'spki', format: 'pem' }).toString())
  const payload = namesIn(files, id).filter((name) => name.startsWith('data/'))
  for (const algorithm of ['sha256', 'sm3'] as const) {
    const lines = payload.map((name) => `${hashOf(algorithm, bytesAt(files, `${id}/${name}`))}  ${name}\n`)
    put(`manifest-${algorithm}.txt`, lines.join(''))
  }
  const fingerprint = hashOf('sha256', publicKey.export({ type: 'spki', format: 'der' }))
  const bytes = payload.reduce((sum, name) => sum + bytesAt(files, `${id}/${name}`).length, 0)
  const told: [label: string, value: string][] = [
    ['Lushao-Key-Id', fingerprint.slice(0, 16)],
    ['Lushao-Public-Key-SHA256', fingerprint],
    ['Lushao-Manifest-SHA256', hashOf('sha256', bytesAt(files, `${id}/manifest-sha256.txt`))],
    ['Payload-Oxum', `${bytes}.${payload.length}`],
  ]
  let info = textAt(files, `${id}/bag-info.txt`)
  for (const [label, value] of told)
    info = info.replace(new RegExp(`^${label}: .*$`, 'm'), `${label}: ${value}`)
  put('bag-info.txt', info)
  retag(files, id)
  const tagmanifest = bytesAt(files, `${id}/tagmanifest-sha256.txt`)
  files.set(`${id}/tagmanifest-sha256.txt.sig`, sign(null, tagmanifest, key))
  files.delete(`${id}/tagmanifest-sha256.txt.tsr`)
}

/** The tag manifest as it would be for the files that are there. */
export function retag(files: Files, id: string): void {
  const tags = namesIn(files, id).filter(
    (name) => !name.startsWith('data/') && !name.startsWith('tagmanifest-'),
  )
  const lines = tags.map((name) => `${hashOf('sha256', bytesAt(files, `${id}/${name}`))}  ${name}\n`)
  files.set(`${id}/tagmanifest-sha256.txt`, Buffer.from(lines.join('')))
}

/** The packages on disk, which differ from those in memory by what was changed last. */
export class DiskBox {
  readonly folder = temporaryFolder()
  readonly #base: Files

  constructor(base: Files) {
    this.#base = base
    for (const [path, thing] of base) this.#write(path, thing)
  }

  /** Runs `check` while the disk is as `changed` says. */
  async with<T>(changed: Files, check: (folder: string) => Promise<T>): Promise<T> {
    const paths = [...new Set([...this.#base.keys(), ...changed.keys()])]
    const differing = paths.filter((path) => this.#base.get(path) !== changed.get(path))
    this.#apply(differing, this.#base, changed)
    try {
      return await check(this.folder)
    } finally {
      this.#apply(differing, changed, this.#base)
    }
  }

  close(): void {
    rmSync(this.folder, { recursive: true })
  }

  #apply(paths: readonly string[], from: Files, to: Files): void {
    for (const path of paths) if (from.has(path)) this.#remove(path)
    for (const path of paths) {
      const thing = to.get(path)
      if (thing !== undefined) this.#write(path, thing)
    }
  }

  #write(path: string, thing: Thing): void {
    const file = join(this.folder, path)
    mkdirSync(thing === 'folder' ? file : dirname(file), { recursive: true })
    if (thing === 'folder') return
    if (Buffer.isBuffer(thing)) writeFileSync(file, thing)
    else symlinkSync(thing.link, file)
  }

  /** Folders that are empty then go too: a package that lost a folder's last file is not to gain an empty folder. */
  #remove(path: string): void {
    rmSync(join(this.folder, path), { recursive: true, force: true })
    for (let up = dirname(path); up !== '.'; up = dirname(up)) {
      try {
        rmdirSync(join(this.folder, up))
      } catch {
        return // Something is left in it.
      }
    }
  }
}
