/**
 * BagIt 1.0 (RFC 8493), as far as a sealed package needs it: manifests, `bag-info.txt`, and reading them back.
 *
 *     manifest-<alg>.txt      "<hex>  data/…\n" a payload file
 *     tagmanifest-sha256.txt  the same for every other file but itself and its seals (.sig, .sm2.sig, .tsr)
 *
 * `sha256sum -c` reads these lines as they are. Reading is for bags of unknown making: what is odd is named, never
 * followed [R41, R44].
 */
import { assert } from '../kit/assert.ts'

export const BAGIT_TXT = 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n'
export const TAGMANIFEST = 'tagmanifest-sha256.txt'
export const SIGNATURE = `${TAGMANIFEST}.sig`
export const TIMESTAMP = `${TAGMANIFEST}.tsr`
/** A second signature, where SM2 is configured, with the key to it. */
export const SM2_SIGNATURE = `${TAGMANIFEST}.sm2.sig`
export const PUBLIC_KEY = 'public-key.pem'
export const SM2_PUBLIC_KEY = 'public-key-sm2.pem'
export const KEY_ROTATIONS = 'key-rotations.ndjson'
export const KEY_REVOCATIONS = 'key-revocations.ndjson'
export const EVIDENCE_JSON = 'data/evidence.json'
export const PAYLOAD_MANIFESTS = { sha256: 'manifest-sha256.txt', sm3: 'manifest-sm3.txt' } as const
/** Files beside the tag manifest that seal it and so cannot be in it. */
export const SEALS: readonly string[] = [TAGMANIFEST, SIGNATURE, SM2_SIGNATURE, TIMESTAMP]
/** Any one of these makes a folder a bag, so that one that lost some is still told as one. */
export const BAG_MARKS = ['bagit.txt', TAGMANIFEST, PAYLOAD_MANIFESTS.sha256, EVIDENCE_JSON]

export const FIRST_OF_CHAIN = 'none, first of the chain'

/** A ULID. */
export function isPackageId(name: string): boolean {
  return /^[0-9A-HJKMNP-TV-Z]{26}$/.test(name)
}

export interface ManifestLine {
  readonly path: string
  readonly hash: string
}

/** Lines in order of path: the same files give the same manifest. */
export function manifestText(lines: readonly ManifestLine[]): string {
  return [...lines]
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, hash }) => {
      assert(isSafePath(path) && !/[%\r\n]/.test(path), 'our own file names need no escapes')
      return `${hash}  ${path}\n`
    })
    .join('')
}

type ManifestProblem = 'LINE' | 'PATH' | 'TWICE'
export interface ReadManifest {
  readonly hashes: ReadonlyMap<string, string>
  readonly problems: readonly { readonly problem: ManifestProblem; readonly text: string }[]
}

/** Lines may end in LF, CR or CRLF, the last one in nothing; hex may be in capitals [RFC 8493, 2.1.3]. */
export function readManifest(text: string): ReadManifest {
  const hashes = new Map<string, string>()
  const problems: { problem: ManifestProblem; text: string }[] = []
  const lines = text.split(/\r\n|\n|\r/)
  if (lines.at(-1) === '') lines.pop()
  for (const line of lines) {
    const [, hash, encoded] = /^([0-9a-fA-F]{64})[ \t]+\*?(.+)$/.exec(line) ?? []
    if (hash === undefined || encoded === undefined) {
      problems.push({ problem: 'LINE', text: line.slice(0, 120) })
      continue
    }
    const path = encoded.replace(/%(0A|0D|25)/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
    if (!isSafePath(path)) problems.push({ problem: 'PATH', text: line.slice(0, 200) })
    else if (hashes.has(path)) problems.push({ problem: 'TWICE', text: path })
    else hashes.set(path, hash.toLowerCase())
  }
  return { hashes, problems }
}

/** Relative, normal, inside the bag; no name that another system would read as a way out. */
export function isSafePath(path: string): boolean {
  if (path.length === 0 || path.length > 512) return false
  if (/[\\:]|\p{Cc}/u.test(path) || path.startsWith('~')) return false
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}

export function bagInfoText(fields: readonly (readonly [label: string, value: string])[]): string {
  return fields.map(([label, value]) => `${label}: ${value.replace(/\s+/g, ' ')}\n`).join('')
}

/** First value of each label; folded lines are joined. */
export function readBagInfo(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  for (const line of text.replace(/(\r\n|\n|\r)[ \t]+/g, ' ').split(/\r\n|\n|\r/)) {
    const [, label, value] = /^([^:\s][^:]*):[ \t]*(.*)$/.exec(line) ?? []
    if (label !== undefined && value !== undefined && !fields.has(label)) fields.set(label, value)
  }
  return fields
}
