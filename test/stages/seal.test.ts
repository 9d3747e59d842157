import { createPublicKey, verify } from 'node:crypto'
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { nodeTools } from '../../gateway/evidence/folder-source.ts'
import { readPublicKeys, trustedKeys } from '../../gateway/evidence/public-key.ts'
import { exportKeys, initKey, openSigner, rotateKey } from '../../gateway/evidence/seal.ts'
import { temporaryFolder } from './evidence-footage.ts'

const keysOf = (pem: string) => readPublicKeys(pem, nodeTools).filter((key) => key !== null)
const trustedFrom = (pem: string, rotations: string, revoked: string[] = []) =>
  new Set(
    trustedKeys(
      { pinned: keysOf(pem), fingerprints: new Set(), revoked: new Set(revoked) },
      ...([null, rotations, nodeTools] as const),
    ).keys(),
  )

let root = ''
let folder = ''
beforeEach(() => {
  root = temporaryFolder()
  folder = join(root, 'keys')
})
afterEach(() => rmSync(root, { recursive: true }))

test('the first start makes a key for its owner only, the next start finds it', async () => {
  const first = await openSigner(folder)
  expect(statSync(join(folder, `${first.keyId}.key.pem`)).mode & 0o777).toBe(0o600)
  expect((await openSigner(folder)).keyId).toBe(first.keyId)
  const data = Buffer.from('sealed')
  expect(verify(null, data, createPublicKey(first.publicKeyPem), first.sign(data))).toBe(true)
  expect(first.sign(data)).toHaveLength(64)
})

test('two boxes have two keys', async () => {
  const other = join(root, 'other')
  expect((await openSigner(folder)).keyId).not.toBe((await openSigner(other)).keyId)
})

test('init refuses to replace a key', async () => {
  const { keyId } = await initKey(folder)
  await expect(initKey(folder)).rejects.toMatchObject({ code: 'KEY_EXISTS' })
  expect((await openSigner(folder)).keyId).toBe(keyId)
})

test('a key that others can read is not used', async () => {
  const { keyId } = await openSigner(folder)
  chmodSync(join(folder, `${keyId}.key.pem`), 0o640)
  await expect(openSigner(folder)).rejects.toMatchObject({ code: 'KEY_EXPOSED' })
})

test('a lost, damaged or exchanged key is a fault, never a new key', async () => {
  const { keyId } = await openSigner(folder)
  const file = join(folder, `${keyId}.key.pem`)
  const other = await openSigner(join(root, 'other'))
  writeFileSync(file, readFileSync(join(root, 'other', `${other.keyId}.key.pem`)))
  await expect(openSigner(folder)).rejects.toMatchObject({ code: 'KEY_MISSING' })
  writeFileSync(file, 'no key')
  await expect(openSigner(folder)).rejects.toMatchObject({ code: 'KEY_MISSING' })
  rmSync(file)
  await expect(openSigner(folder)).rejects.toMatchObject({ code: 'KEY_MISSING' })
  expect(readdirSync(folder).filter((name) => name.endsWith('.key.pem'))).toEqual([])
})

test('rotation: the old key vouches for the new, its private half goes, both stay on record', async () => {
  const first = await openSigner(folder)
  const { next } = await rotateKey(folder, Date.UTC(2026, 0, 1))
  expect((await openSigner(folder)).keyId).toBe(next.keyId)
  expect(existsSync(join(folder, `${first.keyId}.key.pem`))).toBe(false)
  expect((await exportKeys(folder)).map(({ keyId }) => keyId)).toEqual([next.keyId, first.keyId])

  const third = (await rotateKey(folder, Date.UTC(2026, 1, 1))).next
  expect([...trustedFrom(first.publicKeyPem, third.rotations)]).toEqual([
    first.keyId,
    next.keyId,
    third.keyId,
  ])
})

test('rotations lend no trust backwards, past a revoked key, from a stranger, or when edited', async () => {
  const first = await openSigner(folder)
  const { next } = await rotateKey(folder, Date.UTC(2026, 0, 1))
  const stranger = await openSigner(join(root, 'other'))
  const edited = next.rotations.replace('2026-01-01', '2026-01-02')
  expect(edited).not.toBe(next.rotations)
  expect(trustedFrom(next.publicKeyPem, next.rotations).has(first.keyId)).toBe(false)
  expect(trustedFrom(first.publicKeyPem, next.rotations, [first.keyId]).has(next.keyId)).toBe(false)
  expect(trustedFrom(stranger.publicKeyPem, next.rotations).size).toBe(1)
  expect(trustedFrom(first.publicKeyPem, edited).has(next.keyId)).toBe(false)
  expect(trustedFrom(first.publicKeyPem, 'null\n{"statement":1}\n{').size).toBe(1)
})

test('a fingerprint alone vouches for a key that is shown, by the package or by a rotation, and for no other', async () => {
  const first = await openSigner(folder)
  const { next } = await rotateKey(folder, Date.UTC(2026, 0, 1))
  const third = (await rotateKey(folder, Date.UTC(2026, 1, 1))).next
  const trusts = (fingerprint: string, shown: string) => [
    ...trustedKeys(
      { pinned: [], fingerprints: new Set([fingerprint]), revoked: new Set() },
      ...([keysOf(shown)[0]!, third.rotations, nodeTools] as const),
    ).keys(),
  ]
  expect(trusts(first.fingerprint, first.publicKeyPem)).toContain(first.keyId)
  expect(trusts(next.fingerprint, third.publicKeyPem)).toEqual([next.keyId, third.keyId])
  expect(trusts(first.fingerprint, third.publicKeyPem)).toEqual([])
})
