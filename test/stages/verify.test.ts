import { execFileSync, spawnSync } from 'node:child_process'
import { createHash, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import {
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { makeProgram, runProgram } from '../../gateway/cli/program.ts'
import { addVerify } from '../../gateway/cli/verify.ts'
import { type Finding, findingText } from '../../gateway/evidence/findings.ts'
import { openSigner, rotateKey } from '../../gateway/evidence/seal.ts'
import { type VerifyReport, verifyPackages } from '../../gateway/evidence/verify.ts'
import { openKeeper, sealOne, temporaryFolder } from './evidence-footage.ts'

const source = temporaryFolder()
const keeper = await openKeeper(source)
const ids = [
  await sealOne(keeper, 'act-1'),
  await sealOne(keeper, 'act-2'),
  await sealOne(keeper, 'act-3'),
].map(({ packageId }) => packageId)
const signer = await openSigner(join(source, 'keys'))
const trusted = createPublicKey(signer.publicKeyPem)
let folder = ''
let first = ''
beforeEach(() => {
  folder = temporaryFolder()
  cpSync(join(source, 'evidence'), join(folder, 'evidence'), { recursive: true })
  first = join(folder, 'evidence', ids[0]!)
})
afterEach(() => rmSync(folder, { recursive: true }))
afterAll(() => rmSync(source, { recursive: true }))

const packageOf = (index: number) => join(folder, 'evidence', ids[index]!)
const codes = (findings: readonly Finding[]) => findings.map(({ code, item }) => `${code} ${item}`)
const check = (...paths: string[]) => verifyPackages(paths, { keys: [trusted] })
const onlyFindings = (report: VerifyReport) => codes(report.packages.flatMap(({ findings }) => findings))

function edit(path: string, change: (text: string) => string): void {
  const text = readFileSync(path, 'utf8')
  expect(change(text)).not.toBe(text)
  writeFileSync(path, change(text))
}

/** What a thief of the key would do: hash and sign everything again. */
function resign(root: string): void {
  const list = execFileSync('bash', ['-c', 'find data -type f | LC_ALL=C sort'], { cwd: root })
    .toString()
    .trim()
  for (const algorithm of ['sha256', 'sm3']) {
    const lines = list.split('\n').map((path) => `${hashOf(algorithm, join(root, path))}  ${path}\n`)
    writeFileSync(join(root, `manifest-${algorithm}.txt`), lines.join(''))
  }
  signTags(root)
}

function signTags(root: string, key = readFileSync(join(source, 'keys', `${signer.keyId}.key.pem`))): void {
  const tags = ['bag-info.txt', 'bagit.txt', 'manifest-sha256.txt', 'manifest-sm3.txt', 'public-key.pem']
  const tagmanifest = tags.map((path) => `${hashOf('sha256', join(root, path))}  ${path}\n`).join('')
  writeFileSync(join(root, 'tagmanifest-sha256.txt'), tagmanifest)
  writeFileSync(join(root, 'tagmanifest-sha256.txt.sig'), sign(null, Buffer.from(tagmanifest), key))
}

function hashOf(algorithm: string, path: string): string {
  return createHash(algorithm).update(readFileSync(path)).digest('hex')
}

test('what the box sealed is good, alone, together, as a folder and as a storage', async () => {
  for (const paths of [
    [first],
    ids.map((_, index) => packageOf(index)),
    [join(folder, 'evidence')],
    [folder],
  ]) {
    const report = await check(...paths)
    expect(report.findings).toEqual([])
    expect(onlyFindings(report)).toEqual([])
    expect(report.ok).toBe(true)
    expect(report.packages[0]).toMatchObject({
      trust: 'pinned',
      keyId: signer.keyId,
      timestamp: { state: 'ABSENT' },
    })
  }
})

test('without a key the result says that nobody vouches for it', async () => {
  expect((await verifyPackages([first])).packages[0]).toMatchObject({ ok: true, trust: 'unpinned' })
})

const START = 'data/original/01-start.mp4'
const CONFIRM = 'data/original/02-confirm.mp4'
/** One change, and the finding that must be among those reported. */
const CHANGES: [why: string, change: (root: string) => void, finding: string][] = [
  ['a byte in an original', (root) => flip(join(root, START), 5000), `CHANGED ${START}`],
  ['an original cut short', (root) => truncateSync(join(root, START), 5000), `CHANGED ${START}`],
  [
    'a byte in a picture',
    (root) => flip(join(root, 'data/derived/01-start-wide.jpg'), 900),
    'CHANGED data/derived/01-start-wide.jpg',
  ],
  [
    'a word in the record',
    (root) => edit(join(root, 'data/evidence.json'), (text) => text.replace('kerb', 'curb')),
    'CHANGED data/evidence.json',
  ],
  ['an original removed', (root) => rmSync(join(root, START)), `MISSING ${START}`],
  [
    'a file added to the payload',
    (root) => writeFileSync(join(root, 'data/original/09.mp4'), 'x'),
    'ADDED data/original/09.mp4',
  ],
  ['a file added beside it', (root) => writeFileSync(join(root, 'note.txt'), ''), 'ADDED note.txt'],
  ['an empty folder', (root) => mkdirSync(join(root, 'data/more')), 'EMPTY_FOLDER data/more'],
  [
    'an original renamed',
    (root) => renameSync(join(root, START), join(root, 'data/original/01-begin.mp4')),
    `RENAMED ${START}`,
  ],
  [
    'two originals exchanged',
    (root) => exchange(join(root, START), join(root, CONFIRM)),
    `CHANGED ${CONFIRM}`,
  ],
  [
    'manifest lines reordered',
    (root) =>
      edit(join(root, 'manifest-sha256.txt'), (text) =>
        text
          .split('\n')
          .slice(0, -1)
          .reverse()
          .map((line) => `${line}\n`)
          .join(''),
      ),
    'CHANGED manifest-sha256.txt',
  ],
  [
    'manifest with CRLF',
    (root) => edit(join(root, 'manifest-sm3.txt'), (text) => text.replaceAll('\n', '\r\n')),
    'CHANGED manifest-sm3.txt',
  ],
  [
    'manifest without its last newline',
    (root) => edit(join(root, 'manifest-sha256.txt'), (text) => text.trimEnd()),
    'CHANGED manifest-sha256.txt',
  ],
  ['a manifest removed', (root) => rmSync(join(root, 'manifest-sm3.txt')), 'MISSING manifest-sm3.txt'],
  [
    'tag manifest edited',
    (root) => edit(join(root, 'tagmanifest-sha256.txt'), (text) => text.replace('  bagit', '   bagit')),
    'SIGNATURE_BAD tagmanifest-sha256.txt',
  ],
  [
    'tag manifest removed',
    (root) => rmSync(join(root, 'tagmanifest-sha256.txt')),
    'MISSING tagmanifest-sha256.txt',
  ],
  [
    'signature changed',
    (root) => flip(join(root, 'tagmanifest-sha256.txt.sig'), 3),
    'SIGNATURE_BAD tagmanifest-sha256.txt',
  ],
  [
    'signature removed',
    (root) => rmSync(join(root, 'tagmanifest-sha256.txt.sig')),
    'MISSING tagmanifest-sha256.txt.sig',
  ],
  ['public key removed', (root) => rmSync(join(root, 'public-key.pem')), 'MISSING public-key.pem'],
  [
    'public key is none',
    (root) => writeFileSync(join(root, 'public-key.pem'), 'x'),
    'KEY_BAD public-key.pem',
  ],
  [
    'bag-info edited',
    (root) => edit(join(root, 'bag-info.txt'), (text) => text.replace('gw-01', 'gw-02')),
    'CHANGED bag-info.txt',
  ],
  [
    'a token that is none',
    (root) => writeFileSync(join(root, 'tagmanifest-sha256.txt.tsr'), 'x'),
    'TIMESTAMP_MISFIT tagmanifest-sha256.txt.tsr',
  ],
  [
    'an original made a link',
    (root) => {
      rmSync(join(root, START))
      symlinkSync('/etc/hostname', join(root, START))
    },
    `LINK ${START}`,
  ],
  [
    'the payload made a link',
    (root) => {
      renameSync(join(root, 'data'), join(folder, 'data'))
      symlinkSync(join(folder, 'data'), join(root, 'data'))
    },
    'LINK data',
  ],
  [
    'an original made a pipe',
    (root) => {
      rmSync(join(root, START))
      execFileSync('mkfifo', [join(root, START)])
    },
    `ODD_FILE ${START}`,
  ],
  ['an original grown to a terabyte', (root) => truncateSync(join(root, START), 2 ** 40), `CHANGED ${START}`],
  [
    'a manifest grown to a terabyte',
    (root) => truncateSync(join(root, 'manifest-sm3.txt'), 2 ** 40),
    'UNREADABLE manifest-sm3.txt',
  ],
  [
    'the record grown to a terabyte',
    (root) => truncateSync(join(root, 'data/evidence.json'), 2 ** 40),
    'TOO_LARGE data/evidence.json',
  ],
]
for (const [why, change, finding] of CHANGES) {
  test(`found: ${why}`, async () => {
    change(first)
    const report = await check(first)
    expect(report.ok).toBe(false)
    expect(onlyFindings(report)).toContain(finding)
    expect((await check(packageOf(1))).ok).toBe(true)
  })
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path)
  bytes[at]! ^= 1
  writeFileSync(path, bytes)
}

function exchange(one: string, other: string): void {
  renameSync(one, `${one}.x`)
  renameSync(other, one)
  renameSync(`${one}.x`, other)
}

/** Bags whose hashes and signature fit: only their content is wrong. */
const RESIGNED: [why: string, change: (root: string) => void, finding: string][] = [
  [
    'an item nobody listed',
    (root) => writeFileSync(join(root, 'data/original/09.mp4'), 'x'),
    'ITEM_UNLISTED data/original/09.mp4',
  ],
  ['a listed hash of another file', (root) => flip(join(root, START), 5000), 'ITEM_MISMATCH 01-start'],
  [
    'a picture derived from nothing',
    (root) =>
      edit(join(root, 'data/evidence.json'), (text) =>
        text.replace('"derivedFrom": "01-start"', '"derivedFrom": "07-start"'),
      ),
    'ORIGIN_BROKEN 01-start-wide',
  ],
  [
    'a picture that calls itself original',
    (root) =>
      edit(join(root, 'data/evidence.json'), (text) =>
        text.replace('"isOriginal": false', '"isOriginal": true'),
      ),
    'ORIGIN_BROKEN 01-start-wide',
  ],
  [
    'another package id',
    (root) => edit(join(root, 'data/evidence.json'), (text) => text.replace(ids[0]!, ids[1]!)),
    `FOLDER_NAME ${ids[0]}`,
  ],
  [
    'a record that is none',
    (root) => writeFileSync(join(root, 'data/evidence.json'), '[]'),
    'EVIDENCE_INVALID data/evidence.json',
  ],
  [
    'another size of the payload',
    (root) => edit(join(root, 'bag-info.txt'), (text) => text.replace(/Payload-Oxum: \d/, 'Payload-Oxum: 9')),
    'BAG_INFO Payload-Oxum',
  ],
]
for (const [why, change, finding] of RESIGNED) {
  test(`found though signed again: ${why}`, async () => {
    change(first)
    resign(first)
    const report = await check(first)
    expect(onlyFindings(report)).toContain(finding)
    expect(onlyFindings(report)).not.toContain('SIGNATURE_BAD tagmanifest-sha256.txt')
  })
}

test('found though signed again: an SM3 that is not the file’s', async () => {
  edit(join(first, 'manifest-sm3.txt'), (text) =>
    text.replace(/\w{64} {2}data\/evidence/, `${'0'.repeat(64)}  data/evidence`),
  )
  signTags(first)
  expect(onlyFindings(await check(first))).toEqual(['CHANGED data/evidence.json'])
})

test('found though signed again: a file that one manifest leaves out', async () => {
  edit(join(first, 'manifest-sm3.txt'), (text) => text.replace(/.*data\/evidence.*\n/, ''))
  signTags(first)
  expect(onlyFindings(await check(first))).toEqual(['MANIFESTS_DIFFER data/evidence.json'])
})

test('a manifest that leads out of the bag is named and not followed', async () => {
  const line = `${'0'.repeat(64)}  data/../../${ids[1]}/bagit.txt\n${'0'.repeat(64)}  /etc/passwd\n`
  edit(join(first, 'manifest-sha256.txt'), (text) => text + line)
  edit(join(first, 'tagmanifest-sha256.txt'), (text) => `${text}${'0'.repeat(64)}  data/evidence.json\n`)
  const found = onlyFindings(await check(first))
  expect(found.filter((finding) => finding === 'MANIFEST_PATH manifest-sha256.txt')).toHaveLength(2)
  expect(found).toContain('MANIFEST_PATH tagmanifest-sha256.txt')
})

test('two entries for one file are named', async () => {
  edit(join(first, 'manifest-sha256.txt'), (text) => `${text}${text.split('\n')[0]}\n`)
  expect(onlyFindings(await check(first))).toContain('MANIFEST_TWICE manifest-sha256.txt')
})

test('another key, however well it signs, is none of ours', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  writeFileSync(join(first, 'public-key.pem'), publicKey.export({ type: 'spki', format: 'pem' }))
  signTags(first, Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })))
  const report = await check(first)
  expect(report.packages[0]?.trust).toBe('none')
  expect(onlyFindings(report).some((finding) => finding.startsWith('KEY_WRONG'))).toBe(true)
})

