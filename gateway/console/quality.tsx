/**
 * What the record was measured to be: four properties, and of each what is not as it should be. Small, below the pictures.
 *
 *     真实 ✓    清晰 2 项未达标    完整 ✓    准确 1 项未测量
 *
 * Of several packages the one with most to say is shown first; nothing here is a verdict.
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
  return (
    <section class="quality" aria-label={t('quality.title')}>
      <h3>{t('quality.title')}</h3>
      <ul class="properties">
        {PROPERTIES.map((property) => {
          const reports = packages.map(({ quality }) => quality[property])
          return <Property key={property} name={t(`quality.${property}`)} reports={reports} />
        })}
      </ul>
      {missing.length > 0 && <Missing of={missing} />}
      <p class="hint">{t('quality.note')}</p>
    </section>
  )
}

function Property({ name, reports }: { name: string; reports: readonly PropertyReport[] }) {
  const { t, term } = useWords()
  const checks = worstFirst(reports.flatMap((report) => report.checks))
  const failed = checks.filter(({ passed }) => passed === false)
  const open = checks.filter(({ passed }) => passed === null)
  const said = failed.length > 0 ? 'failed' : open.some(({ caps }) => caps) ? 'open' : 'passed'
  const counts = [
    ...(failed.length > 0 ? [t('quality.failed', { count: String(failed.length) })] : []),
    ...(open.length > 0 ? [t('quality.unmeasured', { count: String(open.length) })] : []),
  ]
  const scores = reports.flatMap(({ score }) => (score === null ? [] : [score]))
  return (
    <li class={`property ${said}`}>
      <strong>{name}</strong>
      <span>{counts.join(' · ') || t('quality.passed')}</span>
      {scores.length > 0 && (
        <small class="score">{t('quality.score', { score: Math.min(...scores).toFixed(2) })}</small>
      )}
      <ul class="checks">
        {[...failed, ...open].map((check) => (
          <li key={`${check.id}${check.item}`}>
            {term('check', check.id)}{' '}
            <span class="value">{shownValue(check) ?? t('quality.notMeasured')}</span>
            {check.reason !== null && <small>{term('cap', check.reason)}</small>}
          </li>
        ))}
      </ul>
    </li>
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
function worstFirst(checks: readonly Check[]): Check[] {
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
