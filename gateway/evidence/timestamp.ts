/**
 * Reads an RFC 3161 token as far as needed to see whether it is for this package: the hash it vouches for and the
 * authority's time. Whether the authority itself is to be trusted is asked of `openssl ts -verify` with its
 * certificate; a box on the street has no say in that.
 *
 *     TimeStampResp ─▶ ContentInfo ─▶ SignedData ─▶ encapContentInfo ─▶ TSTInfo ─▶ messageImprint, genTime
 */
import { hexOf } from './bag-source.ts'

interface TimestampToken {
  /** SHA-256 of what was stamped, hex. */
  readonly sha256: string
  /** As the authority wrote it, `20260101020000Z`. */
  readonly time: string
}

const SHA256_OID = '608648016503040201'

interface Node {
  readonly tag: number
  readonly content: Uint8Array
}

/** Null when the bytes are no token over a SHA-256. */
export function readTimestamp(der: Uint8Array): TimestampToken | null {
  const response = children(first(der))
  const signedData = children(children(response[1])[1])[0]
  const encapsulated = children(signedData)[2]
  const info = children(first(children(children(encapsulated)[1])[0]?.content))
  const [algorithm, hash] = children(info[2])
  const time = info[4]
  if (hexOf(children(algorithm)[0]?.content ?? new Uint8Array()) !== SHA256_OID) return null
  if (hash?.tag !== 0x04 || hash.content.length !== 32 || time?.tag !== 0x18) return null
  return { sha256: hexOf(hash.content), time: String.fromCharCode(...time.content.subarray(0, 64)) }
}

function children(node: Node | undefined): Node[] {
  const nodes: Node[] = []
  if (node === undefined) return nodes
  for (let rest = node.content; rest.length > 0 && nodes.length < 64; ) {
    const next = read(rest)
    if (next === null) break
    nodes.push(next.node)
    rest = rest.subarray(next.length)
  }
  return nodes
}

function first(bytes: Uint8Array | undefined): Node | undefined {
  return (bytes && read(bytes)?.node) ?? undefined
}

/** One DER value: low tags and definite lengths, which is all a token uses here. */
function read(bytes: Uint8Array): { node: Node; length: number } | null {
  if (bytes.length < 2) return null
  const tag = bytes[0]!
  const short = bytes[1]!
  const lengthBytes = short < 0x80 ? 0 : short & 0x7f
  if (short === 0x80 || lengthBytes > 4 || bytes.length < 2 + lengthBytes) return null
  const size =
    lengthBytes === 0 ? short : bytes.subarray(2, 2 + lengthBytes).reduce((sum, byte) => sum * 256 + byte, 0)
  const start = 2 + lengthBytes
  if (bytes.length < start + size) return null
  return { node: { tag, content: bytes.subarray(start, start + size) }, length: start + size }
}
