/**
 * `lushao rules -c gateway.yaml`: which rules of the catalogue are in force here today, and which are not and why.
 * `--public`: the view for the public, as Markdown in Chinese and English or as JSON.
 */
import type { Command } from 'commander'
import { type Config, loadConfig } from '../../config/loader.ts'
import { systemClock } from '../kit/clock.ts'
import type { Language } from '../kit/errors.ts'
import { basisFor, type Place, type RuleEntry } from '../violations/catalogue.ts'
import { publicPage, publicRules } from '../violations/public-view.ts'
import { FoundBad, languageOf, print, say, usage } from './program.ts'

interface Options {
  readonly config: string
  readonly public?: boolean
  readonly format: string
}

export function addRules(program: Command): void {
  program
    .command('rules')
    .description('rules in force here today; with --public what the public may know of them')
    .requiredOption('-c, --config <file>', 'gateway.yaml')
    .option(
      '--public',
      'rule, basis, procedure, complaint channel, in Chinese and English; nothing of the inside',
    )
    .option('--format <format>', 'md or json', 'md')
    .action((options: Options, command: Command) => rules(options, languageOf(command)))
}

function rules({ config: file, public: isPublic, format }: Options, language: Language): void {
  if (format !== 'md' && format !== 'json') throw usage('rules', `--format is md or json, got ${format}`)
  const { config, faults } = loadConfig(file)
  for (const found of faults) say(found.explain(language))
  if (config === null) throw new FoundBad()
  const place = placeOf(config)
  if (isPublic) {
    const view = publicRules(config.catalogue, place)
    print(format === 'json' ? JSON.stringify(view, null, 1) : publicPage(view).trimEnd())
    return
  }
  const found = config.catalogue.rules.map((entry) => standing(entry, place))
  if (format === 'json') print(JSON.stringify(found, null, 1))
  else for (const one of found) print(lineOf(one, language))
}

function placeOf({ region, utcOffsetMinutes }: Config): Place {
  return { districtCode: region, wallMs: systemClock.wallMs(), offsetMinutes: utcOffsetMinutes }
}

const STATES = {
  IN_FORCE: { zh: '现行有效', en: 'in force' },
  SUSPENDED: { zh: '已暂停，不运行', en: 'suspended, does not run' },
  NO_BASIS: { zh: '本地无现行依据，不运行', en: 'no basis in force here, does not run' },
} as const

interface Standing extends Pick<RuleEntry, 'ruleId' | 'nameZh' | 'nameEn' | 'version'> {
  readonly state: keyof typeof STATES
  readonly basis: { readonly title: string; readonly article: string } | null
}

function standing(entry: RuleEntry, place: Place): Standing {
  const basis = basisFor(entry, place)
  const { ruleId, nameZh, nameEn, version } = entry
  const state: Standing['state'] =
    entry.status === 'SUSPENDED' ? 'SUSPENDED' : basis === null ? 'NO_BASIS' : 'IN_FORCE'
  return {
    ruleId,
    nameZh,
    nameEn,
    version,
    state,
    basis: basis && { title: basis.title, article: basis.article },
  }
}

function lineOf(
  { ruleId, nameZh, nameEn, state, basis }: ReturnType<typeof standing>,
  language: Language,
): string {
  const name = language === 'zh' ? nameZh : nameEn
  const law = basis === null ? '' : ` 《${basis.title}》${basis.article}`
  return `${ruleId} ${name}: ${STATES[state][language]}${law}`
}
