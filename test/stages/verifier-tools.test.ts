/** The arithmetic that the page in the browser brings along, against OpenSSL's, on what a box really signs. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadTools } from '../../gateway/console/verifier/tools.ts'
import { checkPackage } from '../../gateway/evidence/check.ts'
import { bagSource, nodeTools } from '../../gateway/evidence/folder-source.ts'
import { readPublicKeys } from '../../gateway/evidence/public-key.ts'
import { openSigner } from '../../gateway/evidence/seal.ts'
import { scratch } from './delivery-fixture.ts'
import { openKeeper, sealOne } from './evidence-footage.ts'

test('[R44] Ed25519 and SM2: what OpenSSL signed fits, and no flipped bit of key, data or signature does', async () => {
  const tools = await loadTools()
  for (let turn = 0; turn < 4; turn++) {
    const signer = await openSigner(join(scratch(), 'keys'), { sm2: true })
    for (const { publicKeyPem, sign } of [signer, signer.sm2!].map((key) => ({
      publicKeyPem: key.publicKeyPem,
      sign: (data: Buffer) => key.sign(data),
    }))) {
      const [key] = readPublicKeys(publicKeyPem, tools)
      expect(readPublicKeys(publicKeyPem, nodeTools)).toEqual([key])
      const data = Buffer.from(`sealed ${turn}`)
      const signature = sign(data)
      expect(tools.verifies(key!, data, signature)).toBe(true)
      for (const at of [0, 1, 5, signature.length - 1]) {
        const changed = Buffer.from(signature)
        changed[at]! ^= 1
        const both = [tools, nodeTools].map((one) => one.verifies(key!, data, changed))
        expect(both, `${key!.algorithm} byte ${at}`).toEqual([false, false])
      }
      expect(tools.verifies(key!, Buffer.from('another'), signature)).toBe(false)
      const raw = Uint8Array.from(key!.raw)
      raw[3]! ^= 1
      expect(tools.verifies({ ...key!, raw }, data, signature)).toBe(false)
    }
  }
})

test('[R44] a package with both signatures is whole by the rules of the page, and names both keys', async () => {
  const folder = scratch()
  const signer = await openSigner(join(folder, 'keys'), { sm2: true })
  const keeper = await openKeeper(folder, { signer })
  const { path } = await sealOne(keeper, 'act-1')
  await keeper.close()
  const tools = await loadTools()
  const pinned = readPublicKeys(`${signer.publicKeyPem}${signer.sm2!.publicKeyPem}`, tools).flatMap(
    (key) => key ?? [],
  )
  const trust = { pinned, fingerprints: new Set<string>(), revoked: new Set<string>() }
  expect(await checkPackage(await bagSource(path, null), trust, tools)).toMatchObject({
    ...{ findings: [], trust: 'pinned', keyId: signer.keyId, sm2KeyId: signer.sm2!.keyId },
  })
})
