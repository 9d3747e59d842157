/**
 * What the record was measured to be: four properties, and of each what is not as it should be. Small, below the pictures.
 *
 *     ▸ 真实 ✓    清晰 2 项未达标    完整 ✓    准确 1 项未测量        one line; opened, what failed and what it measured
 *
 * Of several packages each check is shown as it came out worst; nothing here is a verdict.
 */
import type { Absence } from '../evidence/package.ts'
import type { Check } from '../evidence/quality/check.ts'
import { PROPERTIES, type PropertyReport, type QualityReport } from '../evidence/quality.ts'
import { useWords } from './words.ts'

export interface Measured {
  readonly packageId: string
  readonly quality: QualityReport
  readonly missing: readonly Absence[]
}

export function Properties({ packages }: { packages: readonly Measured[] }) {
  const { t } = useWords()
  if (packages.length === 0) return null
  const missing = packages.flatMap((each) => each.missing)
  const measured = PROPERTIES.map((property) => ({
    property,
    ...told(packages.map(({ quality }) => quality[property])),
  }))
  return (
    <details class="quality">
      <summary>
        <h2>{t('quality.title')}</h2>
        {measured.map(({ property, ...rest }) => (
          <Property key={property} name={t(`quality.${property}`)} {...rest} />
        ))}
      </summary>
      <div class="properties">
        {measured.map(({ property, failed, open, less }) => (
          <Checks key={property} name={t(`quality.${property}`)} of={[...failed, ...open, ...less]} />
        ))}
      </div>
      {missing.length > 0 && <Missing of={missing} />}
      <p class="hint">{t('quality.note')}</p>
    </details>
  )
}

interface Told {
  readonly failed: readonly Check[]
  /** Not measured. */
  readonly open: readonly Check[]
  /** Met, with less than was wished for: it says why the score is low. */
  readonly less: readonly Check[]
  readonly score: number | null
}

function told(reports: readonly PropertyReport[]): Told {
  const checks = worstOfEach(reports.flatMap((report) => report.checks))
  const scores = reports.flatMap(({ score }) => (score === null ? [] : [score]))
  return {
    failed: checks.filter(({ passed }) => passed === false),
    open: checks.filter(({ passed }) => passed === null),
    less: checks.filter(({ passed, reason }) => passed === true && reason !== null),
    score: scores.length === 0 ? null : Math.min(...scores),
  }
}

/** Name, how it stands, and how good its weakest check is, in one line. */
function Property({ name, failed, open, less, score }: Told & { name: string }) {
  const { t } = useWords()
  const state = failed.length > 0 ? 'failed' : open.some(({ caps }) => caps) ? 'open' : 'passed'
  const counts = [
    ...(failed.length > 0 ? [t('quality.failed', { count: String(failed.length) })] : []),
    ...(open.length > 0 ? [t('quality.unmeasured', { count: String(open.length) })] : []),
    ...(less.length > 0 ? [t('quality.less', { count: String(less.length) })] : []),
  ]
  return (
    <span class={`property ${state}`}>
      <strong>{name}</strong> <span>{counts.join(' · ') || t('quality.passed')}</span>{' '}
      {score !== null && <small>{t('quality.score', { score: score.toFixed(2) })}</small>}
    </span>
  )
}

function Checks({ name, of: checks }: { name: string; of: readonly Check[] }) {
  const { t, term } = useWords()
  if (checks.length === 0) return null
  return (
    <div>
      <h3>{name}</h3>
      <ul>
        {checks.map((check) => (
          <li key={check.id}>
            {term('check', check.id)}{' '}
            <span class="value">{shownValue(check) ?? t('quality.notMeasured')}</span>{' '}
            {check.reason !== null && <small>{term('cap', check.reason)}</small>}
          </li>
        ))}
      </ul>
    </div>
  )
}

function Missing({ of: missing }: { of: readonly Absence[] }) {
  const { t, term, language } = useWords()
  const said = missing.map(({ item, reason }) => {
    const kind = term('kind', item)
    return reason === undefined ? kind : `${kind} (${term('absence', reason)})`
  })
  return (
    <p class="missing">
      {t('quality.missing')}: {said.join(language === 'zh' ? '、' : ', ')}
    </p>
  )
}

/** One of each, the worst. */
function worstOfEach(checks: readonly Check[]): Check[] {
  const worst = new Map<string, Check>()
  for (const check of checks) {
    const known = worst.get(check.id)
    if (known === undefined || rank(check) < rank(known)) worst.set(check.id, check)
  }
  return [...worst.values()]
}

function rank({ passed, score }: Check): number {
  return passed === false ? -2 + (score ?? 0) : passed === null ? -1 : (score ?? 1)
}

/** `31 / 40`: the value beside what is asked for. */
function shownValue({ value, threshold, unit }: Check): string | null {
  if (value === null) return null
  const text = (number: number | string) =>
    typeof number === 'number' ? String(Number(number.toFixed(2))) : number
  const short = typeof value === 'string' && value.startsWith('sha256:') ? value.slice(0, 19) : text(value)
  return [short, threshold === null ? '' : `/ ${text(threshold)}`, UNITS[unit] ?? unit]
    .filter(Boolean)
    .join(' ')
}

/** Words that are no units are said by the name of the check. */
const UNITS: Readonly<Record<string, string>> = { files: '', items: '', stills: '', 'of the width': '' }
