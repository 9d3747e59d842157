/** A change of the file, line by line: what goes and what comes, told by sign and colour. */
/** What scrolls must be reachable without a mouse. */
const SCROLLED_BY_KEYBOARD = { tabIndex: 0 }

export function DiffLines({ label, diff }: { label: string; diff: readonly string[] }) {
  return (
    <ol class="diff" aria-label={label} {...SCROLLED_BY_KEYBOARD}>
      {diff.map((line, at) => (
        <li key={at} class={line.startsWith('+') ? 'comes' : line.startsWith('-') ? 'goes' : ''}>
          <code>{line}</code>
        </li>
      ))}
    </ol>
  )
}
