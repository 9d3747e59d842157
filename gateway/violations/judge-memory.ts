/**
 * The judge's snapshot: a line of JSON with spots, acts and times, then the two maps of the ground, byte by byte.
 *
 *     'LSJD' version length │ JSON │ owner 57 600 │ place 57 600
 */
import { PLANE_PIXELS } from '../occupancy/standing.ts'
import type { SpotState } from './spot.ts'

const MAGIC = 0x444a534c
const VERSION = 2
const HEADER = 12

export interface JudgeState {
  readonly timeMs: number | null
  readonly epoch: number
  readonly serial: number
  /** Zones and rules it was made with: with others the acts would mean something else. */
  readonly watched: string
  readonly spots: readonly SpotState[]
}

export function saveJudge(state: JudgeState, owner: Uint8Array, place: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(state))
  const bytes = new Uint8Array(HEADER + text.length + 2 * PLANE_PIXELS)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, MAGIC, true)
  view.setUint32(4, VERSION, true)
  view.setUint32(8, text.length, true)
  bytes.set(text, HEADER)
  bytes.set(owner, HEADER + text.length)
  bytes.set(place, HEADER + text.length + PLANE_PIXELS)
  return bytes
}

/** null when it is none of ours, of another version, or cut short. */
export function loadJudge(
  bytes: Uint8Array,
): { state: JudgeState; owner: Uint8Array; place: Uint8Array } | null {
  if (bytes.byteLength < HEADER) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = view.getUint32(8, true)
  if (view.getUint32(0, true) !== MAGIC || view.getUint32(4, true) !== VERSION) return null
  if (bytes.byteLength !== HEADER + length + 2 * PLANE_PIXELS) return null
  const at = HEADER + length
  try {
    const state = JSON.parse(new TextDecoder().decode(bytes.subarray(HEADER, at))) as JudgeState
    return {
      state,
      owner: bytes.subarray(at, at + PLANE_PIXELS),
      place: bytes.subarray(at + PLANE_PIXELS, at + 2 * PLANE_PIXELS),
    }
  } catch {
    // Nothing is owed: a damaged snapshot is refused like one of another version, and the camera starts fresh.
    return null
  }
}
