/**
 * `lushao verify PATH… [--key PEM…]`: evidence packages, checked offline. One line a package; exit 1 when one is bad.
 */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { SingleBar } from 'cli-progress'
import type { Command } from 'commander'
import { type FindingCode, findingText } from '../evidence/findings.ts'
import { Locker, readStorageKey } from '../evidence/locker.ts'
import { type PackageResult, type VerifyReport, verifyPackages } from '../evidence/verify.ts'
import { fault, type Language, reasonOf } from '../kit/errors.ts'
import { languageOf, print } from './program.ts'

interface Options {
  readonly key?: readonly string[]
  readonly revoked?: readonly string[]
  readonly partial?: boolean
  readonly storageKey?: string
  readonly json?: boolean
}

export function addVerify(program: Command): void {
  program
    .command('verify')
    .description('check evidence packages offline: every byte, the signature, the chain')
    .argument('<paths...>', 'packages, or folders of packages')
    .option('--key <pem...>', 'public key(s) to trust, as `lushao keys export` prints them')
    .option('--revoked <pem...>', 'public key(s) no longer to be trusted')
    .option('--partial', 'a folder holds only some packages of its box: missing numbers are no finding')
    .option('--storage-key <file>', 'key of packages that lie locked (storage.encryption)')
    .option('--json', 'print every file and finding as JSON')
    .action(async (paths: string[], options: Options, command: Command) => {
      const bar = progressBar(options.json === true)
      const report = await verifyPackages(paths, {
        keys: await readKeys(options.key ?? []),
        revoked: await readKeys(options.revoked ?? []),
        partial: options.partial ?? false,
        locker: await lockerOf(options.storageKey),
        onProgress: bar.onProgress,
      }).finally(bar.stop)
      if (options.json) print(JSON.stringify(report, null, 1))
      else for (const line of reportLines(report, languageOf(command))) print(line)
      process.exitCode = report.ok ? 0 : 1
    })
}

async function lockerOf(keyFile: string | undefined): Promise<Locker | null> {
  return keyFile === undefined ? null : new Locker(await readStorageKey({ keyFile }), 'aes-256-gcm')
}

/** Every PEM block of every file: an export of a box holds all the keys it ever had. */
async function readKeys(files: readonly string[]): Promise<KeyObject[]> {
  const keys: KeyObject[] = []
  for (const path of files) {
    try {
      const text = await readFile(path, 'utf8')
      const blocks = text.match(/-----BEGIN PUBLIC KEY-----[^-]*-----END PUBLIC KEY-----/g) ?? []
      if (blocks.length === 0) throw new Error('no public key in it')
      keys.push(...blocks.map((block) => createPublicKey(block)))
    } catch (error) {
      throw fault('USAGE', { command: 'verify', reason: `${path}: ${reasonOf(error)}` }, error)
    }
  }
  const odd = keys.find((key) => key.asymmetricKeyType !== 'ed25519')
  if (odd !== undefined) throw fault('USAGE', { command: 'verify', reason: 'A key given is not Ed25519' })
  return keys
}

function reportLines(report: VerifyReport, language: Language): string[] {
  return [
    ...report.packages.map((one) => packageLine(one, language)),
    ...report.findings.map(
      (finding) => `${badWord(language)}  ${finding.code}: ${findingText(finding, language)}`,
    ),
    ...purgedLines(report.purged, language),
  ]
}

/** Said, not found: the chain is whole over them. */
function purgedLines(purged: number, language: Language): string[] {
  if (purged === 0) return []
  return [
    language === 'zh'
      ? `已清除  ${purged} 个证据包到期清除，均有签名的清除记录`
      : `gone  ${purged} packages were purged; each has a signed tombstone in its place`,
  ]
}

function packageLine(one: PackageResult, language: Language): string {
  const name = one.packageId ?? basename(one.path)
  const first = one.findings.toSorted((a, b) => weight(a.code) - weight(b.code))[0]
  if (first !== undefined) {
    const more = one.findings.length > 1 ? ` (+${one.findings.length - 1})` : ''
    return `${badWord(language)}  ${name}  ${first.code}: ${findingText(first, language)}${more}`
  }
  return language === 'zh' ? okLineZh(name, one) : okLineEn(name, one)
}

/** The most telling first: a changed picture says more than the sum of bytes that no longer fits. */
function weight(code: FindingCode): number {
  const order: FindingCode[] = ['KEY_WRONG', 'KEY_REVOKED', 'RENAMED', 'CHANGED', 'MISSING', 'ADDED', 'LINK']
  const at = order.indexOf(code)
  return at < 0 ? (code === 'BAG_INFO' ? order.length + 1 : order.length) : at
}

function okLineEn(name: string, one: PackageResult): string {
  const trust =
    one.trust === 'pinned' ? `key ${one.keyId} trusted` : `key ${one.keyId} NOT CHECKED, give --key`
  const time = one.timestamp.time === null ? 'no timestamp' : `stamped ${one.timestamp.time}`
  return `ok   ${name}  no. ${one.sequence}, ${one.files.length} files, ${trust}, ${time}`
}

function okLineZh(name: string, one: PackageResult): string {
  const trust = one.trust === 'pinned' ? `密钥 ${one.keyId} 可信` : `密钥 ${one.keyId} 未核对，请给出 --key`
  const time = one.timestamp.time === null ? '无时间戳' : `时间戳 ${one.timestamp.time}`
  return `通过  ${name}  第 ${one.sequence} 号，${one.files.length} 个文件，${trust}，${time}`
}

function badWord(language: Language): string {
  return language === 'zh' ? '不符' : 'BAD'
}

/** On a terminal only, and only when there is enough to read that somebody waits. */
function progressBar(quiet: boolean) {
  if (quiet || !process.stderr.isTTY) return { onProgress: () => {}, stop: () => {} }
  const bar = new SingleBar({
    format: '{value} MiB  {package}',
    stream: process.stderr,
    clearOnComplete: true,
  })
  let bytes = 0
  bar.start(0, 0, { package: '' })
  return {
    onProgress: (count: number, path: string) => {
      bytes += count
      bar.update(Math.round(bytes / 2 ** 20), { package: basename(path) })
    },
    stop: () => bar.stop(),
  }
}
