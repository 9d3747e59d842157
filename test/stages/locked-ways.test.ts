/** A package that lies locked leaves the box as what was sealed, whichever way it leaves. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Locker, makeStorageKey } from '../../gateway/evidence/locker.ts'
import { findTypeface } from '../../gateway/evidence/sheet/font.ts'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { makeBox, receiptsTo, scratch, startFarEnd, startUploader, until } from './delivery-fixture.ts'
import { startServer, Visitor } from './http-fixture.ts'

async function lockedBox() {
  const folder = scratch()
  const keyFile = join(folder, 'secret', 'storage.key')
  await makeStorageKey(keyFile)
  const locker = await Locker.open({ cipher: 'aes-256-gcm', keyFile })
  const box = await makeBox(folder, [200_000], { locker })
  const [one] = box.sealed
  await expect(verifyPackages([one!.path], { partial: true })).rejects.toMatchObject({
    code: 'STORAGE_KEY_MISSING',
  })
  return { ...box, folder, one: one! }
}

test('[R103] uploaded, it verifies at the far end without any key of the box', async () => {
  const box = await lockedBox()
  const { inbox, server } = await startFarEnd(box.folder)
  receiptsTo(box.deliveries, inbox)
  const { packageId } = box.one
  const uploader = startUploader(box, server.url)
  await until(() => box.deliveries.isDelivered(packageId))
  expect((await verifyPackages([inbox.packageFolder(packageId)], { partial: true })).ok).toBe(true)
  expect(uploader.counters).toMatchObject({ mismatches: 0, breaks: 0 })
})

test('[R70] fetched by a grant, printed, written down and exported: each reads through the lock', async () => {
  const { one, keeper } = await lockedBox()
  const { packageId } = one
  const running = await startServer({ evidenceVault: keeper.vault })
  const clip = one.items.find(({ kind }) => kind === 'CLIP')!
  const { token } = running.grants.give({
    ...{ packageId, items: [clip.itemId], profile: 'EVIDENCE', purpose: '案件复核', ttlSec: 60, by: 'p-1' },
  })
  const fetched = await fetch(`${running.url}/api/v1/granted/${packageId}/${clip.path}`, {
    headers: { authorization: `Bearer ${token}` },
  })
  const bytes = Buffer.from(await fetched.arrayBuffer())
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(clip.sha256)

  const legal = await Visitor.as(running, 'LEGAL')
  const transcripts = `/api/v1/evidence/${packageId}/transcripts`
  expect((await legal.send('POST', transcripts, { itemId: clip.itemId, text: '您好' })).status).toBe(201)
  const zip = await legal.send('GET', `/api/v1/evidence/${packageId}/export?profile=EVIDENCE&purpose=court`)
  expect([zip.status, zip.headers.get('content-type')]).toEqual([200, 'application/zip'])
  expect(running.custody.of(packageId)).toMatchObject([{ action: 'EXPORTED', reason: 'EVIDENCE: court' }])
  if (await findTypeface({}).catch(() => null)) {
    const sheet = await legal.send('GET', `/api/v1/evidence/${packageId}/sheet?purpose=court`)
    expect([sheet.status, sheet.headers.get('content-type')]).toEqual([200, 'application/pdf'])
    expect(running.custody.of(packageId).at(-1)).toMatchObject({ action: 'VIEWED', reason: 'court' })
  }
})
