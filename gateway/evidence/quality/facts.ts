/** What an assessment rests on beside the pictures: facts of the plan, the place, the device and the configuration. */
import type { Outlook } from '../../frames/outlook.ts'
import type { Due } from '../plan.ts'

export interface PlaceFacts {
  readonly name: string | null
  readonly address: string | null
  /** WGS-84, degrees. */
  readonly lon: number | null
  readonly lat: number | null
}

/** As registered, for whoever reviews (domain: Art. 41 of the penalty law). */
export interface DeviceRecord {
  readonly legalReviewNo: string | null
  readonly technicalReviewNo: string | null
  readonly reviewValidUntil: string | null
  readonly locationPublishedAt: string | null
  readonly locationPublishedRef: string | null
  readonly signagePhotoRef: string | null
}

export interface AssessedFacts {
  readonly due: readonly Due[]
  readonly minPixels: number
  /** Seconds of clip that are due up to the confirmation. */
  readonly clipBeforeSec: number
  readonly place: PlaceFacts
  readonly device: DeviceRecord
  readonly authorisationRef: string | null
  readonly configVersion: string
  /** False when a cheaper stream of the same camera was judged. */
  readonly analysedSame: boolean
  readonly clockOffsetMsMax: number
  readonly outlook: Outlook | null
}
