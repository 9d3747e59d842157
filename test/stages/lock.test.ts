/** Packages at rest: nobody without the key reads them, nobody changes them, and what leaves is the bag that was sealed. */
import { spawnSync } from 'node:child_process'
import { createPublicKey, randomBytes } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { hasCipher, lockFile, plainBytes, unlockedBytes } from '../../gateway/evidence/lock.ts'
import { Locker, makeStorageKey, readStorageKey, unlockTo } from '../../gateway/evidence/locker.ts'
import { openSigner } from '../../gateway/evidence/seal.ts'
import { StorageOptions, Vault } from '../../gateway/evidence/vault.ts'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { LATER, openKeeper, STREET, sealOne, temporaryFolder } from './evidence-footage.ts'
import { startServer, Visitor } from './http-fixture.ts'

const CHUNK = 64 * 1024

function folderOfTest(): string {
  const folder = temporaryFolder()
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
const key = { cipher: 'aes-256-gcm' as const, key: randomBytes(32) }
async function plain(file: string, ...range: number[]): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of unlockedBytes(file, 'data/clip.mp4', key, ...range)) parts.push(part)
  return Buffer.concat(parts)
}

test.each([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7])(
  '%s bytes come back as they were, whole and in ranges',
  async (bytes) => {
    const folder = folderOfTest()
    const data = randomBytes(bytes)
    writeFileSync(join(folder, 'plain'), data)
    const file = join(folder, 'locked')
    await lockFile(join(folder, 'plain'), file, 'data/clip.mp4', key)
    expect(plainBytes(statSync(file).size)).toBe(bytes)
    expect((await plain(file)).equals(data)).toBe(true)
    for (const [start, end] of [
      [0, 1],
      [CHUNK - 1, CHUNK + 1],
      [bytes >> 1, bytes],
      [bytes, bytes + 9],
    ] as const)
      expect((await plain(file, start, end)).equals(data.subarray(start, end))).toBe(true)
  },
)

test('whatever is changed, cut off, doubled or put elsewhere is refused', async () => {
  const folder = folderOfTest()
  writeFileSync(join(folder, 'plain'), randomBytes(2 * CHUNK + 5))
  const file = join(folder, 'locked')
  await lockFile(join(folder, 'plain'), file, 'data/clip.mp4', key)
  const good = readFileSync(file)
  const [head, one, two, three] = [
    ...[good.subarray(0, 20), good.subarray(20, 20 + CHUNK + 16)],
    ...[good.subarray(20 + CHUNK + 16, 20 + 2 * (CHUNK + 16)), good.subarray(20 + 2 * (CHUNK + 16))],
  ] as const
  const flipped = (at: number) => {
    const bytes = Buffer.from(good)
    bytes[at]! ^= 1
    return bytes
  }
  const spoilt = [
    ...[0, 4, 20, 20 + CHUNK, good.length - 1].map(flipped),
    ...[
      [head, one, two],
      [head, two, one, three],
      [head, one, three],
      [head, one, one, two, three],
      [head],
      [head, one],
    ].map((parts) => Buffer.concat(parts as Buffer[])),
    good.subarray(0, -1),
  ]
  for (const [at, bytes] of spoilt.entries()) {
    writeFileSync(file, bytes)
    await expect(plain(file), `spoilt ${at}`).rejects.toMatchObject({ code: 'EVIDENCE_LOCK_BROKEN' })
  }
  writeFileSync(file, good)
  const other = async () => {
    for await (const _ of unlockedBytes(file, 'data/other.mp4', key)) break
  }
  await expect(other()).rejects.toMatchObject({ code: 'EVIDENCE_LOCK_BROKEN' })
})

