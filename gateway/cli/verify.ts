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
import { Locker, readStorageKey } from '../evidence/locker.ts'
import { statementsIn } from '../evidence/revocation-check.ts'
import { algorithmOf } from '../evidence/seal.ts'
import { verifyPackages } from '../evidence/verify.ts'
import { fault, type Language, reasonOf } from '../kit/errors.ts'
import { languageOf, print, usage } from './program.ts'

interface Options {
  readonly key?: readonly string[]
  readonly revoked?: readonly string[]
  readonly fingerprint?: readonly string[]
  readonly tsaCa?: readonly string[]
  readonly timestamped?: boolean
  readonly heads?: readonly string[]
  readonly anchor?: readonly string[]
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
    .option('--fingerprint <sha256...>', 'SHA-256 of public key(s) to trust, 64 hex digits')
    .option(
      '--revoked <file...>',
      'public key(s) no longer to be trusted, or revocations as `lushao keys revoke` made them',
    )
    .option('--tsa-ca <pem...>', 'certificate(s) of the time-stamping authorities to trust')
    .option('--timestamped', 'every package must have a timestamp token')
    .option(
      '--heads <file...>',
      'daily heads as the box published them: finds a chain that was cut or rewritten',
    )
    .option('--anchor <sha256...>', 'manifest hash(es) kept elsewhere: each must be that of a package here')
    .option('--partial', 'a folder holds only some packages of its box: missing numbers are no finding')
    .option('--storage-key <file>', 'key of packages that lie locked (storage.encryption)')
    .option('--json', 'print every file and finding as JSON')
    .action(async (paths: string[], options: Options, command: Command) => {
      const bar = progressBar(options.json === true)
      const report = await verifyPackages(paths, {
        keys: await readKeys(options.key ?? []),
        ...(await readRevoked(options.revoked ?? [])),
        fingerprints: hashesOf(options.fingerprint),
        authorities: (await Promise.all((options.tsaCa ?? []).map(readCertificates))).flat(),
        heads: (await Promise.all((options.heads ?? []).map(readGiven))).join('\n'),
        anchors: hashesOf(options.anchor),
        timestamped: options.timestamped ?? false,
        partial: options.partial ?? false,
        locker: await lockerOf(options.storageKey),
        onProgress: bar.onProgress,
      }).finally(bar.stop)
      if (options.json) print(JSON.stringify(report, null, 1))
      else for (const line of reportLines(report, languageOf(command))) print(line)
      process.exitCode = report.ok ? 0 : 1
    })
}

export async function lockerOf(keyFile: string | undefined): Promise<Locker | null> {
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
  const odd = keys.find((key) => algorithmOf(key) === null)
  if (odd !== undefined) throw usage('verify', 'A key given is neither Ed25519 nor SM2')
  return keys
}

async function readRevoked(files: readonly string[]) {
  const texts = await Promise.all(files.map(async (path) => [path, await readGiven(path)] as const))
  const records = texts.map(([path, text]) => [path, statementsIn(text)] as const)
  const pem = records.filter(([, found]) => found.length === 0).map(([path]) => path)
  return { revoked: await readKeys(pem), revocations: records.flatMap(([, found]) => found) }
}

async function readCertificates(path: string) {
  const { readAuthorities } = await import('../evidence/timestamp.ts')
  try {
    return readAuthorities(await readFile(path, 'utf8'))
  } catch (error) {
    throw fault('USAGE', { command: 'verify', reason: `${path}: ${reasonOf(error)}` }, error)
  }
}

async function readGiven(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw fault('USAGE', { command: 'verify', reason: `${path}: ${reasonOf(error)}` }, error)
  })
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
  const second = one.sm2KeyId === null ? '' : `, SM2 key ${one.sm2KeyId}`
  return `ok   ${name}  no. ${one.sequence}, ${one.files.length} files, ${trust}${second}, ${stampEn(one)}`
}

function stampEn({ timestamp: { state, time, authority } }: PackageResult): string {
  if (state === 'ABSENT') return 'no timestamp'
  const by = authority === null ? '' : ` by ${authority}`
  return state === 'FITS' ? `stamped ${time}${by}` : `stamped ${time}${by} NOT CHECKED, give --tsa-ca`
}

function okLineZh(name: string, one: PackageResult): string {
  const trust = one.trust === 'pinned' ? `密钥 ${one.keyId} 可信` : `密钥 ${one.keyId} 未核对，请给出 --key`
  const second = one.sm2KeyId === null ? '' : `，SM2 密钥 ${one.sm2KeyId}`
  return `通过  ${name}  第 ${one.sequence} 号，${one.files.length} 个文件，${trust}${second}，${stampZh(one)}`
}

function stampZh({ timestamp: { state, time, authority } }: PackageResult): string {
  if (state === 'ABSENT') return '无时间戳'
  const by = authority === null ? '' : `（${authority}）`
  return state === 'FITS' ? `时间戳 ${time}${by}` : `时间戳 ${time}${by} 未核对，请给出 --tsa-ca`
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
