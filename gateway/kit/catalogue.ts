/**
 * The error catalogue. One entry a code, a file of `faults/` for each room that raises it; `docs/errors.md` is generated
 * from it and a test checks that every code is raised somewhere and documented.
 */
import { ALERTS_FAULTS } from './faults/alerts.ts'
import { BODYCAM_FAULTS } from './faults/bodycam.ts'
import { BOX_FAULTS } from './faults/box.ts'
import { COMMAND_LINE_FAULTS } from './faults/command-line.ts'
import { CONFIG_FAULTS } from './faults/config.ts'
import { DELIVERY_FAULTS } from './faults/delivery.ts'
import { EVIDENCE_FAULTS } from './faults/evidence.ts'
import { EXPORT_FAULTS } from './faults/export.ts'
import { FRAMES_FAULTS } from './faults/frames.ts'
import { HTTP_FAULTS } from './faults/http.ts'
import { INTAKE_FAULTS } from './faults/intake.ts'
import { MODELS_FAULTS } from './faults/models.ts'
import { PERSUASION_FAULTS } from './faults/persuasion.ts'
import { SHEET_FAULTS } from './faults/sheet.ts'
import { STREAMS_FAULTS } from './faults/streams.ts'
import { VAULT_FAULTS } from './faults/vault.ts'
import { VIOLATIONS_FAULTS } from './faults/violations.ts'

export const CATALOGUE = {
  ...COMMAND_LINE_FAULTS,
  ...STREAMS_FAULTS,
  ...FRAMES_FAULTS,
  ...MODELS_FAULTS,
  ...VIOLATIONS_FAULTS,
  ...EVIDENCE_FAULTS,
  ...VAULT_FAULTS,
  ...DELIVERY_FAULTS,
  ...EXPORT_FAULTS,
  ...SHEET_FAULTS,
  ...ALERTS_FAULTS,
  ...PERSUASION_FAULTS,
  ...HTTP_FAULTS,
  ...BODYCAM_FAULTS,
  ...INTAKE_FAULTS,
  ...CONFIG_FAULTS,
  ...BOX_FAULTS,
} as const

export type FaultCode = keyof typeof CATALOGUE
