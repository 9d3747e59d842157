/**
 * How the box is, in numbers. The pipeline answers when asked; totals count up from the start of the process.
 */
export interface CameraHealth {
  readonly id: string
  /** online, stalled, frozen, dark, covered, offline, disabled */
  readonly status: string
  /** patrol, watch, pursue; null while nothing is analysed */
  readonly mode: string | null
  /** Encoded pictures read. */
  readonly samples: number
  /** Decoded pictures looked at. */
  readonly frames: number
  /** Decoded pictures that were dropped unseen. */
  readonly framesDropped: number
  /** Media seconds that were to be analysed, and those that were. */
  readonly owedSec: number
  readonly analysedSec: number
  readonly reconnects: number
  /** Detections that make no track, because the camera's baseline explains them. */
  readonly explained: number
}

export interface Health {
  readonly cameras: readonly CameraHealth[]
  /** Messages the back end has not confirmed. */
  readonly outboxDepth: number
  readonly inferenceRuns: number
  readonly inferenceSec: number
  readonly inferenceDropped: number
  /** Acts that are going on, by detection state. */
  readonly acts: Readonly<Record<string, number>>
  readonly alertsRaised: number
  readonly brokerConnected: boolean
  readonly feedsOpen: number
  /** Packages on their way to the platform, and how long the oldest has waited. */
  readonly evidenceOwed: number
  readonly evidenceOldestSec: number
  /** Packages of which the platform has given its receipt, and those that it does not accept. */
  readonly evidenceDelivered: number
  readonly evidenceRefused: number
  /** Bytes handed to the line, and how many of them do not count as arrived. */
  readonly evidenceSentBytes: number
  readonly evidenceResentBytes: number
  readonly diskFreeBytes: number
}

export interface HealthSource {
  health(): Health
}
