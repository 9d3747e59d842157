/**
 * Three vendors, and what makes each of them go. Everything else follows from what the gateway and the platform do.
 *
 *     cam-1   nobody may trade there     goes when the loudspeaker speaks to him
 *     cam-2   the same                   hears it twice and stays; goes when an officer on site orders it
 *     cam-3   a market, for its hours    nothing is said while they last; goes when he is told that they are over
 */
import type { ListeningOptions } from '../street/listening.ts'

export interface Story {
  /** Of the camera, for people. */
  readonly place: string
  readonly about: string
  readonly vendor: ListeningOptions
  readonly leaves: 'when spoken to' | 'when ordered'
  /** Trading is permitted there, for its hours. */
  readonly market: boolean
}

export const STORIES = {
  'cam-1': {
    place: '云锦路口',
    about: 'a vendor where nobody may trade, who goes when spoken to',
    vendor: { seed: 7, weather: 'sunny', shops: 0 },
    leaves: 'when spoken to',
    market: false,
  },
  'cam-2': {
    place: '云锦路公交站',
    about: 'a vendor who hears two notices and stays until an officer comes',
    vendor: { seed: 8, weather: 'cloudy', shops: 5 },
    leaves: 'when ordered',
    market: false,
  },
  'cam-3': {
    place: '云锦路早市',
    about: 'a stall of the morning market, whose hours end while we look',
    vendor: { seed: 9, weather: 'sidelight', shops: 11 },
    leaves: 'when spoken to',
    market: true,
  },
} as const satisfies Record<string, Story>

export type DemoCamera = keyof typeof STORIES
export const DEMO_CAMERAS = Object.keys(STORIES) as DemoCamera[]
export const isDemoCamera = (id: string): id is DemoCamera => Object.hasOwn(STORIES, id)
