/** Which box a command is about: a configuration, a storage folder, or the folder where a gateway keeps things by default. */
import { loadConfig } from '../../config/loader.ts'
import { StorageOptions } from '../evidence/vault.ts'
import { usage } from './program.ts'

/** China; what a store without a configuration is read by. */
const OFFSET_MINUTES = 480

export function placeOf(
  { config, storage }: { readonly config?: string; readonly storage?: string },
  command: string,
): { folder: string; offset: number } {
  if (config === undefined) {
    return { folder: storage ?? StorageOptions.parse({}).folder, offset: OFFSET_MINUTES }
  }
  const loaded = loadConfig(config)
  if (loaded.config === null) throw loaded.faults[0] ?? usage(command, `${config} cannot be read`)
  return { folder: storage ?? loaded.config.storage.folder, offset: loaded.config.utcOffsetMinutes }
}
