import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import {
  bagInfoText,
  isSafePath,
  manifestText,
  readBagInfo,
  readManifest,
} from '../../gateway/evidence/bag.ts'
import { openKeeper, sealOne, temporaryFolder } from './evidence-footage.ts'

const folder = temporaryFolder()
afterAll(() => rmSync(folder, { recursive: true }))
const keeper = await openKeeper(folder)
const sealed = await sealOne(keeper, 'bag-1')
const shell = (command: string) => execFileSync('bash', ['-c', command], { cwd: sealed.path }).toString()

test('[R41, R44] sha256sum -c is content with every manifest', () => {
  const lines = shell('sha256sum --strict -c manifest-sha256.txt tagmanifest-sha256.txt').trim().split('\n')
  expect(lines).toHaveLength(7 + 5)
  expect(lines.every((line) => line.endsWith(': OK'))).toBe(true)
})

test('openssl verifies the signature with the public key, and refuses another text', () => {
  const verify =
    'openssl pkeyutl -verify -pubin -inkey public-key.pem -rawin -sigfile tagmanifest-sha256.txt.sig -in'
  expect(shell(`${verify} tagmanifest-sha256.txt`)).toContain('Signature Verified Successfully')
  expect(shell(`${verify} manifest-sha256.txt 2>&1 || true`)).toContain('Failure')
})

test('openssl dgst -sm3 gives the hashes of manifest-sm3.txt', () => {
  for (const line of readFileSync(join(sealed.path, 'manifest-sm3.txt'), 'utf8').trim().split('\n')) {
    const [hash, path] = line.split('  ') as [string, string]
    expect(shell(`openssl dgst -sm3 -r '${path}'`).slice(0, 64)).toBe(hash)
  }
})

test('bag-info counts the payload as find does, and names key and chain', () => {
  const info = readBagInfo(readFileSync(join(sealed.path, 'bag-info.txt'), 'utf8'))
  const sizes = shell("find data -type f -printf '%s\\n'").trim().split('\n').map(Number)
  expect(info.get('Payload-Oxum')).toBe(`${sizes.reduce((a, b) => a + b)}.${sizes.length}`)
  const fingerprint = shell('openssl pkey -pubin -in public-key.pem -outform DER | sha256sum').slice(0, 64)
  expect(info.get('Lushao-Public-Key-SHA256')).toBe(fingerprint)
  expect(info.get('Lushao-Key-Id')).toBe(fingerprint.slice(0, 16))
  expect(info.get('External-Identifier')).toBe(sealed.packageId)
  expect(info.get('Lushao-Chain-Sequence')).toBe('1')
  expect(info.get('Lushao-Timestamp')).toMatch(/^none when sealed/)
})

test('a manifest is sorted by path, whatever the order of the files', () => {
  const hash = 'a'.repeat(64)
  const lines = ['data/b', 'data/a', 'data/a/c'].map((path) => ({ path, hash }))
  const text = manifestText(lines)
  expect(text).toBe(`${hash}  data/a\n${hash}  data/a/c\n${hash}  data/b\n`)
  expect(manifestText(lines.reverse())).toBe(text)
})

const A = 'a'.repeat(64)
const B = 'b'.repeat(64)
/** Manifests as other people write them: what is read, and what is called odd. */
const MANIFESTS: [why: string, text: string, paths: string[], problems: string[]][] = [
  ['plain', `${A}  data/x\n${B}  data/y\n`, ['data/x', 'data/y'], []],
  ['no newline at the end', `${A}  data/x`, ['data/x'], []],
  ['CRLF', `${A}  data/x\r\n${B}  data/y\r\n`, ['data/x', 'data/y'], []],
  ['CR', `${A}  data/x\r${B}  data/y\r`, ['data/x', 'data/y'], []],
  ['capitals', `${A.toUpperCase()}  data/x\n`, ['data/x'], []],
  ['one blank or a tab', `${A} data/x\n${B}\tdata/y\n`, ['data/x', 'data/y'], []],
  ['escaped line feed', `${A}  data/a%0Ab\n`, [], ['PATH']],
  ['escaped percent', `${A}  data/100%25\n`, ['data/100%'], []],
  ['empty', '', [], []],
  ['up and out', `${A}  ../secret\n`, [], ['PATH']],
  ['up inside', `${A}  data/../../secret\n`, [], ['PATH']],
  ['absolute', `${A}  /etc/passwd\n`, [], ['PATH']],
  ['a drive', `${A}  C:\\x\n`, [], ['PATH']],
  ['a home', `${A}  ~/x\n`, [], ['PATH']],
  ['same file by another path', `${A}  data/./x\n`, [], ['PATH']],
  ['twice', `${A}  data/x\n${B}  data/x\n`, ['data/x'], ['TWICE']],
  ['short hash', `abc  data/x\n`, [], ['LINE']],
  ['empty line between', `${A}  data/x\n\n${B}  data/y\n`, ['data/x', 'data/y'], ['LINE']],
]
for (const [why, text, paths, problems] of MANIFESTS) {
  test(`manifest: ${why}`, () => {
    const read = readManifest(text)
    expect([...read.hashes.keys()]).toEqual(paths)
    expect(read.problems.map(({ problem }) => problem)).toEqual(problems)
  })
}

test('a duplicate entry never replaces the first', () => {
  expect(readManifest(`${A}  data/x\n${B}  data/x\n`).hashes.get('data/x')).toBe(A)
})

test('values of bag-info stay on one line, and folded ones are read back', () => {
  expect(bagInfoText([['Label', 'two\nlines']])).toBe('Label: two lines\n')
  expect(readBagInfo('Label: one\r\n  two\r\nLabel: again\r\n').get('Label')).toBe('one two')
  expect(isSafePath('data/original/01-start.mp4')).toBe(true)
})

test('sha256sum finds one flipped bit', async () => {
  const other = await sealOne(keeper, 'bag-2')
  const file = join(other.path, 'data/original/01-start.mp4')
  const bytes = readFileSync(file)
  bytes[bytes.length >> 1]! ^= 1
  writeFileSync(file, bytes)
  expect(() =>
    execFileSync('sha256sum', ['-c', 'manifest-sha256.txt'], { cwd: other.path, stdio: 'pipe' }),
  ).toThrow()
})
