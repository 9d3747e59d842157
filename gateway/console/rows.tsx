/** A fact with its name, and several of them under one name. */
import type { ComponentChildren } from 'preact'
import { useWords } from './words.ts'

export function Row({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div class="row">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}

export function Lines({ of: lines }: { of: readonly string[] }) {
  const { t } = useWords()
  if (lines.length === 0) return <>{t('none')}</>
  return (
    <ul class="lines">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )
}
