import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeProgram, runProgram } from '../../gateway/cli/program.ts'
import { addVerify } from '../../gateway/cli/verify.ts'
import { readAuthorities } from '../../gateway/evidence/timestamp.ts'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { flip, packageFindings, SealedBox, START } from './verify-fixture.ts'

const box = await SealedBox.make()

/** Stamps a package by an authority of our own; returns its certificate. */
function stamp(root: string): string {
  writeFileSync(join(box.folder, 'tsa.cnf'), TSA_CONFIG)
  writeFileSync(join(box.folder, 'serial'), '01')
  const openssl = (line: string, ...more: string[]) =>
    execFileSync('openssl', [...line.split(' '), ...more], { cwd: box.folder, stdio: 'pipe' })
  const key = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tsa.key -out tsa.pem'
  openssl(`${key} -subj /CN=tsa -extensions tsa_ext -config tsa.cnf`)
  openssl('ts -query -sha256 -cert -out query.tsq -data', join(root, 'tagmanifest-sha256.txt'))
  openssl('ts -reply -queryfile query.tsq -config tsa.cnf -out', join(root, 'tagmanifest-sha256.txt.tsr'))
  return join(box.folder, 'tsa.pem')
}

test('a real RFC 3161 token fits its package, and no other', async () => {
  const authorities = readAuthorities(readFileSync(stamp(box.first), 'utf8'))
  const report = await verifyPackages([box.first], { keys: [box.trusted], authorities })
  expect(packageFindings(report)).toEqual([])
  expect(report.packages[0]?.timestamp).toMatchObject({
    state: 'FITS',
    authority: 'tsa',
    policy: '1.2.3.4.1',
  })
  expect(Date.parse(report.packages[0]?.timestamp.time ?? '')).toBeGreaterThan(Date.now() - 600_000)

  cpSync(join(box.first, 'tagmanifest-sha256.txt.tsr'), join(box.packageOf(1), 'tagmanifest-sha256.txt.tsr'))
  expect(packageFindings(await box.check(box.packageOf(1)))).toEqual([
    'TIMESTAMP_MISFIT tagmanifest-sha256.txt.tsr',
  ])
})

const commandsOf = (name: string) =>
  [
    ...readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g),
  ].map(([, command]) => command!)

test('[R44] the commands of docs/verify.md work, and find what they are for', () => {
  const second = box.packageOf(1)
  const env = { ...process.env, KEY: join(box.folder, 'box.pem'), PREVIOUS: box.first, TSA: stamp(second) }
  writeFileSync(env.KEY, `lushao key\n${box.signer.publicKeyPem}`)
  const commands = commandsOf('verify.md')
  expect(commandsOf('verify.zh-CN.md')).toEqual(commands)
  const run = (command: string) => {
    const { status, stdout } = spawnSync('bash', ['-c', command], { cwd: second, env })
    return { status, text: stdout.toString().trim() }
  }
  const [files, sm3, added, signature, fingerprint, chain, token] = commands as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  expect([files, sm3, added].map((command) => run(command))).toEqual(Array(3).fill({ status: 0, text: '' }))
  expect(run(signature)).toEqual({ status: 0, text: 'Signature Verified Successfully' })
  expect(run(fingerprint).text.slice(0, 64)).toBe(box.signer.fingerprint)
  const [hash, told] = run(chain).text.split('\n')
  expect(hash).toMatch(/^[0-9a-f]{64}$/)
  expect(told).toBe(hash)
  expect(run(token).text).toContain('Verification: OK')

  flip(join(second, START), 5000)
  writeFileSync(join(second, 'data/more'), '')
  expect(run(files).status).toBe(1)
  expect(run(sm3).text).toBe(`CHANGED ${START}`)
  expect(run(added).text).toContain('< data/more')
})

const TSA_CONFIG = `
[req]
distinguished_name = dn
[dn]
[tsa_ext]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
[tsa]
default_tsa = tsa1
[tsa1]
dir = .
serial = serial
signer_cert = tsa.pem
certs = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
`

async function cli(...args: string[]): Promise<{ exit: number; lines: string[] }> {
  const program = makeProgram('0')
  addVerify(program)
  const lines: string[] = []
  const { write } = process.stdout
  process.stdout.write = ((text: string) => lines.push(text.trimEnd()) > 0) as typeof write
  process.exitCode = 0
  try {
    return { exit: await runProgram(program, ['node', 'lushao', ...args]), lines }
  } finally {
    process.stdout.write = write
    process.exitCode = 0
  }
}

test('the command: one line a package, exit 0 good, 1 bad, 2 wrong usage', async () => {
  writeFileSync(join(box.folder, 'box.pem'), `lushao key\n${box.signer.publicKeyPem}`)
  const good = await cli('verify', box.folder, '--key', join(box.folder, 'box.pem'))
  expect(good.exit).toBe(0)
  expect(good.lines).toHaveLength(3)
  expect(good.lines.every((line) => line.startsWith('ok ') && line.includes('trusted'))).toBe(true)
  flip(join(box.first, START), 5000)
  const bad = await cli('--lang', 'zh', 'verify', box.folder)
  expect(bad.exit).toBe(1)
  expect(bad.lines.filter((line) => line.startsWith('不符'))).toEqual([
    expect.stringContaining(`CHANGED: ${START}`),
  ])
  const json = await cli('verify', box.first, '--json')
  expect(json.exit).toBe(1)
  expect(JSON.parse(json.lines.join('\n')).packages[0].files).toContainEqual(
    expect.objectContaining({ path: START, ok: false }),
  )
  for (const args of [
    [join(box.folder, 'nothing')],
    [join(box.first, 'bagit.txt')],
    [box.first, '--key', join(box.first, 'bagit.txt')],
  ]) {
    expect((await cli('verify', ...args)).exit).toBe(2)
  }
})

test('the keys command makes, shows and rotates', () => {
  const script = `
    import { makeProgram, runProgram } from './gateway/cli/program.ts'
    import { addKeys } from './gateway/cli/keys.ts'
    const program = makeProgram('0'); addKeys(program)
    process.exitCode = await runProgram(program, ['node', 'lushao', ...process.argv.slice(2)])`
  const keys = (name: string) =>
    spawnSync(
      process.execPath,
      [
        '--import',
        'tsx',
        '--input-type=module',
        '-',
        'keys',
        name,
        '--storage',
        join(box.folder, 'box'),
        '--json',
      ],
      { input: script },
    )
  expect(keys('export').status).toBe(1)
  const { keyId } = JSON.parse(keys('init').stdout.toString())
  expect(keys('init').status).toBe(1)
  const rotated = JSON.parse(keys('rotate').stdout.toString())
  expect(rotated.oldKeyId).toBe(keyId)
  const exported = JSON.parse(keys('export').stdout.toString()) as { keyId: string }[]
  expect(exported.map((one) => one.keyId)).toEqual([rotated.keyId, keyId])
})
