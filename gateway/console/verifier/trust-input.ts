/** What people paste as trust: PEM blocks and fingerprints, in any order, as they came. */

import type { Tools } from '../../evidence/bag-source.ts'
import { type PublicKey, readPublicKeys } from '../../evidence/public-key.ts'

export class NotUnderstood extends Error {
  readonly text: string
  constructor(text: string) {
    super(`not understood: ${text}`)
    this.text = text.trim().slice(0, 60)
  }
}

interface Given {
  readonly pinned: readonly PublicKey[]
  readonly fingerprints: ReadonlySet<string>
}

/** @throws NotUnderstood */
export function readTrust(text: string, tools: Tools): Given {
  const keys = readPublicKeys(text, tools)
  if (keys.includes(null)) throw new NotUnderstood('PEM')
  const rest = text.replace(/-----BEGIN PUBLIC KEY-----[^-]*-----END PUBLIC KEY-----/g, '\n')
  // `lushao keys export` prints a line with the id above each key.
  const lines = rest.split('\n').filter((line) => !/^lushao key [0-9a-f]{16}\s*$/.test(line))
  return { pinned: keys.filter((key) => key !== null), fingerprints: new Set(readHashes(lines.join('\n'))) }
}

/** One a line, with colons, capitals or `sha256:` in front as people copy them. */
export function readHashes(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const hash = line
      .replace(/^\s*sha256:/i, '')
      .replace(/[\s:]/g, '')
      .toLowerCase()
    if (hash === '') return []
    if (!/^[0-9a-f]{64}$/.test(hash)) throw new NotUnderstood(line)
    return [hash]
  })
}