test('a revoked key is named', async () => {
  const report = await verifyPackages([first], { keys: [trusted], revoked: [trusted] })
  expect(onlyFindings(report)).toEqual([`KEY_REVOKED ${signer.keyId}`])
})

test('after a rotation the old pinned key is enough, a stranger is not', async () => {
  const own = temporaryFolder()
  try {
    const old = await openSigner(join(own, 'keys'))
    const before = await sealOne(await openKeeper(own), 'act-1')
    const { next } = await rotateKey(join(own, 'keys'), 0)
    const after = await sealOne(await openKeeper(own), 'act-2')
    expect(after.signature.keyId).toBe(next.keyId)
    const verifyWith = (pem: string) => verifyPackages([own], { keys: [createPublicKey(pem)] })
    expect((await verifyWith(old.publicKeyPem)).ok).toBe(true)
    const withNew = await verifyWith(next.publicKeyPem)
    expect(withNew.packages.filter(({ ok }) => ok).map(({ path }) => path)).toEqual([after.path])
    expect(codes(withNew.packages.find(({ path }) => path === before.path)!.findings)).toEqual([
      `KEY_WRONG ${old.keyId}`,
    ])
    rmSync(join(after.path, 'key-rotations.ndjson'))
    expect((await verifyWith(old.publicKeyPem)).ok).toBe(false)
  } finally {
    rmSync(own, { recursive: true })
  }
})

