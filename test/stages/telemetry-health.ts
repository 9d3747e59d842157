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
  diskFreeBytes: 1e9,
}