async function lockedBox() {
  const folder = folderOfTest()
  const keyFile = join(folder, 'secret', 'storage.key')
  await makeStorageKey(keyFile)
  const locker = await Locker.open({ cipher: 'aes-256-gcm', keyFile })
  const keeper = await openKeeper(folder, { locker })
  const sealed = [await sealOne(keeper, 'act-1'), await sealOne(keeper, 'act-2')]
  await keeper.close()
  const keys = [createPublicKey((await openSigner(join(folder, 'keys'))).publicKeyPem)]
  return { folder, keyFile, locker: locker!, sealed, keys }
}

test('[R70] a locked package shows nothing; with the key it verifies, and the bag that leaves verifies without it', async () => {
  const { folder, locker, sealed, keys, keyFile } = await lockedBox()
  const [one] = sealed
  for (const name of readdirSync(one!.path, { recursive: true, encoding: 'utf8' })) {
    const file = join(one!.path, name)
    if (!statSync(file).isFile()) continue
    const bytes = readFileSync(file)
    for (const secret of [
      STREET.subarray(600, 640),
      LATER.subarray(600, 640),
      Buffer.from('act-1'),
      Buffer.from('cam-1'),
    ])
      expect([name, bytes.includes(secret)]).toEqual([name, false])
  }
  await expect(verifyPackages([folder], { keys })).rejects.toMatchObject({ code: 'STORAGE_KEY_MISSING' })
  expect(await verifyPackages([folder], { keys, locker })).toMatchObject({ ok: true, findings: [] })

  const out = join(folder, 'out', one!.packageId)
  mkdirSync(join(folder, 'out'))
  await unlockTo(one!.path, out, await locker.keyOf(one!.path, one!.packageId))
  expect(await verifyPackages([out], { keys })).toMatchObject({ ok: true })
  expect(spawnSync('sha256sum', ['-c', '--quiet', 'manifest-sha256.txt'], { cwd: out }).status).toBe(0)
  expect(readFileSync(join(out, 'data/original/01-start.mp4')).equals(STREET)).toBe(true)

  // A restart reads its chain with the key, goes on, and does not start with another key or none.
  const again = await openKeeper(folder, { locker })
  await sealOne(again, 'act-3')
  expect(await verifyPackages([folder], { keys, locker })).toMatchObject({ ok: true })
  await expect(openKeeper(folder)).rejects.toMatchObject({ code: 'STORAGE_KEY_MISSING' })
  await makeStorageKey(join(folder, 'secret', 'other.key'))
  const wrong = await Locker.open({ cipher: 'aes-256-gcm', keyFile: join(folder, 'secret', 'other.key') })
  await expect(openKeeper(folder, { locker: wrong })).rejects.toMatchObject({ code: 'STORAGE_KEY_WRONG' })

  // A changed byte is told, not shown.
  const clip = join(one!.path, 'data/original/01-start.mp4')
  const bytes = readFileSync(clip)
  bytes[bytes.length >> 1]! ^= 1
  writeFileSync(clip, bytes)
  const spoilt = await verifyPackages([folder], { keys, locker })
  const findings = spoilt.packages.flatMap((one) => one.findings.map(({ code, item }) => `${code} ${item}`))
  expect(findings).toContain('CHANGED data/original/01-start.mp4')
  expect(spoilt.packages.map(({ ok }) => ok).sort()).toEqual([false, true, true])
  expect(statSync(keyFile).mode & 0o777).toBe(0o600)
})

test('rotation writes lock.json anew and nothing else; killed in between, it is done again', async () => {
  const { folder, keyFile, locker, sealed, keys } = await lockedBox()
  const nextFile = join(folder, 'secret', 'next.key')
  await makeStorageKey(nextFile)
  const next = (await Locker.open({ cipher: 'aes-256-gcm', keyFile: nextFile }))!
  const before = readFileSync(join(sealed[1]!.path, 'data/original/01-start.mp4'))
  await locker.rewrap(sealed[0]!.path, sealed[0]!.packageId, next) // As far as it got.
  for (const { path, packageId } of sealed) expect(await locker.rewrap(path, packageId, next)).toBe(true)
  expect(readFileSync(join(sealed[1]!.path, 'data/original/01-start.mp4')).equals(before)).toBe(true)
  expect(await verifyPackages([folder], { keys, locker: next })).toMatchObject({ ok: true })
  await expect(verifyPackages([folder], { keys, locker })).rejects.toMatchObject({
    code: 'STORAGE_KEY_WRONG',
  })
  await expect(makeStorageKey(keyFile)).rejects.toMatchObject({ code: 'KEY_EXISTS' })
})