test('the chain: a package missing in the middle, at the start and at the end', async () => {
  for (const [index, finding] of [
    [1, 'CHAIN_GAP 2'],
    [0, 'CHAIN_GAP 1'],
    [2, `CHAIN_HEAD ${ids[2]}`],
  ] as const) {
    renameSync(packageOf(index), join(folder, 'away'))
    const report = await check(folder)
    expect(report.ok).toBe(false)
    expect(codes(report.findings)).toEqual([finding])
    expect((await verifyPackages([folder], { keys: [trusted], partial: true })).ok).toBe(true)
    renameSync(join(folder, 'away'), packageOf(index))
  }
})

test('the chain: a package that was sealed anew breaks the link of the next', async () => {
  edit(join(packageOf(1), 'data/evidence.json'), (text) => text.replace('kerb', 'curb'))
  resign(packageOf(1))
  const report = await check(packageOf(0), packageOf(1), packageOf(2))
  expect(onlyFindings(report)).toContain(`CHAIN_BROKEN ${ids[1]}`)
})

test('the chain: two packages of one number', async () => {
  cpSync(packageOf(1), join(folder, 'evidence', '01KDVDV3HG0000000000000000'), { recursive: true })
  const found = onlyFindings(await check(folder))
  expect(found.some((finding) => finding.startsWith('CHAIN_FORK'))).toBe(true)
  expect(found).toContain('FOLDER_NAME 01KDVDV3HG0000000000000000')
})

