/**
 * Rules of a configuration that none of its models can see: what `check` and `doctor` say before the gateway starts,
 * and the gateway itself at its start.
 */
import { existsSync } from 'node:fs'
import type { Config } from '../../config/loader.ts'
import { loadModel, rolesOf } from '../../models/manifest.ts'
import type { Role } from '../detections/detections.ts'
import { DEFAULT_MODEL_FILE } from '../detections/eyes.ts'
import { type Fault, isFault } from '../kit/errors.ts'
import { blindRules } from '../violations/catalogue.ts'

export function blindRulesOf({ model, naming, cameras }: Config): Fault[] {
  const files = [
    ...(model === undefined ? [] : [[model.file, model.manifest] as const]),
    ...(naming.enabled && existsSync(DEFAULT_MODEL_FILE) ? [[DEFAULT_MODEL_FILE, undefined] as const] : []),
  ]
  const roles = new Set(files.flatMap(([file, manifest]) => rolesKnown(file, manifest)))
  return cameras.flatMap((camera) => blindRules(camera, roles))
}

function rolesKnown(file: string, manifest: string | undefined): Role[] {
  try {
    return rolesOf(loadModel(file, manifest).manifest)
  } catch (error) {
    // A model that cannot be used knows nothing; what is wrong with it is said where it is opened.
    if (!isFault(error)) throw error
    return []
  }
}
