/**
 * What a check needs of a bag and of the machine it runs on, and no more: so the same rules run over a folder in Node
 * and over dropped files in a browser.
 *
 *     folder (node:fs, node:crypto) ─┐
 *     dropped folder or ZIP          ┼─▶ BagSource ─▶ check ─▶ findings
 *     (File, WebAssembly)           ─┘
 *
 * Nothing in here, nor in what it imports, may need Node: a test builds it for a browser.
 */
import type { Finding } from './findings.ts'

export interface Digest {
  readonly bytes: number
  readonly sha256: string
  readonly sm3: string
}

/** A bag of unknown making. Its files are looked at where they are, none is followed out of it. */
export interface BagSource {
  /** The folder's own name, which must be the package's; null when nobody knows it. */
  readonly name: string | null
  /** How people find it: a path here, a name in what was dropped there. */
  readonly path: string
  /** What looking at the names alone showed: links, pipes, two files of one name. */
  readonly findings: readonly Finding[]
  /** Plain files by path inside the bag, with their sizes. */
  readonly files: ReadonlyMap<string, number>
  /** A small file whole; null when it cannot be read or is larger. */
  read(path: string, bytesMax: number): Promise<Uint8Array | null>
  /** Hashes of at most `bytes` of it, read bit by bit; null when it cannot be read to that length. */
  digest(path: string, bytes: number, onBytes: (count: number) => void): Promise<Digest | null>
}

/** A public key, as arithmetic needs it. */
export interface KeyBytes {
  readonly algorithm: 'Ed25519' | 'SM2'
  /** Ed25519: 32 bytes. SM2: x and y, 64 bytes. */
  readonly raw: Uint8Array
}

/** Arithmetic that Node and a browser have from different hands. */
export interface Tools {
  /** Hex. */
  sha256(data: Uint8Array): string
  sm3(data: Uint8Array): string
  /** Ed25519, or SM2 with SM3. */
  verifies(key: KeyBytes, data: Uint8Array, signature: Uint8Array): boolean
}

/** UTF-8 as it is: a byte order mark is a character that somebody put there. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** @throws when it is no base64 */
export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
}