test('two packages that changed names are both found', async () => {
  exchange(packageOf(0), packageOf(1))
  const found = onlyFindings(await check(folder))
  expect(found).toContain(`FOLDER_NAME ${ids[0]}`)
  expect(found).toContain(`FOLDER_NAME ${ids[1]}`)
})

/** Stamps a package by an authority of our own; returns its certificate. */
function stamp(root: string): string {
  writeFileSync(join(folder, 'tsa.cnf'), TSA_CONFIG)
  writeFileSync(join(folder, 'serial'), '01')
  const openssl = (line: string, ...more: string[]) =>
    execFileSync('openssl', [...line.split(' '), ...more], { cwd: folder, stdio: 'pipe' })
  const key = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tsa.key -out tsa.pem'
  openssl(`${key} -subj /CN=tsa -extensions tsa_ext -config tsa.cnf`)
  openssl('ts -query -sha256 -cert -out query.tsq -data', join(root, 'tagmanifest-sha256.txt'))
  openssl('ts -reply -queryfile query.tsq -config tsa.cnf -out', join(root, 'tagmanifest-sha256.txt.tsr'))
  return join(folder, 'tsa.pem')
}

test('a real RFC 3161 token fits its package, and no other', async () => {
  stamp(first)
  const report = await check(first)
  expect(onlyFindings(report)).toEqual([])
  expect(report.packages[0]?.timestamp).toEqual({ state: 'FITS', time: expect.stringMatching(/^20\d{12}Z$/) })

  cpSync(join(first, 'tagmanifest-sha256.txt.tsr'), join(packageOf(1), 'tagmanifest-sha256.txt.tsr'))
  expect(onlyFindings(await check(packageOf(1)))).toEqual(['TIMESTAMP_MISFIT tagmanifest-sha256.txt.tsr'])
})

