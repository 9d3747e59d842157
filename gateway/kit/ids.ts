/**
 * ULIDs: 48 bits of time, 80 bits that tell two ids of one millisecond apart (github.com/ulid/spec).
 *
 * Ids of acts and packages are derived from what they name, so that the same footage judged twice, or an act
 * resumed after a crash, keeps its id. Ids of messages and commands are random (`ulid` package) [R103].
 */
import { createHash } from 'node:crypto'
import { encodeTime } from 'ulid'

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** The same parts give the same id, on every machine. `wallMs` becomes the sortable part. */
export function derivedUlid(wallMs: number, ...parts: readonly (string | number)[]): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([wallMs, ...parts]))
    .digest()
  let bits = 0n
  for (let i = 0; i < 10; i++) bits = (bits << 8n) | BigInt(digest[i]!)
  let tail = ''
  for (let i = 0; i < 16; i++) {
    tail = CROCKFORD[Number(bits & 31n)]! + tail
    bits >>= 5n
  }
  return encodeTime(Math.max(0, Math.floor(wallMs)), 10) + tail
}

export { ulid } from 'ulid'
