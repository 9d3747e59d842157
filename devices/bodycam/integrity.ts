/**
 * What a recorder says about the bytes it sent: its own integrity check id (GA/T 947), and the hash that the client declared.
 *
 *     "sha256:9f…", "9F86D0…" ─▶ algorithm by name or by length ─▶ computed in the same reading ─▶ FITS │ DIFFERS
 *     "A-1029", ""            ─▶ UNKNOWN_KIND │ NONE
 *
 * 64 digits may be SHA-256 or SM3: either fits.
 */

export type Checksum = 'sha256' | 'sm3' | 'sha1' | 'md5' | 'crc32'
/** Of the whole file, in lower-case hex. */
export type Digests = Readonly<Record<Checksum, string>>

export interface Integrity {
  /** As the device wrote it; null when it said nothing. */
  readonly id: string | null
  readonly result: 'FITS' | 'DIFFERS' | 'UNKNOWN_KIND' | 'NONE'
  /** Which sum was compared; null when none could be. */
  readonly algorithm: Checksum | null
}

const BY_LENGTH: Readonly<Record<number, readonly Checksum[]>> = {
  8: ['crc32'],
  32: ['md5'],
  40: ['sha1'],
  64: ['sha256', 'sm3'],
}

export function integrityOf(id: string | undefined, digests: Digests): Integrity {
  if (id === undefined) return { id: null, result: 'NONE', algorithm: null }
  const [, named, hex = ''] = /^(?:([a-z0-9-]+)[:=])?([0-9a-f]+)$/i.exec(id.trim()) ?? []
  const name = named?.toLowerCase().replace('-', '')
  const known = BY_LENGTH[hex.length] ?? []
  const meant = name === undefined ? known : known.filter((one) => one === name)
  const [first] = meant
  if (first === undefined) return { id, result: 'UNKNOWN_KIND', algorithm: null }
  const fitting = meant.find((one) => digests[one] === hex.toLowerCase())
  return { id, result: fitting === undefined ? 'DIFFERS' : 'FITS', algorithm: fitting ?? first }
}
