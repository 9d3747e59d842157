/** A complete event for tests that care about its way, not about what it says. */
import { derivedUlid } from '../../gateway/kit/ids.ts'
import type { ViolationEvent } from '../../gateway/violations/event.ts'

export const SAMPLE_WALL_MS = Date.parse('2026-01-01T10:00:00+08:00')

export function sampleEvent(name: string, changes: Partial<ViolationEvent> = {}): ViolationEvent {
  return {
    eventId: derivedUlid(SAMPLE_WALL_MS, name),
    revision: 1,
    phase: 'START',
    ruleId: 'street-vending',
    site: 'nanjing-road',
    gateway: 'gw-01',
    cameraId: 'cam-1',
    zoneId: 'kerb',
    startedAt: '2026-01-01T10:00:00.000+08:00',
    confirmedAt: '2026-01-01T10:03:00.000+08:00',
    endedAt: null,
    durationSec: 180,
    media: { startSec: 0, confirmSec: 180, endSec: null },
    box: [0.4, 0.5, 0.6, 0.9],
    confidence: 0.8,
    detectionState: 'ACTIVE',
    alertState: 'DETECTED',
    grade: 'G1',
    gradeReasons: ['somebody is there to be spoken to'],
    handlingTier: 'SERVICE',
    evidenceStatus: 'LEAD',
    evidenceCaps: [],
    objects: [{ class: 'person', role: 'attendant' }],
    governanceMode: 'test',
    legalBasis: { title: '上海市市容环境卫生管理条例', article: '第二十三条' },
    gbCode: '05-01',
    title: '疑似无照经营游商',
    text: '疑似无照经营游商，持续 180 秒',
    configVersion: 'sha256:00',
    catalogVersion: '1',
    modelDigest: null,
    evidence: null,
    ...changes,
  }
}
