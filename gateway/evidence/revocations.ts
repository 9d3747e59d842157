/** The box's own record of keys that are to be trusted no more; what it means for packages is `revocation-check.ts`'s. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isoTime } from '../kit/clock.ts'
import { fault } from '../kit/errors.ts'
import { replaceFile } from './disk.ts'
import type { Link } from './package.ts'
import { type Revocation, statementsIn } from './revocation-check.ts'
import { currentKeyId, openSigner, REVOCATIONS_FILE, signedLine } from './seal.ts'

/** Added to the box's record; a key that was revoked before stays as it was. */
export async function revokeKey(
  folder: string,
  { keyId, reason, wallMs, head }: { keyId: string; reason: string; wallMs: number; head: Link | null },
): Promise<Revocation> {
  const names = await readdir(folder).catch(() => [] as string[]) // No keys: then none of that name either.
  if (!names.includes(`${keyId}.pub.pem`)) throw fault('KEY_UNKNOWN', { keyId })
  if (keyId === (await currentKeyId(folder)) || keyId === (await currentKeyId(folder, 'SM2'))) {
    throw fault('KEY_IN_USE', { keyId })
  }
  const signer = await openSigner(folder)
  const before = statementsIn(signer.revocations).find((one) => one.keyId === keyId)
  if (before !== undefined) return before
  const revocation: Revocation = {
    ...{
      type: 'lushao.key-revocation.v1',
      keyId,
      reason,
      revokedAt: isoTime(wallMs),
      byKeyId: signer.keyId,
      head,
    },
  }
  const line = signedLine(JSON.stringify(revocation), signer)
  await replaceFile(join(folder, REVOCATIONS_FILE), `${signer.revocations}${line}`)
  return revocation
}

/** The revocations of a box, as it tells them. */
export async function revocationsOf(folder: string): Promise<Revocation[]> {
  const text = await readFile(join(folder, REVOCATIONS_FILE), 'utf8').catch(() => '') // None revoked.
  return statementsIn(text)
}
