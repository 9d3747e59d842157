/**
 * A text tried as the configuration, without a trace: it lies beside the file for a moment, because relative paths start
 * at that folder, and people are told of the file they know.
 */
import { rmSync, writeFileSync } from 'node:fs'
import { type Loaded, loadConfig } from '../config/loader.ts'
import { type Fault, type FaultValues, fault, isFault, reasonOf } from './kit/errors.ts'

/** @param suffix of the file it lies in for that moment; of its own for everyone who tries at the same time */
export function tryConfig(file: string, text: string, suffix: string): Loaded {
  const trial = `${file}.${suffix}`
  const told = (found: Fault) => fault(found.code, withoutTrial(found.values, trial, file))
  try {
    writeFileSync(trial, text, { mode: 0o600 })
    const { config, faults, warnings } = loadConfig(trial)
    return {
      config: config && { ...config, file, files: config.files.map((one) => (one === trial ? file : one)) },
      faults: faults.map(told),
      warnings: warnings.map(told),
    }
  } catch (error) {
    if (isFault(error)) throw error
    throw fault('CONFIG_CHANGE_REFUSED', { change: 'new', reason: reasonOf(error) })
  } finally {
    rmSync(trial, { force: true })
  }
}

function withoutTrial(values: FaultValues, trial: string, file: string): FaultValues {
  return Object.fromEntries(Object.entries(values).map(([key, one]) => [key, one === trial ? file : one]))
}
