/** The configuration and the camera that a command is about. */
import { type Config, loadConfig } from '../../config/loader.ts'
import type { CameraOptions } from '../../config/schema.ts'
import type { Language } from '../kit/errors.ts'
import { FoundBad, say, usage } from './program.ts'

/** Faults of other cameras do not concern a command about one; they are said all the same. */
export function readConfig(file: string, wallMs: number, language: Language): Config {
  const { config, faults, warnings } = loadConfig(file, { clock: { wallMs: () => wallMs } })
  for (const found of [...faults, ...warnings]) say(found.explain(language))
  if (config === null) throw new FoundBad()
  return config
}

/** By its id; the only one needs none. */
export function cameraOf(config: Config, id: string | undefined, command: string): CameraOptions {
  const known = config.cameras.map((camera) => camera.id)
  if (id === undefined && config.cameras.length === 1) return config.cameras[0]!
  if (id === undefined) throw usage(command, `--camera is needed, one of ${known.join(', ')}`)
  const camera = config.cameras.find((one) => one.id === id)
  if (camera === undefined) throw usage(command, `--camera is one of ${known.join(', ')}, got ${id}`)
  return camera
}
