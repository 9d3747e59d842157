/** Three sealed packages of one box, copied afresh for every test of a file, and ways to tamper with them. */
import { execFileSync } from 'node:child_process'
import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect } from 'vitest'
import type { VerifyReport } from '../../gateway/evidence/check-all.ts'
import type { Finding } from '../../gateway/evidence/findings.ts'
import { openSigner, type Signer } from '../../gateway/evidence/seal.ts'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { openKeeper, sealOne, temporaryFolder } from './evidence-footage.ts'

export const START = 'data/original/01-start.mp4'
export const CONFIRM = 'data/original/02-confirm.mp4'

export class SealedBox {
  readonly ids: string[] = []
  readonly #source = temporaryFolder()
  #signer: Signer | null = null
  /** The copy that a test may spoil. */
  folder = ''

  static async make(): Promise<SealedBox> {
    const box = new SealedBox()
    const keeper = await openKeeper(box.#source)
    for (const act of ['act-1', 'act-2', 'act-3']) box.ids.push((await sealOne(keeper, act)).packageId)
    box.#signer = await openSigner(join(box.#source, 'keys'))
    beforeEach(() => {
      box.folder = temporaryFolder()
      cpSync(join(box.#source, 'evidence'), join(box.folder, 'evidence'), { recursive: true })
    })
    afterEach(() => rmSync(box.folder, { recursive: true }))
    afterAll(() => rmSync(box.#source, { recursive: true }))
    return box
  }

  get signer(): Signer {
    return this.#signer!
  }

  get trusted(): KeyObject {
    return createPublicKey(this.signer.publicKeyPem)
  }

  get first(): string {
    return this.packageOf(0)
  }

  packageOf(index: number): string {
    return join(this.folder, 'evidence', this.ids[index]!)
  }

  check(...paths: string[]): Promise<VerifyReport> {
    return verifyPackages(paths, { keys: [this.trusted] })
  }

  /** What a thief of the key would do: hash and sign everything again. */
  resign(root: string): void {
    const list = execFileSync('bash', ['-c', 'find data -type f | LC_ALL=C sort'], { cwd: root }).toString()
    for (const algorithm of ['sha256', 'sm3']) {
      const lines = list
        .trim()
        .split('\n')
        .map((path) => `${hashOf(algorithm, join(root, path))}  ${path}\n`)
      writeFileSync(join(root, `manifest-${algorithm}.txt`), lines.join(''))
    }
    this.signTags(root)
  }

  signTags(
    root: string,
    key = readFileSync(join(this.#source, 'keys', `${this.signer.keyId}.key.pem`)),
  ): void {
    const tags = ['bag-info.txt', 'bagit.txt', 'manifest-sha256.txt', 'manifest-sm3.txt', 'public-key.pem']
    const tagmanifest = tags.map((path) => `${hashOf('sha256', join(root, path))}  ${path}\n`).join('')
    writeFileSync(join(root, 'tagmanifest-sha256.txt'), tagmanifest)
    writeFileSync(join(root, 'tagmanifest-sha256.txt.sig'), sign(null, Buffer.from(tagmanifest), key))
  }
}

export function codes(findings: readonly Finding[]): string[] {
  return findings.map(({ code, item }) => `${code} ${item}`)
}

export function packageFindings(report: VerifyReport): string[] {
  return codes(report.packages.flatMap(({ findings }) => findings))
}

export function edit(path: string, change: (text: string) => string): void {
  const text = readFileSync(path, 'utf8')
  expect(change(text)).not.toBe(text)
  writeFileSync(path, change(text))
}

export function flip(path: string, at: number): void {
  const bytes = readFileSync(path)
  bytes[at]! ^= 1
  writeFileSync(path, bytes)
}

export function exchange(one: string, other: string): void {
  renameSync(one, `${one}.x`)
  renameSync(other, one)
  renameSync(`${one}.x`, other)
}

function hashOf(algorithm: string, path: string): string {
  return createHash(algorithm).update(readFileSync(path)).digest('hex')
}
