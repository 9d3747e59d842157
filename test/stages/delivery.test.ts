/** Sealed evidence to a real tus server: what arrives, in which order, and what each fault of the far end does. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { systemClock } from '../../gateway/kit/clock.ts'
import {
  filesUnder,
  keptLog,
  makeBox,
  receiptsTo,
  scratch,
  sizeOf,
  startFarEnd,
  startUploader,
  until,
} from './delivery-fixture.ts'

test('[R70] a package arrives bit for bit, the seals last, and is delivered by its receipt alone', async () => {
  const folder = scratch()
  const box = await makeBox(folder)
  const { inbox, server } = await startFarEnd(folder)
  const { packageId, manifestHash } = box.sealed[0]!
  const order: string[] = []
  inbox.on('file', ({ path }) => order.push(path))
  const told: string[] = []
  box.deliveries.onDelivered((one) => told.push(one.packageId))
  const uploader = startUploader(box, server.url)
  await until(() => inbox.receiptOf(packageId) !== null)

  expect(filesUnder(inbox.packageFolder(packageId))).toEqual(filesUnder(join(box.evidenceFolder, packageId)))
  expect((await verifyPackages([inbox.packageFolder(packageId)], { partial: true })).ok).toBe(true)
  expect(order.slice(-2)).toEqual(['tagmanifest-sha256.txt', 'tagmanifest-sha256.txt.sig'])
  expect(order.findIndex((path) => !path.startsWith('data/'))).toBe(
    order.filter((path) => path.startsWith('data/')).length,
  )
  await until(() => box.deliveries.get(packageId)?.stage === 'SENT')
  expect([box.deliveries.isDelivered(packageId), box.deliveries.isOwed(packageId)]).toEqual([false, true])

  const receipt = { packageId, manifestHash, verified: 'all' as const, wrong: [], missing: [] }
  expect(() => box.deliveries.receive({ ...receipt, tagmanifestHash: 'f'.repeat(64) })).toThrow(
    /RECEIPT|another/,
  )
  expect(box.deliveries.isDelivered(packageId)).toBe(false)
  box.deliveries.receive({ ...receipt, tagmanifestHash: box.sealed[0]!.tagmanifestHash })
  expect(box.deliveries.get(packageId)).toMatchObject({ stage: 'DELIVERED', deliveredMs: expect.any(Number) })
  expect([box.deliveries.isOwed(packageId), told]).toEqual([false, [packageId]])
  expect(uploader.counters).toMatchObject({ forgotten: 0, mismatches: 0, breaks: 0 })
})

test('the newest goes first, and by turns the oldest; what was asked for goes before both', async () => {
  const box = await makeBox(scratch(), [1_000, 1_000, 1_000, 1_000])
  const ids = box.sealed.map(({ packageId }) => packageId)
  const next = (turn: 'newest' | 'oldest', ...except: string[]) =>
    box.deliveries.next(turn, { askedOnly: false, except: new Set(except) })?.packageId
  expect([next('newest'), next('newest', ids[3]!), next('oldest'), next('oldest', ids[0]!)]).toEqual([
    ids[3],
    ids[2],
    ids[0],
    ids[1],
  ])
  box.deliveries.ask(ids[1]!, 'all')
  expect(next('newest')).toBe(ids[1])
  expect(box.deliveries.next('newest', { askedOnly: true, except: new Set([ids[1]!]) })).toBeNull()
})

test('out of hours only what was asked for goes', async () => {
  const folder = scratch()
  const box = await makeBox(folder, [1_000, 1_000])
  const { inbox, server } = await startFarEnd(folder)
  receiptsTo(box.deliveries, inbox)
  box.deliveries.ask(box.sealed[0]!.packageId, 'all')
  startUploader(box, server.url, { isHour: () => false })
  await until(() => box.deliveries.state().delivered === 1)
  expect(box.deliveries.state()).toMatchObject({ owed: 1, delivered: 1 })
  expect(inbox.receiptOf(box.sealed[1]!.packageId)).toBeNull()
})

test('records and manifests go alone until the rest is asked for, and count as owed until then', async () => {
  const folder = scratch()
  const box = await makeBox(folder)
  const { inbox, server } = await startFarEnd(folder)
  receiptsTo(box.deliveries, inbox)
  const { packageId } = box.sealed[0]!
  startUploader(box, server.url, { options: { items: 'manifest' } })
  await until(() => box.deliveries.get(packageId)?.stage === 'PARTLY')
  const came = [...filesUnder(inbox.packageFolder(packageId)).keys()]
  expect(came).toContain('data/evidence.json')
  expect(came.filter((path) => /original|derived/.test(path))).toEqual([])
  expect(box.deliveries.isOwed(packageId)).toBe(true)

  box.deliveries.ask(packageId, 'all')
  await until(() => box.deliveries.isDelivered(packageId))
  expect(filesUnder(inbox.packageFolder(packageId))).toEqual(filesUnder(join(box.evidenceFolder, packageId)))
})

test('what the platform asks for while the last file is on its way is not forgotten', async () => {
  const box = await makeBox(scratch())
  const { packageId } = box.sealed[0]!
  const job = box.deliveries.get(packageId)!
  box.deliveries.ask(packageId, 'all')
  box.deliveries.noteAllSent(job, 3_600_000)
  expect(box.deliveries.get(packageId)).toMatchObject({ stage: 'OWED', asked: 'all' })
  box.deliveries.noteAllSent(box.deliveries.get(packageId)!, 3_600_000)
  expect(box.deliveries.get(packageId)?.stage).toBe('SENT')
})

test('the far end has some files already: they are not sent again', async () => {
  const folder = scratch()
  const box = await makeBox(folder)
  const { inbox, server } = await startFarEnd(folder)
  const { packageId } = box.sealed[0]!
  const first = startUploader(box, server.url)
  await until(() => inbox.receiptOf(packageId) !== null)
  await first.close()
  const lost = { ...inbox.receiptOf(packageId)!, verified: [], wrong: [], missing: [] }
  box.deliveries.receive({ ...lost, missing: ['data/evidence.json', 'bagit.txt'] })
  const second = startUploader(box, server.url)
  receiptsTo(box.deliveries, inbox)
  await until(() => box.deliveries.get(packageId)?.stage === 'SENT')
  // A third one when the first uploader was closed before it heard that its last file had arrived.
  expect(second.counters.had).toBeGreaterThanOrEqual(2)
  expect(second.counters).toMatchObject({ arrivedBytes: 0, sentBytes: 0 })
})

test('an upload that the far end has forgotten begins anew', async () => {
  const folder = scratch()
  const box = await makeBox(folder)
  const { inbox, server } = await startFarEnd(folder)
  receiptsTo(box.deliveries, inbox)
  server.faults.forget = 2
  const uploader = startUploader(box, server.url)
  await until(() => box.deliveries.state().delivered === 1)
  expect(uploader.counters.forgotten).toBe(2)
})

test('a wrong token: alarm, waiting, nothing lost, and the token never in the log', async () => {
  const folder = scratch()
  const box = await makeBox(folder)
  const { inbox, server } = await startFarEnd(folder)
  receiptsTo(box.deliveries, inbox)
  const { log, codes, text } = keptLog()
  const wrong = 'quite another token than wanted'
  const uploader = startUploader(box, server.url, { options: { token: wrong }, log })
  await until(() => uploader.counters.breaks >= 3)
  expect(codes()).toEqual(['DELIVERY_UNAUTHORISED']) // Once, however often it is tried.
  expect(uploader.trouble).toBe('DELIVERY_UNAUTHORISED')
  expect(box.deliveries.state()).toMatchObject({ owed: 1, delivered: 0 })
  await uploader.close()
  expect(text()).not.toContain(wrong)

  startUploader(box, server.url)
  await until(() => box.deliveries.state().delivered === 1)
})

test('no room at the far end: alarm and waiting, then it goes on', async () => {
  const folder = scratch()
  const box = await makeBox(folder)
  const { inbox, server } = await startFarEnd(folder)
  receiptsTo(box.deliveries, inbox)
  server.faults.full = true
  const { log, codes } = keptLog()
  const uploader = startUploader(box, server.url, { log })
  await until(() => uploader.counters.breaks >= 2)
  expect(codes()).toEqual(['DELIVERY_FAR_END_FULL'])
  server.faults.full = false
  await until(() => box.deliveries.state().delivered === 1)
  expect(uploader.trouble).toBeNull()
})

test('a far end that calls a right hash wrong: sent again and counted, then the alarm; the others go on', async () => {
  const folder = scratch()
  const box = await makeBox(folder, [1_000, 1_000])
  const { inbox, server } = await startFarEnd(folder)
  receiptsTo(box.deliveries, inbox)
  server.faults.lie = 4
  const { log, codes } = keptLog()
  const uploader = startUploader(box, server.url, { log, options: { refusalsMax: 3 } })
  await until(() => box.deliveries.state().delivered === 2)
  expect(uploader.counters.mismatches).toBe(4)
  expect(codes()).toContain('EVIDENCE_REFUSED')
})

test('a file that changed on the disk of the box is not passed off as evidence', async () => {
  const folder = scratch()
  const box = await makeBox(folder)
  const { server } = await startFarEnd(folder)
  const { packageId } = box.sealed[0]!
  const clip = join(box.evidenceFolder, packageId, 'data/original/02-clip.mp4')
  const bytes = readFileSync(clip)
  bytes[1_000]! ^= 1
  writeFileSync(clip, bytes)
  const { log, codes } = keptLog()
  startUploader(box, server.url, { log })
  await until(() => codes().includes('EVIDENCE_CHANGED'))
  expect(box.deliveries.get(packageId)).toMatchObject({ stage: 'OWED', code: 'EVIDENCE_CHANGED' })
})

test('no receipt by MQTT: it is asked for; nor there: the seals are sent again until there is one', async () => {
  const folder = scratch()
  const box = await makeBox(folder)
  const { inbox, server } = await startFarEnd(folder)
  const asks = { receiptFirstSec: 0.1, receiptMaxSec: 0.1 }
  const { log, codes } = keptLog()
  const mute = startUploader(box, server.url, { options: asks, log })
  await until(() => codes().filter((code) => code === 'EVIDENCE_UNACKNOWLEDGED').length >= 4)
  expect(mute.counters.had).toBeGreaterThan(4) // Looked at again, not carried again.
  expect(mute.counters.arrivedBytes).toBe(sizeOf(inbox.packageFolder(box.sealed[0]!.packageId)))
  await mute.close()

  startUploader(box, server.url, { options: { ...asks, statusUrl: server.statusUrl } })
  await until(() => box.deliveries.state().delivered === 1)
})

test('the cap holds', async () => {
  const folder = scratch()
  const box = await makeBox(folder, [300_000])
  const { inbox, server } = await startFarEnd(folder)
  receiptsTo(box.deliveries, inbox)
  const startedMs = systemClock.monotonicMs()
  const uploader = startUploader(box, server.url, { options: { kibPerSecMax: 400 } })
  await until(() => box.deliveries.state().delivered === 1)
  // No faster than the cap; how much slower is the machine's affair. The first piece of 64 KiB does not wait.
  const leastMs = ((uploader.counters.sentBytes - 65_536) / (400 * 1_024)) * 1_000
  expect(systemClock.monotonicMs() - startedMs).toBeGreaterThan(leastMs)
})

test('over TLS it trusts the authorities it was given, and no others', async () => {
  const folder = scratch()
  const box = await makeBox(folder, [1_000])
  const { inbox, server } = await startFarEnd(folder)
  receiptsTo(box.deliveries, inbox)
  const front = await tlsFront(folder, server.url)
  const { log, codes } = keptLog()
  const strange = startUploader(box, front.url, { log })
  await until(() => codes().includes('DELIVERY_UNREACHABLE'))
  expect(inbox.receiptOf(box.sealed[0]!.packageId)).toBeNull()
  await strange.close()
  startUploader(box, front.url, { options: { ca: front.ca } })
  await until(() => box.deliveries.state().delivered === 1)
})

test('a far end that sends uploads, and the token with them, to another host is not followed', async () => {
  const folder = scratch()
  const box = await makeBox(folder, [1_000])
  const elsewhere: (string | undefined)[] = []
  const { createServer } = await import('node:http')
  const thief = createServer((asked, answer) => {
    elsewhere.push(asked.headers.authorization)
    answer.writeHead(204).end()
  })
  const door = createServer((asked, answer) => {
    asked.resume()
    const { port } = thief.address() as AddressInfo
    answer.writeHead(asked.method === 'POST' ? 201 : 204, { location: `http://127.0.0.1:${port}/x` }).end()
  })
  for (const one of [thief, door]) {
    await new Promise<void>((done) => one.listen(0, '127.0.0.1', done))
    onTestFinished(() => void one.close())
  }
  const { log, codes } = keptLog()
  startUploader(box, `http://127.0.0.1:${(door.address() as AddressInfo).port}/up`, { log })
  await until(() => codes().includes('DELIVERY_UNREACHABLE'))
  expect(elsewhere).toEqual([])
})

/** A TLS server of a test authority that passes everything on. */
async function tlsFront(folder: string, target: string): Promise<{ url: string; ca: string }> {
  const file = (name: string) => join(folder, name)
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'],
      ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', file('key.pem'), '-out', file('ca.pem')],
    ],
    { stdio: 'ignore' },
  )
  const { hostname, port, pathname } = new URL(target)
  const files = { key: readFileSync(file('key.pem')), cert: readFileSync(file('ca.pem')) }
  const front = createTlsServer(files, (asked, answer) => {
    const { method, headers, url: path } = asked
    const passed = request({ hostname, port, path, method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 500, response.headers)
      response.pipe(answer)
    })
    passed.once('error', () => answer.destroy())
    asked.pipe(passed)
  })
  await new Promise<void>((done) => front.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    front.close()
    front.closeAllConnections()
  })
  return { url: `https://127.0.0.1:${(front.address() as AddressInfo).port}${pathname}`, ca: file('ca.pem') }
}
