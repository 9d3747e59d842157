/** What was found, one card a package: first the sentence that counts, then everything it rests on. */
import type { PackageResult, VerifyReport } from '../../evidence/check-all.ts'
import { type Finding, findingText, mostTelling } from '../../evidence/findings.ts'
import type { Language, Say } from './strings.ts'

interface ResultProps {
  readonly report: VerifyReport
  readonly checkedAt: string
  readonly language: Language
  readonly t: Say
}

export function Result({ report, checkedAt, language, t }: ResultProps) {
  const { packages, findings } = report
  return (
    <section class="results" aria-labelledby="results-title">
      <h2 id="results-title" tabIndex={-1}>
        {t('results')}
      </h2>
      <p class="when">
        {t('checkedAt')}{' '}
        <time dateTime={checkedAt}>
          {new Date(checkedAt).toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB', {
            timeZoneName: 'short',
          })}
        </time>
      </p>
      {findings.length > 0 && (
        <article class="verdict-card bad">
          <p class="verdict">{t('chainBad')}</p>
          <Findings findings={findings} language={language} t={t} />
        </article>
      )}
      {findings.length === 0 && packages.length > 1 && packages.every(({ ok }) => ok) && (
        <p class="chain-good">{t('chainGood')}</p>
      )}
      {packages.map((one) => (
        <Package key={one.path} one={one} language={language} t={t} />
      ))}
      <p class="meaning">{t('meaning')}</p>
    </section>
  )
}

function Package({ one, language, t }: { one: PackageResult; language: Language; t: Say }) {
  const name = one.packageId ?? one.path
  return (
    <article class={`verdict-card ${stateOf(one)}`} data-package={name} data-verdict={stateOf(one)}>
      <h3>{name}</h3>
      <p class="verdict">{verdictOf(one, language, t)}</p>
      {one.findings.length > 0 && <Findings findings={one.findings} language={language} t={t} />}
      <Facts one={one} t={t} />
      <Files one={one} t={t} />
    </article>
  )
}

function stateOf(one: PackageResult): 'good' | 'unpinned' | 'bad' {
  if (!one.ok) return 'bad'
  return one.trust === 'pinned' ? 'good' : 'unpinned'
}

function verdictOf(one: PackageResult, language: Language, t: Say): string {
  const finding = mostTelling(one.findings)
  if (finding !== undefined) return t('changed', { finding: findingText(finding, language) })
  return t(one.trust === 'pinned' ? 'wholePinned' : 'wholeUnpinned')
}

function Findings({ findings, language, t }: { findings: readonly Finding[]; language: Language; t: Say }) {
  return (
    <ul class="findings" aria-label={t('findings')}>
      {findings.map((finding, place) => (
        <li key={`${place}-${finding.code}`}>
          <code>{finding.code}</code> {findingText(finding, language)}
        </li>
      ))}
    </ul>
  )
}

function Facts({ one, t }: { one: PackageResult; t: Say }) {
  const key = { pinned: 'keyPinned', unpinned: 'keyUnpinned', none: 'keyNone' } as const
  const facts: [string, string | null][] = [
    [t('packageId'), one.packageId],
    [t('eventId'), one.eventId],
    [t('producer'), one.producer],
    [t('sequence'), one.sequence === null ? null : String(one.sequence)],
    [t('manifestHash'), one.manifestHash],
    [t('previous'), one.prevManifestHash ?? (one.sequence === 1 ? t('first') : null)],
    [t('key'), one.keyId === null ? t('keyNone') : `${one.keyId} · ${t(key[one.trust])}`],
    [t('timestamp'), timestampOf(one, t)],
  ]
  return (
    <dl class="facts" aria-label={t('facts')}>
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value ?? '–'}</dd>
        </div>
      ))}
    </dl>
  )
}

function timestampOf({ timestamp }: PackageResult, t: Say): string {
  if (timestamp.state === 'ABSENT') return t('tsAbsent')
  const said = { time: timestamp.time ?? '', authority: timestamp.authority ?? '?' }
  if (timestamp.state === 'FITS') return t('tsFits', said)
  return timestamp.state === 'UNTRUSTED' ? t('tsUntrusted', said) : t('tsMisfit')
}

function Files({ one, t }: { one: PackageResult; t: Say }) {
  const bytes = one.files.reduce((sum, file) => sum + file.bytes, 0)
  return (
    <details>
      <summary>{t('files', { count: String(one.files.length), size: sizeOf(bytes) })}</summary>
      <ul class="files">
        {one.files.map(({ path, bytes: size, ok }) => (
          <li key={path} class={ok ? '' : 'bad'}>
            <span>{path}</span> <span>{sizeOf(size)}</span> <strong>{t(ok ? 'good' : 'bad')}</strong>
          </li>
        ))}
      </ul>
    </details>
  )
}

export function sizeOf(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const step = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  return `${(bytes / 2 ** (10 * step)).toFixed(step === 0 ? 0 : 1)} ${units[step]}`
}
