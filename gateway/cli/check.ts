/**
 * `lushao check -c gateway.yaml`: every fault of a configuration at once, each with path, value and what is allowed.
 */
import type { Command } from 'commander'
import { type Config, type Loaded, loadConfig } from '../../config/loader.ts'
import type { Fault, Language } from '../kit/errors.ts'
import { blindRulesOf } from './blind-rules.ts'
import { capabilitiesOf, capabilityLines } from './capability-lines.ts'
import { FoundBad, languageOf, print, say } from './program.ts'

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('all faults of a configuration at once')
    .requiredOption('-c, --config <file>', 'gateway.yaml')
    .option('--json', 'print the findings as JSON')
    .action((options: { config: string; json?: boolean }, command: Command) => {
      const loaded = withBlind(loadConfig(options.config))
      if (options.json) print(JSON.stringify(asJson(loaded), null, 1))
      else sayAll(options.config, loaded, languageOf(command))
      if (loaded.faults.length > 0) throw new FoundBad()
    })
}

/** Rules that no model of the configuration can see are said as warnings: they do not run. */
function withBlind(loaded: Loaded): Loaded {
  const { config, warnings } = loaded
  return config === null ? loaded : { ...loaded, warnings: [...warnings, ...blindRulesOf(config)] }
}

function sayAll(file: string, { config, faults, warnings }: Loaded, language: Language): void {
  for (const found of [...faults, ...warnings]) say(found.explain(language))
  if (config !== null)
    for (const { camera, text } of capabilityLines(config, Date.now(), language)) print(`${camera}: ${text}`)
  const counts = `${faults.length} fault(s), ${warnings.length} warning(s)`
  print(faults.length === 0 && config !== null ? `${file}: good. ${summary(config)}` : `${file}: ${counts}`)
}

function summary({ cameras, permits, catalogue, configVersion }: Config): string {
  const zones = cameras.reduce((sum, camera) => sum + camera.zones.length, 0)
  const rules = `rules: ${catalogue.catalogue} ${catalogue.version}`
  return `${cameras.length} camera(s), ${zones} zone(s), ${permits.length} permit(s), ${rules}, ${configVersion}`
}

function asJson({ config, faults, warnings }: Loaded): unknown {
  return {
    good: faults.length === 0,
    faults: faults.map(entry),
    warnings: warnings.map(entry),
    cameras: config === null ? [] : capabilitiesOf(config, Date.now()),
    configVersion: config?.configVersion ?? null,
    catalogVersion: config?.catalogVersion ?? null,
  }
}

function entry(found: Fault): unknown {
  return { code: found.code, ...found.values, en: found.explain('en'), zh: found.explain('zh') }
}
