/**
 * 真实, true: the bytes are the camera's, they are those that were written, and the seal over them holds.
 *
 *     originals ─▶ hashed again ─▶ chain ─▶ a trial signature with the box's key ─▶ gaps ─▶ transcoded? ─▶ judged by these packets?
 *
 * Nothing here names the key: a rotated key changes no manifest hash.
 */
import { createPublicKey, verify } from 'node:crypto'
import type { Link } from '../kinds.ts'
import type { Signer } from '../seal.ts'
import { allOf, atMost, type Check, measured, rounded } from './check.ts'

export interface TrueFacts {
  readonly originals: readonly { readonly gapSec: number; readonly itemId: string }[]
  /** Files that were torn, or were no longer what their sidecar says when they were read for the seal. */
  readonly torn: readonly string[]
  readonly previous: Link | null
  /** The record of the chain was lost, and the head was found among the packages on disk. */
  readonly chainLost: boolean
  readonly transcoded: boolean
  /** Whether these very packets were decoded and judged, or the camera's cheaper stream at the same instants. */
  readonly analysedSame: boolean
  readonly signer: Pick<Signer, 'publicKeyPem' | 'sign'>
}

const TRIAL = Buffer.from('lushao')

export function trueChecks(facts: TrueFacts): Check[] {
  const { originals, torn, previous, chainLost, transcoded, analysedSame, signer } = facts
  const whole = originals.length
  const worst = originals.reduce((most, { gapSec }) => Math.max(most, gapSec), 0)
  const gapped = originals.find(({ gapSec }) => gapSec > 0)?.itemId
  const signs = signatureHolds(signer)
  return [
    whole === 0
      ? measured('HASHES', 0, 1, false, 0, { reason: 'NO_FOOTAGE' })
      : allOf('HASHES', whole, whole + torn.length, {
          unit: 'files',
          reason: 'INTEGRITY_FAILED',
          item: torn[0],
        }),
    measured('CHAIN', (previous?.sequence ?? 0) + 1, null, !chainLost, Number(!chainLost), {
      reason: 'CHAIN_HEAD_LOST',
    }),
    measured('SIGNATURE', 'Ed25519', null, signs, Number(signs), { reason: 'SIGNATURE_FAILED' }),
    atMost('UNBROKEN', rounded(worst), 0, { unit: 's', reason: 'PACKETS_MISSING', item: gapped }),
    measured('UNTOUCHED', transcoded ? 'transcoded' : 'as it came', null, !transcoded, Number(!transcoded), {
      reason: 'ORIGINAL_TRANSCODED',
    }),
    analysed(analysedSame),
  ]
}

/**
 * Both streams lie on the box's own timeline, so a still is cut at the instant that was judged; that they show the same
 * view is measured where the view is (CAMERA_MOVED compares this stream's still with pictures of the other).
 */
function analysed(same: boolean): Check {
  const check = measured('ANALYSED', same ? 'same packets' : 'other stream', null, true, 1, {
    reason: 'OTHER_STREAM',
  })
  return same ? check : { ...check, reason: 'OTHER_STREAM', score: 0.5 }
}

function signatureHolds(signer: TrueFacts['signer']): boolean {
  return verify(null, TRIAL, createPublicKey(signer.publicKeyPem), signer.sign(TRIAL))
}