test('the key comes from a file that only its owner reads, or from a program; there is no default', async () => {
  const folder = folderOfTest()
  const keyFile = join(folder, 'storage.key')
  await makeStorageKey(keyFile)
  const fromFile = await readStorageKey({ keyFile })
  expect((await readStorageKey({ keyCommand: ['cat', keyFile] })).equals(fromFile)).toBe(true)
  for (const keyCommand of [['false'], ['echo', 'nothing'], [join(folder, 'no-such-program')]])
    await expect(readStorageKey({ keyCommand })).rejects.toMatchObject({ code: 'STORAGE_KEY_MISSING' })
  chmodSync(keyFile, 0o640)
  await expect(readStorageKey({ keyFile })).rejects.toMatchObject({ code: 'KEY_EXPOSED' })
  await expect(readStorageKey({ keyFile: join(folder, 'none') })).rejects.toMatchObject({
    code: 'STORAGE_KEY_MISSING',
  })
  expect(StorageOptions.safeParse({ encryption: {} }).success).toBe(false)
  const sm4 = () => new Locker(fromFile, 'sm4-gcm')
  if (hasCipher('sm4-gcm')) expect(sm4().cipher).toBe('sm4-gcm')
  else expect(sm4).toThrow(expect.objectContaining({ code: 'STORAGE_CIPHER_MISSING' }))
})

test('over HTTP a locked clip is served as it was, whole and in ranges; its lock is not', async () => {
  const { folder, locker, sealed } = await lockedBox()
  const running = await startServer({
    evidenceVault: new Vault(StorageOptions.parse({ folder }), () => false, locker),
  })
  const visitor = await Visitor.as(running, 'LEGAL')
  const base = `/api/v1/evidence/${sealed[0]!.packageId}`
  const ask = (path: string, headers = {}) => visitor.get(`${base}${path}?purpose=review`, headers)
  expect(await (await ask('')).json()).toMatchObject({ packageId: sealed[0]!.packageId })
  const clip = '/data/original/01-start.mp4'
  const whole = await ask(clip)
  expect([whole.status, whole.headers.get('content-type')]).toEqual([200, 'video/mp4'])
  expect(Buffer.from(await whole.arrayBuffer()).equals(STREET)).toBe(true)
  const part = await ask(clip, { range: 'bytes=300-303' })
  expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 300-303/${STREET.length}`])
  expect(Buffer.from(await part.arrayBuffer()).equals(STREET.subarray(300, 304))).toBe(true)
  const tail = await ask(clip, { range: 'bytes=-5' })
  expect(Buffer.from(await tail.arrayBuffer()).equals(STREET.subarray(-5))).toBe(true)
  expect((await ask(clip, { range: `bytes=${STREET.length}-` })).status).toBe(416)
  expect((await ask('/lock.json')).status).toBe(404)
})

test('ChaCha20-Poly1305 does the same', async () => {
  const folder = folderOfTest()
  await makeStorageKey(join(folder, 'k'))
  const locker = await Locker.open({ cipher: 'chacha20-poly1305', keyFile: join(folder, 'k') })
  const keeper = await openKeeper(folder, { locker })
  const sealed = await sealOne(keeper, 'act-1')
  cpSync(sealed.path, join(folder, 'copy'), { recursive: true })
  expect(await keeper.vault.read(sealed.packageId)).toMatchObject({ eventId: 'act-1' })
})
