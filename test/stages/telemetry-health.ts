/** A box that is well, for tests that report about it. */
import type { Health } from '../../gateway/telemetry/health.ts'

export const HEALTH: Health = {
  cameras: [
    {
      id: 'cam-1',
      status: 'online',
      mode: 'patrol',
      samples: 1500,
      frames: 60,
      framesDropped: 2,
      owedSec: 60,
      analysedSec: 58,
      reconnects: 1,
      explained: 7,
    },
  ],
  outboxDepth: 3,
  inferenceRuns: 60,
  inferenceSec: 4.5,
  inferenceDropped: 0,
  acts: { ACTIVE: 1, CANDIDATE: 2 },
  alertsRaised: 1,
  brokerConnected: true,
  feedsOpen: 1,
  evidenceOwed: 2,
  evidenceOldestSec: 90,
  evidenceDelivered: 5,
  evidenceRefused: 0,
  evidenceSentBytes: 3_000_000,
  evidenceResentBytes: 1_000,
  diskFreeBytes: 1e9,
}
