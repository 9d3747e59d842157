/** Words that all of this room speaks: kinds of items, purposes of a seal, the clock, a link of the chain. */

/**
 * Kinds that are held as originals: footage, of which all but CLIP are stills (the instant is the last displayed
 * picture), and the sound of a notice, byte for byte as it was played.
 */
export const HELD_KINDS = [
  ...(['SCENE_BEFORE', 'START', 'PERSIST', 'CONFIRM', 'RECHECK', 'AFTER', 'CLIP'] as const),
  'PERSUASION_AUDIO',
] as const
export type HeldKind = (typeof HELD_KINDS)[number]
/** Kinds that are no still. */
export const isMoving = (kind: HeldKind): boolean => kind === 'CLIP' || kind === 'PERSUASION_AUDIO'

export interface ClockFacts {
  readonly source: string
  /** Null: never measured. */
  readonly offsetMs: number | null
  readonly checkedAtWallMs: number | null
}

export type SealPurpose = 'confirm' | 'recheck' | 'closing'

export interface Link {
  readonly sequence: number
  readonly packageId: string
  readonly manifestHash: string
}
