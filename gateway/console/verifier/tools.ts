/** Hashes and signatures where there is no Node: WebAssembly and plain JavaScript, so that `file://` is enough. */
import { ed25519 } from '@noble/curves/ed25519.js'
import { createSHA256, createSM3 } from 'hash-wasm'
import type { Digest, Tools } from '../../evidence/bag-source.ts'
import { verifiesSm2 } from './sm2.ts'

export interface BrowserTools extends Tools {
  /** Null when the stream ends early or breaks; it is never read past `bytes`. */
  digest(
    stream: ReadableStream<Uint8Array>,
    bytes: number,
    onBytes: (count: number) => void,
  ): Promise<Digest | null>
}

export async function loadTools(): Promise<BrowserTools> {
  const [small, smallSm3] = await Promise.all([createSHA256(), createSM3()])
  return {
    sha256: (data) => small.init().update(data).digest(),
    sm3: (data) => smallSm3.init().update(data).digest(),
    verifies: ({ algorithm, raw }, data, signature) => {
      try {
        if (algorithm === 'SM2')
          return verifiesSm2(raw, data, signature, (bytes) => smallSm3.init().update(bytes).digest('binary'))
        // As OpenSSL does it (RFC 8032), not by the looser rules of a ledger.
        return ed25519.verify(signature, data, raw, { zip215: false })
      } catch {
        return false // A signature of another length is none.
      }
    },
    digest: digestStream,
  }
}

async function digestStream(
  stream: ReadableStream<Uint8Array>,
  bytes: number,
  onBytes: (count: number) => void,
): Promise<Digest | null> {
  const [sha256, sm3] = await Promise.all([createSHA256(), createSM3()])
  const reader = stream.getReader()
  let total = 0
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      total += part.value.length
      if (total > bytes) return null
      sha256.update(part.value)
      sm3.update(part.value)
      onBytes(part.value.length)
    }
  } catch {
    return null // Taken away while it was read, or a broken ZIP: the check says UNREADABLE.
  } finally {
    await reader.cancel().catch(() => {})
  }
  return total === bytes ? { bytes, sha256: sha256.digest(), sm3: sm3.digest() } : null
}
