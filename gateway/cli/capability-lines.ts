/** What each camera's records may be at most, in a line: `cam-1: leads only (location not published, …)`. */
import type { Config } from '../../config/loader.ts'
import { REASON_WORDS } from '../evidence/quality/words.ts'
import type { Language } from '../kit/errors.ts'
import { cameraCapability } from '../standing.ts'

const WORDS = {
  LEAD_ONLY: { zh: '仅作线索', en: 'leads only' },
  EVIDENCE_CAPABLE: { zh: '可作候选证据', en: 'evidence candidates' },
}

export interface CapabilityLine {
  readonly camera: string
  readonly text: string
}

export function capabilityLines(config: Config, wallMs: number, language: Language): CapabilityLine[] {
  return config.cameras.map((camera) => {
    const { evidenceCapability, evidenceCapabilityReasons } = cameraCapability(config, camera, wallMs)
    const reasons = evidenceCapabilityReasons.map((reason) => REASON_WORDS[reason][language])
    const why = language === 'zh' ? `（${reasons.join('、')}）` : ` (${reasons.join(', ')})`
    const text = `${WORDS[evidenceCapability][language]}${reasons.length === 0 ? '' : why}`
    return { camera: camera.id, text }
  })
}

export function capabilitiesOf(config: Config, wallMs: number) {
  return config.cameras.map((camera) => ({ camera: camera.id, ...cameraCapability(config, camera, wallMs) }))
}