const commandsOf = (name: string) =>
  [
    ...readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g),
  ].map(([, command]) => command!)

test('the commands of docs/verify.md work, and find what they are for', () => {
  const second = packageOf(1)
  const env = { ...process.env, KEY: join(folder, 'box.pem'), PREVIOUS: first, TSA: stamp(second) }
  writeFileSync(env.KEY, `lushao key\n${signer.publicKeyPem}`)
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
  expect(run(fingerprint).text.slice(0, 64)).toBe(signer.fingerprint)
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

test('names from a bag never reach a terminal as commands', () => {
  const finding: Finding = { code: 'ADDED', item: 'data/\u001b[2Jx\nok', detail: '' }
  expect(findingText(finding, 'en')).toBe('data/?[2Jx?ok was added')
})

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
  writeFileSync(join(folder, 'box.pem'), `lushao key\n${signer.publicKeyPem}`)
  const good = await cli('verify', folder, '--key', join(folder, 'box.pem'))
  expect(good.exit).toBe(0)
  expect(good.lines).toHaveLength(3)
  expect(good.lines.every((line) => line.startsWith('ok ') && line.includes('trusted'))).toBe(true)
  flip(join(first, START), 5000)
  const bad = await cli('--lang', 'zh', 'verify', folder)
  expect(bad.exit).toBe(1)
  expect(bad.lines.filter((line) => line.startsWith('不符'))).toEqual([
    expect.stringContaining(`CHANGED: ${START}`),
  ])
  const json = await cli('verify', first, '--json')
  expect(json.exit).toBe(1)
  expect(JSON.parse(json.lines.join('\n')).packages[0].files).toContainEqual(
    expect.objectContaining({ path: START, ok: false }),
  )
  for (const args of [
    [join(folder, 'nothing')],
    [join(first, 'bagit.txt')],
    [first, '--key', join(first, 'bagit.txt')],
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
        join(folder, 'box'),
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
