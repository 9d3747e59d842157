/** What a timestamp token can turn out to be. Apart from `timestamp.ts`, which reads them and takes long to load. */
export const TOKEN_STATES = ['ABSENT', 'FITS', 'UNTRUSTED', 'MISFIT', 'EXPIRED', 'BROKEN'] as const
export type TokenState = (typeof TOKEN_STATES)[number]

export interface JudgedToken {
  readonly state: TokenState
  /** The authority's time, ISO-8601; null when there is none to read. */
  readonly time: string | null
  /** Who signed the token, as its certificate calls itself. */
  readonly authority: string | null
  /** OID of the rules it was made by. */
  readonly policy: string | null
  /** The authority's number of it, hex. */
  readonly serial: string | null
  /** Why it is not good. */
  readonly detail: string
}

export const NO_TOKEN: JudgedToken = {
  ...{ state: 'ABSENT', time: null, authority: null, policy: null, serial: null, detail: '' },
}
