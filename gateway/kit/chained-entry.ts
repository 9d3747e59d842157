/** The hash of a table's entry, over the one before it, its number and what it says: JSON, so that no two entries read alike. */
import { createHash } from 'node:crypto'

export function chainedHash(before: string, entry: number, facts: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([before, entry, ...facts]))
    .digest('hex')
}
