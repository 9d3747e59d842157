/**
 * `lushao verify PATH… [--key PEM…]`: evidence packages, checked offline. One line a package; exit 1 when one is bad.
 */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { SingleBar } from 'cli-progress'
import type { Command } from 'commander'
import type { PackageResult, VerifyReport } from '../evidence/check-all.ts'
import { findingText, mostTelling } from '../evidence/findings.ts'
import { readAuthorities } from '../evidence/timestamp.ts'
import { verifyPackages } from '../evidence/verify.ts'
import { fault, type Language, reasonOf } from '../kit/errors.ts'
import { languageOf, print } from './program.ts'

interface Options {
  readonly key?: readonly string[]
  readonly revoked?: readonly string[]
  readonly fingerprint?: readonly string[]
  readonly partial?: boolean
  readonly anchor?: readonly string[]
  readonly timestamped?: boolean
  readonly tsaCa?: readonly string[]
  readonly json?: boolean
}

export function addVerify(program: Command): void {
  program
    .command('verify')
    .description('check evidence packages offline: every byte, the signature, the chain')
    .argument('<paths...>', 'packages, or folders of packages')
    .option('--key <pem...>', 'public key(s) to trust, as `lushao keys export` prints them')
    .option('--fingerprint <sha256...>', 'SHA-256 of public key(s) to trust, 64 hex digits')
    .option('--revoked <pem...>', 'public key(s) no longer to be trusted')
    .option('--partial', 'a folder holds only some packages of its box: missing numbers are no finding')
    .option('--anchor <sha256...>', 'manifest hash(es) kept elsewhere: each must be that of a package here')
    .option('--tsa-ca <pem...>', 'certificate(s) of time-stamping authorities to trust')
    .option('--timestamped', 'every package must have a timestamp token')
    .option('--json', 'print every file and finding as JSON')
    .action(async (paths: string[], options: Options, command: Command) => {
      const bar = progressBar(options.json === true)
      const report = await verifyPackages(paths, {
        keys: await readKeys(options.key ?? []),
        revoked: await readKeys(options.revoked ?? []),
        fingerprints: hashesOf(options.fingerprint),
        partial: options.partial ?? false,
        anchors: hashesOf(options.anchor),
        timestamped: options.timestamped ?? false,
        authorities: await readCertificates(options.tsaCa ?? []),
        onProgress: bar.onProgress,
      }).finally(bar.stop)
      if (options.json) print(JSON.stringify(report, null, 1))
      else for (const line of reportLines(report, languageOf(command))) print(line)
      process.exitCode = report.ok ? 0 : 1
    })
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

async function readCertificates(files: readonly string[]) {
  const read = files.map(async (path) => {
    try {
      return readAuthorities(await readFile(path, 'utf8'))
    } catch (error) {
      throw fault('USAGE', { command: 'verify', reason: `${path}: ${reasonOf(error)}` }, error)
    }
  })
  return (await Promise.all(read)).flat()
}

/** As people copy them: with colons, spaces or capitals, and with the algorithm in front. */
function hashesOf(given: readonly string[] = []): string[] {
  return given.map((text) => {
    const hash = text
      .replace(/^sha256:/i, '')
      .replace(/[\s:]/g, '')
      .toLowerCase()
    if (/^[0-9a-f]{64}$/.test(hash)) return hash
    throw fault('USAGE', { command: 'verify', reason: `${text} is no SHA-256` })
  })
}

function reportLines(report: VerifyReport, language: Language): string[] {
  return [
    ...report.packages.map((one) => packageLine(one, language)),
    ...report.findings.map(
      (finding) => `${badWord(language)}  ${finding.code}: ${findingText(finding, language)}`,
    ),
  ]
}

function packageLine(one: PackageResult, language: Language): string {
  const name = one.packageId ?? basename(one.path)
  const first = mostTelling(one.findings)
  if (first !== undefined) {
    const more = one.findings.length > 1 ? ` (+${one.findings.length - 1})` : ''
    return `${badWord(language)}  ${name}  ${first.code}: ${findingText(first, language)}${more}`
  }
  return language === 'zh' ? okLineZh(name, one) : okLineEn(name, one)
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
