/** Words that all of this room speaks: kinds of items, purposes of a seal, the clock, a link of the chain. */

/**
 * Kinds that are held as originals: footage, of which all but CLIP are stills (the instant is the last displayed
 * picture), the sound of a notice, byte for byte as it was played, and a body-cam recording as it was received.
 */
export const HELD_KINDS = [
  ...(['SCENE_BEFORE', 'START', 'PERSIST', 'CONFIRM', 'RECHECK', 'AFTER', 'CLIP'] as const),
  'PERSUASION_AUDIO',
  'BODYCAM',
] as const
export type HeldKind = (typeof HELD_KINDS)[number]
/** Kinds that are no still. */
export const isMoving = (kind: HeldKind): boolean =>
  kind === 'CLIP' || kind === 'PERSUASION_AUDIO' || kind === 'BODYCAM'

export interface ClockFacts {
  readonly source: string
  /** Null: never measured. */
  readonly offsetMs: number | null
  readonly checkedAtWallMs: number | null
}

export const SEAL_PURPOSES = ['confirm', 'recheck', 'closing', 'supplement'] as const
/** A supplement brings what was linked to the act later: a body-cam recording. */
export type SealPurpose = (typeof SEAL_PURPOSES)[number]

export interface Link {
  readonly sequence: number
  readonly packageId: string
  readonly manifestHash: string
}
