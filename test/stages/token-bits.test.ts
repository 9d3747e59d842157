/** A timestamp token has bytes that nothing signs; a change of any of them is found all the same. */
import { expect, test } from 'vitest'
import { nodeTools } from '../../gateway/evidence/folder-source.ts'
import { judgeToken, readAuthorities } from '../../gateway/evidence/timestamp.ts'
import { bytesAt, sealFiles } from '../bench/evidence-box.ts'

const { files, ids, authorityPem } = await sealFiles(1)
const token = bytesAt(files, `${ids[0]}/tagmanifest-sha256.txt.tsr`)
const stamped = bytesAt(files, `${ids[0]}/tagmanifest-sha256.txt`)
const judge = (der: Uint8Array, authorities = readAuthorities(authorityPem)) =>
  judgeToken(der, stamped, authorities, nodeTools)

test('[R44] a real token fits; without its authority it is whole and by nobody known', async () => {
  expect(await judge(token)).toMatchObject({ state: 'FITS', authority: 'Test authority' })
  expect(await judge(token, [])).toMatchObject({ state: 'UNTRUSTED' })
})

test('[R44] no byte of it changes unseen', async () => {
  const unseen: number[] = []
  for (let at = 0; at < token.length; at += 6) {
    const changed = Buffer.from(token)
    changed[at]! ^= 1 << ((at / 2) % 8)
    if ((await judge(changed)).state === 'FITS') unseen.push(at)
  }
  expect(unseen).toEqual([])
  expect((await judge(Buffer.concat([token, Buffer.from([0])]))).state).toBe('BROKEN')
}, 120_000)
