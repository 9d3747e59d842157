/** kill -9 between any two steps of holding and sealing: what was acknowledged stays, and the rest is whole or absent. */
import { spawnSync } from 'node:child_process'
import { createPublicKey } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { openSigner } from '../../gateway/evidence/seal.ts'
import { verifyPackages } from '../../gateway/evidence/verify.ts'
import { factsOf, openKeeper, temporaryFolder } from './evidence-footage.ts'

const folder = temporaryFolder()
afterAll(() => rmSync(folder, { recursive: true }))
const child = fileURLToPath(new URL('keeper-kill-child.ts', import.meta.url))
const keys = [createPublicKey((await openSigner(join(folder, 'keys'))).publicKeyPem)]

/**
 * A start, two holds and a seal take about 145 steps; most of these lie where a package gets its name and the chain
 * its head. Each run goes on from what the last one left.
 */
const KILL_AT = [9, 31, 52, 60, 66, 90, 118, 126, 131, 136, 140, 144]

for (const killAt of KILL_AT) {
  test(`killed at step ${killAt}`, async () => {
    const env = { ...process.env, EVIDENCE_FOLDER: folder, EVIDENCE_KILL_AT: String(killAt) }
    const run = spawnSync(process.execPath, ['--import', 'tsx', child], { env })
    expect(run.signal, run.stderr.toString()).toBe('SIGKILL')
    const lines = run.stdout.toString().trim().split('\n')
    const told = (word: string) =>
      lines.filter((line) => line.startsWith(word)).map((line) => line.split(' ')[1]!)

    const keeper = await openKeeper(folder)
    const report = await verifyPackages([folder], { keys }).catch(() => null) // No package yet.
    if (report !== null) expect(report).toMatchObject({ ok: true, findings: [] })
    const sealedIds = (report?.packages ?? []).map(({ eventId }) => eventId)
    for (const eventId of told('sealed')) expect(sealedIds).toContain(eventId)

    // An act that was held whole is sealed or pending, both stills of it.
    for (const eventId of told('held')) {
      if (sealedIds.includes(eventId)) expect(pendingOf(eventId)).toEqual([])
      else {
        expect(pendingOf(eventId)).toEqual(['01-start.mp4', '02-confirm.mp4'])
        const sealed = await keeper.seal(factsOf(eventId))
        expect(sealed.items.filter((item) => item.isOriginal)).toHaveLength(2)
        expect(sealed.document.missing).toEqual([])
      }
    }
    // One that was being written may be torn, never whole; a later start holds it anew.
    for (const eventId of told('holding')) if (!told('held').includes(eventId)) await keeper.discard(eventId)
    expect(readdirSync(join(folder, 'evidence')).filter((name) => name.startsWith('.'))).toEqual([])
    if (keeper.head !== null) expect(await verifyPackages([folder], { keys })).toMatchObject({ ok: true })
  })
}

function pendingOf(eventId: string): string[] {
  const pending = join(folder, 'pending')
  if (!readdirSync(pending).includes(eventId)) return []
  return readdirSync(join(pending, eventId))
    .filter((name) => name.endsWith('.mp4'))
    .sort()
}
