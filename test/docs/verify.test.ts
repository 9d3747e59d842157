/**
 * The commands of docs/verify.md on a machine without Lushao: as they stand on the page, with bash, the coreutils,
 * find, grep, sed, diff and openssl on the path and nothing else, not even Node.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openSigner, rotateKey } from '../../gateway/evidence/seal.ts'
import { packagePath } from '../../gateway/kit/paths.ts'
import { openKeeper, sealOne, temporaryFolder } from '../stages/evidence-footage.ts'
import { edit, flip, START } from '../stages/verify-fixture.ts'

const PROGRAMS = [
  ...['sha256sum', 'cut', 'sort', 'base64', 'mktemp', 'cat', 'printf', 'echo', 'ls'],
  ...['bash', 'find', 'grep', 'sed', 'diff', 'cmp', 'openssl'],
]

const machine = temporaryFolder()
afterAll(() => rmSync(machine, { recursive: true }))
mkdirSync(join(machine, 'bin'))
for (const name of PROGRAMS) {
  const program = execFileSync('bash', ['-c', `type -P ${name}`])
    .toString()
    .trim()
  symlinkSync(program, join(machine, 'bin', name))
}

/** Three packages; the key was changed before the last. */
const box = join(machine, 'box')
const first = await openSigner(join(machine, 'keys'))
const paths: string[] = []
await seal('act-1')
await seal('act-2')
const { next } = await rotateKey(join(machine, 'keys'), Date.UTC(2026, 0, 1))
await seal('act-3')
writeFileSync(join(machine, 'box.pem'), first.publicKeyPem)

async function seal(act: string): Promise<void> {
  const keeper = await openKeeper(machine)
  const { path, packageId } = await sealOne(keeper, act)
  await keeper.close()
  paths.push(join(box, packageId))
  cpSync(path, join(box, packageId), { recursive: true })
}

const commandsOf = (name: string) =>
  [...readFileSync(packagePath('docs', name), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)].map(
    ([, one]) => one!,
  )
const [files, sm3, added, signature, fingerprint, chain, , all, rotation] = commandsOf('verify.md') as [
  ...[string, string, string, string, string, string, string, string, string],
]

function run(command: string, folder: string, more: Record<string, string> = {}) {
  const env = {
    PATH: join(machine, 'bin'),
    KEY: join(machine, 'box.pem'),
    BOX: box,
    TMPDIR: machine,
    ...more,
  }
  const { status, stdout } = spawnSync(join(machine, 'bin', 'bash'), ['-c', command], { cwd: folder, env })
  return { status, text: stdout.toString().trim() }
}

test('that machine has no Node', () => {
  expect(run('node --version', machine).status).toBe(127)
  expect(run('lushao --version', machine).status).toBe(127)
})

test('both languages have the same commands', () => {
  expect(commandsOf('verify.zh-CN.md')).toEqual(commandsOf('verify.md'))
})

test('[R44] a package is checked: files by SHA-256 and SM3, nothing added, signature, fingerprint, chain', () => {
  const [one, two, three] = paths as [string, string, string]
  for (const folder of paths)
    for (const command of [files, sm3, added]) expect(run(command, folder)).toEqual({ status: 0, text: '' })
  expect(run(signature, two).text).toBe('Signature Verified Successfully')
  expect(run(fingerprint, two).text.slice(0, 64)).toBe(first.fingerprint)
  const [hash, told] = run(chain, two, { PREVIOUS: one }).text.split('\n')
  expect(hash).toMatch(/^[0-9a-f]{64}$/)
  expect(told).toBe(hash)
  expect(run(all, machine)).toEqual({ status: 0, text: '' })

  expect(run(signature, three).status).not.toBe(0)
  expect(run(rotation, three).text.split('\n')).toEqual([
    'Signature Verified Successfully',
    'public-key.pem follows from KEY',
  ])
  const known = { KEY: join(three, 'public-key.pem') }
  expect(run(signature, three, known).text).toBe('Signature Verified Successfully')
  expect(run(fingerprint, three).text.slice(0, 64)).toBe(next.fingerprint)
})

test('[R44] and each command finds what it is for', () => {
  const [one, two, three] = paths as [string, string, string]
  edit(join(three, 'key-rotations.ndjson'), (text) => text.replace('2026-01-01', '2026-01-02'))
  expect(run(rotation, three).text).not.toContain('follows from KEY')
  expect(run(files, three).status).toBe(1)

  flip(join(one, START), 5000)
  writeFileSync(join(one, 'data/more'), '')
  expect(run(files, one).status).toBe(1)
  expect(run(sm3, one).text).toBe(`CHANGED ${START}`)
  expect(run(added, one).text).toContain('< data/more')
  edit(join(one, 'tagmanifest-sha256.txt'), (text) => text.replace('a', 'b'))
  expect(run(signature, one).status).not.toBe(0)

  edit(join(two, 'manifest-sha256.txt'), (text) => text.replace('a', 'b'))
  expect(run(all, machine).text).toBe(`BROKEN ${three}`)
  rmSync(two, { recursive: true })
  expect(run(all, machine).text).toContain(`MISSING before ${three}`)
})
