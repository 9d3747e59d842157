/** Colours that mean the same on the annotated video and on the pictures of `models try`; sRGB, `#rrggbb`. */
import type { Role } from './detections/detections.ts'
import type { DetectionState } from './violations/event.ts'

export const ZONE_COLOUR = '#80c0ff'
export const BASELINE_COLOUR = '#c8c8c8'
export const OTHER_COLOUR = '#ffffff'

const ROLE_COLOUR: Partial<Record<Role, string>> = {
  person: '#4ade80',
  vehicle: '#60a5fa',
  'two-wheeler': '#c084fc',
  carrier: '#fb923c',
  goods: '#facc15',
  furniture: '#f9a8d4',
}
const STATE_COLOUR: Partial<Record<DetectionState, string>> = {
  CANDIDATE: '#ffd700',
  CONFIRMING: '#ffa500',
  ACTIVE: '#ff3030',
  CLEARING: '#40c090',
}

export const colourOf = (role: Role): string => ROLE_COLOUR[role] ?? OTHER_COLOUR
export const stateColourOf = (state: DetectionState): string => STATE_COLOUR[state] ?? OTHER_COLOUR
