/** What leaves the console on paper or as a file: the sheet of each package, and the page that checks packages. */
import { useWords } from './words.ts'

export function PackageLinks({ packages, purpose }: { packages: readonly string[]; purpose: string }) {
  const { t } = useWords()
  const asked = new URLSearchParams({ purpose }).toString()
  return (
    <p class="package-links">
      {packages.map((packageId) => (
        <a
          key={packageId}
          href={`/api/v1/evidence/${packageId}/sheet?${asked}`}
          target="_blank"
          rel="noreferrer"
          title={packageId}
        >
          {t('evidence.sheet')} …{packageId.slice(-6)}
        </a>
      ))}
      <a href="/api/v1/verifier" title={t('evidence.verifierWhy')}>
        {t('evidence.verifier')}
      </a>
    </p>
  )
}
