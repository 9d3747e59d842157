/**
 * A scene as a list of who is where when. Places are metres on the street (`view.ts`), times seconds of the film.
 */
import type { Weather } from './light.ts'
import type { Gesture, Look } from './person.ts'
import type { PropKind } from './props.ts'
import type { Rgb } from './raster.ts'
import type { VehicleKind } from './vehicle.ts'
import type { CameraPose } from './view.ts'

/** Where somebody is from `atSec` on: the way to the next step is walked evenly, standing still is two equal places. */
export interface Step {
  readonly atSec: number
  readonly x: number
  readonly z: number
  /** What is done here while standing, or on the way to the next step. */
  readonly gesture?: Gesture
  /** Radians while standing; walkers look where they go. */
  readonly heading?: number
}

interface ActorBase {
  /** The act this belongs to: an index into `acts`. Its extent makes the act's box. */
  readonly act?: number
}

export interface PersonActor extends ActorBase {
  readonly kind: 'person'
  readonly look: Look
  readonly seed: number
  readonly steps: readonly Step[]
}

export interface PropActor extends ActorBase {
  readonly kind: 'prop'
  readonly prop: PropKind
  readonly color: Rgb
  readonly seed: number
  readonly yaw: number
  readonly steps: readonly Step[]
  /** Laid out or unfolded in so many seconds, and packed up again as fast at its end. */
  readonly unfoldSec: number
}

export interface VehicleActor extends ActorBase {
  readonly kind: 'vehicle'
  readonly vehicle: VehicleKind
  readonly color: Rgb
  /** In the saddle while it moves, and where a step says `ride`; a car shows nobody. */
  readonly rider: Look | undefined
  readonly seed: number
  readonly steps: readonly Step[]
  /** A tricycle with its bed full. */
  readonly loaded?: boolean
}

export type Actor = PersonActor | PropActor | VehicleActor

/** How the light changes over the film. */
export type Mood = 'steady' | 'drift' | 'cloud' | 'cloud-edge' | 'billboards' | 'dusk' | 'wind'

export interface Act {
  readonly rule: string
  /** Where it happens; the pavement in front of the shops unless said otherwise. */
  readonly zoneId?: string
  readonly startSec: number
  readonly endSec: number
}

export interface NonEvent {
  readonly why: string
  readonly startSec: number
  readonly endSec: number
}

/** A piece of the street's ground that is watched: corners in metres, x and z. */
export interface GroundZone {
  readonly id: string
  readonly corners: readonly (readonly [x: number, z: number])[]
}

export interface SceneScript {
  readonly name: string
  readonly about: string
  readonly seconds: number
  readonly weather: Weather
  readonly mood: Mood
  /** Largest movement of the camera in the wind, pixels at 1280 across. */
  readonly shakePx: number
  /** Where the camera hangs; over the kerb on a lamp post unless said otherwise. */
  readonly camera?: CameraPose
  /** Which shops stand in the row: any whole number. */
  readonly shops?: number
  /** What is watched; the pavement in front of the shops unless said otherwise. */
  readonly zones?: readonly GroundZone[]
  readonly actors: readonly Actor[]
  readonly acts: readonly Act[]
  readonly nonEvents: readonly NonEvent[]
}

/** Which scene of the test street a film shows. */
export interface SceneNote {
  readonly story: string
  readonly condition: string
  readonly seed: number
  /** False where the shipped network lacks the classes that the rule needs. */
  readonly supported: boolean
  /** Of the script and the film's shape: another digest is another film. */
  readonly digest: string
}

/** Truth of a film, as evaluation reads it. */
export interface Truth {
  readonly video: string
  readonly scene?: SceneNote
  readonly fps: number
  readonly width: number
  readonly height: number
  readonly durationSec: number
  readonly zones: readonly { readonly id: string; readonly polygon: readonly (readonly [number, number])[] }[]
  readonly events: readonly {
    readonly rule: string
    readonly zoneId: string
    readonly startSec: number
    readonly endSec: number
    readonly box: readonly [number, number, number, number]
  }[]
  readonly nonEvents: readonly NonEvent[]
}
